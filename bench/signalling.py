"""What people who only sit there cost the server: memory, joins per second, bytes, ping times.

They have joined with all that belongs to it, a connected media transport included: the server
sends participants away whose media does not connect.
"""

import argparse
import asyncio
import resource
import sys
import tempfile
import time
from collections import defaultdict
from contextlib import AsyncExitStack
from pathlib import Path
from typing import Final

from bench.forward import SERVER_CORE, pinned
from bench.generator import Generator, running_generator
from bench.livekit_adapter import Member, joined_member
from bench.results_file import Row, make_row, print_rows, write_rows
from bench.server_process import ServerProcess, running_server

JOINING_AT_ONCE: Final = 32
SETTLE_S: Final = 2.0
SPARE_DESCRIPTORS: Final = 256
SETTINGS: Final = {"ping_timeout_s": 60}
"""A late ping of a busy client is no lost client."""

UNITS: Final = {
    "joins": "1/s",
    "join p99": "ms",
    "bytes sent per join": "B",
    "server memory per participant": "KiB",
    "ping p50": "ms",
    "ping p99": "ms",
    "server busy": "% of a core",
}


class Hall:
    """Everybody who has joined in one repeat, and does nothing."""

    def __init__(
        self, server: ServerProcess, generator: Generator, room_size: int, stack: AsyncExitStack
    ) -> None:
        """Prepare an empty hall in which rooms have `room_size` people."""
        self._server = server
        self._generator = generator
        self._room_size = room_size
        self._stack = stack
        self._gate = asyncio.Semaphore(JOINING_AT_ONCE)
        self.members: list[Member] = []
        self.join_ms: list[float] = []

    async def fill(self, numbers: range) -> None:
        """Let these join, some at once, each with its media connected."""
        await asyncio.gather(*(self._join(number) for number in numbers))

    async def _join(self, number: int) -> None:
        token = self._server.token(f"p{number}", f"room{number // self._room_size}")
        async with self._gate:
            begun = time.perf_counter()
            joining = joined_member(self._server.url, token, self._generator, number)
            member = await self._stack.enter_async_context(joining)
            self.join_ms.append((time.perf_counter() - begun) * 1000)
            await self._generator.expect("connected", member.subscriber)
            self.members.append(member)

    def take_pings_ms(self) -> list[float]:
        """Times of the answers since the last call, in order of size."""
        taken = sorted(ms for member in self.members for ms in member.pings_ms)
        for member in self.members:
            member.pings_ms.clear()
        return taken


async def measure(room_size: int, sockets: int, seconds: float) -> dict[str, float]:
    """Run one repeat.

    Raises:
        GeneratorError: somebody's media does not connect.
    """
    with (
        tempfile.TemporaryDirectory() as folder,
        running_server(Path(folder), core=pinned(SERVER_CORE), **SETTINGS) as server,
    ):
        async with running_generator() as generator, AsyncExitStack() as stack:
            hall = Hall(server, generator, room_size, stack)
            # The first room warms up what every server pays once.
            await hall.fill(range(room_size))
            await asyncio.sleep(SETTLE_S)
            empty_kib = server.rss_kib()
            begun = time.perf_counter()
            await hall.fill(range(room_size, room_size + sockets))
            took_s = time.perf_counter() - begun
            await asyncio.sleep(SETTLE_S)
            full_kib = server.rss_kib()
            join_bytes = sum(member.received_bytes for member in hall.members)
            hall.take_pings_ms()
            begun_ns = server.cpu_ns()
            await asyncio.sleep(seconds)
            busy_ns = server.cpu_ns() - begun_ns
            pings_ms = hall.take_pings_ms()
    return {
        "joins": sockets / took_s,
        "join p99": quantile(sorted(hall.join_ms), 0.99),
        "bytes sent per join": join_bytes / len(hall.members),
        "server memory per participant": (full_kib - empty_kib) / sockets,
        "ping p50": quantile(pings_ms, 0.5),
        "ping p99": quantile(pings_ms, 0.99),
        "server busy": busy_ns / 1e7 / seconds,
    }


def quantile(ordered: list[float], share: float) -> float:
    """A quantile of values in order, by nearest rank."""
    return ordered[min(len(ordered) - 1, int(share * len(ordered)))]


def raise_descriptor_limit(wanted: int) -> int:
    """Let this process and its children open more; returns what is allowed now."""
    _, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    allowed = wanted if hard == resource.RLIM_INFINITY else min(wanted, hard)
    resource.setrlimit(resource.RLIMIT_NOFILE, (allowed, hard))
    return allowed


async def run(repeats: int, sockets: int, seconds: float) -> list[Row]:
    values: defaultdict[tuple[str, str], list[float]] = defaultdict(list)
    for repeat in range(repeats):
        for room_size in (1, 10):
            name = f"{sockets} sockets, rooms of {room_size}"
            print(f"repeat {repeat + 1} of {repeats}: {name}", flush=True)
            for metric, value in (await measure(room_size, sockets, seconds)).items():
                values[name, metric].append(value)
    return [
        make_row(name, metric, UNITS[metric], measured)
        for (name, metric), measured in values.items()
    ]


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0] if __doc__ else None)
    parser.add_argument("--repeats", type=int, default=3)
    parser.add_argument("--sockets", type=int, default=2000)
    parser.add_argument("--seconds", type=float, default=10.0, help="of pings, per repeat")
    parser.add_argument("--quick", action="store_true", help="small and short, to see that it runs")
    options = parser.parse_args()
    wanted, seconds, repeats = options.sockets, options.seconds, options.repeats
    if options.quick:
        wanted, seconds, repeats = 50, 6.0, 1
    allowed = raise_descriptor_limit(wanted + SPARE_DESCRIPTORS) - SPARE_DESCRIPTORS
    if allowed < wanted:
        print(f"Only {allowed} sockets are allowed here; raise the limit with ulimit -Hn.")
    rows = asyncio.run(run(repeats, min(wanted, allowed), seconds))
    print_rows("Signalling, one core", rows)
    if not options.quick:
        print(f"Written to {write_rows('signalling', rows)}")
    return 0


if __name__ == "__main__":
    sys.exit(main())

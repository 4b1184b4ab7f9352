"""What people who only sit there cost the server: memory, joins per second, bytes, ping times."""

import argparse
import asyncio
import contextlib
import resource
import sys
import tempfile
import time
from collections import defaultdict
from contextlib import AsyncExitStack
from dataclasses import dataclass, field
from pathlib import Path
from typing import Final

from livekit.protocol import rtc
from websockets.asyncio.client import ClientConnection
from websockets.exceptions import ConnectionClosed

from bench.forward import SERVER_CORE, pinned
from bench.livekit_adapter import open_socket
from bench.results_file import Row, make_row, print_rows, write_rows
from bench.server_process import ServerProcess, running_server

JOINING_AT_ONCE: Final = 32
PINGS_PER_SECOND: Final = 400
"""Two thousand clients that ping every five seconds."""
SETTLE_S: Final = 2.0
SPARE_DESCRIPTORS: Final = 256
SETTINGS: Final = {"ping_timeout_s": 60}
"""Joining thousands takes a while, and the first of them must not count as lost meanwhile."""

UNITS: Final = {
    "joins": "1/s",
    "join p99": "ms",
    "bytes sent per join": "B",
    "server memory per socket": "KiB",
    "ping p50": "ms",
    "ping p99": "ms",
    "server busy with pings": "% of a core",
}


@dataclass
class Sitter:
    """A socket that has joined and does nothing."""

    socket: ClientConnection
    joined: asyncio.Event = field(default_factory=asyncio.Event)
    received_bytes: int = 0
    pinged_at: float = 0.0
    pings_ms: list[float] = field(default_factory=list)

    async def read(self) -> None:
        """Count what comes until the socket closes."""
        with contextlib.suppress(ConnectionClosed):
            async for data in self.socket:
                self.received_bytes += len(data)
                message = rtc.SignalResponse.FromString(bytes(data))  # type: ignore[arg-type]
                if message.HasField("join"):
                    self.joined.set()
                elif message.HasField("pong_resp"):
                    self.pings_ms.append((time.perf_counter() - self.pinged_at) * 1000)

    async def ping(self) -> None:
        """Ask for an answer; `read` takes the time."""
        self.pinged_at = time.perf_counter()
        request = rtc.SignalRequest(ping_req=rtc.Ping(timestamp=int(time.time() * 1000)))
        await self.socket.send(request.SerializeToString())


class Hall:
    """All sockets of one repeat."""

    def __init__(self, server: ServerProcess, room_size: int, stack: AsyncExitStack) -> None:
        """Prepare an empty hall in which rooms have `room_size` people."""
        self._server = server
        self._room_size = room_size
        self._stack = stack
        self._gate = asyncio.Semaphore(JOINING_AT_ONCE)
        self._readers: list[asyncio.Task[None]] = []
        self.sitters: list[Sitter] = []
        self.join_ms: list[float] = []

    async def fill(self, count: int) -> None:
        """Let so many join, some at once."""
        await asyncio.gather(*(self._join(number) for number in range(count)))

    async def _join(self, number: int) -> None:
        token = self._server.token(f"p{number}", f"room{number // self._room_size}")
        async with self._gate:
            begun = time.perf_counter()
            socket = await self._stack.enter_async_context(open_socket(self._server.url, token))
            sitter = Sitter(socket)
            self._readers.append(asyncio.create_task(sitter.read()))
            async with asyncio.timeout(30):
                await sitter.joined.wait()
            self.join_ms.append((time.perf_counter() - begun) * 1000)
            self.sitters.append(sitter)

    async def ping_for(self, seconds: float) -> None:
        """Ping everybody in turn, at the rate of real clients."""
        begun = time.perf_counter()
        sent = 0
        while (elapsed := time.perf_counter() - begun) < seconds:
            while sent < elapsed * PINGS_PER_SECOND:
                await self.sitters[sent % len(self.sitters)].ping()
                sent += 1
            await asyncio.sleep(0.002)
        await asyncio.sleep(0.5)

    async def close(self) -> None:
        """Stop reading; the stack closes the sockets."""
        for reader in self._readers:
            reader.cancel()
        await asyncio.gather(*self._readers, return_exceptions=True)


async def measure(room_size: int, sockets: int, seconds: float) -> dict[str, float]:
    with (
        tempfile.TemporaryDirectory() as folder,
        running_server(Path(folder), core=pinned(SERVER_CORE), **SETTINGS) as server,
    ):
        async with AsyncExitStack() as stack:
            hall = Hall(server, room_size, stack)
            # The first one warms up what every server pays once.
            await hall.fill(1)
            await asyncio.sleep(SETTLE_S)
            empty_kib = server.rss_kib()
            hall = Hall(server, room_size, stack)
            begun = time.perf_counter()
            await hall.fill(sockets)
            took_s = time.perf_counter() - begun
            await asyncio.sleep(SETTLE_S)
            full_kib = server.rss_kib()
            join_bytes = sum(sitter.received_bytes for sitter in hall.sitters)
            begun_ns = server.cpu_ns()
            await hall.ping_for(seconds)
            busy_ns = server.cpu_ns() - begun_ns
            pings_ms = sorted(ms for sitter in hall.sitters for ms in sitter.pings_ms)
            await hall.close()
    return {
        "joins": sockets / took_s,
        "join p99": quantile(sorted(hall.join_ms), 0.99),
        "bytes sent per join": join_bytes / sockets,
        "server memory per socket": (full_kib - empty_kib) / sockets,
        "ping p50": quantile(pings_ms, 0.5),
        "ping p99": quantile(pings_ms, 0.99),
        "server busy with pings": busy_ns / 1e7 / (seconds + 0.5),
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
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--repeats", type=int, default=3)
    parser.add_argument("--sockets", type=int, default=2000)
    parser.add_argument("--seconds", type=float, default=10.0, help="of pings, per repeat")
    parser.add_argument("--quick", action="store_true", help="small and short, to see that it runs")
    options = parser.parse_args()
    wanted, seconds, repeats = options.sockets, options.seconds, options.repeats
    if options.quick:
        wanted, seconds, repeats = 50, 2.0, 1
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

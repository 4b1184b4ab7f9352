"""How many packets the server forwards per second of CPU time, and how late they are.

The server has one core to itself and the generator the other. Each repeat is a fresh server; the
cases take turns, so that a slow minute of the machine does not fall on one of them. The control is
a bare `sendto` to loopback, which is the least that forwarding a packet can take.
"""

import argparse
import asyncio
import os
import sys
import tempfile
from collections import defaultdict
from contextlib import AsyncExitStack
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from bench.generator import Generator, Line, measure_sendto, running_generator
from bench.livekit_adapter import Member, Track, joined_member
from bench.results_file import Row, make_row, print_rows, write_rows
from bench.server_process import ServerProcess, running_server

SERVER_CORE: Final = 1
GENERATOR_CORE: Final = 0
MAX_BUSY_SHARE: Final = 0.85
"""Above it the generator measures itself: the repeat does not count."""
MIN_DELIVERY: Final = 0.995
FLOW_S: Final = 20.0
"""How long it may take until every stream flows."""
POLL_S: Final = 0.25
TRIES: Final = 2

VIDEO: Final[Track] = {"kind": "video", "fps": 30, "packets_per_frame": 5, "payload_bytes": 1100}
AUDIO: Final[Track] = {"kind": "audio", "fps": 50, "packets_per_frame": 1, "payload_bytes": 100}

UNITS: Final = {
    "forwarded": "packets/CPU-s",
    "offered": "packets/s",
    "server busy": "% of a core",
    "latency p50": "µs",
    "latency p99": "µs",
    "lost": "%",
    "server RSS": "MiB",
    "generator busy": "% of a core",
}


class BenchError(Exception):
    """The measurement does not count; the text says why."""


@dataclass(frozen=True)
class Case:
    """A room to measure."""

    name: str
    track: Track
    publishers: int
    subscribers: int


@dataclass(frozen=True)
class Span:
    """What was seen over one measured stretch."""

    stats: Line
    cpu_ns: int
    rss_kib: int


def make_cases(is_quick: bool) -> list[Case]:
    sizes = [(2, 3)] if is_quick else [(10, 10), (10, 50)]
    return [
        Case(f"{kind} {publishers} x {subscribers}", track, publishers, subscribers)
        for kind, track in (("video", VIDEO), ("audio", AUDIO))
        for publishers, subscribers in sizes
    ]


async def measure(case: Case, seconds: float) -> dict[str, float]:
    """Run one repeat.

    Raises:
        BenchError: the streams do not flow, or the generator could not keep up.
    """
    with (
        tempfile.TemporaryDirectory() as folder,
        running_server(Path(folder), core=pinned(SERVER_CORE)) as server,
    ):
        async with running_generator(pinned(GENERATOR_CORE)) as generator, AsyncExitStack() as room:
            await fill_room(case, server, generator, room)
            span = await watch(case, server, generator, seconds)
    return judge(case, span)


async def fill_room(
    case: Case, server: ServerProcess, generator: Generator, room: AsyncExitStack
) -> None:
    async def join(number: int, *, is_subscriber: bool) -> Member:
        token = server.token(f"p{number}", "bench", canPublish=not is_subscriber)
        member = joined_member(server.url, token, generator, number, auto_subscribe=is_subscriber)
        return await room.enter_async_context(member)

    for number in range(case.publishers):
        member = await join(number, is_subscriber=False)
        await member.publish([{**case.track, "cid": f"track{number}"}])
    for number in range(case.publishers, case.publishers + case.subscribers):
        member = await join(number, is_subscriber=True)
        await generator.expect("connected", member.subscriber)


async def wait_for_flow(generator: Generator, streams: int) -> None:
    """Wait until so many streams arrive.

    Raises:
        BenchError: they do not.
    """
    for _ in range(round(FLOW_S / POLL_S)):
        flowing = len((await generator.stats())["streams"])
        if flowing >= streams:
            return
        await asyncio.sleep(POLL_S)
    raise BenchError(f"only {flowing} of {streams} streams flow")


async def watch(case: Case, server: ServerProcess, generator: Generator, seconds: float) -> Span:
    """Let it flow, then count for a while."""
    await generator.tell("start")
    await wait_for_flow(generator, case.publishers * case.subscribers)
    await asyncio.sleep(1)
    await generator.tell("reset")
    begun_ns = server.cpu_ns()
    await asyncio.sleep(seconds)
    stats = await generator.stats()
    return Span(stats, server.cpu_ns() - begun_ns, server.rss_kib())


def judge(case: Case, span: Span) -> dict[str, float]:
    """Turn a span into metrics, if it counts."""
    stats = span.stats
    busy = stats["busy_share"]
    delivery = stats["received"] / max(1, stats["sent"] * case.subscribers)
    if busy > MAX_BUSY_SHARE:
        raise BenchError(f"the generator was {busy:.0%} busy")
    if delivery < MIN_DELIVERY:
        raise BenchError(f"only {delivery:.2%} of the packets were delivered")
    seconds = stats["seconds"]
    return {
        "forwarded": stats["received"] / (span.cpu_ns / 1e9),
        "offered": stats["received"] / seconds,
        "server busy": span.cpu_ns / 1e7 / seconds,
        "latency p50": stats["latency_us"]["p50"],
        "latency p99": stats["latency_us"]["p99"],
        "lost": 100 * stats["lost"] / max(1, stats["received"] + stats["lost"]),
        "server RSS": span.rss_kib / 1024,
        "generator busy": 100 * busy,
    }


def pinned(core: int) -> int | None:
    """The core, where there is more than one."""
    return core if core in os.sched_getaffinity(0) else None


async def measure_until_it_counts(case: Case, seconds: float) -> dict[str, float] | None:
    for _ in range(TRIES):
        try:
            return await measure(case, seconds)
        except BenchError as error:
            print(f"{case.name}: does not count: {error}", flush=True)
    return None


async def run(repeats: int, seconds: float, is_quick: bool) -> list[Row]:
    values: defaultdict[tuple[str, str], list[float]] = defaultdict(list)
    controls: dict[str, list[float]] = {"video": [], "audio": []}
    for repeat in range(repeats):
        for case in make_cases(is_quick):
            print(f"repeat {repeat + 1} of {repeats}: {case.name}", flush=True)
            kind, payload = case.name.split()[0], case.track["payload_bytes"]
            # Header, extensions and authentication tag come on top of the payload.
            cost_ns = measure_sendto(pinned(SERVER_CORE), 100_000, payload + 40)
            controls[kind].append(1e9 / cost_ns)
            for metric, value in (await measure_until_it_counts(case, seconds) or {}).items():
                values[case.name, metric].append(value)
    rows = []
    for (case_name, metric), measured in values.items():
        control = controls[case_name.split()[0]] if metric == "forwarded" else []
        median = sorted(control)[len(control) // 2] if control else None
        rows.append(make_row(case_name, metric, UNITS[metric], measured, median))
    return rows


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0] if __doc__ else None)
    parser.add_argument("--repeats", type=int, default=3)
    parser.add_argument("--seconds", type=float, default=8.0, help="measured, per repeat")
    parser.add_argument("--quick", action="store_true", help="small and short, to see that it runs")
    options = parser.parse_args()
    repeats, seconds = (1, 2.0) if options.quick else (options.repeats, options.seconds)
    rows = asyncio.run(run(repeats, seconds, options.quick))
    print_rows("Forwarding, one core", rows)
    if not rows:
        print("Nothing counted: leave the machine alone while it is measured, and try again.")
        return 1
    if not options.quick:
        print(f"Written to {write_rows('forward', rows)}")
    return 0


if __name__ == "__main__":
    sys.exit(main())

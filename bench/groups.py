"""What a group's order costs: commits, messages and joins a second, and who hears how late.

Devices are real WebSockets to a real server in a process of its own. All of them live in this one,
which shares the machine with the server: at 500 the times are those of both.
"""

import argparse
import asyncio
import sys
import tempfile
import time
from collections import defaultdict
from contextlib import AsyncExitStack
from pathlib import Path
from typing import Final

from bench.forward import SERVER_CORE, pinned
from bench.group_devices import Device, Meeting
from bench.results_file import Row, make_row, print_rows, write_rows
from bench.server_process import running_server
from bench.signalling import quantile, raise_descriptor_limit

SIZES: Final = (2, 50, 200, 500)
SETTINGS: Final = {"groups__max_channels": 500}
JOINERS: Final = 50
GAP_S: Final = 0.25
"""Between two commits whose way to everybody is measured, so that none waits for another."""
MAX_BURST: Final = 30
"""Messages that one device sends at once; a few more would be refused."""

UNITS: Final = {
    "commits": "1/s",
    "commit to done p50": "ms",
    "messages": "1/s",
    "joins in turns": "1/s",
    "fan-out p50": "ms",
    "fan-out p99": "ms",
    "server busy per commit": "ms",
    "server memory per channel": "KiB",
}


async def measure(size: int, count: int) -> dict[str, float]:
    """Run one repeat.

    Args:
        count: commits and messages that are measured.
    """
    with (
        tempfile.TemporaryDirectory() as folder,
        running_server(Path(folder), core=pinned(SERVER_CORE), **SETTINGS) as server,
    ):
        async with AsyncExitStack() as stack:
            empty_kib = server.rss_kib()
            meeting = Meeting(server, size)
            await meeting.fill(stack)
            full_kib = server.rss_kib()
            joined_s = await _time_joins(meeting)
            done_ms = await _time_commits(meeting, count)
            begun_ns = server.cpu_ns()
            spread_ms = await _time_fan_out(meeting, count)
            busy_ns = server.cpu_ns() - begun_ns
            messages = await _rate_messages(meeting, count)
    return {
        "commits": len(done_ms) * 1000 / sum(done_ms),
        "commit to done p50": quantile(sorted(done_ms), 0.5),
        "messages": messages,
        "joins in turns": min(JOINERS, size) / joined_s,
        "fan-out p50": quantile(spread_ms, 0.5),
        "fan-out p99": quantile(spread_ms, 0.99),
        "server busy per commit": busy_ns / 1e6 / count,
        "server memory per channel": (full_kib - empty_kib) / size,
    }


async def _time_joins(meeting: Meeting) -> float:
    """Let some ask for a turn all at once; seconds until the last of them is in."""
    begun = time.perf_counter()
    await asyncio.gather(*(meeting.join(device) for device in meeting.devices[:JOINERS]))
    return time.perf_counter() - begun


async def _time_commits(meeting: Meeting, count: int) -> list[float]:
    """One commit after the other, as fast as they are done; milliseconds of each."""
    times = []
    for number in range(count):
        device = await _next_device(meeting, number)
        begun = time.perf_counter()
        await meeting.commit(device, is_signed=True)
        times.append((time.perf_counter() - begun) * 1000)
    return times


async def _time_fan_out(meeting: Meeting, count: int) -> list[float]:
    """One commit now and then; milliseconds until each device heard of each, in order of size."""
    times = []
    for number in range(count):
        device = await _next_device(meeting, number)
        begun = time.perf_counter()
        seq = await meeting.commit(device, is_signed=True)
        heard = await asyncio.gather(*(each.hear_entry(seq) for each in meeting.devices))
        times += [(at - begun) * 1000 for at in heard]
        await asyncio.sleep(GAP_S)
    return sorted(times)


async def _rate_messages(meeting: Meeting, count: int) -> float:
    """Messages of many devices at once; how many a second until everybody heard all of them."""
    speakers = meeting.devices[:20]
    each_says = min(MAX_BURST, count // len(speakers))
    begun = time.perf_counter()

    async def speak(device: Device) -> int:
        numbers = [await meeting.say(device) for _ in range(each_says)]
        return numbers[-1]

    last = max(await asyncio.gather(*(speak(device) for device in speakers)))
    await asyncio.gather(*(device.hear_entry(last) for device in meeting.devices))
    return each_says * len(speakers) / (time.perf_counter() - begun)


async def _next_device(meeting: Meeting, number: int) -> Device:
    """Devices act in rotation, and few of them with pauses, so that none comes near a limit."""
    if len(meeting.devices) < 20:
        await asyncio.sleep(GAP_S)
    return meeting.devices[number % len(meeting.devices)]


async def run(repeats: int, sizes: tuple[int, ...], count: int) -> list[Row]:
    values: defaultdict[tuple[str, str], list[float]] = defaultdict(list)
    for repeat in range(repeats):
        for size in sizes:
            name = f"{size} channels"
            print(f"repeat {repeat + 1} of {repeats}: {name}", flush=True)
            for metric, value in (await measure(size, count)).items():
                values[name, metric].append(value)
    return [
        make_row(name, metric, UNITS[metric], measured)
        for (name, metric), measured in values.items()
    ]


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0] if __doc__ else None)
    parser.add_argument("--repeats", type=int, default=3)
    parser.add_argument("--count", type=int, default=100, help="commits and messages, per repeat")
    parser.add_argument("--quick", action="store_true", help="small and short, to see that it runs")
    options = parser.parse_args()
    raise_descriptor_limit(2 * max(SIZES) + 256)
    sizes: tuple[int, ...] = SIZES
    count, repeats = options.count, options.repeats
    if options.quick:
        sizes, count, repeats = (20,), 20, 1
    rows = asyncio.run(run(repeats, sizes, count))
    print_rows("Groups, one core", rows)
    if not options.quick:
        print(f"Written to {write_rows('groups', rows)}")
    return 0


if __name__ == "__main__":
    sys.exit(main())

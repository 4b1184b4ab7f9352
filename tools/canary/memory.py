"""A core dump of a process that goes on: all memory that it can read, as it was at one moment.

GDB's `gcore` takes it. Where there is no GDB, `/proc/<pid>/mem` is read instead, all regions that
the process may read: the same bytes.
"""

import json
import os
import re
import shutil
import signal
import struct
import subprocess
from bisect import bisect_right
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import BinaryIO, Final

GCORE: Final = "gcore"
GCORE_S: Final = 120.0

_MAPPING: Final = re.compile(r"([0-9a-f]+)-([0-9a-f]+) (r)\S+ \S+ \S+ \S+ *(.*)")
_PIECE_BYTES: Final = 4 * 1024 * 1024
# The kernel's own pages in every process; reading them fails.
_KERNEL: Final = frozenset({"[vvar]", "[vvar_vclock]", "[vsyscall]"})

# ELF-64, little-endian: where the table of segments is said to be, and a segment (elf(5)).
_SEGMENTS: Final = struct.Struct("<32xQ14xHH4x")
_SEGMENT: Final = struct.Struct("<IIQQQQQQ")
_LOADED: Final = 1


@dataclass(frozen=True, slots=True)
class Region:
    """A part of the memory, and where it stands in the dump."""

    begin: int
    end: int
    name: str
    at: int = 0


@dataclass(frozen=True, slots=True)
class Dump:
    """How a dump was taken, and how many bytes of memory are in it."""

    way: str
    size: int


def dump_memory(pid: int, dump: Path, regions: Path) -> Dump:
    """Stop a process, copy its memory, and let it go on.

    Args:
        pid: a process of our own user; on systems with Yama, a child.
        dump: the file to write.
        regions: where is written what stands where in it, for `place_in_memory`.

    Raises:
        PermissionError: the system lets nobody read that memory.
        subprocess.SubprocessError: GDB is there, and failed.
    """
    gcore = shutil.which(GCORE)
    if gcore is None:
        found, way = _copy(pid, dump), "/proc/<pid>/mem"
    else:
        found, way = _dump_core(gcore, pid, dump), GCORE
    told = [[each.begin, each.end, each.name, each.at] for each in found]
    regions.write_text(json.dumps(told))
    return Dump(way, sum(each.end - each.begin for each in found))


def place_in_memory(regions: Path, offset: int) -> str:
    """Say where in the memory something in a dump was."""
    told = [Region(*each) for each in json.loads(regions.read_text())]
    position = bisect_right([each.at for each in told], offset) - 1
    if position < 0:
        return "among the registers"
    region = told[position]
    return f"{region.begin + offset - region.at:#x} in {region.name}"


def _dump_core(gcore: str, pid: int, dump: Path) -> list[Region]:
    names = {region.begin: region.name for region in _regions(pid)}
    subprocess.run(
        # With pages of files, too: what is there may have been written by the process.
        [gcore, "-a", "-o", str(dump), str(pid)],
        check=True,
        capture_output=True,
        timeout=GCORE_S,
    )
    dump.with_name(f"{dump.name}.{pid}").rename(dump)
    with dump.open("rb") as core:
        loaded = [
            Region(begin, begin + size, names.get(begin, "anonymous"), at)
            for begin, size, at in _segments(core)
        ]
    return sorted(loaded, key=lambda region: region.at)


def _segments(core: BinaryIO) -> Iterator[tuple[int, int, int]]:
    """Address, size and offset in the file of each part of the memory in a core dump."""
    table, width, count = _SEGMENTS.unpack(core.read(_SEGMENTS.size))
    for index in range(count):
        core.seek(table + index * width)
        kind, _, at, begin, _, size, _, _ = _SEGMENT.unpack(core.read(_SEGMENT.size))
        if kind == _LOADED and size:
            yield begin, size, at


def _copy(pid: int, dump: Path) -> list[Region]:
    os.kill(pid, signal.SIGSTOP)
    try:
        return list(_read(pid, dump))
    finally:
        os.kill(pid, signal.SIGCONT)


def _read(pid: int, out: Path) -> Iterator[Region]:
    with out.open("wb") as dump, Path(f"/proc/{pid}/mem").open("rb", buffering=0) as memory:
        for region in _regions(pid):
            at = dump.tell()
            try:
                memory.seek(region.begin)
                for begin in range(region.begin, region.end, _PIECE_BYTES):
                    dump.write(memory.read(min(_PIECE_BYTES, region.end - begin)))
            except OSError:
                # Of a file that became shorter, or a device: what there is was copied.
                pass
            if dump.tell() > at:
                yield Region(region.begin, region.begin + dump.tell() - at, region.name, at)


def _regions(pid: int) -> Iterator[Region]:
    for line in Path(f"/proc/{pid}/maps").read_text().splitlines():
        found = _MAPPING.match(line)
        if found is not None and found[4] not in _KERNEL:
            yield Region(int(found[1], 16), int(found[2], 16), found[4] or "anonymous")

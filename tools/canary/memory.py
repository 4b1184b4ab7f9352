"""A core dump of a process that goes on: all memory that it can read, as it was at one moment."""

import json
import os
import re
import signal
from bisect import bisect_right
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Final

_MAPPING: Final = re.compile(r"([0-9a-f]+)-([0-9a-f]+) (r)\S+ \S+ \S+ \S+ *(.*)")
_PIECE_BYTES: Final = 4 * 1024 * 1024
# The kernel's own pages in every process; reading them fails.
_KERNEL: Final = frozenset({"[vvar]", "[vvar_vclock]", "[vsyscall]"})


@dataclass(frozen=True, slots=True)
class Region:
    """A part of the memory, and where it stands in the dump."""

    begin: int
    end: int
    name: str
    at: int = 0


def dump_memory(pid: int, folder: Path, name: str) -> int:
    """Stop a process, copy its memory, and let it go on.

    Args:
        pid: a process of our own user; on systems with Yama, a child.
        folder: where `<name>` and `<name>.regions.json` are written.

    Returns:
        How many bytes it has.

    Raises:
        PermissionError: the system lets nobody read that memory.
    """
    os.kill(pid, signal.SIGSTOP)
    try:
        regions = list(_copy(pid, folder / name))
    finally:
        os.kill(pid, signal.SIGCONT)
    told = [[each.begin, each.end, each.name, each.at] for each in regions]
    (folder / f"{name}.regions.json").write_text(json.dumps(told))
    return sum(each.end - each.begin for each in regions)


def _copy(pid: int, out: Path) -> Iterator[Region]:
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


def place_in_memory(regions: Path, offset: int) -> str:
    """Say where in the memory something in a dump was."""
    told = [Region(*each) for each in json.loads(regions.read_text())]
    region = told[bisect_right([each.at for each in told], offset) - 1]
    return f"{region.begin + offset - region.at:#x} in {region.name}"

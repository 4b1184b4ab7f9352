"""Searches what a server had, place by place, also in what is packed there."""

import mmap
import zlib
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from io import BytesIO
from pathlib import Path
from typing import Final

from tools.canary.places import Place, may_be_in
from tools.canary.plants import Plant
from tools.canary.search import Haystack

_GZIP: Final = b"\x1f\x8b\x08"
MAX_UNPACKED_BYTES: Final = 64 * 1024 * 1024
"""Of each packed stream; a longer one is searched up to there."""


@dataclass(frozen=True, slots=True)
class Finding:
    """A plant, and where it was found."""

    plant: Plant
    place: Place
    file: Path
    offset: int
    is_packed: bool = False

    @property
    def is_leak(self) -> bool:
        """Whether it may not be there."""
        return not may_be_in(self.plant, self.place)

    def __str__(self) -> str:
        """What is where, without saying it: the value is not printed."""
        packed = "unpacked from " if self.is_packed else ""
        return f"{self.plant.what} in the {self.place}: {packed}{self.file.name}, {self.offset:#x}"


class Search:
    """A search for the same plants in many files."""

    def __init__(self, plants: Iterable[Plant]) -> None:
        """Prepare it."""
        self._haystack = Haystack(plants)

    def search(self, place: Place, file: Path) -> list[Finding]:
        """Find plants in a file; each once in what it holds as it is, once in what is packed."""
        found: dict[tuple[bytes, bool], Finding] = {}
        with file.open("rb") as stream:
            for hit in self._haystack.search(stream):
                finding = Finding(hit.plant, place, file, hit.offset)
                found.setdefault((hit.plant.value, False), finding)
        for at, content in _unpacked(file):
            for hit in self._haystack.search(BytesIO(content)):
                finding = Finding(hit.plant, place, file, at, is_packed=True)
                found.setdefault((hit.plant.value, True), finding)
        return list(found.values())


def files_of(evidence: Path, place: Place) -> list[Path]:
    """Everything that a place held."""
    return sorted(path for path in (evidence / place).rglob("*") if path.is_file())


def _unpacked(file: Path) -> Iterator[tuple[int, bytes]]:
    """What gzip packed (RFC 1952), and where; what only begins like it gives what can be read."""
    if file.stat().st_size == 0:
        return
    with file.open("rb") as stream, mmap.mmap(stream.fileno(), 0, access=mmap.ACCESS_READ) as held:
        at = held.find(_GZIP)
        while at >= 0:
            content = _unpack(held[at : at + MAX_UNPACKED_BYTES])
            if content:
                yield at, content
            at = held.find(_GZIP, at + 1)


def _unpack(packed: bytes) -> bytes:
    unpacking = zlib.decompressobj(wbits=16 + zlib.MAX_WBITS)
    content = bytearray()
    # In pieces: of a stream that is cut or spoilt, what came before that is read.
    for begin in range(0, len(packed), 4096):
        if unpacking.eof or len(content) >= MAX_UNPACKED_BYTES:
            break
        try:
            content += unpacking.decompress(packed[begin : begin + 4096], MAX_UNPACKED_BYTES)
        except zlib.error:
            break
    return bytes(content)

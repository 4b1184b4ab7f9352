"""Finds any of some thousand needles in gigabytes, with little memory.

A position is looked at closely only when its first two bytes begin a needle and the next two
continue one; numpy sorts out the rest at memory speed.
"""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from typing import BinaryIO, Final

import numpy as np
from numpy.typing import NDArray

from tools.canary.plants import Plant
from tools.canary.spellings import MIN_NEEDLE_BYTES, spellings

CHUNK_BYTES: Final = 8 * 1024 * 1024
"""How much is in memory at once, ten times over at most."""

_HEAD_BYTES: Final = MIN_NEEDLE_BYTES


@dataclass(frozen=True, slots=True)
class Hit:
    """A needle, and where it was found."""

    plant: Plant
    offset: int


class Haystack:
    """Searches for all spellings of all plants."""

    def __init__(self, plants: Iterable[Plant]) -> None:
        """Prepare the search."""
        by_head: dict[int, list[tuple[bytes, Plant]]] = {}
        for plant in plants:
            for needle in spellings(plant):
                by_head.setdefault(_head(needle), []).append((needle, plant))
        self._by_head: Mapping[int, list[tuple[bytes, Plant]]] = by_head
        self._heads: NDArray[np.uint64] = np.array(sorted(by_head), dtype=np.dtype("<u8"))
        self._first = _table(self._heads & np.uint64(0xFFFF))
        self._second = _table((self._heads >> np.uint64(16)) & np.uint64(0xFFFF))
        lengths = [len(needle) for pairs in by_head.values() for needle, _ in pairs]
        self._overlap = max(lengths, default=1) - 1

    def search(self, stream: BinaryIO) -> Iterator[Hit]:
        """Find every place; a place is told once for each plant."""
        kept = b""
        begin = 0
        while chunk := stream.read(CHUNK_BYTES):
            held = kept + chunk
            # What may go on in the next chunk is looked for there.
            end = max(0, len(held) - self._overlap)
            yield from self._search(held, begin, end)
            kept = held[end:]
            begin += end
        yield from self._search(kept, begin, len(kept))

    def _search(self, held: bytes, begin: int, end: int) -> Iterator[Hit]:
        for offset in self._candidates(held):
            if offset >= end:
                break
            head = int.from_bytes(held[offset : offset + _HEAD_BYTES], "little")
            found = {
                plant.value: plant
                for needle, plant in self._by_head[head]
                if held.startswith(needle, offset)
            }
            yield from (Hit(plant, begin + offset) for plant in found.values())

    def _candidates(self, held: bytes) -> list[int]:
        """Offsets at which the first eight bytes are those of a needle."""
        if len(held) < _HEAD_BYTES or not len(self._heads):
            return []
        last = len(held) - _HEAD_BYTES
        found = [self._at_parity(held, parity) for parity in range(2)]
        offsets: NDArray[np.int64] = np.sort(np.concatenate(found))
        offsets = offsets[offsets <= last]
        data = np.frombuffer(held, dtype=np.uint8)
        heads = np.zeros(len(offsets), dtype="<u8")
        for byte in range(_HEAD_BYTES):
            heads |= data[offsets + byte].astype("<u8") << np.uint64(8 * byte)
        return [int(offset) for offset in offsets[np.isin(heads, self._heads)]]

    def _at_parity(self, held: bytes, parity: int) -> NDArray[np.int64]:
        count = (len(held) - parity) // 2
        pairs = np.frombuffer(held, dtype="<u2", count=count, offset=parity)
        first = np.flatnonzero(self._first[pairs[:-1]])
        both = first[self._second[pairs[first + 1]]]
        offsets: NDArray[np.int64] = both.astype(np.int64) * 2 + parity
        return offsets


def _head(needle: bytes) -> int:
    return int.from_bytes(needle[:_HEAD_BYTES], "little")


def _table(values: NDArray[np.uint64]) -> NDArray[np.bool_]:
    table = np.zeros(1 << 16, dtype=np.bool_)
    table[values.astype(np.int64)] = True
    return table

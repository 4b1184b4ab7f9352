"""Whether bytes are noise, as encrypted ones have to be.

Compressed sound and pictures are nearly noise as a whole, but not at their beginnings: each codec
has its own first bytes. So the byte at each of the first positions is looked at over all frames,
and then all bytes, block by block, for any that is likelier than the others.
"""

import math
from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import Final

import numpy as np
from numpy.typing import NDArray

from tools.canary.payloads import Content, Medium

POSITIONS: Final = 8
"""First bytes of a frame that are looked at one by one."""
BLOCK_BYTES: Final = 2048
"""Payloads of one source are looked at in blocks of so many bytes or more."""

MIN_FRAMES: Final = 600
"""Fewer say nothing about a position: of 300 random bytes the entropy seems to be 7.6 bits."""
MIN_BITS: Final = 7.99
MIN_FIRST_BITS: Final = 7.8
"""Measured in meetings with the film and the face, 1,051 to 16,570 payloads of each medium: sealed
sound and pictures have 7.99 or more at each of the first positions, clear ones 0.05 at one."""
MAX_DEVIATION: Final = 9.0
"""In standard deviations of a block's chi-square. Measured, the worst of all blocks: 2.7 to 4.3 of
what is sealed, 220 to 340 of clear sound. Of clear pictures it was 6 once and 14 and 24 at other
times: they are told by their first bytes."""


@dataclass
class Noise:
    """What was measured of one medium."""

    payloads: int = 0
    frames: int = 0
    worst_block: float = -math.inf
    _all: NDArray[np.int64] = field(default_factory=lambda: np.zeros(256, dtype=np.int64))
    _first: NDArray[np.int64] = field(
        default_factory=lambda: np.zeros((POSITIONS, 256), dtype=np.int64)
    )
    _waiting: dict[int, bytearray] = field(default_factory=dict)

    def take(self, content: Content) -> None:
        """Measure one more payload."""
        self.payloads += 1
        data = np.frombuffer(content.data, dtype=np.uint8)
        self._all += np.bincount(data, minlength=256)
        if content.begins_frame:
            self.frames += 1
            for position, byte in enumerate(content.data[:POSITIONS]):
                self._first[position, byte] += 1
        waiting = self._waiting.setdefault(content.source, bytearray())
        waiting += content.data
        if len(waiting) >= BLOCK_BYTES:
            self.worst_block = max(self.worst_block, _deviation(bytes(waiting)))
            waiting.clear()

    @property
    def bits(self) -> float:
        """Entropy of all bytes, in bits per byte."""
        return _entropy(self._all)

    @property
    def first_bits(self) -> float:
        """Entropy at the position, of the first ones, that has least."""
        return min(_entropy(counts) for counts in self._first)

    @property
    def is_noise(self) -> bool:
        """Whether everything that was measured is as noise has it."""
        return (
            self.frames >= MIN_FRAMES
            and self.bits >= MIN_BITS
            and self.first_bits >= MIN_FIRST_BITS
            and self.worst_block <= MAX_DEVIATION
        )

    def __str__(self) -> str:
        """In one line."""
        return (
            f"{self.payloads} payloads, {self.bits:.4f} bits per byte, "
            f"{self.first_bits:.2f} at the most orderly of the first {POSITIONS}, "
            f"worst block {self.worst_block:.1f} standard deviations off"
        )


def measure(contents: Iterable[Content]) -> dict[Medium, Noise]:
    """Measure each medium."""
    found: dict[Medium, Noise] = {}
    for content in contents:
        found.setdefault(content.medium, Noise()).take(content)
    return found


def _entropy(counts: NDArray[np.int64]) -> float:
    """Shannon's, with what a small sample lacks added (Miller and Madow, 1955)."""
    total = int(counts.sum())
    if total == 0:
        return 0.0
    shares = counts[counts > 0] / total
    lacking = (len(shares) - 1) / (2 * total * math.log(2))
    return float(min(8.0, -(shares * np.log2(shares)).sum() + lacking))


def _deviation(block: bytes) -> float:
    """How far the chi-square of a block's bytes is from that of noise, in standard deviations."""
    counts = np.bincount(np.frombuffer(block, dtype=np.uint8), minlength=256)
    expected = len(block) / 256
    chi_square = float(((counts - expected) ** 2 / expected).sum())
    return (chi_square - 255) / math.sqrt(2 * 255)

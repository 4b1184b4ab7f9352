"""The first fields of MLS messages: whose group and which epoch. Nothing behind them is read.

Source: RFC 9420 sections 2.1.2 (variable-size vectors), 6 (MLSMessage, FramedContent), 6.3
(PrivateMessage), 8.1 (GroupContext) and 12.4.3.1 (GroupInfo).
"""

from dataclasses import dataclass
from enum import IntEnum
from typing import Final

_VERSION_MLS10: Final = 1
_MAX_GROUP_ID_BYTES: Final = 255
_MAX_EPOCH: Final = 2**53 - 1
"""JSON numbers are exact up to here (RFC 8259 section 6)."""


class WireFormat(IntEnum):
    """Kinds of MLSMessage that are taken (RFC 9420 section 17.2)."""

    PUBLIC_MESSAGE = 1
    PRIVATE_MESSAGE = 2
    GROUP_INFO = 4


@dataclass(frozen=True, slots=True)
class Header:
    """Where a message belongs."""

    group_id: bytes
    epoch: int


def read_header(message: bytes, expected: WireFormat) -> Header | None:
    """Read the header of an MLSMessage; None when it is not one of the expected kind."""
    reader = _Reader(message)
    try:
        if reader.number(2) != _VERSION_MLS10 or reader.number(2) != expected:
            return None
        if expected is WireFormat.GROUP_INFO:
            if reader.number(2) != _VERSION_MLS10:
                return None
            reader.number(2)  # the cipher suite is the members' business
        group_id = reader.vector(_MAX_GROUP_ID_BYTES)
        epoch = reader.number(8)
    except _CutError:
        return None
    return Header(group_id, epoch) if group_id and epoch <= _MAX_EPOCH else None


class _CutError(Exception):
    """The message ends too early, or a length is none."""


class _Reader:
    def __init__(self, data: bytes) -> None:
        self._data = data
        self._at = 0

    def number(self, size: int) -> int:
        return int.from_bytes(self._bytes(size), "big")

    def vector(self, max_bytes: int) -> bytes:
        """Read a vector; its length has the shortest of three forms."""
        first = self.number(1)
        size = 1 << (first >> 6)
        if size == 8:
            raise _CutError  # the form that RFC 9420 leaves out
        length = first & 0x3F
        if size > 1:
            length = length << 8 * (size - 1) | self.number(size - 1)
            if length < 1 << (8 * (size // 2) - 2):
                raise _CutError  # a shorter form fits
        if length > max_bytes:
            raise _CutError
        return self._bytes(length)

    def _bytes(self, size: int) -> bytes:
        end = self._at + size
        if end > len(self._data):
            raise _CutError
        data = self._data[self._at : end]
        self._at = end
        return data

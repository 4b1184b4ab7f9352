"""What a server held of sound and pictures: what its tap wrote down, after SRTP is taken off."""

import json
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import BinaryIO, Final, Literal

Medium = Literal["sound", "picture"]
MEDIA: Final[tuple[Medium, ...]] = ("sound", "picture")

_BY_PAYLOAD_TYPE: Final[dict[int, Medium]] = {111: "sound", 96: "picture"}
_KEYFRAME_CLEAR: Final = 10
_DELTA_CLEAR: Final = 1


class TapError(Exception):
    """The tap did not keep everything."""


@dataclass(frozen=True, slots=True)
class Content:
    """What a payload has behind the bytes that are clear by design (`protocol/frames.md`)."""

    medium: Medium
    source: int
    """The SSRC."""
    begins_frame: bool
    data: bytes


def read_contents(tap: Path, *, is_sealed: bool) -> Iterator[Content]:
    """Read the contents of all payloads.

    Args:
        tap: the file that the tap wrote.
        is_sealed: whether frames have an SFrame header behind their clear bytes.

    Raises:
        TapError: it was full.
    """
    with tap.open("rb") as records:
        while record := _read_record(records):
            head, payload = record
            if head["kind"] == "full":
                raise TapError("the tap was full before the meeting ended")
            medium = _BY_PAYLOAD_TYPE.get(int(str(head.get("pt", -1))))
            if medium is not None and payload:
                yield _content_of(medium, int(str(head["ssrc"])), payload, is_sealed)


def _content_of(medium: Medium, source: int, payload: bytes, is_sealed: bool) -> Content:
    if medium == "sound":
        skipped = _header_size(payload) if is_sealed else 0
        return Content(medium, source, begins_frame=True, data=payload[skipped:])
    begins, frame = _without_descriptor(payload)
    if begins and frame and is_sealed:
        clear = _KEYFRAME_CLEAR if frame[0] & 1 == 0 else _DELTA_CLEAR
        frame = frame[clear:]
        frame = frame[_header_size(frame) :]
    return Content(medium, source, begins, frame)


def _without_descriptor(payload: bytes) -> tuple[bool, bytes]:
    """Take the VP8 payload descriptor off (RFC 7741 section 4.2); whether a frame begins here."""
    first, size = payload[0], 1
    if first & 0x80 and len(payload) > 1:
        extension, size = payload[1], 2
        if extension & 0x80 and len(payload) > 2:
            size += 2 if payload[2] & 0x80 else 1
        size += bool(extension & 0x40)
        size += bool(extension & 0x30)
    return bool(first & 0x10) and first & 0x07 == 0, payload[size:]


def _header_size(frame: bytes) -> int:
    """Length of an SFrame header (RFC 9605 section 4.3)."""
    config = frame[0] if frame else 0
    key = (config >> 4 & 7) + 1 if config & 0x80 else 0
    counter = (config & 7) + 1 if config & 0x08 else 0
    return 1 + key + counter


def _read_record(records: BinaryIO) -> tuple[dict[str, object], bytes] | None:
    size = int.from_bytes(records.read(4), "big")
    record = records.read(size)
    # The last one may be cut, when the server was stopped while it wrote.
    if size == 0 or len(record) < size:
        return None
    head = int.from_bytes(record[:2], "big")
    return json.loads(record[2 : 2 + head]), record[2 + head :]

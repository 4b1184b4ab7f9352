"""Noise is told from sound and pictures, whatever is clear by design taken off."""

import json
import random
from pathlib import Path

import pytest

from tools.canary.noise import MIN_FRAMES, Noise, measure
from tools.canary.payloads import Content, TapError, read_contents

SEALED_BYTES = 400
HEADER = b"\x9b\x01\x02\x03\x04\x05\x06"
"""An SFrame header with a key id of two bytes and a counter of four (RFC 9605 section 4.3)."""


def record(head: dict[str, object], payload: bytes = b"") -> bytes:
    text = json.dumps(head).encode()
    rest = len(text).to_bytes(2, "big") + text + payload
    return len(rest).to_bytes(4, "big") + rest


def packet(kind: int, payload: bytes) -> bytes:
    return record({"kind": "rtp", "ssrc": 7, "pt": kind}, payload)


def read(tap: Path, *records: bytes, is_sealed: bool = True) -> list[Content]:
    tap.write_bytes(b"".join(records))
    return list(read_contents(tap, is_sealed=is_sealed))


def test_what_is_clear_by_design_is_not_measured(tmp_path: Path) -> None:
    key_frame = bytes(10)
    delta = b"\x01"
    descriptor = b"\x90\xe0\x81\x02\x03\x20"
    found = read(
        tmp_path / "tap",
        packet(111, HEADER + b"sound"),
        packet(96, descriptor + key_frame + HEADER + b"picture"),
        packet(96, b"\x80\xe0\x81\x02\x03\x20" + b"goes on"),
        packet(96, descriptor + delta + HEADER + b"smaller"),
        packet(97, b"a packet sent again"),
        record({"kind": "track", "ssrc": 7}),
    )
    assert [(each.medium, each.begins_frame, each.data) for each in found] == [
        ("sound", True, b"sound"),
        ("picture", True, b"picture"),
        ("picture", False, b"goes on"),
        ("picture", True, b"smaller"),
    ]


def test_a_record_that_was_cut_ends_the_tap_and_a_full_one_is_an_error(tmp_path: Path) -> None:
    whole = packet(111, HEADER + b"sound")
    assert len(read(tmp_path / "tap", whole, whole[:-2])) == 1
    with pytest.raises(TapError):
        read(tmp_path / "tap", whole, record({"kind": "full"}))


def noise_of(frames: list[bytes]) -> Noise:
    contents = (Content("sound", 7, begins_frame=True, data=frame) for frame in frames)
    return measure(contents)["sound"]


def test_random_bytes_are_noise_and_frames_with_a_beginning_are_not() -> None:
    chance = random.Random(4)
    frames = [chance.randbytes(SEALED_BYTES) for _ in range(MIN_FRAMES * 2)]
    assert noise_of(frames).is_noise
    assert not noise_of([b"\x78" + frame for frame in frames]).is_noise
    assert not noise_of(frames[: MIN_FRAMES - 1]).is_noise, "too few to say it"


def test_a_few_clear_frames_among_many_are_seen() -> None:
    chance = random.Random(5)
    frames = [chance.randbytes(SEALED_BYTES) for _ in range(MIN_FRAMES * 4)]
    clear = [b"words that anybody reads " * 100] * 2
    assert not noise_of(frames + clear).is_noise

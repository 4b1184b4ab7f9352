"""What leaked is found however a program spelt it, and wherever it stands."""

import base64
import gzip
import json
from collections.abc import Callable
from io import BytesIO
from pathlib import Path
from urllib.parse import quote

import pytest

from tools.canary import search
from tools.canary.findings import Search
from tools.canary.places import PASSING, Place
from tools.canary.plants import Kind, Plant
from tools.canary.search import Haystack

SECRET = bytes(range(7, 199, 6))
KEY = Plant(Kind.LINK_SECRET, "meeting", SECRET)
WORD = "qzvxkwpjfyghbtrmncö"
NAME = Plant(Kind.NAME, "ana", WORD.encode(), is_text=True)


def offsets(plant: Plant, held: bytes) -> list[int]:
    return [hit.offset for hit in Haystack([plant]).search(BytesIO(held))]


BYTES: dict[str, Callable[[bytes], bytes]] = {
    "plain": lambda value: value,
    "hex": lambda value: value.hex().encode(),
    "hex in capitals": lambda value: value.hex().upper().encode(),
    "hex with colons": lambda value: value.hex(":").encode(),
    "hex with spaces": lambda value: value.hex(" ").encode(),
    "hex in UTF-16": lambda value: value.hex().encode("utf-16-le"),
    "base64": base64.b64encode,
    "base64url": lambda value: base64.urlsafe_b64encode(value).rstrip(b"="),
    "base64 after one byte": lambda value: base64.b64encode(b"x" + value),
    "base64 after two bytes": lambda value: base64.b64encode(b"xy" + value + b"z"),
    "base64 in a query": lambda value: quote(base64.b64encode(value), safe="").encode(),
    "percent": lambda value: quote(value, safe="").encode(),
    "percent of all": lambda value: "".join(f"%{byte:02X}" for byte in value).encode(),
    "repr": lambda value: repr(value).encode(),
    "array in JSON": lambda value: json.dumps(list(value), separators=(",", ":")).encode(),
    "array as printed": lambda value: str(list(value)).encode(),
}


@pytest.mark.parametrize("spell", BYTES.values(), ids=BYTES.keys())
def test_a_key_is_found_however_it_is_spelt(spell: Callable[[bytes], bytes]) -> None:
    held = b"\0some log line: " + spell(SECRET) + b" and on\n" * 5
    assert offsets(KEY, held)
    assert not offsets(KEY, held.replace(spell(SECRET)[4:12], b"another!"))


TEXTS: dict[str, Callable[[str], bytes]] = {
    "UTF-8": str.encode,
    "UTF-16, little-endian": lambda text: text.encode("utf-16-le"),
    "UTF-16, big-endian": lambda text: text.encode("utf-16-be"),
    "UTF-32": lambda text: text.encode("utf-32-le"),
    "Latin-1": lambda text: text.encode("latin-1"),
    "JSON in ASCII": lambda text: json.dumps(text).encode(),
    "JSON in JSON": lambda text: json.dumps(json.dumps(text)).encode(),
    "capitals": lambda text: text.upper().encode(),
    "percent": lambda text: quote(text).encode(),
    "base64": lambda text: base64.b64encode(text.encode()),
    "hex": lambda text: text.encode().hex().encode(),
}


@pytest.mark.parametrize("spell", TEXTS.values(), ids=TEXTS.keys())
def test_a_name_is_found_however_it_is_spelt(spell: Callable[[str], bytes]) -> None:
    assert offsets(NAME, b"who=" + spell(WORD) + b";")
    assert not offsets(NAME, b"who=" + spell(WORD[::-1]) + b";")


def test_the_place_is_told_at_any_alignment_and_at_both_ends() -> None:
    for before in range(9):
        assert offsets(KEY, bytes(before) + SECRET) == [before]
    assert offsets(KEY, SECRET + SECRET) == [0, len(SECRET)]
    assert offsets(KEY, b"") == offsets(KEY, b"\x07") == []


def test_what_is_cut_by_a_chunk_is_found_once(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(search, "CHUNK_BYTES", 64)
    for before in range(120):
        assert offsets(KEY, bytes(before) + SECRET + bytes(200)) == [before]


def test_half_of_a_key_is_not_the_key() -> None:
    assert not offsets(KEY, SECRET[:-1] + b"\xff" + SECRET[1:])


def test_what_is_packed_is_found_also_when_the_packing_is_cut(tmp_path: Path) -> None:
    file = tmp_path / "log.1"
    packed = gzip.compress(bytes(3000) + SECRET + bytes(range(256)) * 400)
    for held in (packed, b"head" + packed + packed, packed[: len(packed) * 9 // 10]):
        file.write_bytes(held)
        (finding,) = Search([KEY]).search(Place.LOG, file)
        assert finding.is_packed
    file.write_bytes(b"\x1f\x8b\x08 no such thing")
    assert not Search([KEY]).search(Place.LOG, file)


@pytest.mark.parametrize("place", Place)
def test_an_address_may_be_in_memory_and_not_be_written(place: Place, tmp_path: Path) -> None:
    address = Plant(Kind.ADDRESS, "ana", b"127.144.199.201", is_text=True)
    file = tmp_path / "held"
    file.write_bytes(b'{"client": "127.144.199.201"}' + SECRET)
    found = Search([address, KEY]).search(place, file)
    assert {finding.plant for finding in found} == {address, KEY}
    leaks = {finding.plant for finding in found if finding.is_leak}
    assert leaks == ({KEY} if place in PASSING else {address, KEY})


def test_a_finding_does_not_repeat_what_it_found(tmp_path: Path) -> None:
    file = tmp_path / "server.log"
    file.write_bytes(b"hello " + WORD.encode())
    (finding,) = Search([NAME]).search(Place.LOG, file)
    assert WORD[:6] not in str(finding)
    assert str(finding).endswith("in the log: server.log, 0x6")

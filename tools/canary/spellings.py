"""How a value is spelt in what programs write: bytes, texts, and texts of texts."""

import base64
from collections.abc import Iterable, Iterator
from typing import Final
from urllib.parse import quote_from_bytes

from tools.canary.plants import Plant

MIN_NEEDLE_BYTES: Final = 8
"""Base64 at a foreign alignment loses up to four bytes of a value at its ends."""


def spellings(plant: Plant) -> frozenset[bytes]:
    """Everything to search for, without what is too short to be told from chance."""
    forms = {plant.value, *_of_bytes(plant.value)}
    if plant.is_text:
        forms |= set(_of_text(plant.value.decode()))
    return frozenset(form for form in forms if len(form) >= MIN_NEEDLE_BYTES)


def _of_bytes(value: bytes) -> Iterator[bytes]:
    texts = list(_texts_of_bytes(value))
    yield from (text.encode() for text in texts)
    # Python and JavaScript keep texts with letters beyond Latin-1 in two bytes each.
    yield from (text.encode("utf-16-le") for text in texts)


def _texts_of_bytes(value: bytes) -> Iterator[str]:
    digits = value.hex()
    yield from (digits, digits.upper())
    yield from (_grouped(digits, ":"), _grouped(digits, " "), _grouped(digits, "%", "%"))
    yield _grouped(digits.upper(), "%", "%")
    yield quote_from_bytes(value, safe="")
    yield repr(value)[2:-1]
    # Arrays of numbers, as JSON and as printed.
    yield from (separator.join(map(str, value)) for separator in (",", ", "))
    for text in _base64(value):
        yield text
        yield quote_from_bytes(text.encode(), safe="")


def _base64(value: bytes) -> Iterator[str]:
    """Wherever it stands in the bytes that are encoded: only what depends on it alone."""
    for skipped in range(3):
        whole = value[skipped : len(value) - (len(value) - skipped) % 3]
        yield base64.b64encode(whole).decode()
        yield base64.urlsafe_b64encode(whole).decode()


def _of_text(text: str) -> Iterator[bytes]:
    forms = {text, text.lower(), text.upper(), _escaped(text), _escaped(text).replace("\\", "\\\\")}
    for form in forms:
        yield form.encode()
        yield from (form.encode(coding) for coding in ("utf-16-le", "utf-16-be", "utf-32-le"))
    try:
        yield text.encode("latin-1")
    except UnicodeEncodeError:
        return


def _escaped(text: str) -> str:
    """As JSON writes letters that it is told to keep to ASCII."""
    return "".join(
        letter if letter.isascii() else _units(letter.encode("utf-16-be")) for letter in text
    )


def _units(pairs: bytes) -> str:
    return "".join(f"\\u{high:02x}{low:02x}" for high, low in zip(*[iter(pairs)] * 2, strict=True))


def _grouped(digits: str, between: str, before: str = "") -> str:
    parts: Iterable[str] = (digits[at : at + 2] for at in range(0, len(digits), 2))
    return before + between.join(parts)

"""Spellings of bytes: base64url, base32, and fields with their length in front."""

import base64
import binascii


def to_base64url(data: bytes) -> str:
    """Spell bytes without padding (RFC 4648 section 5)."""
    return base64.urlsafe_b64encode(data).rstrip(b"=").decode("ascii")


def from_base64url(text: str, length: int | None = None) -> bytes:
    """Read the one canonical spelling of some bytes.

    Args:
        length: how many bytes it has to be; None takes any number.

    Raises:
        ValueError: another alphabet, padding, bits left over, or another length.
    """
    try:
        data = base64.b64decode(text + "=" * (-len(text) % 4), altchars=b"-_", validate=True)
    except (binascii.Error, UnicodeEncodeError, ValueError):
        raise ValueError("not base64url") from None
    if to_base64url(data) != text or (length is not None and len(data) != length):
        raise ValueError("not base64url of the right length")
    return data


def to_base32(data: bytes) -> str:
    """Spell bytes in upper case without padding (RFC 4648 section 6)."""
    return base64.b32encode(data).rstrip(b"=").decode("ascii")


def statement(label: str, *fields: bytes) -> bytes:
    """Make what is signed: the label, a zero byte, and each field with its length in two bytes."""
    parts = [label.encode("ascii"), b"\0"]
    for field in fields:
        parts += [len(field).to_bytes(2, "big"), field]
    return b"".join(parts)

"""What members seal for each other under K_meta, padded so that its size says little."""

import os
from collections.abc import Sequence
from typing import Final

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM

MEETING_SIZES: Final = (512, 2048, 8192)
"""Sizes in bytes that a sealed meeting can have."""
NAME_SIZES: Final = (320,)
MAX_NAME_CHARS: Final = 64

_NONCE_BYTES: Final = 12
_TAG_BYTES: Final = 16
_LENGTH_BYTES: Final = 4


class SealError(Exception):
    """What should be sealed is too long, or what should be opened was not sealed so."""


def meeting_aad(locator: bytes) -> bytes:
    """What a sealed meeting is bound to."""
    return b"folkmoot v1 sealed meeting" + locator


def name_aad(locator: bytes, identity: str) -> bytes:
    """What a sealed name is bound to: nobody can put it on somebody else."""
    return b"folkmoot v1 sealed name" + locator + identity.encode("ascii")


def seal(
    key: bytes, text: bytes, aad: bytes, sizes: Sequence[int], nonce: bytes | None = None
) -> bytes:
    """Seal a text into the smallest size class that it fits.

    Args:
        nonce: 12 bytes; only tests give it.

    Raises:
        SealError: it is longer than the largest class takes.
    """
    nonce = os.urandom(_NONCE_BYTES) if nonce is None else nonce
    overhead = _NONCE_BYTES + _TAG_BYTES
    padded = len(text).to_bytes(_LENGTH_BYTES, "big") + text
    size = next((size for size in sizes if size - overhead >= len(padded)), None)
    if size is None:
        raise SealError(f"the text has {len(text)} bytes, more than can be sealed")
    return nonce + AESGCM(key).encrypt(nonce, padded.ljust(size - overhead, b"\0"), aad)


def open_sealed(key: bytes, sealed: bytes, aad: bytes, sizes: Sequence[int]) -> bytes:
    """Open what `seal` made.

    Raises:
        SealError: another key, another place, another size, or padding that is not zeros.
    """
    if len(sealed) not in sizes:
        raise SealError("this is not a size that sealed texts have")
    try:
        padded = AESGCM(key).decrypt(sealed[:_NONCE_BYTES], sealed[_NONCE_BYTES:], aad)
    except InvalidTag:
        raise SealError("this was not sealed with this key for this place") from None
    length = int.from_bytes(padded[:_LENGTH_BYTES], "big")
    text, rest = padded[_LENGTH_BYTES:][:length], padded[_LENGTH_BYTES + length :]
    if len(text) != length or any(rest):
        raise SealError("the padding is wrong")
    return text

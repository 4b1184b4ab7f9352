"""What follows from a meeting's secret. Only members' programs call this; the server never can."""

import hashlib
from dataclasses import dataclass
from typing import Final

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.kdf.hkdf import HKDF

from folkmoot.protocol.encoding import to_base32

SECRET_BYTES: Final = 32
LOCATOR_BYTES: Final = 16
HOST_HASH_BYTES: Final = 16
IDENTITY_CHARS: Final = 26


@dataclass(frozen=True, slots=True)
class MeetingKeys:
    """Everything derived from S (and P), 16 or 32 bytes each."""

    locator: bytes
    admission: Ed25519PrivateKey
    meta: bytes
    tag: bytes
    mix: bytes

    def __repr__(self) -> str:
        """Keep keys out of logs."""
        return "MeetingKeys(…)"


def derive_meeting(secret: bytes, stretched_passcode: bytes = b"") -> MeetingKeys:
    """Derive a meeting's keys.

    Args:
        secret: S, 32 bytes.
        stretched_passcode: P; empty where the link alone opens the meeting.

    Source: RFC 5869; labels in `protocol/README.md`.
    """
    root = derive(secret + stretched_passcode, "folkmoot v1 root", 32)
    seed = derive(root, "folkmoot v1 admission key", 32)
    return MeetingKeys(
        locator=derive(secret, "folkmoot v1 locator", LOCATOR_BYTES),
        admission=Ed25519PrivateKey.from_private_bytes(seed),
        meta=derive(root, "folkmoot v1 meta key", 32),
        tag=derive(root, "folkmoot v1 member tag key", 32),
        mix=derive(root, "folkmoot v1 media mix key", 32),
    )


def derive(secret: bytes, label: str, length: int) -> bytes:
    """HKDF with SHA-256, no salt (RFC 5869)."""
    return HKDF(SHA256(), length, salt=None, info=label.encode("ascii")).derive(secret)


def identity_of(leaf_key: bytes) -> str:
    """The name at the SFU of whoever holds a leaf key."""
    return to_base32(hashlib.sha256(leaf_key).digest())[:IDENTITY_CHARS]


def host_hash(host_key: bytes) -> bytes:
    """H, as links carry it: 16 bytes."""
    return hashlib.sha256(host_key).digest()[:HOST_HASH_BYTES]

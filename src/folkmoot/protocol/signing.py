"""Ed25519 keys and signatures of strangers."""

from typing import Final

from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey

KEY_BYTES: Final = 32
SIGNATURE_BYTES: Final = 64

_FIELD_PRIME: Final = 2**255 - 19

# The eight points of small order, and the two of them that have a second spelling below the prime
# (x = 0 with the sign bit set). One signature by such a key can fit many messages.
# Source: Chalkias, Garillot, Nikolaenko: "Taming the many EdDSAs" (2020), table 1; the same list
# stands in libsodium's ge25519_has_small_order.
_SMALL_ORDER: Final = frozenset(
    bytes.fromhex(spelling)
    for spelling in (
        "0100000000000000000000000000000000000000000000000000000000000000",
        "0100000000000000000000000000000000000000000000000000000000000080",
        "ecffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff7f",
        "ecffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff",
        "0000000000000000000000000000000000000000000000000000000000000000",
        "0000000000000000000000000000000000000000000000000000000000000080",
        "26e8958fc2b227b045c3f489f2ef98f0d5dfac05d3c63339b13802886d53fc05",
        "26e8958fc2b227b045c3f489f2ef98f0d5dfac05d3c63339b13802886d53fc85",
        "c7176a703d4dd84fba3c0b760d10670f2a2053fa2c39ccc64ec7fd7792ac037a",
        "c7176a703d4dd84fba3c0b760d10670f2a2053fa2c39ccc64ec7fd7792ac03fa",
    )
)


def is_sound_key(key: bytes) -> bool:
    """Whether a public key is spelled canonically (RFC 8032 section 5.1.3) and not of small order.

    A key that can be spelled twice would be one person with two identities.
    """
    y = int.from_bytes(key, "little") & ((1 << 255) - 1)
    return len(key) == KEY_BYTES and y < _FIELD_PRIME and key not in _SMALL_ORDER


def is_signed(key: bytes, statement: bytes, signature: bytes) -> bool:
    """Whether a signature is genuine. Takes as long for a bad one, whatever is bad about it."""
    try:
        Ed25519PublicKey.from_public_bytes(key).verify(signature, statement)
    except (InvalidSignature, ValueError):
        return False
    return is_sound_key(key)

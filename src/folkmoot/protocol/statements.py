"""The statements that devices sign, as bytes."""

import hashlib
from typing import Final

from folkmoot.protocol.encoding import statement

CREATION_LABEL: Final = "folkmoot v1 creation"
ADMISSION_LABEL: Final = "folkmoot v1 admission"


def creation_statement(
    origin: str,
    locator: bytes,
    admission_key: bytes,
    host_key: bytes,
    sealed: bytes,
    lifetime_s: int,
) -> bytes:
    """What the admission key and the host key sign to make a meeting."""
    return statement(
        CREATION_LABEL,
        origin.encode(),
        locator,
        admission_key,
        host_key,
        hashlib.sha256(sealed).digest(),
        lifetime_s.to_bytes(4, "big"),
    )


def admission_statement(
    origin: str, locator: bytes, nonce: bytes, leaf_key: bytes, identity: str
) -> bytes:
    """What the admission key and the leaf key sign to be let in."""
    return statement(
        ADMISSION_LABEL, origin.encode(), locator, nonce, leaf_key, identity.encode("ascii")
    )

"""The statements that devices sign, as bytes."""

import hashlib
from typing import Final

from folkmoot.protocol.encoding import statement

CREATION_LABEL: Final = "folkmoot v1 creation"
ADMISSION_LABEL: Final = "folkmoot v1 admission"
HOST_COMMIT_LABEL: Final = "folkmoot v1 host commit"


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


def host_commit_statement(group_id: bytes, epoch: int, message: bytes) -> bytes:
    """What the host key signs so that a commit goes before those of others.

    Args:
        epoch: that the commit names.
        message: the commit, as an MLSMessage.
    """
    return statement(
        HOST_COMMIT_LABEL, group_id, epoch.to_bytes(8, "big"), hashlib.sha256(message).digest()
    )

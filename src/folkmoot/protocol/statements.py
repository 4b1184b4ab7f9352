"""The statements that devices sign, as bytes."""

import hashlib
from typing import Final

from folkmoot.protocol.encoding import statement

CREATION_LABEL: Final = "folkmoot v1 creation"
ADMISSION_LABEL: Final = "folkmoot v1 admission"
HOST_COMMIT_LABEL: Final = "folkmoot v1 host commit"
HOST_GROUP_LABEL: Final = "folkmoot v1 host group"
DRAIN_LABEL: Final = "folkmoot v1 drain"
RECORD_LABEL: Final = "folkmoot v1 record"
ROSTER_LABEL: Final = "folkmoot v1 roster"
SERVICE_LABEL: Final = "folkmoot v1 service statement"


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


def host_group_statement(group_id: bytes, epoch: int, group_info: bytes, act_head: bytes) -> bytes:
    """What the host key signs so that a group is made under a head of host acts.

    Args:
        epoch: that the GroupInfo names.
        group_info: of the new group, as an MLSMessage.
    """
    digest = hashlib.sha256(group_info).digest()
    return statement(HOST_GROUP_LABEL, group_id, epoch.to_bytes(8, "big"), digest, act_head)


def drain_statement(node_key: bytes, run: bytes, at_ms: int) -> bytes:
    """What the node signs when it stops.

    Args:
        run: names one life of the process, so that nobody shows the word of an earlier one.
        at_ms: when, in milliseconds since 1970.
    """
    return statement(DRAIN_LABEL, node_key, run, at_ms.to_bytes(8, "big"))


def record_statement(leaf_key: bytes, digest: bytes) -> bytes:
    """What a device signs of its record of a call.

    Args:
        digest: SHA-256 of the record as RFC 8785 spells it.
    """
    return statement(RECORD_LABEL, leaf_key, digest)


def service_statement(
    group_id: bytes, leaf_key: bytes, kind: int, about: bytes, from_ms: int, until_ms: int
) -> bytes:
    """What a member signs of somebody's service, or of their own.

    Args:
        leaf_key: of who signs.
        kind: 1 served, 2 lost.
        about: leaf key of who was not seen; zeros for `lost`.
        from_ms: milliseconds since 1970, by the signer's clock.
        until_ms: the same.
    """
    times = from_ms.to_bytes(8, "big"), until_ms.to_bytes(8, "big")
    return statement(SERVICE_LABEL, group_id, leaf_key, bytes([kind]), about, *times)


def roster_statement(
    group_id: bytes, leaf_key: bytes, epoch: int, digest: bytes, at_ms: int
) -> bytes:
    """What a member signs of who is in the group.

    Args:
        leaf_key: of who signs.
        digest: SHA-256 of the members' leaf keys in the order of their leaves.
        at_ms: milliseconds since 1970, by the signer's clock.
    """
    numbers = epoch.to_bytes(8, "big"), at_ms.to_bytes(8, "big")
    return statement(ROSTER_LABEL, group_id, leaf_key, numbers[0], digest, numbers[1])

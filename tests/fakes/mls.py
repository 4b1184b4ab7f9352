"""MLS messages as far as the server reads them; what follows is noise."""

import os

from folkmoot.groups.mls import WireFormat

MLS10 = b"\x00\x01"


def vector(data: bytes) -> bytes:
    """RFC 9420 section 2.1.2."""
    if len(data) < 64:
        return bytes([len(data)]) + data
    return (0x4000 | len(data)).to_bytes(2, "big") + data


def mls_message(wire_format: WireFormat, group_id: bytes, epoch: int, rest: bytes = b"") -> bytes:
    context = MLS10 + b"\x00\x01" if wire_format is WireFormat.GROUP_INFO else b""
    head = MLS10 + wire_format.to_bytes(2, "big") + context
    return head + vector(group_id) + epoch.to_bytes(8, "big") + (rest or os.urandom(8))


def commit_message(group_id: bytes, epoch: int, rest: bytes = b"") -> bytes:
    return mls_message(WireFormat.PUBLIC_MESSAGE, group_id, epoch, rest)


def private_message(group_id: bytes, epoch: int, rest: bytes = b"") -> bytes:
    return mls_message(WireFormat.PRIVATE_MESSAGE, group_id, epoch, rest)


def group_info(group_id: bytes, epoch: int, rest: bytes = b"") -> bytes:
    return mls_message(WireFormat.GROUP_INFO, group_id, epoch, rest)

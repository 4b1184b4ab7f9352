"""The addresses of this machine's network interfaces."""

import ipaddress
import socket
import struct
import sys
from collections.abc import Iterator
from typing import Final

# rtnetlink(7), linux/if_addr.h. An answer of one machine fits a few of these buffers.
_ROUTE: Final = 0
_GET_ADDRESSES: Final = 22
_NEW_ADDRESS: Final = 20
_DONE: Final = (3, 2)  # the end, or an error
_REQUEST_DUMP: Final = 0x301
_IFA_ADDRESS: Final = 1
_IFA_LOCAL: Final = 2
# Temporary, failed, deprecated or tentative: gone before long, or not there yet.
_FLEETING: Final = 0x01 | 0x08 | 0x20 | 0x40
_HEADER: Final = struct.Struct("=IHHII")
_ADDRESS: Final = struct.Struct("=BBBBI")
_ATTRIBUTE: Final = struct.Struct("=HH")
_BUFFER_BYTES: Final = 65_536
_WAIT_S: Final = 2.0


def interface_addresses() -> list[str]:
    """All of them, loopback and link-local ones too; empty when the system does not say."""
    try:
        return _ask_kernel() if sys.platform == "linux" else _ask_resolver()
    except OSError:
        return []


def _ask_resolver() -> list[str]:
    infos = socket.getaddrinfo(socket.gethostname(), None, type=socket.SOCK_STREAM)
    return [str(info[4][0]).partition("%")[0] for info in infos]


def _ask_kernel() -> list[str]:
    family = socket.AF_NETLINK  # type: ignore[attr-defined,unused-ignore]  # Linux only
    with socket.socket(family, socket.SOCK_RAW, _ROUTE) as kernel:
        kernel.settimeout(_WAIT_S)
        body = _ADDRESS.pack(socket.AF_UNSPEC, 0, 0, 0, 0)
        size = _HEADER.size + len(body)
        kernel.send(_HEADER.pack(size, _GET_ADDRESSES, _REQUEST_DUMP, 1, 0) + body)
        found: list[str] = []
        while True:
            for kind, message in parse_messages(kernel.recv(_BUFFER_BYTES)):
                if kind in _DONE:
                    return found
                if kind == _NEW_ADDRESS:
                    found += parse_address(message)


def parse_messages(data: bytes) -> Iterator[tuple[int, bytes]]:
    """Split what the kernel sent into kinds and contents."""
    while len(data) >= _HEADER.size:
        size, kind, *_ = _HEADER.unpack_from(data)
        if size < _HEADER.size:
            return
        yield kind, data[_HEADER.size : size]
        data = data[_aligned(size) :]


def parse_address(message: bytes) -> list[str]:
    """The address in one message, unless it is fleeting."""
    _, _, flags, _, _ = _ADDRESS.unpack_from(message)
    found = dict(_attributes(message[_ADDRESS.size :]))
    # On a point-to-point link the former is the other end's.
    packed = found.get(_IFA_LOCAL, found.get(_IFA_ADDRESS))
    if packed is None or flags & _FLEETING:
        return []
    return [str(ipaddress.ip_address(packed))]


def _attributes(data: bytes) -> Iterator[tuple[int, bytes]]:
    while len(data) >= _ATTRIBUTE.size:
        size, kind = _ATTRIBUTE.unpack_from(data)
        if size < _ATTRIBUTE.size:
            return
        yield kind, data[_ATTRIBUTE.size : size]
        data = data[_aligned(size) :]


def _aligned(size: int) -> int:
    return (size + 3) & ~3

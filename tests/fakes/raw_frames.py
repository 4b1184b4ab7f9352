"""WebSocket bytes as no library writes them: thousands of frames in one write."""

import struct

from tests.fakes.tokens import token_of

BINARY = 2
PING = 9


def frame(opcode: int, payload: bytes) -> bytes:
    """One client frame of less than 64 KiB, masked with zeros."""
    size = len(payload)
    length = bytes([0x80 | size]) if size < 126 else bytes([0xFE]) + struct.pack("!H", size)
    return bytes([0x80 | opcode]) + length + bytes(4) + payload


def upgrade(identity: str, room: str) -> bytes:
    """The request that opens signalling."""
    return (
        f"GET /rtc HTTP/1.1\r\nHost: x\r\nAuthorization: Bearer {token_of(identity, room)}\r\n"
        "Upgrade: websocket\r\nConnection: Upgrade\r\nSec-WebSocket-Version: 13\r\n"
        "Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\n\r\n"
    ).encode()

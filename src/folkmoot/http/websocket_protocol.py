"""Repairs to the ASGI server's WebSocket protocol."""

import contextlib
from asyncio import BaseTransport
from typing import Final

from uvicorn._types import ASGISendEvent
from uvicorn.protocols.utils import ClientDisconnected
from uvicorn.protocols.websockets.websockets_sansio_impl import WebSocketsSansIOProtocol
from websockets.http11 import Request

MAX_UNREAD_PONG_BYTES: Final = 64 * 1024
"""Security limit: answers to pings that wait while the peer does not read. More cuts it."""
READ_BYTES: Final = 96 * 1024
"""Security limit: most bytes of one connection that are parsed before others have their turn.

More than one message, so that one that is too long is read whole and its sender hears why.
"""
WRITE_BYTES: Final = 64 * 1024
"""Security limit: bytes of one connection that wait in its transport before senders wait."""

_TOO_LONG: Final = (
    b"HTTP/1.1 431 Request Header Fields Too Large\r\n"
    b"Content-Length: 0\r\nConnection: close\r\n\r\n"
)


class AbortableWebSocketProtocol(WebSocketsSansIOProtocol):
    """Lets the application cut a connection, and survives what clients do badly.

    ASGI has no way to drop a participant who does not read: a close frame queues behind what is not
    read. The application finds `abort` in the scope's state; and `allow_message_bytes`, with which
    it lets somebody whom it knows send longer messages than strangers may.
    """

    unread_pong_bytes = 0

    def connection_made(self, transport: BaseTransport) -> None:
        """Begin a connection."""
        super().connection_made(transport)
        # asyncio reads 256 KiB at once, tens of thousands of small frames. TLS has its own bound.
        transport.max_size = READ_BYTES  # type: ignore[attr-defined]  # of selector transports
        # With TLS asyncio would let 512 KiB wait for a peer that does not read.
        self.transport.set_write_buffer_limits(high=WRITE_BYTES)

    def handle_connect(self, event: Request) -> None:
        """Begin a WebSocket."""
        self.app_state = {
            **self.app_state,
            "abort": self.abort,
            "allow_message_bytes": self.allow_message_bytes,
        }
        super().handle_connect(event)

    def allow_message_bytes(self, max_bytes: int) -> None:
        """Set how long messages may be from now on, of somebody who was let in."""
        self.conn.max_message_size = max_bytes

    def abort(self) -> None:
        """Cut the connection; nothing when it is cut already.

        A TLS transport that was closed twice has forgotten its connection in Python 3.11; that one
        ends when asyncio's patience with its closing does.
        """
        with contextlib.suppress(AttributeError):
            self.transport.abort()

    def handle_ping(self) -> None:
        """Answer a ping; cut a peer that sends them and does not read the answers.

        Messages wait until the transport has room. Pongs go around that queue, so they are counted
        while it has none; what the application sends is bounded by the application.
        """
        pongs = b"".join(self.conn.data_to_send())
        if self.transport.is_closing():
            return
        if not self.writable.is_set():
            self.unread_pong_bytes += len(pongs)
            if self.unread_pong_bytes > MAX_UNREAD_PONG_BYTES:
                self.abort()
                return
        self.transport.write(pongs)

    def resume_writing(self) -> None:
        """Note that the peer reads again."""
        self.unread_pong_bytes = 0
        super().resume_writing()

    async def send(self, message: ASGISendEvent) -> None:
        """Send, unless the connection is lost already: asyncio warns of every such write."""
        if message["type"] == "websocket.send" and self.transport.is_closing():
            raise ClientDisconnected
        await super().send(message)
        if message["type"] == "websocket.http.response.body" and self.close_sent:
            # The upgrade is answered; without this the server reports it as forgotten.
            self.handshake_complete = True

    def data_received(self, data: bytes) -> None:
        """Take bytes; answer an upgrade request whose lines are too long for the parser.

        The library only remembers that it failed, and the connection would hang.
        """
        super().data_received(data)
        if self.conn.handshake_exc is not None and not self.handshake_initiated:
            self.handshake_initiated = True
            self.handshake_complete = True
            self.close_sent = True
            self.transport.write(_TOO_LONG)
            self.transport.close()

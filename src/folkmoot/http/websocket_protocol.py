"""Three repairs to the ASGI server's WebSocket protocol."""

from typing import Final

from uvicorn._types import ASGISendEvent
from uvicorn.protocols.utils import ClientDisconnected
from uvicorn.protocols.websockets.websockets_sansio_impl import WebSocketsSansIOProtocol
from websockets.http11 import Request

_TOO_LONG: Final = (
    b"HTTP/1.1 431 Request Header Fields Too Large\r\n"
    b"Content-Length: 0\r\nConnection: close\r\n\r\n"
)


class AbortableWebSocketProtocol(WebSocketsSansIOProtocol):
    """Lets the application cut a connection, and survives what clients do badly.

    ASGI has no way to drop a participant who does not read: a close frame queues behind what is not
    read. The application finds `abort` in the scope's state.
    """

    def handle_connect(self, event: Request) -> None:
        """Begin a WebSocket."""
        self.app_state = {**self.app_state, "abort": self.transport.abort}
        super().handle_connect(event)

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

"""The ASGI server, configured."""

import asyncio
import contextlib
import socket
import ssl
from asyncio.sslproto import SSLProtocol
from collections.abc import Generator
from typing import Final

import uvicorn
from starlette.types import ASGIApp

from folkmoot.http.http_protocol import ArmouredHttpProtocol
from folkmoot.http.websocket_protocol import READ_BYTES, AbortableWebSocketProtocol
from folkmoot.signalling.codec import MAX_MESSAGE_BYTES

MAX_REQUEST_HEAD_BYTES: Final = 16 * 1024
"""Security limit: request line and headers; a token in the query may take 6 KiB of it."""
FINISH_S: Final = 10
"""How long requests that run at shutdown may take."""


class QuietServer(uvicorn.Server):
    """A server that leaves signals to the application, which drains first."""

    def __init__(self, config: uvicorn.Config) -> None:
        """Configure; nothing is opened yet."""
        super().__init__(config)
        self.listening = asyncio.Event()

    async def startup(self, sockets: list[socket.socket] | None = None) -> None:
        """Begin to listen, and say so."""
        await super().startup(sockets)
        self.listening.set()

    @contextlib.contextmanager
    def capture_signals(self) -> Generator[None]:
        """Capture nothing."""
        yield


def build_server(
    app: ASGIApp, encryption: ssl.SSLContext | None = None, *, has_websockets: bool = True
) -> QuietServer:
    """Configure the server. Nothing is read from forwarding headers, nothing logged per request.

    Args:
        encryption: shows the certificate; None serves in clear.
    """
    if encryption is not None:
        # Of each connection, kept and read at once: asyncio would take 256 KiB.
        SSLProtocol.max_size = READ_BYTES
    config = uvicorn.Config(
        app,
        lifespan="off",
        http=ArmouredHttpProtocol,
        ws=AbortableWebSocketProtocol if has_websockets else "none",
        ws_max_size=MAX_MESSAGE_BYTES,
        ws_per_message_deflate=False,
        # Sessions keep their own deadlines by signalling pings.
        ws_ping_interval=None,
        h11_max_incomplete_event_size=MAX_REQUEST_HEAD_BYTES,
        timeout_graceful_shutdown=FINISH_S,
        access_log=False,
        log_config=None,
        proxy_headers=False,
        server_header=False,
        ssl_context_factory=None if encryption is None else lambda _, __: encryption,
    )
    return QuietServer(config)

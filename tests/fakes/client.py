"""A LiveKit client's signalling, over a real WebSocket."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any

from livekit.protocol import rtc
from websockets.asyncio.client import ClientConnection, connect

from tests.fakes.server import RunningServer
from tests.fakes.tokens import token_of


@asynccontextmanager
async def joined(
    server: RunningServer, token: str | None = None, query: str = "", **options: Any
) -> AsyncIterator[ClientConnection]:
    """Join as a native client does: the token in a header, no origin."""
    headers = {"Authorization": f"Bearer {token or token_of()}"}
    headers.update(options.pop("headers", {}))
    async with connect(f"{server.ws}/rtc?{query}", additional_headers=headers, **options) as socket:
        yield socket


async def receive(socket: ClientConnection, kind: str) -> rtc.SignalResponse:
    """Wait for a message of one kind."""
    while True:
        data = await socket.recv()
        assert isinstance(data, bytes)
        message = rtc.SignalResponse.FromString(data)
        if message.WhichOneof("message") == kind:
            return message

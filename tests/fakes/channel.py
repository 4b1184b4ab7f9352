"""A device's channel to a group's order, over a real WebSocket."""

import asyncio
import json
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from typing import Any

from websockets.asyncio.client import ClientConnection, connect
from websockets.exceptions import ConnectionClosed
from websockets.typing import Subprotocol

from tests.fakes.groups import entries
from tests.fakes.server import RunningServer

SUBPROTOCOL = Subprotocol("folkmoot.group.v1")
PATIENCE_S = 10.0


@dataclass
class Channel:
    """What is said and heard. Everything that was heard is kept in `heard`."""

    socket: ClientConnection
    heard: list[dict[str, Any]] = field(default_factory=list)

    async def say(self, frame: dict[str, Any]) -> None:
        await self.socket.send(json.dumps(frame))

    async def hear(self, *kinds: str) -> dict[str, Any]:
        """Wait for a frame of one of these kinds."""
        async with asyncio.timeout(PATIENCE_S):
            while True:
                frame: dict[str, Any] = json.loads(await self.socket.recv())
                self.heard.append(frame)
                if frame["frame"] in kinds:
                    return frame

    async def ask(self, frame: dict[str, Any]) -> dict[str, Any]:
        """Say something, and wait for its answer."""
        await self.say(frame)
        while True:
            answer = await self.hear("done", "refused")
            if answer["ref"] == frame["ref"]:
                return answer

    async def hear_entries(self, count: int) -> list[tuple[int, str]]:
        """Wait until so many entries were heard in all."""
        while len(self.entries) < count:
            await self.hear("entry")
        return self.entries

    @property
    def entries(self) -> list[tuple[int, str]]:
        return entries(self.heard)

    @property
    def token(self) -> str:
        return str([each["token"] for each in self.heard if each["frame"] == "token"][-1])

    async def closing(self) -> int | None:
        """Wait for the end; returns its code."""
        async with asyncio.timeout(PATIENCE_S):
            try:
                while True:
                    self.heard.append(json.loads(await self.socket.recv()))
            except ConnectionClosed as closed:
                return None if closed.rcvd is None else closed.rcvd.code


@asynccontextmanager
async def reached(server: RunningServer, **options: Any) -> AsyncIterator[Channel]:
    """A WebSocket on which nothing was said yet."""
    address = f"{server.ws}/group"
    # What a test does not read must not keep it from hearing that the channel is closed.
    settings = {"max_size": None, "max_queue": None, "ping_interval": None, "close_timeout": 2}
    async with connect(address, subprotocols=[SUBPROTOCOL], **{**settings, **options}) as socket:
        yield Channel(socket)


@asynccontextmanager
async def opened(
    server: RunningServer, token: str, after: int | None = None, **options: Any
) -> AsyncIterator[Channel]:
    """A channel that was let in."""
    async with reached(server, **options) as channel:
        await channel.say({"frame": "hello", "token": token, "after": after})
        await channel.hear("token")
        yield channel

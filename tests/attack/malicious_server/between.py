"""A server that stands between members and the order, and does as it likes with what passes."""

import asyncio
import base64
import contextlib
import json
import time
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from typing import Any

from websockets.asyncio.client import ClientConnection, connect
from websockets.asyncio.server import ServerConnection, serve
from websockets.exceptions import ConnectionClosed

from tests.fakes.channel import SUBPROTOCOL, Channel, opened
from tests.fakes.server import RunningServer
from tests.fakes.tokens import claims_of, sign

Frame = dict[str, Any]
ENDINGS_OF_NOBODY = (None, 1005, 1006)
"""They are no codes that can be sent (RFC 6455 section 7.4.1)."""


@dataclass
class Line:
    """One device's connection."""

    device: ServerConnection
    server: ClientConnection
    identity: str = ""

    async def tell(self, frame: Frame) -> None:
        """Say something to the device that the order never said."""
        await self.device.send(json.dumps(frame))


Hook = Callable[[Line, Frame], list[Frame]]


def honestly(_: Line, frame: Frame) -> list[Frame]:
    """Pass a frame on."""
    return [frame]


@dataclass
class Between:
    """All lines, and what is done to what goes over them.

    Attributes:
        down: what a device gets instead of a frame of the order's.
        up: what the order gets instead of a frame of a device's.
        seen: everything that ever passed, as the operator could write it down.
    """

    server: RunningServer
    port: int = 0
    down: Hook = honestly
    up: Hook = honestly
    lines: list[Line] = field(default_factory=list)
    seen: list[Frame] = field(default_factory=list)
    is_dead: bool = False

    @property
    def channel(self) -> str:
        """Where devices find it."""
        return f"ws://127.0.0.1:{self.port}/group"

    def line_of(self, identity: str) -> Line:
        return [each for each in self.lines if each.identity == identity][-1]

    async def cut_all(self) -> None:
        """Cut every connection, and let nobody come back before `is_dead` is over."""
        self.is_dead = True
        for line in list(self.lines):
            line.device.transport.abort()
            await line.server.close()

    async def carry(self, device: ServerConnection) -> None:
        if self.is_dead:
            device.transport.abort()
            return
        address = f"{self.server.ws}/group"
        async with connect(address, subprotocols=[SUBPROTOCOL], max_size=None) as server:
            line = Line(device, server)
            self.lines.append(line)
            with contextlib.suppress(ConnectionClosed):
                await self._until_one_ends(line)
            self.lines.remove(line)
            code = server.close_code
            if code not in ENDINGS_OF_NOBODY:
                await device.close(code)

    async def _until_one_ends(self, line: Line) -> None:
        ways = [
            asyncio.create_task(self._upwards(line)),
            asyncio.create_task(self._downwards(line)),
        ]
        try:
            await asyncio.wait(ways, return_when=asyncio.FIRST_COMPLETED)
        finally:
            for way in ways:
                way.cancel()
            await asyncio.gather(*ways, return_exceptions=True)

    async def _upwards(self, line: Line) -> None:
        async for text in line.device:
            frame: Frame = json.loads(text)
            self.seen.append(frame)
            if frame["frame"] == "hello":
                line.identity = identity_in(frame["token"])
            for each in self.up(line, frame):
                await line.server.send(json.dumps(each))

    async def _downwards(self, line: Line) -> None:
        async for text in line.server:
            frame: Frame = json.loads(text)
            self.seen.append(frame)
            for each in self.down(line, frame):
                await line.device.send(json.dumps(each))


def identity_in(token: str) -> str:
    """Whose token it is: the server has made it, so it need not ask."""
    payload = token.split(".")[1]
    return str(json.loads(base64.urlsafe_b64decode(payload + "=="))["sub"])


@asynccontextmanager
async def between(server: RunningServer) -> AsyncIterator[Between]:
    """Stand in the middle."""
    middle = Between(server)
    async with serve(
        middle.carry, "127.0.0.1", 0, subprotocols=[SUBPROTOCOL], max_size=None
    ) as listening:
        middle.port = next(iter(listening.sockets)).getsockname()[1]
        yield middle


@asynccontextmanager
async def operators_channel(
    server: RunningServer, locator: str, identity: str = "OPERATOR"
) -> AsyncIterator[Channel]:
    """A channel to any meeting's order, with a token that only who runs the server can make."""
    claims = {**claims_of(identity, locator), "use": "group_session", "exp": int(time.time()) + 600}
    async with opened(server, sign(claims)) as channel:
        yield channel

"""The WebSocket of a channel: the only I/O of groups.

Until somebody is let in, frames of more than 64 KiB are closed with 1009 by the ASGI server before
they are read whole. Nothing is logged here.
"""

import asyncio
import contextlib
from collections.abc import Callable
from typing import Any, Final, NoReturn

from starlette.websockets import WebSocket, WebSocketDisconnect

from folkmoot.groups.admission import GroupDoorkeeper
from folkmoot.groups.endings import ChannelError, Ending
from folkmoot.groups.exchange import Exchange, OpenChannel
from folkmoot.groups.frames import parse_hello
from folkmoot.groups.limits import HELLO_S, MAX_FRAME_BYTES
from folkmoot.groups.outbox import ChannelOutbox

SUBPROTOCOL: Final = "folkmoot.group.v1"

# What a dying connection raises from a send: gone (OSError, WebSocketDisconnect), or closed by the
# ASGI server between two sends (RuntimeError).
_GONE: Final = (OSError, RuntimeError, WebSocketDisconnect)


class WebSocketChannels:
    """Runs channels over WebSockets."""

    def __init__(self, exchange: Exchange, doorkeeper: GroupDoorkeeper) -> None:
        """Connect WebSockets to an exchange."""
        self._exchange = exchange
        self._doorkeeper = doorkeeper

    async def run(self, socket: WebSocket) -> None:
        """Run one channel from accepting the WebSocket to its end."""
        state = socket.scope["state"]
        outbox = ChannelOutbox(state["abort"])
        pump: asyncio.Task[None] | None = None
        opened: OpenChannel | None = None
        ending = Ending.LEFT
        try:
            await socket.accept(SUBPROTOCOL)
            pump = asyncio.create_task(_pump(socket, outbox))
            opened = await self._open(socket, outbox)
            _allow_long_frames(state)
            await self._listen(socket, opened)
        except ChannelError as error:
            ending = error.ending
        except _GONE:
            pass
        finally:
            if opened is not None:
                self._exchange.close(opened, outbox.reason or ending)
            outbox.close(ending)
            if pump is not None:
                await pump

    async def _open(self, socket: WebSocket, outbox: ChannelOutbox) -> OpenChannel:
        try:
            async with asyncio.timeout(HELLO_S):
                text = await _receive(socket)
        except TimeoutError:
            raise ChannelError(Ending.SILENT) from None
        hello = parse_hello(text)
        if hello is None:
            raise ChannelError(Ending.MALFORMED)
        admission = self._doorkeeper.enter(hello.token)
        return await self._exchange.open(admission, hello.after, outbox)

    async def _listen(self, socket: WebSocket, opened: OpenChannel) -> NoReturn:
        while True:
            self._exchange.receive(opened, await _receive(socket))
            # What came in one read is there at once, without a wait that lets others run: so
            # nobody gets more than one frame per turn of the loop, however many they send.
            await asyncio.sleep(0)


async def _receive(socket: WebSocket) -> str:
    """Wait for a text frame.

    Raises:
        ChannelError: the device left, or sent bytes.
    """
    message: Any = await socket.receive()
    if message["type"] == "websocket.disconnect":
        raise ChannelError(Ending.LEFT)
    text: str | None = message.get("text")
    if text is None:
        raise ChannelError(Ending.MALFORMED)
    return text


async def _pump(socket: WebSocket, outbox: ChannelOutbox) -> None:
    with contextlib.suppress(*_GONE):
        await outbox.pump(socket.send_text, socket.close)


def _allow_long_frames(state: dict[str, Any]) -> None:
    allow: Callable[[int], None] = state["allow_message_bytes"]
    allow(MAX_FRAME_BYTES)

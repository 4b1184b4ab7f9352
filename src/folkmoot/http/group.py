"""`/group`: the way to a meeting's group order."""

from typing import Protocol

from starlette.websockets import WebSocket

from folkmoot.groups.websocket import SUBPROTOCOL
from folkmoot.http.gate import Gate
from folkmoot.http.problems import ProblemError, bad_request


class Channels(Protocol):
    """Runs channels over WebSockets."""

    async def run(self, socket: WebSocket) -> None:
        """Run one channel to its end."""


class GroupEndpoint:
    """Channels behind the gate.

    Tokens come in the first frame, where no page of a foreign origin can put one, so a request
    without an origin, which is no browser's, is let through to show its token.
    """

    def __init__(self, gate: Gate, channels: Channels) -> None:
        """Put channels behind a gate."""
        self._gate = gate
        self._channels = channels

    async def connect(self, socket: WebSocket) -> None:
        """Open a channel, or answer the upgrade with the error's status."""
        try:
            self._gate.check_page(socket)
            if SUBPROTOCOL not in socket.scope["subprotocols"]:
                raise bad_request(f"this address speaks {SUBPROTOCOL} only")
        except ProblemError as problem:
            await socket.send_denial_response(problem.response())
            return
        await self._channels.run(socket)

"""The WebSocket of a session: the only I/O of signalling.

Frames of more than 64 KiB are closed with 1009 by the ASGI server before they are read whole; so
are compressed ones, because no compression is negotiated. Deadlines are kept by the session.
"""

import asyncio
import contextlib
from collections.abc import Callable
from typing import Final

import structlog
from starlette.websockets import WebSocket, WebSocketDisconnect

from folkmoot.domain.departure import Departure
from folkmoot.domain.ids import ParticipantSid
from folkmoot.signalling.admission import Admission
from folkmoot.signalling.codec import encode_response
from folkmoot.signalling.outbox import WebSocketOutbox
from folkmoot.signalling.switchboard import Switchboard
from folkmoot.signalling.wire.greeting import encode_no_resume

UNSUPPORTED_DATA: Final = 1003
"""Close code for text frames (RFC 6455 section 7.4.1)."""

# What a dying connection raises from a send: gone (OSError, WebSocketDisconnect), or closed by the
# ASGI server between two sends (RuntimeError).
_GONE: Final = (OSError, RuntimeError, WebSocketDisconnect)

_log = structlog.get_logger("signalling")


class WebSocketSessions:
    """Runs sessions over WebSockets."""

    def __init__(self, switchboard: Switchboard, max_queue_bytes: int) -> None:
        """Connect WebSockets to a switchboard.

        Args:
            max_queue_bytes: security limit, most bytes that wait for one participant.
        """
        self._switchboard = switchboard
        self._max_queue_bytes = max_queue_bytes

    async def run(self, socket: WebSocket, admission: Admission) -> None:
        """Run one session from accepting the WebSocket to its end.

        Raises:
            RuleError: the admission breaks a limit; the WebSocket was not accepted.
        """
        outbox = WebSocketOutbox(self._max_queue_bytes, _abort_of(socket))
        sid = self._switchboard.connect(admission, outbox)
        reason = Departure.CONNECTION_LOST
        pump: asyncio.Task[None] | None = None
        try:
            await socket.accept()
            pump = asyncio.create_task(_pump(socket, outbox))
            reason = await _listen(socket, self._switchboard, sid)
        except _GONE:
            pass
        finally:
            # Who ended it decides what it is called: the room, the queue, or the connection.
            self._switchboard.disconnect(sid, outbox.reason or reason)
            outbox.close(reason)
            if pump is not None:
                await pump
            _log.info("session_ended", reason=str(outbox.reason))

    async def refuse_resume(self, socket: WebSocket) -> None:
        """Answer a client that wants to resume: it is to join afresh."""
        with contextlib.suppress(*_GONE):
            await socket.accept()
            await socket.send_bytes(encode_response(encode_no_resume()))
            await socket.close()


async def _listen(socket: WebSocket, switchboard: Switchboard, sid: ParticipantSid) -> Departure:
    while True:
        message = await socket.receive()
        if message["type"] == "websocket.disconnect":
            return Departure.CONNECTION_LOST
        data = message.get("bytes")
        if data is None:
            await socket.close(UNSUPPORTED_DATA)
            return Departure.PROTOCOL_ERROR
        switchboard.receive(sid, data)
        # What came in one read is there at once, without a wait that lets others run: so nobody
        # gets more than one message per turn of the loop, however many they send.
        await asyncio.sleep(0)


async def _pump(socket: WebSocket, outbox: WebSocketOutbox) -> None:
    with contextlib.suppress(*_GONE):
        await outbox.pump(socket.send_bytes, socket.close)


def _abort_of(socket: WebSocket) -> Callable[[], None]:
    abort: Callable[[], None] = socket.scope["state"]["abort"]
    return abort

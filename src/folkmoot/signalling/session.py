"""One signalling session, as a machine without I/O.

Bytes and instants go in, actions come out. The states:

=========== ======================== ====================================================
state       ends with                what is taken
=========== ======================== ====================================================
GREETED     the first message, or    everything; the join response is out, nothing is back
            `first_message_s`
LIVE        silence of               everything
            `ping_timeout_s`
CLOSED                               nothing: messages and ticks do nothing
=========== ======================== ====================================================

Which handler takes which kind of message is in `table.py`. No input raises.
"""

from collections.abc import Callable, Iterator
from enum import Enum, auto
from typing import Final

from livekit.protocol import rtc

from folkmoot.domain.departure import Departure
from folkmoot.domain.ids import ParticipantSid, TrackSid
from folkmoot.observe.clock import Instant
from folkmoot.signalling.actions import Action, End, RefreshToken, Reply
from folkmoot.signalling.admission import SessionTimes
from folkmoot.signalling.codec import decode_request
from folkmoot.signalling.context import SessionContext
from folkmoot.signalling.errors import MalformedMessageError, UnknownMessageError
from folkmoot.signalling.table import HANDLERS, IGNORED, REFUSALS
from folkmoot.signalling.wire.refusals import refuse

MAX_MALFORMED: Final = 16
"""Security limit: after so many messages that are no messages the session ends."""
CLOSING_S: Final = 3
"""How long a client that closed a transport may take to say that it leaves."""


class State(Enum):
    """Where a session is in its life."""

    GREETED = auto()
    LIVE = auto()
    CLOSED = auto()


class Session:
    """The state machine. It holds five numbers, whatever it is fed."""

    __slots__ = (
        "_closing_ms",
        "_heard_ms",
        "_malformed",
        "_mint_track",
        "_refreshed_ms",
        "_times",
        "sid",
        "state",
    )

    def __init__(
        self,
        sid: ParticipantSid,
        times: SessionTimes,
        mint_track: Callable[[], TrackSid],
        now: Instant,
    ) -> None:
        """Begin just after the join response was sent."""
        self.sid = sid
        self.state = State.GREETED
        self._times = times
        self._mint_track = mint_track
        self._heard_ms = now.steady_ms
        self._refreshed_ms = now.steady_ms
        self._malformed = 0
        self._closing_ms: int | None = None

    def receive(self, data: bytes, now: Instant) -> Iterator[Action]:
        """Take one binary frame. Actions are to be done one by one, in order."""
        if self.state is State.CLOSED:
            return
        self.state = State.LIVE
        self._heard_ms = now.steady_ms
        try:
            kind, request = decode_request(data)
        except MalformedMessageError as error:
            yield from self._complain(rtc.RequestResponse.INVALID_REQUEST, str(error))
            return
        except UnknownMessageError as error:
            yield from self._complain(rtc.RequestResponse.UNSUPPORTED_TYPE, str(error))
            return
        yield from self._dispatch(kind, request, now)

    def tick(self, now: Instant) -> Iterator[Action]:
        """Let time pass; call about once a second."""
        if self.state is State.CLOSED:
            return
        if self._closing_ms is not None and now.steady_ms - self._closing_ms >= CLOSING_S * 1000:
            yield End(Departure.MEDIA_FAILED)
            return
        is_new = self.state is State.GREETED
        patience_s = self._times.first_message_s if is_new else self._times.ping_timeout_s
        if now.steady_ms - self._heard_ms >= patience_s * 1000:
            yield End(Departure.CONNECTION_LOST)
            return
        if now.steady_ms - self._refreshed_ms >= self._times.token_refresh_s * 1000:
            self._refreshed_ms = now.steady_ms
            yield RefreshToken()

    def transport_closed(self, now: Instant) -> None:
        """Note that the client closed a transport: a `leave` follows, or it needs to join again.

        Clients close their transports before, or while, they say that they leave. Taken for a
        failure at once, the answer would make somebody who leaves join again.
        """
        if self._closing_ms is None:
            self._closing_ms = now.steady_ms

    def close(self) -> None:
        """End; nothing is taken from now on."""
        self.state = State.CLOSED

    def _dispatch(self, kind: str, request: rtc.SignalRequest, now: Instant) -> Iterator[Action]:
        handler = HANDLERS.get(kind)
        if handler is not None:
            yield from handler(SessionContext(self.sid, self._mint_track, now), request)
        elif kind not in IGNORED:
            message = REFUSALS.get(kind, "this server does not know this kind of message")
            reason = rtc.RequestResponse.UNSUPPORTED_TYPE
            yield Reply(refuse(reason, message, kind, request))

    def _complain(self, reason: rtc.RequestResponse.Reason, message: str) -> Iterator[Action]:
        self._malformed += 1
        yield Reply(refuse(reason, message))
        if self._malformed >= MAX_MALFORMED:
            yield End(Departure.PROTOCOL_ERROR)

"""Pings, profile, leaving."""

from collections.abc import Iterator

from livekit.protocol import rtc

from folkmoot.domain.commands import UpdateProfile
from folkmoot.domain.departure import Departure
from folkmoot.domain.errors import RuleError
from folkmoot.signalling.actions import Action, Ask, End, Reply
from folkmoot.signalling.context import SessionContext
from folkmoot.signalling.wire.refusals import accept, reason_of, refuse


def handle_ping(context: SessionContext, _: rtc.SignalRequest) -> Iterator[Action]:
    """Answer the old ping. Browsers send both kinds each interval."""
    yield Reply(rtc.SignalResponse(pong=context.now.wall_ms))


def handle_ping_req(context: SessionContext, request: rtc.SignalRequest) -> Iterator[Action]:
    """Answer the newer ping, from which clients measure the round trip."""
    pong = rtc.Pong(last_ping_timestamp=request.ping_req.timestamp, timestamp=context.now.wall_ms)
    yield Reply(rtc.SignalResponse(pong_resp=pong))


def handle_update_metadata(context: SessionContext, request: rtc.SignalRequest) -> Iterator[Action]:
    """Change what others see. Empty name and metadata mean "unchanged" in this protocol."""
    body = request.update_metadata

    def refusal(error: RuleError) -> rtc.SignalResponse:
        return refuse(reason_of(error), str(error), "update_metadata", request)

    command = UpdateProfile(
        context.sid,
        name=body.name or None,
        metadata=body.metadata or None,
        attributes=dict(body.attributes),
    )
    yield Ask(command, refusal, done=accept(body.request_id))


def handle_leave(_: SessionContext, __: rtc.SignalRequest) -> Iterator[Action]:
    """Go."""
    yield End(Departure.LEFT)

"""Announcing publications and changing one's own."""

from collections.abc import Iterator

from livekit.protocol import rtc

from folkmoot.domain.commands import (
    AnnouncePublication,
    Command,
    DescribePublication,
    MutePublication,
)
from folkmoot.domain.errors import MalformedError, RuleError
from folkmoot.domain.ids import TrackSid
from folkmoot.signalling.actions import Action, Ask, Reply
from folkmoot.signalling.context import SessionContext
from folkmoot.signalling.wire.refusals import reason_of, refuse
from folkmoot.signalling.wire.tracks import parse_spec


def handle_add_track(context: SessionContext, request: rtc.SignalRequest) -> Iterator[Action]:
    """Announce a publication; `track_published` follows."""
    if request.add_track.sid:
        message = "a second codec for a publication is not supported; publish VP8 or Opus only"
        reason = rtc.RequestResponse.UNSUPPORTED_TYPE
        yield Reply(refuse(reason, message, "add_track", request))
        return
    try:
        spec = parse_spec(request.add_track)
    except MalformedError as error:
        yield Reply(refuse(reason_of(error), str(error), "add_track", request))
        return
    command = AnnouncePublication(
        context.sid, context.mint_track(), spec, at_ms=context.now.wall_ms
    )
    yield _ask(command, "add_track", request)


def handle_mute(context: SessionContext, request: rtc.SignalRequest) -> Iterator[Action]:
    """Mute or unmute one's own publication."""
    track = TrackSid(request.mute.sid)
    yield _ask(MutePublication(context.sid, track, request.mute.muted), "mute", request)


def handle_audio_track(context: SessionContext, request: rtc.SignalRequest) -> Iterator[Action]:
    """Correct the features of one's own audio."""
    body = request.update_audio_track
    command = DescribePublication(
        context.sid, TrackSid(body.track_sid), audio_features=tuple(body.features)
    )
    yield _ask(command, "update_audio_track", request)


def handle_video_track(context: SessionContext, request: rtc.SignalRequest) -> Iterator[Action]:
    """Correct the size of one's own video."""
    body = request.update_video_track
    command = DescribePublication(
        context.sid, TrackSid(body.track_sid), width=body.width, height=body.height
    )
    yield _ask(command, "update_video_track", request)


def _ask(command: Command, kind: str, request: rtc.SignalRequest) -> Ask:
    def refusal(error: RuleError) -> rtc.SignalResponse:
        return refuse(reason_of(error), str(error), kind, request)

    return Ask(command, refusal)

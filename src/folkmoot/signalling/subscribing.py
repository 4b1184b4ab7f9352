"""Choosing what to receive."""

from collections.abc import Iterator
from typing import Final

from livekit.protocol import models, rtc

from folkmoot.domain.commands import Subscribe, TuneSubscription, Unsubscribe
from folkmoot.domain.errors import NotFoundError, RuleError
from folkmoot.domain.ids import TrackSid
from folkmoot.domain.publication import TOP_LAYER
from folkmoot.signalling.actions import Action, Ask, Reply
from folkmoot.signalling.context import SessionContext
from folkmoot.signalling.wire.refusals import reason_of, refuse, refuse_subscription

MAX_TRACKS: Final = 512
"""Security limit: most tracks named in one message."""


def handle_subscription(context: SessionContext, request: rtc.SignalRequest) -> Iterator[Action]:
    """Subscribe to or unsubscribe from the tracks named."""
    body = request.subscription
    sids = list(body.track_sids)
    for each in body.participant_tracks:
        sids += each.track_sids
    if len(sids) > MAX_TRACKS:
        yield Reply(_too_many())
        return
    for sid in dict.fromkeys(sids):
        track = TrackSid(sid)
        if body.subscribe:
            yield Ask(Subscribe(context.sid, track), _Refusal(sid, "subscription"))
        else:
            yield Ask(Unsubscribe(context.sid, track), _Refusal(sid, "subscription"))


def handle_track_setting(context: SessionContext, request: rtc.SignalRequest) -> Iterator[Action]:
    """Choose the layer by size on screen or by quality, or pause the tracks named."""
    body = request.track_setting
    if len(body.track_sids) > MAX_TRACKS:
        yield Reply(_too_many())
        return
    is_off = body.disabled or body.quality == models.VideoQuality.OFF
    for sid in dict.fromkeys(body.track_sids):
        command = TuneSubscription(
            context.sid,
            TrackSid(sid),
            is_enabled=not is_off,
            quality=min(int(body.quality), TOP_LAYER),
            width=body.width,
            height=body.height,
        )
        yield Ask(command, _Refusal(sid, "track_setting"))


class _Refusal:
    """Names the track in the refusal, whichever of the two forms it takes."""

    __slots__ = ("_kind", "_sid")

    def __init__(self, sid: str, kind: str) -> None:
        self._sid = sid
        self._kind = kind

    def __call__(self, error: RuleError) -> rtc.SignalResponse:
        if isinstance(error, NotFoundError) and self._kind == "subscription":
            return refuse_subscription(self._sid)
        return refuse(reason_of(error), str(error))


def _too_many() -> rtc.SignalResponse:
    message = f"a message names at most {MAX_TRACKS} tracks"
    return refuse(rtc.RequestResponse.LIMIT_EXCEEDED, message)

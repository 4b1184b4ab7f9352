"""Refusals: every request that is not done is answered, or the client waits out its timeout."""

from collections.abc import Mapping
from typing import Final

from livekit.protocol import models, rtc

from folkmoot.domain.errors import (
    LimitError,
    MalformedError,
    NotAllowedError,
    NotFoundError,
    RuleError,
)

Reason = rtc.RequestResponse.Reason

_REASONS: Final[Mapping[type[RuleError], Reason]] = {
    NotAllowedError: rtc.RequestResponse.NOT_ALLOWED,
    NotFoundError: rtc.RequestResponse.NOT_FOUND,
    LimitError: rtc.RequestResponse.LIMIT_EXCEEDED,
    MalformedError: rtc.RequestResponse.INVALID_REQUEST,
}

# Kinds of request that `RequestResponse` can carry back.
_ECHOES: Final = {
    "trickle": "trickle",
    "add_track": "add_track",
    "mute": "mute",
    "update_metadata": "update_metadata",
    "update_audio_track": "update_audio_track",
    "update_video_track": "update_video_track",
    "publish_data_track_request": "publish_data_track",
    "unpublish_data_track_request": "unpublish_data_track",
}


def reason_of(error: RuleError) -> Reason:
    """The protocol's word for a broken rule."""
    return _REASONS[type(error)]


def refuse(
    reason: Reason, message: str, kind: str = "", request: rtc.SignalRequest | None = None
) -> rtc.SignalResponse:
    """Make a refusal.

    Args:
        reason: the protocol's word.
        message: what went wrong, for the participant.
        kind: kind of the refused request, when it is known.
        request: the refused request, carried back where the protocol has room for it.
    """
    answer = rtc.RequestResponse(reason=reason, message=message)
    if request is not None and kind:
        body = getattr(request, kind)
        answer.request_id = getattr(body, "request_id", 0)
        echo = _ECHOES.get(kind)
        if echo is not None:
            getattr(answer, echo).CopyFrom(body)
    return rtc.SignalResponse(request_response=answer)


def accept(request_id: int) -> rtc.SignalResponse:
    """Say that a request was done."""
    answer = rtc.RequestResponse(request_id=request_id, reason=rtc.RequestResponse.OK)
    return rtc.SignalResponse(request_response=answer)


def refuse_subscription(track_sid: str) -> rtc.SignalResponse:
    """Say that there is no such track to receive."""
    answer = rtc.SubscriptionResponse(
        track_sid=track_sid, err=models.SubscriptionError.SE_TRACK_NOTFOUND
    )
    return rtc.SignalResponse(subscription_response=answer)

"""Offers, answers and candidates."""

from collections.abc import Iterator
from typing import Final

from livekit.protocol import rtc

from folkmoot.signalling.actions import Action, Reply, TakeAnswer, TakeOffer
from folkmoot.signalling.context import SessionContext
from folkmoot.signalling.wire.refusals import refuse

MAX_CANDIDATE_CHARS: Final = 2048
"""Security limit: longest candidate line taken."""


def handle_offer(_: SessionContext, request: rtc.SignalRequest) -> Iterator[Action]:
    """Take a publisher offer. The answer will carry its id."""
    yield from _describe(request, "offer", TakeOffer)


def handle_answer(_: SessionContext, request: rtc.SignalRequest) -> Iterator[Action]:
    """Take the answer to a subscriber offer. Native clients answer with id 0."""
    yield from _describe(request, "answer", TakeAnswer)


def handle_trickle(_: SessionContext, request: rtc.SignalRequest) -> Iterator[Action]:
    """Check the size of a candidate and forget it.

    The engine is ICE-lite: it answers where checks come from, and never sends to an address that a
    client names.
    """
    if len(request.trickle.candidateInit) > MAX_CANDIDATE_CHARS:
        reason = rtc.RequestResponse.LIMIT_EXCEEDED
        # Not echoed: what is too long to take is too long to send back.
        yield Reply(refuse(reason, f"a candidate has at most {MAX_CANDIDATE_CHARS} characters"))


def _describe(
    request: rtc.SignalRequest, kind: str, action: type[TakeOffer] | type[TakeAnswer]
) -> Iterator[Action]:
    description: rtc.SessionDescription = getattr(request, kind)
    if description.type != kind or not description.sdp:
        reason = rtc.RequestResponse.INVALID_REQUEST
        yield Reply(refuse(reason, f"this is not a session description of type {kind}"))
        return
    yield action(description.id, description.sdp)

"""Engine events to commands and messages."""

from collections.abc import Callable, Mapping
from typing import Any, Final

from livekit.protocol import models, rtc

from folkmoot.domain import commands as c
from folkmoot.domain.departure import Departure
from folkmoot.domain.rights import Rights
from folkmoot.media import port as m
from folkmoot.signalling.wire.refusals import refuse

QUALITIES: Final[Mapping[m.Quality, models.ConnectionQuality]] = {
    m.Quality.POOR: models.ConnectionQuality.POOR,
    m.Quality.GOOD: models.ConnectionQuality.GOOD,
    m.Quality.EXCELLENT: models.ConnectionQuality.EXCELLENT,
}
"""Never LOST: ten seconds of it make browsers join afresh."""

_SCORES: Final[Mapping[m.Quality, float]] = {
    m.Quality.POOR: 2.0,
    m.Quality.GOOD: 3.5,
    m.Quality.EXCELLENT: 4.5,
}
"""Mean opinion scores in the middle of what LiveKit calls poor, good and excellent."""


def command_of(event: m.MediaEvent, rights: Rights) -> c.Command | None:
    """The command that an engine event gives to its room, if it gives one."""
    build = _COMMANDS.get(type(event))
    return build(event, rights) if build is not None else None


def message_of(event: m.MediaEvent) -> rtc.SignalResponse | None:
    """The message that an engine event sends to its participant, if it sends one."""
    build = _MESSAGES.get(type(event))
    return build(event) if build is not None else None


def encode_qualities(measured: Mapping[str, m.Quality]) -> rtc.SignalResponse:
    """Make one message of what was measured, by participant."""
    updates = [
        rtc.ConnectionQualityInfo(
            participant_sid=sid, quality=QUALITIES[quality], score=_SCORES[quality]
        )
        for sid, quality in measured.items()
    ]
    return rtc.SignalResponse(connection_quality=rtc.ConnectionQualityUpdate(updates=updates))


def _connected(event: m.TransportConnected, rights: Rights) -> c.Command | None:
    primary = m.Target.SUBSCRIBER if rights.can_subscribe else m.Target.PUBLISHER
    return c.Activate(event.participant) if event.target is primary else None


def _failed(event: m.TransportFailed, _: Rights) -> c.Command:
    return c.Leave(event.participant, Departure.MEDIA_FAILED)


def _started(event: m.PublicationStarted, _: Rights) -> c.Command:
    return c.StartPublication(event.participant, event.track, event.mid, event.mime_type)


def _ended(event: m.PublicationEnded, _: Rights) -> c.Command:
    return c.EndPublication(event.participant, event.track)


def _offer(event: m.OfferCreated) -> rtc.SignalResponse:
    return rtc.SignalResponse(offer=_description("offer", event))


def _answer(event: m.AnswerCreated) -> rtc.SignalResponse:
    return rtc.SignalResponse(answer=_description("answer", event))


def _refused(event: m.NegotiationRefused) -> rtc.SignalResponse:
    message = f"session description of the {event.target} transport refused: {event.reason}"
    return refuse(rtc.RequestResponse.INVALID_REQUEST, message)


def _description(kind: str, event: m.OfferCreated | m.AnswerCreated) -> rtc.SessionDescription:
    return rtc.SessionDescription(
        type=kind, sdp=event.sdp, id=event.offer_id, mid_to_track_id=dict(event.mid_to_track)
    )


# Each takes the one event type that it is filed under; a dict cannot say that.
_COMMANDS: Final[Mapping[type[m.MediaEvent], Callable[[Any, Rights], c.Command | None]]] = {
    m.TransportConnected: _connected,
    m.TransportFailed: _failed,
    m.PublicationStarted: _started,
    m.PublicationEnded: _ended,
}
_MESSAGES: Final[Mapping[type[m.MediaEvent], Callable[[Any], rtc.SignalResponse]]] = {
    m.OfferCreated: _offer,
    m.AnswerCreated: _answer,
    m.NegotiationRefused: _refused,
}

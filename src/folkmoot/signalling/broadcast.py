"""Domain events to messages: who is told what."""

from collections.abc import Callable, Iterable, Mapping
from typing import Any, Final

from livekit.protocol import rtc

from folkmoot.domain import events as e
from folkmoot.domain.ids import ParticipantSid
from folkmoot.domain.room import Room
from folkmoot.signalling.codec import encode_response
from folkmoot.signalling.line import Line
from folkmoot.signalling.wire.greeting import encode_leave
from folkmoot.signalling.wire.roster import encode_departed, encode_participant, encode_update
from folkmoot.signalling.wire.tracks import encode_track

Lines = Mapping[ParticipantSid, Line]


def tell(event: e.Event, room: Room, lines: Lines) -> None:
    """Send the messages that an event calls for; most events call for one kind, some for none."""
    speaker = _SPEAKERS.get(type(event))
    if speaker is not None:
        speaker(event, room, lines)


def send_to_all(
    response: rtc.SignalResponse, members: Iterable[ParticipantSid], lines: Lines
) -> None:
    """Send one message to many; it is encoded once."""
    data = encode_response(response)
    for sid in members:
        line = lines.get(sid)
        if line is not None:
            line.outbox.send(data)


def _tell_others(event: e.Event, room: Room, lines: Lines) -> None:
    member = room.participants.get(event.participant)
    if member is not None:
        others = [sid for sid in room.participants if sid != member.sid]
        send_to_all(encode_update([encode_participant(member)]), others, lines)


def _tell_everybody(event: e.Event, room: Room, lines: Lines) -> None:
    member = room.participants.get(event.participant)
    if member is not None:
        send_to_all(encode_update([encode_participant(member)]), room.participants, lines)


def _tell_departed(event: e.ParticipantLeft, room: Room, lines: Lines) -> None:
    send_to_all(encode_update([encode_departed(event)]), room.participants, lines)
    line = lines.get(event.participant)
    if line is not None:
        farewell = encode_leave(event.reason)
        if farewell is not None:
            line.send(farewell)


def _tell_announced(event: e.PublicationAnnounced, room: Room, lines: Lines) -> None:
    publication = room.participants[event.participant].publications[event.track]
    answer = rtc.TrackPublishedResponse(cid=event.spec.cid, track=encode_track(publication))
    _send(event, rtc.SignalResponse(track_published=answer), lines)


def _tell_ended(event: e.PublicationEnded, room: Room, lines: Lines) -> None:
    if event.participant not in room.participants:
        return  # the departure says it all
    answer = rtc.TrackUnpublishedResponse(track_sid=event.track)
    _send(event, rtc.SignalResponse(track_unpublished=answer), lines)
    if event.was_visible:
        _tell_others(event, room, lines)


def _tell_heard(event: e.PublicationHeard, _: Room, lines: Lines) -> None:
    answer = rtc.TrackSubscribed(track_sid=event.track)
    _send(event, rtc.SignalResponse(track_subscribed=answer), lines)


def _tell_changed(
    event: e.PublicationChanged | e.PublicationMuted, room: Room, lines: Lines
) -> None:
    member = room.participants.get(event.participant)
    if member is not None and member.publications[event.track].is_started:
        _tell_others(event, room, lines)


def _send(event: e.Event, response: rtc.SignalResponse, lines: Lines) -> None:
    line = lines.get(event.participant)
    if line is not None:
        line.send(response)


# Each takes the one event type that it is filed under; a dict cannot say that.
_SPEAKERS: Final[Mapping[type[e.Event], Callable[[Any, Room, Lines], None]]] = {
    e.ParticipantJoined: _tell_others,
    e.ParticipantActivated: _tell_everybody,
    e.ParticipantUpdated: _tell_everybody,
    e.ParticipantLeft: _tell_departed,
    e.PublicationAnnounced: _tell_announced,
    e.PublicationStarted: _tell_others,
    e.PublicationChanged: _tell_changed,
    e.PublicationMuted: _tell_changed,
    e.PublicationEnded: _tell_ended,
    e.PublicationHeard: _tell_heard,
}

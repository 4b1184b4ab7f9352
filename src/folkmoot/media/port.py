"""What the server needs of a media engine, and nothing else.

Two engines are meant to fit: the embedded SFU (`media/sfu.py`) and, later, a cluster. Commands
return at once; what comes of them are events. Commands about what is no longer there do nothing.
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Protocol

from folkmoot.domain.ids import Identity, ParticipantSid, RoomName, TrackSid


class Target(StrEnum):
    """Which of a participant's two transports is meant (LiveKit protocol v0)."""

    PUBLISHER = "publisher"
    SUBSCRIBER = "subscriber"


class MediaKind(StrEnum):
    """Audio or video."""

    AUDIO = "audio"
    VIDEO = "video"


class Quality(StrEnum):
    """Connection quality in the three steps that clients draw."""

    POOR = "poor"
    GOOD = "good"
    EXCELLENT = "excellent"


@dataclass(frozen=True, slots=True)
class MediaRights:
    """What a participant may do on the media plane."""

    can_publish: bool
    can_subscribe: bool
    can_publish_data: bool


@dataclass(frozen=True, slots=True)
class MediaEvent:
    """Something that happened in the engine, to one participant of one room."""

    room: RoomName
    participant: ParticipantSid


@dataclass(frozen=True, slots=True)
class OfferCreated(MediaEvent):
    """The subscriber transport needs an answer to this offer. One is in flight at a time."""

    offer_id: int
    sdp: str
    mid_to_track: Mapping[str, TrackSid] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class AnswerCreated(MediaEvent):
    """The answer to `handle_offer`."""

    offer_id: int
    sdp: str
    mid_to_track: Mapping[str, TrackSid] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class NegotiationRefused(MediaEvent):
    """A session description could not be used; nothing changed."""

    target: Target
    offer_id: int
    reason: str


@dataclass(frozen=True, slots=True)
class TransportConnected(MediaEvent):
    """ICE and DTLS are up."""

    target: Target


@dataclass(frozen=True, slots=True)
class TransportFailed(MediaEvent):
    """The transport is gone for good; the participant needs to join again."""

    target: Target
    reason: str


@dataclass(frozen=True, slots=True)
class PublicationStarted(MediaEvent):
    """Media of an announced publication is negotiated; it can be subscribed to."""

    track: TrackSid
    mid: str
    mime_type: str


@dataclass(frozen=True, slots=True)
class PublicationEnded(MediaEvent):
    """The publisher took the media back, or lost the right to it."""

    track: TrackSid


@dataclass(frozen=True, slots=True)
class SubscriptionStarted(MediaEvent):
    """The first packet of a subscription was forwarded."""

    track: TrackSid


@dataclass(frozen=True, slots=True)
class QualityMeasured(MediaEvent):
    """A participant's connection as measured over the last interval."""

    quality: Quality


@dataclass(frozen=True, slots=True)
class WorkerFailed(MediaEvent):
    """A part of the engine stopped and began anew; this room, which it owned, is gone.

    The room is empty if it owned none; the participant always is.
    """

    worker: int


EventSink = Callable[[Sequence[MediaEvent]], None]


class MediaPort(Protocol):
    """A media engine. Methods never block and are called on the event loop."""

    def start(self, sink: EventSink) -> None:
        """Begin; from now on `sink` is called on the event loop with batches of events in order."""

    def close(self) -> None:
        """Stop the engine and free its ports; the sink is not called any more."""

    def open_room(self, room: RoomName) -> None:
        """Make a room; opening an open room does nothing."""

    def close_room(self, room: RoomName) -> None:
        """Close every transport of a room and forget it."""

    def add_participant(
        self, room: RoomName, participant: ParticipantSid, identity: Identity, rights: MediaRights
    ) -> None:
        """Make both transports of a participant; `OfferCreated` follows."""

    def remove_participant(self, room: RoomName, participant: ParticipantSid) -> None:
        """Close the participant's transports, publications and subscriptions."""

    def set_rights(self, room: RoomName, participant: ParticipantSid, rights: MediaRights) -> None:
        """Replace what a participant may do; publications it may no longer have end."""

    def handle_offer(
        self, room: RoomName, participant: ParticipantSid, offer_id: int, sdp: str
    ) -> None:
        """Take a publisher offer; `AnswerCreated` or `NegotiationRefused` follows."""

    def handle_answer(
        self, room: RoomName, participant: ParticipantSid, offer_id: int, sdp: str
    ) -> None:
        """Take the answer to the latest `OfferCreated`; id 0 means the latest."""

    def publish(
        self,
        room: RoomName,
        participant: ParticipantSid,
        track: TrackSid,
        cid: str,
        kind: MediaKind,
    ) -> None:
        """Announce a publication; `PublicationStarted` follows once its media is negotiated."""

    def unpublish(self, room: RoomName, participant: ParticipantSid, track: TrackSid) -> None:
        """End a publication."""

    def set_muted(self, room: RoomName, track: TrackSid, muted: bool) -> None:
        """Stop or resume forwarding; muted media that still arrives is dropped."""

    def subscribe(self, room: RoomName, subscriber: ParticipantSid, track: TrackSid) -> None:
        """Let a participant receive a publication; `OfferCreated` follows."""

    def unsubscribe(self, room: RoomName, subscriber: ParticipantSid, track: TrackSid) -> None:
        """Undo `subscribe`."""

    def set_subscription(
        self,
        room: RoomName,
        subscriber: ParticipantSid,
        track: TrackSid,
        *,
        is_enabled: bool,
        max_layer: int,
    ) -> None:
        """Choose what is sent: nothing, or the best live layer up to `max_layer` (0..2).

        A publication without live layers that low is sent in its lowest live one.
        """

    def counters(self) -> Mapping[str, int]:
        """Running totals by name; numbers only."""

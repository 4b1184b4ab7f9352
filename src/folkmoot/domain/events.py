"""What happened in a room, in order, in the past tense."""

from dataclasses import dataclass

from folkmoot.domain.departure import Departure
from folkmoot.domain.ids import Identity, ParticipantSid, TrackSid
from folkmoot.domain.publication import PublicationSpec


@dataclass(frozen=True, slots=True)
class Event:
    """Something that happened to one participant."""

    participant: ParticipantSid


@dataclass(frozen=True, slots=True)
class ParticipantJoined(Event):
    """A session began."""

    identity: Identity


@dataclass(frozen=True, slots=True)
class ParticipantActivated(Event):
    """The session has media."""


@dataclass(frozen=True, slots=True)
class ParticipantUpdated(Event):
    """The profile changed."""


@dataclass(frozen=True, slots=True)
class ParticipantLeft(Event):
    """A session ended; the version is the last one of this session."""

    identity: Identity
    reason: Departure
    version: int


@dataclass(frozen=True, slots=True)
class PublicationAnnounced(Event):
    """A publication has an id; nobody else sees it yet."""

    track: TrackSid
    spec: PublicationSpec
    is_repeated: bool = False
    """The same announcement came twice; the first one's id stays."""


@dataclass(frozen=True, slots=True)
class PublicationStarted(Event):
    """Others see the publication and may subscribe."""

    track: TrackSid


@dataclass(frozen=True, slots=True)
class PublicationChanged(Event):
    """Its description changed."""

    track: TrackSid


@dataclass(frozen=True, slots=True)
class PublicationMuted(Event):
    """Its mute state changed."""

    track: TrackSid
    is_muted: bool


@dataclass(frozen=True, slots=True)
class PublicationEnded(Event):
    """It is gone, and every subscription to it."""

    track: TrackSid
    was_visible: bool


@dataclass(frozen=True, slots=True)
class PublicationHeard(Event):
    """The first subscription to it was opened."""

    track: TrackSid


@dataclass(frozen=True, slots=True)
class SubscriptionOpened(Event):
    """`participant` is to receive a publication."""

    track: TrackSid


@dataclass(frozen=True, slots=True)
class SubscriptionClosed(Event):
    """`participant` no longer receives a publication that goes on."""

    track: TrackSid


@dataclass(frozen=True, slots=True)
class SubscriptionTuned(Event):
    """How much `participant` gets of a publication changed."""

    track: TrackSid
    is_enabled: bool
    max_layer: int

"""What can be asked of a room. `by` is the participant who asks."""

from collections.abc import Mapping
from dataclasses import dataclass, field

from folkmoot.domain.departure import Departure
from folkmoot.domain.ids import Identity, ParticipantSid, TrackSid
from folkmoot.domain.participant import ClientTraits, Profile
from folkmoot.domain.publication import PublicationSpec
from folkmoot.domain.rights import Rights


@dataclass(frozen=True, slots=True)
class Command:
    """One request to a room by, or about, one participant."""

    by: ParticipantSid


@dataclass(frozen=True, slots=True)
class Join(Command):
    """Enter with a fresh session id."""

    identity: Identity
    rights: Rights
    at_ms: int
    profile: Profile = field(default_factory=Profile)
    traits: ClientTraits = field(default_factory=ClientTraits)


@dataclass(frozen=True, slots=True)
class Activate(Command):
    """The transport that the client waits for is up."""


@dataclass(frozen=True, slots=True)
class Leave(Command):
    """Go, for a reason."""

    reason: Departure


@dataclass(frozen=True, slots=True)
class UpdateProfile(Command):
    """Change what others see; None keeps, an empty attribute value deletes the attribute."""

    name: str | None = None
    metadata: str | None = None
    attributes: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class AnnouncePublication(Command):
    """Say what will be published, under a fresh track id."""

    track: TrackSid
    spec: PublicationSpec
    at_ms: int


@dataclass(frozen=True, slots=True)
class StartPublication(Command):
    """Media of the publication is negotiated."""

    track: TrackSid
    mid: str
    mime_type: str


@dataclass(frozen=True, slots=True)
class EndPublication(Command):
    """The publication is over."""

    track: TrackSid


@dataclass(frozen=True, slots=True)
class MutePublication(Command):
    """Mute or unmute one's own publication."""

    track: TrackSid
    is_muted: bool


@dataclass(frozen=True, slots=True)
class DescribePublication(Command):
    """Correct one's own announcement; None keeps."""

    track: TrackSid
    width: int | None = None
    height: int | None = None
    audio_features: tuple[int, ...] | None = None


@dataclass(frozen=True, slots=True)
class Subscribe(Command):
    """Receive a publication."""

    track: TrackSid


@dataclass(frozen=True, slots=True)
class Unsubscribe(Command):
    """Stop receiving a publication."""

    track: TrackSid


@dataclass(frozen=True, slots=True)
class TuneSubscription(Command):
    """Say how much of a publication is wanted; sizes in pixels, 0 when unknown."""

    track: TrackSid
    is_enabled: bool
    quality: int
    width: int = 0
    height: int = 0

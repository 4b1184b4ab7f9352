"""One live session of a participant, as the room knows it."""

from collections.abc import Mapping
from dataclasses import dataclass, field

from folkmoot.domain.ids import Identity, ParticipantSid, TrackSid
from folkmoot.domain.publication import TOP_LAYER, Publication
from folkmoot.domain.rights import Rights


@dataclass(frozen=True, slots=True)
class Profile:
    """What a participant shows to others. Relayed, never read."""

    name: str = ""
    metadata: str = ""
    attributes: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class ClientTraits:
    """What a client can do, for the others to know (numbers of the protocol)."""

    client_protocol: int = 0
    capabilities: tuple[int, ...] = ()
    auto_subscribe: bool = True


@dataclass(frozen=True, slots=True)
class Subscription:
    """What one participant receives of one publication."""

    is_enabled: bool = True
    max_layer: int = TOP_LAYER


@dataclass(slots=True)
class Participant:
    """A member of the room. Only `Room` changes it; `version` grows with every visible change."""

    sid: ParticipantSid
    identity: Identity
    rights: Rights
    profile: Profile
    traits: ClientTraits
    joined_at_ms: int
    version: int = 1
    is_active: bool = False
    publications: dict[TrackSid, Publication] = field(default_factory=dict)
    subscriptions: dict[TrackSid, Subscription] = field(default_factory=dict)

    @property
    def visible_publications(self) -> list[Publication]:
        """Started publications, oldest first: what the others see."""
        return [each for each in self.publications.values() if each.is_started]

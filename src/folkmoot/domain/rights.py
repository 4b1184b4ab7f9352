"""What a participant may do in a room."""

from dataclasses import dataclass
from enum import StrEnum


class TrackKind(StrEnum):
    """Audio or video."""

    AUDIO = "audio"
    VIDEO = "video"


class TrackSource(StrEnum):
    """Where a track comes from, spelled as in a token's `canPublishSources`."""

    UNKNOWN = "unknown"
    CAMERA = "camera"
    MICROPHONE = "microphone"
    SCREEN_SHARE = "screen_share"
    SCREEN_SHARE_AUDIO = "screen_share_audio"


@dataclass(frozen=True, slots=True)
class Rights:
    """What a token grants. An empty `sources` means every source."""

    can_publish: bool = True
    can_subscribe: bool = True
    can_publish_data: bool = True
    can_update_own_metadata: bool = False
    sources: frozenset[TrackSource] = frozenset()

    def may_publish(self, source: TrackSource) -> bool:
        """Whether a track from `source` may be published."""
        return self.can_publish and (not self.sources or source in self.sources)

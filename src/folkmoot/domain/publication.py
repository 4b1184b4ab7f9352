"""A publication: a track offered to a room."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Final

from folkmoot.domain.ids import TrackSid
from folkmoot.domain.rights import TrackKind, TrackSource

TOP_LAYER: Final = 2
"""Highest layer number; three simulcast layers, 0 is the lowest."""


@dataclass(frozen=True, slots=True)
class Layer:
    """One simulcast layer as announced: number 0..2, pixels, bits per second."""

    number: int
    width: int
    height: int
    bitrate_bps: int = 0
    ssrc: int = 0


@dataclass(frozen=True, slots=True)
class PublicationSpec:
    """What a publisher announces. Enum-like integers are the protocol's and are only relayed."""

    cid: str
    kind: TrackKind
    source: TrackSource = TrackSource.UNKNOWN
    name: str = ""
    stream: str = ""
    is_muted: bool = False
    width: int = 0
    height: int = 0
    layers: tuple[Layer, ...] = ()
    encryption: int = 0
    disable_dtx: bool = False
    disable_red: bool = False
    stereo: bool = False
    backup_codec_policy: int = 0
    audio_features: tuple[int, ...] = ()
    trailer_features: tuple[int, ...] = ()


@dataclass(frozen=True, slots=True)
class Publication:
    """An announced publication; others see it once it is started."""

    sid: TrackSid
    spec: PublicationSpec
    announced_at_ms: int
    version: int = 1
    mid: str = ""
    mime_type: str = ""
    is_started: bool = False
    is_heard: bool = False
    """Somebody has subscribed at least once."""

    def started(self, mid: str, mime_type: str) -> "Publication":
        """The publication with its media negotiated."""
        return replace(
            self, mid=mid, mime_type=mime_type, is_started=True, version=self.version + 1
        )

    def muted(self, is_muted: bool) -> "Publication":
        """The publication with its mute state replaced."""
        spec = replace(self.spec, is_muted=is_muted)
        return replace(self, spec=spec, version=self.version + 1)


def choose_layer(
    layers: Sequence[Layer], *, quality: int = TOP_LAYER, width: int = 0, height: int = 0
) -> int:
    """Choose the best layer a subscriber has use for.

    Args:
        layers: as announced; empty when the publisher announced none.
        quality: 0 (lowest) to 2, used when no size is given.
        width: pixels of the picture on screen, 0 when unknown.
        height: pixels of the picture on screen, 0 when unknown.

    Returns:
        A layer number 0..2: the smallest layer that covers the wanted size, measured along the
        shorter side of the video; the top layer when none does.
    """
    wanted = min(width, height) if width and height else width or height
    if wanted <= 0 or not layers:
        return max(0, min(quality, TOP_LAYER))
    for layer in sorted(layers, key=lambda each: each.number):
        if min(layer.width, layer.height) >= wanted:
            return layer.number
    return TOP_LAYER

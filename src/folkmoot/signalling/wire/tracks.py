"""`AddTrackRequest` to `PublicationSpec`, `Publication` to `TrackInfo`."""

from collections.abc import Mapping
from typing import Final

from livekit.protocol import models, rtc

from folkmoot.domain.errors import MalformedError
from folkmoot.domain.publication import Layer, Publication, PublicationSpec
from folkmoot.domain.rights import TrackKind, TrackSource

SOURCES: Final[Mapping[int, TrackSource]] = {
    models.TrackSource.UNKNOWN: TrackSource.UNKNOWN,
    models.TrackSource.CAMERA: TrackSource.CAMERA,
    models.TrackSource.MICROPHONE: TrackSource.MICROPHONE,
    models.TrackSource.SCREEN_SHARE: TrackSource.SCREEN_SHARE,
    models.TrackSource.SCREEN_SHARE_AUDIO: TrackSource.SCREEN_SHARE_AUDIO,
}
SOURCE_NUMBERS: Final[Mapping[TrackSource, int]] = {word: n for n, word in SOURCES.items()}

MIME_TYPES: Final[Mapping[TrackKind, str]] = {
    TrackKind.AUDIO: "audio/opus",
    TrackKind.VIDEO: "video/VP8",
}
"""The only codecs, spelled as LiveKit servers do; clients compare without regard to case."""

_KINDS: Final[Mapping[int, TrackKind]] = {
    models.TrackType.AUDIO: TrackKind.AUDIO,
    models.TrackType.VIDEO: TrackKind.VIDEO,
}
_KIND_NUMBERS: Final[Mapping[TrackKind, int]] = {word: n for n, word in _KINDS.items()}
_RIDS: Final = ("q", "h", "f")


def parse_spec(request: rtc.AddTrackRequest) -> PublicationSpec:
    """Read an announcement.

    Raises:
        MalformedError: neither audio nor video, or an enum value that nobody knows.
    """
    kind = _KINDS.get(request.type)
    source = SOURCES.get(request.source)
    if kind is None or source is None:
        raise MalformedError("a publication is audio or video, from a known source")
    return PublicationSpec(
        cid=request.cid,
        kind=kind,
        source=source,
        name=request.name,
        stream=request.stream,
        is_muted=request.muted,
        width=request.width,
        height=request.height,
        layers=_parse_layers(request) if kind is TrackKind.VIDEO else (),
        encryption=request.encryption,
        disable_dtx=request.disable_dtx,
        disable_red=request.disable_red,
        stereo=request.stereo,
        backup_codec_policy=request.backup_codec_policy,
        audio_features=tuple(request.audio_features),
        trailer_features=tuple(request.packet_trailer_features),
    )


def encode_track(publication: Publication) -> models.TrackInfo:
    """Describe a publication. All of it: receivers need codec, encryption and layers."""
    spec = publication.spec
    mime_type = MIME_TYPES[spec.kind]
    layers = [_encode_layer(layer) for layer in spec.layers]
    info = models.TrackInfo(
        sid=publication.sid,
        type=_KIND_NUMBERS[spec.kind],  # type: ignore[arg-type]  # an int; the stub asks for str
        name=spec.name,
        muted=spec.is_muted,
        width=spec.width,
        height=spec.height,
        simulcast=len(layers) > 1,
        disable_dtx=spec.disable_dtx,
        source=SOURCE_NUMBERS[spec.source],  # type: ignore[arg-type]  # as above
        layers=layers,
        mime_type=mime_type,
        mid=publication.mid,
        stereo=spec.stereo,
        disable_red=spec.disable_red,
        encryption=spec.encryption,  # type: ignore[arg-type]  # as above
        stream=spec.stream,
        audio_features=spec.audio_features,  # type: ignore[arg-type]  # as above
        backup_codec_policy=spec.backup_codec_policy,  # type: ignore[arg-type]  # as above
        packet_trailer_features=spec.trailer_features,  # type: ignore[arg-type]  # as above
        version=models.TimedVersion(
            unix_micro=publication.announced_at_ms * 1000, ticks=publication.version
        ),
    )
    info.codecs.append(_encode_codec(publication, mime_type, layers))
    return info


def _encode_codec(
    publication: Publication, mime_type: str, layers: list[models.VideoLayer]
) -> models.SimulcastCodecInfo:
    is_video = publication.spec.kind is TrackKind.VIDEO
    mode = (
        models.VideoLayer.ONE_SPATIAL_LAYER_PER_STREAM
        if is_video
        else models.VideoLayer.MODE_UNUSED
    )
    return models.SimulcastCodecInfo(
        mime_type=mime_type,
        mid=publication.mid,
        cid=publication.spec.cid,
        layers=layers,
        video_layer_mode=mode,
    )


def _parse_layers(request: rtc.AddTrackRequest) -> tuple[Layer, ...]:
    announced = list(request.layers)
    for codec in request.simulcast_codecs:
        announced = announced or list(codec.layers)
    return tuple(
        Layer(
            number=layer.quality,
            width=layer.width,
            height=layer.height,
            bitrate_bps=layer.bitrate,
            ssrc=layer.ssrc,
        )
        for layer in announced
    )


def _encode_layer(layer: Layer) -> models.VideoLayer:
    return models.VideoLayer(
        quality=layer.number,  # type: ignore[arg-type]  # an int; the stub asks for str
        width=layer.width,
        height=layer.height,
        bitrate=layer.bitrate_bps,
        ssrc=layer.ssrc,
        spatial_layer=layer.number,
        rid=_RIDS[layer.number],
    )

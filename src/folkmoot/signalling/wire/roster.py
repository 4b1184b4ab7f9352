"""`Participant` to `ParticipantInfo`."""

from collections.abc import Iterable, Mapping
from typing import Final

from livekit.protocol import models, rtc

from folkmoot.domain.departure import Departure
from folkmoot.domain.events import ParticipantLeft
from folkmoot.domain.participant import Participant
from folkmoot.domain.rights import Rights
from folkmoot.signalling.wire.tracks import SOURCE_NUMBERS, encode_track

DISCONNECT_REASONS: Final[Mapping[Departure, models.DisconnectReason]] = {
    Departure.LEFT: models.DisconnectReason.CLIENT_INITIATED,
    Departure.REPLACED: models.DisconnectReason.DUPLICATE_IDENTITY,
    Departure.CONNECTION_LOST: models.DisconnectReason.SIGNAL_CLOSE,
    Departure.TOO_SLOW: models.DisconnectReason.SIGNAL_CLOSE,
    Departure.PROTOCOL_ERROR: models.DisconnectReason.SIGNAL_CLOSE,
    Departure.MEDIA_FAILED: models.DisconnectReason.MEDIA_FAILURE,
    Departure.SERVER_SHUTDOWN: models.DisconnectReason.SERVER_SHUTDOWN,
}


def encode_participant(member: Participant) -> models.ParticipantInfo:
    """Describe a participant as everybody sees it, started publications included."""
    state = models.ParticipantInfo.ACTIVE if member.is_active else models.ParticipantInfo.JOINED
    publications = member.visible_publications
    return models.ParticipantInfo(
        sid=member.sid,
        identity=member.identity,
        state=state,
        tracks=[encode_track(publication) for publication in publications],
        metadata=member.profile.metadata,
        joined_at=member.joined_at_ms // 1000,
        joined_at_ms=member.joined_at_ms,
        name=member.profile.name,
        version=member.version,
        permission=_encode_rights(member.rights),
        is_publisher=bool(publications),
        kind=models.ParticipantInfo.STANDARD,
        attributes=dict(member.profile.attributes),
        client_protocol=member.traits.client_protocol,
        capabilities=member.traits.capabilities,  # type: ignore[arg-type]  # ints; stub asks str
    )


def encode_departed(event: ParticipantLeft) -> models.ParticipantInfo:
    """Describe somebody who is gone."""
    return models.ParticipantInfo(
        sid=event.participant,
        identity=event.identity,
        state=models.ParticipantInfo.DISCONNECTED,
        version=event.version,
        disconnect_reason=DISCONNECT_REASONS[event.reason],
    )


def encode_update(infos: Iterable[models.ParticipantInfo]) -> rtc.SignalResponse:
    """Make a roster update."""
    return rtc.SignalResponse(update=rtc.ParticipantUpdate(participants=infos))


def _encode_rights(rights: Rights) -> models.ParticipantPermission:
    sources = sorted(SOURCE_NUMBERS[source] for source in rights.sources)
    return models.ParticipantPermission(
        can_subscribe=rights.can_subscribe,
        can_publish=rights.can_publish,
        can_publish_data=rights.can_publish_data,
        can_publish_sources=sources,  # type: ignore[arg-type]  # ints; the stub asks for str
        can_update_metadata=rights.can_update_own_metadata,
    )

"""The first message of a session, and the last."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final

from livekit.protocol import models, rtc

from folkmoot.domain.departure import Departure
from folkmoot.domain.participant import Participant
from folkmoot.domain.room import Room
from folkmoot.signalling.admission import SessionTimes
from folkmoot.signalling.wire.roster import DISCONNECT_REASONS, encode_participant
from folkmoot.signalling.wire.tracks import MIME_TYPES

SERVER_VERSION: Final = "1.13.5"
"""The LiveKit version whose behaviour is spoken. A valid version is mandatory; from 1.8.0 clients
send RPC as streams, above 1.13.6 browsers use rid simulcast for codecs that are not offered."""
PROTOCOL: Final = 17

_RECONNECT: Final = rtc.LeaveRequest.RECONNECT
_DISCONNECT: Final = rtc.LeaveRequest.DISCONNECT

_LEAVE_ACTIONS: Final[Mapping[Departure, rtc.LeaveRequest.Action]] = {
    Departure.REPLACED: _DISCONNECT,
    Departure.CONNECTION_LOST: _RECONNECT,
    Departure.TOO_SLOW: _RECONNECT,
    Departure.PROTOCOL_ERROR: _DISCONNECT,
    Departure.MEDIA_FAILED: _RECONNECT,
    Departure.SERVER_SHUTDOWN: _RECONNECT,
}


@dataclass(frozen=True, slots=True)
class ServerFacts:
    """What the server says of itself.

    Attributes:
        node_id: random, made at first start.
        sif_trailer: random per process. This server never injects frames, so nothing carries it.
    """

    node_id: str
    sif_trailer: bytes


def encode_join(
    room: Room, member: Participant, facts: ServerFacts, times: SessionTimes
) -> rtc.SignalResponse:
    """Make the join response, which is the first message of a session."""
    others = [each for each in room.participants.values() if each is not member]
    publishers = sum(1 for each in room.participants.values() if each.visible_publications)
    codecs = [models.Codec(mime=mime) for mime in MIME_TYPES.values()]
    join = rtc.JoinResponse(
        room=models.Room(
            sid=room.sid,
            name=room.name,
            creation_time=room.created_at_ms // 1000,
            creation_time_ms=room.created_at_ms,
            enabled_codecs=codecs,
            num_participants=len(room.participants),
            num_publishers=publishers,
        ),
        participant=encode_participant(member),
        other_participants=[encode_participant(each) for each in others],
        server_version=SERVER_VERSION,
        # The client's "connected" follows this transport, which is why the engine offers at once.
        subscriber_primary=member.rights.can_subscribe,
        client_configuration=models.ClientConfiguration(
            resume_connection=models.ClientConfigSetting.DISABLED
        ),
        ping_interval=times.ping_interval_s,
        ping_timeout=times.ping_timeout_s,
        server_info=models.ServerInfo(
            edition=models.ServerInfo.Standard,
            version=SERVER_VERSION,
            protocol=PROTOCOL,
            node_id=facts.node_id,
        ),
        sif_trailer=facts.sif_trailer,
        # Not empty, so that browsers announce and negotiate in parallel.
        enabled_publish_codecs=codecs,
        # Left out, Firefox's data channels freeze.
        fast_publish=member.rights.can_publish,
    )
    return rtc.SignalResponse(join=join)


def encode_leave(reason: Departure) -> rtc.SignalResponse | None:
    """Make the last message of a session; None for somebody who left by themselves."""
    action = _LEAVE_ACTIONS.get(reason)
    if action is None:
        return None
    return _leave(DISCONNECT_REASONS[reason], action)


def encode_no_resume() -> rtc.SignalResponse:
    """Tell a client that wants to resume to join afresh."""
    return _leave(models.DisconnectReason.STATE_MISMATCH, _RECONNECT)


def _leave(reason: models.DisconnectReason, action: rtc.LeaveRequest.Action) -> rtc.SignalResponse:
    can_reconnect = action != _DISCONNECT  # for clients older than `action`
    leave = rtc.LeaveRequest(can_reconnect=can_reconnect, reason=reason, action=action)
    return rtc.SignalResponse(leave=leave)

"""Fresh ids. Clients parse the prefixes `PA_`, `TR_` and `RM_`."""

import secrets
import string
from typing import Final

from folkmoot.domain.ids import ParticipantSid, RoomSid, TrackSid

_ALPHABET: Final = string.ascii_letters + string.digits
_RANDOM_CHARS: Final = 22
"""131 bits. `PA_…|TR_…` must fit the 64 characters of an SDP stream id."""


def mint_participant() -> ParticipantSid:
    """Make an id for a session."""
    return ParticipantSid("PA_" + _random())


def mint_track() -> TrackSid:
    """Make an id for a publication."""
    return TrackSid("TR_" + _random())


def mint_room() -> RoomSid:
    """Make an id for one life of a room."""
    return RoomSid("RM_" + _random())


def _random() -> str:
    return "".join(secrets.choice(_ALPHABET) for _ in range(_RANDOM_CHARS))

"""What a handler may know of its session."""

from collections.abc import Callable
from dataclasses import dataclass

from folkmoot.domain.ids import ParticipantSid, TrackSid
from folkmoot.observe.clock import Instant


@dataclass(frozen=True, slots=True)
class SessionContext:
    """One session at one moment.

    Attributes:
        mint_track: makes a fresh track id.
        now: when the message arrived.
    """

    sid: ParticipantSid
    mint_track: Callable[[], TrackSid]
    now: Instant

"""What the server knows of somebody who is let in."""

from collections.abc import Callable
from dataclasses import dataclass, field

from folkmoot.domain.ids import Identity, RoomName
from folkmoot.domain.participant import ClientTraits, Profile
from folkmoot.domain.rights import Rights


@dataclass(frozen=True, slots=True)
class Admission:
    """The outcome of checking a token.

    Attributes:
        refresh: makes a fresh token with the same rights.
        enter: to be called just before the session begins, with nothing that waits in between; it
            uses a ticket up, and raises `TokenError` when that was done already.
    """

    room: RoomName
    identity: Identity
    rights: Rights
    refresh: Callable[[], str]
    enter: Callable[[], None] = lambda: None
    profile: Profile = field(default_factory=Profile)
    traits: ClientTraits = field(default_factory=ClientTraits)


@dataclass(frozen=True, slots=True)
class SessionTimes:
    """Deadlines of a session, in seconds.

    Attributes:
        first_message_s: security limit, how long a new session may stay silent.
        ping_interval_s: how often clients are told to ping.
        ping_timeout_s: how long a session may fall silent later.
        token_refresh_s: how often a fresh token is sent.
    """

    first_message_s: int = 15
    ping_interval_s: int = 5
    ping_timeout_s: int = 15
    token_refresh_s: int = 300

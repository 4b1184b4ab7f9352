"""Tokens to admissions, and the tickets of people who were let in."""

from typing import Final

from folkmoot.domain.ids import Identity, RoomName
from folkmoot.domain.limits import check_profile
from folkmoot.domain.participant import ClientTraits, Profile
from folkmoot.domain.rights import Rights
from folkmoot.identity.access_token import (
    EngineKey,
    Grant,
    check_times,
    grant_of,
    issue_session_token,
    read_token,
)
from folkmoot.identity.claims import Use
from folkmoot.identity.tickets import Tickets
from folkmoot.observe.clock import Clock
from folkmoot.signalling.admission import Admission
from folkmoot.signalling.errors import TokenError

MEMBER_RIGHTS: Final = Rights(can_publish_data=False, can_update_own_metadata=False)
"""Of everybody who is let into a meeting: to be heard, seen, and to hear and see."""
NAME_ATTRIBUTE: Final = "name"
"""The participant's attribute that holds the sealed name."""


class TokenDoorkeeper:
    """Lets in whoever bears a ticket or a session token that this server signed."""

    def __init__(self, engine: EngineKey, clock: Clock, lifetime_s: int) -> None:
        """Take the key.

        Args:
            lifetime_s: how long session tokens are valid.
        """
        self._engine = engine
        self._clock = clock
        self._lifetime_s = lifetime_s
        self._tickets = Tickets(engine, clock)

    def admit(self, token: str, traits: ClientTraits) -> Admission:
        """Turn a token into an admission. A ticket is spent only by the admission's `enter`.

        Raises:
            TokenError: the token is not genuine or not valid now.
            TokenRefusedError: it asks for what is not given.
            RuleError: its profile is too large.
        """
        claims = read_token(token, self._engine)
        is_ticket = claims.use is Use.TICKET
        if is_ticket:
            self._tickets.check(claims)
        elif claims.use is Use.SESSION:
            check_times(claims, self._now_s())
        else:
            raise TokenError("the token is for something else")
        grant = grant_of(claims)
        profile = Profile(grant.name, grant.metadata, dict(grant.attributes))
        check_profile(profile)
        return Admission(
            room=RoomName(grant.room),
            identity=Identity(grant.identity),
            rights=grant.rights,
            refresh=lambda: self._issue(grant),
            enter=(lambda: self._tickets.spend(claims)) if is_ticket else _enter_again,
            profile=profile,
            traits=traits,
        )

    def issue_ticket(self, room: str, identity: str, sealed_name: str) -> str:
        """Make the ticket of somebody who was let into a meeting.

        Args:
            sealed_name: for the others to open; empty when the person has no name yet.
        """
        attributes = ((NAME_ATTRIBUTE, sealed_name),) if sealed_name else ()
        return self._tickets.issue(Grant(identity, room, MEMBER_RIGHTS, "", "", attributes))

    def _issue(self, grant: Grant) -> str:
        return issue_session_token(grant, self._engine, self._now_s(), self._lifetime_s)

    def _now_s(self) -> float:
        return self._clock.now().wall_ms / 1000


def _enter_again() -> None:
    """A session token is not used up."""

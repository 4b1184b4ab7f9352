"""Tokens to a group's order. They open nothing else, and nothing else opens it."""

from typing import Final

from folkmoot.domain.rights import Rights
from folkmoot.groups.admission import GroupAdmission
from folkmoot.groups.endings import ChannelError, Ending
from folkmoot.identity.access_token import EngineKey, Grant, check_times, read_token, sign_token
from folkmoot.identity.claims import Claims, Use
from folkmoot.identity.tickets import Tickets
from folkmoot.observe.clock import Clock
from folkmoot.protocol.derivation import LOCATOR_BYTES
from folkmoot.protocol.encoding import from_base64url
from folkmoot.signalling.errors import TokenError

SESSION_LIFETIME_S: Final = 600
_NOTHING: Final = Rights(can_publish=False, can_subscribe=False, can_publish_data=False)


class TokenGroupDoorkeeper:
    """Lets in whoever bears a group ticket, or a token that an order handed out."""

    def __init__(self, engine: EngineKey, clock: Clock) -> None:
        """Take the key."""
        self._engine = engine
        self._clock = clock
        self._tickets = Tickets(engine, clock)

    def issue_ticket(self, room: str, identity: str) -> str:
        """Make the ticket of somebody who was let into a meeting."""
        return self._tickets.issue(_grant(room, identity), Use.GROUP)

    def enter(self, token: str) -> GroupAdmission:
        """Turn a token into an admission. A ticket is used up by it.

        Raises:
            ChannelError: the token opens nothing.
        """
        try:
            claims = read_token(token, self._engine)
            self._check(claims)
            locator = from_base64url(claims.video.room, LOCATOR_BYTES)
        except (TokenError, ValueError):
            raise ChannelError(Ending.NOT_ADMITTED) from None
        room, identity = claims.video.room, claims.sub
        return GroupAdmission(locator, identity, lambda: self._issue_session(room, identity))

    def _check(self, claims: Claims) -> None:
        if claims.use is Use.GROUP:
            self._tickets.spend(claims)
        elif claims.use is Use.GROUP_SESSION:
            check_times(claims, self._now_s())
        else:
            raise TokenError("the token is for something else")

    def _issue_session(self, room: str, identity: str) -> str:
        more = {"use": Use.GROUP_SESSION}
        grant = _grant(room, identity)
        return sign_token(grant, self._engine, self._now_s(), SESSION_LIFETIME_S, more)

    def _now_s(self) -> float:
        return self._clock.now().wall_ms / 1000


def _grant(room: str, identity: str) -> Grant:
    return Grant(identity, room, _NOTHING, "", "", (), joins_room=False)

"""Tickets: what somebody who was let in opens signalling, or a group's order, with, once."""

import secrets
from typing import Final

from folkmoot.identity.access_token import EngineKey, Grant, sign_token
from folkmoot.identity.claims import Claims, Use
from folkmoot.observe.clock import Clock
from folkmoot.signalling.errors import TokenError

TICKET_LIFETIME_S: Final = 60
MAX_SPENT: Final = 65_536
"""Security limit: tickets spent within their lifetime, by everybody together."""


class Tickets:
    """Issues tickets and takes each once. They end with the process."""

    def __init__(self, engine: EngineKey, clock: Clock, max_spent: int = MAX_SPENT) -> None:
        """Begin a life of the server: tickets of an earlier one are void, spent or not."""
        self._engine = engine
        self._clock = clock
        self._max_spent = max_spent
        self._boot = secrets.token_urlsafe(12)
        self._spent: dict[str, float] = {}
        # Only this process reads these times, so they follow the clock that nobody can set back.
        now = clock.now()
        self._offset_ms = now.wall_ms - now.steady_ms

    def issue(self, grant: Grant, use: Use = Use.TICKET) -> str:
        """Make a ticket."""
        more = {"use": use, "jti": secrets.token_urlsafe(16), "boot": self._boot}
        return sign_token(grant, self._engine, self._now_s(), TICKET_LIFETIME_S, more)

    def check(self, claims: Claims) -> None:
        """Check that a genuine ticket opens something now. That does not spend it.

        Raises:
            TokenError: it is of another life of the server, too old, or spent.
        """
        if claims.boot != self._boot or not claims.jti or claims.exp <= self._now_s():
            raise TokenError("the ticket has expired")
        if claims.jti in self._spent:
            raise TokenError("the ticket was used already")

    def spend(self, claims: Claims) -> None:
        """Use a ticket up; nothing may wait between its check and this.

        Raises:
            TokenError: it is spent, or too many were just now.
        """
        self.check(claims)
        now_s = self._now_s()
        # In the order of spending, so the first one is the first that has expired anyhow.
        while self._spent and next(iter(self._spent.values())) <= now_s - TICKET_LIFETIME_S:
            del self._spent[next(iter(self._spent))]
        if len(self._spent) >= self._max_spent:
            raise TokenError("too many people join at this moment")
        self._spent[claims.jti] = now_s

    def _now_s(self) -> float:
        return (self._clock.now().steady_ms + self._offset_ms) / 1000

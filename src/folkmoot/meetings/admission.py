"""Letting somebody in: whoever signs with the meeting's admission key and with a key of their own.

There is one way through this file, for every request alike: one look into the book, both
signatures checked, one answer. Nobody can tell an unknown meeting from an expired one, or from a
bad signature.
"""

from collections.abc import Container
from dataclasses import dataclass
from typing import Final

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from folkmoot.domain.meeting import Meeting
from folkmoot.meetings.book import MeetingBook
from folkmoot.meetings.errors import NotAdmittedError, WrongOriginError
from folkmoot.meetings.nonces import Nonces
from folkmoot.meetings.rates import MovingWindow
from folkmoot.observe.clock import Clock
from folkmoot.protocol.derivation import identity_of
from folkmoot.protocol.signing import is_signed
from folkmoot.protocol.statements import admission_statement

MINUTE_S: Final = 60


@dataclass(frozen=True, slots=True)
class Application:
    """A request to be let in; the sizes of its parts are right already."""

    origin: str
    locator: bytes
    nonce: bytes
    leaf_key: bytes
    admission_signature: bytes
    leaf_signature: bytes


@dataclass(frozen=True, slots=True)
class Admitted:
    """Somebody who proved that they have the link.

    Attributes:
        identity: follows from the leaf key; nobody else can be it.
    """

    meeting: Meeting
    identity: str


class Admissions:
    """Lets people in."""

    def __init__(
        self,
        book: MeetingBook,
        nonces: Nonces,
        origins: Container[str],
        per_minute: int,
        clock: Clock,
    ) -> None:
        """Let people into the meetings of a book.

        Args:
            origins: those that this server goes by.
            per_minute: security limit, attempts of each address.
        """
        self._book = book
        self._nonces = nonces
        self._origins = origins
        self._clock = clock
        self._rate = MovingWindow(per_minute, MINUTE_S, clock)
        # Stands in where there is no meeting, so that the work is the same. Nobody has the other
        # half of this key.
        self._nobodys_key = Ed25519PrivateKey.generate().public_key().public_bytes_raw()

    def issue_nonce(self, locator: bytes) -> bytes:
        """Make a nonce for a locator, whether there is such a meeting or not."""
        return self._nonces.issue(locator)

    async def admit(self, application: Application, address: str) -> Admitted:
        """Let somebody in.

        Args:
            address: who asks, for the limit only.

        Raises:
            TooManyError: too many attempts.
            WrongOriginError: signed for another server; says nothing about the meeting.
            NotAdmittedError: everything else.
        """
        self._rate.take(address)
        if application.origin not in self._origins:
            raise WrongOriginError
        meeting = await self._book.load(application.locator)
        # Nothing waits from here on: between a nonce's check and its use nobody else has a turn.
        admitted = self._judge(application, meeting)
        if admitted is None:
            raise NotAdmittedError
        return admitted

    def _judge(self, application: Application, meeting: Meeting | None) -> Admitted | None:
        identity = identity_of(application.leaf_key)
        statement = admission_statement(
            application.origin,
            application.locator,
            application.nonce,
            application.leaf_key,
            identity,
        )
        admission_key = self._nobodys_key if meeting is None else meeting.admission_key
        has_link = is_signed(admission_key, statement, application.admission_signature)
        has_leaf = is_signed(application.leaf_key, statement, application.leaf_signature)
        is_fresh = self._nonces.is_good(application.locator, application.nonce)
        if meeting is None or not has_link or not is_fresh:
            return None
        self._nonces.use(application.nonce)
        is_over = meeting.expires_at_ms <= self._clock.now().wall_ms
        return None if is_over or not has_leaf else Admitted(meeting, identity)

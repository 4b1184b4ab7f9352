"""Making a meeting: what the host's device signed, checked."""

from collections.abc import Callable, Container
from dataclasses import dataclass
from typing import Final

from folkmoot.domain.meeting import Meeting
from folkmoot.meetings.book import MeetingBook
from folkmoot.meetings.errors import (
    BadSignatureError,
    CreationRefusedError,
    LocatorTakenError,
    TooManyError,
    UnusableFieldError,
    WrongOriginError,
)
from folkmoot.meetings.rates import MovingWindow
from folkmoot.observe.clock import Clock
from folkmoot.protocol.sealing import MEETING_SIZES
from folkmoot.protocol.signing import is_signed, is_sound_key
from folkmoot.protocol.statements import creation_statement

MIN_LIFETIME_S: Final = 3600
HOUR_S: Final = 3600
DAY_S: Final = 24 * 3600


@dataclass(frozen=True, slots=True)
class CreationRules:
    """What the operator decided.

    Attributes:
        can_create: whether anybody may make meetings.
        per_hour: security limit, for each address.
        max_lifetime_s: longest life of a meeting.
        max_meetings: security limit, most meetings kept.
    """

    can_create: bool
    per_hour: int
    max_lifetime_s: int
    max_meetings: int


@dataclass(frozen=True, slots=True)
class Creation:
    """A request to make a meeting; sizes of keys, signatures and locator are right already."""

    origin: str
    locator: bytes
    admission_key: bytes
    host_key: bytes
    sealed: bytes
    lifetime_s: int
    admission_signature: bytes
    host_signature: bytes

    def statement(self) -> bytes:
        """What both keys sign."""
        return creation_statement(
            self.origin,
            self.locator,
            self.admission_key,
            self.host_key,
            self.sealed,
            self.lifetime_s,
        )


class Creations:
    """Makes meetings."""

    def __init__(
        self,
        book: MeetingBook,
        origins: Container[str],
        rules: CreationRules,
        clock: Clock,
        is_occupied: Callable[[bytes], bool],
    ) -> None:
        """Make meetings by rules.

        Args:
            origins: those that this server goes by.
            is_occupied: whether there is somebody in the room at a locator.
        """
        self._is_occupied = is_occupied
        self._book = book
        self._origins = origins
        self._rules = rules
        self._clock = clock
        self._rate = MovingWindow(rules.per_hour, HOUR_S, clock)

    @property
    def can_create(self) -> bool:
        """Whether anybody may make meetings here."""
        return self._rules.can_create

    async def create(self, creation: Creation, address: str) -> int:
        """Make a meeting; a repeated request finds it made.

        Args:
            address: who asks, for the limit only.

        Returns:
            When it expires, in milliseconds since 1970.

        Raises:
            MeetingError: one of its kinds says why not.
        """
        if not self._rules.can_create:
            raise CreationRefusedError
        self._rate.take(address)
        if creation.origin not in self._origins:
            raise WrongOriginError
        self._check_fields(creation)
        statement = creation.statement()
        if not (
            is_signed(creation.admission_key, statement, creation.admission_signature)
            and is_signed(creation.host_key, statement, creation.host_signature)
        ):
            raise BadSignatureError
        return await self._keep(creation)

    def _check_fields(self, creation: Creation) -> None:
        for field in ("admission_key", "host_key"):
            if not is_sound_key(getattr(creation, field)):
                raise UnusableFieldError(field, "is not a sound Ed25519 public key")
        if len(creation.sealed) not in MEETING_SIZES:
            sizes = ", ".join(str(size) for size in MEETING_SIZES)
            raise UnusableFieldError("sealed", f"has not one of the sizes {sizes}")
        longest_s = self._rules.max_lifetime_s
        if not MIN_LIFETIME_S <= creation.lifetime_s <= longest_s:
            raise UnusableFieldError("lifetime_s", f"is not from {MIN_LIFETIME_S} to {longest_s}")

    async def _keep(self, creation: Creation) -> int:
        now_ms = self._clock.now().wall_ms
        wanted = Meeting(
            locator=creation.locator,
            admission_key=creation.admission_key,
            host_key=creation.host_key,
            sealed=creation.sealed,
            expires_at_ms=now_ms + creation.lifetime_s * 1000,
        )
        if self._is_occupied(creation.locator) and await self._is_free(creation.locator, now_ms):
            # The meeting is over, its people are still together. Whoever learnt the locator, from
            # the database or a proxy's log, would come to sit among them with keys of their own.
            raise LocatorTakenError
        kept = await self._book.save(wanted, now_ms, self._rules.max_meetings)
        if kept is None:
            raise TooManyError(HOUR_S)
        if _content(kept) != _content(wanted):
            raise LocatorTakenError
        return kept.expires_at_ms

    async def _is_free(self, locator: bytes, now_ms: int) -> bool:
        kept = await self._book.load(locator)
        return kept is None or kept.expires_at_ms <= now_ms


def _content(meeting: Meeting) -> tuple[bytes, ...]:
    return meeting.admission_key, meeting.host_key, meeting.sealed

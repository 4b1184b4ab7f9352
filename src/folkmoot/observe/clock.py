"""The only file that reads a clock."""

import time
from dataclasses import dataclass
from datetime import UTC, date, datetime
from typing import Protocol


@dataclass(frozen=True, slots=True)
class Instant:
    """One reading of both clocks.

    Attributes:
        wall_ms: milliseconds since 1970 UTC; jumps when somebody sets the clock. For timestamps
            and token lifetimes.
        steady_ms: milliseconds since some start; never jumps. For deadlines.
    """

    wall_ms: int
    steady_ms: int


class Clock(Protocol):
    """Where the time comes from."""

    def now(self) -> Instant:
        """Read both clocks."""


class SystemClock:
    """The machine's clocks."""

    def now(self) -> Instant:
        """Read both clocks."""
        return Instant(
            wall_ms=time.time_ns() // 1_000_000, steady_ms=time.monotonic_ns() // 1_000_000
        )


def utc_of(instant: Instant) -> datetime:
    """The UTC time of an instant."""
    return datetime.fromtimestamp(instant.wall_ms / 1000, tz=UTC)


def day_of(instant: Instant) -> date:
    """The UTC day of an instant."""
    return utc_of(instant).date()

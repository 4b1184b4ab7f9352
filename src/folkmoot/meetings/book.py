"""Where meetings are kept: a port, which the store implements."""

from typing import Protocol

from folkmoot.domain.meeting import Meeting


class MeetingBook(Protocol):
    """Kept meetings. What returned is durable."""

    async def save(self, meeting: Meeting, now_ms: int, max_meetings: int) -> Meeting | None:
        """Keep a new meeting, unless its locator is in use.

        Args:
            now_ms: meetings that have expired by then are not in the way.
            max_meetings: security limit, most meetings kept.

        Returns:
            What is kept under this locator now; None when no more are taken.
        """

    async def load(self, locator: bytes) -> Meeting | None:
        """Look up a meeting, expired or not."""

    async def delete_expired(self, now_ms: int) -> int:
        """Delete every meeting that has expired; returns how many."""

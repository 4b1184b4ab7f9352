"""Kept meetings, as rows."""

from sqlalchemy import delete, func, select
from sqlalchemy.exc import IntegrityError
from sqlalchemy.ext.asyncio import AsyncEngine, AsyncSession

from folkmoot.domain.meeting import Meeting
from folkmoot.store.database import empty_wal
from folkmoot.store.schema import MeetingRow


class MeetingRows:
    """Implements the book of meetings. What returned is durable."""

    def __init__(self, engine: AsyncEngine) -> None:
        """Keep meetings in a database."""
        self._engine = engine

    async def save(self, meeting: Meeting, now_ms: int, max_meetings: int) -> Meeting | None:
        """Keep a new meeting, unless its locator is in use; see the book."""
        try:
            return await self._save(meeting, now_ms, max_meetings)
        except IntegrityError:
            # The same locator came twice at once, and the other request was first.
            return await self.load(meeting.locator)

    async def load(self, locator: bytes) -> Meeting | None:
        """Look up a meeting, expired or not."""
        async with AsyncSession(self._engine) as session:
            row = await session.get(MeetingRow, locator)
            return None if row is None else _meeting_of(row)

    async def delete_expired(self, now_ms: int) -> int:
        """Delete every meeting that has expired; returns how many. Nothing of them is left."""
        async with self._engine.begin() as connection:
            done = await connection.execute(
                delete(MeetingRow).where(MeetingRow.expires_at <= now_ms)
            )
        await empty_wal(self._engine)
        return done.rowcount

    async def _save(self, meeting: Meeting, now_ms: int, max_meetings: int) -> Meeting | None:
        async with AsyncSession(self._engine) as session, session.begin():
            row = await session.get(MeetingRow, meeting.locator)
            if row is not None and row.expires_at > now_ms:
                return _meeting_of(row)
            if row is not None:
                await session.delete(row)
                await session.flush()
            count = await session.scalar(select(func.count()).select_from(MeetingRow))
            if (count or 0) >= max_meetings:
                return None
            session.add(_row_of(meeting))
        return meeting


def _row_of(meeting: Meeting) -> MeetingRow:
    return MeetingRow(
        locator=meeting.locator,
        admission_key=meeting.admission_key,
        host_key=meeting.host_key,
        sealed=meeting.sealed,
        chain_head=meeting.chain_head,
        expires_at=meeting.expires_at_ms,
    )


def _meeting_of(row: MeetingRow) -> Meeting:
    return Meeting(
        locator=row.locator,
        admission_key=row.admission_key,
        host_key=row.host_key,
        sealed=row.sealed,
        expires_at_ms=row.expires_at,
        chain_head=row.chain_head,
    )

"""Kept groups, as rows."""

from collections.abc import Iterator, Sequence
from contextlib import contextmanager

from sqlalchemy import delete, insert, select, update
from sqlalchemy.exc import SQLAlchemyError
from sqlalchemy.ext.asyncio import AsyncConnection, AsyncEngine

from folkmoot.domain.group import NO_HEAD, BookError, Change, Entry, EntryKind, Group, Kept, Shelf
from folkmoot.store.schema import GroupEntryRow, GroupRow, MeetingRow


class GroupRows:
    """Implements the book of groups. What returned is durable."""

    def __init__(self, engine: AsyncEngine) -> None:
        """Keep groups in a database."""
        self._engine = engine

    async def load(self, locator: bytes) -> Shelf | None:
        """Look up a meeting and its group; None when there is no such meeting."""
        with _told_as_book_error():
            async with self._engine.connect() as connection:
                meeting = (
                    await connection.execute(
                        select(
                            MeetingRow.host_key, MeetingRow.expires_at, MeetingRow.chain_head
                        ).where(MeetingRow.locator == locator)
                    )
                ).one_or_none()
                if meeting is None:
                    return None
                head = meeting.chain_head or NO_HEAD
                kept = await _load_group(connection, locator, head)
        return Shelf(meeting.host_key, meeting.expires_at, kept, head)

    async def save(self, changes: Sequence[Change]) -> None:
        """Keep all of these changes or none, in one transaction."""
        with _told_as_book_error():
            async with self._engine.begin() as connection:
                for change in changes:
                    await _save(connection, change)

    async def delete(self, locator: bytes) -> None:
        """Delete a group and its entries, and the head of its acts unless it needs its host."""
        with _told_as_book_error():
            async with self._engine.begin() as connection:
                gone = delete(GroupRow).where(GroupRow.locator == locator)
                needs_host = await connection.scalar(gone.returning(GroupRow.needs_host))
                if needs_host is False:
                    await _save_head(connection, locator, NO_HEAD)

    async def locators(self) -> list[bytes]:
        """The meetings that have a group."""
        with _told_as_book_error():
            async with self._engine.connect() as connection:
                return list(await connection.scalars(select(GroupRow.locator)))


@contextmanager
def _told_as_book_error() -> Iterator[None]:
    """Leave out what a database says of it: there would be locators in it."""
    try:
        yield
    except (SQLAlchemyError, OSError):
        raise BookError from None


async def _load_group(connection: AsyncConnection, locator: bytes, head: bytes) -> Kept | None:
    row = (
        await connection.execute(
            select(
                GroupRow.group_id,
                GroupRow.epoch,
                GroupRow.group_info,
                GroupRow.needs_host,
                GroupRow.revision,
                GroupRow.last_seq,
            ).where(GroupRow.locator == locator)
        )
    ).one_or_none()
    if row is None:
        return None
    entries = await connection.execute(
        select(GroupEntryRow.seq, GroupEntryRow.kind, GroupEntryRow.message)
        .where(GroupEntryRow.locator == locator)
        .order_by(GroupEntryRow.seq)
    )
    group = Group(row.group_id, row.epoch, row.group_info, head, row.needs_host)
    held = tuple(Entry(seq, EntryKind(kind), message) for seq, kind, message in entries)
    return Kept(group, row.revision, row.last_seq, held)


async def _save(connection: AsyncConnection, change: Change) -> None:
    await _save_row(connection, change)
    if change.group is not None:
        await _save_head(connection, change.locator, change.group.act_head)
    if change.entries:
        rows = [
            {
                "locator": change.locator,
                "seq": entry.seq,
                "kind": entry.kind.value,
                "message": entry.message,
            }
            for entry in change.entries
        ]
        await connection.execute(insert(GroupEntryRow), rows)
    await connection.execute(
        delete(GroupEntryRow).where(
            GroupEntryRow.locator == change.locator, GroupEntryRow.seq < change.oldest_seq
        )
    )


async def _save_row(connection: AsyncConnection, change: Change) -> None:
    values: dict[str, int | bytes | bool] = {
        "last_seq": change.last_seq,
        "revision": change.revision + 1,
    }
    if change.group is not None:
        values |= {
            "group_id": change.group.group_id,
            "epoch": change.group.epoch,
            "group_info": change.group.group_info,
            "needs_host": change.group.needs_host,
        }
    if change.revision == 0:
        # A second one that is made meanwhile breaks the primary key.
        await connection.execute(insert(GroupRow).values(locator=change.locator, **values))
        return
    done = await connection.execute(
        update(GroupRow)
        .where(GroupRow.locator == change.locator, GroupRow.revision == change.revision)
        .values(**values)
    )
    if done.rowcount != 1:
        raise BookError


async def _save_head(connection: AsyncConnection, locator: bytes, head: bytes) -> None:
    await connection.execute(
        update(MeetingRow)
        .where(MeetingRow.locator == locator)
        .values(chain_head=None if head == NO_HEAD else head)
    )

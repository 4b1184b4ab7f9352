"""What is kept of a group, for how long, and that nothing else is."""

import asyncio
import os
from collections.abc import AsyncIterator
from pathlib import Path

import pytest
from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncEngine

from folkmoot.domain.group import NO_HEAD, BookError, Change, Entry, EntryKind, Group, Kept
from folkmoot.domain.meeting import Meeting
from folkmoot.store.database import database_url, open_database
from folkmoot.store.groups import GroupRows
from folkmoot.store.meetings import MeetingRows
from folkmoot.store.migrate import migrate
from folkmoot.store.schema import GroupEntryRow, GroupRow
from tests.fakes.database import driver_threads_end

NOW_MS = 1_800_000_000_000
LOCATOR = b"l" * 16
GROUP = Group(b"id", 0, b"info")
HEAD = b"h" * 32


def entry(seq: int) -> Entry:
    return Entry(seq, EntryKind.MESSAGE, b"planted message %d" % seq)


def change(
    revision: int, group: Group | None = None, last_seq: int = 10, *entries: Entry, oldest: int = 0
) -> Change:
    return Change(LOCATOR, revision, group, last_seq, entries, oldest)


@pytest.fixture
async def engine(tmp_path: Path) -> AsyncIterator[AsyncEngine]:
    engine = open_database(database_url(tmp_path, None))
    await migrate(engine)
    meeting = Meeting(LOCATOR, bytes(32), b"k" * 32, bytes(512), NOW_MS + 1)
    await MeetingRows(engine).save(meeting, NOW_MS, 10)
    yield engine
    await engine.dispose()


def read_all(folder: Path) -> bytes:
    return b"".join(path.read_bytes() for path in folder.glob("folkmoot.db*"))


async def kept_of(rows: GroupRows) -> Kept | None:
    shelf = await rows.load(LOCATOR)
    assert shelf is not None
    assert (shelf.host_key, shelf.expires_at_ms) == (b"k" * 32, NOW_MS + 1)
    return shelf.kept


async def test_a_group_is_found_as_it_was_kept(engine: AsyncEngine) -> None:
    rows = GroupRows(engine)
    assert await rows.load(bytes(16)) is None
    assert await kept_of(rows) is None
    await rows.save([change(0, GROUP)])
    assert await kept_of(rows) == Kept(GROUP, 1, 10, ())
    await rows.save([change(1, None, 12, entry(11), entry(12))])
    assert await kept_of(rows) == Kept(GROUP, 2, 12, (entry(11), entry(12)))
    later = Group(b"id", 1, b"info after", HEAD)
    await rows.save([change(2, later, 13, Entry(13, EntryKind.COMMIT, b"commit"), oldest=12)])
    kept = await kept_of(rows)
    assert kept == Kept(later, 3, 13, (entry(12), Entry(13, EntryKind.COMMIT, b"commit")))
    assert await rows.locators() == [LOCATOR]


@pytest.mark.parametrize("revision", [0, 1, 3])
async def test_who_does_not_know_the_last_change_changes_nothing(
    engine: AsyncEngine, revision: int
) -> None:
    rows = GroupRows(engine)
    await rows.save([change(0, GROUP)])
    await rows.save([change(1, None, 11, entry(11))])
    before = await kept_of(rows)
    with pytest.raises(BookError):
        await rows.save([change(revision, Group(b"id", 1, b"fork"), 12, entry(12))])
    assert await kept_of(rows) == before


async def test_of_many_who_change_it_at_once_one_does(engine: AsyncEngine) -> None:
    rows = GroupRows(engine)
    await rows.save([change(0, GROUP)])
    changes = [change(1, Group(b"id", 1, b"of %d" % n), 11, entry(11)) for n in range(20)]
    outcomes = await asyncio.gather(
        *(rows.save([each]) for each in changes), return_exceptions=True
    )
    assert sorted(str(type(each).__name__) for each in outcomes) == ["BookError"] * 19 + [
        "NoneType"
    ]
    kept = await kept_of(rows)
    assert kept is not None
    assert (kept.revision, kept.group.epoch, len(kept.entries)) == (2, 1, 1)


async def test_changes_of_several_meetings_are_kept_together_or_not_at_all(
    engine: AsyncEngine,
) -> None:
    rows = GroupRows(engine)
    unknown = Change(b"u" * 16, 0, GROUP, 1, (), 0)
    with pytest.raises(BookError):
        await rows.save([change(0, GROUP), unknown])
    assert await kept_of(rows) is None


async def test_the_head_of_the_host_acts_is_the_meetings(engine: AsyncEngine) -> None:
    rows, meetings = GroupRows(engine), MeetingRows(engine)
    await rows.save([change(0, Group(b"id", 0, b"info", HEAD, needs_host=True))])
    meeting = await meetings.load(LOCATOR)
    assert meeting is not None
    assert meeting.chain_head == HEAD
    await rows.delete(LOCATOR)
    meeting = await meetings.load(LOCATOR)
    assert meeting is not None
    assert meeting.chain_head == HEAD, "that there are acts is known as long as the meeting is"
    shelf = await rows.load(LOCATOR)
    assert shelf is not None
    assert (shelf.kept, shelf.act_head) == (None, HEAD)
    await rows.save([change(0, GROUP)])
    kept = await kept_of(rows)
    assert kept is not None
    assert kept.group.act_head == NO_HEAD
    await rows.save([change(1, Group(b"id", 1, b"info", HEAD))])
    await rows.delete(LOCATOR)
    shelf = await rows.load(LOCATOR)
    assert shelf is not None
    assert shelf.act_head == NO_HEAD, "acts that keep nobody out go with their group"


@pytest.mark.parametrize("how", ["abandoned", "expired"])
async def test_what_is_deleted_is_gone_from_the_file(
    engine: AsyncEngine, tmp_path: Path, how: str
) -> None:
    rows = GroupRows(engine)
    info = os.urandom(4000)
    await rows.save([change(0, Group(b"planted group", 0, info), 11, entry(11))])
    if how == "abandoned":
        await rows.delete(LOCATOR)
        assert await kept_of(rows) is None
    else:
        assert await MeetingRows(engine).delete_expired(NOW_MS + 1) == 1
        assert await rows.load(LOCATOR) is None
    assert await rows.locators() == []
    async with engine.connect() as connection:
        await connection.execute(text("PRAGMA wal_checkpoint(TRUNCATE)"))
        left = await connection.execute(text("SELECT count(*) FROM meeting_group_entry"))
        assert left.scalar() == 0
    everything = read_all(tmp_path)
    for planted in (b"planted group", b"planted message", info[:64], info[-64:]):
        assert planted not in everything


async def test_a_database_that_is_gone_is_told_without_what_was_asked(tmp_path: Path) -> None:
    engine = open_database(database_url(tmp_path / "not there", None))
    rows = GroupRows(engine)
    with pytest.raises(BookError) as caught:
        await rows.load(LOCATOR)
    assert (str(caught.value), caught.value.__cause__) == ("", None)
    with pytest.raises(BookError):
        await rows.save([change(0, GROUP)])
    await engine.dispose()
    await driver_threads_end()


async def test_nothing_is_kept_that_says_who_or_when() -> None:
    """Neither members nor times; a column more has to be defended in the design first."""
    assert {column.name for column in GroupRow.__table__.columns} == {
        "locator",
        "group_id",
        "epoch",
        "group_info",
        "last_seq",
        "needs_host",
        "revision",
    }
    assert {column.name for column in GroupEntryRow.__table__.columns} == {
        "locator",
        "seq",
        "kind",
        "message",
    }

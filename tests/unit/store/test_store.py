"""The data folder survives a second start, and says what is wrong with it."""

import os
import stat
from datetime import date
from pathlib import Path

import pytest
from sqlalchemy import text

from folkmoot.store.database import database_url, is_answering, open_database
from folkmoot.store.errors import StoreError
from folkmoot.store.folder import prepare_folder
from folkmoot.store.migrate import migrate
from folkmoot.store.schema import Base
from folkmoot.store.secret_files import load_engine_key
from folkmoot.store.server_row import load_node_id
from tests.fakes.database import driver_threads_end

TODAY = date(2026, 1, 2)


async def test_a_second_start_finds_the_same_server(tmp_path: Path) -> None:
    ids = []
    for _ in range(2):
        engine = open_database(database_url(tmp_path, None))
        await migrate(engine)
        ids.append(await load_node_id(engine, TODAY))
        await engine.dispose()
    assert ids[0] == ids[1]
    assert ids[0].startswith("ND_")


async def test_what_is_committed_survives_a_power_cut(tmp_path: Path) -> None:
    engine = open_database(database_url(tmp_path, None))
    async with engine.connect() as connection:
        mode = (await connection.execute(text("PRAGMA journal_mode"))).scalar()
        synchronous = (await connection.execute(text("PRAGMA synchronous"))).scalar()
    await engine.dispose()
    assert (mode, synchronous) == ("wal", 2)


async def test_migrations_and_models_agree(tmp_path: Path) -> None:
    engine = open_database(database_url(tmp_path, None))
    await migrate(engine)
    for table in Base.metadata.sorted_tables:
        async with engine.connect() as connection:
            rows = await connection.execute(text(f"PRAGMA table_info({table.name})"))
        found = {row[1] for row in rows}
        assert found == {column.name for column in table.columns}
    await engine.dispose()


async def test_a_database_that_is_gone_is_not_answering(tmp_path: Path) -> None:
    engine = open_database(database_url(tmp_path / "not there", None))
    assert not await is_answering(engine)
    with pytest.raises(StoreError, match="database cannot be used"):
        await migrate(engine)
    await engine.dispose()
    await driver_threads_end()


@pytest.mark.parametrize(
    "url",
    [
        "nonsense",
        "sqlite:///x.db",
        "sqlite+aiosqlite://host:port/x",
        "postgresql+nothing://user:hunter2@host/x",
    ],
)
def test_a_wrong_database_url_is_told_with_a_next_step(url: str) -> None:
    """Symptom: a traceback, with a password in it at worst. Who: whoever sets database_url."""
    with pytest.raises(StoreError, match="database_url cannot be used") as caught:
        open_database(url)
    assert "hunter2" not in str(caught.value)


async def test_a_database_of_a_newer_release_is_told_with_a_next_step(tmp_path: Path) -> None:
    """Symptom: a traceback of Alembic. Who: whoever goes back to an older release."""
    engine = open_database(database_url(tmp_path, None))
    await migrate(engine)
    async with engine.begin() as connection:
        await connection.execute(text("UPDATE alembic_version SET version_num = '9999'"))
    with pytest.raises(StoreError, match="newer release"):
        await migrate(engine)
    await engine.dispose()


def test_a_file_in_the_folders_place_is_one_line(tmp_path: Path) -> None:
    (tmp_path / "data").write_text("")
    with pytest.raises(StoreError, match="choose another with --data"):
        prepare_folder(tmp_path / "data")


def test_keys_are_made_once_and_for_the_owner_only(tmp_path: Path) -> None:
    first = load_engine_key(tmp_path, None, None)
    assert first == load_engine_key(tmp_path, None, None)
    assert stat.S_IMODE((tmp_path / "keys").stat().st_mode) == 0o700
    for file in (tmp_path / "keys").iterdir():
        assert stat.S_IMODE(file.stat().st_mode) == 0o600
    assert len(first[1]) >= 43


@pytest.mark.parametrize("content", ["", "\n", "\0" * 20], ids=["empty", "a line", "zeros"])
@pytest.mark.parametrize("name", ["engine.key", "engine.secret"])
def test_a_key_file_that_a_crash_spoilt_is_not_taken_for_a_key(
    tmp_path: Path, name: str, content: str
) -> None:
    """Symptom: the key id is empty for ever. Who: whoever's first start was cut short."""
    load_engine_key(tmp_path, None, None)
    (tmp_path / "keys" / name).write_text(content)
    with pytest.raises(StoreError, match=f"{name} is empty or spoilt"):
        load_engine_key(tmp_path, None, None)


def test_a_start_that_is_cut_short_leaves_no_half_of_a_key(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def fail(_: int) -> None:
        raise OSError(28, "No space left on device")

    with monkeypatch.context() as patch:
        patch.setattr(os, "fsync", fail)
        with pytest.raises(StoreError, match="No space left"):
            load_engine_key(tmp_path, None, None)
    assert list((tmp_path / "keys").iterdir()) == []
    assert all(load_engine_key(tmp_path, None, None))

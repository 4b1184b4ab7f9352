"""The database connection."""

from pathlib import Path

from sqlalchemy import event, text
from sqlalchemy.engine.interfaces import DBAPIConnection
from sqlalchemy.exc import SQLAlchemyError
from sqlalchemy.ext.asyncio import AsyncEngine, create_async_engine
from sqlalchemy.pool import ConnectionPoolEntry

from folkmoot.store.errors import StoreError

BUSY_TIMEOUT_MS = 5000
"""How long SQLite waits for another writer, for example a backup."""


def database_url(folder: Path, configured: str | None) -> str:
    """The configured database, or SQLite in the data folder."""
    return configured or f"sqlite+aiosqlite:///{folder / 'folkmoot.db'}"


def open_database(url: str) -> AsyncEngine:
    """Make an engine; nothing is connected yet.

    SQLite runs with WAL and synchronous=FULL: what is committed survives a power cut. With
    secure_delete, what is deleted is overwritten.

    Raises:
        StoreError: not an address of a database, or of one that nothing here can talk to.
    """
    try:
        engine = create_async_engine(url, pool_pre_ping=True)
    except (SQLAlchemyError, ImportError, ValueError, TypeError) as error:
        # The address itself is left out: it may hold a password.
        raise StoreError(
            f"The database_url cannot be used ({type(error).__name__}): give it as "
            "sqlite+aiosqlite:////path/to/file.db, or leave it out for SQLite in the data folder. "
            "Another database needs its asynchronous driver installed."
        ) from None
    if engine.dialect.name == "sqlite":
        event.listen(engine.sync_engine, "connect", _set_pragmas)
    return engine


async def is_answering(engine: AsyncEngine) -> bool:
    """Whether the database answers a query now."""
    try:
        async with engine.connect() as connection:
            await connection.execute(text("SELECT 1"))
    except (SQLAlchemyError, OSError):
        return False
    return True


async def empty_wal(engine: AsyncEngine) -> None:
    """Write SQLite's log into the database and empty it: deleted rows live on in there.

    While somebody reads, such as a backup, it is left for the next time: writers would wait, too.
    """
    if engine.dialect.name == "sqlite":
        async with engine.connect() as connection:
            alone = await connection.execution_options(isolation_level="AUTOCOMMIT")
            for pragma in (
                "busy_timeout=0",
                "wal_checkpoint(TRUNCATE)",
                f"busy_timeout={BUSY_TIMEOUT_MS}",
            ):
                await alone.execute(text(f"PRAGMA {pragma}"))


def _set_pragmas(connection: DBAPIConnection, _: ConnectionPoolEntry) -> None:
    cursor = connection.cursor()
    for pragma in (
        "journal_mode=WAL",
        "synchronous=FULL",
        "foreign_keys=ON",
        "secure_delete=ON",
        f"busy_timeout={BUSY_TIMEOUT_MS}",
    ):
        cursor.execute(f"PRAGMA {pragma}")
    cursor.close()

"""Bringing the schema up to date."""

from pathlib import Path
from typing import Final

from alembic import command
from alembic.config import Config
from alembic.util import CommandError
from sqlalchemy import Connection
from sqlalchemy.exc import SQLAlchemyError
from sqlalchemy.ext.asyncio import AsyncEngine

from folkmoot.store.errors import StoreError

_SCRIPTS: Final = Path(__file__).with_name("migrations")


async def migrate(engine: AsyncEngine) -> None:
    """Run every migration that has not run yet, in one transaction.

    Raises:
        StoreError: the database cannot be opened or changed, or a newer release made it.
    """
    try:
        async with engine.begin() as connection:
            await connection.run_sync(_upgrade)
    except CommandError:
        # The scripts came with this release, so what they do not know came with a later one.
        raise StoreError(
            "The database was made by a newer release of Folkmoot: start that release, or use the "
            "backup from before it was installed."
        ) from None
    except (SQLAlchemyError, OSError) as error:
        raise StoreError(
            f"The database cannot be used ({type(error).__name__}): check the data folder's "
            "permissions and free space, or database_url."
        ) from None


def _upgrade(connection: Connection) -> None:
    config = Config()
    config.set_main_option("script_location", str(_SCRIPTS))
    config.attributes["connection"] = connection
    command.upgrade(config, "head")

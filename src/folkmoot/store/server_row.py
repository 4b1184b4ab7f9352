"""The server's own row."""

import secrets
from datetime import date

from sqlalchemy.ext.asyncio import AsyncEngine, AsyncSession

from folkmoot.store.schema import ServerRow


async def load_node_id(engine: AsyncEngine, today: date) -> str:
    """Load this server's random id, or make it at first start. Durable when it returns.

    Args:
        today: kept with a new id.
    """
    async with AsyncSession(engine) as session, session.begin():
        row = await session.get(ServerRow, 1)
        if row is None:
            row = ServerRow(id=1, node_id="ND_" + secrets.token_hex(12), created_on=today)
            session.add(row)
        return row.node_id

"""What Wise Old Man was asked with a key, in a row for each key: known by its hash alone."""

from collections.abc import Mapping
from typing import Any

from sqlalchemy import func, select, update

from storage.engine import Connection, insert_missing
from storage.tables import WOM_BUDGETS


async def locked(connection: Connection, key_hash: str) -> Mapping[str, Any]:
    """Return what is known of a key's budget; nobody else sees it until the transaction ends."""
    await insert_missing(connection, WOM_BUDGETS, [{"key_hash": key_hash, "pace": {}}])
    budget = WOM_BUDGETS.c
    asked = select(budget.pace).where(budget.key_hash == key_hash).with_for_update()
    found: Mapping[str, Any] = (await connection.execute(asked)).scalar_one()
    return found


async def keep(connection: Connection, key_hash: str, pace: Mapping[str, Any]) -> None:
    """Keep what is known of a key's budget."""
    budget = WOM_BUDGETS.c
    changed = update(WOM_BUDGETS).where(budget.key_hash == key_hash).values(pace=dict(pace))
    await connection.execute(changed)


async def seconds_of_server(connection: Connection) -> float:
    """Return what a server's clock shows at this moment: the one clock that all processes have."""
    shown = await connection.execute(select(func.extract("epoch", func.clock_timestamp())))
    return float(shown.scalar_one())

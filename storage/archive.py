"""What holds of the archive, for whoever reads old facts, and how a change reaches into it.

The database alone says what holds. What stands in both files counts as the database has it, and
what is void there (`archive_voids`) counts no more, whatever the archive still holds. So a change
is one transaction of the database, and two files never have to change at the same instant.

Connections only read the archive; `storage/archiving` alone writes it. PostgreSQL has none: there
what is old stays where it is.
"""

from collections.abc import Collection
from datetime import datetime
from enum import StrEnum

from sqlalchemy import Column, MetaData, Table
from sqlalchemy.ext.asyncio import AsyncConnection

from storage.columns import first_snowflake, from_ms
from storage.engine import insert_missing
from storage.tables import ARCHIVE_VOIDS, MESSAGES, METRIC_CHANGES


class Void(StrEnum):
    """What of the archive holds no more: one message, or all of an author or a player."""

    MESSAGE = "message"
    AUTHOR = "author"
    PLAYER = "player"


def _seen_as(name: str, table: Table) -> Table:
    return Table(name, MetaData(), *(Column(each.name, each.type) for each in table.columns))


ARCHIVED_MESSAGES = _seen_as("archived_messages", MESSAGES)
ARCHIVED_CHANGES = _seen_as("archived_changes", METRIC_CHANGES)
"""What holds of the archive; views of a connection since anything moved there."""


def moved_before(connection: AsyncConnection) -> datetime | None:
    """Return before when written facts may be in the archive; None when nothing ever moved."""
    plain = getattr(connection, "sync_connection", None)
    driver = None if plain is None else plain.connection.driver_connection
    found: int | None = getattr(driver, "moved_before_ms", None)
    return None if found is None else from_ms(found)


def message_tables(connection: AsyncConnection, first_id: int = 0) -> tuple[Table, ...]:
    """Return the tables in which messages with ids from one on may be."""
    before = moved_before(connection)
    is_old = before is not None and first_id < first_snowflake(before)
    return (MESSAGES, ARCHIVED_MESSAGES) if is_old else (MESSAGES,)


def change_tables(connection: AsyncConnection) -> tuple[Table, ...]:
    """Return the tables in which changes of metrics are."""
    moved = moved_before(connection) is not None
    return (METRIC_CHANGES, ARCHIVED_CHANGES) if moved else (METRIC_CHANGES,)


async def let_go(connection: AsyncConnection, kind: Void, keys: Collection[int]) -> None:
    """Let nothing hold that the archive has, or gets at this moment, under some keys."""
    if moved_before(connection) is not None:
        rows = [{"kind": str(kind), "key": key} for key in sorted(keys)]
        await insert_missing(connection, ARCHIVE_VOIDS, rows)

"""What stands in a database, read beside the bot by the driver alone."""

import sqlite3
from contextlib import closing
from datetime import datetime
from typing import Any

from storage.columns import from_ms
from storage.engine import file_of
from tests.storage import postgres
from tests.storage.rows import Place

Row = dict[str, Any]


def rows(place: Place, statement: str, *values: object) -> list[Row]:
    """Return the rows of a statement by column name."""
    file = file_of(place)
    if file is None:
        return postgres.ask(place, statement, *values)
    with closing(sqlite3.connect(file)) as connection:
        connection.row_factory = sqlite3.Row
        return [dict(row) for row in connection.execute(statement, values)]


def one(place: Place, statement: str, *values: object) -> Any:  # noqa: ANN401 - any column
    """Return the only value of a statement."""
    (row,) = rows(place, statement, *values)
    (value,) = row.values()
    return value


def instant(milliseconds: int | None) -> datetime | None:
    """Return an instant as the bot reads it."""
    return None if milliseconds is None else from_ms(milliseconds)


def contents(place: Place) -> dict[str, list[tuple[Any, ...]]]:
    """Return every row of every table, but for when a clan was polled and listened to last."""
    named = "SELECT name FROM sqlite_master WHERE type = 'table' AND name NOT LIKE 'sqlite_%'"
    if file_of(place) is None:
        named = "SELECT tablename AS name FROM pg_tables WHERE schemaname = 'public'"
    tables = rows(place, named)
    found = {}
    for table in sorted(table["name"] for table in tables):
        kept = rows(place, f"SELECT * FROM {table}")  # noqa: S608 - a name of ours
        heartbeat = {"polled_at", "listened_at"} if table == "clans" else set()
        found[table] = sorted(
            (tuple(value for name, value in row.items() if name not in heartbeat) for row in kept),
            key=repr,
        )
    return found

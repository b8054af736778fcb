"""What stands in a database file, read beside the bot by sqlite3 alone."""

import sqlite3
from contextlib import closing
from datetime import datetime
from pathlib import Path
from typing import Any

from storage.columns import from_ms

Row = dict[str, Any]


def rows(path: Path, statement: str, *values: object) -> list[Row]:
    """Return the rows of a statement by column name."""
    with closing(sqlite3.connect(path)) as connection:
        connection.row_factory = sqlite3.Row
        return [dict(row) for row in connection.execute(statement, values)]


def one(path: Path, statement: str, *values: object) -> Any:  # noqa: ANN401 - any column
    """Return the only value of a statement."""
    (row,) = rows(path, statement, *values)
    (value,) = row.values()
    return value


def instant(milliseconds: int | None) -> datetime | None:
    """Return an instant as the bot reads it."""
    return None if milliseconds is None else from_ms(milliseconds)


def contents(path: Path) -> dict[str, list[tuple[Any, ...]]]:
    """Return every row of every table, but for when a clan was polled and listened to last."""
    tables = rows(path, "SELECT name FROM sqlite_master WHERE type = 'table'")
    found = {}
    for table in sorted(table["name"] for table in tables):
        kept = rows(path, f"SELECT * FROM {table}")  # noqa: S608 - a name of ours
        heartbeat = {"polled_at", "listened_at"} if table == "clans" else set()
        found[table] = sorted(
            (tuple(value for name, value in row.items() if name not in heartbeat) for row in kept),
            key=repr,
        )
    return found

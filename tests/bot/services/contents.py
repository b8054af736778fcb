"""What stands in a database, read beside the bot by the driver alone."""

import sqlite3
from collections.abc import Sequence
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


class Hand:
    """Somebody who writes what the bot never would, without a look at what it breaks.

    Who is careful breaks nothing, and has triggers notice it.
    """

    def __init__(self, place: Place, *, is_careful: bool = False) -> None:
        self._place = place
        self._role = "DEFAULT" if is_careful else "replica"
        self._file = file_of(place)

    def execute(self, statement: str, values: Sequence[object] = ()) -> Any:  # noqa: ANN401 - a row, or none
        """Say a statement for good; return the cursor of a file's, nothing of a server's."""
        if self._file is None:
            postgres.ask(self._place, f"SET session_replication_role = {self._role}")
            postgres.ask(self._place, statement, *values)
            postgres.ask(self._place, "SET session_replication_role = DEFAULT")
            return self
        with closing(sqlite3.connect(self._file)) as connection, connection:
            return connection.execute(statement, values)

    def executemany(self, statement: str, values: Sequence[Sequence[object]]) -> None:
        """Say a statement for each of several rows."""
        for each in values:
            self.execute(statement, each)


def instant(milliseconds: int | None) -> datetime | None:
    """Return an instant as the bot reads it."""
    return None if milliseconds is None else from_ms(milliseconds)


def contents(place: Place) -> dict[str, list[tuple[Any, ...]]]:
    """Return every row of every table, but for when a clan was polled and listened to last.

    Without the numbers too of times that were not seen, which are noted anew under another one.
    """
    named = "SELECT name FROM sqlite_master WHERE type = 'table' AND name NOT LIKE 'sqlite_%'"
    if file_of(place) is None:
        named = "SELECT tablename AS name FROM pg_tables WHERE schemaname = 'public'"
    tables = rows(place, named)
    found = {}
    for table in sorted(table["name"] for table in tables):
        kept = rows(place, f"SELECT * FROM {table}")  # noqa: S608 - a name of ours
        heartbeat = {"clans": {"polled_at", "listened_at"}, "blind_spots": {"id"}}.get(table, set())
        found[table] = sorted(
            (tuple(value for name, value in row.items() if name not in heartbeat) for row in kept),
            key=repr,
        )
    return found

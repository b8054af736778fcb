"""SQLite in its thread, with one trip there for each statement.

aiosqlite alone makes four of them (cursor, execute, fetch, close), each as dear as a small query.
What has more rows than fit into one trip comes in several, as it is asked for.
"""

import asyncio
import sqlite3
from collections.abc import Callable, Sequence
from functools import partial
from pathlib import Path
from typing import Any, Self, TypeVar

import aiosqlite

from storage.archive_file import begin
from storage.columns import storable

ROWS_A_TRIP = 10_000
_Row = tuple[Any, ...]
_Found = TypeVar("_Found")


class OneTrip(aiosqlite.Connection):
    """A connection whose cursors bring rows along from executing.

    Each of its transactions sees into the archive, if there is one; `moved_before_ms` is before
    when that was written which moved there, as the transaction has it.
    """

    archive: Path | None = None
    moved_before_ms: int | None = None
    _stopping: asyncio.Future[Any] | None = None

    def stop(self) -> asyncio.Future[Any] | None:
        """Stop the thread; what is returned is done when it has ended."""
        self._stopping = super().stop()
        return self._stopping

    async def _connect(self) -> "OneTrip":
        """Connect; when that fails, the thread has ended: else it might outlive the event loop."""
        try:
            await super()._connect()
        except BaseException:
            if self._stopping is not None:
                await self._stopping
            raise
        return self

    def cursor(self) -> "Fetched":  # type: ignore[override]
        """Return a cursor; aiosqlite would go to the thread for it."""
        return Fetched(self)

    async def tell(
        self, sql: str, parameters: Sequence[Any], *, many: bool
    ) -> tuple[sqlite3.Cursor, list[_Row]]:
        """Execute a statement in the thread; return its cursor and its first rows."""

        def told() -> tuple[sqlite3.Cursor, list[_Row]]:
            cursor = self._conn.cursor()
            if sql.startswith("BEGIN"):
                self.moved_before_ms = begin(self._conn, sql, self.archive)
            elif many:
                cursor.executemany(sql, [_storable(each) for each in parameters])
            else:
                cursor.execute(sql, _storable(parameters))
            return cursor, _next_of(cursor)

        return await self.there(told)

    async def there(self, action: Callable[[], _Found]) -> _Found:
        """Do something in the thread; return what it found."""
        found: _Found = await self._execute(action)  # type: ignore[no-untyped-call]
        return found


class Fetched:
    """What a statement said, in the form that SQLAlchemy asks a driver for."""

    def __init__(self, connection: OneTrip) -> None:
        self._connection = connection
        self._rows: list[_Row] = []
        self._more: sqlite3.Cursor | None = None
        self.arraysize = 1
        self.description: Any = None
        self.rowcount = -1
        self.lastrowid: int | None = None

    async def __aenter__(self) -> Self:
        return self

    async def execute(self, sql: str, parameters: Sequence[Any] = ()) -> Self:
        """Execute a statement once."""
        return await self._tell(sql, parameters, many=False)

    async def executemany(self, sql: str, parameters: Sequence[Any]) -> Self:
        """Execute a statement for each of many rows."""
        return await self._tell(sql, parameters, many=True)

    async def fetchone(self) -> _Row | None:
        """Return the next row, or None after the last."""
        return next(iter(await self.fetchmany(1)), None)

    async def fetchmany(self, size: int | None = None) -> list[_Row]:
        """Return the next rows, as many as asked for or as there are."""
        wanted = size or self.arraysize
        while self._more is not None and len(self._rows) < wanted:
            rows = await self._connection.there(partial(_next_of, self._more))
            self._keep(self._more, rows)
        rows, self._rows = self._rows[:wanted], self._rows[wanted:]
        return rows

    async def fetchall(self) -> list[_Row]:
        """Return all rows that are left."""
        if self._more is not None:
            self._rows += await self._connection.there(self._more.fetchall)
        rows, self._rows, self._more = self._rows, [], None
        return rows

    async def close(self) -> None:
        """Let go of the rows, of those too that were never asked for."""
        if self._more is not None:
            await self._connection.there(self._more.close)
        self._rows, self._more = [], None

    async def _tell(self, sql: str, parameters: Sequence[Any], *, many: bool) -> Self:
        await self.close()
        cursor, rows = await self._connection.tell(sql, parameters, many=many)
        self._keep(cursor, rows)
        self.description = cursor.description
        self.rowcount, self.lastrowid = cursor.rowcount, cursor.lastrowid
        return self

    def _keep(self, cursor: sqlite3.Cursor, rows: list[_Row]) -> None:
        """Keep the rows of one trip; a full one may not have been the last."""
        self._rows += rows
        self._more = cursor if len(rows) == ROWS_A_TRIP else None


def _storable(values: Sequence[Any]) -> Sequence[Any]:
    """Return values that SQLite takes: text of Discord may hold what it refuses."""
    if any(type(each) is str and ("\0" in each or not each.isascii()) for each in values):
        return [storable(each) if isinstance(each, str) else each for each in values]
    return values


def _next_of(cursor: sqlite3.Cursor) -> list[_Row]:
    return [] if cursor.description is None else cursor.fetchmany(ROWS_A_TRIP)


def open_in_thread(
    path: str,
    *,
    archive: Path | None = None,
    **options: Any,  # noqa: ANN401 - those of sqlite3
) -> OneTrip:
    """Return a connection to be awaited; its thread does not keep the program from ending."""
    # As a URI, so that the archive can be opened as one; a path that is none is taken as it is.
    given = {"uri": True} | options
    connection = OneTrip(lambda: sqlite3.connect(path, **given), iter_chunk_size=ROWS_A_TRIP)
    connection.archive = archive
    # The connection was itself the thread before aiosqlite 0.22.
    thread: Any = getattr(connection, "_thread", connection)
    thread.daemon = True
    return connection

"""A disk that is full while inside, or fills up: writes end as SQLite lets them end then."""

import sqlite3
from collections.abc import Iterator, Sequence
from contextlib import closing, contextmanager
from pathlib import Path
from typing import Any

import pytest

from storage import engine
from storage.trips import OneTrip

_WRITES = ("INSERT", "UPDATE", "DELETE")


@contextmanager
def full_disk() -> Iterator[None]:
    """Let nothing be written; what is there can be read, as long as somebody has it open."""
    tell = OneTrip.tell

    async def told(
        connection: OneTrip, sql: str, parameters: Sequence[Any], *, many: bool
    ) -> tuple[sqlite3.Cursor, list[tuple[Any, ...]]]:
        if sql.startswith(_WRITES):
            error = sqlite3.OperationalError("database or disk is full")
            error.sqlite_errorcode = sqlite3.SQLITE_FULL
            raise error
        return await tell(connection, sql, parameters, many=many)

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(OneTrip, "tell", told)
        yield


@contextmanager
def small_disk(path: Path, pages: int) -> Iterator[None]:
    """Let a database grow by so many pages; SQLite itself finds the disk full at the next one."""
    with closing(sqlite3.connect(path)) as connection:
        (size,) = connection.execute("PRAGMA page_count").fetchone()
    most = f"PRAGMA max_page_count={size + pages}"
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(engine, "_PRAGMAS", (*engine._PRAGMAS, most))
        yield

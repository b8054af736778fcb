"""A disk that is full while inside: the database says to each write what SQLite says then."""

import sqlite3
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from typing import Any

import pytest

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

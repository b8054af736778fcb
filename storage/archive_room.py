"""Room on the disk: asked for before it is needed, and given back when it is free."""

import asyncio
import shutil
import sqlite3
from collections.abc import Awaitable, Callable
from contextlib import closing
from pathlib import Path

from storage.engine import Database
from storage.errors import WAIT_SECONDS, DatabaseFull, causes

_ROOM = 50_000_000
"""Bytes that have to stay free beside what is needed."""
_PAGES_AT_ONCE = 64
_INCREMENTAL = 2


async def give_back(database: Database, wait: Callable[[], Awaitable[None]]) -> int:
    """Give the free pages of a database back to the disk, a few at a time; return how many.

    Of a database that was made before it could do that, none: `compact` makes it one that can.
    """
    path, given = database.path, 0
    while path is not None and (pages := await asyncio.to_thread(_given_back, path)):
        given += pages
        await wait()
    return given


def _given_back(path: Path) -> int:
    """Give some free pages back, in a transaction of their own; return how many."""
    with (
        causes(path),
        closing(sqlite3.connect(path, timeout=WAIT_SECONDS, isolation_level=None)) as each,
    ):

        def free() -> int:
            return int(each.execute("PRAGMA freelist_count").fetchone()[0])

        if each.execute("PRAGMA auto_vacuum").fetchone()[0] != _INCREMENTAL:
            return 0
        before = free()
        # As a script: of a statement only the first page is given back.
        each.executescript(f"PRAGMA incremental_vacuum({_PAGES_AT_ONCE})")
        return before - free()


def compact(path: Path) -> tuple[int, int]:
    """Write a database anew without what is free in it; return its size before and after.

    Nobody else can use it meanwhile. Raises DatabaseFull when there is no room for it, and then, as
    when it is cut off, the database is as it was.
    """
    before = path.stat().st_size
    # What is written anew stands beside the old, and then once more in the log.
    must_have(path, 2 * before)
    with causes(path), closing(sqlite3.connect(path, timeout=0, isolation_level=None)) as each:
        each.execute("PRAGMA auto_vacuum=INCREMENTAL")
        each.execute("VACUUM")
        each.execute("PRAGMA wal_checkpoint(TRUNCATE)")
    return before, path.stat().st_size


def must_have(path: Path, needed: int) -> None:
    """Raise DatabaseFull when so many bytes are not free beside a file, and some to live on."""
    free = shutil.disk_usage(path.parent).free
    if free < needed + _ROOM:
        asked = (needed + _ROOM) // 1_000_000
        raise DatabaseFull(path, f"{free // 1_000_000} MB are free, and {asked} MB are needed")

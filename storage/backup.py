"""Copies of the database that are known to be good: copied online, checked, then named."""

import asyncio
import sqlite3
from contextlib import closing
from datetime import datetime
from pathlib import Path

from storage.errors import DatabaseDamaged

_KEEP = 7
_PAGES_A_STEP = 2_000


async def back_up(source: Path, folder: Path, now: datetime, keep: int = _KEEP) -> Path:
    """Return a verified copy of `source` in `folder`, of which the newest `keep` are kept.

    Raises DatabaseDamaged when the copy does not pass SQLite's integrity check.
    """
    return await asyncio.to_thread(_back_up, source, folder, now, keep)


def _back_up(source: Path, folder: Path, now: datetime, keep: int) -> Path:
    folder.mkdir(parents=True, exist_ok=True)
    copy = folder / f"{source.stem}-{now:%Y%m%dT%H%M%SZ}.db"
    unfinished = copy.with_suffix(".part")
    try:
        finding = _copied(source, unfinished)
        if finding != "ok":
            raise DatabaseDamaged(source, finding)
        unfinished.replace(copy)
    finally:
        unfinished.unlink(missing_ok=True)
    for old_copy in sorted(folder.glob(f"{source.stem}-*.db"))[:-keep]:
        old_copy.unlink()
    return copy


def _copied(source: Path, target: Path) -> str:
    """Copy a database that is there (and make none), and return what SQLite finds in the copy."""
    existing = f"{source.resolve().as_uri()}?mode=rw"
    try:
        with (
            closing(sqlite3.connect(existing, uri=True)) as old,
            closing(sqlite3.connect(target)) as new,
        ):
            old.backup(new, pages=_PAGES_A_STEP)
            return str(new.execute("PRAGMA integrity_check").fetchone()[0])
    except sqlite3.OperationalError:
        raise  # locked or not there: not damaged
    except sqlite3.DatabaseError as error:
        return str(error)

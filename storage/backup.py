"""Copies of the database that are known to be good: copied online, checked, then named.

Each copy carries a number one above that of all before it: a clock may jump, and a file may be
renamed or copied, what stands in it stays. Only what is ours by name and by content is deleted.
"""

import asyncio
import os
import re
import sqlite3
import time
from collections.abc import Callable, Iterable, Iterator
from contextlib import closing, suppress
from datetime import datetime, timedelta
from itertools import count
from pathlib import Path
from tempfile import mkstemp

from storage.errors import WAIT_SECONDS, DatabaseDamaged, DatabaseLocked, causes

_KEEP = 7
_PAGES_A_STEP = 2_000
_UNFINISHED = ".part"
_LEFT_BEHIND = timedelta(days=1)
"""An unfinished copy of that age is nobody's work any more: whoever made it was killed."""

OUR_TABLES = frozenset({"alembic_version", "clans", "players"})
"""What every database of ours has, of whichever version."""

SUFFIXES = ("", "-wal", "-journal", "-shm")
"""What SQLite puts behind a database's name: the file, what belongs to it, and what it can miss."""

_HALF_WRITTEN = re.compile(r"\.(report\.png|clan_report\.xlsx|cycle\.json)\.\w+\.part")
"""What is written to a name of its own before it takes the place of the last one."""

_Age = tuple[int, int, str]
"""A copy's number, when it was written last, and its name; the first that differs decides."""


async def back_up(
    source: Path, folder: Path, now: datetime, keep: int = _KEEP, *, wait: float = WAIT_SECONDS
) -> Path:
    """Return a verified copy of `source` in `folder`, of which the newest `keep` are kept.

    Raises DatabaseDamaged when the copy does not pass SQLite's integrity check, DatabaseLocked when
    nobody lets us read for `wait` seconds, DatabaseUnopenable and DatabaseFull.
    """
    return await asyncio.to_thread(_back_up, source, folder, now, keep, wait)


def _back_up(source: Path, folder: Path, now: datetime, keep: int, wait: float) -> Path:
    with causes(folder):
        folder.mkdir(parents=True, exist_ok=True)
        _clear(folder, source.stem, now)
        handle, name = mkstemp(prefix=f".{source.stem}-", suffix=_UNFINISHED, dir=folder)
        os.close(handle)
    unfinished, older = Path(name), copies(folder, source.stem)
    try:
        _copy(source, unfinished, wait)
        newest = max((age[0] for age in older), default=0)
        verify(unfinished, source, serial=newest + 1)
        copy = _free_name(folder, source.stem, now)
        with causes(folder):
            unfinished.replace(copy)
            sync(folder)
    finally:
        for suffix in SUFFIXES:
            unfinished.with_name(unfinished.name + suffix).unlink(missing_ok=True)
    for age in sorted(older, reverse=True)[max(keep, 1) - 1 :]:
        with suppress(OSError):  # the copy is made; what cannot go now goes the next time
            older[age].unlink()
    return copy


async def must_be_writable(path: Path, wait: float = WAIT_SECONDS) -> None:
    """Raise what keeps us from writing a database that is there; nothing is written.

    DatabaseLocked when another process writes for longer than `wait` seconds.
    """
    await asyncio.to_thread(_must_be_writable, path, wait)


def _must_be_writable(path: Path, wait: float) -> None:
    location = f"{path.resolve().as_uri()}?mode=rw"
    with (
        causes(path),
        closing(sqlite3.connect(location, uri=True, timeout=wait, isolation_level=None)) as each,
    ):
        each.execute("BEGIN IMMEDIATE")
        each.execute("ROLLBACK")


def copies(folder: Path, stem: str) -> dict[_Age, Path]:
    """Return our own copies of a database by age: ours by name and by what they hold."""
    name = re.compile(rf"{re.escape(stem)}-\d{{8}}T\d{{6}}Z(-\d+)?\.db")
    named = [each for each in folder.iterdir() if name.fullmatch(each.name)]
    return {age: each for each in named for age in _age(each)}


def verify(copy: Path, source: Path, *, serial: int | None = None) -> None:
    """Check a copy that nobody else has open, give it its number, and have it on the disk for good.

    Raises DatabaseDamaged, said of `source`. What stands in a log beside the copy is folded in.
    """
    try:
        with causes(source), closing(sqlite3.connect(copy)) as connection:
            finding = str(connection.execute("PRAGMA integrity_check").fetchone()[0])
            if finding != "ok":
                raise DatabaseDamaged(source, finding)
            connection.execute("PRAGMA journal_mode=DELETE")
            if serial is not None:
                connection.execute(f"PRAGMA user_version={serial}")
    except sqlite3.DatabaseError as error:
        raise DatabaseDamaged(source, str(error)) from error
    with causes(copy):
        sync(copy)


def sync(path: Path) -> None:
    """Have a file, or the names in a folder, on the disk for good."""
    if path.is_dir() and os.name == "nt":
        return  # Windows opens no folders
    handle = os.open(path, os.O_RDONLY if path.is_dir() else os.O_RDWR)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)


def _copy(source: Path, target: Path, wait: float) -> None:
    """Copy a database that is there (and make none) as it is at one moment."""
    existing = f"{source.resolve().as_uri()}?mode=rw"
    with (
        causes(source),
        closing(sqlite3.connect(existing, uri=True, timeout=wait, isolation_level=None)) as old,
        closing(sqlite3.connect(target)) as new,
    ):
        # Without a moment to hold on to, each write of another process would begin the copy anew.
        old.execute("BEGIN")
        old.execute("SELECT count(*) FROM sqlite_schema").fetchone()
        old.backup(new, pages=_PAGES_A_STEP, progress=watched(source, wait))
        old.execute("ROLLBACK")


def watched(source: Path, wait: float) -> Callable[[int, int, int], None]:
    """Return who watches a copy and raises DatabaseLocked when it stands still.

    Python itself asks a locked database again for ever: https://bugs.python.org/issue27645
    """
    end, before = time.monotonic() + wait, -1

    def watch(_status: int, remaining: int, _total: int) -> None:
        nonlocal end, before
        if remaining != before:
            end, before = time.monotonic() + wait, remaining
        elif time.monotonic() >= end:
            raise DatabaseLocked(f"{source} is held by another program", source)

    return watch


def _free_name(folder: Path, stem: str, now: datetime) -> Path:
    """Return a name that nobody has: a clock that was set back tells an instant twice."""
    name = f"{stem}-{now:%Y%m%dT%H%M%SZ}"
    others = (folder / f"{name}-{number}.db" for number in count(2))
    first = folder / f"{name}.db"
    return next(path for path in others if not path.exists()) if first.exists() else first


def _clear(folder: Path, stem: str, now: datetime) -> None:
    """Delete what a copy that was killed long ago left behind."""
    name = re.compile(rf"\.{re.escape(stem)}-\w+\.part(-\w+)?")
    for each in folder.iterdir():
        with suppress(OSError):
            before = (now - _LEFT_BEHIND).timestamp()
            if name.fullmatch(each.name) and each.stat().st_mtime < before:
                each.unlink()


def drop_leftovers(folders: Iterable[Path], now: datetime) -> int:
    """Delete half-written files of ours that are over a day old; return how many those were."""
    before, gone = (now - _LEFT_BEHIND).timestamp(), 0
    for folder in folders:
        for each in folder.glob(".*.part") if folder.is_dir() else ():
            with suppress(OSError):
                is_ours = _HALF_WRITTEN.fullmatch(each.name) and each.is_file()
                if is_ours and each.stat().st_mtime < before:
                    each.unlink()
                    gone += 1
    return gone


def _age(path: Path) -> Iterator[_Age]:
    """Yield how old a copy is; nothing when it is none of ours, is damaged or has gone."""
    with suppress(OSError, sqlite3.Error):
        if path.is_symlink() or not path.is_file():
            return
        # Immutable: nobody writes to it, and no trace of our reading is left beside it.
        location = f"{path.resolve().as_uri()}?mode=ro&immutable=1"
        with closing(sqlite3.connect(location, uri=True)) as connection:
            tables = {row[0] for row in connection.execute("SELECT name FROM sqlite_schema")}
            (serial,) = connection.execute("PRAGMA user_version").fetchone()
        if tables >= OUR_TABLES:
            yield serial, path.stat().st_mtime_ns, path.name

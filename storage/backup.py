"""Copies of the database that are known to be good: copied online, checked, then named.

Each copy carries a number one above that of all before it: a clock may jump, and a file may be
renamed or copied, what stands in it stays. Only what is ours by name and by content is deleted.
What stands beside a database (its archive) is copied with it, after it, under the same instant.
"""

import asyncio
import hashlib
import os
import re
import shutil
import sqlite3
import time
from collections.abc import Callable, Iterable, Iterator
from contextlib import closing, contextmanager, suppress
from datetime import UTC, datetime, timedelta
from itertools import count
from pathlib import Path
from tempfile import mkstemp

from storage.archive_file import mark_of
from storage.errors import (
    WAIT_SECONDS,
    ArchiveUnusable,
    DatabaseDamaged,
    DatabaseFull,
    DatabaseLocked,
    DatabaseUnopenable,
    causes,
)
from storage.rotation import USUAL, Rotation, kept

_PAGES_A_STEP = 2_000
_UNFINISHED = ".part"
LEFT_BEHIND = timedelta(days=1)
"""An unfinished copy of that age is nobody's work any more: whoever made it was killed."""

BACKUPS = "backups"
"""The folder beside a database in which its copies are."""

OUR_TABLES = frozenset({"alembic_version", "clans", "players"})
"""What every database of ours has, of whichever version."""

SUFFIXES = ("", "-wal", "-journal", "-shm")
"""What SQLite puts behind a database's name: the file, what belongs to it, and what it can miss."""

_BESIDE = ("_archive",)
"""What stands behind a database's name in those of the databases that belong to it."""

_NAME = re.compile(r"(?P<stem>.+)-(?P<at>\d{8}T\d{6}Z)(-\d+)?\.db", re.ASCII)
_MEGABYTE = 1_000_000
_HALF_WRITTEN = re.compile(
    r"\.(report\.png|clan_report\.xlsx|clan_dashboard\.html|clan_export\.(json|zip)|cycle\.json)"
    r"\.\w+\.part"
)
"""What is written to a name of its own before it takes the place of the last one."""

_Age = tuple[int, int, str]
"""A copy's number, when it was written last, and its name; the first that differs decides."""


async def back_up(
    source: Path,
    folder: Path,
    now: datetime,
    rotation: Rotation = USUAL,
    *,
    wait: float = WAIT_SECONDS,
) -> Path:
    """Return a verified copy of `source` in `folder`; older ones go as the rotation says.

    Raises DatabaseDamaged when the copy does not pass SQLite's integrity check, DatabaseLocked when
    nobody lets us read for `wait` seconds, DatabaseUnopenable and DatabaseFull. ArchiveUnusable,
    once the database is copied, when its archive is not there; then `copy` of the error is that
    copy, as it is where the archive is damaged.
    """
    return await asyncio.to_thread(_back_up, source, folder, now, rotation, wait)


def _back_up(source: Path, folder: Path, now: datetime, rotation: Rotation, wait: float) -> Path:
    belonging = [each for each in beside(source) if each.exists()]
    with causes(folder):
        folder.mkdir(parents=True, exist_ok=True)
        for each in (source, *belonging):
            _clear(folder, each.stem, now)
    must_have_room(folder, [source, *belonging])
    copy = _free_name(folder, source.stem, now)
    newest = max((age[0] for age in copies(folder, source.stem)), default=0)
    with _unfinished(folder, source.stem) as main:
        _copy(source, main, wait)
        verify(main, source, serial=newest + 1)
        fault: DatabaseDamaged | ArchiveUnusable | None = None
        for each, place in zip(beside(source), beside(copy), strict=True):
            if each in belonging:
                fault = _copied(each, place, wait) or fault
            elif archive_key(main) is not None:
                fault = ArchiveUnusable(each, "is not there")
        # Last: where a copy has its name, what belongs to it is there too.
        _put(main, copy)
    _rotate(folder, source.stem, rotation)
    if fault is not None:
        fault.copy = copy  # it is the archive's; the database itself is safe by now
        raise fault
    return copy


def archive_key(copy: Path) -> str | None:
    """Return the key of the archive that a copy goes with; None for none."""
    with causes(copy), closing(sqlite3.connect(copy)) as connection:
        mark = mark_of(connection)
    return None if mark is None else mark[0]


def _copied(source: Path, place: Path, wait: float) -> DatabaseDamaged | None:
    """Copy a database that belongs to another; return what is wrong with it, if it is damaged."""
    with _unfinished(place.parent, source.stem) as unfinished:
        try:
            _copy(source, unfinished, wait)
            verify(unfinished, source)
        except DatabaseDamaged as error:
            return error
        _put(unfinished, place)
    return None


async def keep_elsewhere(
    copy: Path, folder: Path, now: datetime, rotation: Rotation = USUAL
) -> Path:
    """Return where a copy, and what belongs to it, is kept in another folder that is there.

    Each is read back and compared. Raises DatabaseUnopenable when the folder is gone (it is not
    made: it may be a drive that is not plugged in), DatabaseFull, and DatabaseDamaged when what was
    written is not what was read.
    """
    return await asyncio.to_thread(_keep_elsewhere, copy, folder, now, rotation)


def _keep_elsewhere(copy: Path, folder: Path, now: datetime, rotation: Rotation) -> Path:
    found = _NAME.fullmatch(copy.name)
    stem = copy.stem if found is None else found["stem"]
    with causes(folder):
        if not folder.is_dir():
            raise DatabaseUnopenable(folder, "the folder is not there")
        if folder.samefile(copy.parent):
            return copy
        _clear(folder, stem, now)
    files = [each for each in (copy, *beside(copy)) if each.exists()]
    must_have_room(folder, files)
    place = _free_name(folder, stem, made_at(copy))
    for each, there in reversed(
        [*zip((copy, *beside(copy)), (place, *beside(place)), strict=True)]
    ):
        if each in files:
            with _unfinished(folder, stem) as unfinished, causes(folder):
                _copy_bytes(each, unfinished)
                _put(unfinished, there)
    _rotate(folder, stem, rotation)
    return place


def _copy_bytes(source: Path, target: Path) -> None:
    with source.open("rb") as read, target.open("wb") as written:
        shutil.copyfileobj(read, written, _MEGABYTE)
        written.flush()
        os.fsync(written.fileno())
    if _digest(source) != _digest(target):
        raise DatabaseDamaged(target.parent, "what was written there is not what was read")


def _digest(path: Path) -> bytes:
    with path.open("rb") as read:
        return hashlib.file_digest(read, "sha256").digest()


def beside(path: Path) -> list[Path]:
    """Return where what belongs to a database, or to a copy of one, stands if there is any."""
    found = _NAME.fullmatch(path.name)
    stem = path.stem if found is None else found["stem"]
    return [path.with_name(f"{stem}{each}{path.name[len(stem) :]}") for each in _BESIDE]


def made_at(copy: Path) -> datetime:
    """Return when a copy was made: as its name says, else when it was written last."""
    found = _NAME.fullmatch(copy.name)
    if found is not None:
        with suppress(ValueError):
            return datetime.strptime(found["at"], "%Y%m%dT%H%M%SZ").replace(tzinfo=UTC)
    return datetime.fromtimestamp(copy.stat().st_mtime, UTC)


def newest_copy(folder: Path, stem: str) -> Path | None:
    """Return the newest copy of a database in a folder, None for none."""
    found = copies(folder, stem) if folder.is_dir() else {}
    return found[max(found)] if found else None


def must_have_room(folder: Path, files: list[Path]) -> None:
    """Raise DatabaseFull where a folder has no room for copies of files.

    Before anything is written: a disk that a copy fills up stops the bot too.
    """
    with causes(folder):
        needed = sum(each.stat().st_size for each in files if each.exists())
        free = shutil.disk_usage(folder).free
    if free < needed:
        finding = f"{free / _MEGABYTE:.0f} MB are free and {needed / _MEGABYTE:.0f} MB are needed"
        raise DatabaseFull(folder, finding)


@contextmanager
def _unfinished(folder: Path, stem: str) -> Iterator[Path]:
    """Yield a new file that has no name of a copy; it is gone in the end, if it has none then."""
    with causes(folder):
        handle, name = mkstemp(prefix=f".{stem}-", suffix=_UNFINISHED, dir=folder)
        os.close(handle)
    unfinished = Path(name)
    try:
        yield unfinished
    finally:
        for suffix in SUFFIXES:
            unfinished.with_name(unfinished.name + suffix).unlink(missing_ok=True)


def _put(unfinished: Path, place: Path) -> None:
    with causes(place.parent):
        unfinished.replace(place)
        sync(place.parent)


def _rotate(folder: Path, stem: str, rotation: Rotation) -> None:
    """Delete the copies that are not kept, each with what belongs to it."""
    found = copies(folder, stem)
    ordered = [found[age] for age in sorted(found, reverse=True)]
    keeps = kept([made_at(each) for each in ordered], rotation)
    for place, each in enumerate(ordered):
        if place not in keeps:
            with suppress(OSError):  # the copy is made; what cannot go now goes the next time
                each.unlink()
                for belonging in beside(each):
                    belonging.unlink(missing_ok=True)


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
            before = (now - LEFT_BEHIND).timestamp()
            if name.fullmatch(each.name) and each.stat().st_mtime < before:
                each.unlink()


def drop_leftovers(folders: Iterable[Path], now: datetime) -> int:
    """Delete half-written files of ours that are over a day old; return how many those were."""
    before, gone = (now - LEFT_BEHIND).timestamp(), 0
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

"""What can go wrong with the database.

StorageError
|-- DatabaseLocked      another process holds it longer than we wait
|-- DatabaseUnopenable  it cannot be opened, or not be written
|-- DatabaseFull        the disk has no room
|-- DatabaseDamaged     the integrity check failed
|-- NotOurs             a file is no database of ClanStats
|-- Overtaken           another process wrote first what there can be only once
`-- MigrationFailed     the schema could not be brought up; the old file stands

The first four are told apart by SQLite's own codes: https://www.sqlite.org/rescode.html
"""

import errno
import shutil
import sqlite3
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

WAIT_SECONDS = 30
"""How long we wait for another process to let go of the database, wherever we do."""


class StorageError(Exception):
    """The base of everything that storage raises itself."""


class DatabaseLocked(StorageError):
    """Another process held the database at `path` for longer than we wait."""

    def __init__(self, words: str, path: Path | None = None) -> None:
        super().__init__(words)
        self.path = path


class _AtPath(StorageError):
    """Something is wrong with the file at `path`: `finding` is what SQLite or the system said."""

    words = "{path}: {finding}"

    def __init__(self, path: Path, finding: str) -> None:
        super().__init__(self.words.format(path=path, finding=finding))
        self.path = path
        self.finding = finding


class DatabaseUnopenable(_AtPath):
    """The file, or its folder, cannot be opened or written."""

    words = "{path} cannot be opened for writing: {finding}"


class DatabaseFull(_AtPath):
    """There is no room left for the file."""

    words = "there is no room left on the disk of {path}: {finding}"


class DatabaseDamaged(_AtPath):
    """The integrity check of `path` failed with `finding`."""

    words = "{path} is damaged: {finding}"


class NotOurs(_AtPath):
    """The file is a database of something else, or none at all."""

    words = "{path} is no database of ClanStats: {finding}"


class Overtaken(StorageError):
    """Another process wrote first what there can be only once; nothing of ours was kept."""


class MigrationFailed(StorageError):
    """The schema could not be brought from `current` to `wanted`; the old file is untouched."""

    def __init__(self, current: str | None, wanted: str, reason: str) -> None:
        super().__init__(f"migration from {current or 'nothing'} to {wanted} failed: {reason}")
        self.current = current
        self.wanted = wanted


_LOCKED = frozenset({sqlite3.SQLITE_BUSY, sqlite3.SQLITE_LOCKED, sqlite3.SQLITE_PROTOCOL})
_DAMAGED = frozenset({sqlite3.SQLITE_CORRUPT, sqlite3.SQLITE_NOTADB})
_UNOPENABLE = frozenset(
    {
        sqlite3.SQLITE_AUTH,
        sqlite3.SQLITE_CANTOPEN,
        sqlite3.SQLITE_IOERR,
        sqlite3.SQLITE_PERM,
        sqlite3.SQLITE_READONLY,
    }
)
_NO_ROOM = frozenset({errno.ENOSPC, errno.EDQUOT, errno.EFBIG})
_ROOM_NEEDED = 2**16
"""Bytes; opening a database takes half of it."""

_PRIMARY = 0xFF
"""SQLite's extended codes carry the primary one in their last byte."""


def cause_of(error: BaseException | None, path: Path | None) -> StorageError | None:
    """Return which of the four causes an error of SQLite or the system has; None for no such."""
    file = path or Path("the database")
    if isinstance(error, OSError):
        words = error.strerror or str(error)
        full = error.errno in _NO_ROOM
        return DatabaseFull(file, words) if full else DatabaseUnopenable(file, words)
    if not isinstance(error, sqlite3.Error):
        return None
    # What Python's own module raises, such as "cannot operate on a closed database", has no code.
    code = getattr(error, "sqlite_errorcode", 0) & _PRIMARY
    if code in _LOCKED:
        return DatabaseLocked(f"{file} is held by another program: {error}", path)
    if code in _DAMAGED:
        return DatabaseDamaged(file, str(error))
    if code == sqlite3.SQLITE_FULL or (code == sqlite3.SQLITE_IOERR and _has_no_room(file)):
        return DatabaseFull(file, str(error))
    return DatabaseUnopenable(file, str(error)) if code in _UNOPENABLE else None


def _has_no_room(file: Path) -> bool:
    """Return whether a disk is full: for its shared memory SQLite only says "disk I/O error" then.

    https://www.sqlite.org/rescode.html#ioerr_shmsize
    """
    try:
        return shutil.disk_usage(file.parent).free < _ROOM_NEEDED
    except OSError:
        return False


@contextmanager
def causes(path: Path | None) -> Iterator[None]:
    """Raise what SQLite or the system says inside about a file as one of the four causes."""
    try:
        yield
    except (sqlite3.Error, OSError) as error:
        cause = cause_of(error, path)
        if cause is None:
            raise
        raise cause from error

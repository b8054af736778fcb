"""What can go wrong with the database.

StorageError
|-- DatabaseLocked      another process holds it longer than we wait
|   `-- DatabaseOwned   a bot that runs owns it
|-- DatabaseUnopenable  it cannot be opened, or not be written
|   `-- ServerUnusable  the server is away, or does not let us in
|-- DatabaseFull        the disk has no room
|-- DatabaseDamaged     the integrity check failed
|-- NotOurs             a file is not a database of ClanStats
|-- ArchiveUnusable     the archive is missing, damaged, of another database, or too new
|-- EmptyBesideBackups  a database that is empty, or not there, though there are backups of it
|-- DriverMissing       what speaks to this kind of database is not installed
|-- Overtaken           another process wrote first what there can be only once
|-- WriteConflict       another process wrote the same at the same moment; done again, it is done
|-- CopyFailed          a database cannot be copied to, or was not copied whole
|-- CopyUnfinished      a database is a part of another one that was being copied there
`-- MigrationFailed     the schema could not be brought up; the old file stands

The first four are told apart by SQLite's own codes: https://www.sqlite.org/rescode.html
`storage/postgresql` tells apart what a server says.
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
    """The base of everything that storage raises itself.

    `copy` is the backup that was made all the same, where there is one.
    """

    copy: Path | None = None


class DatabaseLocked(StorageError):
    """Another process held the database at `path` for longer than we wait."""

    def __init__(self, words: str, path: Path | None = None) -> None:
        super().__init__(words)
        self.path = path


class DatabaseOwned(DatabaseLocked):
    """The bot that runs on the database at `path`, or who restores it, is `owner`."""

    def __init__(self, path: Path, owner: str) -> None:
        super().__init__(f"{path} is in use by {owner}", path)
        self.owner = owner


class _AtPath(StorageError):
    """Something is wrong with the file at `path`: `finding` is what SQLite or the system said."""

    words = "{path}: {finding}"
    step: str | None = None
    """What to do, where that is another thing than usual."""

    def __init__(self, path: Path, finding: str) -> None:
        # The folder that we stand in has a name too, and "." says nothing to whoever reads it.
        named = path if path.name else path.absolute()
        super().__init__(self.words.format(path=named, finding=finding))
        self.path = path
        self.finding = finding


class DatabaseUnopenable(_AtPath):
    """The file, or its folder, cannot be opened or written."""

    words = "{path} cannot be opened for writing: {finding}"


class ServerUnusable(DatabaseUnopenable):
    """The server of a database is away, or does not let us in; `step` is what to do then."""

    words = "{path} cannot be used: {finding}"

    def __init__(self, path: Path, finding: str, step: str) -> None:
        super().__init__(path, finding)
        self.step = step


class DatabaseFull(_AtPath):
    """There is no room left for the file."""

    words = "there is no room left on the disk of {path}: {finding}"


class DatabaseDamaged(_AtPath):
    """The integrity check of `path` failed with `finding`."""

    words = "{path} is damaged: {finding}"


class NotOurs(_AtPath):
    """The file is a database of something else, or none at all."""

    words = "{path} is not a database of ClanStats: {finding}"


class ArchiveUnusable(_AtPath):
    """The archive at `path` cannot be used; the database goes on only with it."""

    words = "{path}, the archive of this database, {finding}"


class EmptyBesideBackups(StorageError):
    """There is nothing in the database at `path`, but there are backups, `newest` the newest."""

    def __init__(self, path: Path, newest: Path) -> None:
        what = "is empty" if path.exists() else "is not there"
        super().__init__(f"{path} {what}, but there are backups of it in {newest.parent}")
        self.path = path
        self.newest = newest


class DriverMissing(StorageError):
    """The package that speaks to this kind of database is not installed."""

    def __init__(self, package: str) -> None:
        super().__init__(f"for this kind of database {package} has to be installed")
        self.package = package


class Overtaken(StorageError):
    """Another process wrote first what there can be only once; nothing of ours was kept."""


class WriteConflict(StorageError):
    """Another process wrote the same at the same moment; nothing of ours was kept."""


COPYING = "copying"
"""The revision of a database that is being copied to."""


class CopyFailed(StorageError):
    """A database cannot be copied to, or was not copied whole."""


class CopyUnfinished(StorageError):
    """What stands in a database is a part of another one that was being copied there."""

    def __init__(self) -> None:
        super().__init__("this database is a copy that was not finished")


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
_OPEN_ELSEWHERE = frozenset({32, 33})
"""What Windows says of a file that somebody else has open, or has locked a part of."""
_ROOM_NEEDED = 2**16
"""Bytes; opening a database takes half of it."""

_PRIMARY = 0xFF
"""SQLite's extended codes carry the primary one in their last byte."""


def cause_of(error: BaseException | None, path: Path | None) -> StorageError | None:
    """Return which of the four causes an error of SQLite or the system has; None for no such."""
    file = path or Path("the database")
    if isinstance(error, OSError):
        return _of_the_system(error, file)
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


def is_full(error: BaseException) -> bool:
    """Return whether an error says that a disk has no room."""
    return isinstance(error, DatabaseFull) or (
        isinstance(error, OSError) and error.errno in _NO_ROOM
    )


def _of_the_system(error: OSError, file: Path) -> StorageError:
    words = error.strerror or str(error)
    if getattr(error, "winerror", None) in _OPEN_ELSEWHERE:
        return DatabaseLocked(f"{file} is held by another program: {words}", file)
    return (DatabaseFull if error.errno in _NO_ROOM else DatabaseUnopenable)(file, words)


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

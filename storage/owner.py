"""Who owns a database: the one process that may run the bot on it, or put another in its place.

The system itself holds the lock, on a file beside the database: it is free again at the instant in
which its owner ends, however that happens. What stands in the file only says who it is.
"""

import os
import socket
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from datetime import datetime
from pathlib import Path

from storage.errors import DatabaseOwned, causes
from storage.private import opened_private

if sys.platform == "win32":
    import msvcrt
else:
    import fcntl

_FAR = 2**30
"""Which byte is locked on Windows: one behind the words, which stay readable."""
_MOST_WORDS = 200
_TRIES_S = (0, 0.02, 0.05)
"""Whoever only asks who the owner is holds the lock for an instant too."""


@contextmanager
def owning(database: Path, program: str, now: datetime) -> Iterator[None]:
    """Own a database while inside; DatabaseOwned when another process does."""
    file = _file_of(database)
    tries = (_locked(file, after_s) for after_s in _TRIES_S)
    handle = next((each for each in tries if each is not None), None)
    if handle is None:
        raise DatabaseOwned(database, owner_of(database) or "another program")
    try:
        with suppress(OSError):  # on a full disk it is owned namelessly
            os.write(handle, f"{program}, {_process()} since {now:%Y-%m-%d %H:%M} UTC".encode())
        yield
    finally:
        with suppress(OSError):  # Windows keeps a file that is open
            file.unlink()
        os.close(handle)


def owner_of(database: Path) -> str | None:
    """Return who owns a database, or None when nobody does."""
    file = _file_of(database)
    try:
        handle = os.open(file, os.O_RDWR)
    except OSError:
        return None
    try:
        if _lock(handle):
            return None
        return os.read(handle, _MOST_WORDS).decode("utf-8", "replace") or "another program"
    finally:
        os.close(handle)


def _process() -> str:
    return f"process {os.getpid()} on {socket.gethostname()}"


def _file_of(database: Path) -> Path:
    return database.with_name(f"{database.name}.lock")


def _locked(file: Path, after_s: float) -> int | None:
    """Return the handle of an empty file that is locked; None when somebody else holds it."""
    time.sleep(after_s)
    while True:
        with causes(file):
            handle = opened_private(os.fspath(file), os.O_RDWR | os.O_CREAT)
        if not _lock(handle):
            os.close(handle)
            return None
        if _is_at(handle, file):
            os.ftruncate(handle, 0)
            return handle
        # Who had it before has just taken the file away: whoever comes next would make another.
        os.close(handle)


def _is_at(handle: int, file: Path) -> bool:
    try:
        return os.path.samestat(os.fstat(handle), file.stat())
    except FileNotFoundError:
        return False


def _lock(handle: int) -> bool:
    """Lock an open file until it is closed; return whether nobody else holds it."""
    try:
        if sys.platform == "win32":
            os.lseek(handle, _FAR, os.SEEK_SET)
            msvcrt.locking(handle, msvcrt.LK_NBLCK, 1)
        else:
            # Not lockf: closing any other handle of the file would let go of that.
            fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except OSError:
        return False
    finally:
        os.lseek(handle, 0, os.SEEK_SET)
    return True

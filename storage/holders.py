"""Who else has a database file open: asked before it is replaced, and told when it is locked."""

import os
import sys
from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path

if sys.platform != "win32":
    import fcntl

_PROCESSES = Path("/proc")
_WORDS_SHOWN, _LETTERS_SHOWN = 3, 60
_SHARED_FIRST, _SHARED_SIZE = 0x4000_0002, 510
"""The bytes of which SQLite locks one for as long as a connection is open (in WAL mode)."""


def holders(path: Path) -> list[str]:
    """Return the other processes that have the file open, each by number and program.

    Only Linux tells, and only of processes that we may look at: empty means that nobody is known.
    """
    with suppress(OSError):
        wanted, us = path.stat(), str(os.getpid())
        names = [each.name for each in _PROCESSES.iterdir() if each.name.isdigit()]
        found = [pid for pid in names if pid != us and _has_open(pid, wanted)]
        return [f"process {pid} ({_program(pid)})" for pid in sorted(found, key=int)]
    return []


def is_held(path: Path) -> bool:
    """Return whether another process has the file open as a database, be it in another container.

    No connection of this process may be open: closing any file lets go of all its locks on it.
    Windows needs no such look, a file that is open there cannot be replaced.
    """
    if sys.platform == "win32":
        return False
    with path.open("r+b") as file:
        try:
            fcntl.lockf(file, fcntl.LOCK_EX | fcntl.LOCK_NB, _SHARED_SIZE, _SHARED_FIRST)
        except BlockingIOError:
            return True
    return False


def _has_open(pid: str, wanted: os.stat_result) -> bool:
    return any(os.path.samestat(each, wanted) for each in _open_files(pid))


def _open_files(pid: str) -> Iterator[os.stat_result]:
    with suppress(OSError):  # it ended, or is somebody else's
        for each in (_PROCESSES / pid / "fd").iterdir():
            with suppress(OSError):
                yield each.stat()


def _program(pid: str) -> str:
    """Return how a process was started: its first words on one line, without folders."""
    with suppress(OSError):
        told = (_PROCESSES / pid / "cmdline").read_bytes().decode("utf-8", "replace")
        words = [word.rpartition("/")[2] for word in told.split("\0") if word]
        shown = " ".join(" ".join(words[:_WORDS_SHOWN]).split())
        return shown[:_LETTERS_SHOWN] or "unknown"
    return "unknown"

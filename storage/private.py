"""Files that their owner alone may read: the database and its copies, the log, who was forgotten.

SQLite gives what it puts beside a database (-wal, -shm) the rights of the database itself.
"""

import os
import stat
from contextlib import suppress
from pathlib import Path

_OWNER_ALONE = stat.S_IRUSR | stat.S_IWUSR


def opened_private(path: str, flags: int) -> int:
    """Open a file, for `open(opener=...)`; when it is made, it is made for its owner alone."""
    return os.open(path, flags, _OWNER_ALONE)


def make_private(path: Path) -> None:
    """Have a file there, made for its owner alone if it was not, and shut against strangers.

    Raises OSError when it cannot be made. One that is there is not opened: closing it again would
    let go of every lock that this process has on it.
    """
    if path.exists():
        shut(path)
    else:
        os.close(os.open(path, os.O_RDWR | os.O_CREAT, _OWNER_ALONE))


def shut(path: Path) -> None:
    """Take the rights of everybody but the owner from a file that the whole world may read.

    Where it may not, but a group may, somebody has decided so; that is left as it is.
    """
    with suppress(OSError):  # it is not there, or is not ours to shut
        if path.stat().st_mode & stat.S_IRWXO:
            path.chmod(_OWNER_ALONE)

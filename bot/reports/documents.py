"""What a report becomes: a named file in memory, and the one way in which files reach the disk.

A file is whole or it is not there: it is written beside its place and moved into it.
"""

import os
import tempfile
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path


@dataclass(frozen=True, slots=True)
class Document:
    """A finished file: its name, its bytes and, for pictures, what it shows in words."""

    name: str
    content: bytes
    alt: str = ""


def write_whole(path: Path, content: bytes) -> None:
    """Write `content` to `path` so that nobody ever reads half of it.

    The folder must exist. On any error the former file stays as it was.
    """
    handle, waiting = tempfile.mkstemp(prefix=f".{path.name}.", suffix=".part", dir=path.parent)
    try:
        with os.fdopen(handle, "wb") as file:
            file.write(content)
            file.flush()
            os.fsync(file.fileno())
        Path(waiting).chmod(_usual_mode(path))
        Path(waiting).replace(path)
    except BaseException:
        with suppress(FileNotFoundError):
            Path(waiting).unlink()
        raise


def _usual_mode(path: Path) -> int:
    """Return the mode of the file that is replaced, or the one that plain files get."""
    with suppress(FileNotFoundError):
        return path.stat().st_mode & 0o777
    return 0o644

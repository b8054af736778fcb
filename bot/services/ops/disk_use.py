"""What the data takes on the disk."""

import shutil
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

from storage.archive_file import archive_of


@dataclass(frozen=True, slots=True)
class DiskUse:
    """What the data takes, in bytes; of a database that is no file nothing is known.

    What is older than `archived_before` is in the archive; None: nothing ever moved there.
    """

    database_bytes: int | None = None
    free_bytes: int | None = None
    archived_before: datetime | None = None
    archive_bytes: int = 0


def disk_use_of(path: Path | None, archived_before: datetime | None) -> DiskUse:
    """Return what a database at a path takes, its log and its archive included."""
    if path is None:
        return DiskUse()
    return DiskUse(
        _bytes_of(path, path.with_name(path.name + "-wal")),
        shutil.disk_usage(path.parent).free,
        archived_before,
        0 if archived_before is None else _bytes_of(archive_of(path)),
    )


def _bytes_of(*files: Path) -> int:
    return sum(each.stat().st_size for each in files if each.exists())

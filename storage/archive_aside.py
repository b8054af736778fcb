"""An archive put aside, and done without."""

import sqlite3
from contextlib import closing
from itertools import count
from pathlib import Path

from storage.archive_file import archive_of
from storage.backup import SUFFIXES
from storage.errors import causes


def go_without(path: Path) -> Path | None:
    """Let a database go on without its archive; return where that is put aside, if it is there.

    For an archive that is lost: what moved there stays in every count, but is no fact any more.
    """
    with causes(path), closing(sqlite3.connect(path, isolation_level=None)) as each:
        each.execute("BEGIN IMMEDIATE")
        for table in ("archive_marks", "archive_voids"):
            each.execute(f"DELETE FROM {table}")  # noqa: S608 - our own names
        each.execute("COMMIT")
    archive = archive_of(path)
    return put_aside(archive) if archive.exists() else None


def put_aside(archive: Path) -> Path:
    """Give an archive, with what belongs to it, another name, and return that."""
    names = (archive.with_name(f"{archive.stem}.replaced-{each}.db") for each in count(1))
    aside = next(each for each in names if not each.exists())
    for suffix in SUFFIXES:
        old = archive.with_name(archive.name + suffix)
        if old.exists():
            old.rename(aside.with_name(aside.name + suffix))
    return aside

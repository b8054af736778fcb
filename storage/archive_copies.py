"""An archive copied, put aside, and done without."""

import asyncio
import sqlite3
from contextlib import closing
from itertools import count
from pathlib import Path

from storage.archive_file import archive_of
from storage.backup import SUFFIXES, sync
from storage.errors import ArchiveUnusable, causes
from storage.private import make_private


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


def backup_to(database: Path, copy: Path) -> bool:
    """Copy a database's archive as it is at one moment; False when it has none.

    To be called after the database was copied: so what moves between the two is in both, never in
    neither. Raises ArchiveUnusable when the copy is not whole.
    """
    archive = archive_of(database)
    if not archive.exists():
        return False
    source = f"{archive.resolve().as_uri()}?mode=ro"
    with causes(copy), closing(sqlite3.connect(source, uri=True)) as old:
        make_private(copy)
        with closing(sqlite3.connect(copy)) as new:
            old.backup(new)
            new.execute("PRAGMA journal_mode=DELETE")
            finding = str(new.execute("PRAGMA integrity_check").fetchone()[0])
    if finding != "ok":
        raise ArchiveUnusable(archive, f"is damaged: {finding}")
    return True


async def keep_copy(database: Path, folder: Path) -> Path | None:
    """Have one checked copy of a database's archive in a folder, in the place of the one before.

    It goes with every copy of the database that is as old or older: what moved stays there. To be
    called after the database was copied. None when there is no archive.
    """
    return await asyncio.to_thread(_keep_copy, database, folder)


def _keep_copy(database: Path, folder: Path) -> Path | None:
    copy = folder / archive_of(database).name
    unfinished = copy.with_name(f".{copy.name}.part")
    with causes(folder):
        unfinished.unlink(missing_ok=True)
        try:
            if not backup_to(database, unfinished):
                return None
            sync(unfinished)
            unfinished.replace(copy)
            sync(folder)
        finally:
            unfinished.unlink(missing_ok=True)
    return copy

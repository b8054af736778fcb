"""What holds of a database and its archive together, read by `sqlite3` alone; and its killing.

    python -m tests.storage.archived DATABASE HOW_OFTEN SEED

archives a database in a process that is killed at random instants, so often, and says what was
lost or double after each of them: nothing at all, if all is well.
"""

import asyncio
import os
import signal
import sqlite3
import sys
import time
from collections.abc import Mapping
from contextlib import closing
from pathlib import Path
from random import Random
from typing import Any

from storage import archiving
from storage.archive_file import archive_of
from storage.engine import Database
from tests.bot.services.contents import contents, rows
from tests.storage.rows import NOW


def holding(path: Path) -> Mapping[str, list[Any]]:
    """Return all that holds of a database, its archive taken in, but not what says where it is."""
    found = dict(contents(path))
    voids = {(kind, key) for kind, key in found.pop("archive_voids")}
    if not found.pop("archive_marks"):
        return found
    old = contents(archive_of(path))
    here = {row[:2] for row in found["messages"]}
    clan_of = {row[0]: row[1] for row in found["authors"]}
    messages = [
        row
        for row in ((clan_of.get(each[1]), *each) for each in old["messages"])
        if row[:2] not in here and not {("message", row[1]), ("author", row[2])} & voids
    ]
    changes = [row for row in old["metric_changes"] if ("player", row[0]) not in voids]
    found["messages"] = sorted([*found["messages"], *messages], key=repr)
    found["metric_changes"] = sorted({*found["metric_changes"], *changes}, key=repr)
    return found


def sound(path: Path) -> bool:
    """Return whether a database file passes SQLite's own check."""
    return rows(path, "PRAGMA integrity_check") == [{"integrity_check": "ok"}]


async def _archive(path: Path) -> None:
    archiving._FIRST = archiving._MOST = 25
    database = Database(path)
    await archiving.move(database, NOW)
    await database.close()


def _killed_once(path: Path, after_s: float | None) -> bool:
    """Archive in another process and kill it, if ever; return whether it was done before."""
    child = os.fork()
    if child == 0:
        try:
            asyncio.run(_archive(path))
            os._exit(0)
        finally:
            os._exit(1)
    if after_s is not None:
        time.sleep(after_s)
        os.kill(child, signal.SIGKILL)
    return os.waitpid(child, 0)[1] == 0


def _begin_anew(path: Path, whole: bytes) -> None:
    for each in path.parent.glob(f"{path.stem}*"):
        each.unlink()
    path.write_bytes(whole)


def main(path: Path, how_often: int, seed: int) -> None:
    """Kill and look, again and again; a database in which all moved begins anew."""
    if archive_of(path).exists():
        sys.exit("begin with a database that has no archive: it is put back again and again")
    chance = Random(seed)  # noqa: S311 - made-up moments
    whole, expected = path.read_bytes(), holding(path)
    # As long as it takes here: on a fast machine it would else be done before it is killed.
    began_s = time.monotonic()
    _killed_once(path, None)
    takes_s = time.monotonic() - began_s
    _begin_anew(path, whole)
    done = 0
    for number in range(how_often):
        if _killed_once(path, chance.uniform(0.0, takes_s)):
            done += 1
        if holding(path) != expected or not sound(path):
            sys.stdout.write(f"wrong after kill {number}\n")
        if archive_of(path).exists() and not rows(path, "SELECT 1 FROM messages LIMIT 1"):
            _begin_anew(path, whole)
    asyncio.run(_archive(path))
    left = rows(path, "SELECT 1 FROM messages LIMIT 1")
    sys.stdout.write("" if holding(path) == expected and not left else "wrong at the end\n")
    sys.stdout.write(f"{how_often - done} killed\n")


def emptied(path: Path) -> None:
    """Fold the log of a database in, so that its file is all of it."""
    with closing(sqlite3.connect(path)) as connection:
        connection.execute("PRAGMA wal_checkpoint(TRUNCATE)")


if __name__ == "__main__":
    main(Path(sys.argv[1]), int(sys.argv[2]), int(sys.argv[3]))

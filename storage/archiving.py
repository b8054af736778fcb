"""Old facts move to the archive: copied, counted on both sides, and only then deleted here.

In small batches, each of them two transactions. The first is the archive's alone and on the disk
for good before the second begins; that one deletes of the database what the archive holds to the
letter. A kill in between leaves rows in both files, which count once and are copied over the next
time. Whatever is void of the archive is deleted there first, under the same lock as copying: so
nothing comes back that was deleted while it was copied.
"""

import asyncio
import secrets
import sqlite3
import time
from collections.abc import Awaitable, Callable, Iterator
from contextlib import closing, contextmanager
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Any, NamedTuple

from sqlalchemy import delete, select, text

from storage.archive import Void
from storage.archive_aside import put_aside
from storage.archive_due import Keys, counted, old_changes, old_messages
from storage.archive_file import archive_of, create
from storage.archive_room import must_have
from storage.engine import Database, upsert
from storage.errors import WAIT_SECONDS, ArchiveUnusable, causes
from storage.tables import ARCHIVE_MARKS, ARCHIVE_VOIDS

_FEWEST, _MOST, _FIRST = 25, 1_000, 200
_TOO_LONG_S, _SHORT_S = 0.010, 0.004
_BYTES_A_ROW = 100
_KEY_LENGTH = 8
_VOIDS_AT_ONCE = 100
_PRAGMAS = ("PRAGMA synchronous=FULL", "PRAGMA secure_delete=ON", "PRAGMA temp_store=MEMORY")


@dataclass(frozen=True, slots=True)
class Moved:
    """What moved, or would; `longest_s` is how long the one writer was held at the most."""

    messages: int = 0
    changes: int = 0
    longest_s: float = 0.0

    @property
    def rows(self) -> int:
        """Return how many rows that is."""
        return self.messages + self.changes

    def and_of(self, kind: "_Kind", rows: int, held_s: float) -> "Moved":
        """Return the same with what moved of one kind."""
        messages, changes = (rows, 0) if kind is _MESSAGES else (0, rows)
        return Moved(self.messages + messages, self.changes + changes, max(self.longest_s, held_s))


@dataclass(frozen=True, slots=True)
class ArchiveState:
    """What is in the archive: before when all moved (None: nothing ever did), rows and bytes."""

    moved_before: datetime | None = None
    messages: int = 0
    changes: int = 0
    size: int = 0


class _Kind(NamedTuple):
    """A table of which rows move, and how its rows are copied, compared and deleted by their key.

    What is void is not copied, and not deleted here: it may be something new under an old key.
    """

    table: str
    copying: str
    comparing: str
    deleting: str


_HOLDS = "NOT EXISTS (SELECT 1 FROM {hot}.archive_voids WHERE {void})"
_SAME = "EXISTS (SELECT 1 FROM {archive}.{table} AS there WHERE {same})"
_COPYING = """
INSERT OR REPLACE INTO main.{table}
SELECT {columns} FROM hot.{table} AS here WHERE {mine} AND {holds} AND NOT {taken}
"""
_COMPARING = "SELECT count(*) FROM hot.{table} AS here WHERE {mine} AND {held} AND {holds}"
_DELETING = "DELETE FROM main.{table} AS here WHERE {mine} AND {held} AND {holds}"


def _kind(table: str, key: str, others: str, void: str, taken: str = "0") -> _Kind:
    """Return a kind by the key of its rows, and when another one's row has that place there."""
    columns = [each for each in [*key.split(), *others.split()] if each != "clan_id"]
    parts = {
        "table": table,
        "columns": ", ".join(columns),
        "mine": " AND ".join(f"here.{each} = ?" for each in key.split()),
        "same": " AND ".join(f"there.{each} IS here.{each}" for each in columns),
        "void": void,
        "taken": taken,
    }

    def said(words: str, hot: str, archive: str) -> str:
        holds = _HOLDS.format(**parts, hot=hot)
        return words.format(**parts, holds=holds, held=_SAME.format(**parts, archive=archive))

    return _Kind(
        table,
        said(_COPYING, "hot", "main"),
        said(_COMPARING, "hot", "main"),
        said(_DELETING, "main", "archive"),
    )


_MESSAGES = _kind(
    "messages",
    "clan_id message_id",
    "author_id channel_id sent_at flags reply_to",
    """(kind = 'message' AND "key" = here.message_id)
    OR (kind = 'author' AND "key" = here.author_id)""",
    # Two servers into which the same export was brought: the second one's message stays.
    """EXISTS (
        SELECT 1 FROM main.messages AS there JOIN hot.authors ON authors.id = there.author_id
        WHERE there.message_id = here.message_id AND authors.clan_id <> here.clan_id
    )""",
)
_CHANGES = _kind(
    "metric_changes",
    "player_id metric_id seen_at",
    "value",
    """kind = 'player' AND "key" = here.player_id""",
)
_VOID_OF = {
    Void.MESSAGE: "DELETE FROM main.messages WHERE message_id = ?",
    Void.AUTHOR: "DELETE FROM main.messages WHERE author_id = ?",
    Void.PLAYER: "DELETE FROM main.metric_changes WHERE player_id = ?",
}


async def state_of(database: Database) -> ArchiveState:
    """Return what is in a database's archive."""
    if database.path is None:
        return ArchiveState()
    async with database.reading() as connection:
        before = await connection.scalar(select(ARCHIVE_MARKS.c.moved_before_at))
        if before is None:
            return ArchiveState()
        messages, changes = [
            await connection.scalar(text(words)) or 0
            for words in (
                "SELECT count(*) FROM archive.messages",
                "SELECT count(*) FROM archive.metric_changes",
            )
        ]
    return ArchiveState(before, messages, changes, archive_of(database.path).stat().st_size)


async def would_move(database: Database, before: datetime) -> Moved:
    """Return what would move of what is older than an instant; nothing is changed."""
    if database.path is None:
        return Moved()
    return Moved(*await asyncio.to_thread(counted, database.path, before))


async def _at_once() -> None:
    """Wait for nothing."""


async def move(
    database: Database,
    before: datetime,
    heard: Callable[[Moved], None] = lambda _: None,
    wait: Callable[[], Awaitable[None]] = _at_once,
) -> Moved:
    """Move what is older than an instant to the archive.

    `heard` is told what moved so far after each batch, then it is waited.

    Raises DatabaseFull before anything is done when there is no room, ArchiveUnusable when there is
    an archive that does not fit. Whoever stops in between loses nothing and goes on later.
    """
    path = database.path
    if path is None:
        return Moved()
    await asyncio.to_thread(_need_room, path, before)
    await _mark(database, path, before)
    await sweep(database)
    total, pace = Moved(), _Pace()
    with _opened(path) as files:
        for kind, source in ((_MESSAGES, old_messages), (_CHANGES, old_changes)):
            batches = source(files.archive, before, lambda: pace.rows)
            while keys := await asyncio.to_thread(next, batches, ()):
                await asyncio.to_thread(files.copy, kind, keys)
                held_s, gone = await _delete(database, kind, keys)
                pace.held(held_s)
                total = total.and_of(kind, gone, held_s)
                await asyncio.to_thread(files.fold_in)
                heard(total)
                await wait()
        await asyncio.to_thread(files.fold_archive)
    return total


async def sweep(database: Database) -> None:
    """Delete in the archive, for good, what is void there."""
    path = database.path
    if path is None:
        return
    async with database.reading() as connection:
        if await connection.scalar(select(ARCHIVE_VOIDS.c.key).limit(1)) is None:
            return
    with _opened(path) as files:
        while gone := await asyncio.to_thread(files.swept):
            async with database.writing() as connection:
                for kind, key in gone:
                    void = ARCHIVE_VOIDS.c
                    await connection.execute(
                        delete(ARCHIVE_VOIDS).where(void.kind == kind, void.key == key)
                    )
        # What was deleted is in the log of the archive, too, until it is folded in.
        await asyncio.to_thread(files.fold_archive)


class _Pace:
    """How many rows move at once: as many as do not hold the writer for long."""

    def __init__(self) -> None:
        self.rows = _FIRST

    def held(self, seconds: float) -> None:
        """Take fewer rows after a batch that took long, more after a short one."""
        if seconds > _TOO_LONG_S:
            self.rows = max(_FEWEST, self.rows // 2)
        elif seconds < _SHORT_S:
            self.rows = min(_MOST, self.rows * 5 // 4)


class _Files(NamedTuple):
    """A connection that writes the archive and sees the database, and one that folds its log in."""

    path: Path
    archive: sqlite3.Connection
    hot: sqlite3.Connection

    @contextmanager
    def writing(self) -> Iterator[sqlite3.Connection]:
        """Yield the archive in a transaction, which begins before the database is looked at."""
        with causes(self.path):
            self.archive.execute("BEGIN IMMEDIATE")
            try:
                yield self.archive
                self.archive.execute("COMMIT")
            except BaseException:
                if self.archive.in_transaction:
                    self.archive.execute("ROLLBACK")
                raise

    def copy(self, kind: _Kind, keys: Keys) -> None:
        """Have rows in the archive for good, as the database has them; ArchiveUnusable if not."""
        with self.writing() as archive:
            copied = archive.executemany(kind.copying, keys).rowcount
            found = sum(archive.execute(kind.comparing, key).fetchone()[0] for key in keys)
            if found != copied:
                finding = f"has {found} of {copied} rows that were copied into it"
                raise ArchiveUnusable(self.path, finding)

    def swept(self) -> Keys:
        """Delete in the archive some of what is void there; return what of it is done with."""
        with self.writing() as archive:
            voids = archive.execute(
                'SELECT kind, "key" FROM hot.archive_voids LIMIT ?', (_VOIDS_AT_ONCE,)
            ).fetchall()
            for kind, key in voids:
                archive.execute(_VOID_OF[kind], (key,))
        return voids

    def fold_in(self) -> None:
        """Fold the database's log in as far as nobody reads it: whoever writes next need not."""
        self.hot.execute("PRAGMA wal_checkpoint(PASSIVE)").fetchone()

    def fold_archive(self) -> None:
        """Fold the archive's log in."""
        self.archive.execute("PRAGMA main.wal_checkpoint(TRUNCATE)").fetchone()


@contextmanager
def _opened(database: Path) -> Iterator[_Files]:
    """Yield the files for whoever writes the archive.

    What it wrote is on the disk for good before a commit returns, and what it deleted overwritten.
    """
    path = archive_of(database)
    options: dict[str, Any] = {
        "timeout": WAIT_SECONDS,
        "isolation_level": None,
        "check_same_thread": False,
        "uri": True,
    }
    hot = f"{database.resolve().as_uri()}?mode=rw"
    with (
        causes(path),
        closing(sqlite3.connect(f"{path.resolve().as_uri()}?mode=rw", **options)) as archive,
        closing(sqlite3.connect(hot, **options)) as folding,
    ):
        for pragma in _PRAGMAS:
            archive.execute(pragma)
        archive.execute("ATTACH ? AS hot", (f"{database.resolve().as_uri()}?mode=ro",))
        yield _Files(path, archive, folding)


async def _delete(database: Database, kind: _Kind, keys: Keys) -> tuple[float, int]:
    """Delete of the database what the archive has; return how long that held, and how many."""
    async with database.writing() as connection:
        began = time.perf_counter()
        gone = (await connection.exec_driver_sql(kind.deleting, list(keys))).rowcount
    return time.perf_counter() - began, gone


async def _mark(database: Database, path: Path, before: datetime) -> None:
    """Note that what is older may be in the archive, which is there: before any of it is.

    From here on every transaction sees into it. In one transaction, so that of two who begin only
    one makes it.
    """
    async with database.writing() as connection:
        mark = (await connection.execute(select(ARCHIVE_MARKS))).first()
        if mark is None:
            key = secrets.token_hex(_KEY_LENGTH)
            await asyncio.to_thread(_make_anew, archive_of(path), key)
        else:
            key, before = mark.key, max(mark.moved_before_at, before)
        row = {"id": 1, "key": key, "moved_before_at": before}
        await upsert(connection, ARCHIVE_MARKS, [row], replace=("key", "moved_before_at"))


def _make_anew(archive: Path, key: str) -> None:
    """Have an empty archive there; what is there already is nothing of a database without a mark.

    Such as that of a database which was restored from before it had one.
    """
    with causes(archive):
        if archive.exists():
            put_aside(archive)
        create(archive, key)


def _need_room(database: Path, before: datetime) -> None:
    must_have(database, sum(counted(database, before)) * _BYTES_A_ROW)

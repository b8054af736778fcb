"""The archive as a file beside the database, and how a connection to the database sees into it.

Whether there has to be an archive is read in the very transaction that needs it: so whoever reads
never misses what moved a moment ago, whichever process moved it.
"""

import sqlite3
from contextlib import closing, suppress
from pathlib import Path

from storage.errors import ArchiveUnusable, causes
from storage.private import make_private

SCHEMA = 1
"""The newest form of an archive that is understood here."""

_TABLES = """
CREATE TABLE messages (
    message_id INTEGER PRIMARY KEY, author_id INTEGER NOT NULL, channel_id INTEGER NOT NULL,
    sent_at INTEGER NOT NULL, flags INTEGER NOT NULL, reply_to INTEGER
);
CREATE INDEX ix_messages_author_id ON messages (author_id);
CREATE INDEX ix_messages_reply_to ON messages (reply_to) WHERE reply_to IS NOT NULL;
CREATE TABLE metric_changes (
    player_id INTEGER NOT NULL, metric_id INTEGER NOT NULL, seen_at INTEGER NOT NULL,
    value REAL NOT NULL, PRIMARY KEY (player_id, metric_id, seen_at)
) WITHOUT ROWID;
CREATE TABLE archive_of (schema INTEGER NOT NULL, key TEXT NOT NULL);
"""

_VIEWS = (
    # A message there is of its author's clan: so a clan that becomes another's takes it along.
    """
CREATE TEMP VIEW archived_messages AS SELECT
  (SELECT clan_id FROM main.authors AS author WHERE author.id = old.author_id) AS clan_id, *
FROM archive.messages AS old
WHERE NOT EXISTS (
    SELECT 1 FROM main.messages AS here WHERE here.message_id = old.message_id
      AND here.clan_id = (SELECT clan_id FROM main.authors WHERE id = old.author_id)
  )
  AND NOT EXISTS (
    SELECT 1 FROM main.archive_voids WHERE kind = 'message' AND "key" = old.message_id
  )
  AND NOT EXISTS (
    SELECT 1 FROM main.archive_voids WHERE kind = 'author' AND "key" = old.author_id
  )
""",
    # What stands in both files is the same change; nobody counts changes.
    """
CREATE TEMP VIEW archived_changes AS SELECT * FROM archive.metric_changes AS old
WHERE NOT EXISTS (
    SELECT 1 FROM main.archive_voids WHERE kind = 'player' AND "key" = old.player_id
  )
""",
)
_CACHE_KB = 2_000


def archive_of(database: Path) -> Path:
    """Return the file of a database's archive: beside it, by its name."""
    return database.with_name(f"{database.stem}_archive{database.suffix or '.db'}")


def begin(connection: sqlite3.Connection, words: str, archive: Path | None) -> int | None:
    """Begin a transaction that sees into the archive, if anything ever moved there.

    Return before when that was written, in milliseconds, or None. Raises ArchiveUnusable when what
    moved cannot be read: an answer without it would be wrong.
    """
    connection.execute(words)
    if archive is None:
        return None
    mark = mark_of(connection)
    if mark is not None and not _is_attached(connection):
        # Not within a transaction; and only the next one sees into it.
        connection.execute("ROLLBACK")
        attach(connection, archive, mark[0])
        connection.execute(words)
        mark = mark_of(connection)
    return None if mark is None else mark[1]


def attach(connection: sqlite3.Connection, archive: Path, key: str) -> None:
    """Let a connection to the database read its archive; ArchiveUnusable when it does not fit."""
    must_fit(archive, key)
    try:
        # Read only: so whoever writes the database does not lock the archive, and waits for nobody.
        connection.execute("ATTACH ? AS archive", (f"{archive.resolve().as_uri()}?mode=ro",))
        connection.execute(f"PRAGMA archive.cache_size=-{_CACHE_KB}")
        for view in _VIEWS:
            connection.execute(view)
    except sqlite3.Error as error:
        with suppress(sqlite3.Error):
            connection.execute("DETACH archive")
        raise ArchiveUnusable(archive, f"cannot be opened: {error}") from error


def must_fit(archive: Path, key: str) -> None:
    """Raise ArchiveUnusable when a file is not the archive of the database with a key."""
    if not archive.exists():
        raise ArchiveUnusable(archive, "is not there")
    try:
        location = f"{archive.resolve().as_uri()}?mode=ro"
        with closing(sqlite3.connect(location, uri=True)) as connection:
            schema, theirs = connection.execute("SELECT schema, key FROM archive_of").fetchone()
    except (sqlite3.Error, TypeError, ValueError) as error:
        raise ArchiveUnusable(archive, f"is damaged or no archive at all: {error}") from error
    if schema > SCHEMA:
        raise ArchiveUnusable(archive, "was made by a newer ClanStats")
    if theirs != key:
        raise ArchiveUnusable(archive, "belongs to another database")


def create(archive: Path, key: str) -> None:
    """Have an empty archive there, of the database with a key; whole, or not there at all."""
    with causes(archive):
        make_private(archive)
        with closing(sqlite3.connect(archive, isolation_level=None)) as connection:
            connection.execute("PRAGMA auto_vacuum=INCREMENTAL")
            connection.execute("PRAGMA journal_mode=WAL")
            # The last statement is what makes it an archive: what is cut off before is empty.
            connection.executescript(f"BEGIN IMMEDIATE;{_TABLES}")
            connection.execute("INSERT INTO archive_of VALUES (?, ?)", (SCHEMA, key))
            connection.execute("COMMIT")


def mark_of(connection: sqlite3.Connection) -> tuple[str, int] | None:
    """Return the key of a database's archive and before when moved; None: nothing ever moved."""
    try:
        found: tuple[str, int] | None = connection.execute(
            "SELECT key, moved_before_at FROM main.archive_marks"
        ).fetchone()
    except sqlite3.OperationalError as error:
        if "no such table" not in str(error):
            raise
        return None  # an older schema, which had no archive
    return found


def _is_attached(connection: sqlite3.Connection) -> bool:
    return any(row[1] == "archive" for row in connection.execute("PRAGMA database_list"))

"""The database of the replaced system, as it was written and after its migrations; only read.

What a column of it holds is whatever somebody once wrote there: numbers are checked, texts are
decoded as far as they can be, and a column that is missing holds nothing.
"""

import sqlite3
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any, NamedTuple

from storage.errors import WAIT_SECONDS, NotOurs, causes
from storage.messages import in_few

_AT_ONCE = 1_000
_HEAD = 300
"""Characters of a snapshot in which the player's id is sought first; it stands at the front."""
_LINE = "**%**%:%"
_NO_COLUMN = "NULL"

_MEMBERS, _ALIASES, _SNAPSHOTS = "clan_members", "player_name_aliases", "wom_snapshots"
_BOSSES, _MESSAGES = "boss_snapshots", "discord_messages"
_NEEDED: Mapping[str, frozenset[str]] = {
    _MEMBERS: frozenset({"username"}),
    _SNAPSHOTS: frozenset({"id", "username", "raw_data"}),
    _BOSSES: frozenset({"boss_name", "kills"}),
    _MESSAGES: frozenset({"id", "author_id", "author_name", "content", "channel_id", "guild_id"}),
}
"""What a table has to have for us to read it."""


class LegacyMember(NamedTuple):
    """A member as it was at the end; without an id the name is the key."""

    member_id: int | None
    username: str
    role: str | None
    joined_at: str | None
    last_updated: str | None


class LegacyAlias(NamedTuple):
    """The real writing of a member's name."""

    member_id: int | None
    normalized_name: str | None
    canonical_name: str | None
    source: str | None
    first_seen_at: str | None
    last_seen_at: str | None


class LegacySnapshotHead(NamedTuple):
    """Whose a snapshot is and of when; `head` is where its text begins."""

    snapshot_id: int
    member_id: int | None
    username: str | None
    timestamp: str | None
    head: str | None


class LegacySnapshot(NamedTuple):
    """A snapshot: Wise Old Man's own text, and the totals that stand beside it."""

    snapshot_id: int
    timestamp: str | None
    raw_data: str | None
    total_xp: int | None
    total_boss_kills: int | None


class LegacyMessage(NamedTuple):
    """A message with its words."""

    message_id: int | None
    user_id: int | None
    author_id: int | None
    author_name: str
    content: str
    channel_id: int | None
    channel_name: str
    guild_id: int | None


class LegacyWriter(NamedTuple):
    """How much one author posted in a server: all, in the form of clan-chat lines, by how many."""

    author_id: int | None
    guild_id: int | None
    posts: int
    lines: int
    speakers: int


class NotLegacy(NotOurs):
    """The file is not a database of the replaced system."""

    words = "{path} is not a database of the old bot: {finding}"


class LegacyFile:
    """An open database of the replaced system, seen as it is at one moment.

    Not for two threads at once. Raises one of the four causes, as storage/errors.py tells them.
    """

    def __init__(self, path: Path, wait: float = WAIT_SECONDS) -> None:
        self.path = path
        with causes(path):
            self._connection = sqlite3.connect(
                f"{path.resolve().as_uri()}?mode=ro",
                uri=True,
                timeout=wait,
                isolation_level=None,
                check_same_thread=False,
            )
            self._connection.text_factory = _decoded
            self._connection.execute("BEGIN")
            found = self._columns()
        self.tables = {
            name: columns for name, columns in found.items() if columns >= _NEEDED.get(name, set())
        }
        self._has_bosses = False
        if not self.tables.keys() & {_MEMBERS, _SNAPSHOTS, _MESSAGES}:
            self.close()
            named = ", ".join(sorted(found)) or "no table at all"
            raise NotLegacy(path, f"it has {named}")

    def _columns(self) -> Mapping[str, frozenset[str]]:
        names = self._connection.execute("SELECT name FROM sqlite_schema WHERE type = 'table'")
        return {
            name: frozenset(
                row[0]
                for row in self._connection.execute("SELECT name FROM pragma_table_info(?)", [name])
            )
            for (name,) in names.fetchall()
        }

    def close(self) -> None:
        """Let go of the file."""
        self._connection.close()

    def count(self, table: str) -> int:
        """Return how many rows a table has, 0 when there is no such table."""
        if table not in self.tables:
            return 0
        with causes(self.path):
            (many,) = self._connection.execute(f"SELECT count(*) FROM {table}").fetchone()  # noqa: S608 - a name of ours
        return int(many)

    def members(self) -> list[LegacyMember]:
        """Return all members."""
        names = ("id", "username", "role", "joined_at", "last_updated")
        return [
            LegacyMember(_whole(row[0]), _text(row[1]), *map(_text_or_none, row[2:]))
            for row in self._rows(_MEMBERS, names)
        ]

    def aliases(self) -> list[LegacyAlias]:
        """Return all writings of names."""
        return [
            LegacyAlias(_whole(row[0]), *map(_text_or_none, row[1:]))
            for row in self._rows(_ALIASES, LegacyAlias._fields)
        ]

    def snapshot_heads(self) -> Iterator[LegacySnapshotHead]:
        """Yield whose every snapshot is, in the order in which they were written."""
        names = ("id", "user_id", "username", "timestamp", f"substr(raw_data, 1, {_HEAD})")
        for row in self._rows(_SNAPSHOTS, names, order="id"):
            if (snapshot_id := _whole(row[0])) is not None:
                who = _whole(row[1])
                yield LegacySnapshotHead(snapshot_id, who, *map(_text_or_none, row[2:]))

    def snapshots(self, ids: Sequence[int]) -> list[LegacySnapshot]:
        """Return some snapshots with all that they hold."""
        found = []
        for few in in_few(ids):
            marks = ",".join("?" * len(few))
            for row in self._rows(
                _SNAPSHOTS,
                ("id", "timestamp", "raw_data", "total_xp", "total_boss_kills"),
                where=f"id IN ({marks})",
                given=few,
            ):
                when, text = map(_text_or_none, row[1:3])
                xp, kills = map(_whole, row[3:])
                found.append(LegacySnapshot(int(row[0]), when, text, xp, kills))
        return found

    def boss_rows(self) -> Counter[int]:
        """Return how many rows of boss kills each snapshot has; -1 counts those of none."""
        found: Counter[int] = Counter()
        for (row,) in self._rows(_BOSSES, (self._boss_key(),)):
            whole = _whole(row)
            found[-1 if whole is None else whole] += 1
        return found

    def boss_kills(self, ids: Sequence[int]) -> dict[int, dict[str, int]]:
        """Return the kills of each boss by snapshot, of some snapshots."""
        found: dict[int, dict[str, int]] = {}
        if _BOSSES not in self.tables:
            return found
        with causes(self.path):
            self._index_bosses()
            for few in in_few(ids):
                marks = ",".join("?" * len(few))
                wanted = f"WHERE snapshot IN ({marks})"
                rows = self._connection.execute(
                    f"SELECT snapshot, name, kills FROM temp.kept_bosses {wanted}",  # noqa: S608 - marks alone
                    few,
                )
                for snapshot_id, name, kills in rows:
                    if isinstance(name, str) and (many := _whole(kills)) is not None:
                        found.setdefault(snapshot_id, {})[name] = many
        return found

    def _index_bosses(self) -> None:
        """Copy the boss kills into a temporary table by snapshot: the old one has no index."""
        if self._has_bosses:
            return
        self._connection.execute(
            f"CREATE TEMP TABLE kept_bosses AS SELECT {self._boss_key()} AS snapshot, "  # noqa: S608 - names of ours
            f"boss_name AS name, kills FROM {_BOSSES}"
        )
        self._connection.execute("CREATE INDEX temp.ix_kept_bosses ON kept_bosses (snapshot)")
        self._has_bosses = True

    def _boss_key(self) -> str:
        known = self.tables.get(_BOSSES, frozenset())
        keys = [name for name in ("wom_snapshot_id", "snapshot_id") if name in known]
        return f"coalesce({', '.join([*keys, _NO_COLUMN])})" if keys else _NO_COLUMN

    def writers(self) -> list[LegacyWriter]:
        """Return how much each author posted in each server."""
        names = (
            "author_id",
            "guild_id",
            "count(*)",
            f"sum(content LIKE '{_LINE}')",
            "count(DISTINCT author_name)",
        )
        rows = self._rows(_MESSAGES, names, group="author_id, guild_id")
        return [
            LegacyWriter(_whole(row[0]), _whole(row[1]), *(int(each or 0) for each in row[2:]))
            for row in rows
        ]

    def messages(self) -> Iterator[list[LegacyMessage]]:
        """Yield all messages in order of time, a batch at a time."""
        names = (
            *("id", "user_id", "author_id", "author_name", "content"),
            *("channel_id", "channel_name", "guild_id"),
        )
        batch: list[LegacyMessage] = []
        for row in self._rows(_MESSAGES, names, order="id"):
            batch.append(_message(row))
            if len(batch) == _AT_ONCE:
                yield batch
                batch = []
        if batch:
            yield batch

    def _rows(  # noqa: PLR0913 - the parts of a statement
        self,
        table: str,
        names: Iterable[str],
        *,
        where: str = "",
        given: Sequence[Any] = (),
        order: str = "",
        group: str = "",
    ) -> Iterator[tuple[Any, ...]]:
        """Yield rows of a table; a column that is not there is NULL, and so is a whole table."""
        known = self.tables.get(table)
        if known is None:
            return
        wanted = ", ".join(_column(name, known) for name in names)
        parts = [f"SELECT {wanted} FROM {table}"]  # noqa: S608 - names of ours
        parts += [f"WHERE {where}"] if where else []
        parts += [f"GROUP BY {group}"] if group else []
        parts += [f"ORDER BY {order}"] if order in known else []
        with causes(self.path):
            # Not `yield from`: one who stops would close a cursor, perhaps of a closed connection.
            for row in self._connection.execute(" ".join(parts), given):  # noqa: UP028 - as above
                yield row


def _column(name: str, known: frozenset[str]) -> str:
    """Return a column, or what is made of one, as SQL; NULL where it is not there."""
    if "(" in name or name == _NO_COLUMN:
        return name
    return name if name in known else _NO_COLUMN


def _message(row: Sequence[Any]) -> LegacyMessage:
    return LegacyMessage(
        _whole(row[0]),
        _whole(row[1]),
        _whole(row[2]),
        _text(row[3]),
        _text(row[4]),
        _whole(row[5]),
        _text(row[6]),
        _whole(row[7]),
    )


def _whole(value: object) -> int | None:
    """Return a whole number, also one that was written as text or with a point; else None."""
    if isinstance(value, int):
        return value
    if isinstance(value, float) and value.is_integer():
        return int(value)
    if isinstance(value, str) and value.lstrip("-").isascii() and value.lstrip("-").isdigit():
        return int(value[:40])
    return None


def _text(value: object) -> str:
    return value if isinstance(value, str) else "" if value is None else str(value)


def _text_or_none(value: object) -> str | None:
    return value if isinstance(value, str) else None


def _decoded(text: bytes) -> str:
    return text.decode("utf-8", "replace")

"""What is old enough to move to the archive: how much, and which rows, batch by batch."""

import sqlite3
from collections.abc import Callable, Iterator, Sequence
from contextlib import closing
from datetime import datetime
from pathlib import Path
from typing import Any

from storage.columns import first_snowflake, to_ms
from storage.errors import causes

Keys = Sequence[tuple[Any, ...]]
"""The keys of some rows."""

_OLD_MESSAGES = """
SELECT clan_id, message_id FROM hot.messages
WHERE clan_id = :clan_id AND message_id < :before AND message_id > :after
ORDER BY message_id LIMIT :rows
"""
# What stays: the last change before the cut, the last ranked one, and the last of each month.
_OLD_CHANGES = """
SELECT player_id, metric_id, seen_at FROM (
    SELECT player_id, metric_id, seen_at,
        lead(seen_at) OVER (PARTITION BY metric_id ORDER BY seen_at) AS next_at,
        max(CASE WHEN value <> -1 THEN seen_at END) OVER (PARTITION BY metric_id) AS ranked_at
    FROM {hot}.metric_changes WHERE player_id = :player_id AND seen_at < :before
)
WHERE next_at IS NOT NULL AND seen_at IS NOT ranked_at
    AND strftime('%Y-%m', seen_at / 1000, 'unixepoch')
        = strftime('%Y-%m', next_at / 1000, 'unixepoch')
"""


def counted(database: Path, before: datetime) -> tuple[int, int]:
    """Return how many messages and changes of metrics would move."""
    location = f"{database.resolve().as_uri()}?mode=ro"
    with causes(database), closing(sqlite3.connect(location, uri=True)) as hot:
        (messages,) = hot.execute(
            "SELECT count(*) FROM messages"
            " WHERE clan_id IN (SELECT id FROM clans) AND message_id < ?",
            (first_snowflake(before),),
        ).fetchone()
        given = {"before": to_ms(before)}
        players = [row[0] for row in hot.execute("SELECT player_id FROM players")]
        changes = sum(
            len(hot.execute(_OLD_CHANGES.format(hot="main"), given | {"player_id": who}).fetchall())
            for who in players
        )
    return messages, changes


def old_messages(
    archive: sqlite3.Connection, before: datetime, how_many: Callable[[], int]
) -> Iterator[Keys]:
    """Yield the keys of messages that are to move, batch by batch."""
    clans = archive.execute("SELECT id FROM hot.clans ORDER BY id").fetchall()
    for (clan_id,) in clans:
        given = {"clan_id": clan_id, "before": first_snowflake(before), "after": -1}
        while keys := archive.execute(_OLD_MESSAGES, given | {"rows": how_many()}).fetchall():
            yield keys
            given["after"] = keys[-1][1]


def old_changes(
    archive: sqlite3.Connection, before: datetime, how_many: Callable[[], int]
) -> Iterator[Keys]:
    """Yield the keys of changes that are to move, batch by batch."""
    players = archive.execute("SELECT player_id FROM hot.players ORDER BY player_id").fetchall()
    waiting: list[tuple[int, ...]] = []
    for (player_id,) in players:
        given = {"before": to_ms(before), "player_id": player_id}
        waiting += archive.execute(_OLD_CHANGES.format(hot="hot"), given).fetchall()
        while len(waiting) >= (rows := how_many()):
            yield waiting[:rows]
            waiting = waiting[rows:]
    if waiting:
        yield waiting

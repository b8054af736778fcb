"""A small database of the replaced system, in its first schema and in its last, and an export."""

import json
import sqlite3
from collections.abc import Mapping, Sequence
from contextlib import closing
from datetime import datetime
from pathlib import Path
from typing import Any

from storage.columns import first_snowflake
from tests.storage.rows import NOW

GUILD, CHANNEL, RELAY = 1, 900, 777_000_000
BEGIN = NOW.replace(year=2025)

_FIRST = """
CREATE TABLE clan_members (username VARCHAR PRIMARY KEY, role, joined_at, last_updated);
CREATE TABLE wom_snapshots (id INTEGER PRIMARY KEY, username, timestamp, total_xp,
    total_boss_kills, ehp, ehb, raw_data);
CREATE TABLE boss_snapshots (id INTEGER PRIMARY KEY, snapshot_id, boss_name, kills, rank);
CREATE TABLE discord_messages (id INTEGER PRIMARY KEY, author_id, author_name, content, channel_id,
    channel_name, guild_id, guild_name, created_at);
"""
_LAST = """
CREATE TABLE clan_members (id INTEGER PRIMARY KEY, username VARCHAR UNIQUE, role, joined_at,
    last_updated);
CREATE TABLE player_name_aliases (id INTEGER PRIMARY KEY, member_id, normalized_name UNIQUE,
    canonical_name, source, first_seen_at, last_seen_at, is_current);
CREATE TABLE wom_snapshots (id INTEGER PRIMARY KEY, user_id, username, timestamp, total_xp,
    total_boss_kills, ehp, ehb, raw_data);
CREATE TABLE boss_snapshots (id INTEGER PRIMARY KEY, wom_snapshot_id, snapshot_id, boss_name, kills,
    rank);
CREATE TABLE discord_messages (id INTEGER PRIMARY KEY, user_id, author_id, author_name, content,
    channel_id, channel_name, guild_id, guild_name, created_at);
CREATE TABLE alembic_version (version_num);
"""


def text_of(at: datetime) -> str:
    return f"{at:%Y-%m-%d %H:%M:%S.%f}"


def raw_of(player_id: int | None, at: datetime | None, xp: int, kills: Mapping[str, int]) -> str:
    """Return a snapshot as Wise Old Man sends it."""
    whole: dict[str, Any] = {
        "id": 1,
        "playerId": player_id,
        "createdAt": None if at is None else at.isoformat(timespec="milliseconds"),
        "data": {
            "skills": {"overall": {"experience": xp}, "attack": {"experience": xp}},
            "bosses": {name: {"kills": count} for name, count in kills.items()},
            "activities": {"clue_scrolls_all": {"score": 3}},
            "computed": {"ehp": {"value": 1.5}, "ehb": {"value": 2.5}},
        },
    }
    return json.dumps({name: part for name, part in whole.items() if part is not None})


class OldBot:
    """Writes what the replaced system would have written."""

    def __init__(self, path: Path, *, is_migrated: bool = True) -> None:
        self.path = path
        self.is_migrated = is_migrated
        with closing(sqlite3.connect(path)) as database:
            database.executescript(_LAST if is_migrated else _FIRST)

    def put(self, table: str, rows: Sequence[Mapping[str, object]]) -> None:
        """Insert rows; columns that the schema lacks are dropped."""
        with closing(sqlite3.connect(self.path)) as database, database:
            known = [row[1] for row in database.execute(f"PRAGMA table_info({table})")]
            for row in rows:
                kept = {name: value for name, value in row.items() if name in known}
                marks = ", ".join("?" * len(kept))
                database.execute(
                    f"INSERT INTO {table} ({', '.join(kept)}) VALUES ({marks})",  # noqa: S608 - ours
                    list(kept.values()),
                )

    def members(self, *names: str) -> None:
        self.put(
            "clan_members",
            [
                {
                    "id": number,
                    "username": name,
                    "role": "prospector",
                    "joined_at": text_of(BEGIN),
                    "last_updated": text_of(BEGIN),
                }
                for number, name in enumerate(names, start=1)
            ],
        )

    def alias(self, number: int, member: int, writing: str, source: str = "wom") -> None:
        row = {
            "id": number,
            "member_id": member,
            "normalized_name": writing.lower().replace(" ", ""),
            "canonical_name": writing,
            "source": source,
            "first_seen_at": text_of(BEGIN),
            "last_seen_at": text_of(BEGIN.replace(month=12)),
            "is_current": 1,
        }
        self.put("player_name_aliases", [row])

    def snapshot(  # noqa: PLR0913 - a row's own columns
        self,
        number: int,
        name: str,
        at: datetime | str,
        raw: str | None,
        *,
        member: int | None = None,
        xp: int | None = None,
        kills: int | None = None,
        bosses: Mapping[str, int] | None = None,
    ) -> None:
        row = {
            "id": number,
            "user_id": member,
            "username": name,
            "timestamp": at if isinstance(at, str) else text_of(at),
            "total_xp": xp,
            "total_boss_kills": kills,
            "ehp": 0.0,
            "ehb": 0.0,
            "raw_data": raw,
        }
        self.put("wom_snapshots", [row])
        rows = [
            {
                "id": number * 100 + place,
                "wom_snapshot_id": number,
                "snapshot_id": number,
                "boss_name": boss,
                "kills": count,
            }
            for place, (boss, count) in enumerate((bosses or {}).items())
        ]
        self.put("boss_snapshots", rows)

    def message(  # noqa: PLR0913 - a row's own columns
        self,
        at: datetime,
        author: int,
        words: str,
        name: str = "somebody",
        *,
        number: int = 0,
        channel: object = CHANNEL,
        guild: object = GUILD,
        member: int | None = None,
        **columns: object,
    ) -> int:
        message_id = first_snowflake(at) + number
        row = {
            "id": message_id,
            "user_id": member,
            "author_id": author,
            "author_name": name,
            "content": words,
            "channel_id": channel,
            "channel_name": "general",
            "guild_id": guild,
            "guild_name": "The Clan",
            "created_at": text_of(at),
        }
        self.put("discord_messages", [row | columns])
        return message_id


def export(folder: Path, messages: Sequence[Mapping[str, Any]], **head: object) -> Path:
    """Write an export as DiscordChatExporter does."""
    whole = {
        "guild": {"id": str(head.get("guild", 5 << 22)), "name": "The Clan"},
        "channel": {"id": str(head.get("channel", 6 << 22)), "type": "GuildTextChat", "name": "pvm"}
        | dict(head.get("place", {})),  # type: ignore[call-overload]
        "messages": list(messages),
        "messageCount": len(messages),
    }
    file = folder / str(head.get("name", "The Clan - pvm.json"))
    file.write_text(json.dumps(whole), "utf-8")
    return file


def exported(at: datetime, author: int, words: str, **parts: object) -> dict[str, Any]:
    """Return a message as it is exported."""
    number = parts.pop("number", 0)
    assert isinstance(number, int)
    person = {"id": str(author), "name": f"user{author}", "nickname": f"User {author}"}
    return {
        "id": str(first_snowflake(at) + number),
        "type": "Default",
        "timestamp": at.isoformat(),
        "content": words,
        "author": person | {"isBot": False},
        "reactions": [],
        **parts,
    }

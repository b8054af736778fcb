"""Made-up rows in a real database; what a test cares about stands in the test."""

import sqlite3
from collections.abc import AsyncIterator, Awaitable, Collection, Mapping
from contextlib import asynccontextmanager, closing
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any, TypeVar

from sqlalchemy.engine import URL

from storage import authors, clans, metrics, players, snapshots
from storage.cases import EntryRow
from storage.columns import first_snowflake
from storage.engine import Connection, Database
from storage.messages import Flag, MessageRow, Stored
from storage.migrate import bring_up
from storage.snapshots import News, ObservationRow

NOW = datetime(2026, 11, 20, 12, 0, tzinfo=UTC)
Place = Path | URL
"""Where a database is: SQLite's file, or PostgreSQL's address."""
HOUR, DAY = timedelta(hours=1), timedelta(days=1)
_T = TypeVar("_T")


@asynccontextmanager
async def opened(
    place: Place, busy: timedelta = timedelta(seconds=10), data_dir: Path | None = None
) -> AsyncIterator[Database]:
    database = Database(place, busy, data_dir=data_dir)
    try:
        yield database
    finally:
        await database.close()


_EMPTY: list[bytes] = []


async def empty_database(path: Path) -> Path:
    """Put a database of the newest schema there; each process brings one up once for all."""
    if not _EMPTY:
        async with opened(path) as database:
            await bring_up(database, NOW)
        _EMPTY.append(path.read_bytes())  # noqa: ASYNC240 - a small file, and nobody waits
    path.write_bytes(_EMPTY[0])  # noqa: ASYNC240 - likewise
    return path


def everything(path: Path) -> list[str]:
    """Return schema and rows of a database file as SQL."""
    with closing(sqlite3.connect(path)) as connection:
        return list(connection.iterdump())


def names_in(folder: Path) -> set[str]:
    return {file.name for file in folder.iterdir()}


async def only(found: Awaitable[Mapping[int, _T]]) -> _T:
    """Return what was found of the one clan that was asked for."""
    (of_clan,) = (await found).values()
    return of_clan


async def a_clan(connection: Connection, guild_id: int = 1) -> int:
    return (await clans.found(connection, guild_id, f"Clan {guild_id}", NOW)).clan_id


def a_player(player_id: int = 1, name: str | None = None) -> dict[str, Any]:
    name = name or f"Player {player_id}"
    return {
        "player_id": player_id,
        "name": name,
        "wom_key": name.lower(),
        "account_type": "regular",
        "status": "active",
        "updated_at": NOW,
        "changed_at": None,
    }


async def members(
    connection: Connection, clan_id: int, player_ids: Collection[int], role: str = "member"
) -> None:
    await players.note_players(connection, [a_player(who) for who in player_ids], NOW)
    place = {"role": role, "joined_at": NOW - 90 * DAY, "role_since_at": None}
    await players.put_in(connection, clan_id, [{"player_id": who, **place} for who in player_ids])


async def an_author(connection: Connection, clan_id: int, user_id: int = 1) -> int:
    people = {user_id: (f"Author {user_id}", f"author{user_id}")}
    return (await only(authors.author_ids(connection, {clan_id: people})))[user_id]


async def a_channel(connection: Connection, clan_id: int, discord_id: int = 1) -> int:
    await note_place(
        connection, clan_id, discord_id, name=f"place-{discord_id}", kind="text", parent_id=None
    )
    return (await authors.channels(connection, clan_id))[discord_id].channel_id


async def note_place(  # noqa: PLR0913 - a channel's own facts
    connection: Connection,
    clan_id: int,
    discord_id: int,
    *,
    name: str,
    kind: str,
    parent_id: int | None,
    is_readable: bool = True,
) -> None:
    facts = {"name": name, "kind": kind, "parent_id": parent_id, "is_readable": is_readable}
    await authors.note_places(connection, {clan_id: {discord_id: facts}})


def a_fact(  # noqa: PLR0913 - a message's own facts
    author_id: int,
    channel_id: int,
    sent_at: datetime = NOW,
    *,
    number: int = 0,
    asks: bool = False,
    reply_to: int | None = None,
) -> MessageRow:
    """Return a message; `number` tells apart those of the same millisecond."""
    message_id = first_snowflake(sent_at) + number
    flags = Flag.QUESTION if asks else Flag(0)
    stored = Stored(message_id, author_id, channel_id, sent_at, flags, reply_to)
    return MessageRow(stored, sent_at.date(), sent_at.replace(minute=0, second=0, microsecond=0))


def a_line(state: str, who: int | None = 2, **fields: Any) -> EntryRow:  # noqa: ANN401 - any column
    usual: dict[str, Any] = {"at": NOW, "why": "", "until_at": None, "numbers": ["then"]}
    return EntryRow(move=state, state=state, who=who, **(usual | fields))


def seen(player_id: int, at: datetime, xp: int = 1000, kills: int = 10) -> ObservationRow:
    return ObservationRow(player_id, at, xp, kills, kills_earned=kills, ehp=1.5, ehb=-1.0)


async def observe(
    connection: Connection,
    player_id: int,
    at: datetime,
    values: Mapping[str, float] | None = None,
    xp: int = 1000,
) -> News:
    """Store that a player was seen, with the metrics that took a new value."""
    ids = await metrics.metric_ids(connection, dict.fromkeys(values or {}, "boss"))
    changed = {ids[name][0]: value for name, value in (values or {}).items()}
    news = News(seen(player_id, at, xp), changed)
    await snapshots.store(connection, [news])
    return news

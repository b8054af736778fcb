"""Bridges: which channels repeat the clan chat, who speaks in them, and what the game told there.

Speakers are authors without a Discord user; a broadcast is a counted event and never a message.
"""

from collections.abc import Collection, Mapping, Sequence
from datetime import datetime
from functools import cache
from operator import attrgetter
from typing import Any, NamedTuple

from sqlalchemy import Select, bindparam, func, or_, select, update
from sqlalchemy.ext.asyncio import AsyncConnection

from storage.columns import first_snowflake
from storage.engine import insert_missing
from storage.given import GIVEN_TEXTS, ByClan, delete_from, known_in, look_up
from storage.tables import AUTHORS, BROADCASTS, CHANNELS

_OF = "#"


class Declared(NamedTuple):
    """A channel that is a bridge: how it writes and, if only one may speak there, who."""

    discord_channel_id: int
    name: str
    pattern: str
    source_id: int | None


class Speaker(NamedTuple):
    """Who speaks under a name (by WOM key); `player_id` is one of several who bore it, or None."""

    key: str
    player_id: int | None = None

    @property
    def stored(self) -> str:
        """Return what stands for it in the database; no name has a number sign."""
        return self.key if self.player_id is None else f"{self.key}{_OF}{self.player_id}"

    @classmethod
    def of(cls, stored: str) -> "Speaker":
        """Return the speaker for whom that stands."""
        key, _, player_id = stored.partition(_OF)
        return cls(key, int(player_id) if player_id else None)


class BroadcastRow(NamedTuple):
    """A broadcast as the database has it; `author_id` is the player's, None where none is named."""

    message_id: int
    channel_id: int
    author_id: int | None
    kind: str
    sent_at: datetime


class Counted(NamedTuple):
    """How often something was told of an author, or of nobody."""

    author_id: int | None
    kind: str
    times: int


async def of_clan(connection: AsyncConnection, clan_id: int) -> list[Declared]:
    """Return the clan's bridges in the order in which their channels were first seen."""
    channel = CHANNELS.c
    rows = await connection.execute(
        select(
            channel.discord_channel_id,
            channel.name,
            channel.bridge_pattern,
            channel.bridge_source_id,
        )
        .where(channel.clan_id == clan_id, channel.bridge_pattern.is_not(None))
        .order_by(channel.id)
    )
    return [Declared(*row) for row in rows]


async def declare(
    connection: AsyncConnection,
    clan_id: int,
    discord_channel_id: int,
    pattern: str | None,
    source_id: int | None = None,
) -> None:
    """Read a known channel as a bridge from now on; with no pattern, as any other."""
    await connection.execute(
        update(CHANNELS)
        .where(CHANNELS.c.clan_id == clan_id, CHANNELS.c.discord_channel_id == discord_channel_id)
        .values(bridge_pattern=pattern, bridge_source_id=source_id)
    )


async def start_over(
    connection: AsyncConnection, clan_id: int, discord_channel_id: int
) -> int | None:
    """Forget how far a channel's history was read, and return its channel id."""
    channel_id: int | None = await connection.scalar(
        update(CHANNELS)
        .where(CHANNELS.c.clan_id == clan_id, CHANNELS.c.discord_channel_id == discord_channel_id)
        .values(cursor_id=None)
        .returning(CHANNELS.c.id)
    )
    return channel_id


async def speaker_ids(
    connection: AsyncConnection, by_clan: ByClan[Mapping[Speaker, str]]
) -> dict[int, dict[Speaker, int]]:
    """Return by clan the author id of each speaker, making those who are new.

    Each has the name as written; who is known keeps the one written first.
    """
    known = await _speakers(connection, by_clan)
    fresh = [
        {"clan_id": clan_id, "bridge_name": key, "name": name}
        for clan_id, names in sorted(by_clan.items())
        for key, name in sorted(
            (each.stored, name) for each, name in names.items() if each not in known[clan_id]
        )
    ]
    if fresh:
        await insert_missing(connection, AUTHORS, fresh)
        known = await _speakers(connection, by_clan)
    return known


async def _speakers(
    connection: AsyncConnection, by_clan: ByClan[Collection[Speaker]]
) -> dict[int, dict[Speaker, int]]:
    names = {clan_id: sorted(map(_stored, speakers)) for clan_id, speakers in by_clan.items()}
    known = await look_up(connection, names, _speakers_given())
    return {
        clan_id: {Speaker.of(stored): author_id for stored, author_id in rows}
        for clan_id, rows in known.items()
    }


@cache
def _speakers_given() -> Select[Any]:
    author, given = AUTHORS.c, GIVEN_TEXTS.c
    theirs = (author.clan_id == given.clan_id) & (author.bridge_name == given.key)
    return select(given.clan_id, author.bridge_name, author.id).join(AUTHORS, theirs)


async def speakers_called(
    connection: AsyncConnection, clan_id: int, keys: Collection[str]
) -> dict[str, dict[Speaker, int]]:
    """Return the author ids of all who speak under each of a few names, by name and speaker."""
    found: dict[str, dict[Speaker, int]] = {}
    author = AUTHORS.c
    for key in keys:
        of_several = author.bridge_name.startswith(f"{key}{_OF}", autoescape=True)
        rows = await connection.execute(
            select(author.bridge_name, author.id)
            .where(author.clan_id == clan_id, or_(author.bridge_name == key, of_several))
            .order_by(author.id)
        )
        for stored, author_id in rows:
            found.setdefault(key, {})[Speaker.of(stored)] = author_id
    return found


async def rename(
    connection: AsyncConnection, clan_id: int, author_id: int, speaker: Speaker
) -> None:
    """Let an author of the clan be another speaker of the name."""
    await connection.execute(
        update(AUTHORS)
        .where(AUTHORS.c.clan_id == clan_id, AUTHORS.c.id == author_id)
        .values(bridge_name=speaker.stored)
    )


def _stored(speaker: Speaker) -> str:
    return speaker.stored


async def known_ids(
    connection: AsyncConnection, by_clan: ByClan[Collection[int]]
) -> dict[int, set[int]]:
    """Return by clan which of the message ids are stored as broadcasts of it already."""
    return await known_in(connection, [BROADCASTS], by_clan)


async def told_between(
    connection: AsyncConnection, clan_id: int, first: int, last: int
) -> set[int]:
    """Return the message ids in [first, last] that are stored as broadcasts of the clan."""
    told = BROADCASTS.c
    rows = await connection.execute(
        select(told.message_id).where(
            told.clan_id == clan_id, told.message_id >= first, told.message_id <= last
        )
    )
    return set(rows.scalars())


async def add(connection: AsyncConnection, by_clan: ByClan[Sequence[BroadcastRow]]) -> None:
    """Store broadcasts of clans whose ids are not there yet."""
    rows = [
        {"clan_id": clan_id, **each._asdict()}
        for clan_id, told in sorted(by_clan.items())
        for each in sorted(told, key=attrgetter("message_id"))
    ]
    if rows:
        await connection.execute(BROADCASTS.insert(), rows)


async def told_of(
    connection: AsyncConnection, clan_id: int, author_ids: Sequence[int]
) -> list[BroadcastRow]:
    """Return the broadcasts about some of the clan's authors, in order of time."""
    told = BROADCASTS.c
    rows = await connection.execute(
        select(*(told[each] for each in BroadcastRow._fields))
        .where(told.clan_id == clan_id, told.author_id.in_(author_ids))
        .order_by(told.message_id)
    )
    return [BroadcastRow(*row) for row in rows]


async def credit(connection: AsyncConnection, clan_id: int, author_of: Mapping[int, int]) -> None:
    """Let the clan's broadcasts (by message id) be about other authors."""
    if not author_of:
        return
    told = BROADCASTS.c
    await connection.execute(
        update(BROADCASTS)
        .where(told.clan_id == clan_id, told.message_id == bindparam("told"))
        .values(author_id=bindparam("about")),
        [{"told": told_id, "about": about} for told_id, about in sorted(author_of.items())],
    )


async def remove(connection: AsyncConnection, by_clan: ByClan[Collection[int]]) -> int:
    """Take out those of the broadcasts that are the clans' own, and return how many."""
    known = await known_in(connection, [BROADCASTS], by_clan)
    await delete_from(connection, BROADCASTS, known)
    return sum(map(len, known.values()))


async def counts(
    connection: AsyncConnection, clan_id: int, start: datetime, end: datetime
) -> list[Counted]:
    """Return how often each kind was told of each author in [start, end)."""
    told = BROADCASTS.c
    rows = await connection.execute(
        select(told.author_id, told.kind, func.count())
        .where(
            told.clan_id == clan_id,
            # Message ids are in order of time, and a clan's rows are in order of message ids.
            told.message_id >= first_snowflake(start),
            told.message_id < first_snowflake(end),
        )
        .group_by(told.author_id, told.kind)
        .order_by(told.author_id.nulls_first(), told.kind)
    )
    return [Counted(*row) for row in rows]

"""Authors and the places they write in, by their Discord ids within one clan."""

from collections.abc import Collection, Mapping, Sequence
from datetime import datetime
from functools import cache
from typing import Any, NamedTuple

from sqlalchemy import (
    BigInteger,
    ColumnElement,
    CompoundSelect,
    Select,
    Update,
    bindparam,
    func,
    select,
    union_all,
    update,
)
from sqlalchemy.ext.asyncio import AsyncConnection

from storage.bridges import Speaker
from storage.columns import instant_or_none, ms_or_none
from storage.engine import insert_missing, plain_rows
from storage.given import GIVEN, ByClan, look_up
from storage.joins import of_author
from storage.tables import AUTHOR_TOTALS, AUTHORS, CHANNELS


class Writer(NamedTuple):
    """An author with the running totals; `is_hidden` who opted out of being counted.

    `named_at` is since when a user bears the names, None for longer than that is noted. Of a
    speaker whose name several players bore, `bearer_id` is the one whose lines these are.
    """

    author_id: int
    discord_user_id: int | None
    bridge_name: str | None
    name: str
    handle: str | None
    messages: int
    questions: int
    answers: int
    wrote_at: datetime | None
    is_hidden: bool = False
    named_at: datetime | None = None
    bearer_id: int | None = None


class ChannelRow(NamedTuple):
    """A channel as the database has it."""

    channel_id: int
    discord_channel_id: int
    parent_id: int | None
    name: str
    kind: str
    is_counted: bool
    is_readable: bool
    cursor_id: int | None
    is_gone: bool = False


async def author_ids(
    connection: AsyncConnection,
    by_clan: ByClan[Mapping[int, tuple[str, str]]],
    now: datetime | None = None,
) -> dict[int, dict[int, int]]:
    """Return by clan the author id of each Discord user, making and renaming authors as needed.

    Each user has (display name, handle); who has others than before has them since `now`.
    """
    known = await _authors_by_user(connection, by_clan)
    fresh, renamed = [], []
    for clan_id, people in sorted(by_clan.items()):
        for user_id, (name, handle) in sorted(people.items()):
            names = {"name": name, "handle": handle, "named_at": now}
            if user_id not in known[clan_id]:
                fresh.append({"clan_id": clan_id, "discord_user_id": user_id, **names})
            elif known[clan_id][user_id][1:] != (name, handle):
                renamed.append({"clan": clan_id, "user": user_id, **names})
    if renamed:
        await connection.execute(_rename(), renamed)
    if fresh:
        await insert_missing(connection, AUTHORS, fresh)
        known = await _authors_by_user(connection, by_clan)
    return {
        clan_id: {user_id: author[0] for user_id, author in people.items()}
        for clan_id, people in known.items()
    }


@cache
def _rename() -> Update:
    author = AUTHORS.c
    return update(AUTHORS).where(
        author.clan_id == bindparam("clan"), author.discord_user_id == bindparam("user")
    )


async def names_of(
    connection: AsyncConnection, clan_id: int, user_ids: Collection[int]
) -> dict[int, tuple[str, str]]:
    """Return the names of those of the Discord users who are known by any."""
    known = await _authors_by_user(connection, {clan_id: user_ids})
    return {
        user: (name, handle or "") for user, (_, name, handle) in known[clan_id].items() if name
    }


async def _authors_by_user(
    connection: AsyncConnection, by_clan: ByClan[Collection[int]]
) -> dict[int, dict[int, tuple[int, str, str | None]]]:
    known = await look_up(connection, by_clan, _users_given())
    return {
        clan_id: {user_id: (author_id, name, handle) for user_id, author_id, name, handle in rows}
        for clan_id, rows in known.items()
    }


@cache
def _users_given() -> Select[Any]:
    author = AUTHORS.c
    return select(
        GIVEN.c.clan_id, author.discord_user_id, author.id, author.name, author.handle
    ).join(AUTHORS, is_user_given())


def is_user_given() -> ColumnElement[bool]:
    """Return, as SQL, that an author is a user who is given."""
    author = AUTHORS.c
    return (author.clan_id == GIVEN.c.clan_id) & (author.discord_user_id == GIVEN.c.key)


async def writers(connection: AsyncConnection, clan_id: int) -> list[Writer]:
    """Return every author of the clan with totals, in the order they were first seen."""
    rows = plain_rows(await connection.execute(_writers(), {"clan_id": clan_id}))
    return [_writer(row) for row in rows]


def _writer(row: Sequence[Any]) -> Writer:
    author_id, user_id, bridge_name, *others, wrote_ms, is_hidden, named_ms = row
    key, bearer_id = (None, None) if bridge_name is None else Speaker.of(bridge_name)
    facts = (author_id, user_id, key, *others)
    times = (instant_or_none(wrote_ms), bool(is_hidden), instant_or_none(named_ms))
    return Writer._make((*facts, *times, bearer_id))


@cache
def _writers() -> Select[Any]:
    author, total = AUTHORS.c, AUTHOR_TOTALS.c
    return (
        select(
            author.id,
            author.discord_user_id,
            author.bridge_name,
            author.name,
            author.handle,
            func.coalesce(total.messages, 0),
            func.coalesce(total.questions, 0),
            func.coalesce(total.answers, 0),
            total.wrote_at,
            author.opted_out_at.is_not(None),
            author.named_at,
        )
        .join(AUTHOR_TOTALS, of_author(AUTHOR_TOTALS), isouter=True)
        .where(author.clan_id == bindparam("clan_id"))
        .order_by(author.id)
    )


Total = tuple[int, int, int, int, int | None]
"""An author's id, messages, questions and answers, and when they wrote last (milliseconds)."""


async def totals(connection: AsyncConnection, clan_id: int) -> list[Total]:
    """Return the totals of every author of the clan, in the order of writers()."""
    rows: list[Any] = plain_rows(await connection.execute(_totals(), {"clan_id": clan_id}))
    return rows


@cache
def _totals() -> Select[Any]:
    author, total = AUTHORS.c, AUTHOR_TOTALS.c
    counts = (func.coalesce(each, 0) for each in (total.messages, total.questions, total.answers))
    return (
        select(author.id, *counts, total.wrote_at)
        .join(AUTHOR_TOTALS, of_author(AUTHOR_TOTALS), isouter=True)
        .where(author.clan_id == bindparam("clan_id"))
        .order_by(author.id)
    )


def total_of(writer: Writer) -> Total:
    """Return a writer's totals as totals() tells them."""
    counts = writer.messages, writer.questions, writer.answers
    return writer.author_id, *counts, ms_or_none(writer.wrote_at)


def with_total(writer: Writer, total: Total) -> Writer:
    """Return a writer with other totals."""
    _, *counts, wrote_ms = total
    return Writer._make((*writer[:5], *counts, instant_or_none(wrote_ms), *writer[9:]))


_PLACE = ("id", *ChannelRow._fields[1:])


async def channels(connection: AsyncConnection, clan_id: int) -> dict[int, ChannelRow]:
    """Return the clan's channels by their Discord id."""
    channel = CHANNELS.c
    rows = await connection.execute(
        select(*(channel[each] for each in _PLACE)).where(channel.clan_id == clan_id)
    )
    return {row.discord_channel_id: ChannelRow(*row) for row in rows}


async def places(
    connection: AsyncConnection, by_clan: ByClan[Collection[int]]
) -> dict[int, dict[int, ChannelRow]]:
    """Return by clan and Discord id those of its channels, and the channels they are threads of."""
    found = await look_up(connection, by_clan, _places())
    return {clan_id: {row[1]: ChannelRow(*row) for row in rows} for clan_id, rows in found.items()}


@cache
def _places() -> CompoundSelect[Any]:
    channel, thread = CHANNELS.c, CHANNELS.alias("thread")
    row = select(GIVEN.c.clan_id, *(channel[each] for each in _PLACE))
    itself = (channel.clan_id == GIVEN.c.clan_id) & (channel.discord_channel_id == GIVEN.c.key)
    given = (thread.c.clan_id == GIVEN.c.clan_id) & (thread.c.discord_channel_id == GIVEN.c.key)
    parent = (channel.clan_id == thread.c.clan_id) & (
        channel.discord_channel_id == thread.c.parent_id
    )
    return union_all(row.join(CHANNELS, itself), row.join(thread, given).join(CHANNELS, parent))


async def kept_channels(connection: AsyncConnection, clan_ids: Collection[int]) -> dict[int, int]:
    """Return how many channels and threads each of a few clans has, without those that are gone."""
    channel = CHANNELS.c
    rows = await connection.execute(
        select(channel.clan_id, func.count())
        .where(channel.clan_id.in_(sorted(clan_ids)), channel.is_gone.is_(False))
        .group_by(channel.clan_id)
    )
    return dict.fromkeys(clan_ids, 0) | dict(plain_rows(rows))


async def note_places(
    connection: AsyncConnection, by_clan: ByClan[Mapping[int, Mapping[str, Any]]]
) -> None:
    """Note clans' channels by Discord id, or their new name, kind, parent_id or is_readable."""
    known, fresh = [], []
    for clan_id, noted in sorted(by_clan.items()):
        for channel_id, facts in noted.items():
            known.append({"clan": clan_id, "channel": channel_id, **facts})
            fresh.append({"clan_id": clan_id, "discord_channel_id": channel_id, **facts})
    if known:
        await insert_missing(connection, CHANNELS, fresh)
        await connection.execute(_note_place(), known)


@cache
def _note_place() -> Update:
    channel = CHANNELS.c
    return (
        update(CHANNELS)
        .where(
            channel.clan_id == bindparam("clan"), channel.discord_channel_id == bindparam("channel")
        )
        .values(is_gone=False)
    )


async def set_counted(
    connection: AsyncConnection, clan_id: int, discord_channel_id: int, *, is_counted: bool
) -> None:
    """Count a channel's messages from now on, or stop counting them."""
    await connection.execute(
        update(CHANNELS)
        .where(CHANNELS.c.clan_id == clan_id, CHANNELS.c.discord_channel_id == discord_channel_id)
        .values(is_counted=is_counted)
    )


async def move_cursors(connection: AsyncConnection, by_clan: ByClan[Mapping[int, int]]) -> None:
    """Move clans' cursors (by channel id, to a message id) forward; never back."""
    rows = [
        {"clan": clan_id, "channel": channel_id, "message": message_id}
        for clan_id, cursors in sorted(by_clan.items())
        for channel_id, message_id in sorted(cursors.items())
    ]
    if rows:
        await connection.execute(_move_cursor(), rows)


@cache
def _move_cursor() -> Update:
    channel, message_id = CHANNELS.c, bindparam("message", type_=BigInteger)
    return (
        update(CHANNELS)
        .where(channel.clan_id == bindparam("clan"), channel.id == bindparam("channel"))
        .where(channel.cursor_id.is_(None) | (channel.cursor_id < message_id))
        .values(cursor_id=message_id)
    )

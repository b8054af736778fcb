"""Authors and the places they write in, by their Discord ids within one clan."""

from collections.abc import Collection, Mapping, Sequence
from datetime import datetime
from functools import cache
from typing import Any, NamedTuple

from sqlalchemy import Select, bindparam, func, select, update
from sqlalchemy.ext.asyncio import AsyncConnection

from storage.bridges import Speaker
from storage.columns import instant_or_none, ms_or_none
from storage.engine import insert_missing, plain_rows
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
    clan_id: int,
    people: Mapping[int, tuple[str, str]],
    now: datetime | None = None,
) -> dict[int, int]:
    """Return the author id of each Discord user, making and renaming authors as needed.

    `people` holds (display name, handle) by Discord user id; who has others than before has them
    since `now`.
    """
    known = await _authors_by_user(connection, clan_id, people)
    fresh = people.keys() - known.keys()
    if fresh:
        await insert_missing(
            connection,
            AUTHORS,
            [
                {
                    "clan_id": clan_id,
                    "discord_user_id": user_id,
                    "name": people[user_id][0],
                    "handle": people[user_id][1],
                    "named_at": now,
                }
                for user_id in sorted(fresh)
            ],
        )
    renamed = [user_id for user_id, (_, *names) in known.items() if tuple(names) != people[user_id]]
    for user_id in renamed:
        await connection.execute(
            update(AUTHORS)
            .where(AUTHORS.c.clan_id == clan_id, AUTHORS.c.discord_user_id == user_id)
            .values(name=people[user_id][0], handle=people[user_id][1], named_at=now)
        )
    if fresh:
        known = await _authors_by_user(connection, clan_id, people)
    return {user_id: author[0] for user_id, author in known.items()}


async def names_of(
    connection: AsyncConnection, clan_id: int, user_ids: Collection[int]
) -> dict[int, tuple[str, str]]:
    """Return the names of those of the Discord users who are known by any."""
    known = await _authors_by_user(connection, clan_id, user_ids)
    return {user: (name, handle or "") for user, (_, name, handle) in known.items() if name}


async def _authors_by_user(
    connection: AsyncConnection, clan_id: int, user_ids: Collection[int]
) -> dict[int, tuple[int, str, str | None]]:
    author = AUTHORS.c
    rows = await connection.execute(
        select(author.discord_user_id, author.id, author.name, author.handle).where(
            author.clan_id == clan_id, author.discord_user_id.in_(list(user_ids))
        )
    )
    return {user_id: (author_id, name, handle) for user_id, author_id, name, handle in rows}


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


async def channels(connection: AsyncConnection, clan_id: int) -> dict[int, ChannelRow]:
    """Return the clan's channels by their Discord id."""
    channel = CHANNELS.c
    rows = await connection.execute(
        select(
            channel.id,
            channel.discord_channel_id,
            channel.parent_id,
            channel.name,
            channel.kind,
            channel.is_counted,
            channel.is_readable,
            channel.cursor_id,
            channel.is_gone,
        ).where(channel.clan_id == clan_id)
    )
    return {row.discord_channel_id: ChannelRow(*row) for row in rows}


async def note_place(  # noqa: PLR0913 - a channel's own facts
    connection: AsyncConnection,
    clan_id: int,
    discord_channel_id: int,
    *,
    name: str,
    kind: str,
    parent_id: int | None,
    is_readable: bool = True,
) -> None:
    """Note a channel, or its new name, kind or readability."""
    facts = {"name": name, "kind": kind, "parent_id": parent_id, "is_readable": is_readable}
    facts |= {"is_gone": False}
    key = {"clan_id": clan_id, "discord_channel_id": discord_channel_id}
    await insert_missing(connection, CHANNELS, [key | facts])
    await connection.execute(
        update(CHANNELS)
        .where(CHANNELS.c.clan_id == clan_id, CHANNELS.c.discord_channel_id == discord_channel_id)
        .values(**facts)
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


async def move_cursors(
    connection: AsyncConnection, clan_id: int, cursors: Mapping[int, int]
) -> None:
    """Move cursors (by channel id, to a message id) forward; never back."""
    for channel_id, message_id in sorted(cursors.items()):
        cursor = CHANNELS.c.cursor_id
        await connection.execute(
            update(CHANNELS)
            .where(CHANNELS.c.clan_id == clan_id, CHANNELS.c.id == channel_id)
            .where(cursor.is_(None) | (cursor < message_id))
            .values(cursor_id=message_id)
        )

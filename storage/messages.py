"""Facts of messages: who wrote where and when, once per message id, never the words."""

from collections.abc import Collection, Iterable, Mapping, Sequence
from datetime import date, datetime, timedelta
from enum import IntFlag
from typing import NamedTuple, TypeVar

from sqlalchemy import ColumnElement, case, delete, exists, func, or_, select
from sqlalchemy.ext.asyncio import AsyncConnection

from storage.columns import first_snowflake, ids_within, quarter_of
from storage.engine import plain_rows
from storage.rollups import AuthorRange, Tally, find_last_written, raise_last_written, roll_up
from storage.tables import AUTHORS, CHANNELS, MESSAGES, QUESTIONS

_MANY = 500
_One = TypeVar("_One")


class Flag(IntFlag):
    """What is kept of a message besides who, where and when."""

    QUESTION = 1
    BRIDGE = 2
    FURTHER = 4
    """A line behind the first of a relay's post; its id lies within the post's millisecond."""
    STAND_IN = 8
    """Its id is not Discord's own: it came from a history that tells none."""


_QUESTION = int(Flag.QUESTION)  # a plain number: flags are compared for every message


class Stored(NamedTuple):
    """A message as the database has it."""

    message_id: int
    author_id: int
    channel_id: int
    sent_at: datetime
    flags: int
    reply_to: int | None

    @property
    def is_question(self) -> bool:
        """Return whether it asks something."""
        return bool(self.flags & _QUESTION)


class MessageRow(NamedTuple):
    """A message with the day and the hour of the clan's clock that it falls into."""

    message: Stored
    day: date
    hour_at: datetime

    def tally(self, sign: int) -> Tally:
        """Return what the message adds (1) or takes (-1)."""
        asked = sign if self.message.is_question else 0
        return Tally(self.message.author_id, self.day, self.hour_at, sign, asked)


async def known_ids(connection: AsyncConnection, ids: Sequence[int]) -> set[int]:
    """Return which of the message ids are stored already."""
    known: set[int] = set()
    for few in in_few(ids):
        rows = await connection.execute(
            select(MESSAGES.c.message_id).where(MESSAGES.c.message_id.in_(few))
        )
        known.update(rows.scalars())
    return known


async def ids_between(connection: AsyncConnection, first: int, last: int) -> set[int]:
    """Return which ids in [first, last] are stored already: of many that lie close, in one look."""
    message_id = MESSAGES.c.message_id
    rows = await connection.execute(
        select(message_id).where(message_id >= first, message_id <= last)
    )
    return {row[0] for row in plain_rows(rows)}


async def add(connection: AsyncConnection, clan_id: int, facts: Sequence[MessageRow]) -> None:
    """Store facts whose ids are not there yet, with the rollups and open questions they make."""
    if not facts:
        return
    await connection.execute(MESSAGES.insert(), [fact.message._asdict() for fact in facts])
    asked = [
        {
            "message_id": fact.message.message_id,
            "channel_id": fact.message.channel_id,
            "author_id": fact.message.author_id,
            "asked_at": fact.message.sent_at,
        }
        for fact in facts
        if fact.message.is_question
    ]
    if asked:
        await connection.execute(QUESTIONS.insert(), asked)
    await roll_up(connection, clan_id, [fact.tally(1) for fact in facts])
    await raise_last_written(
        connection, ((fact.message.author_id, fact.message.sent_at) for fact in facts)
    )


async def remove(connection: AsyncConnection, clan_id: int, facts: Sequence[MessageRow]) -> None:
    """Take stored facts out of everything but the answer credits, which questions.py settles."""
    if not facts:
        return
    for few in in_few([fact.message.message_id for fact in facts]):
        await connection.execute(delete(QUESTIONS).where(QUESTIONS.c.message_id.in_(few)))
        await connection.execute(delete(MESSAGES).where(MESSAGES.c.message_id.in_(few)))
    await roll_up(connection, clan_id, [fact.tally(-1) for fact in facts])
    for author_id in {fact.message.author_id for fact in facts}:
        await find_last_written(connection, author_id)


async def stored(connection: AsyncConnection, clan_id: int, ids: Sequence[int]) -> list[Stored]:
    """Return those of the clan's messages that are stored, in order of time."""
    found: list[Stored] = []
    for few in in_few(ids):
        rows = await connection.execute(
            select(MESSAGES)
            .join(CHANNELS, CHANNELS.c.id == MESSAGES.c.channel_id)
            .where(MESSAGES.c.message_id.in_(few), CHANNELS.c.clan_id == clan_id)
        )
        found.extend(Stored(*row) for row in rows)
    return sorted(found)


async def of_authors(connection: AsyncConnection, author_ids: Sequence[int]) -> list[Stored]:
    """Return all that some authors wrote, in order of time."""
    rows = await connection.execute(
        select(MESSAGES).where(MESSAGES.c.author_id.in_(author_ids)).order_by(MESSAGES.c.message_id)
    )
    return [Stored(*row) for row in rows]


async def answered_authors(  # noqa: PLR0913, PLR0917 - of whom, since when, and by whom
    connection: AsyncConnection,
    clan_id: int,
    author_ids: Collection[int],
    since: datetime,
    window: timedelta,
    head: Mapping[int, int] | None = None,
) -> dict[int, bool]:
    """Return of each of the clan's authors who wrote since an instant whether anybody answered.

    Somebody answered who replied to a message, or wrote in its channel within the window after it.
    By `head`, which is one author for all of the same person, nobody answers themself.
    """
    if not author_ids:
        return {}
    message, other = MESSAGES.c, MESSAGES.alias("other").c
    # Only who is the same person as one of these authors matters: a short list in the statement.
    persons = {head[each] for each in author_ids if each in head} if head else frozenset()
    one = {each: first for each, first in (head or {}).items() if first in persons}
    who, whom = (
        case(one, value=column, else_=column) if one else column
        for column in (other.author_id, message.author_id)
    )
    by_another = who != whom
    replied = exists().where(by_another, other.reply_to == message.message_id)
    followed = exists().where(
        by_another,
        other.channel_id == message.channel_id,
        other.message_id > message.message_id,
        other.message_id < message.message_id + ids_within(window),
    )
    answered = or_(replied, followed)
    rows = await connection.execute(
        select(message.author_id, func.max(case((answered, 1), else_=0)))
        .join(CHANNELS, CHANNELS.c.id == message.channel_id)
        .where(
            CHANNELS.c.clan_id == clan_id,
            message.message_id >= first_snowflake(since),
            message.author_id.in_(sorted(author_ids)),
        )
        .group_by(message.author_id)
    )
    return {author_id: bool(was_answered) for author_id, was_answered in rows}


async def counts(
    connection: AsyncConnection, clan_id: int, start: datetime, end: datetime
) -> dict[int, int]:
    """Return how many messages each of the clan's authors, silent ones too, wrote in [start, end).

    In the order of their ids.
    """
    author = AUTHORS.c
    wrote = (
        select(func.count())
        .where(MESSAGES.c.author_id == author.id, *_sent_in(start, end))
        .correlate(AUTHORS)
        .scalar_subquery()
    )
    rows = await connection.execute(
        select(author.id, wrote).where(author.clan_id == clan_id).order_by(author.id)
    )
    return dict(plain_rows(rows))


async def by_quarter(
    connection: AsyncConnection, authors: AuthorRange, start: datetime, end: datetime
) -> list[tuple[int, int, int, int]]:
    """Return (author, quarter, messages, questions) of what was written in [start, end).

    A quarter of an hour is numbered from 1970; days and hours of every zone begin with one.
    """
    message = MESSAGES.c
    quarter = quarter_of(message.sent_at)
    questions = func.sum(message.flags.bitwise_and(_QUESTION))
    rows = await connection.execute(
        select(message.author_id, quarter, func.count(), questions)
        .where(message.author_id.in_(authors.ids()), *_sent_in(start, end))
        .group_by(message.author_id, quarter)
    )
    return plain_rows(rows)


def _sent_in(start: datetime, end: datetime) -> tuple[ColumnElement[bool], ...]:
    message_id = MESSAGES.c.message_id
    return message_id >= first_snowflake(start), message_id < first_snowflake(end)


def in_few(ids: Sequence[_One], many: int = _MANY) -> Iterable[Sequence[_One]]:
    """Return the ids, or what has one, in portions that one statement can name."""
    return (ids[start : start + many] for start in range(0, len(ids), many))


async def first_outside(
    connection: AsyncConnection, clan_id: int, channels: Collection[int]
) -> datetime | None:
    """Return when the clan's first message was written that is in none of the channels."""
    channel = CHANNELS.c
    found: datetime | None = await connection.scalar(
        select(func.min(MESSAGES.c.sent_at))
        .join(CHANNELS, channel.id == MESSAGES.c.channel_id)
        .where(channel.clan_id == clan_id, channel.discord_channel_id.not_in(sorted(channels)))
    )
    return found


async def first_by_channel(connection: AsyncConnection, clan_id: int) -> dict[int, int]:
    """Return the oldest message of each channel (by our id) whose own id is Discord's."""
    fact, channel = MESSAGES.c, CHANNELS.c
    rows = await connection.execute(
        select(fact.channel_id, func.min(fact.message_id))
        .join(CHANNELS, channel.id == fact.channel_id)
        .where(channel.clan_id == clan_id, fact.flags.bitwise_and(int(Flag.STAND_IN)) == 0)
        .group_by(fact.channel_id)
    )
    return dict(plain_rows(rows))


async def stand_ins(connection: AsyncConnection, clan_id: int) -> set[int]:
    """Return the messages whose ids are not Discord's own."""
    fact, channel = MESSAGES.c, CHANNELS.c
    rows = await connection.execute(
        select(fact.message_id)
        .join(CHANNELS, channel.id == fact.channel_id)
        .where(channel.clan_id == clan_id, fact.flags.bitwise_and(int(Flag.STAND_IN)) != 0)
    )
    return {row[0] for row in plain_rows(rows)}


async def writers_in(
    connection: AsyncConnection, clan_id: int, channels: Collection[int], since: datetime
) -> dict[int, frozenset[int]]:
    """Return by channel id the authors who wrote there, or in its threads, after an instant."""
    fact, channel = MESSAGES.c, CHANNELS.c
    asked = CHANNELS.alias("asked")
    within = (channel.id == asked.c.id) | (channel.parent_id == asked.c.discord_channel_id)
    rows = await connection.execute(
        select(asked.c.id, fact.author_id)
        .select_from(asked)
        .join(CHANNELS, (channel.clan_id == clan_id) & within)
        .join(MESSAGES, fact.channel_id == channel.id)
        .where(
            asked.c.clan_id == clan_id,
            asked.c.id.in_(sorted(channels)),
            fact.message_id >= first_snowflake(since),
        )
        .distinct()
    )
    found: dict[int, set[int]] = {}
    for channel_id, author_id in rows:
        found.setdefault(channel_id, set()).add(author_id)
    return {channel_id: frozenset(authors) for channel_id, authors in found.items()}

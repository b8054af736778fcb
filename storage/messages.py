"""Facts of messages: who wrote where and when, once per message id, never the words."""

from collections.abc import Collection, Iterable, Mapping, Sequence
from datetime import date, datetime, timedelta
from enum import IntFlag
from functools import cache
from operator import attrgetter
from typing import Any, NamedTuple, TypeVar

from sqlalchemy import (
    ColumnElement,
    Select,
    Table,
    case,
    exists,
    func,
    or_,
    select,
)
from sqlalchemy.ext.asyncio import AsyncConnection

from storage import channel_days
from storage.archive import Void, let_go, message_tables
from storage.columns import first_snowflake, ids_within, quarter_of
from storage.engine import plain_rows
from storage.given import GIVEN, ByClan, delete_from, is_given, known_in, look_up, smallest
from storage.joins import of_channel
from storage.rollups import AuthorRange, Tally, find_last_written, roll_up
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
    ANSWERS = 16
    """A person said that it answers what it replies to."""
    CLOSED = 32
    """A person said that this question is answered, though no message shows it."""


_QUESTION = int(Flag.QUESTION)  # a plain number: flags are compared for every message
_ASKED = ("message_id", "author_id", "channel_id", "asked_at")


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

    def question(self, clan_id: int) -> dict[str, Any]:
        """Return the row of the question that it asks."""
        is_closed = bool(self.flags & Flag.CLOSED)
        asked = dict(zip(_ASKED, self[:4], strict=True))
        return {"clan_id": clan_id, **asked, "is_closed": is_closed}


class MessageRow(NamedTuple):
    """A message with the day and the hour of the clan's clock that it falls into."""

    message: Stored
    day: date
    hour_at: datetime

    def tally(self, sign: int) -> Tally:
        """Return what the message adds (1) or takes (-1)."""
        asked = sign if self.message.is_question else 0
        wrote_at = self.message.sent_at if sign > 0 else None
        return Tally(self.message.author_id, self.day, self.hour_at, sign, asked, wrote_at=wrote_at)


async def known_ids(
    connection: AsyncConnection, by_clan: ByClan[Collection[int]]
) -> dict[int, set[int]]:
    """Return by clan which of the message ids are stored already of it."""
    return await known_in(connection, message_tables(connection, smallest(by_clan)), by_clan)


async def ids_between(connection: AsyncConnection, clan_id: int, first: int, last: int) -> set[int]:
    """Return which ids in [first, last] are stored of the clan: of many that lie close, at once."""
    known: set[int] = set()
    for table in message_tables(connection, first):
        fact = table.c
        rows = await connection.execute(
            select(fact.message_id).where(
                fact.clan_id == clan_id, fact.message_id >= first, fact.message_id <= last
            )
        )
        known.update(row[0] for row in plain_rows(rows))
    return known


async def add(connection: AsyncConnection, by_clan: ByClan[Sequence[MessageRow]]) -> None:
    """Store clans' facts whose ids are not there yet, with the rollups and open questions."""
    # By their keys: two processes that write the same wait for each other in one order.
    said = [
        (clan_id, fact.message)
        for clan_id, facts in sorted(by_clan.items())
        for fact in sorted(facts, key=attrgetter("message.message_id"))
    ]
    if not said:
        return
    rows = [{"clan_id": clan_id, **message._asdict()} for clan_id, message in said]
    await connection.execute(MESSAGES.insert(), rows)
    asked = [message.question(clan_id) for clan_id, message in said if message.is_question]
    if asked:
        await connection.execute(QUESTIONS.insert(), asked)
    await channel_days.add(connection, _places(by_clan))
    await roll_up(connection, _tallies(by_clan, 1))


def _tallies(by_clan: ByClan[Sequence[MessageRow]], sign: int) -> dict[int, list[Tally]]:
    return {clan_id: [fact.tally(sign) for fact in facts] for clan_id, facts in by_clan.items()}


def _places(by_clan: ByClan[Sequence[MessageRow]]) -> dict[int, list[tuple[int, int]]]:
    return {
        clan_id: [(fact.message.message_id, fact.message.channel_id) for fact in facts]
        for clan_id, facts in by_clan.items()
    }


async def remove(connection: AsyncConnection, by_clan: ByClan[Sequence[MessageRow]]) -> None:
    """Take stored facts out of everything but the answer credits, which questions.py settles."""
    ids = {
        clan_id: [fact.message.message_id for fact in facts] for clan_id, facts in by_clan.items()
    }
    if not any(ids.values()):
        return
    await let_go(connection, Void.MESSAGE, await _not_others(connection, ids))
    for table in (QUESTIONS, MESSAGES):
        await delete_from(connection, table, ids)
    await channel_days.take_away(connection, _places(by_clan))
    await roll_up(connection, _tallies(by_clan, -1))
    writers = {
        clan_id: sorted({fact.message.author_id for fact in facts})
        for clan_id, facts in by_clan.items()
    }
    await find_last_written(connection, writers)


async def _not_others(connection: AsyncConnection, by_clan: ByClan[Collection[int]]) -> list[int]:
    """Return the ids under which the archive has no message of another clan.

    It has one message of an id: who brought the same export into two servers has two here.
    """
    tables = message_tables(connection, smallest(by_clan))[1:]
    theirs = await look_up(connection, by_clan, *map(_of_another, tables))
    return [
        each for clan_id, ids in by_clan.items() for each in ids if (each,) not in theirs[clan_id]
    ]


@cache
def _of_another(table: Table) -> Select[Any]:
    row = table.c
    theirs = (row.message_id == GIVEN.c.key) & (row.clan_id != GIVEN.c.clan_id)
    return select(GIVEN).join(table, theirs)


async def stored(
    connection: AsyncConnection, by_clan: ByClan[Collection[int]]
) -> dict[int, list[Stored]]:
    """Return by clan those of its messages that are stored, in order of time."""
    tables = message_tables(connection, smallest(by_clan))
    found = await look_up(connection, by_clan, *map(_stored_given, tables))
    return {clan_id: sorted(Stored(*row) for row in rows) for clan_id, rows in found.items()}


@cache
def _stored_given(table: Table) -> Select[Any]:
    columns = (table.c[each] for each in Stored._fields)
    return select(GIVEN.c.clan_id, *columns).join(table, is_given(table))


def stored_of(table: Table, clan_id: int) -> Select[Any]:
    """Return the query of what a table of messages has of a clan, each as a Stored."""
    return select(*(table.c[each] for each in Stored._fields)).where(table.c.clan_id == clan_id)


async def of_authors(
    connection: AsyncConnection, clan_id: int, author_ids: Sequence[int]
) -> list[Stored]:
    """Return all that some of the clan's authors wrote, in order of time."""
    found: list[Stored] = []
    for table in message_tables(connection):
        rows = await connection.execute(
            stored_of(table, clan_id).where(table.c.author_id.in_(author_ids))
        )
        found.extend(Stored(*row) for row in rows)
    return sorted(found, key=attrgetter("message_id"))


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
    one = same_person(author_ids, head or {})
    first_id = first_snowflake(since)
    tables = message_tables(connection, first_id)
    found: dict[int, bool] = {}
    for table in tables:
        message = table.c
        ways = (way for other in tables for way in _answers(message, other, window, one))
        rows = await connection.execute(
            select(message.author_id, func.max(case((or_(*ways), 1), else_=0)))
            .where(
                message.clan_id == clan_id,
                message.message_id >= first_id,
                message.author_id.in_(sorted(author_ids)),
            )
            .group_by(message.author_id)
        )
        for author_id, was_answered in rows:
            found[author_id] = found.get(author_id, False) or bool(was_answered)
    return found


def same_person(author_ids: Collection[int], head: Mapping[int, int]) -> dict[int, int]:
    """Return of `head` who is the same person as one of some authors: few, for a statement."""
    persons = {head[each] for each in author_ids if each in head}
    return {each: first for each, first in head.items() if first in persons}


def _answers(
    message: Any,  # noqa: ANN401 - the columns of a table
    table: Table,
    window: timedelta,
    one: Mapping[int, int],
) -> tuple[ColumnElement[bool], ColumnElement[bool]]:
    """Return that somebody else of a table replied to a message, and that they wrote after it."""
    ways = answers_to(message, table.alias("other").c, window, one)
    replied, wrote_after = (exists().where(*way) for way in ways)
    return replied, wrote_after


def answers_to(
    message: Any,  # noqa: ANN401 - the columns of a table
    other: Any,  # noqa: ANN401 - likewise
    window: timedelta,
    one: Mapping[int, int],
) -> tuple[tuple[ColumnElement[bool], ...], tuple[ColumnElement[bool], ...]]:
    """Return when somebody else's message is a reply to a message, and when it follows it.

    By `one`, which is one author for all of the same person, nobody answers themself.
    """
    who, whom = (
        case(one, value=column, else_=column) if one else column
        for column in (other.author_id, message.author_id)
    )
    by_another = (other.clan_id == message.clan_id) & (who != whom)
    return (
        (by_another, other.reply_to == message.message_id),
        (
            by_another,
            other.channel_id == message.channel_id,
            other.message_id > message.message_id,
            other.message_id < message.message_id + ids_within(window),
        ),
    )


async def counts(
    connection: AsyncConnection, clan_id: int, start: datetime, end: datetime
) -> dict[int, int]:
    """Return how many messages each of the clan's authors, silent ones too, wrote in [start, end).

    In the order of their ids.
    """
    author = AUTHORS.c
    wrote: Any = 0
    for table in message_tables(connection, first_snowflake(start)):
        wrote += (
            select(func.count())
            .where(
                table.c.clan_id == clan_id,
                table.c.author_id == author.id,
                *_sent_in(table, start, end),
            )
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

    A quarter of an hour is numbered from 1970; days and hours of every zone begin with one. What
    partly moved to the archive comes in two.
    """
    found: list[tuple[int, int, int, int]] = []
    for table in message_tables(connection, first_snowflake(start)):
        message = table.c
        quarter = quarter_of(message.sent_at)
        questions = func.sum(message.flags.bitwise_and(_QUESTION))
        rows = await connection.execute(
            select(message.author_id, quarter, func.count(), questions)
            .where(authors.holds(table), *_sent_in(table, start, end))
            .group_by(message.author_id, quarter)
        )
        found += plain_rows(rows)
    return found


def _sent_in(table: Table, start: datetime, end: datetime) -> tuple[ColumnElement[bool], ...]:
    message_id = table.c.message_id
    return message_id >= first_snowflake(start), message_id < first_snowflake(end)


def in_few(ids: Sequence[_One], many: int = _MANY) -> Iterable[Sequence[_One]]:
    """Return the ids, or what has one, in portions that one statement can name."""
    return (ids[start : start + many] for start in range(0, len(ids), many))


async def writers_in(
    connection: AsyncConnection, clan_id: int, channels: Collection[int], since: datetime
) -> dict[int, frozenset[int]]:
    """Return by channel id the authors who wrote there, or in its threads, after an instant."""
    channel, first_id = CHANNELS.c, first_snowflake(since)
    asked = CHANNELS.alias("asked")
    within = (channel.id == asked.c.id) | (channel.parent_id == asked.c.discord_channel_id)
    found: dict[int, set[int]] = {}
    for table in message_tables(connection, first_id):
        rows = await connection.execute(
            select(asked.c.id, table.c.author_id)
            .select_from(asked)
            .join(CHANNELS, (channel.clan_id == clan_id) & within)
            .join(table, of_channel(table))
            .where(
                table.c.clan_id == clan_id,
                asked.c.clan_id == clan_id,
                asked.c.id.in_(sorted(channels)),
                table.c.message_id >= first_id,
            )
            .distinct()
        )
        for channel_id, author_id in rows:
            found.setdefault(channel_id, set()).add(author_id)
    return {channel_id: frozenset(authors) for channel_id, authors in found.items()}

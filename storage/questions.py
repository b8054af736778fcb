"""Questions, what may have answered them, and who is credited for it."""

import asyncio
from collections.abc import Collection, Iterable, Sequence
from datetime import datetime, timedelta
from functools import cache
from operator import attrgetter
from typing import Any, NamedTuple, TypeVar

from sqlalchemy import (
    CompoundSelect,
    Select,
    bindparam,
    func,
    select,
    tuple_,
    union_all,
    update,
)
from sqlalchemy.ext.asyncio import AsyncConnection

from storage.answer_queries import first_reply, speakers_behind, waiting
from storage.archive import message_tables
from storage.columns import first_snowflake, from_ms, instant_or_none, quarter_of
from storage.engine import plain_rows
from storage.given import GIVEN, ByClan, is_given, look_up, smallest
from storage.marks import is_answer
from storage.messages import Stored, in_few
from storage.rollups import AuthorRange
from storage.tables import QUESTIONS

_BY_CHANNEL = attrgetter("channel_id", "message_id")
_Row = TypeVar("_Row", Stored, "QuestionRow")


class QuestionRow(NamedTuple):
    """A question and the answer that is credited for it now."""

    message_id: int
    channel_id: int
    author_id: int
    asked_at: datetime
    answer_id: int | None = None
    answered_by: int | None = None
    answered_at: datetime | None = None
    is_closed: bool = False


async def asked(
    connection: AsyncConnection, by_clan: ByClan[Collection[int]]
) -> dict[int, list[QuestionRow]]:
    """Return by clan those of its messages that are questions."""
    found = await look_up(connection, by_clan, _asked())
    return {clan_id: [QuestionRow(*row) for row in rows] for clan_id, rows in found.items()}


@cache
def _asked() -> Select[Any]:
    columns = (QUESTIONS.c[each] for each in QuestionRow._fields)
    return select(GIVEN.c.clan_id, *columns).join(QUESTIONS, is_given(QUESTIONS))


def rows_of(clan_id: int) -> Select[Any]:
    """Return the query of a clan's questions, each as a QuestionRow."""
    row = QUESTIONS.c
    return select(*(row[each] for each in QuestionRow._fields)).where(row.clan_id == clan_id)


async def of_span(
    connection: AsyncConnection, clan_id: int, start: datetime, end: datetime
) -> list[QuestionRow]:
    """Return the clan's questions that were asked in [start, end), in order of time."""
    question = QUESTIONS.c
    found = await connection.execute(
        rows_of(clan_id)
        .where(
            question.message_id >= first_snowflake(start),
            question.message_id < first_snowflake(end),
        )
        .order_by(question.message_id)
    )
    rows = plain_rows(found)
    # Those of a year take a tenth of a second: beside the loop, which others wait for.
    return await asyncio.to_thread(lambda: [_question(row) for row in rows])


def _question(row: tuple[Any, ...]) -> QuestionRow:
    """Return a question by its row as the driver tells it, with instants in milliseconds."""
    question, channel, author, asked_ms, answer, answered_by, answered_ms, is_closed = row
    asked_at, answered_at = from_ms(asked_ms), instant_or_none(answered_ms)
    closed = bool(is_closed)
    return QuestionRow(
        question, channel, author, asked_at, answer, answered_by, answered_at, closed
    )


async def credited_by_quarter(
    connection: AsyncConnection, authors: AuthorRange, start: datetime, end: datetime
) -> list[tuple[int, int, int]]:
    """Return (author, quarter of an hour since 1970, answers) of what was answered in [start, end).

    Only answers that are credited.
    """
    question = QUESTIONS.c
    quarter = quarter_of(question.answered_at)
    rows = await connection.execute(
        select(question.answered_by, quarter, func.count())
        .where(
            authors.holds(QUESTIONS, "answered_by"),
            question.answer_id >= first_snowflake(start),
            question.answer_id < first_snowflake(end),
        )
        .group_by(question.answered_by, quarter)
    )
    return plain_rows(rows)


async def answered_among(
    connection: AsyncConnection,
    clan_id: int,
    pairs: Sequence[tuple[int, int]],
    since: datetime,
) -> list[tuple[int, int, datetime]]:
    """Return (asked by, answered by, answered at) of the clan's questions, for pairs of authors.

    A pair is who asked and who answered; only what was answered since an instant.
    """
    question = QUESTIONS.c
    found: list[tuple[int, int, datetime]] = []
    for few in in_few(pairs):
        rows = await connection.execute(
            select(question.author_id, question.answered_by, question.answered_at).where(
                question.clan_id == clan_id,
                tuple_(question.author_id, question.answered_by).in_(few),
                question.answer_id >= first_snowflake(since),
            )
        )
        found += [(asked, helper, at) for asked, helper, at in rows]
    return found


async def asked_or_answered_by(
    connection: AsyncConnection, by_clan: ByClan[Collection[int]]
) -> dict[int, set[tuple[int, int]]]:
    """Return by clan its questions among messages, and those that one of them is the answer to.

    As channel id and message id.
    """
    found = await look_up(connection, by_clan, _asked_or_answered_by())
    return {clan_id: {(row[0], row[1]) for row in rows} for clan_id, rows in found.items()}


@cache
def _asked_or_answered_by() -> CompoundSelect[Any]:
    question = QUESTIONS.c
    answered = (question.clan_id == GIVEN.c.clan_id) & (question.answer_id == GIVEN.c.key)
    row = select(GIVEN.c.clan_id, question.channel_id, question.message_id)
    return union_all(*(row.join(QUESTIONS, each) for each in (is_given(QUESTIONS), answered)))


async def waiting_for(
    connection: AsyncConnection, by_clan: ByClan[Sequence[Stored]], window: timedelta
) -> dict[int, set[tuple[int, int]]]:
    """Return by clan its questions that a new message may answer by coming next in their channel.

    They were asked within the window before it, by somebody else, and nobody answered before it.
    As channel id and message id.
    """
    likely = {
        # What asks or replies answers nobody by coming next: in a burst of questions all of them
        # wait. In the order of their channels, so that few are parted from what they follow.
        clan_id: _ids(each for each in new if not each.is_question and each.reply_to is None)
        for clan_id, new in by_clan.items()
    }
    found = await look_up(connection, likely, waiting(window))
    return {clan_id: {(row[0], row[1]) for row in rows} for clan_id, rows in found.items()}


def _ids(some: Iterable[_Row]) -> list[int]:
    """Return ids in the order of channels and, within each, of time."""
    return [each.message_id for each in sorted(some, key=_BY_CHANNEL)]


async def next_speakers(
    connection: AsyncConnection, by_clan: ByClan[Sequence[QuestionRow]], window: timedelta
) -> dict[int, dict[int, Stored]]:
    """Return by clan and question the first message of somebody else behind it in its channel.

    Neither a question nor a reply; at least up to the end of the window, and a millisecond more:
    ids of one millisecond have an order of their own. Each message is looked at twice at most,
    however many questions precede it.
    """
    ids = {clan_id: _ids(asked) for clan_id, asked in by_clan.items()}
    tables = message_tables(connection, smallest(ids))
    near = await look_up(connection, ids, *(speakers_behind(window, table) for table in tables))
    return {clan_id: _by_others(asked, near[clan_id]) for clan_id, asked in by_clan.items()}


def _by_others(asked: Sequence[QuestionRow], near: Iterable[tuple[Any, ...]]) -> dict[int, Stored]:
    """Return by question the first message behind it that is somebody else's."""
    behind_each: dict[int, list[Stored]] = {}
    for question_id, *row in near:
        behind_each.setdefault(question_id, []).append(Stored(*row))
    found: dict[int, Stored] = {}
    channel_id: int | None = None
    behind: list[Stored] = []
    for each in sorted(asked, key=_BY_CHANNEL, reverse=True):
        if each.channel_id != channel_id:
            channel_id, behind = each.channel_id, []
        # The nearest two of different people are enough: one of them is not who asked.
        behind = _first_two([*sorted(behind_each.get(each.message_id, ())), *behind])
        message = next((one for one in behind if one.author_id != each.author_id), None)
        if message is not None:
            found[each.message_id] = message
    return found


def _first_two(messages: Sequence[Stored]) -> list[Stored]:
    """Return the first message, and the first by anybody else."""
    first = messages[:1]
    return [*first, *[each for each in messages if each.author_id != first[0].author_id][:1]]


async def first_replies(
    connection: AsyncConnection, by_clan: ByClan[Sequence[QuestionRow]]
) -> dict[int, dict[int, Stored]]:
    """Return by clan and question the first reply of somebody else to it in its own channel.

    One that a person marked as the answer comes before all others, the newest first.
    What refers to another channel is a forward or a crosspost, perhaps of another clan.
    """
    ids = {clan_id: _ids(asked) for clan_id, asked in by_clan.items()}
    tables = message_tables(connection, smallest(ids))
    found: dict[int, dict[int, Stored]] = {}
    for clan_id, rows in (await look_up(connection, ids, *map(first_reply, tables))).items():
        first = found[clan_id] = {}
        for question_id, *message in rows:
            reply = Stored(*message)
            first[question_id] = min(first.get(question_id, reply), reply, key=_marked_first)
    return found


def _marked_first(reply: Stored) -> tuple[bool, int]:
    return (False, -reply.message_id) if is_answer(reply) else (True, reply.message_id)


async def set_answers(
    connection: AsyncConnection, by_clan: ByClan[Collection[QuestionRow]]
) -> None:
    """Write who answered which of the clans' questions, or that nobody did."""
    question = QUESTIONS.c
    itself = (question.clan_id == bindparam("clan")) & (question.message_id == bindparam("asked"))
    rows = [
        {
            "clan": clan_id,
            "asked": each.message_id,
            "answer_id": each.answer_id,
            "answered_by": each.answered_by,
            "answered_at": each.answered_at,
        }
        for clan_id, answers in sorted(by_clan.items())
        for each in sorted(answers, key=attrgetter("message_id"))
    ]
    if rows:
        await connection.execute(update(QUESTIONS).where(itself), rows)

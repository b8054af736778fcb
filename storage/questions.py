"""Questions, what may have answered them, and who is credited for it."""

import asyncio
from collections.abc import Sequence
from datetime import datetime, timedelta
from operator import attrgetter
from typing import Any, NamedTuple

from sqlalchemy import (
    CTE,
    ColumnElement,
    Integer,
    Select,
    Table,
    bindparam,
    case,
    func,
    or_,
    select,
    tuple_,
    union_all,
    update,
)
from sqlalchemy.ext.asyncio import AsyncConnection

from storage.archive import message_tables
from storage.columns import first_snowflake, from_ms, ids_within, instant_or_none, quarter_of
from storage.engine import plain_rows
from storage.marks import ANSWERS, is_answer
from storage.messages import Flag, Stored, in_few
from storage.rollups import AuthorRange
from storage.tables import MESSAGES, QUESTIONS

_BY_CHANNEL = attrgetter("channel_id", "message_id")
_MILLISECOND = timedelta(milliseconds=1)
_CLAN: ColumnElement[int] = bindparam("clan_id", type_=Integer)
_IDS: Any = bindparam("ids", expanding=True)


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
    connection: AsyncConnection, clan_id: int, message_ids: Sequence[int]
) -> list[QuestionRow]:
    """Return those of the clan's messages that are questions."""
    found: list[QuestionRow] = []
    for few in in_few(message_ids):
        rows = await connection.execute(rows_of(clan_id).where(QUESTIONS.c.message_id.in_(few)))
        found.extend(QuestionRow(*row) for row in rows)
    return found


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
    *ids, asked_ms, answer_id, answered_by, answered_ms, is_closed = row
    answered = answer_id, answered_by, instant_or_none(answered_ms)
    return QuestionRow._make((*ids, from_ms(asked_ms), *answered, bool(is_closed)))


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
    connection: AsyncConnection, clan_id: int, message_ids: Sequence[int]
) -> set[tuple[int, int]]:
    """Return the clan's questions among messages, and those that one of them is the answer to.

    As channel id and message id.
    """
    question = QUESTIONS.c
    found: set[tuple[int, int]] = set()
    for few in in_few(message_ids):
        rows = await connection.execute(
            select(question.channel_id, question.message_id).where(
                question.clan_id == clan_id,
                or_(question.message_id.in_(few), question.answer_id.in_(few)),
            )
        )
        found.update((channel_id, message_id) for channel_id, message_id in rows)
    return found


async def waiting_for(
    connection: AsyncConnection, clan_id: int, new: Sequence[Stored], window: timedelta
) -> set[tuple[int, int]]:
    """Return the clan's questions that a new message may answer by coming next in their channel.

    They were asked within the window before it, by somebody else, and nobody answered before it.
    As channel id and message id.
    """
    found: set[tuple[int, int]] = set()
    # What asks or replies answers nobody by coming next: in a burst of questions all of them wait.
    likely = [each for each in new if not each.is_question and each.reply_to is None]
    for few in in_few(sorted(likely, key=_BY_CHANNEL)):
        ids = [message.message_id for message in few]
        rows = await connection.execute(_waiting(window), {"clan_id": clan_id, "ids": ids})
        found.update((channel_id, message_id) for channel_id, message_id in rows)
    return found


async def next_speakers(
    connection: AsyncConnection, clan_id: int, asked: Sequence[QuestionRow], window: timedelta
) -> dict[int, Stored]:
    """Return by question of the clan the first message of somebody else behind it in its channel.

    Neither a question nor a reply; at least up to the end of the window, and a millisecond more:
    ids of one millisecond have an order of their own. Each message is looked at twice at most,
    however many questions precede it.
    """
    ordered = sorted(asked, key=_BY_CHANNEL)
    near: dict[int, list[Stored]] = {}
    for few in in_few(ordered):
        ids = [each.message_id for each in few]
        for table in message_tables(connection, min(ids)):
            given = {"clan_id": clan_id, "ids": ids}
            rows = await connection.execute(_next_speakers(window, table), given)
            for question_id, *message in rows:
                near.setdefault(question_id, []).append(Stored(*message))
    found: dict[int, Stored] = {}
    channel_id: int | None = None
    behind: list[Stored] = []
    for each in reversed(ordered):
        if each.channel_id != channel_id:
            channel_id, behind = each.channel_id, []
        # The nearest two of different people are enough: one of them is not who asked.
        behind = _first_two([*sorted(near.get(each.message_id, ())), *behind])
        message = next((one for one in behind if one.author_id != each.author_id), None)
        if message is not None:
            found[each.message_id] = message
    return found


def _first_two(messages: Sequence[Stored]) -> list[Stored]:
    """Return the first message, and the first by anybody else."""
    first = messages[:1]
    return [*first, *[each for each in messages if each.author_id != first[0].author_id][:1]]


async def first_replies(
    connection: AsyncConnection, clan_id: int, asked: Sequence[QuestionRow]
) -> dict[int, Stored]:
    """Return by question of the clan the first reply of somebody else to it in its own channel.

    One that a person marked as the answer comes before all others, the newest first.
    What refers to another channel is a forward or a crosspost, perhaps of another clan.
    """
    found: dict[int, Stored] = {}
    for few in in_few(asked):
        ids = [each.message_id for each in few]
        for table in message_tables(connection, min(ids)):
            for question_id, *message in await connection.execute(
                _first_reply(table), {"clan_id": clan_id, "ids": ids}
            ):
                reply = Stored(*message)
                first = found.get(question_id, reply)
                found[question_id] = min(first, reply, key=_marked_first)
    return found


def _waiting(window: timedelta) -> Select[Any]:
    """Return the questions that lie between a new message and the one before it in the channel.

    Only where somebody else than the questioner wrote one of the new messages from there on.
    """
    question, message = QUESTIONS.c, MESSAGES.c
    here: dict[str, Any] = {"partition_by": message.channel_id, "order_by": message.message_id}
    previous_id = func.lag(message.message_id).over(**here)
    new = (
        select(
            message.message_id,
            message.channel_id,
            _larger(previous_id, message.message_id - _reach(window)).label("after_id"),
            func.min(message.author_id).over(**here, rows=(0, None)).label("one"),
            func.max(message.author_id).over(**here, rows=(0, None)).label("another"),
        )
        .where(message.clan_id == _CLAN, message.message_id.in_(_IDS))
        .cte("new")
    )
    behind = (
        (question.clan_id == _CLAN)
        & (question.channel_id == new.c.channel_id)
        & (question.message_id > new.c.after_id)
        & (question.message_id < new.c.message_id)
    )
    return (
        select(question.channel_id, question.message_id)
        .join(new, behind)
        .where(
            or_(question.answer_id.is_(None), question.answer_id > new.c.message_id),
            or_(question.author_id != new.c.one, question.author_id != new.c.another),
        )
    )


def _next_speakers(window: timedelta, table: Table) -> Select[Any]:
    """Return what may answer up to the next of the questions: the first, and another's first."""
    question, message = QUESTIONS.c, table.c
    following_id = func.lead(question.message_id).over(
        partition_by=question.channel_id, order_by=question.message_id
    )
    last_id = question.message_id + _reach(window)
    asked = (
        select(
            question.message_id,
            question.channel_id,
            case((following_id < last_id, following_id), else_=last_id).label("until_id"),
        )
        .where(question.clan_id == _CLAN, question.message_id.in_(_IDS))
        .cte("asked")
    )
    first = _first_after(table, asked.c.message_id, asked).correlate(asked).scalar_subquery()
    nearest = select(asked, first.label("first_id")).cte("nearest")
    who = table.alias("who").c
    its_author = (
        select(who.author_id)
        .where(who.clan_id == _CLAN, who.message_id == nearest.c.first_id)
        .correlate(nearest)
        .scalar_subquery()
    )
    second = (
        _first_after(table, nearest.c.first_id, nearest)
        .where(message.author_id != its_author)
        .correlate(nearest)
        .scalar_subquery()
    )
    both = union_all(
        select(nearest.c.message_id, nearest.c.first_id),
        select(nearest.c.message_id, second.label("first_id")),
    ).cte("both")
    return _with_messages(table, both)


def _first_after(table: Table, after_id: ColumnElement[int], within: CTE) -> Select[Any]:
    """Return the id of the first message in a channel that neither asks nor replies."""
    message = table.c
    return (
        select(message.message_id)
        .where(
            message.clan_id == _CLAN,
            message.message_id > after_id,
            message.message_id <= within.c.until_id,
            message.channel_id == within.c.channel_id,
            message.reply_to.is_(None),
            message.flags.op("&")(int(Flag.QUESTION)) == 0,
        )
        .order_by(message.message_id)
        .limit(1)
    )


def _first_reply(table: Table) -> Select[Any]:
    question, message = QUESTIONS.c, table.c
    replies = (
        (message.clan_id == _CLAN)
        & (message.reply_to == question.message_id)
        & (message.channel_id == question.channel_id)
        & (message.author_id != question.author_id)
        & (message.message_id > question.message_id)
    )
    marked = case((message.flags.bitwise_and(ANSWERS) != 0, message.message_id))
    first = func.min(message.message_id)
    found = (
        select(question.message_id, func.coalesce(func.max(marked), first).label("first_id"))
        .select_from(QUESTIONS)
        .join(table, replies)
        .where(question.clan_id == _CLAN, question.message_id.in_(_IDS))
        .group_by(question.message_id)
        .cte("found")
    )
    return _with_messages(table, found)


def _marked_first(reply: Stored) -> tuple[bool, int]:
    return (False, -reply.message_id) if is_answer(reply) else (True, reply.message_id)


def _with_messages(table: Table, found: Any) -> Select[Any]:  # noqa: ANN401 - SQL
    message = table.c
    here = (message.clan_id == _CLAN) & (message.message_id == found.c.first_id)
    return select(found.c.message_id, *(message[each] for each in Stored._fields)).join(table, here)


def _larger(one: ColumnElement[int], other: ColumnElement[int]) -> ColumnElement[int]:
    """Return the larger one; the other where the one is NULL."""
    return case((one > other, one), else_=other)


def _reach(window: timedelta) -> int:
    return ids_within(window + _MILLISECOND)


async def set_answers(
    connection: AsyncConnection, clan_id: int, answers: Sequence[QuestionRow]
) -> None:
    """Write who answered which of the clan's questions, or that nobody did."""
    if not answers:
        return
    statement = (
        update(QUESTIONS)
        .where(QUESTIONS.c.clan_id == clan_id, QUESTIONS.c.message_id == bindparam("question"))
        .values(
            answer_id=bindparam("answer"),
            answered_by=bindparam("helper"),
            answered_at=bindparam("at"),
        )
    )
    await connection.execute(
        statement,
        [
            {
                "question": asked.message_id,
                "answer": asked.answer_id,
                "helper": asked.answered_by,
                "at": asked.answered_at,
            }
            for asked in answers
        ],
    )

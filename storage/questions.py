"""Questions, what may have answered them, and who is credited for it."""

from collections.abc import Collection, Iterable, Sequence
from datetime import datetime, timedelta
from functools import cache
from operator import attrgetter
from typing import Any, NamedTuple, TypeVar

from sqlalchemy import (
    CTE,
    ColumnElement,
    CompoundSelect,
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
from storage.columns import first_snowflake, ids_within, quarter_of
from storage.engine import plain_rows
from storage.given import GIVEN, ByClan, is_given, look_up, smallest
from storage.marks import ANSWERS, is_answer
from storage.messages import Flag, Stored, in_few
from storage.rollups import AuthorRange
from storage.tables import MESSAGES, QUESTIONS

_BY_CHANNEL = attrgetter("channel_id", "message_id")
_MILLISECOND = timedelta(milliseconds=1)
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
    rows = await connection.execute(
        rows_of(clan_id)
        .where(
            question.message_id >= first_snowflake(start),
            question.message_id < first_snowflake(end),
        )
        .order_by(question.message_id)
    )
    return [QuestionRow(*row) for row in rows]


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
    found = await look_up(connection, likely, _waiting(window))
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
    near = await look_up(connection, ids, *(_next_speakers(window, table) for table in tables))
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
    for clan_id, rows in (await look_up(connection, ids, *map(_first_reply, tables))).items():
        first = found[clan_id] = {}
        for question_id, *message in rows:
            reply = Stored(*message)
            first[question_id] = min(first.get(question_id, reply), reply, key=_marked_first)
    return found


@cache
def _waiting(window: timedelta) -> Select[Any]:
    """Return the questions that lie between a new message and the one before it in the channel.

    Only where somebody else than the questioner wrote one of the new messages from there on.
    """
    question, message = QUESTIONS.c, MESSAGES.c
    place = (message.clan_id, message.channel_id)
    here: dict[str, Any] = {"partition_by": place, "order_by": message.message_id}
    previous_id = func.lag(message.message_id).over(**here)
    new = (
        select(
            message.clan_id,
            message.message_id,
            message.channel_id,
            _larger(previous_id, message.message_id - _reach(window)).label("after_id"),
            func.min(message.author_id).over(**here, rows=(0, None)).label("one"),
            func.max(message.author_id).over(**here, rows=(0, None)).label("another"),
        )
        .join(GIVEN, is_given(MESSAGES))
        .cte("new")
    )
    behind = (
        (question.clan_id == new.c.clan_id)
        & (question.channel_id == new.c.channel_id)
        & (question.message_id > new.c.after_id)
        & (question.message_id < new.c.message_id)
    )
    return (
        select(question.clan_id, question.channel_id, question.message_id)
        .join(new, behind)
        .where(
            or_(question.answer_id.is_(None), question.answer_id > new.c.message_id),
            or_(question.author_id != new.c.one, question.author_id != new.c.another),
        )
    )


@cache
def _next_speakers(window: timedelta, table: Table) -> Select[Any]:
    """Return what may answer up to the next of the questions: the first, and another's first."""
    question, message = QUESTIONS.c, table.c
    following_id = func.lead(question.message_id).over(
        partition_by=(question.clan_id, question.channel_id), order_by=question.message_id
    )
    last_id = question.message_id + _reach(window)
    asked = (
        select(
            question.clan_id,
            question.message_id,
            question.channel_id,
            case((following_id < last_id, following_id), else_=last_id).label("until_id"),
        )
        .join(GIVEN, is_given(QUESTIONS))
        .cte("asked")
    )
    first = _first_after(table, asked.c.message_id, asked).correlate(asked).scalar_subquery()
    nearest = select(asked, first.label("first_id")).cte("nearest")
    who = table.alias("who").c
    its_author = (
        select(who.author_id)
        .where(who.clan_id == nearest.c.clan_id, who.message_id == nearest.c.first_id)
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
        select(nearest.c.clan_id, nearest.c.message_id, nearest.c.first_id),
        select(nearest.c.clan_id, nearest.c.message_id, second.label("first_id")),
    ).cte("both")
    return _with_messages(table, both)


def _first_after(table: Table, after_id: ColumnElement[int], within: CTE) -> Select[Any]:
    """Return the id of the first message in a channel that neither asks nor replies."""
    message = table.c
    return (
        select(message.message_id)
        .where(
            message.clan_id == within.c.clan_id,
            message.message_id > after_id,
            message.message_id <= within.c.until_id,
            message.channel_id == within.c.channel_id,
            message.reply_to.is_(None),
            message.flags.op("&")(int(Flag.QUESTION)) == 0,
        )
        .order_by(message.message_id)
        .limit(1)
    )


@cache
def _first_reply(table: Table) -> Select[Any]:
    question, message = QUESTIONS.c, table.c
    replies = (
        (message.clan_id == question.clan_id)
        & (message.reply_to == question.message_id)
        & (message.channel_id == question.channel_id)
        & (message.author_id != question.author_id)
        & (message.message_id > question.message_id)
    )
    marked = case((message.flags.bitwise_and(ANSWERS) != 0, message.message_id))
    first = func.min(message.message_id)
    found = (
        select(
            question.clan_id,
            question.message_id,
            func.coalesce(func.max(marked), first).label("first_id"),
        )
        .select_from(GIVEN)
        .join(QUESTIONS, is_given(QUESTIONS))
        .join(table, replies)
        .group_by(question.clan_id, question.message_id)
        .cte("found")
    )
    return _with_messages(table, found)


def _marked_first(reply: Stored) -> tuple[bool, int]:
    return (False, -reply.message_id) if is_answer(reply) else (True, reply.message_id)


def _with_messages(table: Table, found: Any) -> Select[Any]:  # noqa: ANN401 - SQL
    message = table.c
    here = (message.clan_id == found.c.clan_id) & (message.message_id == found.c.first_id)
    columns = (message[each] for each in Stored._fields)
    return select(found.c.clan_id, found.c.message_id, *columns).join(table, here)


def _larger(one: ColumnElement[int], other: ColumnElement[int]) -> ColumnElement[int]:
    """Return the larger one; the other where the one is NULL."""
    return case((one > other, one), else_=other)


def _reach(window: timedelta) -> int:
    return ids_within(window + _MILLISECOND)


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

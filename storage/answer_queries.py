"""The statements that look for what may answer questions: of a clan's, those that are given."""

from datetime import timedelta
from functools import cache
from typing import Any

from sqlalchemy import CTE, ColumnElement, Select, Table, case, func, or_, select, union_all

from storage.columns import ids_within
from storage.given import GIVEN, is_given
from storage.marks import ANSWERS
from storage.messages import Flag, Stored
from storage.tables import MESSAGES, QUESTIONS

_MILLISECOND = timedelta(milliseconds=1)


@cache
def waiting(window: timedelta) -> Select[Any]:
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
def speakers_behind(window: timedelta, table: Table) -> Select[Any]:
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
def first_reply(table: Table) -> Select[Any]:
    """Return the first reply of somebody else to each question, or the newest that is marked."""
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

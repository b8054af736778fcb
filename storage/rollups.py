"""What is derived from facts and kept beside them: days, hours and running totals.

A rollup changes only by tallies, in the transaction that changed the facts; a rebuild from the
facts makes the same rows.
"""

from collections import defaultdict
from collections.abc import Collection, Hashable, Iterable
from datetime import date, datetime
from typing import NamedTuple, TypeVar

from sqlalchemy import delete, func, select, update
from sqlalchemy.ext.asyncio import AsyncConnection

from storage.columns import first_snowflake
from storage.engine import upsert
from storage.tables import (
    AUTHOR_DAYS,
    AUTHOR_HOURS,
    AUTHOR_TOTALS,
    AUTHORS,
    CLAN_HOURS,
    MESSAGES,
)

_Key = TypeVar("_Key", bound=Hashable)
_COUNTS = ("messages", "questions", "answers")


class Tally(NamedTuple):
    """Counts to add to (or, negative, to take from) an author's day and hour."""

    author_id: int
    day: date
    hour_at: datetime
    messages: int = 0
    questions: int = 0
    answers: int = 0


async def roll_up(connection: AsyncConnection, clan_id: int, tallies: Collection[Tally]) -> None:
    """Add the tallies to every rollup; rows in which nothing is left are gone afterwards."""
    days = _sums(((tally.author_id, tally.day), tally) for tally in tallies)
    hours = _sums(((tally.author_id, tally.hour_at), tally) for tally in tallies)
    totals = _sums((tally.author_id, tally) for tally in tallies)
    clan = _sums((tally.hour_at, tally) for tally in tallies if tally.messages)
    await upsert(
        connection,
        AUTHOR_DAYS,
        [{"author_id": who, "day": day, **counts} for (who, day), counts in days.items()],
        add=_COUNTS,
    )
    await upsert(
        connection,
        AUTHOR_HOURS,
        [{"author_id": who, "hour_at": hour, **counts} for (who, hour), counts in hours.items()],
        add=_COUNTS,
    )
    await upsert(
        connection,
        AUTHOR_TOTALS,
        [{"author_id": who, **counts} for who, counts in totals.items()],
        add=_COUNTS,
    )
    await upsert(
        connection,
        CLAN_HOURS,
        [
            {"clan_id": clan_id, "hour_at": hour, "messages": counts["messages"]}
            for hour, counts in clan.items()
        ],
        add=("messages",),
    )
    if any(min(tally.messages, tally.answers) < 0 for tally in tallies):
        await _drop_empty(connection, clan_id, tallies)


async def forget(connection: AsyncConnection, clan_id: int) -> None:
    """Take everything out of the clan's rollups but when each author wrote last."""
    mine = select(AUTHORS.c.id).where(AUTHORS.c.clan_id == clan_id)
    for table in (AUTHOR_DAYS, AUTHOR_HOURS):
        await connection.execute(delete(table).where(table.c.author_id.in_(mine)))
    await connection.execute(delete(CLAN_HOURS).where(CLAN_HOURS.c.clan_id == clan_id))
    await connection.execute(
        update(AUTHOR_TOTALS)
        .where(AUTHOR_TOTALS.c.author_id.in_(mine))
        .values(dict.fromkeys(_COUNTS, 0))
    )


async def raise_last_written(
    connection: AsyncConnection, written: Iterable[tuple[int, datetime]]
) -> None:
    """Note (author, instant) of new messages where they are newer than what is known."""
    newest: dict[int, datetime] = {}
    for who, at in written:
        newest[who] = max(newest.get(who, at), at)
    nothing = dict.fromkeys(_COUNTS, 0)
    await upsert(
        connection,
        AUTHOR_TOTALS,
        [{"author_id": who, "wrote_at": at, **nothing} for who, at in newest.items()],
        keep_largest=("wrote_at",),
    )


async def find_last_written(connection: AsyncConnection, author_id: int) -> None:
    """Look up an author's newest message again after some were taken out."""
    hours = AUTHOR_HOURS.c
    hour_at = await connection.scalar(
        select(func.max(hours.hour_at)).where(hours.author_id == author_id, hours.messages > 0)
    )
    newest = None
    if hour_at is not None:
        newest = await connection.scalar(
            select(func.max(MESSAGES.c.sent_at)).where(
                MESSAGES.c.author_id == author_id,
                MESSAGES.c.message_id >= first_snowflake(hour_at),
            )
        )
    await connection.execute(
        update(AUTHOR_TOTALS)
        .where(AUTHOR_TOTALS.c.author_id == author_id)
        .values(wrote_at=newest or hour_at)
    )


def _sums(pairs: Iterable[tuple[_Key, Tally]]) -> dict[_Key, dict[str, int]]:
    sums: dict[_Key, list[int]] = defaultdict(lambda: [0, 0, 0])
    for key, tally in pairs:
        row = sums[key]
        row[0] += tally.messages
        row[1] += tally.questions
        row[2] += tally.answers
    return {key: dict(zip(_COUNTS, row, strict=True)) for key, row in sums.items()}


async def _drop_empty(
    connection: AsyncConnection, clan_id: int, tallies: Collection[Tally]
) -> None:
    authors = {tally.author_id for tally in tallies}
    for table in (AUTHOR_DAYS, AUTHOR_HOURS):
        counts = table.c
        await connection.execute(
            delete(table).where(
                counts.author_id.in_(authors), counts.messages == 0, counts.answers == 0
            )
        )
    await connection.execute(
        delete(CLAN_HOURS).where(
            CLAN_HOURS.c.clan_id == clan_id,
            CLAN_HOURS.c.hour_at.in_({tally.hour_at for tally in tallies}),
            CLAN_HOURS.c.messages == 0,
        )
    )

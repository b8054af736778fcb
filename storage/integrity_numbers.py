"""Whether numbers follow from what they are made of: totals, cursors, metrics; and made anew.

As in integrity.py, each count is one statement, and what mends is for who owns the database.
"""

from collections.abc import Collection, Iterator
from datetime import datetime, timedelta
from typing import NamedTuple

from sqlalchemy import (
    ColumnElement,
    and_,
    bindparam,
    delete,
    exists,
    false,
    func,
    or_,
    select,
    text,
    update,
)
from sqlalchemy.ext.asyncio import AsyncConnection

from storage import rollups
from storage.archive import message_tables
from storage.columns import Instant, first_snowflake
from storage.joins import of_author, of_channel
from storage.metrics import UNRANKED
from storage.snapshots import ObservationRow, every_headline
from storage.tables import (
    AUTHOR_DAYS,
    AUTHOR_TOTALS,
    AUTHORS,
    BLIND_SPOTS,
    CHANNELS,
    CLANS,
    MESSAGES,
    METRIC_CHANGES,
    OBSERVATIONS,
    PRESENT_VALUES,
)

_DAY = timedelta(days=1)


class PlayerRange(NamedTuple):
    """Players with ids in [first_id, after_id)."""

    first_id: int
    after_id: int


async def wrong_totals(connection: AsyncConnection, clan_id: int) -> list[int]:
    """Return the clan's authors whose totals are not the sum of their days.

    Or whose last message is not the newest that is stored.
    """
    author, total, day = AUTHORS.c, AUTHOR_TOTALS.c, AUTHOR_DAYS.c
    sums = (
        select(
            day.author_id,
            *(func.sum(day[each]).label(each) for each in ("messages", "questions", "answers")),
        )
        .where(day.clan_id == clan_id)
        .group_by(day.author_id)
        .subquery()
    )
    newest = [
        select(func.max(table.c.sent_at))
        .where(table.c.clan_id == clan_id, table.c.author_id == author.id)
        .correlate(AUTHORS)
        .scalar_subquery()
        for table in message_tables(connection)
    ]
    # What is older than a message in the other file is not the newest.
    wrote_later = or_(*(each > total.wrote_at for each in newest))
    is_newest = or_(*(each == total.wrote_at for each in newest))
    has_any = or_(*(each.is_not(None) for each in newest))
    differs = or_(
        *(
            func.coalesce(total[each], 0) != func.coalesce(sums.c[each], 0)
            for each in ("messages", "questions", "answers")
        ),
        has_any & or_(total.wrote_at.is_(None), wrote_later, ~func.coalesce(is_newest, false())),
    )
    rows = await connection.execute(
        select(author.id)
        .join(AUTHOR_TOTALS, of_author(AUTHOR_TOTALS), isouter=True)
        .join(sums, sums.c.author_id == author.id, isouter=True)
        .where(author.clan_id == clan_id, differs)
        .order_by(author.id)
    )
    return list(rows.scalars())


async def total_anew(connection: AsyncConnection, clan_id: int, author_id: int) -> None:
    """Let the totals of an author of the clan be the sum of their days."""
    total = AUTHOR_TOTALS.c
    day, names = AUTHOR_DAYS.c, ("messages", "questions", "answers")
    rows = await connection.execute(
        select(*(func.coalesce(func.sum(day[each]), 0) for each in names)).where(
            day.clan_id == clan_id, day.author_id == author_id
        )
    )
    await connection.execute(
        delete(AUTHOR_TOTALS).where(total.clan_id == clan_id, total.author_id == author_id)
    )
    sums = dict(zip(names, rows.one(), strict=True))
    await connection.execute(
        AUTHOR_TOTALS.insert().values(clan_id=clan_id, author_id=author_id, **sums)
    )
    await rollups.find_last_written(connection, {clan_id: [author_id]})


_NEWEST_STORED = (
    select(func.max(MESSAGES.c.message_id))
    .where(of_channel(MESSAGES))
    .correlate(CHANNELS)
    .scalar_subquery()
)


def _is_ahead(now: datetime) -> ColumnElement[bool]:
    return CHANNELS.c.cursor_id > bindparam("ahead", first_snowflake(now + _DAY))


async def cursors_ahead(connection: AsyncConnection, now: datetime) -> list[str]:
    """Return the channels that are noted as read up to a day that is still to come."""
    rows = await connection.execute(
        select(CHANNELS.c.name).where(_is_ahead(now)).order_by(CHANNELS.c.name)
    )
    return list(rows.scalars())


async def put_cursors_back(connection: AsyncConnection, now: datetime) -> None:
    """Let what is written from the newest stored message on be read again in those channels."""
    await connection.execute(
        update(CHANNELS).where(_is_ahead(now)).values(cursor_id=_NEWEST_STORED)
    )


async def cursors_behind(connection: AsyncConnection) -> list[str]:
    """Return the channels that are noted as read less far than what is stored of them.

    Not those whose history waits to be read: of which that is noted, or whose clan was not listened
    to since. What is found costs nothing but reading it again.
    """
    channel, blind = CHANNELS.c, BLIND_SPOTS.c
    waits = exists().where(
        blind.clan_id == channel.clan_id,
        blind.ended_at.is_(None),
        or_(blind.channel_id == channel.id, blind.channel_id.is_(None)),
    )
    newest_at = (
        select(func.max(MESSAGES.c.sent_at))
        .where(of_channel(MESSAGES))
        .correlate(CHANNELS)
        .scalar_subquery()
    )
    rows = await connection.execute(
        select(channel.name)
        .join(CLANS, CLANS.c.id == channel.clan_id)
        .where(
            channel.cursor_id < _NEWEST_STORED,
            ~channel.is_gone,
            ~waits,
            CLANS.c.listened_at > newest_at,
        )
        .order_by(channel.name)
    )
    return list(rows.scalars())


async def parts(connection: AsyncConnection, at_once: int) -> list[PlayerRange]:
    """Return ranges of players, all of whom anything was seen of, so many in each."""
    found: set[int] = set()
    for table in (OBSERVATIONS, METRIC_CHANGES, PRESENT_VALUES):
        found.update((await connection.execute(select(table.c.player_id).distinct())).scalars())
    ids = sorted(found)
    return [
        PlayerRange(ids[start], ids[min(start + at_once, len(ids)) - 1] + 1)
        for start in range(0, len(ids), at_once)
    ]


_PRESENT = text("""
SELECT newest.player_id
FROM (
    SELECT player_id, metric_id, value, seen_at,
        row_number() OVER (PARTITION BY player_id, metric_id ORDER BY seen_at DESC) AS place
    FROM metric_changes
    WHERE player_id >= :first_id AND player_id < :after_id
) AS newest
LEFT JOIN present_values AS present
    ON present.player_id = newest.player_id AND present.metric_id = newest.metric_id
WHERE newest.place = 1 AND (
    present.value IS NULL OR present.value <> newest.value OR present.changed_at <> newest.seen_at
)
UNION ALL
SELECT present.player_id
FROM present_values AS present
WHERE present.player_id >= :first_id AND present.player_id < :after_id AND NOT EXISTS (
    SELECT 1 FROM metric_changes AS change
    WHERE change.player_id = present.player_id AND change.metric_id = present.metric_id
)
""")
_FELL = text("""
SELECT player_id
FROM (
    SELECT player_id, xp, xp_fell, kills_fell,
        lag(xp) OVER chain AS xp_before,
        lag(xp_fell) OVER chain AS xp_fell_before,
        lag(kills_fell) OVER chain AS kills_fell_before
    FROM observations
    WHERE player_id >= :first_id AND player_id < :after_id
    WINDOW chain AS (PARTITION BY player_id ORDER BY seen_at)
) AS seen
WHERE kills_fell < kills_fell_before OR xp_fell <> coalesce(xp_fell_before, 0)
    + CASE WHEN xp > -1 AND xp < xp_before THEN xp_before - xp ELSE 0 END
""")


async def wrong_present(connection: AsyncConnection, part: PlayerRange) -> list[int]:
    """Return whose present values are not what changed last, a player for each value."""
    return list((await connection.execute(_PRESENT, part._asdict())).scalars())


async def present_anew(connection: AsyncConnection, player_ids: Collection[int]) -> None:
    """Let players' present values be what changed last."""
    change, mine = METRIC_CHANGES.c, sorted(player_ids)
    last = (
        select(change.player_id, change.metric_id, func.max(change.seen_at).label("seen_at"))
        .where(change.player_id.in_(mine))
        .group_by(change.player_id, change.metric_id)
        .subquery()
    )
    newest = select(change.player_id, change.metric_id, change.value, change.seen_at).join(
        last,
        and_(*(last.c[each] == change[each] for each in ("player_id", "metric_id", "seen_at"))),
    )
    await connection.execute(delete(PRESENT_VALUES).where(PRESENT_VALUES.c.player_id.in_(mine)))
    names = ["player_id", "metric_id", "value", "changed_at"]
    await connection.execute(PRESENT_VALUES.insert().from_select(names, newest))


async def wrong_falls(connection: AsyncConnection, part: PlayerRange) -> list[int]:
    """Return whose sums of what was lost do not follow from one observation to the next."""
    return list((await connection.execute(_FELL, part._asdict())).scalars())


async def falls_anew(connection: AsyncConnection, player_ids: Collection[int]) -> None:
    """Let those sums follow from the XP of each observation; lost kills never fall."""
    rows = [
        {"who": each.player_id, "at": each.seen_at, "xp_sum": xp, "kills_sum": kills}
        for seen in (await every_headline(connection, player_ids)).values()
        for each, xp, kills in _falls(seen)
    ]
    statement = (
        update(OBSERVATIONS)
        .where(
            OBSERVATIONS.c.player_id == bindparam("who"),
            OBSERVATIONS.c.seen_at == bindparam("at", type_=Instant),
        )
        .values(xp_fell=bindparam("xp_sum"), kills_fell=bindparam("kills_sum"))
    )
    if rows:
        await connection.execute(statement, rows)


def _falls(seen: list[ObservationRow]) -> Iterator[tuple[ObservationRow, int, int]]:
    """Yield each observation with the sums of the XP and of the kills that were lost up to it."""
    xp, kills, before = 0, 0, seen[0]
    for each in seen:
        if UNRANKED < each.xp < before.xp:
            xp += before.xp - each.xp
        kills = max(kills, each.kills_fell)
        yield each, xp, kills
        before = each

"""Snapshots, kept as changes only.

There is a headline for each time a player was seen, and a row for each metric that took a new
value. Only news is stored: an observation at or before the newest one of its player is not.
"""

from collections.abc import Collection, Mapping, Sequence
from datetime import datetime
from typing import Any, NamedTuple

from sqlalchemy import BigInteger, Select, func, select, type_coerce
from sqlalchemy.ext.asyncio import AsyncConnection

from storage.columns import from_ms
from storage.engine import insert_missing, plain_rows, upsert
from storage.tables import MEMBERSHIPS, METRIC_CHANGES, METRICS, OBSERVATIONS, PRESENT_VALUES

UNRANKED = -1


class Seen(NamedTuple):
    """A player's headline at one instant."""

    player_id: int
    seen_at: datetime
    xp: int
    kills: int
    kills_earned: int
    ehp: float
    ehb: float


class News(NamedTuple):
    """A headline, and the metrics (by id) that took a new value with it."""

    seen: Seen
    changed: Mapping[int, float]


class Path(NamedTuple):
    """One player's metric over a span: its value at the start, first seen inside, and now."""

    player_id: int
    metric_id: int
    at_start: float | None
    first_inside: float | None
    at_end: float


async def metric_ids(
    connection: AsyncConnection, kinds: Mapping[str, str] | None = None
) -> dict[str, tuple[int, str]]:
    """Return (id, kind) by metric name, making the ones in `kinds` (name to kind) that are new."""
    known = await _metrics(connection)
    fresh = (kinds or {}).keys() - known.keys()
    if not fresh:
        return known
    await insert_missing(
        connection,
        METRICS,
        [{"name": name, "kind": (kinds or {})[name]} for name in sorted(fresh)],
    )
    return await _metrics(connection)


async def _metrics(connection: AsyncConnection) -> dict[str, tuple[int, str]]:
    rows = await connection.execute(select(METRICS.c.name, METRICS.c.id, METRICS.c.kind))
    return {name: (number, kind) for name, number, kind in rows}


async def newest(connection: AsyncConnection, player_ids: Collection[int]) -> dict[int, Seen]:
    """Return the newest headline of each of the players that was ever seen."""
    seen = OBSERVATIONS.c
    last = (
        select(seen.player_id, func.max(seen.seen_at).label("seen_at"))
        .where(seen.player_id.in_(sorted(player_ids)))
        .group_by(seen.player_id)
        .subquery()
    )
    rows = await connection.execute(
        select(OBSERVATIONS).join(
            last, (last.c.player_id == seen.player_id) & (last.c.seen_at == seen.seen_at)
        )
    )
    return {row.player_id: Seen(*row) for row in rows.all()}


async def present_values(
    connection: AsyncConnection, player_ids: Collection[int]
) -> dict[int, dict[int, float]]:
    """Return the present value of every metric of the players: {player: {metric id: value}}."""
    value = PRESENT_VALUES.c
    rows = await connection.execute(
        select(value.player_id, value.metric_id, value.value).where(
            value.player_id.in_(sorted(player_ids))
        )
    )
    found: dict[int, dict[int, float]] = {player_id: {} for player_id in player_ids}
    for player_id, metric_id, amount in rows.all():
        found[player_id][metric_id] = amount
    return found


async def store(connection: AsyncConnection, news: Sequence[News]) -> None:
    """Store news, each player's in order of time."""
    await insert_missing(connection, OBSERVATIONS, [item.seen._asdict() for item in news])
    changes = [
        {
            "player_id": item.seen.player_id,
            "metric_id": metric_id,
            "seen_at": item.seen.seen_at,
            "value": value,
        }
        for item in news
        for metric_id, value in item.changed.items()
    ]
    await insert_missing(connection, METRIC_CHANGES, changes)
    present = {(row["player_id"], row["metric_id"]): row for row in changes}
    await upsert(
        connection,
        PRESENT_VALUES,
        [
            {
                "player_id": row["player_id"],
                "metric_id": row["metric_id"],
                "value": row["value"],
                "changed_at": row["seen_at"],
            }
            for row in present.values()
        ],
        replace=("value", "changed_at"),
    )


def _members(clan_id: int) -> Select[tuple[int]]:
    place = MEMBERSHIPS.c
    return select(place.player_id).where(place.clan_id == clan_id, place.left_at.is_(None))


async def seen_at(connection: AsyncConnection, clan_id: int, instant: datetime) -> dict[int, Seen]:
    """Return each present member's newest headline at or before an instant."""
    earlier = OBSERVATIONS.alias("earlier").c
    newest_then = select(func.max(earlier.seen_at)).where(
        earlier.player_id == MEMBERSHIPS.c.player_id, earlier.seen_at <= instant
    )
    return await _headlines(connection, clan_id, newest_then)


async def first_seen(connection: AsyncConnection, clan_id: int) -> dict[int, Seen]:
    """Return each present member's very first headline."""
    earlier = OBSERVATIONS.alias("earlier").c
    first = select(func.min(earlier.seen_at)).where(earlier.player_id == MEMBERSHIPS.c.player_id)
    return await _headlines(connection, clan_id, first)


async def _headlines(
    connection: AsyncConnection, clan_id: int, instant: Select[tuple[datetime]]
) -> dict[int, Seen]:
    """Return each member's headline at the instant that the statement finds for them."""
    place, seen = MEMBERSHIPS.c, OBSERVATIONS.c
    at = instant.correlate(MEMBERSHIPS).scalar_subquery()
    rows = await connection.execute(
        select(OBSERVATIONS)
        .select_from(MEMBERSHIPS)
        .join(OBSERVATIONS, (seen.player_id == place.player_id) & (seen.seen_at == at))
        .where(place.clan_id == clan_id, place.left_at.is_(None))
    )
    return {
        player_id: Seen(player_id, from_ms(at), *totals)
        for player_id, at, *totals in plain_rows(rows)
    }


async def paths(
    connection: AsyncConnection,
    clan_id: int,
    start: datetime,
    metrics: Collection[int] | None = None,
) -> list[Path]:
    """Return the path since `start` of every metric that rose or fell since, of present members.

    Of all metrics, or only of those whose ids are given.
    """
    value, change = PRESENT_VALUES.c, METRIC_CHANGES.alias("change").c
    same = (change.player_id == value.player_id) & (change.metric_id == value.metric_id)
    at_start = (
        select(change.value)
        .where(same, change.seen_at <= start)
        .order_by(change.seen_at.desc())
        .limit(1)
        .scalar_subquery()
    )
    statement = (
        select(value.player_id, value.metric_id, at_start, value.value)
        .join(MEMBERSHIPS, MEMBERSHIPS.c.player_id == value.player_id)
        .where(
            MEMBERSHIPS.c.clan_id == clan_id,
            MEMBERSHIPS.c.left_at.is_(None),
            value.changed_at > start,
        )
    )
    if metrics is not None:
        statement = statement.where(value.metric_id.in_(sorted(metrics)))
    rows = plain_rows(await connection.execute(statement))
    late = {who for who, _, before, _ in rows if before is None}
    first = await _first_values(connection, late)
    return [
        Path(who, metric, before, first.get((who, metric)) if before is None else None, now)
        for who, metric, before, now in rows
    ]


async def _first_values(
    connection: AsyncConnection, player_ids: Collection[int]
) -> dict[tuple[int, int], float]:
    if not player_ids:
        return {}
    change, earlier = METRIC_CHANGES.c, METRIC_CHANGES.alias("earlier").c
    first = (
        select(func.min(earlier.seen_at))
        .where(earlier.player_id == change.player_id, earlier.metric_id == change.metric_id)
        .scalar_subquery()
    )
    rows = await connection.execute(
        select(change.player_id, change.metric_id, change.value).where(
            change.player_id.in_(sorted(player_ids)),
            change.seen_at == first,
        )
    )
    return {(who, metric): value for who, metric, value in rows.all()}


async def ranked_values(connection: AsyncConnection, clan_id: int) -> list[tuple[Any, ...]]:
    """Return (player id, metric id, present value) of present members where they are ranked."""
    value = PRESENT_VALUES.c
    rows = await connection.execute(
        select(value.player_id, value.metric_id, value.value).where(
            value.player_id.in_(_members(clan_id)), value.value != UNRANKED
        )
    )
    return plain_rows(rows)


async def headlines_since(
    connection: AsyncConnection, clan_id: int, start: datetime, player_id: int | None = None
) -> list[Seen]:
    """Return the headlines of present members (or one of them) after `start`, in order of time."""
    seen = OBSERVATIONS.c
    statement = (
        select(OBSERVATIONS)
        .where(seen.player_id.in_(_members(clan_id)), seen.seen_at > start)
        .order_by(seen.player_id, seen.seen_at)
    )
    if player_id is not None:
        statement = statement.where(seen.player_id == player_id)
    return [Seen(*row) for row in await connection.execute(statement)]


async def rises(
    connection: AsyncConnection, clan_id: int, start: datetime
) -> list[tuple[Any, ...]]:
    """Return (player id, milliseconds since 1970, xp, kills earned) of members since `start`.

    By player and in order of time. Left as plain numbers: a year of a thousand members is long.
    """
    seen = OBSERVATIONS.c
    rows = await connection.execute(
        select(seen.player_id, type_coerce(seen.seen_at, BigInteger), seen.xp, seen.kills_earned)
        .where(seen.player_id.in_(_members(clan_id)), seen.seen_at > start)
        .order_by(seen.player_id, seen.seen_at)
    )
    return plain_rows(rows)

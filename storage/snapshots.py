"""Snapshots, kept as changes only.

There is a headline for each time a player was seen, and a row for each metric that took a new
value. Only news is stored: an observation at or before the newest one of its player is not.
"""

from collections.abc import Collection, Mapping, Sequence
from datetime import datetime
from functools import cache
from typing import Any, NamedTuple

from sqlalchemy import (
    BigInteger,
    ColumnElement,
    Select,
    bindparam,
    case,
    delete,
    func,
    literal,
    or_,
    select,
    true,
    type_coerce,
    union_all,
)
from sqlalchemy.ext.asyncio import AsyncConnection

from storage.archive import Void, change_tables, let_go
from storage.columns import Instant, from_ms
from storage.engine import insert_missing, plain_rows, upsert
from storage.tables import MEMBERSHIPS, METRIC_CHANGES, OBSERVATIONS, PRESENT_VALUES


class ObservationRow(NamedTuple):
    """A player's headline at one instant."""

    player_id: int
    seen_at: datetime
    xp: int
    kills: int
    kills_earned: int
    ehp: float
    ehb: float
    xp_fell: int = 0
    kills_fell: int = 0


class News(NamedTuple):
    """A headline, and the metrics (by id) that took a new value with it."""

    seen: ObservationRow
    changed: Mapping[int, float]


async def newest(
    connection: AsyncConnection, player_ids: Collection[int]
) -> dict[int, ObservationRow]:
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
    return {row.player_id: ObservationRow(*row) for row in rows.all()}


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


async def every_headline(
    connection: AsyncConnection, player_ids: Collection[int]
) -> dict[int, list[ObservationRow]]:
    """Return all headlines of each of the players that was ever seen, oldest first."""
    seen = OBSERVATIONS.c
    rows = await connection.execute(
        select(OBSERVATIONS)
        .where(seen.player_id.in_(sorted(player_ids)))
        .order_by(seen.player_id, seen.seen_at)
    )
    found: dict[int, list[ObservationRow]] = {}
    for row in rows.all():
        found.setdefault(row.player_id, []).append(ObservationRow(*row))
    return found


async def every_change(
    connection: AsyncConnection, player_ids: Collection[int]
) -> dict[tuple[int, datetime], dict[int, float]]:
    """Return which metrics (by id) took which value, by player and instant."""
    found: dict[tuple[int, datetime], dict[int, float]] = {}
    for table in change_tables(connection):
        change = table.c
        rows = await connection.execute(
            select(change.player_id, change.seen_at, change.metric_id, change.value).where(
                change.player_id.in_(sorted(player_ids))
            )
        )
        for player_id, at, metric_id, value in rows.all():
            found.setdefault((player_id, at), {})[metric_id] = value
    return found


async def replace(
    connection: AsyncConnection, player_ids: Collection[int], news: Sequence[News]
) -> None:
    """Store news, each player's in order of time, instead of all that is stored of the players."""
    await let_go(connection, Void.PLAYER, player_ids)
    for table in (OBSERVATIONS, METRIC_CHANGES, PRESENT_VALUES):
        await connection.execute(delete(table).where(table.c.player_id.in_(sorted(player_ids))))
    await store(connection, news)


def present_members(
    clan_id: int, here_at: datetime | None = None, outside: Collection[int] = ()
) -> Select[tuple[int]]:
    """Return the query of a clan's present members, and of those who left after an instant.

    And of some who were members, by their ids.
    """
    place = MEMBERSHIPS.c
    here: ColumnElement[bool] = place.left_at.is_(None)
    if here_at is not None:
        here = or_(here, place.left_at > here_at)
    if outside:
        here = or_(here, place.player_id.in_(sorted(outside)))
    return select(place.player_id).where(place.clan_id == clan_id, here)


async def seen_at(
    connection: AsyncConnection,
    clan_id: int,
    instants: Sequence[datetime | None],
    here_at: datetime | None = None,
    outside: Collection[int] = (),
) -> list[dict[int, ObservationRow]]:
    """Return, for each instant, every member's newest headline at or before it.

    For None the very first headline of each.
    Of present members and, with `here_at`, of those who left after that instant; of those who were
    members only some, by their ids, who are `outside`.
    """
    given: dict[str, Any] = {f"at_{number}": instant for number, instant in enumerate(instants)}
    statement = _seen_at(len(instants), with_outside=bool(outside))
    rows = await connection.execute(statement, given | _whose(clan_id, here_at, outside))
    found: list[dict[int, ObservationRow]] = [{} for _ in instants]
    # Each by its name: a list of the rest would be made for every row.
    for number, who, at_ms, xp, kills, earned, ehp, ehb, xp_fell, kills_fell in plain_rows(rows):
        found[number][who] = ObservationRow(
            who, from_ms(at_ms), xp, kills, earned, ehp, ehb, xp_fell, kills_fell
        )
    return found


def _whose(
    clan_id: int, here_at: datetime | None, outside: Collection[int]
) -> dict[str, int | datetime | list[int] | None]:
    """Return the values of a statement about members; who is outside only where there are any."""
    given: dict[str, Any] = {"clan_id": clan_id, "here_at": here_at}
    return given | ({"outside": sorted(outside)} if outside else {})


@cache
def _seen_at(instants: int, *, with_outside: bool) -> Select[Any]:
    earlier = OBSERVATIONS.alias("earlier").c
    asked = union_all(
        *(
            select(
                literal(number).label("number"),
                bindparam(f"at_{number}", type_=Instant).label("at"),
            )
            for number in range(instants)
        )
    ).subquery("asked")
    theirs = earlier.player_id == MEMBERSHIPS.c.player_id
    of_both = (
        select(found).where(theirs, limit).correlate(MEMBERSHIPS, asked).scalar_subquery()
        for found, limit in (
            (func.min(earlier.seen_at), true()),
            (func.max(earlier.seen_at), earlier.seen_at <= asked.c.at),
        )
    )
    first_ever, newest_then = of_both
    wanted = case((asked.c.at.is_(None), first_ever), else_=newest_then)
    place, seen = MEMBERSHIPS.c, OBSERVATIONS.c
    return (
        select(asked.c.number, OBSERVATIONS)
        .select_from(MEMBERSHIPS)
        .join(asked, true())
        .join(OBSERVATIONS, (seen.player_id == place.player_id) & (seen.seen_at == wanted))
        .where(place.clan_id == bindparam("clan_id"), _here(with_outside=with_outside))
    )


def _here(*, with_outside: bool) -> ColumnElement[bool]:
    """Return the condition that a member is present or, when `here_at` is given, left after it.

    Or is one of those `outside`.
    """
    place = MEMBERSHIPS.c
    here = or_(place.left_at.is_(None), place.left_at > bindparam("here_at", type_=Instant))
    if not with_outside:
        return here
    return or_(here, place.player_id.in_(bindparam("outside", expanding=True)))


async def rises(  # noqa: PLR0913, PLR0917 - whose, since when, and up to when
    connection: AsyncConnection,
    clan_id: int,
    start: datetime,
    player_ids: Collection[int] | None = None,
    here_at: datetime | None = None,
    outside: Collection[int] = (),
) -> list[tuple[Any, ...]]:
    """Return (player id, milliseconds since 1970, xp, kills earned) of members after `start`.

    Of all present members or of some, by player and in order of time; with `here_at` up to that
    instant, of those who left later too, and of some `outside` by their ids. Left as plain numbers:
    a quarter of a thousand is long.
    """
    seen = OBSERVATIONS.c
    statement = (
        select(seen.player_id, type_coerce(seen.seen_at, BigInteger), seen.xp, seen.kills_earned)
        .where(seen.player_id.in_(present_members(clan_id, here_at, outside)), seen.seen_at > start)
        .order_by(seen.player_id, seen.seen_at)
    )
    if here_at is not None:
        statement = statement.where(seen.seen_at <= here_at)
    if player_ids is not None:
        statement = statement.where(seen.player_id.in_(sorted(player_ids)))
    return plain_rows(await connection.execute(statement))

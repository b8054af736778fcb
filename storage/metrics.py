"""Metrics by small integers, their present values, and how they went since an instant."""

import asyncio
from collections.abc import Callable, Collection, Mapping, Sequence
from datetime import datetime
from functools import cache
from typing import Any, NamedTuple

from sqlalchemy import (
    BigInteger,
    ColumnElement,
    CompoundSelect,
    FromClause,
    Select,
    Table,
    bindparam,
    case,
    literal,
    select,
    type_coerce,
    union_all,
)
from sqlalchemy.ext.asyncio import AsyncConnection

from storage.archive import ARCHIVED_CHANGES, moved_before
from storage.columns import Instant
from storage.engine import insert_missing, plain_rows
from storage.snapshots import present_members
from storage.tables import MEMBERSHIPS, METRIC_CHANGES, METRICS, PRESENT_VALUES

_FEW = 10
UNRANKED = -1
"""How a value below the hiscores comes; the same number as in bot/clan/metrics, told apart here."""


class MetricPath(NamedTuple):
    """One player's metric over a span, by the values at which it was ranked.

    The last one at the start or before; without it the first one ever, and when that was; the last.
    """

    player_id: int
    metric_id: int
    at_start: float | None
    first: float | None
    first_at_ms: int | None
    at_end: float | None


class ScorePath(NamedTuple):
    """One player's score over a span, -1 for unranked: at the start, first in it, and at the end.

    None where there was no look.
    """

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


async def lapsed_values(
    connection: AsyncConnection, player_ids: Collection[int]
) -> dict[int, dict[int, float]]:
    """Return the last ranked value of every metric of the players that is unranked at present."""
    value = PRESENT_VALUES.c
    last = _ranked_change(value, newest=True).scalar_subquery()
    rows = await connection.execute(
        select(value.player_id, value.metric_id, last).where(
            value.player_id.in_(sorted(player_ids)), value.value == UNRANKED
        )
    )
    found: dict[int, dict[int, float]] = {player_id: {} for player_id in player_ids}
    for player_id, metric_id, amount in rows.all():
        if amount is not None:
            found[player_id][metric_id] = amount
    return found


async def paths(
    connection: AsyncConnection,
    clan_id: int,
    asked: Sequence[tuple[datetime, Collection[int] | None]],
    player_ids: Collection[int] | None = None,
) -> list[list[MetricPath]]:
    """Return, for each start, the path since it of every metric that rose or fell since.

    Of all present members or of some; of all metrics or, with their ids, only of some.
    """
    if not asked:
        return []
    given: dict[str, Any] = {"clan_id": clan_id}
    if player_ids is not None:
        given["players"] = sorted(player_ids)
    for number, (start, metrics) in enumerate(asked):
        given[f"start_{number}"] = start
        if metrics is not None:
            given[f"metrics_{number}"] = sorted(metrics)
    kinds = tuple((metrics is not None, _is_old(connection, start)) for start, metrics in asked)
    statement = _paths(kinds, of_players=player_ids is not None)
    rows = plain_rows(await connection.execute(statement, given))
    # There are thousands in a year: beside the loop, which others wait for.
    return await asyncio.to_thread(_by_start, rows, len(asked))


def _by_start(rows: Sequence[tuple[Any, ...]], starts: int) -> list[list[MetricPath]]:
    found: list[list[MetricPath]] = [[] for _ in range(starts)]
    for number, *path in rows:
        found[number].append(MetricPath._make(path))
    return found


def _is_old(connection: AsyncConnection, start: datetime) -> bool:
    """Return whether what was so at an instant may have to be looked up in the archive.

    Of what moved, the last change stays, and the last ranked one: since then no look is needed.
    """
    before = moved_before(connection)
    return before is not None and start < before


@cache
def _paths(
    kinds: tuple[tuple[bool, bool], ...], *, of_players: bool
) -> Select[Any] | CompoundSelect[Any]:
    every = [
        _path(number, of_some=of_some, of_players=of_players, is_old=is_old)
        for number, (of_some, is_old) in enumerate(kinds)
    ]
    return every[0] if len(every) == 1 else union_all(*every)


def _path(number: int, *, of_some: bool, of_players: bool, is_old: bool) -> Select[Any]:
    value = PRESENT_VALUES.c
    start = bindparam(f"start_{number}", type_=Instant)
    at_start = _ranked_change(value, newest=True, upto=start, is_old=is_old).scalar_subquery()
    moved = (
        select(value.player_id, value.metric_id, at_start.label("at_start"), value.value)
        .join(MEMBERSHIPS, MEMBERSHIPS.c.player_id == value.player_id)
        .where(
            MEMBERSHIPS.c.clan_id == bindparam("clan_id"),
            MEMBERSHIPS.c.left_at.is_(None),
            value.changed_at > start,
        )
    )
    if of_some:
        # "+ 0" keeps SQLite on the index by change: the key would be sought once for each metric.
        metrics: Any = bindparam(f"metrics_{number}", expanding=True)
        moved = moved.where((value.metric_id + 0).in_(metrics))
    if of_players:
        players: Any = bindparam("players", expanding=True)
        moved = moved.where(value.player_id.in_(players))
    # Materialized, so that the value at the start is looked up only once.
    path = moved.cte(f"path_{number}").prefix_with("MATERIALIZED").c
    first = _ranked_change(path, is_old=is_old).scalar_subquery()
    first_at = _ranked_change(path, what="seen_at", is_old=is_old).scalar_subquery()
    last = _ranked_change(path, newest=True).scalar_subquery()
    return select(
        literal(number),
        path.player_id,
        path.metric_id,
        path.at_start,
        case((path.at_start.is_(None), first)),
        case((path.at_start.is_(None), type_coerce(first_at, BigInteger))),
        case((path.value != UNRANKED, path.value), else_=last),
    )


def _ranked_change(
    of: Any,  # noqa: ANN401 - columns of a table or of a query, which say whose metric it is
    *,
    newest: bool = False,
    upto: Any | None = None,  # noqa: ANN401 - a bound instant
    what: str = "value",
    is_old: bool = False,
) -> Select[Any]:
    """Return the query of the first or newest ranked change of one metric, up to an instant."""

    def is_meant(change: Any) -> Any:  # noqa: ANN401 - columns of a table
        ranked = (
            (change.player_id == of.player_id)
            & (change.metric_id == of.metric_id)
            & (change.value != UNRANKED)
        )
        return ranked if upto is None else ranked & (change.seen_at <= upto)

    return _one_change(is_meant, _table_of(of), newest=newest, what=what, is_old=is_old)


def _one_change(
    is_meant: Callable[[Any], ColumnElement[bool]],
    of: FromClause,
    *,
    newest: bool,
    what: str = "value",
    is_old: bool,
) -> Select[Any]:
    """Return the query of the first or newest change that is meant, in whichever file it is."""

    def found_in(table: Table) -> Select[Any]:
        change = table.alias().c
        order = change.seen_at.desc() if newest else change.seen_at
        columns = (change[what],) if not is_old else (change.value, change.seen_at)
        return select(*columns).where(is_meant(change)).order_by(order).limit(1)

    if not is_old:
        return found_in(METRIC_CHANGES)
    both = union_all(
        *(
            select(found_in(table).correlate(of).subquery())
            for table in (METRIC_CHANGES, ARCHIVED_CHANGES)
        )
    ).subquery()
    order = both.c.seen_at.desc() if newest else both.c.seen_at
    return select(both.c[what]).order_by(order).limit(1)


def _table_of(columns: Any) -> FromClause:  # noqa: ANN401 - the columns of a table or of a query
    table: FromClause = next(iter(columns)).table
    return table


async def paths_of_activities(
    connection: AsyncConnection,
    clan_id: int,
    asked: Sequence[tuple[datetime, Collection[int]]],
    at: datetime,
) -> list[list[tuple[str, ScorePath]]]:
    """Return, for each start and its players, how every activity went that changed since.

    With its name, up to an instant; of players who are or were in the clan.
    """
    if not asked:
        return []
    given: dict[str, Any] = {"clan_id": clan_id, "at": at}
    for number, (start, player_ids) in enumerate(asked):
        given |= {f"start_{number}": start, f"players_{number}": sorted(player_ids)}
    found: list[list[tuple[str, ScorePath]]] = [[] for _ in asked]
    are_old = tuple(_is_old(connection, min(start, at)) for start, _ in asked)
    rows = plain_rows(await connection.execute(_paths_of_activities(are_old), given))
    for number, name, *path in rows:
        found[number].append((name, ScorePath._make(path)))
    return found


@cache
def _paths_of_activities(are_old: tuple[bool, ...]) -> Select[Any] | CompoundSelect[Any]:
    every = [_path_of_activity(number, is_old=each) for number, each in enumerate(are_old)]
    return every[0] if len(every) == 1 else union_all(*every)


def _path_of_activity(number: int, *, is_old: bool) -> Select[Any]:
    value, metric = PRESENT_VALUES.c, METRICS.c
    start, at = (bindparam(name, type_=Instant) for name in (f"start_{number}", "at"))
    players: Any = bindparam(f"players_{number}", expanding=True)

    def found(when: Callable[[Any], ColumnElement[bool]], *, newest: bool) -> Any:  # noqa: ANN401 - SQL
        def is_meant(change: Any) -> Any:  # noqa: ANN401 - columns of a table
            mine = (change.player_id == value.player_id) & (change.metric_id == value.metric_id)
            return mine & when(change.seen_at)

        query = _one_change(is_meant, PRESENT_VALUES, newest=newest, is_old=is_old)
        return query.scalar_subquery()

    at_start = found(lambda seen_at: seen_at <= start, newest=True)
    at_end = found(lambda seen_at: seen_at <= at, newest=True)
    first = found(lambda seen_at: seen_at > start, newest=False)
    return (
        select(
            literal(number), metric.name, value.player_id, value.metric_id, at_start, first, at_end
        )
        .select_from(MEMBERSHIPS)
        .join(PRESENT_VALUES, MEMBERSHIPS.c.player_id == value.player_id)
        .join(METRICS, metric.id == value.metric_id)
        .where(
            MEMBERSHIPS.c.clan_id == bindparam("clan_id"),
            MEMBERSHIPS.c.player_id.in_(players),
            metric.kind == "activity",
            value.changed_at > start,
            at_end.is_not(None),
        )
    )


async def ranked_values(
    connection: AsyncConnection, clan_id: int, metrics: Collection[int] | None = None
) -> list[tuple[Any, ...]]:
    """Return (player id, metric id, present value) of present members where they are ranked.

    Of all metrics, or only of those whose ids are given.
    """
    value = PRESENT_VALUES.c
    statement = select(value.player_id, value.metric_id, value.value).where(
        value.player_id.in_(present_members(clan_id)), value.value != UNRANKED
    )
    if metrics is not None:
        # "+ 0" keeps SQLite from seeking each of many in turn.
        one = value.metric_id if len(metrics) < _FEW else value.metric_id + 0
        statement = statement.where(one.in_(sorted(metrics)))
    return plain_rows(await connection.execute(statement))

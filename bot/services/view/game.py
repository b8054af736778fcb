"""What Wise Old Man showed of a clan up to one instant: headlines, life, raids, every metric."""

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from typing import Any

from bot.clan.gains import Course, MetricGain, metric_gain
from bot.clan.metrics import RAIDS, UNRANKED, MetricKind, threshold
from bot.clan.policy import RAID_DAYS
from bot.clan.presence import score_rose
from bot.services.setup import Clan
from bot.services.view.query import Detail, ViewQuery, earliest
from storage import metrics, snapshots
from storage.columns import to_ms
from storage.engine import Connection
from storage.metrics import MetricPath, ScorePath
from storage.snapshots import ObservationRow

BASELINE_LEAD = timedelta(days=2)
"""Members are seen about daily: what rose on a first day has its baseline on the day before."""

TABLE_KINDS = (MetricKind.SKILL, MetricKind.BOSS)
"""The kinds that a report has tables of."""

Metrics = Mapping[int, tuple[str, MetricKind]]
"""Name and kind by metric id."""

_TABLES = Detail.METRICS | Detail.BOSSES
_BY_METRIC = Detail.SCORES | _TABLES

LifeRow = tuple[int, int, int, int]
"""(player id, milliseconds since 1970, xp, kills earned) of one observation."""


@dataclass(frozen=True, slots=True)
class GameView:
    """What WOM showed; all by player id.

    `starts` are the headlines at the start of each window, by its days; `earlier` those at the
    start of the span before the compared one. `life` are observations, by player and oldest
    first. Raids are in all, and gained in RAID_DAYS. `paths` are those of the measured window,
    `present` (player id, metric id, value) what every metric is now. `scores` are
    by window of silence the activities that rose in it. `earlier_of` and `paths_of` are those of
    each detailed window.
    """

    now: Mapping[int, ObservationRow]
    first: Mapping[int, ObservationRow]
    starts: Mapping[int, Mapping[int, ObservationRow]]
    earlier: Mapping[int, ObservationRow] = field(default_factory=dict)
    life: Sequence[LifeRow] = ()
    raids: Mapping[int, int] = field(default_factory=dict)
    raids_gained: Mapping[int, int] = field(default_factory=dict)
    metrics: Metrics = field(default_factory=dict)
    paths: Sequence[MetricPath] = ()
    present: Sequence[tuple[int, int, float]] = ()
    scores: Mapping[int, Mapping[int, tuple[str, ...]]] = field(default_factory=dict)
    earlier_of: Mapping[int, Mapping[int, ObservationRow]] = field(default_factory=dict)
    paths_of: Mapping[int, Sequence[MetricPath]] = field(default_factory=dict)


async def read_game(  # noqa: PLR0913, PLR0917 - whose, since when, and in which clan
    connection: Connection,
    clan: Clan,
    query: ViewQuery,
    back_to: datetime,
    whose: Collection[int] | None,
    outside: Collection[int] = (),
) -> GameView:
    """Return what WOM showed of everybody who was a member; life only of those asked for.

    Of those who left before, only what is known of the accounts `outside`.
    """
    cid, at, spans = clan.clan_id, query.as_of, query.spans(clan.zone)
    instants = [None, at, *(span.start for span in spans.values())]
    compared = query.compared_windows
    instants += [spans[days].before(clan.zone).start for days in compared]
    seen = await snapshots.seen_at(connection, cid, instants, at, outside)
    first, at_end, *at_starts = seen
    known = await read_metrics(connection) if query.detail & _BY_METRIC else {}
    earlier_of = dict(zip(compared, at_starts[len(spans) :], strict=True))
    game = GameView(
        now=at_end,
        first=first,
        starts=dict(zip(spans, at_starts, strict=False)),
        earlier=earlier_of.get(query.compared or 0, {}),
        earlier_of=earlier_of,
        life=await _life(connection, clan, query, back_to, whose, outside),
        **await _by_metric(connection, clan, query, known, first),
    )
    return replace(game, scores=await _scores(connection, clan, query, game))


async def _life(  # noqa: PLR0913, PLR0917 - whose, since when, and in which clan
    connection: Connection,
    clan: Clan,
    query: ViewQuery,
    back_to: datetime,
    whose: Collection[int] | None,
    outside: Collection[int],
) -> Sequence[LifeRow]:
    start = earliest(query.trend_from, back_to if Detail.LIFE in query.detail else None)
    if start is None:
        return ()
    return await snapshots.rises(
        connection, clan.clan_id, start - BASELINE_LEAD, whose, query.as_of, outside
    )


async def _scores(
    connection: Connection, clan: Clan, query: ViewQuery, game: GameView
) -> dict[int, dict[int, tuple[str, ...]]]:
    """Return by window and player which activities rose of those whose XP keeps nobody active."""
    spans = query.spans(clan.zone)
    idle = {days: _idle(game, days, least_xp) for days, least_xp in sorted(query.silence)}
    starts = [(spans[days].start, who) for days, who in idle.items()]
    found = await metrics.paths_of_activities(connection, clan.clan_id, starts, query.as_of)
    return {days: _risen(paths) for days, paths in zip(idle, found, strict=True)}


def _idle(game: GameView, days: int, least_xp: int) -> list[int]:
    starts = game.starts[days]
    return [
        player_id
        for player_id, end in game.now.items()
        if (start := starts.get(player_id) or game.first.get(player_id)) is not None
        and (UNRANKED in (start.xp, end.xp) or end.xp - start.xp < least_xp)
    ]


def _risen(paths: Iterable[tuple[str, ScorePath]]) -> dict[int, tuple[str, ...]]:
    found: dict[int, tuple[str, ...]] = {}
    for name, path in paths:
        if score_rose(name, path[2:]):
            found[path.player_id] = (*found.get(path.player_id, ()), name)
    return found


async def read_metrics(connection: Connection) -> Metrics:
    """Return name and kind of every metric by id."""
    found = await metrics.metric_ids(connection)
    return {number: (name, MetricKind(kind)) for name, (number, kind) in found.items()}


async def _by_metric(
    connection: Connection,
    clan: Clan,
    query: ViewQuery,
    known: Metrics,
    first: Mapping[int, ObservationRow],
) -> dict[str, Any]:
    """Return the fields of a GameView that are about single metrics."""
    if not known:
        return {}
    spans = query.spans(clan.zone)
    raids = {number: name for number, (name, _) in known.items() if name in RAIDS}
    asked: list[tuple[datetime, Collection[int]]] = []
    if Detail.SCORES in query.detail:
        asked.append((spans[RAID_DAYS].start, raids))
    measured, every = query.measured_windows, Detail.METRICS in query.detail
    kinds = TABLE_KINDS if every else (MetricKind.BOSS,)
    tables = [number for number, (_, kind) in known.items() if kind in kinds]
    has_tables = bool(query.detail & _TABLES)
    if has_tables:
        asked += [(spans[days].start, tables) for days in measured]
    paths = await metrics.paths(connection, clan.clan_id, asked)
    wanted = None if every else tables if has_tables else raids
    present = await metrics.ranked_values(connection, clan.clan_id, wanted)
    found: dict[str, Any] = {"metrics": known}
    if Detail.SCORES in query.detail:
        found["raids"] = _sums((who, value) for who, number, value in present if number in raids)
        found["raids_gained"] = _raids_gained(paths[0], raids, first)
    if has_tables:
        of = dict(zip(measured, paths[len(paths) - len(measured) :], strict=True))
        found |= {"paths": of.get(query.measured or 0, ()), "paths_of": of, "present": present}
    return found


def path_gain(
    path: MetricPath, first: Mapping[int, ObservationRow], ranked_from: int
) -> MetricGain | None:
    """Return what a path comes to; `first` are the players' first headlines."""
    looked = None if path.first_at_ms is None else first.get(path.player_id)
    is_first_look = looked is not None and to_ms(looked.seen_at) == path.first_at_ms
    return metric_gain(Course(path.at_start, path.first, path.at_end, is_first_look), ranked_from)


def _raids_gained(
    paths: Sequence[MetricPath], raids: Mapping[int, str], first: Mapping[int, ObservationRow]
) -> dict[int, int]:
    gains = (
        (
            path.player_id,
            path_gain(path, first, threshold(raids[path.metric_id], MetricKind.BOSS)),
        )
        for path in paths
    )
    return _sums((who, gain.earned) for who, gain in gains if gain is not None)


def _sums(values: Iterable[tuple[int, float]]) -> dict[int, int]:
    found: dict[int, int] = {}
    for player_id, value in values:
        found[player_id] = found.get(player_id, 0) + int(value)
    return found

"""A new clan's first year: windows of everybody's first and last values.

WOM tells of a window the first and the last snapshot in it. So windows meet where the spans of
answers begin, today and in the weeks to come: what was seen last before a span is its baseline.
It is read after the roster and the present snapshots, which never wait for it, and put before them;
killed or broken off and begun again, what is stored already is no news.
"""

from array import array
from collections import defaultdict
from collections.abc import Collection, Iterator, Mapping
from datetime import datetime, timedelta
from itertools import pairwise
from typing import NamedTuple

import structlog

from bot.clan.metrics import MetricKind
from bot.clan.observing import MetricReading
from bot.clan.plausible import checked
from bot.clan.spans import HOUR
from bot.services.game.snapshots import store_older
from storage.engine import Database
from storage.metrics import metric_ids
from wom.client import WomClient
from wom.errors import WomError
from wom.models import MemberGained

EDGES = (
    *(400, 365, 315, 270, 225, 180, 135),
    *(90, 80, 70, 60, 50, 40),
    *(30, 26, 22, 18, 14, 11),
    *range(8, 0, -1),
)
"""How many days before the end of this hour windows begin and end; the last one ends now.

At the start of each period and of the one before it, so that day one is right; and in between so
close that a snapshot lies within a seventh of every span that begins there later.
"""

_HEADLINE_KINDS = {
    "overall": MetricKind.SKILL,
    "ehp": MetricKind.COMPUTED,
    "ehb": MetricKind.COMPUTED,
}
"""The metrics that are kept in every headline, and in no table of metrics."""

_log = structlog.get_logger()


class Filled(NamedTuple):
    """From when on the first year is stored; `trouble` says why it is not, or not whole, yet."""

    since: datetime | None
    trouble: WomError | None = None


class _SmallReading(NamedTuple):
    """A reading, kept small: a year of a large clan is thousands of them at once."""

    seen_at: datetime
    names: tuple[str, ...]
    values: "array[float]"


async def fill_history(
    database: Database,
    wom: WomClient,
    group_id: int,
    player_ids: Collection[int],
    hour_at: datetime,
) -> Filled:
    """Store up to two readings of each of the players in each window, among those stored already.

    `hour_at` is when the present hour of the clan's clock began: spans end with it, and windows
    meet where they begin. Only of players of whom a snapshot is stored; what snapshots say more
    stays as it is. When a window cannot be had, those that could are stored all the same.
    """
    edges = [hour_at + HOUR - timedelta(days=days) for days in EDGES]
    edges.append(hour_at)
    kept: defaultdict[int, list[_SmallReading]] = defaultdict(list)
    shapes: dict[tuple[str, ...], tuple[str, ...]] = {}
    trouble: WomError | None = None
    try:
        # The newest first: what is broken off later costs only what is long ago.
        for number, (first, after) in enumerate(reversed(list(pairwise(edges))), start=1):
            for each in await wom.gained_between(group_id, first, after):
                kept[each.player.id] += _looks(each, shapes)
            _log.info("history window read", window=number, of=len(edges) - 1)
    except WomError as error:
        trouble = error
    async with database.reading() as connection:
        known = await metric_ids(connection)
    kinds = _HEADLINE_KINDS | {name: MetricKind(kind) for name, (_, kind) in known.items()}
    stored = await store_older(
        database,
        kept.keys() & set(player_ids),
        lambda player_id: [
            reading
            for each in kept[player_id]
            if (reading := checked(_reading(each, kinds), hour_at).reading) is not None
        ],
    )
    _log.info("history stored", readings=stored)
    return Filled(edges[0] if trouble is None else None, trouble)


def _looks(
    gained: MemberGained, shapes: dict[tuple[str, ...], tuple[str, ...]]
) -> Iterator[_SmallReading]:
    """Yield the window's first and last values; `shapes` are the names of metrics met so far."""
    names = tuple(gained.values)
    names = shapes.setdefault(names, names)
    for place, seen_at in enumerate((gained.started_at, gained.ended_at)):
        if seen_at is not None:
            yield _SmallReading(
                seen_at, names, array("d", [ends[place] for ends in gained.values.values()])
            )


def _reading(kept: _SmallReading, kinds: Mapping[str, MetricKind]) -> MetricReading:
    """Return a reading of the metrics that snapshots have too."""
    values: dict[MetricKind, dict[str, float]] = {kind: {} for kind in MetricKind}
    for name, value in zip(kept.names, kept.values, strict=True):
        if name in kinds:
            values[kinds[name]][name] = value
    return MetricReading(kept.seen_at, values)

"""A new clan's first year: windows of everybody's first and last values.

WOM tells of a window the first and the last snapshot in it. So windows meet where the spans of
answers begin, today and in the weeks to come: what was seen last before a span is its baseline.
They go from the oldest to the newest, each in a transaction of its own; killed and begun again,
what is stored already is no news.
"""

from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta
from itertools import pairwise

import structlog

from bot.clan.metrics import MetricKind
from bot.clan.observing import MetricReading
from bot.clan.spans import HOUR
from bot.services.game.snapshots import store_readings
from storage.engine import Database
from wom.client import WomClient
from wom.models import Hiscores, MemberGained

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

_log = structlog.get_logger()


async def fill_history(
    database: Database,
    wom: WomClient,
    group_id: int,
    hiscores: Sequence[Hiscores],
    hour_at: datetime,
) -> datetime:
    """Store up to two readings of each player of `hiscores` in each window; return the first start.

    `hour_at` is when the present hour of the clan's clock began: spans end with it, and windows
    meet where they begin. Only what is older than their hiscores, which say more and are not stored
    here. The players must be stored already. Raises WomError when a window could not be had.
    """
    kinds = _kinds(hiscores)
    latest = {each.player.id: each.taken_at for each in hiscores}
    edges = [hour_at + HOUR - timedelta(days=days) for days in EDGES]
    edges.append(hour_at)
    for number, (first, after) in enumerate(pairwise(edges), start=1):
        gained = await wom.gained_between(group_id, first, after)
        readings = {
            each.player.id: _readings(each, kinds, latest[each.player.id])
            for each in gained
            if each.player.id in latest
        }
        async with database.writing() as connection:
            stored = await store_readings(connection, readings)
        _log.info("history window stored", window=number, of=len(edges) - 1, readings=stored)
    return edges[0]


def _kinds(hiscores: Sequence[Hiscores]) -> dict[str, MetricKind]:
    found: dict[str, MetricKind] = {}
    for each in hiscores:
        found |= dict.fromkeys(each.skills, MetricKind.SKILL)
        found |= dict.fromkeys(each.bosses, MetricKind.BOSS)
        found |= dict.fromkeys(each.activities, MetricKind.ACTIVITY)
        found |= dict.fromkeys(each.computed, MetricKind.COMPUTED)
    return found


def _readings(
    gained: MemberGained, kinds: Mapping[str, MetricKind], before: datetime
) -> list[MetricReading]:
    """Return the window's first and last values; one reading when they are the same instant."""
    found: list[MetricReading] = []
    for place, seen_at in enumerate((gained.started_at, gained.ended_at)):
        if seen_at is None or seen_at >= before or (found and seen_at <= found[-1].seen_at):
            continue
        values: dict[MetricKind, dict[str, float]] = {kind: {} for kind in MetricKind}
        for name, ends in gained.values.items():
            if name in kinds:
                values[kinds[name]][name] = ends[place]
        found.append(MetricReading(seen_at, values))
    return found

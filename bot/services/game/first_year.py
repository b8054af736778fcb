"""A new clan's first year: twelve monthly windows of everybody's first and last values.

Windows go from the oldest to the newest, each in a transaction of its own; killed and begun again,
what is stored already is no news.
"""

from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta

import structlog

from bot.clan.metrics import MetricKind
from bot.clan.observing import MetricReading
from bot.services.game.snapshots import store_readings
from storage.engine import Database
from wom.client import WomClient
from wom.models import Hiscores, MemberGained

_WINDOWS = 12
_WINDOW = timedelta(days=365) / _WINDOWS

_log = structlog.get_logger()


async def fill_history(
    database: Database,
    wom: WomClient,
    group_id: int,
    hiscores: Sequence[Hiscores],
    now: datetime,
) -> datetime:
    """Store up to 24 readings of each player of `hiscores` over the last year; return its start.

    Only what is older than their hiscores, which say more and are not stored here. The players must
    be stored already. Raises WomError when a window could not be had.
    """
    kinds = _kinds(hiscores)
    latest = {each.player.id: each.taken_at for each in hiscores}
    start = now - _WINDOWS * _WINDOW
    for number in range(_WINDOWS):
        first = start + number * _WINDOW
        gained = await wom.gained_between(group_id, first, first + _WINDOW)
        readings = {
            each.player.id: _readings(each, kinds, latest[each.player.id])
            for each in gained
            if each.player.id in latest
        }
        async with database.writing() as connection:
            stored = await store_readings(connection, readings)
        _log.info("history window stored", window=number + 1, of=_WINDOWS, readings=stored)
    return start


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

"""What Wise Old Man showed of everybody up to one instant."""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import timedelta

from bot.clan.gains import metric_gain
from bot.clan.metrics import RAIDS, MetricKind, threshold
from bot.clan.policy import MONTH_DAYS
from bot.services.view.query import Looking
from storage import metrics, snapshots
from storage.engine import Connection
from storage.snapshots import ObservationRow

RAID_DAYS = MONTH_DAYS
"""The one window in which raids gained are told."""

_BASELINE_LEAD = timedelta(days=2)


@dataclass(frozen=True, slots=True)
class GameSight:
    """What WOM showed; all by player id.

    `starts` are the headlines at the start of each window, by its days; `seen` are those of
    `snapshots.rises`, oldest first; the raids are in all, and gained in RAID_DAYS.
    """

    now: Mapping[int, ObservationRow]
    first: Mapping[int, ObservationRow]
    starts: Mapping[int, Mapping[int, ObservationRow]]
    seen: Sequence[tuple[int, int, int, int]]
    raids: Mapping[int, int]
    raids_gained: Mapping[int, int]


async def read_game(
    connection: Connection, look: Looking, whose: Collection[int] | None
) -> GameSight:
    """Return what WOM showed of everybody who was a member; what rose only of those asked for."""
    cid, at, spans = look.clan.clan_id, look.at, look.spans
    instants = [at, *(span.start for span in spans.values())]
    at_end, *at_starts = await snapshots.seen_at(connection, cid, instants, at)
    raids = {} if look.silence_only else await _raids(connection)
    return GameSight(
        now=at_end,
        first=await snapshots.first_seen(connection, cid, at),
        starts=dict(zip(spans, at_starts, strict=True)),
        seen=await snapshots.rises(connection, cid, look.back_to - _BASELINE_LEAD, whose, at),
        raids=_sums(await metrics.ranked_values(connection, cid, raids)) if raids else {},
        raids_gained=await _raids_gained(connection, look, raids) if raids else {},
    )


def _sums(values: Sequence[tuple[int, int, float]]) -> dict[int, int]:
    found: dict[int, int] = {}
    for player_id, _, value in values:
        found[player_id] = found.get(player_id, 0) + int(value)
    return found


async def _raids(connection: Connection) -> dict[int, str]:
    """Return the raids by metric id."""
    known = await metrics.metric_ids(connection)
    return {number: name for name, (number, _) in known.items() if name in RAIDS}


async def _raids_gained(
    connection: Connection, look: Looking, raids: Mapping[int, str]
) -> dict[int, int]:
    start = look.spans[RAID_DAYS].start
    found: dict[int, int] = {}
    for path in await metrics.paths(connection, look.clan.clan_id, start, raids):
        least = threshold(raids[path.metric_id], MetricKind.BOSS)
        gain = metric_gain(path.at_start, path.first_inside, path.at_end, least)
        if gain is not None:
            found[path.player_id] = found.get(path.player_id, 0) + int(gain.earned)
    return found

"""From WOM's answers to stored snapshots: what is new is written, a few players at a time."""

from collections.abc import Mapping, Sequence

from bot.clan.gains import Headline
from bot.clan.metrics import MetricKind
from bot.clan.observing import HEADLINE_METRICS, MetricReading, Observed, observed
from storage import metrics, snapshots
from storage.engine import Connection
from storage.snapshots import News, ObservationRow
from wom.models import Stats

_PLAYERS_AT_ONCE = 25  # about 5 ms of work between two breaths of the event loop


def reading_of(stats: Stats) -> MetricReading:
    """Return one player's stats as a reading."""
    return MetricReading(
        stats.taken_at,
        {
            MetricKind.SKILL: stats.skills,
            MetricKind.BOSS: stats.bosses,
            MetricKind.ACTIVITY: stats.activities,
            MetricKind.COMPUTED: stats.computed,
        },
    )


async def store_readings(
    connection: Connection, readings: Mapping[int, Sequence[MetricReading]]
) -> int:
    """Store what is new in readings by player id, oldest first; return how many were news."""
    kinds = {
        name: str(kind)
        for of_player in readings.values()
        for reading in of_player
        for kind, values in reading.values.items()
        for name in values
        if name not in HEADLINE_METRICS
    }
    ids = {
        name: number for name, (number, _) in (await metrics.metric_ids(connection, kinds)).items()
    }
    names = {number: name for name, number in ids.items()}
    players = sorted(readings)
    stored = 0
    for start in range(0, len(players), _PLAYERS_AT_ONCE):
        few = players[start : start + _PLAYERS_AT_ONCE]
        newest = await snapshots.newest(connection, few)
        present = await metrics.present_values(connection, few)
        news = [
            News(
                ObservationRow(player_id, *item.headline),
                {ids[name]: value for name, value in item.changed.items()},
            )
            for player_id in few
            for item in _news(
                newest.get(player_id),
                {names[number]: value for number, value in present[player_id].items()},
                readings[player_id],
            )
        ]
        await snapshots.store(connection, news)
        stored += len(news)
    return stored


def _news(
    newest: ObservationRow | None, present: dict[str, float], readings: Sequence[MetricReading]
) -> list[Observed]:
    last = None if newest is None else Headline(*newest[1:])
    found = []
    for reading in readings:
        item = observed(last, present, reading)
        if item is not None:
            found.append(item)
            last = item.headline
            present |= item.changed
    return found

"""From WOM's answers to stored snapshots: what is new is written, a few players at a time."""

from collections.abc import Mapping, Sequence
from datetime import datetime

from bot.clan.gains import Headline
from bot.clan.metrics import UNRANKED, MetricKind
from bot.clan.observing import HEADLINE_METRICS, MetricReading, Observed, observed
from bot.services.game.group_facts import player_row
from storage import metrics, snapshots
from storage.engine import Connection
from storage.players import note_players
from storage.snapshots import News, ObservationRow
from wom.models import PlayerDetails, Stats

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
        lapsed = await _lapsed(connection, present, ids, readings)
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
                {names[number]: value for number, value in lapsed.get(player_id, {}).items()},
            )
        ]
        await snapshots.store(connection, news)
        stored += len(news)
    return stored


async def store_details(
    connection: Connection, found: Sequence[PlayerDetails], now: datetime
) -> list[int]:
    """Store what Wise Old Man says of single players; return who of them has a snapshot."""
    readings = {
        each.id: [reading_of(each.latest_snapshot)] for each in found if each.latest_snapshot
    }
    await note_players(connection, [player_row(each) for each in found], now)
    await store_readings(connection, readings)
    return list(readings)


async def _lapsed(
    connection: Connection,
    present: Mapping[int, Mapping[int, float]],
    ids: Mapping[str, int],
    readings: Mapping[int, Sequence[MetricReading]],
) -> dict[int, dict[int, float]]:
    """Return the last ranked values of those players of whom a metric is ranked again, or newly."""
    back = [
        player_id
        for player_id, values in present.items()
        if any(
            value != UNRANKED and values.get(ids[name]) == UNRANKED
            for reading in readings[player_id]
            for name, _, value in reading.metrics()
        )
    ]
    return await metrics.lapsed_values(connection, back) if back else {}


def _news(
    newest: ObservationRow | None,
    present: dict[str, float],
    readings: Sequence[MetricReading],
    lapsed: dict[str, float],
) -> list[Observed]:
    last = None if newest is None else Headline(*newest[1:])
    found = []
    for reading in readings:
        item = observed(last, present, reading, lapsed)
        if item is not None:
            found.append(item)
            last = item.headline
            lapsed |= {
                name: had
                for name, value in item.changed.items()
                if value == UNRANKED and (had := present.get(name)) is not None
            }
            present |= item.changed
    return found

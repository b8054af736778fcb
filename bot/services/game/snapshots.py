"""From WOM's answers to stored snapshots: what is new is written, a few players at a time.

What is older than what is stored is put in its place, and all that follows is worked out anew: so
the same is stored in whatever order readings come.
"""

import asyncio
from collections.abc import Callable, Collection, Mapping, Sequence
from datetime import datetime

from bot.clan.gains import Headline
from bot.clan.metrics import UNRANKED, MetricKind
from bot.clan.observing import HEADLINE_METRICS, MetricReading, Observed, observed
from bot.clan.plausible import Checked, checked
from bot.services.game.group_facts import player_row
from storage import metrics, snapshots
from storage.conflicts import begins_again
from storage.engine import Connection, Database
from storage.players import note_players
from storage.snapshots import News, ObservationRow
from wom.models import Hiscores, PlayerDetails, Stats

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


def all_checked(fresh: Sequence[Hiscores], now: datetime) -> dict[int, Checked]:
    """Return what there is to everybody's numbers, by player."""
    return {each.player.id: checked(reading_of(each), now) for each in fresh}


async def store_readings(
    connection: Connection, readings: Mapping[int, Sequence[MetricReading]]
) -> int:
    """Store what is new in readings by player id, oldest first; return how many were news."""
    ids = await _metric_ids(connection, readings)
    names = {number: name for name, number in ids.items()}
    players = sorted(readings)
    stored = 0
    for start in range(0, len(players), _PLAYERS_AT_ONCE):
        few = players[start : start + _PLAYERS_AT_ONCE]
        newest = await snapshots.newest(connection, few)
        present = await metrics.present_values(connection, few)
        lapsed = await _lapsed(connection, present, ids, readings)
        news = [
            _stored_as(player_id, item, ids)
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


async def store_older(
    database: Database,
    player_ids: Collection[int],
    readings_of: Callable[[int], Sequence[MetricReading]],
) -> int:
    """Store readings of players among those that are stored; return how many were news.

    Only of players who were seen before, and only what is older than their newest snapshot. Each in
    a transaction of their own: stored again, nothing is news.
    """
    stored = 0
    for player_id in sorted(player_ids):
        readings = await asyncio.to_thread(readings_of, player_id)
        stored += len(await _store_among(database, player_id, readings))
    return stored


async def store_history(
    database: Database, player_id: int, readings: Sequence[MetricReading]
) -> set[datetime]:
    """Store readings of a player among those that are stored, in one transaction.

    Of two at one instant the one that is stored stays. Return the instants that were news.
    """
    return await _store_among(database, player_id, readings, is_whole=True)


async def _store_among(
    database: Database,
    player_id: int,
    readings: Sequence[MetricReading],
    *,
    is_whole: bool = False,
) -> set[datetime]:
    return await database.write(
        lambda connection: _told_again(connection, player_id, readings, is_whole=is_whole)
    )


async def _told_again(
    connection: Connection,
    player_id: int,
    readings: Sequence[MetricReading],
    *,
    is_whole: bool = False,
) -> set[datetime]:
    """Store readings among those of a player; unless they are a whole history, only older ones."""
    ids = await _metric_ids(connection, {player_id: readings})
    before = (await _as_read(connection, [player_id])).get(player_id, {})
    newest = max(before, default=None)
    whole = {
        each.seen_at: each
        for each in readings
        if is_whole or (newest is not None and each.seen_at < newest)
    }
    whole |= before
    if len(whole) == len(before):
        return set()
    # A year of somebody is a dozen milliseconds of work.
    news = await asyncio.to_thread(_told_anew, player_id, whole, ids)
    await snapshots.replace(connection, [player_id], news)
    return whole.keys() - before.keys()


@begins_again
async def forget_later(database: Database, player_ids: Sequence[int], last: datetime) -> None:
    """Take out the players' snapshots that are dated after an instant; the others stay."""
    async with database.writing() as connection:
        ids = await _metric_ids(connection, {})
        known = await _as_read(connection, player_ids)
        kept = {
            player_id: {at: reading for at, reading in before.items() if at <= last}
            for player_id, before in known.items()
        }
        news = [item for who, whole in kept.items() for item in _told_anew(who, whole, ids)]
        await snapshots.replace(connection, player_ids, news)


def _told_anew(
    player_id: int, whole: Mapping[datetime, MetricReading], ids: Mapping[str, int]
) -> list[News]:
    """Return all that there is to store of a player, worked out from the first reading on."""
    told = _news(None, {}, [whole[at] for at in sorted(whole)], {})
    return [_stored_as(player_id, item, ids) for item in told]


async def _as_read(
    connection: Connection, player_ids: Sequence[int]
) -> dict[int, dict[datetime, MetricReading]]:
    """Return all that is stored of players, as readings with every metric, by instant."""
    known = await metrics.metric_ids(connection)
    names = {number: (name, kind) for name, (number, kind) in known.items()}
    changes = await snapshots.every_change(connection, player_ids)
    found: dict[int, dict[datetime, MetricReading]] = {}
    for player_id, headlines in (await snapshots.every_headline(connection, player_ids)).items():
        values: dict[MetricKind, dict[str, float]] = {kind: {} for kind in MetricKind}
        found[player_id] = {}
        for each in headlines:
            for number, value in changes.get((player_id, each.seen_at), {}).items():
                name, kind = names[number]
                values[MetricKind(kind)][name] = value
            values[MetricKind.SKILL]["overall"] = each.xp
            values[MetricKind.COMPUTED] |= {"ehp": each.ehp, "ehb": each.ehb}
            copied = {kind: dict(of_kind) for kind, of_kind in values.items()}
            found[player_id][each.seen_at] = MetricReading(each.seen_at, copied, each.kills)
    return found


async def store_details(
    connection: Connection, found: Sequence[PlayerDetails], now: datetime
) -> list[int]:
    """Store what Wise Old Man says of single players; return whose numbers can be."""
    readings = {
        each.id: [reading]
        for each in found
        if (reading := checked_details(each, now).reading) is not None
    }
    await note_players(connection, [player_row(each) for each in found], now)
    await store_readings(connection, readings)
    return list(readings)


def checked_details(found: PlayerDetails, now: datetime) -> Checked:
    """Return a player's latest snapshot without what cannot be, and why it is less."""
    if found.latest_snapshot is None:
        return Checked(None, "Wise Old Man has no snapshot")
    return checked(reading_of(found.latest_snapshot), now)


async def _metric_ids(
    connection: Connection, readings: Mapping[int, Sequence[MetricReading]]
) -> dict[str, int]:
    """Return the id of every metric, those that are new in readings included."""
    kinds = {
        name: str(kind)
        for of_player in readings.values()
        for reading in of_player
        for kind, values in reading.values.items()
        for name in values
        if name not in HEADLINE_METRICS
    }
    known = await metrics.metric_ids(connection, kinds)
    return {name: number for name, (number, _) in known.items()}


def _stored_as(player_id: int, item: Observed, ids: Mapping[str, int]) -> News:
    changed = {ids[name]: value for name, value in item.changed.items()}
    return News(ObservationRow(player_id, *item.headline), changed)


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

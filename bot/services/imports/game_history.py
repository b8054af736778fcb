"""Snapshots of the replaced system: one player at a time among what is stored of them."""

import asyncio
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import replace
from datetime import datetime
from zoneinfo import ZoneInfo

from bot.clan.imported import LeftOut, read_instant
from bot.clan.metrics import MetricKind
from bot.clan.observing import MetricReading
from bot.clan.plausible import checked, is_to_come
from bot.services.game import reading_of, store_history
from bot.services.imports.counts import BOSS_KILLS, SNAPSHOTS, ImportTally, Shows
from bot.services.imports.placing import Placing
from storage.engine import Database
from storage.legacy import LegacyFile, LegacySnapshot
from wom.bodies import snapshot

_MOST_KILLS = 2**31 - 1


async def store_snapshots(
    database: Database, file: LegacyFile, placing: Placing, now: datetime, shows: Shows
) -> dict[str, ImportTally]:
    """Store every placed player's snapshots, each player's in one transaction."""
    tally, bosses = placing.snapshots, ImportTally()
    rows = await asyncio.to_thread(file.boss_rows)
    bosses.read = rows.total()
    done = 0
    for player_id, found in sorted(placing.players.items()):
        read = await asyncio.to_thread(_read, file, found.snapshots, placing.zone, now)
        readings: dict[datetime, MetricReading] = {}
        why: dict[int, LeftOut] = {}
        for snapshot_id, each in read.items():
            if isinstance(each, LeftOut):
                why[snapshot_id] = each
            elif each.seen_at in readings:
                why[snapshot_id] = LeftOut.TWICE
            else:
                readings[each.seen_at] = each
        ordered = [readings[at] for at in sorted(readings)]
        news = await store_history(database, player_id, ordered)
        for snapshot_id, each in read.items():
            if (
                snapshot_id not in why
                and not isinstance(each, LeftOut)
                and each.seen_at not in news
            ):
                why[snapshot_id] = LeftOut.KNOWN
        _count(tally, bosses, rows, found.snapshots, why)
        done += len(found.snapshots)
        shows(SNAPSHOTS, done, tally.read)
    bosses.leave(LeftOut.NO_SNAPSHOT, times=rows.total())
    return {SNAPSHOTS: tally, BOSS_KILLS: bosses}


def _count(
    tally: ImportTally,
    bosses: ImportTally,
    rows: Counter[int],
    ids: Sequence[int],
    why: Mapping[int, LeftOut],
) -> None:
    """Count a player's snapshots, and with each its rows of boss kills, which are a part of it."""
    for snapshot_id in ids:
        part = rows.pop(snapshot_id, 0)
        if (reason := why.get(snapshot_id)) is None:
            tally.taken += 1
            bosses.taken += part
        else:
            tally.leave(reason)
            is_here = reason in {LeftOut.KNOWN, LeftOut.TWICE}
            bosses.leave(reason if is_here else LeftOut.NO_SNAPSHOT, times=part)


def _read(
    file: LegacyFile, ids: Sequence[int], zone: ZoneInfo, now: datetime
) -> dict[int, MetricReading | LeftOut]:
    """Return what each snapshot says, or why it says nothing; in the order of their ids."""
    found: dict[int, MetricReading | LeftOut] = {}
    bare: dict[int, LegacySnapshot] = {}
    for each in file.snapshots(ids):
        reading = _of_text(each, read_instant(each.timestamp, zone), now)
        found[each.snapshot_id] = reading
        if reading is LeftOut.UNREADABLE:
            bare[each.snapshot_id] = each
    kills = file.boss_kills(list(bare)) if bare else {}
    for number, each in bare.items():
        found[number] = _of_columns(each, kills.get(number, {}), zone, now)
    return dict(sorted(found.items()))


def _of_text(
    each: LegacySnapshot, told_at: datetime | None, now: datetime
) -> MetricReading | LeftOut:
    """Return what Wise Old Man's own text says; UNREADABLE where it is none."""
    try:
        stats = snapshot(each.raw_data or "", told_at)
    except ValueError:
        return LeftOut.UNREADABLE
    reading = reading_of(stats)
    taken_at = stats.taken_at.replace(microsecond=stats.taken_at.microsecond // 1000 * 1000)
    return _checked(replace(reading, seen_at=taken_at), now)


def _of_columns(
    each: LegacySnapshot, kills: dict[str, int], zone: ZoneInfo, now: datetime
) -> MetricReading | LeftOut:
    """Return what the columns say: total XP and kills, and single bosses where rows tell them."""
    at = read_instant(each.timestamp, zone)
    if at is None:
        return LeftOut.NO_TIME
    if each.total_xp is None:
        return LeftOut.NO_NUMBERS
    total = each.total_boss_kills
    reading = MetricReading(
        at,
        {MetricKind.SKILL: {"overall": each.total_xp}, MetricKind.BOSS: dict(kills)},
        total if total is not None and 0 <= total <= _MOST_KILLS else None,
    )
    return _checked(reading, now)


def _checked(reading: MetricReading, now: datetime) -> MetricReading | LeftOut:
    if is_to_come(reading.seen_at, now):
        return LeftOut.TO_COME
    return checked(reading, now).reading or LeftOut.NO_NUMBERS

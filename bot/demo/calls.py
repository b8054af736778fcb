"""Who of the made-up clan talked in voice, and when: an evening's call, and the Saturday's event.

Only who plays and writes as members do is in them, so that nobody who is silent shows a sign of
life.
"""

from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from datetime import date, datetime
from random import Random
from typing import NamedTuple

from bot.clan.spans import DAY, day_of
from bot.clan.voice import by_quarter, quarter_of
from bot.demo.cast import DAY_MS, MINUTE_MS, Persona, from_ms, to_ms
from bot.demo.rhythm import awake_chance, event_starts_ms, likely, lots, waking_ms
from bot.demo.voices import Voice, choir_of, voices_of
from bot.demo.world import World
from bot.services.setup import Clan
from storage import clans, presence
from storage.engine import Database

CALLS_DAYS = 120
"""For so long time in voice has been kept."""
_TALKERS = frozenset({Persona.LEADER, Persona.OFFICER, Persona.STEADY, Persona.BOSSER})
_HAS_CALL, _TRIES, _FULL = 0.7, 40, 8
_EVENT_TRIES, _EVENT_FULL = 120, 25


class Talked(NamedTuple):
    """One stretch of somebody's time in a call: the index of the user, from when to when."""

    user: int
    start: datetime
    end: datetime


def calls_of(world: World) -> Iterator[Talked]:
    """Yield who talked in voice in the last months up to `now`."""
    voices, _ = voices_of(world.users, world.players)
    talkers = [each for each in voices if _talks(world, each)]
    now_ms = to_ms(world.now)
    first = max(now_ms // DAY_MS - CALLS_DAYS, to_ms(world.start_at) // DAY_MS + 1)
    for day in range(first, now_ms // DAY_MS + 1):
        rng = lots(world.seed, "calls", day)
        here = choir_of(talkers, day).voices
        event_ms = event_starts_ms(day, world.zone)
        if event_ms is not None:
            yield from _call(rng, here, event_ms, (_EVENT_TRIES, _EVENT_FULL), world.now)
        if here and likely(rng, _HAS_CALL):
            at_ms = day * DAY_MS + waking_ms(rng, rng.choice(here).utc_offset_hours)
            yield from _call(rng, here, at_ms, (_TRIES, _FULL), world.now)


def _talks(world: World, voice: Voice) -> bool:
    return voice.user is not None and world.users[voice.user].persona in _TALKERS


def _call(
    rng: Random, here: Sequence[Voice], at_ms: int, size: tuple[int, int], now: datetime
) -> Iterator[Talked]:
    """Yield who is awake and joins; who would be alone does not talk."""
    tries, full = size
    drawn = rng.sample(here, min(tries, len(here)))
    joins = [each for each in drawn if likely(rng, awake_chance(at_ms, each.utc_offset_hours) / 2)]
    end = min(from_ms(at_ms + rng.randrange(50, 160) * MINUTE_MS), now)
    for each in joins[:full] if len(joins) > 1 else []:
        start = from_ms(at_ms + rng.randrange(30) * MINUTE_MS)
        if start < end and each.user is not None:
            yield Talked(each.user, start, end)


async def have_talked(
    database: Database, clan: Clan, world: World, user_ids: Mapping[int, int]
) -> None:
    """Store time in voice as it is kept: by user and day, and of the whole clan by the quarter."""
    days: dict[tuple[int, date], int] = defaultdict(int)
    since = max(world.now - CALLS_DAYS * DAY, world.start_at)
    quarters: dict[datetime, int] = defaultdict(int, {quarter_of(since): 0})
    for talked in calls_of(world):
        for quarter, length in by_quarter(talked.start, talked.end):
            seconds = round(length.total_seconds())
            days[user_ids[talked.user], day_of(quarter, world.zone)] += seconds
            quarters[quarter] += seconds
    async with database.writing() as connection:
        await presence.add(connection, {clan.clan_id: days})
        await presence.add_voice(connection, {clan.clan_id: quarters})
        await clans.change(connection, clan.clan_id, presence_from=since)

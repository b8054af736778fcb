"""What a process that died would have done at an hour of the day, another one makes up for: once.

Two processes on one server, in a time that passes by itself; each report is only noted.
"""

import asyncio
from collections.abc import AsyncIterator
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta

import pytest_asyncio

from bot.jobs import BotJob, ClanJob
from bot.services.ops import Outcome
from bot.services.setup import Clan
from bot.timetable import JOBS, Timetable
from tests.bot.test_timetable import Turning, settled
from tests.bot.test_two_processes import BEAT, Farm, Process, farm
from tests.storage.rows import NOW

__all__ = ["farm"]

MINUTE, WEEK = timedelta(minutes=1), timedelta(days=7)
MONDAY = (NOW + timedelta(days=3)).replace(hour=6, minute=0)
"""When the weekly report is due."""

SUNDAY = (NOW + timedelta(days=2)).replace(hour=3, minute=0)
"""When the whole bot's check is."""

EVEN, ODD = {2, 4}, {1, 3}
"""The clans on each shard."""


@dataclass
class Night:
    """Two processes whose jobs of the hour go by one clock, and who did what for which clan."""

    farm: Farm
    turning: Turning
    done: list[tuple[int, int]] = field(default_factory=list)
    """The shard of the process, and the clan; 0 for the whole bot."""

    stops_at: set[int] = field(default_factory=set)
    stopped: asyncio.Event = field(default_factory=asyncio.Event)
    goes_on: asyncio.Event = field(default_factory=asyncio.Event)
    there: dict[int, Process] = field(default_factory=dict)

    async def begin(self, shard: int) -> None:
        process = self.there[shard] = await self.farm.process(shard, self.turning)
        report = next(job for job in JOBS if job.name == "report")
        check = next(job for job in JOBS if job.name == "check")
        assert isinstance(report, ClanJob)
        assert isinstance(check, BotJob)

        async def reports(_: Timetable, clan: Clan, __: Outcome) -> None:
            if clan.clan_id in self.stops_at:
                self.stopped.set()
                await self.goes_on.wait()
            self.done.append((shard, clan.clan_id))

        async def checks(_: Timetable, __: Outcome) -> None:
            self.done.append((shard, 0))

        process.timetable.keep(replace(report, action=reports, is_for=lambda *_: True))
        process.timetable.keep(replace(check, action=checks))
        await self.turning.passes(timedelta())

    def awaited(self) -> int:
        """Return how many jobs have to be asleep before time goes on."""
        is_at_it = self.stopped.is_set() and not self.goes_on.is_set()
        return sum(len(each.timetable._kept) for each in self.there.values()) - is_at_it

    async def kill(self, shard: int) -> None:
        process = self.there.pop(shard)
        self.farm.kill(process)
        process.timetable.stop()
        await process.timetable.finished()
        self.turning.sleepers = [each for each in self.turning.sleepers if not each[1].is_set()]

    async def passes(self, length: timedelta) -> None:
        for _ in range(length // BEAT):
            await self.turning.passes(BEAT)
            self.farm.seconds += BEAT.total_seconds()
            for each in [*self.there.values()]:
                await each.ticks()

    async def is_at(self, at: datetime) -> None:
        """Let it be an instant, with the last minute and a half before it gone by."""
        self.farm.clock.now = at - 18 * BEAT
        for each in self.there.values():
            await each.ticks()
        await self.passes(18 * BEAT)
        assert self.farm.clock.now == at

    def told(self) -> list[tuple[int, int]]:
        """Return who did what since it was asked last."""
        done, self.done = sorted(self.done), []
        return done

    def recorded(self) -> dict[int, list[str]]:
        """Return by clan how its reports ended."""
        rows = self.farm.server.ask(
            "empty", "SELECT clan_id, outcome FROM job_runs WHERE job = 'report' ORDER BY id"
        )
        found: dict[int, list[str]] = {}
        for row in rows:
            found.setdefault(row["clan_id"], []).append(row["outcome"])
        return found


@pytest_asyncio.fixture
async def night(farm: Farm) -> AsyncIterator[Night]:
    """Yield processes that were there for a while: nothing is missed."""
    night = Night(farm, Turning(farm.clock))
    night.turning.awaited = night.awaited
    for shard in (0, 1):
        await night.begin(shard)
    await night.is_at(NOW + 30 * MINUTE)
    assert night.told() == [(0, 0), (0, 2), (0, 4), (1, 1), (1, 3)]
    yield night
    for process in night.there.values():
        await process.timetable.finished()


async def test_a_report_that_a_dead_process_missed_is_written_once_by_the_other(
    night: Night,
) -> None:
    await night.is_at(MONDAY - 2 * BEAT)
    night.told()
    await night.kill(1)
    await night.passes(MINUTE)
    assert night.told() == [(0, 2), (0, 4)]
    await night.passes(15 * MINUTE)
    assert night.told() == []
    await night.passes(2 * MINUTE)
    assert night.told() == [(0, 1), (0, 3)]
    await night.begin(1)
    await night.passes(20 * MINUTE)
    assert night.told() == [], "neither twice by one of them nor by the one that is back"
    await night.is_at(MONDAY + WEEK + MINUTE)
    assert night.told() == [(0, 0), (0, 2), (0, 4), (1, 1), (1, 3)], "nor instead of the next one"
    assert night.recorded() == {each: ["done"] * 3 for each in EVEN | ODD}


async def test_of_reports_that_were_begun_only_those_that_are_not_written_are(
    night: Night,
) -> None:
    await night.is_at(MONDAY - 2 * BEAT)
    night.told()
    night.stops_at = {3}
    passing = asyncio.create_task(night.passes(4 * BEAT))
    await night.stopped.wait()
    while night.recorded()[1] != ["done"] * 2:
        await settled()
    night.stops_at = set()
    await night.kill(1)
    night.goes_on.set()
    await passing
    await night.passes(20 * MINUTE)
    assert night.told() == [(0, 2), (0, 3), (0, 4), (1, 1)]
    assert night.recorded() == {each: ["done"] * 2 for each in (1, 2, 4)} | {
        3: ["done", "stopped", "done"]
    }


async def test_who_is_back_before_it_is_made_up_for_writes_its_own_reports(night: Night) -> None:
    await night.is_at(MONDAY - 2 * BEAT)
    night.told()
    await night.kill(1)
    await night.passes(5 * MINUTE)
    assert night.there[0].services.duties.has(1)
    await night.begin(1)
    await night.passes(25 * MINUTE)
    assert night.told() == [(0, 2), (0, 4), (1, 1), (1, 3)]


async def test_a_clan_whose_report_is_under_way_when_its_process_is_back_has_one(
    night: Night,
) -> None:
    await night.is_at(MONDAY - 2 * BEAT)
    night.told()
    await night.kill(1)
    night.stops_at = {3}
    await night.passes(18 * MINUTE)
    assert night.stopped.is_set()
    await night.begin(1)
    await night.passes(17 * MINUTE)
    assert night.told() == [(0, 1), (0, 2), (0, 4)]
    assert not night.there[1].services.duties.has(3), "it is kept until its report is written"
    night.goes_on.set()
    await night.passes(17 * MINUTE)
    assert night.there[1].services.duties.has(3)
    assert night.told() == [(0, 3)]


async def test_who_dies_after_its_reports_leaves_none_to_the_other(night: Night) -> None:
    await night.is_at(MONDAY + MINUTE)
    assert night.told() == [(0, 0), (0, 2), (0, 4), (1, 1), (1, 3)]
    await night.kill(1)
    await night.passes(20 * MINUTE)
    assert night.there[0].services.duties.has(1)
    assert night.told() == []


async def test_what_is_due_soon_is_left_to_its_turn(night: Night) -> None:
    await night.is_at(MONDAY - 5 * MINUTE)
    night.told()
    await night.kill(1)
    await night.passes(4 * MINUTE)
    assert night.there[0].services.duties.has(1)
    await night.passes(2 * MINUTE)
    assert night.told() == [(0, 1), (0, 2), (0, 3), (0, 4)]
    await night.passes(20 * MINUTE)
    assert night.told() == []


async def test_what_the_whole_bot_missed_is_made_up_for_by_whoever_does_it_then(
    night: Night,
) -> None:
    await night.is_at(SUNDAY - BEAT)
    await night.turning.passes(BEAT - timedelta(seconds=1))
    night.farm.seconds += BEAT.total_seconds() - 1
    await night.kill(0)
    await night.passes(12 * MINUTE)
    assert night.told() == []
    await night.passes(2 * MINUTE)
    assert night.told() == [(1, 0)]
    await night.begin(0)
    await night.passes(20 * MINUTE)
    assert night.told() == []

"""Two processes of the bot on one server: each poll and digest once, whoever is killed."""

import asyncio
import sys
from collections import Counter
from collections.abc import AsyncIterator
from contextlib import AsyncExitStack
from dataclasses import dataclass, field
from datetime import timedelta
from typing import Any

import httpx
import pytest_asyncio

from bot.clan.digest_slots import Delivery, DigestInterval
from bot.clan.notices import Notice
from bot.clan.shards import Shards
from bot.clan_turns import ClanTurns, Slices
from bot.jobs import ClanJob
from bot.services.ops import Shared
from bot.services.publish import ChannelPost, PostResult
from bot.services.setup import Clan
from bot.settings import Settings, load
from bot.timetable import JOBS, Timetable
from bot.wiring import Services, open_services
from storage import clans
from storage.advisory import LockKind
from tests.bot.demo.conftest import Clock
from tests.bot.services.group import GROUP_ID, Group, Someone
from tests.bot.test_timetable import Turning
from tests.storage.postgres import EMPTY, Server
from tests.storage.rows import HOUR, NOW, opened

BY_NAME = {job.name: job for job in JOBS}
SERVERS = {number << 22 | 7: number for number in range(1, 5)}
"""Servers of four clans; those of odd numbers are on shard 1."""
BEAT = timedelta(seconds=5)


@dataclass
class Process:
    """A process: its services, its jobs, which a test does by name, and what it posted."""

    services: Services
    timetable: Timetable
    posted: list[ChannelPost]

    async def do(self, *names: str) -> None:
        for name in names:
            await self.timetable.run(BY_NAME[name])

    async def ticks(self) -> None:
        """Do what is done every few seconds."""
        assert isinstance(self.services.duties, Shared)
        await self.services.duties.beat()
        await self.do("take-over")
        await self._turns("poll").drained()

    async def begin(self) -> None:
        """Do the first turn of what is done again and again."""
        for name in ("poll", "digest"):
            await self._turns(name).next_turn(Slices(HOUR))
            await self._turns(name).drained()
        await self.do("take-over")

    def _turns(self, name: str) -> ClanTurns:
        job = BY_NAME[name]
        assert isinstance(job, ClanJob)
        return self.timetable._turns_of(job)


@dataclass
class Farm:
    server: Server
    stack: AsyncExitStack
    clock: Clock = field(default_factory=lambda: Clock(NOW))
    group: Group = field(default_factory=lambda: Group(*(Someone(n) for n in range(1, 4))))
    seconds: float = 0.0

    def settings(self, **keys: str) -> Settings:
        url = self.server.url(EMPTY, "postgresql").render_as_string(hide_password=False)
        own = {"DATABASE_URL": url, "WOM_API_KEY": "a-key", "WOM_CONTACT": "a test"}
        return load(own | keys, None)

    async def pass_by(self, length: timedelta, *processes: Process) -> None:
        """Let time pass, in which these processes are there."""
        for _ in range(length // BEAT):
            await asyncio.sleep(0)
            self.clock.forward(BEAT)
            self.seconds += BEAT.total_seconds()
            for each in processes:
                await each.ticks()

    async def process(self, shard: int, turning: Turning | None = None) -> Process:
        """Return a process that has begun; its jobs go by a time of their own, if there is one."""
        settings = self.settings(SHARD_COUNT="2", SHARD_IDS=str(shard))
        services = await self.stack.enter_async_context(
            open_services(
                settings,
                self.clock,
                transport=httpx.MockTransport(self.group),
                timer=lambda: self.seconds,
                alone=True,
            )
        )
        await services.duties.begin()
        posted: list[ChannelPost] = []

        async def post(wanted: ChannelPost) -> PostResult:
            posted.append(wanted)
            return PostResult(Delivery.POSTED)

        async def speak(_notice: Notice) -> None:
            """Say it nowhere."""

        clocks: dict[str, Any] = {}
        if turning is not None:
            clocks = {"timer": turning.timer, "sleep": turning.sleep}
        timetable = Timetable(services, settings, speak, posts=post, **clocks)
        process = Process(services, timetable, posted)
        await process.begin()
        return process

    def kill(self, process: Process) -> None:
        """End what a process holds, as when it is killed; nobody asks it for anything after."""
        duties: Any = process.services.duties
        self.server.ask("postgres", "SELECT pg_terminate_backend(?, 5000)", duties._session.number)

    def polls(self) -> Counter[int]:
        """Return how often each clan's numbers were read to the end."""
        rows = self.server.ask(
            EMPTY, "SELECT clan_id FROM job_runs WHERE job = 'poll' AND outcome = 'done'"
        )
        return Counter(row["clan_id"] for row in rows)


@pytest_asyncio.fixture
async def farm(server: Server) -> AsyncIterator[Farm]:
    server.wipe()
    async with AsyncExitStack() as stack:
        farm = Farm(server, stack)
        async with opened(server.url(EMPTY)) as database, database.writing() as connection:
            await clans.be_in(connection, {guild: f"Clan {n}" for guild, n in SERVERS.items()}, NOW)
            for clan_id in range(1, 5):
                channels = {"report_channel_id": clan_id, "officer_channel_id": clan_id + 100}
                # The year before was read: it would take as much as two minutes' budget.
                group = {"wom_group_id": GROUP_ID, "history_from": NOW - HOUR}
                await clans.change(connection, clan_id, **group, **channels)
        yield farm


async def test_every_clan_is_polled_once_whoever_does_it(farm: Farm) -> None:
    even, odd = await farm.process(0), await farm.process(1)
    assert farm.polls() == Counter(range(1, 5))
    for each in (even, odd, odd, even):
        await each.do("take-over")
    assert farm.polls() == Counter(range(1, 5))
    for each in (even, odd):
        await each.do("poll")
    assert farm.polls() == Counter([*range(1, 5)] * 2)


async def test_what_a_killed_process_left_is_polled_within_a_minute_and_the_rest_is_not_again(
    farm: Farm,
) -> None:
    even, odd = await farm.process(0), await farm.process(1)
    farm.clock.forward(HOUR - 2 * BEAT)
    await farm.pass_by(BEAT, even, odd)
    assert farm.polls() == Counter(range(1, 5))
    farm.kill(odd)
    await farm.pass_by(timedelta(minutes=1), even)
    # Those of the killed one are due by then; the other's own have their minute later.
    assert farm.polls() == Counter([1, 3, *range(1, 5)])
    back = await farm.process(1)
    await farm.pass_by(timedelta(minutes=1), even, back)
    assert farm.polls() == Counter([1, 3, *range(1, 5)])
    for each in (even, back):
        await each.do("poll")
    assert farm.polls() == Counter([1, 3, *range(1, 5), *range(1, 5)])


async def test_a_digest_is_posted_once_by_whoever_has_the_clan(farm: Farm) -> None:
    even, odd = await farm.process(0), await farm.process(1)
    for clan in (await every(even))[:2]:
        await even.services.digests.plan_as(clan, DigestInterval.WEEKLY, 4, 12)
        await even.services.digests.switch(clan, is_on=True)
    farm.clock.forward(timedelta(days=7))
    await farm.pass_by(BEAT, even, odd)
    farm.kill(odd)
    await farm.pass_by(timedelta(minutes=1), even)
    for _ in range(2):
        await even.do("digest")
    assert odd.posted == []
    posted = [each.channel_id for each in even.posted if each.channel_id < 100]
    assert sorted(posted) == [1, 2]


async def every(process: Process) -> tuple[Clan, ...]:
    return await process.services.clans.every()


async def test_jobs_of_no_clan_are_done_by_one_process(farm: Farm) -> None:
    even, odd = await farm.process(0), await farm.process(1)
    for each in (odd, even):
        await each.do("cleanup", "check")
    ran = farm.server.ask(EMPTY, "SELECT job FROM job_runs WHERE clan_id IS NULL ORDER BY job")
    assert [row["job"] for row in ran] == ["check", "cleanup"]
    farm.kill(even)
    await farm.pass_by(timedelta(seconds=10), odd)
    await odd.do("cleanup")
    ran = farm.server.ask(EMPTY, "SELECT job FROM job_runs WHERE clan_id IS NULL ORDER BY job")
    assert [row["job"] for row in ran] == ["check", "cleanup", "cleanup"]


async def test_status_says_when_another_process_works_for_the_clan(farm: Farm) -> None:
    even, odd = await farm.process(0), await farm.process(1)
    for each, expected in ((odd, False), (even, True)):
        clan = next(clan for clan in await every(each) if clan.clan_id == 1)
        told = [found.words for found in (await each.services.upkeep.status(clan)).troubles]
        assert any("another process of the bot polls this clan" in words for words in told) is (
            expected
        )


async def test_a_process_that_is_killed_in_the_middle_of_a_poll_leaves_it_to_the_other(
    farm: Farm,
) -> None:
    even = await farm.process(0)
    url = farm.server.url(EMPTY).render_as_string(hide_password=False)
    command = [sys.executable, "-m", "tests.bot.held", url, "2", "1", "3"]
    killed = await asyncio.create_subprocess_exec(*command, stdout=asyncio.subprocess.PIPE)
    assert killed.stdout is not None
    while (said := await killed.stdout.readline()).strip() != b"held":
        assert said, "it ended by itself"
    await farm.pass_by(timedelta(minutes=1), even)
    assert farm.polls() == Counter([2, 4])
    assert not even.services.duties.has(3)
    killed.kill()
    await killed.wait()
    # The server lets go of what the process held, by itself: this waits for as long as that takes.
    lock = LockKind.SHARD.value, 2 * 10_000 + 1
    farm.server.ask(EMPTY, "SELECT pg_advisory_lock(?, ?)", *lock)
    farm.server.ask(EMPTY, "SELECT pg_advisory_unlock(?, ?)", *lock)
    await farm.pass_by(timedelta(minutes=1), even)
    assert farm.polls() == Counter(range(1, 5))
    rows = farm.server.ask(EMPTY, "SELECT outcome FROM job_runs WHERE trace = 'killed'")
    assert [row["outcome"] for row in rows] == ["stopped"]


async def test_shards_are_whole_without_settings(farm: Farm) -> None:
    assert farm.settings().shards == Shards()

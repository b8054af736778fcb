"""Several processes on one PostgreSQL server: each clan's work is done by one of them, always."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from contextvars import copy_context
from dataclasses import dataclass, field
from datetime import timedelta
from pathlib import Path

import pytest
import pytest_asyncio
from sqlalchemy.engine import URL
from structlog.testing import capture_logs

from bot.clan.shards import Shards
from bot.services.ops import THE_BOT, Alone, LockLost, Shared
from bot.services.ops.duties import BEAT, GRACE, SURE
from storage import clans, runs
from storage.engine import Database
from storage.errors import StorageError
from tests.bot.demo.conftest import Clock
from tests.storage.postgres import EMPTY, Server
from tests.storage.rows import HOUR, NOW, opened

SERVERS = {number << 22 | 7: f"Clan {number}" for number in range(1, 9)}
"""Servers of eight clans: with two shards, those of odd numbers are on shard 1."""


@pytest.fixture
def place(server: Server) -> URL:
    server.wipe()
    return server.url(EMPTY)


@dataclass
class Farm:
    """Processes, and the one clock that they all go by."""

    server: Server
    database: Database
    clock: Clock
    seconds: float = 0.0
    running: list[Shared] = field(default_factory=list)
    slept: asyncio.Event = field(default_factory=asyncio.Event)

    def process(self, count: int, *ids: int) -> Shared:
        made = Shared(
            self.database,
            Shards(count, ids),
            self.clock,
            timer=lambda: self.seconds,
            sleep=self.sleep,
        )
        self.running.append(made)
        return made

    async def sleep(self, seconds: float) -> None:
        self.seconds += seconds
        self.clock.forward(timedelta(seconds=seconds))
        self.slept.set()
        await asyncio.sleep(0)

    async def beats(self, length: timedelta, *processes: Shared) -> None:
        """Let time pass, in which some processes beat and the others stand still."""
        for _ in range(length // BEAT):
            await self.sleep(BEAT.total_seconds())
            for each in processes:
                await each.beat()

    def kill(self, process: Shared) -> None:
        """Have the server lose a process, as when that is killed; it is asked for nothing more."""
        assert process._session is not None
        self.server.ask("postgres", "SELECT pg_terminate_backend(?, 5000)", process._session.number)
        self.running.remove(process)

    def kept(self, process: Shared) -> set[int]:
        """Return the numbers of the clans whose work a process does."""
        return {number for number in range(1, 9) if process.has(number)}


@pytest_asyncio.fixture
async def farm(server: Server, place: URL) -> AsyncIterator[Farm]:
    async with opened(place) as database:
        async with database.writing() as connection:
            await clans.be_in(connection, SERVERS, NOW)
        farm = Farm(server, database, Clock(NOW))
        try:
            yield farm
        finally:
            for each in farm.running:
                await each.close()


@asynccontextmanager
async def two(farm: Farm) -> AsyncIterator[tuple[Shared, Shared]]:
    first, second = farm.process(2, 0), farm.process(2, 1)
    await first.begin()
    await second.begin()
    yield first, second


EVEN, ODD = {2, 4, 6, 8}, {1, 3, 5, 7}


async def test_each_process_does_the_work_of_its_shards_and_one_that_of_the_bot(farm: Farm) -> None:
    async with two(farm) as (first, second):
        await farm.beats(timedelta(minutes=5), first, second)
        assert (farm.kept(first), farm.kept(second)) == (EVEN, ODD)
        assert [each.has(THE_BOT) for each in (first, second)] == [True, False]


async def test_a_process_alone_has_all_there_is_and_new_clans_at_the_next_beat(farm: Farm) -> None:
    only = farm.process(1, 0)
    await only.begin()
    assert farm.kept(only) == EVEN | ODD
    number, _ = only.newer(0)
    async with farm.database.writing() as connection:
        new = await clans.found(connection, 99 << 22, "New", NOW)
        await clans.leave(connection, 1 << 22 | 7, NOW)
    await only.beat()
    assert only.has(new.clan_id)
    assert only.newer(number) == (number + 1, frozenset({new.clan_id}))
    assert not only.has(1), "the bot left its server"


async def test_the_work_of_a_killed_process_goes_on_within_a_minute_and_the_others_untouched(
    farm: Farm,
) -> None:
    first, second, third = (farm.process(3, each) for each in range(3))
    for each in (first, second, third):
        await each.begin()
    mine = farm.kept(second)
    numbers = second.newer(0)[0], third.newer(0)[0]
    killed = farm.kept(first)
    farm.kill(first)
    await farm.beats(GRACE - BEAT, second, third)
    assert farm.kept(second) == mine, "it may be back at once"
    await farm.beats(timedelta(seconds=15), second, third)
    both = farm.kept(second), farm.kept(third)
    assert both[0] & both[1] == set()
    assert both[0] | both[1] == set(range(1, 9))
    assert mine <= both[0]
    taken = second.newer(numbers[0])[1] | third.newer(numbers[1])[1]
    assert taken - {THE_BOT} == killed, "for these, and no others, is done what is due"
    assert second.has(THE_BOT) != third.has(THE_BOT)


async def test_a_process_that_is_back_has_its_clans_again_once_their_work_is_done(
    farm: Farm,
) -> None:
    async with two(farm) as (first, second):
        farm.kill(first)
        await farm.beats(timedelta(seconds=45), second)
        assert farm.kept(second) == EVEN | ODD
        back = farm.process(2, 0)
        with second.doing(2):
            await back.begin()
            await second.beat()
            await back.beat()
            assert farm.kept(second) == ODD
            assert farm.kept(back) == EVEN - {2}, "that one's work is not done yet"
            async with farm.database.writing() as connection:
                assert await clans.every(connection)  # and may be written
        await second.beat()
        await back.beat()
        assert (farm.kept(back), farm.kept(second)) == (EVEN, ODD)


async def test_a_rolling_restart_hands_over_without_a_gap_in_which_another_takes_it(
    farm: Farm,
) -> None:
    async with two(farm) as (first, second):
        await first.close()
        farm.running.remove(first)
        await farm.beats(timedelta(seconds=15), second)
        new = farm.process(2, 0)
        await new.begin()
        await farm.beats(timedelta(minutes=1), new, second)
        assert (farm.kept(new), farm.kept(second)) == (EVEN, ODD)
        assert second.has(THE_BOT)


async def test_a_process_that_stood_still_does_not_go_on(farm: Farm) -> None:
    async with two(farm) as (first, second):
        with first.doing(2):
            async with farm.database.writing() as connection:
                await clans.change(connection, 2, name="before")
            await farm.sleep(SURE.total_seconds())
            assert farm.kept(first) == set()
            with pytest.raises(LockLost):
                async with farm.database.writing() as connection:
                    await clans.change(connection, 2, name="after")
        await first.beat()
        assert farm.kept(first) == EVEN, "nobody took it meanwhile"
        farm.clock.forward(HOUR)
        assert farm.kept(first) == set(), "a machine that slept, whose timer stood still"
        await farm.beats(BEAT, first, second)
        assert farm.kept(first) == EVEN


async def test_what_began_before_the_locks_were_lost_is_not_written_after_they_are_back(
    farm: Farm,
) -> None:
    outside = copy_context()
    async with two(farm) as (first, _):
        with first.doing(2):
            farm.kill(first)
            farm.running.append(first)
            with capture_logs() as logs:
                await asyncio.create_task(first.beat(), context=outside)
                assert farm.kept(first) == set()
                await asyncio.create_task(first.beat(), context=outside)
            assert farm.kept(first) == EVEN
            with pytest.raises(LockLost):
                async with farm.database.writing() as connection:
                    await clans.change(connection, 2, name="after")
        assert "does no clan's work until it is sure of it again" in logs[0]["event"]


async def test_a_second_process_of_the_same_shards_stands_by_and_takes_over_whole(
    farm: Farm,
) -> None:
    first, standby = farm.process(1, 0), farm.process(1, 0)
    await first.begin()
    with capture_logs() as logs:
        waiting = asyncio.create_task(standby.begin())
        await farm.slept.wait()
        farm.kill(first)
        await waiting
    assert farm.kept(standby) == EVEN | ODD
    assert standby.has(THE_BOT)
    words = logs[0]["event"]
    assert words.startswith("waiting until this process can serve its shards: clanstats, process ")
    assert words.endswith("serves shard 0 of 1")
    # Whoever lost its shards learns it before it goes on, and leaves Discord.
    farm.running.append(first)
    await first.keep()
    assert farm.kept(first) == set()
    assert farm.kept(standby) == EVEN | ODD


async def test_nobody_serves_by_another_count_beside(farm: Farm) -> None:
    old = farm.process(2, 1)
    await old.begin()
    new = farm.process(4, 0)
    assert not await new.serve()
    await old.close()
    assert await new.serve()


async def test_what_a_kill_left_without_an_end_is_closed_and_what_others_do_is_not(
    farm: Farm,
) -> None:
    async with farm.database.writing() as connection:
        for clan_id in (1, 2, None):
            await runs.begin(connection, "poll", clan_id, "a-trace", NOW)
    odd = farm.process(2, 1)
    await odd.begin()
    async with farm.database.reading() as connection:
        outcomes = [
            (await runs.last_runs(connection, clan_id))["poll"].outcome for clan_id in (None, 1, 2)
        ]
    # The newest of clan 2 is that of the whole bot.
    assert outcomes == ["stopped", "stopped", "stopped"]
    ended = farm.server.ask(EMPTY, "SELECT clan_id FROM job_runs WHERE outcome IS NULL")
    assert [each["clan_id"] for each in ended] == [2]


async def test_one_process_at_a_time_begins_a_session_of_a_bucket(farm: Farm) -> None:
    over, naps = asyncio.Event(), 0

    async def nap(seconds: float) -> None:
        nonlocal naps
        naps += 1
        if seconds == 1.0 and naps == 5:
            over.set()
        await (asyncio.sleep(0) if seconds == 1.0 else over.wait())

    first, second = (
        Shared(farm.database, Shards(2, (n,)), farm.clock, timer=lambda: 0.0, sleep=nap)
        for n in (0, 1)
    )
    await first.identify(0, 5.5)
    await second.identify(1, 5.5)
    assert not over.is_set(), "another bucket"
    await second.identify(0, 5.5)
    assert over.is_set()
    for each in (first, second):
        await each.close()


async def test_without_its_database_a_session_begins_all_the_same(tmp_path: Path) -> None:
    url = URL.create("postgresql+asyncpg", database="none", query={"host": str(tmp_path)})
    async with opened(url) as database:
        lonely = Shared(database, Shards(), Clock(NOW), timer=lambda: 0.0)
        await lonely.identify(0, 5.0)
        await lonely.beat()
        assert not lonely.has(1)
        with pytest.raises(StorageError):
            await lonely.serve()


async def test_alone_on_a_file_everything_is_done_and_nothing_is_asked(tmp_path: Path) -> None:
    async with opened(tmp_path / "none.db") as database:
        alone = Alone(database, Clock(NOW))
        assert alone.has(1)
        assert alone.newer(0) == (0, frozenset())
        with alone.doing(1):
            await alone.identify(0, 5.0)
        await alone.close()

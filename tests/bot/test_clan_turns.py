"""Jobs of many clans are spread over their interval, and what is slow for one holds up no other."""

import asyncio
from collections import Counter
from collections.abc import AsyncIterator, Awaitable, Callable, Iterator, Sequence
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
import pytest_asyncio

from bot import clan_turns
from bot.clan.punctuality import Job
from bot.clan_turns import ClanTurns, Slices, held_before
from bot.late_notices import DoubtNotices, LateNotices
from bot.services.ops import Lateness
from bot.services.setup import Clan, Clans, Only
from bot.settings import Settings, load
from storage import clans, runs
from storage.engine import Database
from tests.bot.demo.conftest import Clock
from tests.bot.services.village import counted
from tests.storage.conftest import path, template
from tests.storage.rows import DAY, HOUR, NOW

__all__ = ["path", "template"]

MINUTE = timedelta(minutes=1)
CLANS = 240  # more than two pages of them


@dataclass
class Work:
    """A job that notes for whom it was done; of some it does not end until it is told to."""

    done: list[int] = field(default_factory=list)
    slow: set[int] = field(default_factory=set)
    due: set[int] | None = None
    under_way: int = 0
    most_under_way: int = 0
    present: set[int] = field(default_factory=set)
    twice_at_once: set[int] = field(default_factory=set)
    begun_slow: set[int] = field(default_factory=set)
    go_on: asyncio.Event = field(default_factory=asyncio.Event)

    def is_for(self, _settings: Settings, clan: Clan) -> bool:
        return clan.guild_id > 0

    def is_due(self, _settings: Settings, clan: Clan, _now: datetime) -> bool:
        return self.due is None or clan.guild_id in self.due

    def is_slow(self, clan: Clan, _now: datetime) -> bool:
        return clan.guild_id in self.slow

    async def __call__(self, clan: Clan) -> None:
        if clan.guild_id in self.slow:
            self.begun_slow.add(clan.guild_id)
            await self.go_on.wait()
        if clan.guild_id in self.present:
            self.twice_at_once.add(clan.guild_id)
        self.present.add(clan.guild_id)
        self.under_way += 1
        self.most_under_way = max(self.most_under_way, self.under_way)
        for _ in range(10):
            await asyncio.sleep(0)
        self.under_way -= 1
        self.present.discard(clan.guild_id)
        self.done.append(clan.guild_id)


@dataclass
class Served:
    """Which clans' work is done here: that of all but some."""

    clans: Clans
    clock: Clock
    elsewhere: set[int] = field(default_factory=set)
    done_for: set[int] = field(default_factory=set)
    taken: dict[int, int] = field(default_factory=dict)
    """The how-manieth each clan was that was taken over."""

    @property
    def duties(self) -> Any:  # noqa: ANN401 - as much of it as turns ask for
        return self

    def has(self, clan_id: int) -> bool:
        return clan_id not in self.elsewhere

    def newer(self, than: int) -> tuple[int, frozenset[int]]:
        return max(self.taken.values(), default=0), frozenset(
            clan_id for clan_id, number in self.taken.items() if number > than
        )

    @contextmanager
    def doing(self, clan_id: int) -> Iterator[None]:
        self.done_for.add(clan_id)
        yield


@dataclass
class Desk:
    """Many clans, and the turns of one job."""

    database: Database
    clock: Clock
    work: Work
    turns: ClanTurns
    served: "Served"

    async def hour(self, slices: Slices) -> list[set[int]]:
        """Return for whom the job was done in each minute of an hour."""
        found = []
        for _ in range(60):
            self.clock.forward(MINUTE)
            self.work.done.clear()
            await self.turns.next_turn(slices)
            found.append(set(self.work.done))
            assert len(found[-1]) == len(self.work.done)
        return found


@dataclass
class FakeJob:
    """A job for some clans, due for all of them and never slow."""

    is_for: Callable[[Settings, Clan], bool]

    def is_due(self, _settings: Settings, _clan: Clan, _now: datetime) -> bool:
        return True

    def is_slow(self, _clan: Clan, _now: datetime) -> bool:
        return False


async def unguarded(turn: Awaitable[None]) -> None:
    await turn


@pytest_asyncio.fixture
async def desk(path: Path) -> AsyncIterator[Desk]:
    database, clock, work = Database(path), Clock(NOW), Work()
    async with database.writing() as connection:
        await clans.be_in(connection, {each: f"Clan {each}" for each in range(1, CLANS + 1)}, NOW)
    served = Served(Clans(database, clock), clock)
    yield Desk(
        database, clock, work, ClanTurns(served, load({}, None), work, work, unguarded), served
    )
    await database.close()


async def test_every_clan_has_a_minute_of_its_own_also_after_a_restart(desk: Desk) -> None:
    desk.work.due = set()
    slices = Slices(HOUR)
    await desk.turns.next_turn(slices)
    assert desk.work.done == []
    first = await desk.hour(slices)
    assert [len(each) for each in first] == [CLANS // 60] * 60
    assert set().union(*first) == set(range(1, CLANS + 1))
    again = Slices(HOUR)
    await desk.turns.next_turn(again)
    assert await desk.hour(again) == first


async def test_at_the_start_it_is_done_for_whom_it_is_due_a_few_at_once(desk: Desk) -> None:
    desk.work.due = set(range(1, 121))
    await desk.turns.next_turn(Slices(HOUR))
    assert sorted(desk.work.done) == list(range(1, 121))
    assert desk.work.most_under_way == 4


async def test_what_is_slow_for_some_holds_up_nobody_and_is_not_begun_twice(desk: Desk) -> None:
    desk.work.slow = {1, 2, 3, 4, 5}
    slices = Slices(HOUR)
    await desk.turns.next_turn(slices)
    assert len(desk.work.done) == CLANS - 5
    hour = await desk.hour(slices)
    assert set().union(*hour) == set(range(6, CLANS + 1))
    assert desk.work.begun_slow == {1, 2}
    desk.work.done.clear()
    desk.work.go_on.set()
    await desk.turns.drained()
    assert Counter(desk.work.done) == Counter([1, 2, 3, 4, 5])


async def test_who_waits_behind_is_left_out_when_the_bot_left_meanwhile(desk: Desk) -> None:
    desk.work.slow = desk.work.due = {1, 2, 3}
    await desk.turns.next_turn(Slices(HOUR))
    async with desk.database.writing() as connection:
        await clans.leave(connection, 3, NOW)
    desk.work.go_on.set()
    await desk.turns.drained()
    assert sorted(desk.work.done) == [1, 2]


async def test_what_is_slow_ends_when_we_stop(desk: Desk) -> None:
    desk.work.slow = desk.work.due = {1, 2, 3}
    await desk.turns.next_turn(Slices(HOUR))
    desk.turns.stop()
    await desk.turns.drained()
    assert desk.work.done == []


def test_a_clock_that_jumps_ahead_leaves_out_no_slice_and_does_none_twice() -> None:
    slices = Slices(HOUR)
    slices.begin(NOW)
    assert slices.due(NOW) == []
    assert len(slices.due(NOW + 5 * MINUTE)) == 5
    assert sorted(slices.due(NOW + 30 * DAY)) == list(range(60))


def test_a_clock_that_is_set_back_goes_on_from_there() -> None:
    slices = Slices(HOUR)
    slices.begin(NOW)
    assert len(slices.due(NOW - 30 * DAY)) == 1
    assert len(slices.due(NOW - 30 * DAY + MINUTE)) == 1


@pytest.mark.parametrize("length", [timedelta(minutes=5), timedelta(seconds=90), DAY])
def test_in_one_interval_every_slice_is_due_once(length: timedelta) -> None:
    slices = Slices(length)
    slices.begin(NOW)
    found: list[int] = []
    for number in range(1, slices.count + 1):
        found += slices.due(NOW + number * slices.tick)
    assert sorted(found) == list(range(slices.count))


async def test_a_poll_is_due_at_the_start_only_where_one_was_missed(desk: Desk) -> None:
    async def polled(at: datetime | None) -> bool:
        async with desk.database.writing() as connection:
            await clans.change(connection, 1, polled_at=at)
        clan = await Clans(desk.database, desk.clock).of_guild(1)
        assert clan is not None
        return clan_turns.is_overdue(load({}, None), clan, NOW)

    assert await polled(None)
    assert await polled(NOW - HOUR)
    assert not await polled(NOW - HOUR + MINUTE)
    assert await polled(NOW + DAY)


async def test_only_clans_for_which_a_job_may_be_are_read_and_narrowed_a_page_at_a_time(
    desk: Desk,
) -> None:
    asked: list[int] = []

    async def narrows(found: Sequence[Clan]) -> Sequence[Clan]:
        asked.append(len(found))
        return [clan for clan in found if clan.guild_id == 230]

    async with desk.database.writing() as connection:
        for clan_id in range(1, 221):
            await clans.change(connection, clan_id, polled_at=NOW, officer_channel_id=7)
    settings = load({}, None)
    job = FakeJob(clan_turns.has_officer_channel)
    turns = ClanTurns(desk.served, settings, job, desk.work, unguarded)
    await turns.turn()
    assert sorted(desk.work.done) == [*range(1, 221)]
    desk.work.done.clear()
    narrow = ClanTurns(desk.served, settings, desk.work, desk.work, unguarded, narrows)
    await narrow.turn()
    assert (desk.work.done, asked) == ([230], [100, 100, 40])


@pytest.mark.parametrize("of", [1, 7, 60, 500])
async def test_the_parts_of_all_clans_are_all_of_them_and_each_once(desk: Desk, of: int) -> None:
    known = Clans(desk.database, desk.clock)
    found = [
        clan.clan_id async for number in numbers(of) async for clan in known.each((number, of))
    ]
    assert sorted(found) == [*range(1, CLANS + 1)]


async def numbers(of: int) -> AsyncIterator[int]:
    for number in range(of):
        yield number


@pytest.mark.parametrize("only", Only)
@pytest.mark.parametrize("part", [None, (3, 60)])
async def test_no_whole_table_is_read_for_a_part_of_the_clans(
    desk: Desk, only: Only, part: tuple[int, int] | None
) -> None:
    with counted(desk.database) as statements:
        known = Clans(desk.database, desk.clock)
        assert len([clan async for clan in known.each(part, only)]) in {0, 4, CLANS}
    async with desk.database.reading() as connection:
        for statement in [each for each in statements if "FROM clans" in each]:
            values = tuple([0] * statement.count("?"))
            plan = await connection.exec_driver_sql(f"EXPLAIN QUERY PLAN {statement}", values)
            assert [row.detail for row in plan if row.detail == "SCAN clans"] == []


async def test_a_thousand_clans_of_which_three_are_late_cost_one_look_a_page(
    desk: Desk,
) -> None:
    job = Job("poll", HOUR)
    lateness = Lateness(desk.database, desk.clock, [job], None)
    async with desk.database.writing() as connection:
        for clan_id in range(1, CLANS + 1):
            await clans.change(connection, clan_id, wom_group_id=clan_id)
    desk.clock.forward(10 * HOUR)
    now = desk.clock.now
    async with desk.database.writing() as connection:
        for clan_id in range(1, CLANS + 1):
            for hours in (9, 5, 1 if clan_id % 80 else 4):
                run = await runs.begin(connection, "poll", clan_id, "x", now - hours * HOUR)
                outcome = "failed" if clan_id == 7 and hours == 1 else "done"
                await runs.end(connection, run, outcome, {}, now - hours * HOUR)
            ahead = await runs.begin(connection, "poll", clan_id, "x", now + HOUR)
            await runs.end(connection, ahead, "done", {}, now + HOUR)
    notices = LateNotices(lateness, desk.clock)
    known = Clans(desk.database, desk.clock)
    with counted(desk.database) as statements:
        late = [clan async for clan in known.each(narrows=notices.among)]
    assert [clan.clan_id for clan in late] == [7, 80, 160, 240]
    assert len([each for each in statements if "job_runs" in each]) == 3
    slow = [clan.clan_id for clan in await known.every() if await lateness.of(clan)]
    assert slow == [7, 80, 160, 240]
    async with desk.database.reading() as connection:
        for statement in {each for each in statements if "job_runs" in each}:
            values = tuple(["x"] * statement.count("?"))
            plan = await connection.exec_driver_sql(f"EXPLAIN QUERY PLAN {statement}", values)
            assert not [row for row in plan if row.detail.startswith("SCAN job_runs")]


async def test_of_ten_thousand_clans_that_were_told_a_bounded_number_is_kept(desk: Desk) -> None:
    notices = LateNotices(Lateness(desk.database, desk.clock, [], None), desk.clock)
    doubts = DoubtNotices()
    one = await Clans(desk.database, desk.clock).of_guild(1)
    assert one is not None
    for clan_id in range(20_000):
        clan = replace(one, clan_id=clan_id)
        for telling in (
            notices.telling(clan, {"poll": None}),
            doubts.telling(clan, "half of them are gone"),
        ):
            assert telling is not None
            await telling.note()
    assert notices.telling(clan, {"poll": None}) is None
    assert doubts.telling(clan, "half of them are gone") is None
    assert (len(notices._told), len(doubts._told)) == (10_000, 10_000)
    assert doubts.telling(clan, None) is None
    assert await notices.among([clan]) == []
    assert (len(notices._told), len(doubts._told)) == (9_999, 9_999)


async def test_what_another_process_does_is_not_done_here(desk: Desk) -> None:
    desk.served.elsewhere = set(range(1, 100))
    await desk.turns.next_turn(slices := Slices(HOUR))
    await desk.hour(slices)
    await desk.turns.turn()
    assert desk.served.done_for == set(range(100, CLANS + 1))


async def test_for_clans_that_are_taken_over_it_is_done_as_at_a_start(desk: Desk) -> None:
    desk.work.due = {3, 4}
    desk.served.elsewhere = {3, 4, 5}
    await desk.turns.take_over({3, 4, 5})
    assert desk.work.done == []  # the first turn is still to come
    await desk.turns.next_turn(Slices(HOUR))
    assert desk.work.done == []
    desk.served.elsewhere = set()
    await desk.turns.take_over({3, 5})
    assert desk.work.done == [3]


async def test_a_clan_that_is_taken_over_in_its_own_minute_is_not_done_twice_at_once(
    desk: Desk,
) -> None:
    slices = Slices(HOUR)
    await desk.turns.next_turn(slices)
    desk.clock.forward(HOUR)
    desk.work.done.clear()
    async with asyncio.TaskGroup() as group:
        group.create_task(desk.turns.next_turn(slices))
        group.create_task(desk.turns.take_over(set(range(1, CLANS + 1))))
    assert set(desk.work.done) == set(range(1, CLANS + 1))
    assert desk.work.twice_at_once == set()


async def test_what_another_process_did_before_it_gave_a_clan_back_is_not_done_again(
    desk: Desk,
) -> None:
    """Who is to be done for is read a page at a time, long before the last of it has its turn."""
    done_elsewhere: set[int] = set()

    async def undone(found: Sequence[Clan]) -> Sequence[Clan]:
        left = [clan for clan in found if clan.clan_id not in done_elsewhere]
        if len(found) > 1:
            done_elsewhere.update({5, 150})
        return left

    await desk.turns.turn(undone)
    assert sorted(desk.work.done) == [each for each in range(1, CLANS + 1) if each not in {5, 150}]


async def test_that_it_cannot_be_asked_for_one_clan_stops_no_other(desk: Desk) -> None:
    async def fails(found: Sequence[Clan]) -> Sequence[Clan]:
        if [clan.clan_id for clan in found] == [7]:
            raise LookupError
        return found

    async def guards(turn: Awaitable[None]) -> None:
        with suppress(LookupError):
            await turn

    turns = ClanTurns(desk.served, load({}, None), desk.work, desk.work, guards)
    await turns.turn(fails)
    assert sorted(desk.work.done) == [each for each in range(1, CLANS + 1) if each != 7]


async def test_clans_that_are_taken_over_during_a_turn_are_left_out_of_it(desk: Desk) -> None:
    desk.served.taken = {3: 1, 4: 2}
    before = held_before(desk.served.duties, 1)

    async def taken_meanwhile(found: Sequence[Clan]) -> Sequence[Clan]:
        left = await before(found)
        desk.served.taken[20] = 3
        return left

    await desk.turns.turn(taken_meanwhile)
    assert sorted(desk.work.done) == [each for each in range(1, CLANS + 1) if each not in {4, 20}]

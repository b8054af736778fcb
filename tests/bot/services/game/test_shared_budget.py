"""Two processes with one key never ask Wise Old Man for more than one may, and nobody in vain."""

import asyncio
from collections.abc import AsyncIterator
from dataclasses import dataclass, field

import httpx
import pytest
import pytest_asyncio

from bot.services.game import SharedBudget
from bot.services.game.shared_budget import budget_of
from storage.engine import Database
from tests.storage.postgres import EMPTY, Server
from tests.storage.rows import opened
from wom.client import WomClient, asking_for, behind_others, open_http
from wom.errors import WomBlocked, WomBusy

KEY = "made0up0key"


@dataclass
class WiseOldMan:
    """One that counts what it is asked with a key, and when, by the clock of the database."""

    clock_s: float = 50_000.0
    asked: list[tuple[float, str]] = field(default_factory=list)
    instead: httpx.Response | None = None

    def __call__(self, request: httpx.Request) -> httpx.Response:
        self.asked.append((self.clock_s, request.headers["x-api-key"]))
        if self.instead is not None:
            return self.instead
        return httpx.Response(200, json=[])

    def most_in_a_minute(self) -> int:
        """Return how many requests came at most in a minute, whenever it began."""
        times = [at for at, _ in self.asked]
        return max(sum(0 <= other - at < 60 for other in times) for at in times)


@dataclass
class Process:
    """A process: a client with a pace of its own, a clock of its own, and sleep that is short."""

    wom: WiseOldMan
    client: WomClient
    slept: list[float]

    async def asks(self, clan: str, times: int, *, is_behind: bool = False) -> int:
        """Ask so many times, one after the other, and return how often that was answered."""
        for done in range(times):
            try:
                with asking_for(clan):
                    if is_behind:
                        with behind_others():
                            await self.client.activity(139)
                    else:
                        await self.client.activity(139)
            except WomBusy:
                return done
        return times


@dataclass
class Farm:
    """Where processes run: one database, or two connections to it."""

    databases: list[Database]
    wom: WiseOldMan = field(default_factory=WiseOldMan)
    running: list[Process] = field(default_factory=list)

    def process(self, key: str = KEY, ahead_s: float = 0.0, max_wait_s: float = 0.0) -> Process:
        def timer() -> float:
            return self.wom.clock_s + ahead_s

        slept: list[float] = []

        async def sleep(seconds: float) -> None:
            slept.append(seconds)
            self.wom.clock_s += seconds

        database = self.databases[len(self.running) % len(self.databases)]
        shares = SharedBudget(database, key, timer, lambda: self.wom.clock_s)
        transport = httpx.MockTransport(self.wom)
        client = WomClient(
            lambda: open_http("https://wom.test", key, "me", "1", transport=transport),
            has_key=True,
            monotonic=timer,
            sleep=sleep,
            jitter=lambda: 0.5,
            max_wait_s=max_wait_s,
            shares=shares,
        )
        self.running.append(Process(self.wom, client, slept))
        return self.running[-1]


@pytest_asyncio.fixture
async def farm(server: Server) -> AsyncIterator[Farm]:
    server.wipe()
    url = server.url(EMPTY)
    async with opened(url) as one, opened(url) as another:
        farm = Farm([one, another])
        yield farm
        for each in farm.running:
            await each.client.aclose()


async def test_two_processes_have_one_budget_whatever_their_clocks_show(farm: Farm) -> None:
    first, second = farm.process(ahead_s=0.0), farm.process(ahead_s=12_345.0)
    assert await first.asks("1", 60) == 60
    assert await second.asks("1", 60) == 40
    assert await first.asks("1", 1) == 0
    farm.wom.clock_s += 61
    assert await second.asks("1", 120) == 100
    assert farm.wom.most_in_a_minute() == 100


async def test_processes_that_ask_at_once_take_no_slot_twice(farm: Farm) -> None:
    processes = [farm.process() for _ in range(4)]
    answered = await asyncio.gather(*(each.asks("1", 40) for each in processes))
    assert sum(answered) == len(farm.wom.asked) == 100


async def test_a_poll_of_a_small_clan_comes_before_the_backfill_of_another_process(
    farm: Farm,
) -> None:
    large, small = farm.process(), farm.process()
    assert await large.asks("large", 200, is_behind=True) == 80
    assert [await small.asks(f"small {n}", 2) for n in range(10)] == [2] * 10
    farm.wom.clock_s += 61
    # It needed twenty, so as much is kept for it.
    assert await large.asks("large", 200, is_behind=True) == 80


async def test_a_clan_that_asks_much_leaves_slots_to_those_that_ask_little(farm: Farm) -> None:
    large, small = farm.process(), farm.process()
    assert await small.asks("small", 2) == 2
    assert await large.asks("large", 200) == 90
    assert [await small.asks(f"other {n}", 2) for n in range(4)] == [2] * 4


async def test_over_many_minutes_the_budget_holds_and_a_backfill_goes_on_beside_polls(
    farm: Farm,
) -> None:
    large, small = farm.process(max_wait_s=200.0), farm.process(max_wait_s=200.0)
    backfill = asyncio.create_task(large.asks("large", 250, is_behind=True))
    for number in range(60):
        assert await small.asks(f"small {number}", 2) == 2
    assert await backfill == 250
    assert farm.wom.most_in_a_minute() <= 100


async def test_what_a_process_that_is_gone_did_not_ask_is_there_for_the_others(farm: Farm) -> None:
    gone = farm.process()
    assert await gone.asks("1", 30) == 30
    del gone
    other = farm.process()
    assert [await other.asks(f"{n}", 2) for n in range(2, 37)] == [2] * 35


async def test_who_is_told_to_wait_tells_the_others(farm: Farm) -> None:
    first, second = farm.process(), farm.process()
    farm.wom.instead = httpx.Response(429, headers={"retry-after": "30"}, json={})
    assert await first.asks("1", 1) == 0
    asked = len(farm.wom.asked)
    farm.wom.instead = None
    assert await second.asks("2", 1) == 0
    assert len(farm.wom.asked) == asked
    farm.wom.clock_s += 31
    assert await second.asks("2", 1) == 1


async def test_a_blocked_address_is_asked_from_no_process_for_a_day(farm: Farm) -> None:
    first, second = farm.process(), farm.process()
    farm.wom.instead = httpx.Response(429, text="You are blocked for 24 hours.")
    with pytest.raises((WomBlocked, WomBusy)):
        await first.client.activity(139)
    asked = len(farm.wom.asked)
    with pytest.raises((WomBlocked, WomBusy)):
        await second.client.activity(139)
    assert len(farm.wom.asked) == asked


async def test_each_key_has_a_budget_of_its_own_and_stands_nowhere(
    farm: Farm, server: Server
) -> None:
    assert await farm.process().asks("1", 200) == 100
    assert await farm.process(key="another0key").asks("1", 200) == 100
    rows = server.ask(EMPTY, "SELECT key_hash, pace FROM wom_budgets")
    assert {row["key_hash"] for row in rows} == {budget_of(KEY), budget_of("another0key")}
    assert "key" not in "".join(f"{row['key_hash']}{row['pace']}" for row in rows)
    assert budget_of(None) not in {budget_of(KEY), budget_of("")[:1]}


async def test_by_the_clock_of_the_server_a_window_is_a_minute(farm: Farm) -> None:
    database = farm.databases[0]
    shares = SharedBudget(database, KEY, lambda: 7.0)
    transport = httpx.MockTransport(farm.wom)
    slept: list[float] = []

    async def sleep(seconds: float) -> None:
        slept.append(seconds)
        raise TimeoutError

    client = WomClient(
        lambda: open_http("https://wom.test", KEY, "me", "1", transport=transport),
        has_key=True,
        monotonic=lambda: 7.0,
        sleep=sleep,
        jitter=lambda: 0.5,
        shares=shares,
    )
    for _ in range(100):
        await client.activity(139)
    with pytest.raises(TimeoutError):
        await client.activity(139)
    assert 0 < slept[0] <= 61
    await client.aclose()

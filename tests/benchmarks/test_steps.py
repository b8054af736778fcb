"""What must not hold anybody up: counting by a new zone, and who answered in one clan of many."""

import asyncio
import time
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from datetime import timedelta
from pathlib import Path

import pytest
from pytest_benchmark.fixture import BenchmarkFixture

from bot.clan.questions import ANSWER_WINDOW
from bot.services.chat import Zones
from bot.services.setup import Clans
from storage import messages
from storage.engine import Connection, Database
from tests.benchmarks.histories import NOW, Histories
from tests.storage.rows import a_channel, a_clan, a_fact, an_author


class Timed(Database):
    """A database that knows for how long each of its writers held it, in seconds."""

    held: list[float]

    @asynccontextmanager
    async def writing(self) -> AsyncIterator[Connection]:
        async with super().writing() as connection:
            began = time.perf_counter()
            yield connection
            self.held.append(time.perf_counter() - began)


def timed(path: Path) -> Timed:
    database = Timed(f"sqlite+aiosqlite:///{path}")
    database.held = []
    return database


@pytest.mark.parametrize("name", ["305", "305 x 10"])
def test_a_new_zone(
    benchmark: BenchmarkFixture,
    runner: asyncio.Runner,
    histories: Histories,
    tmp_path: Path,
    name: str,
) -> None:
    """A zone half an hour off, in which every hour begins elsewhere."""
    database = timed(histories.copy(name, tmp_path))

    async def moved() -> None:
        (clan,) = await Clans(database, lambda: NOW).every()
        await Zones(database).set_zone(clan, "Asia/Kolkata")

    benchmark.pedantic(lambda: runner.run(moved()), rounds=1)
    longest = max(database.held)
    benchmark.extra_info["steps"] = len(database.held)
    benchmark.extra_info["longest_step_ms"] = round(longest * 1000, 1)
    runner.run(database.close())
    assert len(database.held) > 1


def test_answered_authors_of_one_clan_among_200(
    benchmark: BenchmarkFixture, runner: asyncio.Runner, histories: Histories, tmp_path: Path
) -> None:
    """The ratio is to the same clan alone; it was 120."""
    neighbours = 200 if histories.real else 2
    database = timed(histories.copy("305", tmp_path))

    async def settle(guild_id: int) -> tuple[int, int]:
        async with database.writing() as connection:
            clan_id = await a_clan(connection, guild_id)
            who = await an_author(connection, clan_id)
            channel = await a_channel(connection, clan_id, guild_id)
            sent = [NOW - timedelta(minutes=n * 20 + guild_id % 20) for n in range(1_000)]
            facts = [a_fact(who, channel, at, number=guild_id) for at in sent[:: neighbours // 2]]
            await messages.add(connection, {clan_id: facts})
        return clan_id, who

    async def asked(clan_id: int, who: int) -> float:
        since = NOW - timedelta(days=14)
        async with database.reading() as connection:
            began = time.perf_counter()
            for _ in range(20):
                found = await messages.answered_authors(
                    connection, clan_id, [who], since, ANSWER_WINDOW
                )
                assert found.keys() == {who}
            return (time.perf_counter() - began) / 20

    clan = runner.run(settle(1_001))
    alone = runner.run(asked(*clan))
    for guild_id in range(1_002, 1_001 + neighbours):
        runner.run(settle(guild_id))
    among = benchmark.pedantic(lambda: runner.run(asked(*clan)), rounds=3)
    benchmark.extra_info["x_alone"] = round(among / alone, 2)
    runner.run(database.close())

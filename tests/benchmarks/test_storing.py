"""Writing: live messages in batches, a poll of 500 members, and how a year fills the disk."""

import asyncio
import shutil
import sqlite3
from collections.abc import Iterator
from contextlib import closing
from dataclasses import replace
from itertools import islice
from pathlib import Path

import pytest
from pytest_benchmark.fixture import BenchmarkFixture

from bot.demo.hiscores import METRICS
from bot.demo.seed import _heard, own_cast
from bot.services.chat import IncomingMessage, Intake
from bot.services.setup import Clan, Clans
from storage.engine import Database
from storage.migrate import bring_up
from tests.benchmarks.histories import NOW, Histories, Size, world_of
from tests.benchmarks.polls import polled

BATCH = 1_000


@pytest.fixture
def empty(runner: asyncio.Runner, tmp_path: Path) -> Iterator[Database]:
    database = Database(f"sqlite+aiosqlite:///{tmp_path / 'empty.db'}")
    runner.run(bring_up(database, NOW))
    yield database
    runner.run(database.close())


def test_twenty_thousand_messages(
    benchmark: BenchmarkFixture, runner: asyncio.Runner, empty: Database, histories: Histories
) -> None:
    world = world_of(replace(histories.size("305"), days=30))
    count = 20_000 if histories.real else 200
    heard = list(islice(_heard(world, own_cast(world), 2_000), count))
    clans = Clans(empty, lambda: NOW)
    guilds = iter(range(1, 1_000))

    def fresh() -> tuple[tuple[Intake, Clan, list[IncomingMessage]], dict[str, object]]:
        """Give every round a clan of its own, whose messages are not there yet."""
        number = next(guilds)
        clan = runner.run(clans.found(number, "clan"))
        moved = [replace(each, message_id=each.message_id + (number << 44)) for each in heard]
        return (Intake(empty, clans, lambda: NOW), clan, moved), {}

    def store(intake: Intake, clan: Clan, batch: list[IncomingMessage]) -> int:
        async def all_of_it() -> int:
            done = 0
            for start in range(0, len(batch), BATCH):
                flushed = await intake.store(clan, batch[start : start + BATCH])
                done += flushed.stored + flushed.told
            return done

        return runner.run(all_of_it())

    stored = benchmark.pedantic(store, setup=fresh, rounds=5 if histories.real else 1)
    assert stored == len(heard)
    benchmark.extra_info["messages"] = len(heard)


def test_poll_of_500_members_stored(
    benchmark: BenchmarkFixture, runner: asyncio.Runner, empty: Database, histories: Histories
) -> None:
    members = 500 if histories.real else 20
    polled(benchmark, runner, empty, Size(members, 0, days=60), rounds=2)
    assert len(METRICS) > 100


def test_a_year_on_disk(benchmark: BenchmarkFixture, histories: Histories, tmp_path: Path) -> None:
    """Not a time but a size: what a year of 305 members with 1,600 messages a day takes."""
    path = histories.path("305")

    def vacuumed() -> float:
        copy = shutil.copy(path, tmp_path / "copy.db")
        with closing(sqlite3.connect(copy)) as connection:
            messages = int(connection.execute("SELECT COUNT(*) FROM messages").fetchone()[0])
        benchmark.extra_info["megabytes"] = round(Path(copy).stat().st_size / 1e6, 1)
        benchmark.extra_info["messages"] = messages
        return Path(copy).stat().st_size / 1e6

    assert benchmark.pedantic(vacuumed, rounds=1) < 60

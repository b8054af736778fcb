"""Many clans in one process: what is said in each of them, and who is there, written together."""

import asyncio
from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path

import pytest
from pytest_benchmark.fixture import BenchmarkFixture

from bot.clan.voice import VoiceState
from bot.services.chat import Flushed, Intake, Presence
from bot.services.setup import Clans
from storage import clans
from storage.engine import Database
from storage.migrate import bring_up
from tests.benchmarks.histories import NOW, Histories
from tests.bot.demo.conftest import Clock
from tests.bot.services.talk import heard

CLANS, MEMBERS = 200, 40
IN_VOICE = 3


@pytest.fixture
def empty(runner: asyncio.Runner, tmp_path: Path) -> Iterator[Database]:
    database = Database(tmp_path / "empty.db")
    runner.run(bring_up(database, NOW))
    yield database
    runner.run(database.close())


async def found(database: Database, count: int) -> None:
    async with database.writing() as connection:
        await clans.be_in(connection, {n: f"Clan {n}" for n in range(1, count + 1)}, NOW)


def test_a_message_in_each_of_200_clans(
    benchmark: BenchmarkFixture, runner: asyncio.Runner, empty: Database, histories: Histories
) -> None:
    count = CLANS if histories.real else 5
    intake = Intake(empty, Clans(empty, lambda: NOW), lambda: NOW)

    def hear(number: int) -> None:
        for guild_id in range(1, count + 1):
            user_id = guild_id * MEMBERS + number % MEMBERS
            intake.hear(guild_id, heard(guild_id * 1_000_000 + number, user=user_id))

    numbers = iter(range(1, 1_000))
    runner.run(found(empty, count))
    for _ in range(MEMBERS):
        hear(next(numbers))
    runner.run(intake.flush())
    flushed = benchmark.pedantic(
        lambda: runner.run(intake.flush()),
        setup=lambda: hear(next(numbers)),
        rounds=5 if histories.real else 1,
    )
    assert flushed == Flushed(stored=count)
    benchmark.extra_info["clans"] = count


def test_a_minute_in_voice_in_each_of_200_clans(
    benchmark: BenchmarkFixture, runner: asyncio.Runner, empty: Database, histories: Histories
) -> None:
    count, clock = CLANS if histories.real else 5, Clock(NOW)
    presence = Presence(empty, clock)
    runner.run(found(empty, count))
    for guild_id in range(1, count + 1):
        presence.sit(guild_id, [VoiceState(user_id, 5) for user_id in range(IN_VOICE)])
    clock.forward(timedelta(minutes=1))
    runner.run(presence.flush())
    benchmark.pedantic(
        lambda: runner.run(presence.flush()),
        setup=lambda: clock.forward(timedelta(minutes=1)),
        rounds=5 if histories.real else 1,
    )
    benchmark.extra_info["clans"] = count

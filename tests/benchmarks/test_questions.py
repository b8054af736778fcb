"""Questions as they come: the lag of a flush, the longest stall of the loop, and what is held."""

import asyncio
import os
import time
from collections.abc import Iterable, Iterator
from dataclasses import replace
from datetime import timedelta
from pathlib import Path

import pytest
from pytest_benchmark.fixture import BenchmarkFixture

from bot.services.chat import ChannelInfo, IncomingMessage, Intake
from bot.services.setup import Clans
from storage.columns import first_snowflake
from storage.engine import Database
from storage.migrate import bring_up
from tests.benchmarks.desk import longest_stall
from tests.benchmarks.histories import NOW, Histories
from tests.benchmarks.idle import resident_kilobytes

FLUSH_S = 3
GUILD_ID = 1
QUESTIONS_OF_100 = 8
SPOTS = tuple(ChannelInfo(100 + number, f"channel {number}", "text") for number in range(4))


@pytest.fixture
def intake(runner: asyncio.Runner, tmp_path: Path) -> Iterator[Intake]:
    database = Database(f"sqlite+aiosqlite:///{tmp_path / 'empty.db'}")
    clans = Clans(database, lambda: NOW)
    runner.run(bring_up(database, NOW))
    runner.run(clans.found(GUILD_ID, "clan"))
    yield Intake(database, clans, lambda: NOW)
    runner.run(database.close())


def talk(seconds: int, a_second: int, questions_of_100: int) -> Iterator[list[IncomingMessage]]:
    """Yield what is heard between two flushes; ten people write in a busy channel and others."""
    for first in range(0, seconds * a_second, FLUSH_S * a_second):
        heard = []
        for number in range(first, min(first + FLUSH_S * a_second, seconds * a_second)):
            sent_at = NOW + timedelta(seconds=number / a_second)
            user, channel_info = number * 7 % 10 + 1, SPOTS[max(0, number % 8 - 4) % len(SPOTS)]
            asks = number * 37 % 100 < questions_of_100
            message_id = first_snowflake(sent_at) + number % 4096
            heard.append(
                IncomingMessage(
                    message_id, channel_info, user, f"user {user}", "user", sent_at, asks
                )
            )
        yield heard


async def listened(intake: Intake, portions: Iterable[list[IncomingMessage]]) -> list[float]:
    """Hear everything as fast as it can be written; return how long each flush took, in seconds."""
    took = []
    for heard in portions:
        for each in heard:
            intake.hear(GUILD_ID, each)
        began = time.perf_counter()
        await intake.flush()
        took.append(time.perf_counter() - began)
    return took


async def watched(
    intake: Intake, portions: Iterable[list[IncomingMessage]]
) -> tuple[list[float], float]:
    over = asyncio.Event()
    watching = asyncio.ensure_future(longest_stall(over))
    took = await listened(intake, portions)
    over.set()
    return took, await watching


def measured(
    benchmark: BenchmarkFixture,
    runner: asyncio.Runner,
    intake: Intake,
    portions: list[list[IncomingMessage]],
) -> None:
    """Note the longest flush, the longest stall and how much more memory is held."""
    runner.run(intake.flush())
    before = resident_kilobytes(os.getpid())
    took, stall = benchmark.pedantic(lambda: runner.run(watched(intake, portions)), rounds=1)
    more = resident_kilobytes(os.getpid()) - before
    benchmark.extra_info["messages"] = sum(map(len, portions))
    benchmark.extra_info["longest_flush_ms"] = round(max(took) * 1000, 1)
    benchmark.extra_info["last_flush_ms"] = round(took[-1] * 1000, 1)
    benchmark.extra_info["longest_stall_ms"] = round(stall * 1000, 1)
    benchmark.extra_info["more_megabytes"] = round(more / 1024, 1)
    assert not any(buffer.heard for buffer in intake._buffers.values())


def test_six_thousand_questions_in_a_minute(
    benchmark: BenchmarkFixture, runner: asyncio.Runner, intake: Intake, histories: Histories
) -> None:
    measured(benchmark, runner, intake, list(talk(60 if histories.real else 2, 100, 100)))


def test_six_thousand_questions_at_once(
    benchmark: BenchmarkFixture, runner: asyncio.Runner, intake: Intake, histories: Histories
) -> None:
    portions = talk(60 if histories.real else 2, 100, 100)
    measured(benchmark, runner, intake, [[each for heard in portions for each in heard]])


def test_six_thousand_questions_of_one_person(
    benchmark: BenchmarkFixture, runner: asyncio.Runner, intake: Intake, histories: Histories
) -> None:
    """Nobody else speaks, so that every question waits on, until one answer is all of theirs."""
    portions = [
        [replace(each, channel_info=SPOTS[0], user_id=1, name="user 1") for each in few]
        for few in talk(60 if histories.real else 2, 100, 100)
    ]
    sent_at = portions[-1][-1].sent_at + timedelta(seconds=1)
    portions.append(
        [IncomingMessage(first_snowflake(sent_at), SPOTS[0], 2, "user 2", "user", sent_at)]
    )
    measured(benchmark, runner, intake, portions)


def test_a_quarter_of_an_hour_of_talk(
    benchmark: BenchmarkFixture, runner: asyncio.Runner, intake: Intake, histories: Histories
) -> None:
    """Four messages a second for as long as a question waits for the next speaker."""
    portions = list(talk(900 if histories.real else 6, 4, QUESTIONS_OF_100))
    measured(benchmark, runner, intake, portions)

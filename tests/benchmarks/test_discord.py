"""What somebody at Discord waits for, and how long the event loop is ever held up meanwhile."""

import asyncio
import time
from collections.abc import Iterator
from contextlib import AsyncExitStack
from pathlib import Path
from statistics import median

import pytest
from pytest_benchmark.fixture import BenchmarkFixture

from bot.clan.spans import Period
from bot.services.chat import ChannelInfo, IncomingMessage
from tests.benchmarks.desk import GUILD_ID, Desk, longest_stall, opened_desk
from tests.benchmarks.histories import NOW, Histories

A_SECOND = 4
QUESTIONS_OF_100 = 8


@pytest.fixture
def desk(runner: asyncio.Runner, histories: Histories, tmp_path: Path) -> Iterator[Desk]:
    stack = AsyncExitStack()
    path = histories.copy("305", tmp_path)
    yield runner.run(stack.enter_async_context(opened_desk(path, histories.size("305"))))
    runner.run(stack.aclose())


def test_report_command(
    benchmark: BenchmarkFixture, runner: asyncio.Runner, desk: Desk, histories: Histories
) -> None:
    async def report() -> None:
        result = await desk.owner.slash(desk.channel, "clanstats report")
        assert result.response is not None
        assert len(result.response.attachments) == 2

    runner.run(report())
    benchmark.pedantic(lambda: runner.run(report()), rounds=9 if histories.real else 1)


def test_me_command(
    benchmark: BenchmarkFixture, runner: asyncio.Runner, desk: Desk, histories: Histories
) -> None:
    async def card() -> None:
        result = await desk.member.slash(desk.channel, "me")
        assert result.response is not None
        assert len(result.response.attachments) == 1

    runner.run(card())
    benchmark.pedantic(lambda: runner.run(card()), rounds=9 if histories.real else 1)


def test_first_acknowledgement(
    benchmark: BenchmarkFixture, runner: asyncio.Runner, desk: Desk, histories: Histories
) -> None:
    """From the interaction to Discord's first request from us, the defer."""

    async def acknowledged() -> None:
        before = len(desk.env.http_requests)
        asked = asyncio.ensure_future(desk.owner.slash(desk.channel, "clanstats report"))
        began = time.perf_counter()
        while len(desk.env.http_requests) == before:  # noqa: ASYNC110 - to see the very turn
            await asyncio.sleep(0)
        waits.append(time.perf_counter() - began)
        await asked

    waits: list[float] = []
    benchmark.pedantic(lambda: runner.run(acknowledged()), rounds=9 if histories.real else 1)
    benchmark.extra_info["median_ms"] = round(sorted(waits)[len(waits) // 2] * 1000, 1)
    assert waits


def test_longest_stall_of_the_loop(
    benchmark: BenchmarkFixture, runner: asyncio.Runner, desk: Desk, histories: Histories
) -> None:
    """Rounds of a report, a poll of 305 members and talk, all in one process that never rests.

    Four messages a second, of which 8 in 100 ask something, written once a second. The report is
    asked of the services: the simulated Discord itself holds the loop for longer than all of it.
    """
    rounds, seconds = (12, 3) if histories.real else (2, 1)
    stalls: list[float] = []

    async def busy() -> None:
        over = asyncio.Event()
        watching = asyncio.ensure_future(longest_stall(over))
        clan = await desk.services.clans.of_guild(GUILD_ID)
        assert clan is not None
        _, made, _ = await asyncio.gather(
            desk.services.poll.poll(clan),
            desk.services.publish.report_files(clan, Period.MONTH),
            _talk(desk, seconds, len(stalls)),
        )
        over.set()
        assert made.workbook.content
        stalls.append(await watching)

    before = runner.run(_messages(desk))
    benchmark.pedantic(lambda: runner.run(busy()), rounds=rounds)
    benchmark.extra_info["median_ms"] = round(median(stalls) * 1000, 1)
    benchmark.extra_info["longest_ms"] = round(max(stalls) * 1000, 1)
    assert runner.run(_messages(desk)) - before == len(stalls) * seconds * A_SECOND


async def _messages(desk: Desk) -> int:
    clan = await desk.services.clans.of_guild(GUILD_ID)
    assert clan is not None
    return (await desk.services.upkeep.status(clan)).messages


async def _talk(desk: Desk, seconds: int, number: int) -> None:
    """Hear what is said in one round; no two rounds share a message."""
    channel_info = ChannelInfo(desk.channel.id, "general", "text")
    for second in range(number * seconds, (number + 1) * seconds):
        for each in range(second * A_SECOND, (second + 1) * A_SECOND):
            asks = each * 37 % 100 < QUESTIONS_OF_100
            heard = IncomingMessage(
                (1 << 60) + each, channel_info, 7 + each % 10, f"user {each % 10}", "u", NOW, asks
            )
            desk.services.intake.hear(GUILD_ID, heard)
            await asyncio.sleep(1 / A_SECOND)
        await desk.services.intake.flush()

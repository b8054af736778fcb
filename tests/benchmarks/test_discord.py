"""What somebody at Discord waits for, and how long the event loop is ever held up meanwhile."""

import asyncio
import time
from collections.abc import Iterator
from contextlib import AsyncExitStack
from pathlib import Path

import pytest
from pytest_benchmark.fixture import BenchmarkFixture

from bot.services.chat import ChannelInfo, IncomingMessage
from tests.benchmarks.desk import GUILD_ID, Desk, longest_stall, opened_desk
from tests.benchmarks.histories import NOW, Histories


@pytest.fixture
def desk(runner: asyncio.Runner, histories: Histories, tmp_path: Path) -> Iterator[Desk]:
    stack = AsyncExitStack()
    path = histories.copy("305", tmp_path)
    yield runner.run(stack.enter_async_context(opened_desk(path, histories.size("305"))))
    runner.run(stack.aclose())


def test_report_command(
    benchmark: BenchmarkFixture, runner: asyncio.Runner, desk: Desk, histories: Histories
) -> None:
    async def report() -> int:
        result = await desk.owner.slash(desk.channel, "clanstats report")
        assert result.response is not None
        return len(result.response.attachments)

    runner.run(report())
    files = benchmark.pedantic(lambda: runner.run(report()), rounds=9 if histories.real else 1)
    assert files == 2


def test_me_command(
    benchmark: BenchmarkFixture, runner: asyncio.Runner, desk: Desk, histories: Histories
) -> None:
    async def card() -> int:
        result = await desk.member.slash(desk.channel, "me")
        assert result.response is not None
        return len(result.response.attachments)

    runner.run(card())
    files = benchmark.pedantic(lambda: runner.run(card()), rounds=9 if histories.real else 1)
    assert files == 1


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
    """During a report, a poll of 305 members and 200 messages a second, flushed every second."""
    seconds = 3 if histories.real else 1

    async def busy() -> tuple[float, int, int]:
        over = asyncio.Event()
        watching = asyncio.ensure_future(longest_stall(over))
        clan = await desk.services.clans.of_guild(GUILD_ID)
        assert clan is not None
        before = (await desk.services.upkeep.status(clan)).messages
        polled, shown, _ = await asyncio.gather(
            desk.services.poll.poll(clan),
            desk.owner.slash(desk.channel, "clanstats report"),
            _chatter(desk, seconds),
        )
        over.set()
        assert shown.response is not None
        heard = (await desk.services.upkeep.status(clan)).messages - before
        return await watching, polled.updated, heard

    stall, updated, heard = benchmark.pedantic(lambda: runner.run(busy()), rounds=1)
    benchmark.extra_info["longest_ms"] = round(stall * 1000, 1)
    assert stall > 0
    assert updated > 0
    assert heard == 200 * seconds


async def _chatter(desk: Desk, seconds: int) -> None:
    channel_info = ChannelInfo(desk.channel.id, "general", "text")
    first = 1 << 60
    for second in range(seconds):
        for number in range(20):
            for each in range(10):
                message_id = first + second * 1_000 + number * 10 + each
                heard = IncomingMessage(
                    message_id, channel_info, 7 + each, f"chatter {each}", "chatter", NOW
                )
                desk.services.intake.hear(GUILD_ID, heard)
            await asyncio.sleep(0.05)
        await desk.services.intake.flush()

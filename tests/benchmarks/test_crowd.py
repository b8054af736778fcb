"""One loud clan, of 2,000 members with 60 messages a second, beside 200 quiet ones.

Processor time of this process: other programs of the machine are left out of it.
"""

import asyncio
import time
from collections.abc import Iterator
from contextlib import AsyncExitStack
from dataclasses import dataclass
from itertools import count
from pathlib import Path
from statistics import median

import pytest
from pytest_benchmark.fixture import BenchmarkFixture

from bot.clan.spans import Period
from bot.services.chat import ChannelInfo, IncomingMessage
from bot.services.setup import Clan
from bot.wiring import Services, open_services
from storage import clans
from storage.columns import first_snowflake
from tests.benchmarks.conftest import Undrawn
from tests.benchmarks.histories import NOW, Histories, settings_for

QUIET, MEMBERS, CHANNELS = 200, 2_000, 10
LOUD_A_SECOND, QUIET_A_SECOND, FLUSH_S = 60, 20, 3
LOUD = 1_000
NUMBERS = count(1)


@dataclass
class Crowd:
    """The services of them all; `clan` is one of the quiet ones, which has a history of 305."""

    services: Services
    clan: Clan
    quiet: int

    def hear(self, loud: int, quiet: int) -> None:
        """Have so many messages arrive, the loud ones first."""
        for _ in range(loud):
            number = next(NUMBERS)
            assert self.services.intake.hear(LOUD, _said(LOUD, number, number % MEMBERS))
        for _ in range(quiet):
            number = next(NUMBERS)
            guild_id = LOUD + 1 + number % self.quiet
            assert self.services.intake.hear(guild_id, _said(guild_id, number, number % 40))


def _said(guild_id: int, number: int, user: int) -> IncomingMessage:
    place = ChannelInfo(guild_id * 100 + number % CHANNELS, f"channel {number % CHANNELS}", "text")
    user_id = guild_id * 10_000 + user
    message_id = first_snowflake(NOW) + number
    is_question = number % 12 == 0
    return IncomingMessage(message_id, place, user_id, f"u{user}", f"u{user}", NOW, is_question)


@pytest.fixture
def crowd(runner: asyncio.Runner, histories: Histories, tmp_path: Path) -> Iterator[Crowd]:
    stack = AsyncExitStack()
    quiet = QUIET if histories.real else 5

    path = histories.copy("305", tmp_path)

    async def enter() -> Crowd:
        services = await stack.enter_async_context(
            open_services(settings_for(path), lambda: NOW, draws=Undrawn)
        )
        (clan,) = await services.clans.every()
        async with services.backfill._database.writing() as connection:
            servers = {LOUD + n: f"Clan {n}" for n in range(quiet + 1)}
            await clans.be_in(connection, {clan.guild_id: clan.name, **servers}, NOW)
        crowd = Crowd(services, clan, quiet)
        # Everybody wrote before, in every channel.
        crowd.hear(MEMBERS if histories.real else 50, quiet * (40 if histories.real else 2))
        await services.intake.flush()
        return crowd

    yield runner.run(enter())
    runner.run(stack.aclose())


def test_three_seconds_of_a_loud_clan_beside_200_quiet_ones(
    benchmark: BenchmarkFixture, runner: asyncio.Runner, crowd: Crowd, histories: Histories
) -> None:
    seconds = FLUSH_S if histories.real else 1
    used, alone = [], []

    def flushed(loud: int) -> float:
        began = time.process_time()
        crowd.hear(loud, seconds * QUIET_A_SECOND)
        stored = runner.run(crowd.services.intake.flush()).stored
        assert stored == loud + seconds * QUIET_A_SECOND, "all of it with the next flush"
        return time.process_time() - began

    def both() -> None:
        alone.append(flushed(0))
        used.append(flushed(seconds * LOUD_A_SECOND))

    benchmark.pedantic(both, rounds=9 if histories.real else 1)
    benchmark.extra_info["processor_ms"] = round(median(used) * 1000, 1)
    benchmark.extra_info["processor_ms_without_the_loud_one"] = round(median(alone) * 1000, 1)


def test_a_quiet_message_behind_a_flood_of_20000(
    benchmark: BenchmarkFixture, runner: asyncio.Runner, crowd: Crowd, histories: Histories
) -> None:
    """How much is worked until the quiet clans' messages are written, and until all is."""
    flood = 19_000 if histories.real else 600
    first, whole = [], []

    async def until_quiet() -> tuple[float, float]:
        crowd.hear(flood, crowd.quiet)
        began = time.process_time()
        flush = asyncio.ensure_future(crowd.services.intake.flush())
        waiting = crowd.services.intake._buffers
        # The intake tells nobody.
        while any(each.heard for who, each in waiting.items() if who != LOUD):  # noqa: ASYNC110
            await asyncio.sleep(0.001)
        then = time.process_time() - began
        await flush
        return then, time.process_time() - began

    def measured() -> None:
        then, all_of_it = runner.run(until_quiet())
        first.append(then)
        whole.append(all_of_it)

    benchmark.pedantic(measured, rounds=3 if histories.real else 1)
    benchmark.extra_info["processor_ms_until_quiet_ones"] = round(median(first) * 1000)
    benchmark.extra_info["processor_ms_until_all"] = round(median(whole) * 1000)


def test_a_card_while_a_loud_clan_is_written(
    benchmark: BenchmarkFixture, runner: asyncio.Runner, crowd: Crowd, histories: Histories
) -> None:
    """A judged `/me` of a quiet clan of 305, read while three seconds of all are written."""
    (known, *_) = runner.run(crowd.services.cards.names_like(crowd.clan, ""))
    seconds = FLUSH_S if histories.real else 1
    alone, beside = [], []

    async def card() -> float:
        began = time.perf_counter()
        assert await crowd.services.cards.of_player(crowd.clan, known, Period.MONTH, judged=True)
        return time.perf_counter() - began

    async def card_beside() -> float:
        crowd.hear(seconds * LOUD_A_SECOND, seconds * QUIET_A_SECOND)
        flush = asyncio.ensure_future(crowd.services.intake.flush())
        took = await card()
        await flush
        return took

    def both() -> None:
        alone.append(runner.run(card()))
        beside.append(runner.run(card_beside()))

    benchmark.pedantic(both, rounds=9 if histories.real else 1)
    benchmark.extra_info["ms_alone"] = round(median(alone) * 1000, 1)
    benchmark.extra_info["ms_beside"] = round(median(beside) * 1000, 1)

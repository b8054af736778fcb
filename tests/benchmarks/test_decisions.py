"""What leadership of 500 waits for: both lists to the message, and what a new policy changes."""

import asyncio
from collections.abc import Iterator, Mapping
from contextlib import AsyncExitStack
from pathlib import Path
from statistics import median

import pytest
from pytest_benchmark.fixture import BenchmarkFixture

from bot.clan.policy import DEFAULT_POLICY, changed
from bot.clan.what_if import WhatIf
from tests.benchmarks.conftest import Open
from tests.benchmarks.desk import Desk, longest_stall, opened_desk
from tests.benchmarks.histories import Histories

OF_500 = pytest.mark.parametrize("name", ["500"])
STRICTER = changed(DEFAULT_POLICY, enforcement={"window_days": 21, "least_xp": 50_000})


@pytest.fixture
def desk(runner: asyncio.Runner, histories: Histories, tmp_path: Path) -> Iterator[Desk]:
    stack = AsyncExitStack()
    opening = opened_desk(histories.copy("500", tmp_path), histories.size("500"))
    yield runner.run(stack.enter_async_context(opening))
    runner.run(stack.aclose())


@pytest.mark.parametrize(
    ("command", "options"),
    [
        ("promotions", {}),
        ("inactive", {}),
        ("clanstats activity", {}),
        ("clanstats bosses", {}),
        ("clanstats questions", {}),
        ("leaderboard", {"metric": "overall"}),
    ],
    ids=["promotions", "inactive", "activity", "bosses", "questions", "leaderboard"],
)
def test_list_command(  # noqa: PLR0913, PLR0917 - what is measured, and on what
    benchmark: BenchmarkFixture,
    runner: asyncio.Runner,
    desk: Desk,
    histories: Histories,
    command: str,
    options: Mapping[str, str],
) -> None:
    """To the message, pictures drawn; each new one is to be no slower than /inactive."""

    async def listed() -> None:
        result = await desk.owner.slash(desk.channel, command, **options)
        assert result.response is not None
        assert result.response.components

    runner.run(listed())
    benchmark.pedantic(lambda: runner.run(listed()), rounds=9 if histories.real else 1)


@OF_500
def test_who_may_rise(
    benchmark: BenchmarkFixture, runner: asyncio.Runner, opened: Open, name: str
) -> None:
    services, clan = opened(name)

    async def read() -> None:
        assert (await services.review.promotions(clan)).evidence

    benchmark(lambda: runner.run(read()))


@OF_500
def test_who_is_inactive(
    benchmark: BenchmarkFixture, runner: asyncio.Runner, opened: Open, name: str
) -> None:
    services, clan = opened(name)

    async def read() -> None:
        assert (await services.review.inactive(clan)).evidence

    benchmark(lambda: runner.run(read()))


@OF_500
def test_what_if_over_3_months(
    benchmark: BenchmarkFixture,
    runner: asyncio.Runner,
    opened: Open,
    histories: Histories,
    name: str,
) -> None:
    services, clan = opened(name)

    async def tried() -> None:
        over = asyncio.Event()
        watching = asyncio.ensure_future(longest_stall(over))
        found = await services.review.what_if(clan, STRICTER)
        over.set()
        stalls.append(await watching)
        tries.append(found)

    stalls: list[float] = []
    tries: list[WhatIf] = []
    benchmark.pedantic(lambda: runner.run(tried()), rounds=9 if histories.real else 1)
    benchmark.extra_info["longest_stall_ms"] = round(median(stalls) * 1000, 1)
    benchmark.extra_info["worst_stall_ms"] = round(max(stalls) * 1000, 1)
    found = tries[-1]
    assert len(found.after.flagged) >= len(found.before.flagged)
    assert found.suggested_after == found.suggested_before != ()
    assert (found.past_after is not None) is histories.real

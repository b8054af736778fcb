"""Nothing grows faster than the number of members: the same clan at four sizes.

`python -m tests.benchmarks` fits an exponent to the four figures of each; one is proportional.
"""

import asyncio
from collections.abc import Iterator
from pathlib import Path

import pytest
from pytest_benchmark.fixture import BenchmarkFixture

from bot.clan.spans import Period
from storage.engine import Database
from storage.migrate import bring_up
from tests.benchmarks.conftest import Open
from tests.benchmarks.histories import GROWING, GROWTH_DAYS, NOW, Histories, Size
from tests.benchmarks.polls import polled
from tests.benchmarks.yardsticks import MEMBERS

AT_FOUR_SIZES = pytest.mark.parametrize("name", GROWING)


@pytest.fixture
def empty(runner: asyncio.Runner, tmp_path: Path) -> Iterator[Database]:
    database = Database(f"sqlite+aiosqlite:///{tmp_path / 'empty.db'}")
    runner.run(bring_up(database, NOW))
    yield database
    runner.run(database.close())


@AT_FOUR_SIZES
def test_growth_of_the_report_read(
    benchmark: BenchmarkFixture, runner: asyncio.Runner, opened: Open, name: str
) -> None:
    services, clan = opened(name)

    async def read() -> None:
        report = await services.publish.clan_report(clan, Period.MONTH)
        benchmark.extra_info[MEMBERS] = len(report.roster.members)

    benchmark.pedantic(lambda: runner.run(read()), rounds=9, warmup_rounds=1)
    assert benchmark.extra_info[MEMBERS] > 1


@AT_FOUR_SIZES
@pytest.mark.parametrize("command", ["promotions", "inactive"])
def test_growth_of_the_list(
    benchmark: BenchmarkFixture, runner: asyncio.Runner, opened: Open, command: str, name: str
) -> None:
    services, clan = opened(name)
    benchmark.extra_info[MEMBERS] = GROWING[name]

    async def read() -> None:
        if command == "promotions":
            assert (await services.review.promotions(clan)).evidence
        else:
            assert (await services.review.inactive(clan)).evidence

    benchmark.pedantic(lambda: runner.run(read()), rounds=9, warmup_rounds=1)


@AT_FOUR_SIZES
def test_growth_of_the_poll_stored(
    benchmark: BenchmarkFixture,
    runner: asyncio.Runner,
    empty: Database,
    histories: Histories,
    name: str,
) -> None:
    members = GROWING[name] if histories.real else 10
    polled(benchmark, runner, empty, Size(members, 0, days=GROWTH_DAYS), rounds=2)
    assert benchmark.extra_info[MEMBERS] <= members

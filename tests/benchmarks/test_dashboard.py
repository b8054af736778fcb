"""The dashboard beside the workbook of the same clan: read, arranged, drawn; and who waits."""

import asyncio
import time
from collections.abc import Callable, Iterator
from contextlib import AsyncExitStack
from pathlib import Path
from statistics import median

import pytest
from pytest_benchmark.fixture import BenchmarkFixture

from bot.clan.spans import Period
from bot.reports.worker import Drawing, Draws, Inline, Worker
from bot.services.setup import Clan
from bot.wiring import Services, leave_loaded, open_services
from tests.benchmarks.desk import longest_stall
from tests.benchmarks.histories import NOW, Histories, settings_for
from tests.benchmarks.yardsticks import median_ms, note_limit

Opened = Callable[[Callable[[], Draws]], tuple[Services, Clan]]


@pytest.fixture
def drawing_by(runner: asyncio.Runner, histories: Histories) -> Iterator[Opened]:
    """Open the services of 305 members with one who draws; they are closed after the test."""
    stack = AsyncExitStack()

    def open_by(draws: Callable[[], Draws]) -> tuple[Services, Clan]:
        opening = open_services(settings_for(histories.path("305")), lambda: NOW, draws=draws)
        services = runner.run(stack.enter_async_context(opening))
        (clan,) = runner.run(services.clans.every())
        runner.run(services.publish._draws.warm())
        leave_loaded()
        return services, clan

    yield open_by
    runner.run(stack.aclose())


async def _workbook(services: Services, clan: Clan) -> None:
    """Read, arrange and draw the workbook of a month, without its chart."""
    report = await services.publish.clan_report(clan, Period.MONTH)
    assert (await services.publish._draws.draw(Drawing.CLAN_WORKBOOK, report)).content


@pytest.mark.benchmark(timer=time.process_time)
def test_dashboard_written(
    benchmark: BenchmarkFixture,
    runner: asyncio.Runner,
    histories: Histories,
    drawing_by: Opened,
    tmp_path: Path,
) -> None:
    """Its limit is the workbook; both by the time of the processor, drawn in this process."""
    services, clan = drawing_by(Inline)
    rounds = 9 if histories.real else 1
    limit = median_ms(lambda: runner.run(_workbook(services, clan)), rounds, time.process_time)
    benchmark.pedantic(
        lambda: runner.run(services.dashboards.write(clan, tmp_path, clans=[clan])),
        rounds=rounds,
        warmup_rounds=1,
    )
    note_limit(benchmark, limit)


async def _stall_over(services: Services, clan: Clan, out: Path) -> tuple[float, float]:
    """Return for how long the loop stood still while a dashboard was made, and while none was."""
    over = asyncio.Event()
    watching = asyncio.ensure_future(longest_stall(over))
    began = time.perf_counter()
    await services.dashboards.write(clan, out, clans=[clan])
    took = time.perf_counter() - began
    over.set()
    stall = await watching
    over.clear()
    watching = asyncio.ensure_future(longest_stall(over))
    await asyncio.sleep(took)
    over.set()
    return stall, await watching


def test_stall_over_a_dashboard(
    benchmark: BenchmarkFixture,
    runner: asyncio.Runner,
    histories: Histories,
    drawing_by: Opened,
    tmp_path: Path,
) -> None:
    """Drawn in a process of its own; a busy machine holds up a loop that has nothing to do too."""
    services, clan = drawing_by(Worker if histories.real else Inline)
    stalls: list[tuple[float, float]] = []
    benchmark.pedantic(
        lambda: stalls.append(runner.run(_stall_over(services, clan, tmp_path))),
        rounds=9 if histories.real else 1,
        warmup_rounds=1,
    )
    for name, found in zip(("stall", "idle_stall"), zip(*stalls[-9:], strict=True), strict=True):
        benchmark.extra_info[f"median_{name}_ms"] = round(median(found) * 1000, 1)
        benchmark.extra_info[f"longest_{name}_ms"] = round(max(found) * 1000, 1)

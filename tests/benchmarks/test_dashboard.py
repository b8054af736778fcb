"""The dashboard beside the workbook of the same clan: read, arranged, drawn; and who waits."""

import asyncio
from contextlib import AsyncExitStack
from pathlib import Path
from statistics import median

from pytest_benchmark.fixture import BenchmarkFixture

from bot.clan.spans import Period
from bot.reports.worker import Drawing, Inline, Worker
from bot.services.setup import Clan
from bot.wiring import Services, open_services
from tests.benchmarks.desk import longest_stall
from tests.benchmarks.histories import NOW, Histories, settings_for
from tests.benchmarks.yardsticks import median_ms, note_limit


async def _workbook(services: Services, clan: Clan) -> None:
    """Read, arrange and draw the workbook of a month, without its chart."""
    report = await services.publish.clan_report(clan, Period.MONTH)
    assert (await services.publish._draws.draw(Drawing.CLAN_WORKBOOK, report)).content


async def _dashboard(services: Services, clan: Clan, out: Path) -> float:
    """Write the folder, and return for how long the loop stood still meanwhile."""
    over = asyncio.Event()
    watching = asyncio.ensure_future(longest_stall(over))
    await services.dashboards.write(clan, out, clans=[clan])
    over.set()
    return await watching


def test_dashboard_written(
    benchmark: BenchmarkFixture, runner: asyncio.Runner, histories: Histories, tmp_path: Path
) -> None:
    """Its limit is the workbook, in the same run and the same drawing process."""
    stack, stalls = AsyncExitStack(), list[float]()
    draws = Worker if histories.real else Inline
    opening = open_services(settings_for(histories.path("305")), lambda: NOW, draws=draws)
    services = runner.run(stack.enter_async_context(opening))
    (clan,) = runner.run(services.clans.every())
    rounds = 9 if histories.real else 1
    limit = median_ms(lambda: runner.run(_workbook(services, clan)), rounds)
    benchmark.pedantic(
        lambda: stalls.append(runner.run(_dashboard(services, clan, tmp_path))),
        rounds=rounds,
        warmup_rounds=1,
    )
    runner.run(stack.aclose())
    note_limit(benchmark, limit)
    benchmark.extra_info["median_stall_ms"] = round(median(stalls) * 1000, 1)
    benchmark.extra_info["longest_stall_ms"] = round(max(stalls) * 1000, 1)

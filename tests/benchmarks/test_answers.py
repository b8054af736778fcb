"""The data of answers: how long reading and joining takes, drawing left out."""

import asyncio
from collections.abc import Callable

import pytest
from pytest_benchmark.fixture import BenchmarkFixture

from bot.clan.activity import heatmap
from bot.clan.spans import Period, last
from bot.services.setup import Clan
from bot.services.view import ViewQuery, gains_of, read_view
from bot.wiring import Services
from storage import chat
from tests.benchmarks.histories import NOW

Open = Callable[[str], tuple[Services, Clan]]
MONTH = frozenset({Period.MONTH})
NAMES = pytest.mark.parametrize("name", ["305", "305 x 10", "1000"])


async def _arranged(services: Services, clan: Clan) -> None:
    """Read and arrange all that a report says, every sheet of the workbook included."""
    await services.publish.clan_report(clan, Period.MONTH)


@NAMES
def test_report_read(
    benchmark: BenchmarkFixture, runner: asyncio.Runner, opened: Open, name: str
) -> None:
    services, clan = opened(name)
    benchmark(lambda: runner.run(_arranged(services, clan)))


@NAMES
def test_card_data(
    benchmark: BenchmarkFixture, runner: asyncio.Runner, opened: Open, name: str
) -> None:
    services, clan = opened(name)
    (known, *_) = runner.run(services.cards.names_like(clan, ""))

    async def card() -> None:
        assert await services.cards.of_player(clan, known, Period.MONTH, judged=True)

    benchmark(lambda: runner.run(card()))


@NAMES
def test_heatmap_of_90_days(
    benchmark: BenchmarkFixture, runner: asyncio.Runner, opened: Open, name: str
) -> None:
    services, clan = opened(name)
    span = last(Period.QUARTER, NOW, clan.zone)

    async def read() -> None:
        async with services.publish._database.reading() as connection:
            hours = await chat.clan_hours(connection, clan.clan_id, span.start, span.end)
        assert heatmap(hours, clan.zone)

    benchmark(lambda: runner.run(read()))


@NAMES
def test_leaderboard_of_xp_over_30_days(
    benchmark: BenchmarkFixture, runner: asyncio.Runner, opened: Open, name: str
) -> None:
    services, clan = opened(name)

    async def read() -> None:
        async with services.publish._database.reading() as connection:
            view = await read_view(connection, clan, ViewQuery(NOW, game_windows=MONTH))
        gains = gains_of(view, Period.MONTH)
        best = sorted(gains.items(), key=lambda item: -(item[1].xp or 0))
        assert best

    benchmark(lambda: runner.run(read()))

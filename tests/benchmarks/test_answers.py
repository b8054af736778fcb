"""The data of answers: how long reading and joining takes, drawing left out.

Beside each read stands its `limit read`, the same answer's raw rows by plain `sqlite3`.
"""

import asyncio

import pytest
from pytest_benchmark.fixture import BenchmarkFixture

from bot.clan.activity import heatmap
from bot.clan.policy import DEFAULT_POLICY
from bot.clan.spans import Period, last
from bot.services.publish import Cards
from bot.services.publish.report import report_query
from bot.services.publish.trend import trend_steps
from bot.services.setup import Clan
from bot.services.view import ViewQuery, gains_of, read_view, verdict_query
from bot.wiring import Services
from storage import chat
from tests.benchmarks.conftest import Open
from tests.benchmarks.histories import NOW, Histories
from tests.benchmarks.limits import limit_ms, rows_of, rows_of_xp
from tests.benchmarks.yardsticks import median_ms, note_limit

MONTH = frozenset({Period.MONTH})
NAMES = pytest.mark.parametrize("name", ["305", "305 x 10", "1000"])


async def _arranged(services: Services, clan: Clan) -> None:
    """Read and arrange all that a report says, every sheet of the workbook included."""
    await services.publish.clan_report(clan, Period.MONTH)


def _card_query(clan: Clan) -> ViewQuery:
    """Return what a judged card asks of a clan; life is asked of one account, any will do."""
    steps = trend_steps(Period.MONTH, last(Period.MONTH, NOW, clan.zone), clan.zone)
    own = ViewQuery(NOW, MONTH, about=1, counted=Period.MONTH, trend_from=steps.starts[0])
    return own | verdict_query(DEFAULT_POLICY, NOW)


@NAMES
def test_report_read(
    benchmark: BenchmarkFixture,
    runner: asyncio.Runner,
    opened: Open,
    histories: Histories,
    name: str,
) -> None:
    services, clan = opened(name)
    benchmark(lambda: runner.run(_arranged(services, clan)))
    rows = rows_of(clan, report_query(Period.MONTH, NOW, clan.zone))
    note_limit(benchmark, limit_ms(histories.path(name), rows))


@NAMES
def test_card_data(
    benchmark: BenchmarkFixture,
    runner: asyncio.Runner,
    opened: Open,
    histories: Histories,
    name: str,
) -> None:
    services, clan = opened(name)
    (known, *_) = runner.run(services.cards.names_like(clan, ""))

    async def card() -> None:
        assert await services.cards.of_player(clan, known, Period.MONTH, judged=True)

    benchmark(lambda: runner.run(card()))
    note_limit(benchmark, limit_ms(histories.path(name), rows_of(clan, _card_query(clan))))


@pytest.mark.parametrize("name", ["305", "1000"])
def test_autocomplete(
    benchmark: BenchmarkFixture,
    runner: asyncio.Runner,
    opened: Open,
    histories: Histories,
    name: str,
) -> None:
    """Its limit is not one of rows: it is the same with who is who worked out anew each time."""
    services, clan = opened(name)
    database = services.publish._database
    anew = Cards(database, services.publish._draws, services.clock)

    async def typed(cards: Cards) -> None:
        assert await cards.names_like(clan, "a")

    benchmark(lambda: runner.run(typed(services.cards)))
    rounds = 9 if histories.real else 1
    note_limit(benchmark, median_ms(lambda: runner.run(typed(anew)), rounds))


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
    benchmark: BenchmarkFixture,
    runner: asyncio.Runner,
    opened: Open,
    histories: Histories,
    name: str,
) -> None:
    services, clan = opened(name)
    query = ViewQuery(NOW, game_windows=MONTH)

    async def read() -> None:
        async with services.publish._database.reading() as connection:
            view = await read_view(connection, clan, query, cache=services.identities)
        gains = gains_of(view, Period.MONTH)
        best = sorted(gains.items(), key=lambda item: -(item[1].xp or 0))
        assert best

    benchmark(lambda: runner.run(read()))
    note_limit(benchmark, limit_ms(histories.path(name), rows_of_xp(clan, query)))

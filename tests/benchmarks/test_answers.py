"""The data of answers: how long reading and joining takes, drawing left out."""

import asyncio
from collections.abc import Callable

import pytest
from pytest_benchmark.fixture import BenchmarkFixture

from bot.clan.activity import heatmap
from bot.clan.metrics import MetricKind
from bot.clan.spans import WINDOWS, Period, last
from bot.clan.standings import Roster
from bot.reports.clan_report import best
from bot.services.publish import metric_gains, read_metrics, top_bosses
from bot.services.setup import Clan
from bot.services.view import People, Visitor, read_people, read_roster
from bot.wiring import Services
from storage import chat
from tests.benchmarks.histories import NOW

Open = Callable[[str], tuple[Services, Clan]]
NAMES = pytest.mark.parametrize("name", ["305", "305 x 10", "1000"])


async def _arranged(services: Services, clan: Clan) -> Roster:
    """Read all windows of all members and the top boss of each."""
    async with services.publish._database.reading() as connection:
        people = await read_people(connection, clan)
        metrics = await read_metrics(connection)
        month = last(Period.MONTH, NOW, clan.zone)
        gained = await metric_gains(connection, clan, metrics, month, MetricKind.BOSS)
        spans = {window: last(window, NOW, clan.zone) for window in WINDOWS}
        return await read_roster(
            connection, clan, people, NOW, spans, top_bosses=top_bosses(gained[MetricKind.BOSS])
        )


@NAMES
def test_report_read(
    benchmark: BenchmarkFixture, runner: asyncio.Runner, opened: Open, name: str
) -> None:
    services, clan = opened(name)
    roster = benchmark(lambda: runner.run(_arranged(services, clan)))
    assert len(roster.members) > 0


@NAMES
def test_report_with_every_sheet(
    benchmark: BenchmarkFixture, runner: asyncio.Runner, opened: Open, name: str
) -> None:
    services, clan = opened(name)
    report = benchmark(lambda: runner.run(services.publish.clan_report(clan, Period.MONTH)))
    assert report.totals.members > 0


@NAMES
def test_card_data(
    benchmark: BenchmarkFixture, runner: asyncio.Runner, opened: Open, name: str
) -> None:
    services, clan = opened(name)

    async def card() -> object:
        async with services.cards._database.reading() as connection:
            visitor = Visitor(1, "somebody", "somebody")
            people = await read_people(connection, clan, visitor)
            player_id = people.places[0].player_id
            return await services.cards._card(connection, clan, people, player_id, Period.MONTH)

    assert benchmark(lambda: runner.run(card()))


@NAMES
def test_heatmap_of_90_days(
    benchmark: BenchmarkFixture, runner: asyncio.Runner, opened: Open, name: str
) -> None:
    services, clan = opened(name)
    span = last(Period.QUARTER, NOW, clan.zone)

    async def read() -> object:
        async with services.publish._database.reading() as connection:
            hours = await chat.clan_hours(connection, clan.clan_id, span.start, span.end)
        return heatmap(hours, clan.zone)

    assert benchmark(lambda: runner.run(read())) is not None


@NAMES
def test_leaderboard_of_xp_over_30_days(
    benchmark: BenchmarkFixture, runner: asyncio.Runner, opened: Open, name: str
) -> None:
    services, clan = opened(name)
    spans = {Period.MONTH: last(Period.MONTH, NOW, clan.zone)}

    async def known() -> People:
        async with services.publish._database.reading() as connection:
            return await read_people(connection, clan)

    people = runner.run(known())

    async def read() -> object:
        async with services.publish._database.reading() as connection:
            roster = await read_roster(connection, clan, people, NOW, spans)
        return best(roster.members, lambda member: member.gains(Period.MONTH).xp, 25)

    assert benchmark(lambda: runner.run(read())) is not None

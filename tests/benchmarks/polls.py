"""A poll of a made-up clan, stored: for whoever measures it at one size or at several."""

import asyncio
from collections.abc import Mapping

from pytest_benchmark.fixture import BenchmarkFixture

from bot.clan.metrics import MetricKind
from bot.clan.observing import MetricReading
from bot.demo.seed import _KINDS
from bot.demo.world import World
from bot.services.game import store_readings
from storage import players
from storage.engine import Database
from tests.benchmarks.histories import NOW, Size, world_of
from tests.benchmarks.yardsticks import MEMBERS

Readings = Mapping[int, list[MetricReading]]


def polled(
    benchmark: BenchmarkFixture, runner: asyncio.Runner, empty: Database, size: Size, rounds: int
) -> None:
    """Measure how long the rows of ordinary polls take; the first, which stores all, is before."""
    world = world_of(size)
    polls = [_readings(world, number) for number in range(-1 - rounds, 0)]

    async def write(readings: Readings) -> None:
        async with empty.writing() as connection:
            assert await store_readings(connection, readings) == len(readings)

    runner.run(_known(empty, world))
    runner.run(write(polls[0]))
    later = iter(polls[1:])
    benchmark.pedantic(
        lambda readings: runner.run(write(readings)),
        setup=lambda: ((next(later),), {}),
        rounds=rounds,
    )
    benchmark.extra_info[MEMBERS] = len(polls[0])


def _readings(world: World, number: int) -> Readings:
    """Return what WOM says at each member's own last instants, counted from the end."""
    found = {}
    for player in world.present(NOW):
        if len(player.observed_at) < 3:
            continue
        at = player.observed_at[number]
        values: dict[MetricKind, dict[str, float]] = {kind: {} for kind in MetricKind}
        for name, value in world.snapshot(player, at).items():
            values[_KINDS[name]][name] = value
        found[player.player_id] = [MetricReading(at, values)]
    return found


async def _known(empty: Database, world: World) -> None:
    async with empty.writing() as connection:
        rows = [
            {
                "player_id": player.player_id,
                "name": player.name,
                "wom_key": player.name.lower(),
                "account_type": "regular",
                "status": "active",
                "updated_at": None,
                "changed_at": None,
            }
            for player in world.players
        ]
        await players.note_players(connection, rows, NOW)

"""From readings to stored snapshots: what is new is written, and nothing else."""

from datetime import datetime

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from bot.clan import metrics as rules
from bot.clan.metrics import MetricKind
from bot.clan.observing import MetricReading
from bot.services.game import store_readings
from storage import metrics, players
from storage.engine import Database
from tests.bot.services.contents import contents, one, rows
from tests.storage.rows import DAY, HOUR, NOW, Place, a_player


def reading(at: datetime, kills: float, **activities: float) -> MetricReading:
    return MetricReading(
        at,
        {
            MetricKind.SKILL: {"overall": 1_000, "attack": 10},
            MetricKind.BOSS: {"zulrah": kills},
            MetricKind.ACTIVITY: activities,
            MetricKind.COMPUTED: {"ehp": 1.5, "ehb": 0},
        },
    )


def test_storage_and_the_rules_mean_the_same_by_unranked() -> None:
    assert metrics.UNRANKED == rules.UNRANKED


async def store(database: Database, *readings: MetricReading, of: tuple[int, ...] = (1,)) -> int:
    async with database.writing() as connection:
        return await store_readings(connection, dict.fromkeys(of, readings))


@pytest.fixture(autouse=True)
async def known_players(database: Database) -> None:
    async with database.writing() as connection:
        await players.note_players(connection, [a_player(who) for who in range(1, 61)], NOW)


async def test_only_what_took_a_new_value_is_a_change(database: Database, place: Place) -> None:
    assert await store(database, reading(NOW - DAY, 5, clues=1), reading(NOW, 7, clues=1)) == 2
    changed = rows(
        place,
        "SELECT name, value FROM metric_changes JOIN metrics ON id = metric_id ORDER BY seen_at, 1",
    )
    assert [(row["name"], row["value"]) for row in changed] == [
        ("attack", 10),
        ("clues", 1),
        ("zulrah", 5),
        ("zulrah", 7),
    ]


async def test_seen_and_unchanged_is_an_observation_without_changes(
    database: Database, place: Place
) -> None:
    await store(database, reading(NOW - DAY, 5))
    assert await store(database, reading(NOW, 5)) == 1
    assert one(place, "SELECT count(*) FROM observations") == 2
    assert one(place, "SELECT count(*) FROM metric_changes") == 2


async def test_the_same_and_older_readings_are_no_news(database: Database, place: Place) -> None:
    await store(database, reading(NOW, 5))
    before = contents(place)
    assert await store(database, reading(NOW - DAY, 3), reading(NOW, 9)) == 0
    assert contents(place) == before


async def test_the_headline_is_in_no_metric(database: Database, place: Place) -> None:
    await store(database, reading(NOW, 5))
    names = {row["name"] for row in rows(place, "SELECT name FROM metrics")}
    assert names == {"attack", "zulrah"}


async def test_more_players_than_fit_into_one_portion_are_all_stored(
    database: Database, place: Place
) -> None:
    everybody = tuple(range(1, 61))
    assert await store(database, reading(NOW, 5), of=everybody) == 60
    assert one(place, "SELECT count(DISTINCT player_id) FROM present_values") == 60


@settings(
    deadline=None, max_examples=20, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
@given(
    kills=st.lists(st.one_of(st.just(-1.0), st.integers(0, 30).map(float)), min_size=1, max_size=9),
    portions=st.lists(st.integers(1, 4), min_size=9, max_size=9),
)
async def test_in_whatever_portions_readings_come_the_same_is_stored(
    database: Database, place: Place, kills: list[float], portions: list[int]
) -> None:
    async with database.writing() as connection:
        for table in ("observations", "metric_changes", "present_values"):
            await connection.exec_driver_sql(f"DELETE FROM {table}")  # noqa: S608 - names of ours
    readings = [reading(NOW + hour * HOUR, value) for hour, value in enumerate(kills)]
    await store(database, *readings, of=(1,))
    left = list(readings)
    for portion in portions:
        await store(database, *left[:portion], of=(2,))
        left = left[portion:]
    for table in ("observations", "metric_changes", "present_values"):
        whole, in_portions = (
            [
                {name: value for name, value in row.items() if name != "player_id"}
                for row in rows(place, f"SELECT * FROM {table} WHERE player_id = ?", who)  # noqa: S608 - likewise
            ]
            for who in (1, 2)
        )
        assert whole == in_portions

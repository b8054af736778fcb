"""Snapshots as changes: what is stored, and what is read back for an instant or a span."""

from pathlib import Path as File

import pytest

from storage import metrics, players, snapshots
from storage.columns import from_ms, to_ms
from storage.engine import Database
from storage.metrics import MetricPath
from storage.snapshots import News
from tests.storage.rows import DAY, HOUR, NOW, a_clan, everything, members, observe, seen


@pytest.fixture
async def clan_id(database: Database) -> int:
    """Return a clan of the players 1, 2 and 3."""
    async with database.writing() as connection:
        clan_id = await a_clan(connection)
        await members(connection, clan_id, [1, 2, 3])
        return clan_id


async def test_a_metric_gets_one_number_for_ever(database: Database) -> None:
    async with database.writing() as connection:
        first = await metrics.metric_ids(connection, {"zulrah": "boss", "mining": "skill"})
        later = await metrics.metric_ids(connection, {"zulrah": "boss", "sailing": "skill"})
        assert {name: later[name] for name in first} == first
        assert later["sailing"][1] == "skill"
        assert len({number for number, _ in later.values()}) == 3
        assert await metrics.metric_ids(connection) == later


async def test_storing_twice_writes_nothing_twice(
    database: Database, clan_id: int, path: File
) -> None:
    assert clan_id
    async with database.writing() as connection:
        news = [
            await observe(connection, 1, NOW - days * DAY, {"zulrah": 50 - days}) for days in (2, 1)
        ]
    before = everything(path)
    async with database.writing() as connection:
        await snapshots.store(connection, news)
        await snapshots.store(connection, [])
    assert everything(path) == before


async def test_seen_and_unchanged_is_stored_though_no_metric_is(
    database: Database, clan_id: int
) -> None:
    async with database.writing() as connection:
        await observe(connection, 1, NOW - DAY, {"zulrah": 50})
        await observe(connection, 1, NOW, {})
        headlines = await snapshots.rises(connection, clan_id, NOW - 2 * DAY)
        assert [from_ms(each[1]) for each in headlines] == [NOW - DAY, NOW]
        assert list((await metrics.present_values(connection, [1]))[1].values()) == [50]


async def test_what_was_never_seen_is_absent(database: Database, clan_id: int) -> None:
    async with database.reading() as connection:
        assert await snapshots.newest(connection, [1, 2]) == {}
        assert await metrics.present_values(connection, [1]) == {1: {}}
        assert await snapshots.seen_at(connection, clan_id, [NOW]) == [{}]
        assert await snapshots.seen_at(connection, clan_id, [None]) == [{}]


async def test_the_newest_at_or_before_an_instant_is_picked(
    database: Database, clan_id: int
) -> None:
    async with database.writing() as connection:
        for days, xp in ((3, 300), (2, 200), (1, 100)):
            await observe(connection, 1, NOW - days * DAY, xp=xp)
        await observe(connection, 2, NOW)
        for instant, picked in (
            (NOW, 100),
            (NOW - DAY, 100),
            (NOW - DAY - HOUR, 200),
            (NOW - 3 * DAY, 300),
        ):
            (found,) = await snapshots.seen_at(connection, clan_id, [instant])
            assert found[1].xp == picked
            assert (2 in found) == (instant == NOW)
        assert await snapshots.seen_at(connection, clan_id, [NOW - 4 * DAY]) == [{}]
        assert (await snapshots.newest(connection, [1, 2, 3]))[1].xp == 100
        assert (await snapshots.seen_at(connection, clan_id, [None]))[0][1].xp == 300


async def test_a_headline_comes_back_as_it_was_stored(database: Database, clan_id: int) -> None:
    async with database.writing() as connection:
        news = News(seen(1, NOW, xp=4_600_000_000), {})
        await snapshots.store(connection, [news])
        assert await snapshots.seen_at(connection, clan_id, [NOW]) == [{1: news.seen}]


async def test_a_path_begins_with_its_baseline_or_the_first_seen_inside(
    database: Database, clan_id: int
) -> None:
    start = NOW - 7 * DAY
    async with database.writing() as connection:
        await observe(connection, 1, start - DAY, {"zulrah": 10, "vorkath": 7})
        await observe(connection, 1, start, {"zulrah": 20})
        await observe(connection, 1, start + DAY, {"zulrah": 30})
        await observe(connection, 1, NOW, {"zulrah": 45})
        await observe(connection, 2, start + DAY, {"zulrah": 5})
        await observe(connection, 2, NOW, {"zulrah": 9})
        zulrah = (await metrics.metric_ids(connection))["zulrah"][0]
        (paths,) = await metrics.paths(connection, clan_id, [(start, None)])
        assert sorted(paths) == [
            MetricPath(1, zulrah, at_start=20, first=None, first_at_ms=None, at_end=45),
            MetricPath(2, zulrah, None, 5, to_ms(start + DAY), 9),
        ], "what did not change since, and who was not seen, is absent"
        (of_one,) = await metrics.paths(connection, clan_id, [(start, None)], [2, 99])
        assert [path.player_id for path in of_one] == [2]


async def test_a_path_goes_from_one_ranked_value_to_another(
    database: Database, clan_id: int
) -> None:
    start = NOW - 7 * DAY
    async with database.writing() as connection:
        for day, kills in enumerate((9, -1, -1, 12, -1)):
            await observe(connection, 1, start + (2 * day - 3) * DAY, {"zulrah": kills})
        zulrah = (await metrics.metric_ids(connection))["zulrah"][0]
        (paths,) = await metrics.paths(connection, clan_id, [(start, None)])
        assert paths == [MetricPath(1, zulrah, 9, None, None, 12)]
        assert await metrics.lapsed_values(connection, [1, 2]) == {1: {zulrah: 12}, 2: {}}


async def test_unranked_is_stored_as_it_comes(database: Database, clan_id: int) -> None:
    async with database.writing() as connection:
        await observe(connection, 1, NOW, {"zulrah": -1, "vorkath": 50}, xp=-1)
        assert (await snapshots.seen_at(connection, clan_id, [NOW]))[0][1].xp == -1
        values = (await metrics.present_values(connection, [1]))[1]
        assert sorted(values.values()) == [-1, 50]
        ranked = await metrics.ranked_values(connection, clan_id)
        assert [value for _, _, value in ranked] == [50]


async def test_those_who_left_are_not_in_the_clans_answers(
    database: Database, clan_id: int
) -> None:

    async with database.writing() as connection:
        start = NOW - 2 * DAY
        await observe(connection, 1, NOW - DAY, {"zulrah": 10})
        await observe(connection, 2, NOW - DAY, {"zulrah": 10})
        zulrah = (await metrics.metric_ids(connection))["zulrah"][0]
        await players.take_out(connection, clan_id, [1], NOW)
        assert set((await snapshots.seen_at(connection, clan_id, [NOW]))[0]) == {2}
        assert set((await snapshots.seen_at(connection, clan_id, [None]))[0]) == {2}
        assert await metrics.ranked_values(connection, clan_id) == [(2, zulrah, 10)]
        (paths,) = await metrics.paths(connection, clan_id, [(start, None)])
        assert {path.player_id for path in paths} == {2}
        assert {each[0] for each in await snapshots.rises(connection, clan_id, start)} == {2}


async def test_rises_of_one_member_are_those_after_the_start(
    database: Database, clan_id: int
) -> None:
    async with database.writing() as connection:
        for days in (3, 2, 1):
            await observe(connection, 1, NOW - days * DAY)
            await observe(connection, 2, NOW - days * DAY)
        found = await snapshots.rises(connection, clan_id, NOW - 3 * DAY, player_ids=[2])
        assert [(each[0], from_ms(each[1])) for each in found] == [
            (2, NOW - 2 * DAY),
            (2, NOW - DAY),
        ]


async def test_rises_are_plain_numbers_after_the_start_in_order_of_time(
    database: Database, clan_id: int
) -> None:
    async with database.writing() as connection:
        for hours, xp in ((0, 1000), (2, 1400), (1, 1500)):
            await observe(connection, 1, NOW + hours * HOUR, xp=xp)
        rows = await snapshots.rises(connection, clan_id, NOW)
    assert rows == [
        (1, to_ms(NOW + HOUR), 1500, 10),
        (1, to_ms(NOW + 2 * HOUR), 1400, 10),
    ]


async def test_of_the_past_those_are_seen_who_left_since(database: Database, clan_id: int) -> None:
    async with database.writing() as connection:
        for days in (30, 10, 1):
            await observe(connection, 1, NOW - days * DAY, xp=1000 - days)
        await players.take_out(connection, clan_id, [1], NOW - 5 * DAY)
        then = NOW - 8 * DAY
        (gone,) = await snapshots.seen_at(connection, clan_id, [then])
        (here,) = await snapshots.seen_at(connection, clan_id, [then], then)
        assert (gone, here[1].xp) == ({}, 990)
        assert await snapshots.seen_at(connection, clan_id, [None]) == [{}]
        assert (await snapshots.seen_at(connection, clan_id, [None], then))[0][1].xp == 970
        risen = await snapshots.rises(connection, clan_id, NOW - 60 * DAY, here_at=then)
        assert [each[2] for each in risen] == [970, 990]
        assert await snapshots.seen_at(connection, clan_id, [then], NOW) == [{}]


async def test_present_values_of_some_metrics_are_read_alone(
    database: Database, clan_id: int
) -> None:
    async with database.writing() as connection:
        await observe(connection, 1, NOW, {"zulrah": 50, "vorkath": 9})
        ids = await metrics.metric_ids(connection)
        zulrah = ids["zulrah"][0]
        found = await metrics.ranked_values(connection, clan_id, [zulrah])
        assert found == [(1, zulrah, 50)]
        assert await metrics.ranked_values(connection, clan_id, []) == []

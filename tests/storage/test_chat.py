"""Reading the rollups: exactly the span asked for, by author and for the clan."""

from datetime import date

import pytest

from storage import chat, messages
from storage.chat import Wrote
from storage.engine import Database
from tests.storage.rows import DAY, HOUR, NOW, a_channel, a_clan, a_fact, an_author

TODAY = NOW.date()


@pytest.fixture
async def clan_id(database: Database) -> int:
    """Return a clan in which author 1 wrote today, yesterday and 10 days ago, author 2 today."""
    async with database.writing() as connection:
        clan_id = await a_clan(connection)
        one = await an_author(connection, clan_id, 1)
        two = await an_author(connection, clan_id, 2)
        channel = await a_channel(connection, clan_id)
        facts = [
            a_fact(one, channel, NOW, asks=True),
            a_fact(one, channel, NOW + HOUR / 2),
            a_fact(one, channel, NOW - DAY),
            a_fact(one, channel, NOW - 10 * DAY),
            a_fact(two, channel, NOW, number=1),
        ]
        await messages.add(connection, {clan_id: facts})
        return clan_id


@pytest.mark.parametrize(
    ("first", "after", "written"),
    [
        (TODAY, TODAY + DAY, {1: Wrote(2, 1, 0, 1), 2: Wrote(1, 0, 0, 1)}),
        (TODAY - DAY, TODAY, {1: Wrote(1, 0, 0, 1)}),
        (TODAY - 10 * DAY, TODAY + DAY, {1: Wrote(4, 1, 0, 3), 2: Wrote(1, 0, 0, 1)}),
        (TODAY, TODAY, {}),
    ],
)
async def test_days_are_half_open(
    database: Database, clan_id: int, first: date, after: date, written: dict[int, Wrote]
) -> None:
    async with database.reading() as connection:
        assert await chat.written_on_days(connection, clan_id, [(first, after)]) == [written]


async def test_many_stretches_are_read_at_once(database: Database, clan_id: int) -> None:
    stretches = [(TODAY, TODAY + DAY), (TODAY - DAY, TODAY + DAY), (TODAY + DAY, TODAY + 2 * DAY)]
    async with database.reading() as connection:
        found = await chat.messages_on_days(connection, clan_id, stretches)
        assert found == [{1: 2, 2: 1}, {1: 3, 2: 1}, {}]
        assert await chat.messages_on_days(connection, clan_id, []) == []


async def test_hours_are_half_open_and_count_as_one_day_at_most(
    database: Database, clan_id: int
) -> None:
    async with database.reading() as connection:
        stretches = [(NOW - DAY, NOW + HOUR), (NOW - DAY, NOW), (NOW + DAY, NOW + 2 * DAY)]
        found = await chat.written_in_hours(connection, clan_id, stretches)
        assert found == [
            {1: Wrote(3, 1, 0, 1), 2: Wrote(1, 0, 0, 1)},
            {1: Wrote(1, 0, 0, 1)},
            {},
        ]
        assert await chat.written_in_hours(connection, clan_id, []) == []


async def test_the_first_hour_is_the_first_in_which_anybody_was_heard(
    database: Database, clan_id: int
) -> None:
    async with database.reading() as connection:
        assert await chat.first_hour(connection, clan_id, NOW - DAY, NOW + HOUR) == NOW - DAY
        assert await chat.first_hour(connection, clan_id, NOW, NOW + HOUR) == NOW
        assert await chat.first_hour(connection, clan_id, NOW + HOUR, NOW + DAY) is None


async def test_the_clans_hours_are_of_everybody(database: Database, clan_id: int) -> None:
    async with database.reading() as connection:
        found = await chat.clan_hours(connection, clan_id, NOW - DAY, NOW + HOUR)
        assert sorted(found) == [(NOW - DAY, 1), (NOW, 3)]


async def test_the_hours_of_some_authors_are_only_theirs(database: Database, clan_id: int) -> None:
    async with database.reading() as connection:
        found = await chat.author_hours(connection, clan_id, [2], NOW - DAY)
        assert found == [(NOW, 1)]
        found = await chat.author_hours(connection, clan_id, [1, 2], NOW)
        assert sorted(found) == [(NOW, 1), (NOW, 2)]


async def test_written_days_are_bits_from_the_first_day_on(
    database: Database, clan_id: int
) -> None:
    async with database.reading() as connection:
        first = TODAY - 55 * DAY
        found = await chat.days_written(connection, clan_id, first, TODAY + DAY)
    assert found == {1: (1 << 55 | 1 << 54 | 1 << 45, 0), 2: (1 << 55, 0)}


async def test_no_hour_counts_for_more_than_the_cap(database: Database, clan_id: int) -> None:
    long, short = (NOW - 20 * DAY, NOW + HOUR), (NOW - 20 * DAY, NOW)
    asked = [(*long, 1), (*long, 9), (*short, 9)]
    async with database.reading() as connection:
        found = await chat.capped_messages(connection, clan_id, asked)
        assert await chat.capped_messages(connection, clan_id, []) == []
    assert found == [{1: 3, 2: 1}, {1: 4, 2: 1}, {1: 2}]


async def test_the_hours_of_the_week_are_those_of_every_part_of_time(
    database: Database, clan_id: int
) -> None:
    """Friday noon in UTC is hour 108; before, by a clock that is an hour on, noon is 13:00."""
    parts = [(NOW - 11 * DAY, NOW - HOUR, HOUR), (NOW - HOUR, NOW + HOUR, 0 * HOUR)]
    async with database.reading() as connection:
        found = await chat.week_hours(connection, clan_id, parts)
    assert found == {1: {37: 1, 85: 1, 108: 1}, 2: {108: 1}}

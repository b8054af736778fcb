"""Sums by channel and day: of which day a message is, what is taken away, and how they begin."""

from collections import Counter
from datetime import date, datetime, timedelta
from functools import partial

import pytest
from sqlalchemy import Row, select

from storage import archiving, channel_counts, channel_days, forgetting, messages
from storage.channel_days import days_begun, whole_days
from storage.columns import IDS_A_DAY, first_snowflake, instant_of
from storage.engine import Connection, Database
from storage.messages import MessageRow
from storage.migrate import NEWEST, bring_up, revision, run_alembic
from storage.tables import CHANNEL_DAYS
from tests.bot.services.contents import Hand
from tests.storage.rows import DAY, HOUR, NOW, Place, a_channel, a_clan, a_fact, an_author
from tests.storage.test_migrate import down_to

MIDNIGHT = datetime.combine(NOW.date(), datetime.min.time(), tzinfo=NOW.tzinfo)


@pytest.mark.parametrize(
    ("first_id", "after_id", "whole", "begun"),
    [
        (0, 2 * IDS_A_DAY, (0, 2), (0, 2)),
        (1, 2 * IDS_A_DAY, (1, 2), (1, 2)),
        (1, 2 * IDS_A_DAY + 1, (1, 2), (1, 3)),
        (1, IDS_A_DAY - 1, (1, 1), (1, 1)),
        (5, 5, (1, 1), (1, 1)),
        (1, IDS_A_DAY + 1, (1, 1), (1, 2)),
    ],
)
def test_a_stretch_has_whole_days_and_days_that_begin_in_it(
    first_id: int, after_id: int, whole: tuple[int, int], begun: tuple[int, int]
) -> None:
    assert whole_days(first_id, after_id) == whole
    assert days_begun(first_id, after_id) == begun


async def kept(connection: Connection) -> list[Row[tuple[int, date, int, int]]]:
    return list(await connection.execute(select(CHANNEL_DAYS).order_by(*CHANNEL_DAYS.primary_key)))


async def settle(connection: Connection) -> tuple[int, list[int], list[int]]:
    """Return a clan with two people and two channels."""
    clan_id = await a_clan(connection)
    people = [await an_author(connection, clan_id, who) for who in (1, 2)]
    return clan_id, people, [await a_channel(connection, clan_id, each) for each in (1, 2)]


async def test_a_line_whose_id_is_of_the_next_day_counts_once(database: Database) -> None:
    """A relay's further lines have ids behind the post's, beyond its millisecond at the worst."""
    last = MIDNIGHT - timedelta(milliseconds=1)
    async with database.writing() as connection:
        clan_id, (who, _), (where, _) = await settle(connection)
        fact = a_fact(who, where, last)
        line = fact.message._replace(message_id=first_snowflake(MIDNIGHT) + 5)
        await messages.add(connection, {clan_id: [fact, MessageRow(line, fact.day, fact.hour_at)]})
        for middle in (MIDNIGHT - HOUR, MIDNIGHT, MIDNIGHT + HOUR, MIDNIGHT + DAY):
            edges = MIDNIGHT - 2 * DAY, middle, MIDNIGHT + 2 * DAY
            found = await channel_counts.by_channel(connection, clan_id, *edges)
            before = sum(instant_of(each.message_id) < middle for each in (fact.message, line))
            assert found == {where: (before, 2 - before)}


async def test_who_is_forgotten_is_out_of_every_channel_and_the_others_stay(
    database: Database,
) -> None:
    async with database.writing() as connection:
        clan_id, people, places = await settle(connection)
        facts = [
            a_fact(people[n % 2], places[n % 3 % 2], NOW - n * HOUR, number=n) for n in range(60)
        ]
        await messages.add(connection, {clan_id: facts})
        assert await forgetting.delete_facts(connection, clan_id, people[:1]) == 30
        left = [each.message for each in facts if each.message.author_id == people[1]]
        assert {row[:3]: row.messages for row in await kept(connection)} == Counter(
            (clan_id, each.sent_at.date(), each.channel_id) for each in left
        )
        assert await forgetting.delete_facts(connection, clan_id, people) == 30
        assert await kept(connection) == []


async def test_what_is_not_counted_is_not_taken_away(database: Database) -> None:
    """In a database that was broken; what `clanstats check` finds is no worse afterwards."""
    async with database.writing() as connection:
        clan_id, (who, _), places = await settle(connection)
        facts = [a_fact(who, each, NOW) for each in places[:1]]
        await messages.add(connection, {clan_id: facts})
        await connection.execute(CHANNEL_DAYS.update().values(messages=0))
        await messages.remove(connection, {clan_id: facts})
        assert await kept(connection) == []
        await messages.remove(connection, {clan_id: facts})
        assert await kept(connection) == []


async def test_a_migration_counts_all_that_is_there_in_channels_that_are_known(
    database: Database, place: Place
) -> None:
    async with database.writing() as connection:
        clan_id, people, places = await settle(connection)
        for month in range(5):
            facts = [
                a_fact(people[n % 2], places[n % 3 % 2], NOW - month * 40 * DAY - n * HOUR)
                for n in range(50)
            ]
            await messages.add(connection, {clan_id: facts})
        await messages.add(connection, {await a_clan(connection, 2): []})
    await archiving.move(database, NOW - 60 * DAY)
    async with database.reading() as connection:
        before = await kept(connection)
    assert sum(row.messages for row in before) == 250
    await run_alembic(database, partial(down_to, wanted="0019"))
    # What names no channel is a fault of its own, and holds up no start.
    Hand(place).execute(
        "INSERT INTO messages (clan_id, message_id, author_id, channel_id, sent_at, flags)"
        " VALUES (?, 5, ?, 999, 0, 0)",
        (clan_id, people[0]),
    )
    await bring_up(database, NOW)
    assert await revision(database) == NEWEST
    async with database.reading() as connection:
        assert await kept(connection) == before
        all_days = days_begun(0, first_snowflake(NOW + DAY))
        assert await channel_days.uneven(connection, clan_id, all_days) == 0


async def test_a_migration_counts_an_id_that_is_the_last_there_can_be(database: Database) -> None:
    """As a history that somebody wrote may have one; no stretch of ids ends behind it."""
    async with database.writing() as connection:
        clan_id, (who, _), (where, _) = await settle(connection)
        last = (1 << 63) - 1
        fact = a_fact(who, where, instant_of(last), number=last % (1 << 22))
        assert fact.message.message_id == last
        await messages.add(connection, {clan_id: [fact]})
        before = await kept(connection)
    await run_alembic(database, partial(down_to, wanted="0019"))
    await bring_up(database, NOW)
    async with database.reading() as connection:
        assert await kept(connection) == before

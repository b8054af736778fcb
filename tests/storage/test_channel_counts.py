"""What was written in each channel: as counted message by message, alone and among other clans."""

from collections import Counter
from datetime import datetime
from random import Random

import pytest

from storage import archiving, channel_counts, messages
from storage.columns import first_snowflake
from storage.engine import Database
from storage.messages import MessageRow, Stored
from tests.storage.rows import DAY, HOUR, NOW, a_channel, a_clan, a_fact, an_author

STARTS = [NOW - days * DAY for days in (7, 30, 90, 300)]


async def talk(database: Database, guild_id: int, seed: int) -> tuple[int, list[Stored]]:
    """Return a clan in which four people wrote in three channels over a year, and what."""
    dice = Random(seed)  # noqa: S311 - of no secret
    async with database.writing() as connection:
        clan_id = await a_clan(connection, guild_id)
        people = [await an_author(connection, clan_id, 10 * guild_id + each) for each in range(4)]
        places = [await a_channel(connection, clan_id, 10 * guild_id + each) for each in range(3)]
        facts: list[MessageRow] = []
        for number in range(400):
            at = NOW - dice.random() * 365 * DAY
            who, where = dice.choice(people), dice.choice(places)
            facts.append(a_fact(who, where, at, number=1000 * guild_id + number))
        # At the very edges, and a channel in which one wrote before all of it.
        facts += [a_fact(people[0], places[0], at, number=guild_id) for at in STARTS]
        await messages.add(connection, {clan_id: facts})
    return clan_id, [each.message for each in facts]


def slowly(facts: list[Stored], start: datetime, end: datetime) -> Counter[tuple[int, int]]:
    """Return the messages of [start, end) by channel and author, one by one."""
    first, after = first_snowflake(start), first_snowflake(end)
    inside = (each for each in facts if first <= each.message_id < after)
    return Counter((each.channel_id, each.author_id) for each in inside)


def by_channel(counts: Counter[tuple[int, int]]) -> Counter[int]:
    found = Counter[int]()
    for (channel, _), count in counts.items():
        found[channel] += count
    return found


async def check(database: Database, clan_id: int, facts: list[Stored]) -> None:
    """Hold what is read against what is counted one by one."""
    since = [slowly(facts, start, NOW + DAY) for start in STARTS]
    spans = [(a, b, c) for a in STARTS for b in STARTS for c in (NOW, NOW + HOUR) if a < b]
    async with database.reading() as connection:
        found = await channel_counts.by_channel_and_author(connection, clan_id, STARTS)
        halves = [await channel_counts.by_channel(connection, clan_id, *each) for each in spans]
    assert {(channel, who): counts for channel, who, counts in found} == {
        key: tuple(each[key] for each in since) for key in since[-1]
    }
    for (start, middle, end), half in zip(spans, halves, strict=True):
        before, after = (
            by_channel(slowly(facts, *each)) for each in ((start, middle), (middle, end))
        )
        assert half == {each: (before[each], after[each]) for each in {*before, *after}}


@pytest.mark.parametrize("at_once", [1, 3, 10_000])
async def test_a_clan_that_is_alone_and_one_among_others_count_every_message(
    database: Database, monkeypatch: pytest.MonkeyPatch, at_once: int
) -> None:
    monkeypatch.setattr(channel_counts, "_KEYS_AT_ONCE", at_once)
    first, facts = await talk(database, 1, seed=1)
    await check(database, first, facts)
    second, others = await talk(database, 2, seed=2)
    await check(database, first, facts)
    await check(database, second, others)


@pytest.mark.only_sqlite
async def test_what_moved_to_the_archive_is_counted(database: Database) -> None:
    clan_id, facts = await talk(database, 1, seed=3)
    await archiving.move(database, NOW - 60 * DAY)
    await check(database, clan_id, facts)


async def test_nothing_written_is_no_channel(database: Database) -> None:
    async with database.writing() as connection:
        clan_id = await a_clan(connection)
        span = NOW - DAY, NOW - HOUR, NOW
        assert await channel_counts.by_channel(connection, clan_id, *span) == {}
        assert await channel_counts.by_channel_and_author(connection, clan_id, STARTS) == []

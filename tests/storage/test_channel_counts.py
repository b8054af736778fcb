"""What was written in each channel: as counted message by message, alone and among other clans."""

import shutil
from collections import Counter
from datetime import UTC, datetime
from itertools import combinations, pairwise
from pathlib import Path
from random import Random
from typing import NamedTuple
from zoneinfo import ZoneInfo

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from storage import archiving, channel_counts, channel_days, forgetting, left_out, messages
from storage.archive import message_tables
from storage.columns import first_snowflake
from storage.engine import Connection, Database
from storage.messages import MessageRow, Stored, stored_of
from tests.storage.rows import DAY, HOUR, NOW, a_channel, a_clan, a_fact, an_author, opened

STARTS = [NOW - days * DAY for days in (7, 30, 90, 300)]
ALL_DAYS = channel_days.days_begun(0, first_snowflake(NOW + DAY))


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


class Deed(NamedTuple):
    """Something done to what people wrote: by a number of choice, so many quarters of an hour."""

    kind: str
    choice: int
    quarters: int


deeds = st.lists(
    st.builds(
        Deed,
        st.sampled_from(
            ["write", "write", "write", "delete", "forget", "move", "leave out", "put back"]
        ),
        st.integers(0, 11),
        st.integers(0, 4 * 24 * 9),
    ),
    min_size=1,
    max_size=12,
)
WROTE, ALL_MOVED = Deed("write", choice=1, quarters=400), Deed("move", choice=0, quarters=0)
TAKEN_OUT = [Deed(kind, choice=7, quarters=0) for kind in ("delete", "forget", "leave out")]
PUT_BACK = Deed("put back", choice=7, quarters=0)
ZONES = ("UTC", "Asia/Kolkata", "Asia/Kathmandu", "America/St_Johns", "Pacific/Kiritimati")


class Life:
    """A clan in which two people write in three channels, over nine days that end now."""

    def __init__(self, database: Database) -> None:
        self.database = database
        self.wrote = 0

    async def set_up(self) -> None:
        async with self.database.writing() as connection:
            self.clan_id = await a_clan(connection, 1)
            self.people = [await an_author(connection, self.clan_id, who) for who in (1, 2)]
            self.places = [await a_channel(connection, self.clan_id, each) for each in (1, 2, 3)]

    async def do(self, deed: Deed) -> None:
        at = NOW - deed.quarters * HOUR / 4
        if deed.kind == "move":
            await archiving.move(self.database, at)
            return
        async with self.database.writing() as connection:
            await getattr(self, f"_{deed.kind.replace(' ', '_')}")(connection, deed.choice, at)

    async def _write(self, connection: Connection, choice: int, at: datetime) -> None:
        """Write a few messages, from one instant on into the next day."""
        who, where = self.people[choice % 2], self.places[choice % 3]
        await messages.add(
            connection,
            {
                self.clan_id: [
                    a_fact(who, where, at - each * HOUR, number=self.wrote + each)
                    for each in range(0, 9, 2)
                ]
            },
        )
        self.wrote += 10

    async def _delete(self, connection: Connection, choice: int, at: datetime) -> None:
        facts = [each for each in await facts_of(connection, self.clan_id) if each.sent_at < at]
        gone = [as_row(each) for each in facts[:choice]]
        await messages.remove(connection, {self.clan_id: gone})

    async def _forget(self, connection: Connection, choice: int, _at: datetime) -> None:
        who = [self.people[choice % 2]]
        wrote = [
            each for each in await facts_of(connection, self.clan_id) if each.author_id == who[0]
        ]
        assert await forgetting.delete_facts(connection, self.clan_id, who) == len(wrote)
        await forgetting.delete_rollups(connection, self.clan_id, who)

    async def _leave_out(self, connection: Connection, choice: int, _at: datetime) -> None:
        shut = [self.places[choice % 3]]
        found = await left_out.counted_in(connection, self.clan_id, shut, 0, 100)
        await messages.remove(connection, {self.clan_id: [as_row(each) for each in found]})
        await left_out.keep(connection, self.clan_id, found)

    async def _put_back(self, connection: Connection, choice: int, _at: datetime) -> None:
        counted = [self.places[choice % 3]]
        found = await left_out.kept_of(connection, self.clan_id, counted, 0, 100)
        ids = [each.message_id for each in found]
        await left_out.let_go(connection, {self.clan_id: ids})
        await messages.add(connection, {self.clan_id: [as_row(each) for each in found]})


def as_row(fact: Stored) -> MessageRow:
    return a_fact(fact.author_id, fact.channel_id, fact.sent_at)._replace(message=fact)


async def facts_of(connection: Connection, clan_id: int) -> list[Stored]:
    """Return all that counts of a clan, from both files."""
    found: list[Stored] = []
    for table in message_tables(connection):
        found += [Stored(*row) for row in await connection.execute(stored_of(table, clan_id))]
    return sorted(found)


def edges_in(zone: str) -> list[datetime]:
    """Return when days begin in a zone, and instants between."""
    began = datetime(2026, 11, 9, tzinfo=ZoneInfo(zone))
    midnights = [began + days * DAY for days in (0, 1, 2, 5, 10, 12)]
    return [each.astimezone(UTC) for each in (*midnights, midnights[1] + 7 * HOUR, NOW)]


@settings(max_examples=60, deadline=None)
@given(done=deeds, zone=st.sampled_from(ZONES))
@example(done=[WROTE, ALL_MOVED, WROTE, TAKEN_OUT[0]], zone="UTC")
@example(done=[WROTE, ALL_MOVED, WROTE, TAKEN_OUT[1]], zone="Asia/Kolkata")
@example(done=[WROTE, ALL_MOVED, WROTE, TAKEN_OUT[2], PUT_BACK], zone="UTC")
async def test_sums_and_facts_together_are_what_facts_alone_make(
    template: Path, tmp_path_factory: pytest.TempPathFactory, done: list[Deed], zone: str
) -> None:
    path = Path(shutil.copy(template, tmp_path_factory.mktemp("talk") / "clan_data.db"))
    async with opened(path) as database:
        life = Life(database)
        await life.set_up()
        for each in done:
            await life.do(each)
        edges = sorted(edges_in(zone))
        async with database.reading() as connection:
            facts = await facts_of(connection, life.clan_id)
            for start, middle, end in combinations(edges, 3):
                found = await channel_counts.by_channel(
                    connection, life.clan_id, start, middle, end
                )
                halves = [
                    by_channel(slowly(facts, *each)) for each in pairwise((start, middle, end))
                ]
                before, after = halves
                assert found == {each: (before[each], after[each]) for each in {*before, *after}}
            assert await channel_days.uneven(connection, life.clan_id, ALL_DAYS) == 0

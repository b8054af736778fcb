"""What SQLite is asked compiles for PostgreSQL, which takes values of the same kinds.

Everything runs there too; what differs says it here without a server.
"""

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any, cast

import pytest
from sqlalchemy import ClauseElement, Table, event
from sqlalchemy.dialects import sqlite
from sqlalchemy.engine import Dialect, make_url
from sqlalchemy.schema import CreateTable
from sqlmodel import SQLModel

from storage import (
    authors,
    blind_spots,
    bridges,
    links,
    messages,
    metrics,
    players,
    questions,
    rollups,
    runs,
    snapshots,
)
from storage.bridges import Speaker
from storage.engine import Connection, Database, insert_missing, upsert
from storage.tables import AUTHOR_DAYS, AUTHOR_TOTALS, LINKS, METRICS
from tests.storage.rows import DAY, HOUR, NOW, a_fact, only
from tests.storage.test_clans import settle

POSTGRESQL: Dialect = make_url("postgresql+asyncpg://host/clan").get_dialect()()
TABLES = list(SQLModel.metadata.tables.values())


class Paper:
    """A connection to PostgreSQL that only writes down what it would be asked."""

    dialect = POSTGRESQL

    def __init__(self) -> None:
        self.asked: list[str] = []

    async def execute(self, statement: ClauseElement, _rows: object = None) -> None:
        self.asked.append(str(statement.compile(dialect=self.dialect)))


@contextmanager
def overheard(connection: Connection) -> Iterator[list[ClauseElement]]:
    """Collect every statement that SQLite is asked, but the two kinds with their own words."""
    statements: list[ClauseElement] = []

    def hear(_connection: object, statement: Any, *_rest: object) -> None:  # noqa: ANN401 - any
        if not isinstance(statement, sqlite.Insert):
            statements.append(statement)

    assert connection.sync_connection is not None
    event.listen(connection.sync_connection, "before_execute", hear)
    yield statements
    event.remove(connection.sync_connection, "before_execute", hear)


def compiles(statements: list[ClauseElement]) -> None:
    assert statements
    for statement in statements:
        assert str(statement.compile(dialect=POSTGRESQL))


async def test_statements_compile_for_both(database: Database) -> None:
    async with database.writing() as connection:
        with overheard(connection) as statements:
            clan_id = await settle(connection, 1)
            writer, *_ = await authors.writers(connection, clan_id)
            who, channel = writer.author_id, 1
            asked, told = (a_fact(who, channel, NOW + n * DAY, asks=True) for n in (5, 6))
            await messages.add(connection, {clan_id: [asked, told]})
            question = asked.message.message_id
            near = await only(questions.asked(connection, {clan_id: [question]}))
            await questions.asked_or_answered_by(connection, {clan_id: [question]})
            await questions.waiting_for(connection, {clan_id: [told.message]}, 48 * HOUR)
            await questions.next_speakers(connection, {clan_id: near}, 48 * HOUR)
            await questions.first_replies(connection, {clan_id: near})
            await questions.set_answers(connection, {clan_id: near})
            await messages.known_ids(connection, {clan_id: [question]})
            await messages.remove(connection, {clan_id: [asked, told]})
            tally = rollups.Tally(who, NOW.date(), NOW, answers=1)
            await rollups.roll_up(connection, {clan_id: [tally]})
            range_of_authors = rollups.AuthorRange(clan_id, who, who + 1)
            await messages.by_quarter(connection, range_of_authors, NOW, NOW + DAY)
            await questions.credited_by_quarter(connection, range_of_authors, NOW, NOW + DAY)
            days, hours = (NOW.date(), NOW.date() + DAY), (NOW, NOW + DAY)
            await rollups.replace(connection, range_of_authors, days, hours, [tally])
            await authors.author_ids(connection, {clan_id: {7: ("New", "name")}})
            await authors.set_counted(connection, clan_id, 1, is_counted=False)
            await authors.move_cursors(connection, {clan_id: {channel: 5}})
            await players.take_out(connection, clan_id, [10], NOW)
            run = await runs.begin(connection, "poll", None, "trace", NOW)
            await runs.end(connection, run, "done", {}, NOW)
            await runs.last_runs(connection, clan_id, outcome="done")
            await blind_spots.see_again(connection, clan_id, channel, NOW)
            await blind_spots.fill(connection, clan_id, channel, NOW)
            await bridges.known_ids(connection, {clan_id: [1]})
            await bridges.remove(connection, {clan_id: [1]})
            await bridges.speaker_ids(connection, {clan_id: {Speaker("no ob"): "No ob"}})
            await bridges.start_over(connection, clan_id, 1)
            await players.note_sightings(connection, [players.Sighting(10, "Old", "old", NOW)])
            await players.remove_events(
                connection, clan_id, [players.MembershipEventRow(10, "joined", NOW)]
            )
            await players.remove_places(connection, clan_id, [11])
            await snapshots.newest(connection, [10])
            await metrics.present_values(connection, [10])
            await snapshots.rises(connection, clan_id, NOW, player_ids=[10])
            await links.of_clan(connection, clan_id)
    compiles(statements)


@pytest.mark.parametrize("table", TABLES, ids=lambda table: table.name)
def test_every_table_can_be_made(table: Table) -> None:
    assert str(CreateTable(table).compile(dialect=POSTGRESQL))


async def test_rows_are_put_in_or_changed_in_its_own_words() -> None:
    paper = Paper()
    connection = cast("Connection", paper)
    await insert_missing(connection, METRICS, [{"name": "zulrah", "kind": "boss"}])
    await insert_missing(connection, LINKS, [{"clan_id": 1, "player_id": 1, "discord_user_id": 1}])
    counts = ("messages", "questions", "answers")
    row = dict.fromkeys(counts, 1)
    day = {"clan_id": 1, "author_id": 1, "day": NOW.date(), **row}
    await upsert(connection, AUTHOR_DAYS, [day], add=counts)
    total = {"clan_id": 1, "author_id": 1, "wrote_at": NOW, **row}
    await upsert(
        connection,
        AUTHOR_TOTALS,
        [total],
        keep_largest=["wrote_at"],
        keep_smallest=["messages"],
        replace=["questions"],
    )
    assert [asked.count("ON CONFLICT") for asked in paper.asked] == [1, 1, 1, 1]
    assert "DO NOTHING" in paper.asked[0]
    assert "greatest(coalesce(author_totals.wrote_at, excluded.wrote_at)" in paper.asked[3]
    assert "least(coalesce(author_totals.messages, excluded.messages)" in paper.asked[3]


async def test_rows_are_sorted_by_key_so_that_two_writers_do_not_deadlock() -> None:
    sent: list[list[int]] = []

    class Sorted(Paper):
        async def execute(self, statement: ClauseElement, rows: object = None) -> None:
            await super().execute(statement)
            sent.append([row["author_id"] for row in cast("list[dict[str, int]]", rows)])

    day = {"clan_id": 1, "day": NOW.date(), "messages": 1}
    rows = [{"author_id": who, **day} for who in (3, 1, 2)]
    await upsert(cast("Connection", Sorted()), AUTHOR_DAYS, rows, add=["messages"])
    assert sent == [[1, 2, 3]]

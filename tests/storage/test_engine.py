"""Opening, reading and writing: what is kept, who waits, and who gives up."""

import asyncio
import sqlite3
from contextlib import AsyncExitStack, closing
from datetime import timedelta
from pathlib import Path

import pytest
from sqlalchemy import func, select, text
from sqlalchemy.exc import IntegrityError

from storage import clans
from storage.engine import Database, insert_missing, upsert
from storage.errors import DatabaseLocked
from storage.tables import AUTHOR_TOTALS, CLANS, MEMBERSHIPS, METRICS, PLAYER_NAMES
from tests.storage.rows import DAY, NOW, a_clan, an_author, members, opened


@pytest.mark.only_sqlite("pragmas are SQLite's")
@pytest.mark.parametrize(
    ("pragma", "value"),
    [
        ("journal_mode", "wal"),
        ("foreign_keys", 1),
        ("secure_delete", 1),
        ("synchronous", 1),
        ("busy_timeout", 10_000),
    ],
)
async def test_every_connection_is_prepared(
    database: Database, pragma: str, value: str | int
) -> None:
    async with database.reading() as one, database.reading() as other:
        for connection in (one, other):
            assert await connection.scalar(text(f"PRAGMA {pragma}")) == value


async def test_a_row_without_its_parent_is_refused(database: Database) -> None:
    with pytest.raises(IntegrityError):
        async with database.writing() as connection:
            await insert_missing(
                connection, MEMBERSHIPS, [{"clan_id": 9, "player_id": 9, "role": "member"}]
            )


async def test_writing_is_all_or_nothing(database: Database) -> None:
    async def write_and_fail() -> None:
        async with database.writing() as connection:
            await a_clan(connection)
            raise LookupError

    with pytest.raises(LookupError):
        await write_and_fail()
    async with database.reading() as connection:
        assert await clans.every(connection) == []


async def test_what_is_written_is_there_after_closing(path: Path) -> None:
    async with opened(path) as database, database.writing() as connection:
        await a_clan(connection)
    assert not path.with_name(f"{path.name}-wal").exists()
    async with opened(path) as database, database.reading() as connection:
        assert [clan.name for clan in await clans.every(connection)] == ["Clan 1"]


async def test_a_reader_sees_one_moment_and_does_not_wait_for_the_writer(
    database: Database,
) -> None:
    async with database.writing() as writer:
        await a_clan(writer)
        async with database.reading() as reader:
            assert await clans.every(reader) == []
    async with database.reading() as reader:
        assert len(await clans.every(reader)) == 1
        async with database.writing() as writer:
            await a_clan(writer, guild_id=2)
        assert len(await clans.every(reader)) == 1


async def test_a_second_writer_waits_for_the_first(database: Database) -> None:
    order: list[str] = []

    async def second() -> None:
        order.append("second asks")
        async with database.writing() as connection:
            order.append("second writes")
            await a_clan(connection, guild_id=2)

    async with asyncio.TaskGroup() as tasks, database.writing() as connection:
        tasks.create_task(second())
        await a_clan(connection)
        order.append("first is done")
    assert order == ["second asks", "first is done", "second writes"]


async def test_a_writer_gives_up_when_another_process_does_not_let_go(path: Path) -> None:
    with closing(sqlite3.connect(path, isolation_level=None)) as other:
        other.execute("BEGIN IMMEDIATE")
        async with opened(path, busy=timedelta(milliseconds=20)) as database:
            with pytest.raises(DatabaseLocked):
                async with database.writing():
                    pytest.fail("the door should have been locked")
            other.execute("ROLLBACK")
            async with database.writing() as connection:
                await a_clan(connection)


def test_only_a_file_has_a_path() -> None:
    assert Database("sqlite+aiosqlite:///data/clan.db").path == Path("data/clan.db")


async def test_what_is_there_is_left_as_it_is(database: Database) -> None:
    async with database.writing() as connection:
        await insert_missing(connection, METRICS, [{"name": "zulrah", "kind": "boss"}])
        await insert_missing(connection, METRICS, [{"name": "zulrah", "kind": "skill"}])
        await insert_missing(connection, METRICS, [])
        assert (await connection.execute(select(METRICS.c.kind))).scalars().all() == ["boss"]


async def test_columns_are_replaced_added_to_raised_and_lowered(database: Database) -> None:
    async with database.writing() as connection:
        clan_id = await a_clan(connection)
        await members(connection, clan_id, [1])
        who = await an_author(connection, clan_id)
        counts = {"messages": 2, "questions": 0, "answers": 0}
        total = {"clan_id": clan_id, "author_id": who, **counts, "wrote_at": None}
        for wrote_at in (None, NOW, NOW - DAY, None):
            await upsert(
                connection,
                AUTHOR_TOTALS,
                [total | {"wrote_at": wrote_at}],
                add=["messages"],
                keep_largest=["wrote_at"],
            )
        written = (await connection.execute(select(AUTHOR_TOTALS))).one()
        assert (written.messages, written.wrote_at) == (8, NOW)
        name = {"player_id": 1, "wom_key": "player 1", "name": "PLAYER 1"}
        await upsert(
            connection,
            PLAYER_NAMES,
            [name | {"first_seen_at": NOW - DAY, "last_seen_at": NOW - DAY}],
            replace=["name"],
            keep_smallest=["first_seen_at"],
        )
        borne = (await connection.execute(select(PLAYER_NAMES))).one()
        assert (borne.name, borne.first_seen_at) == ("PLAYER 1", NOW - DAY)
        assert borne.last_seen_at == NOW


async def test_no_rows_are_no_statement(database: Database) -> None:
    async with database.writing() as connection:
        await upsert(connection, CLANS, [], replace=["name"])
        assert await connection.scalar(select(func.count()).select_from(CLANS)) == 0


async def test_quick_reads_have_connections_that_no_long_one_holds(database: Database) -> None:
    async with AsyncExitStack() as stack:
        for _ in range(8):
            held = await stack.enter_async_context(database.reading())
            await held.scalar(select(func.count()).select_from(CLANS))
        async with asyncio.timeout(5), database.reading(is_quick=True) as connection:
            assert await connection.scalar(select(func.count()).select_from(CLANS)) == 0


async def test_text_that_no_server_takes_is_the_same_in_both(database: Database) -> None:
    names = ("a\0b", "half \ud83d", "whole \N{PARTY POPPER}", "\0")
    async with database.writing() as connection:
        for number, name in enumerate(names, 1):
            await clans.found(connection, number, name, NOW)
        await clans.be_in(connection, {1: "a\0b", 9: "\udc00"}, NOW)
    unknown = "\N{REPLACEMENT CHARACTER}"
    async with database.reading() as connection:
        assert [each.name for each in await clans.every(connection)] == [
            f"a{unknown}b",
            f"half {unknown}",
            "whole \N{PARTY POPPER}",
            unknown,
            unknown,
        ]

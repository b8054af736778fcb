"""PostgreSQL itself: the schema that it comes up to, and a server that goes away and comes back."""

import asyncio

import pytest
from alembic.autogenerate import compare_metadata
from alembic.migration import MigrationContext
from sqlalchemy import Connection
from sqlmodel import SQLModel

from storage import clans
from storage.advisory import LockKind, lock_session
from storage.errors import DatabaseOwned
from storage.migrate import NEWEST, bring_up
from tests.storage.postgres import EMPTY, Server, fresh_name
from tests.storage.rows import NOW, a_clan, opened


async def test_the_migrations_lead_to_the_tables_that_are_declared(server: Server) -> None:
    def differences(connection: Connection) -> object:
        return compare_metadata(MigrationContext.configure(connection), SQLModel.metadata)

    async with opened(server.url(EMPTY)) as database, database.reading() as connection:
        assert await connection.run_sync(differences) == []


async def test_a_server_that_was_started_again_is_used_again(server: Server) -> None:
    server.wipe()
    async with opened(server.url(EMPTY)) as database:
        async with database.writing() as connection:
            await a_clan(connection)
        server.tell("stop")
        server.tell("start")
        async with database.reading() as connection:
            assert [each.name for each in await clans.every(connection)] == ["Clan 1"]
        async with database.writing() as connection:
            await a_clan(connection, guild_id=2)


async def test_of_processes_that_start_at_once_one_brings_the_schema_up(server: Server) -> None:
    name = fresh_name()
    server.make(name)
    try:
        async with opened(server.url(name)) as one, opened(server.url(name)) as another:
            done = await asyncio.gather(*(bring_up(each, NOW) for each in (one, another)))
        assert sorted(each.changed for each in done) == [False, True]
        assert {each.after for each in done} == {NEWEST}
    finally:
        server.drop(name)


async def test_under_processes_of_another_version_the_schema_is_left_as_it_is(
    server: Server,
) -> None:
    name = fresh_name()
    server.make(name, EMPTY)
    try:
        async with opened(server.url(name)) as database, lock_session(database) as running:
            await running.take(LockKind.SHARD, {10_000})
            assert not (await bring_up(database, NOW)).changed
            server.ask(name, "UPDATE alembic_version SET version_num = '0001'")
            with pytest.raises(DatabaseOwned, match=r"in use by clanstats, process \d+ on"):
                await bring_up(database, NOW)
    finally:
        server.drop(name)

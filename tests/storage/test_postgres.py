"""PostgreSQL itself: the schema that it comes up to, and a server that goes away and comes back."""

from alembic.autogenerate import compare_metadata
from alembic.migration import MigrationContext
from sqlalchemy import Connection
from sqlmodel import SQLModel

from storage import clans
from tests.storage.postgres import EMPTY, Server
from tests.storage.rows import a_clan, opened


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

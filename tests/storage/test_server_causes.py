"""What a PostgreSQL server says is told apart as SQLite's words are, on a server that says so."""

import asyncio
from collections.abc import Awaitable, Callable
from datetime import timedelta
from typing import Any

import asyncpg
import pytest
from sqlalchemy import text
from sqlalchemy.engine import URL
from sqlalchemy.exc import DBAPIError

from bot.cli.exit_codes import words_for
from bot.services.game import fault_words
from storage import clans
from storage.engine import Connection, Database
from storage.errors import (
    DatabaseDamaged,
    DatabaseFull,
    DatabaseLocked,
    DatabaseUnopenable,
    ServerUnusable,
    StorageError,
    WriteConflict,
)
from storage.postgresql import cause_in, connecting
from tests.storage.postgres import EMPTY, Server
from tests.storage.rows import a_clan, opened

SHORT = timedelta(milliseconds=20)
RENAME = text("UPDATE clans SET name = name || :more WHERE guild_id = :guild_id")


@pytest.fixture
def url(server: Server) -> URL:
    server.wipe()
    return server.url(EMPTY)


async def asked(database: Database, statement: str) -> None:
    async with database.writing() as connection:
        await connection.exec_driver_sql(statement)


async def rename(connection: Connection, more: str, guild_id: int = 1) -> None:
    await connection.execute(RENAME, {"more": more, "guild_id": guild_id})


async def two_clans(database: Database) -> None:
    async with database.writing() as connection:
        await a_clan(connection, 1)
        await a_clan(connection, 2)


async def names(database: Database) -> list[str]:
    async with database.reading() as connection:
        return [each.name for each in await clans.every(connection)]


def with_options(url: URL, **options: str) -> URL:
    return url.update_query_dict(options)


@pytest.mark.parametrize(
    ("code", "kind"),
    [
        ("40001", WriteConflict),
        ("40P01", WriteConflict),
        ("55P03", DatabaseLocked),
        ("53100", DatabaseFull),
        ("25006", DatabaseUnopenable),
        ("42501", DatabaseUnopenable),
        ("53300", ServerUnusable),
        ("57P03", ServerUnusable),
        ("XX001", DatabaseDamaged),
        ("22012", DBAPIError),
        ("XX000", DBAPIError),
        ("25001", DBAPIError),
    ],
)
async def test_what_a_server_says_has_a_cause(url: URL, code: str, kind: type[Exception]) -> None:
    words = f"DO $$ BEGIN RAISE EXCEPTION 'so it is' USING ERRCODE = '{code}'; END $$"
    async with opened(url) as database:
        with pytest.raises(kind, match="so it is") as caught:
            await asked(database, words)
        assert type(caught.value) is kind or kind is DBAPIError
        if isinstance(caught.value, StorageError):
            assert fault_words(caught.value)
            assert words_for(caught.value).endswith(".")
            # What is of a file helps nobody here.
            assert "clanstats restore" not in words_for(caught.value)
            assert "file and folder" not in words_for(caught.value)


async def test_a_table_that_another_one_holds_is_locked(url: URL) -> None:
    async with opened(url, SHORT) as database, opened(url) as other:
        async with other.writing() as connection:
            await connection.exec_driver_sql("LOCK TABLE clans")
            with pytest.raises(DatabaseLocked):
                await two_clans(database)
        await two_clans(database)


async def test_a_statement_that_does_not_end_is_ended(url: URL) -> None:
    async with opened(with_options(url, statement_timeout="20")) as database:
        with pytest.raises(DatabaseLocked, match="took too long"):
            await asked(database, "SELECT pg_sleep(60)")


async def test_a_server_that_is_read_only_can_be_read_and_not_written(url: URL) -> None:
    async with opened(with_options(url, default_transaction_read_only="on")) as database:
        assert await names(database) == []
        with pytest.raises(DatabaseUnopenable, match="read-only"):
            await two_clans(database)


@pytest.mark.parametrize(
    ("change", "said", "step"),
    [
        (lambda url: url.set(database="none"), '"none" does not exist', "createdb"),
        (lambda url: url.set(username="nobody"), '"nobody" does not exist', "the password in"),
        (lambda url: with_options(url, host="/nowhere"), "No such file", "server runs"),
        (lambda url: with_options(url, sslmode="odd"), "sslmode", "how DATABASE_URL is written"),
    ],
)
async def test_who_is_not_let_in_is_told_why_and_what_to_do(
    url: URL, change: Callable[[URL], URL], said: str, step: str
) -> None:
    async with opened(change(url)) as database:
        with pytest.raises(ServerUnusable, match=said) as caught:
            await names(database)
    assert step in words_for(caught.value)


async def test_too_many_connections_are_told(server: Server, url: URL) -> None:
    server.ask("postgres", "CREATE ROLE crowded LOGIN CONNECTION LIMIT 0")
    try:
        async with opened(url.set(username="crowded")) as database:
            with pytest.raises(ServerUnusable, match="too many connections") as caught:
                await names(database)
    finally:
        server.ask("postgres", "DROP ROLE crowded")
    assert "max_connections" in words_for(caught.value)


def test_a_wrong_password_is_told_and_no_password_is_in_the_words(url: URL) -> None:
    theirs = url.set(username="clan", password="p@ss:word")
    said = asyncpg.InvalidPasswordError('password authentication failed for user "clan"')
    cause = cause_in(said, theirs)
    assert isinstance(cause, ServerUnusable)
    assert "the password in DATABASE_URL" in words_for(cause)
    for words in (words_for(cause), str(Database(theirs).url), repr(cause)):
        assert "p@ss" not in words
        assert "p%40ss" not in words


async def test_a_connection_that_is_cut_in_mid_transaction_leaves_nothing(
    server: Server, url: URL
) -> None:
    async def cut(database: Database) -> None:
        async with database.writing() as connection:
            await a_clan(connection)
            found = await connection.exec_driver_sql("SELECT pg_backend_pid()")
            server.ask("postgres", "SELECT pg_terminate_backend(?)", found.scalar_one())
            await a_clan(connection, 2)

    async with opened(url) as database:
        with pytest.raises(ServerUnusable) as caught:
            await cut(database)
        assert "goes on by itself" in words_for(caught.value)
        assert await names(database) == []
        await two_clans(database)
        assert await names(database) == ["Clan 1", "Clan 2"]


async def test_of_two_who_write_the_same_one_begins_again(url: URL) -> None:
    async with opened(url) as database, opened(url) as other:
        await two_clans(database)
        tries = 0

        async def write(connection: Connection) -> None:
            nonlocal tries
            tries += 1
            await names_seen(connection)
            if tries == 1:
                await other.write(lambda theirs: rename(theirs, " theirs"))
            await rename(connection, " ours")

        await database.write(write)
        assert tries == 2
        assert await names(database) == ["Clan 1 theirs ours", "Clan 2"]


async def names_seen(connection: Connection) -> None:
    """See a moment of the database: from here on what others write is later."""
    await clans.every(connection)


async def test_of_two_who_wait_for_each_other_one_begins_again(url: URL) -> None:
    quick = with_options(url, deadlock_timeout="10")
    async with opened(quick) as database, opened(quick) as other:
        await two_clans(database)
        both = asyncio.Barrier(2)
        tries = {"a": 0, "b": 0}

        async def write(connection: Connection, who: str, first: int, then: int) -> None:
            tries[who] += 1
            await rename(connection, who, first)
            if tries[who] == 1:
                await both.wait()
            await rename(connection, who, then)

        await asyncio.gather(
            database.write(lambda connection: write(connection, "a", 1, 2)),
            other.write(lambda connection: write(connection, "b", 2, 1)),
        )
        assert sum(tries.values()) > 2
        assert [sorted(each[6:]) for each in await names(database)] == [["a", "b"]] * 2


async def test_who_conflicts_again_and_again_is_told_in_the_end(url: URL) -> None:
    async with opened(url) as database, opened(url) as other:
        await two_clans(database)
        tries = 0

        async def write(connection: Connection) -> None:
            nonlocal tries
            tries += 1
            await names_seen(connection)
            await other.write(lambda theirs: rename(theirs, "!"))
            await rename(connection, " ours")

        with pytest.raises(WriteConflict) as caught:
            await database.write(write)
        assert tries == 5
        assert "try again" in words_for(caught.value)
        assert await names(database) == ["Clan 1!!!!!", "Clan 2"]


async def test_sums_are_whole_numbers_as_in_sqlite(url: URL) -> None:
    async with opened(url) as database, database.reading() as connection:
        rows = await connection.exec_driver_sql(
            "SELECT sum(x), avg(x), sum(x) / 3.0 FROM (VALUES (1::bigint), (2), (-6)) AS t (x)"
        )
        whole, mean, part = tuple[Any, ...](rows.one())
        assert (whole, mean) == (-3, -1)
        assert type(whole) is int
        assert type(part) in {int, float}


async def first_words(handle: Callable[[int], Awaitable[None]]) -> bytes:
    """Return what a server is told first; it answers that it speaks no TLS."""
    heard: asyncio.Future[bytes] = asyncio.get_running_loop().create_future()

    async def serve(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        words = await reader.readexactly(8)
        if not heard.done():
            heard.set_result(words)
        writer.write(b"N")
        await writer.drain()
        writer.close()
        await writer.wait_closed()

    async with await asyncio.start_server(serve, "127.0.0.1", 0) as server:
        await handle(server.sockets[0].getsockname()[1])
        return await heard


@pytest.mark.parametrize(("mode", "asks_tls"), [("require", True), ("disable", False)])
async def test_tls_is_asked_for_as_the_address_says(mode: str, *, asks_tls: bool) -> None:
    async def connect(port: int) -> None:
        url = URL.create("postgresql+asyncpg", "clan", "secret", "127.0.0.1", port, "clan")
        with pytest.raises(ServerUnusable):
            await connecting(with_options(url, sslmode=mode), SHORT)()

    assert ((await first_words(connect))[4:] == bytes.fromhex("04d2162f")) is asks_tls


async def test_a_certificate_that_is_not_there_is_told(url: URL) -> None:
    away = with_options(url, sslmode="verify-full", sslrootcert="/nowhere/root.crt")
    async with opened(away.set(host="127.0.0.1", port=1)) as database:
        with pytest.raises(ServerUnusable, match="No such file") as caught:
            await names(database)
    assert "what DATABASE_URL names" in words_for(caught.value)

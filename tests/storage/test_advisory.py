"""Who does what, where several processes share a PostgreSQL server."""

import asyncio
import os
from collections.abc import AsyncIterator
from contextlib import AsyncExitStack
from datetime import timedelta
from pathlib import Path

import pytest
import pytest_asyncio
from sqlalchemy.engine import URL

from storage.advisory import (
    LockKind,
    LockLost,
    LockSession,
    alone_at,
    lock_session,
    must_hold,
)
from storage.engine import Connection, Database, written_only_if
from storage.errors import StorageError
from tests.storage.postgres import EMPTY, Server
from tests.storage.rows import opened

CLAN = LockKind.CLAN


@pytest.fixture
def place(server: Server) -> URL:
    server.wipe()
    return server.url(EMPTY)


@pytest_asyncio.fixture
async def database(place: URL) -> AsyncIterator[Database]:
    async with opened(place) as database:
        yield database


@pytest_asyncio.fixture
async def sessions(database: Database) -> AsyncIterator[tuple[LockSession, LockSession]]:
    async with lock_session(database) as one, lock_session(database) as another:
        yield one, another


def end(server: Server, session: LockSession) -> None:
    """Have the server end a session, as when its process is killed."""
    server.ask("postgres", "SELECT pg_terminate_backend(?, 5000)", session.number)


async def test_what_one_session_holds_no_other_takes(
    sessions: tuple[LockSession, LockSession],
) -> None:
    one, another = sessions
    assert await one.take(CLAN, {1, 2}) == {1, 2}
    assert await another.take(CLAN, {1, 2, 3}) == {3}
    assert await another.take(LockKind.SHARD, {1}) == {1}
    assert {key: each.session for key, each in (await one.holders(CLAN)).items()} == {
        1: one.number,
        2: one.number,
        3: another.number,
    }
    await one.leave(CLAN, {2})
    assert await another.take(CLAN, {1, 2}) == {2}
    assert await one.take(CLAN, ()) == set()


async def test_a_holder_says_who_it_is(sessions: tuple[LockSession, LockSession]) -> None:
    one, another = sessions
    await one.take(LockKind.SHARD, {0})
    holder = (await another.holders(LockKind.SHARD))[0]
    assert holder.name is not None
    assert f"process {os.getpid()} on " in holder.name
    assert holder.since is not None


async def test_what_a_session_holds_is_free_when_it_ends_however_that_happens(
    server: Server, database: Database
) -> None:
    async with AsyncExitStack() as stack:
        survivor = await stack.enter_async_context(lock_session(database))
        async with lock_session(database) as killed:
            await killed.take(CLAN, {1})
            end(server, killed)
            assert await survivor.take(CLAN, {1}) == {1}
            with pytest.raises(StorageError):
                await killed.take(CLAN, {1})
        await survivor.leave(CLAN, {1})
        async with lock_session(database) as closed:
            await closed.take(CLAN, {1})
        assert await survivor.take(CLAN, {1}) == {1}


async def test_a_process_that_stands_still_loses_what_it_holds(
    server: Server, database: Database
) -> None:
    async with lock_session(database, timedelta(milliseconds=50)) as still:
        await still.take(CLAN, {1})
        # Answered as soon as the server has ended the other session.
        server.ask(EMPTY, "SELECT pg_advisory_lock(?, 1)", CLAN.value)
        server.ask(EMPTY, "SELECT pg_advisory_unlock(?, 1)", CLAN.value)
        with pytest.raises(StorageError):
            await still.holders(CLAN)


async def test_nothing_is_written_by_whoever_holds_it_no_more(
    server: Server, database: Database
) -> None:
    async def write() -> None:
        async with database.writing() as connection:
            await connection.exec_driver_sql(
                "INSERT INTO metrics (name, kind) VALUES ('zulrah', 'boss')"
            )

    async with lock_session(database) as survivor, lock_session(database) as ours:

        async def must_be_ours(connection: Connection) -> None:
            await must_hold(connection, ours.number, CLAN, 7)

        with written_only_if(must_be_ours):
            with pytest.raises(LockLost):
                await write()
            await ours.take(CLAN, {7})
            await write()
            end(server, ours)
            for _ in range(2):
                with pytest.raises(LockLost):
                    await asyncio.create_task(write())
                # Another one's is not ours.
                await survivor.take(CLAN, {7})
    assert len(server.ask(EMPTY, "SELECT 1 FROM metrics WHERE name = 'zulrah'")) == 1


async def test_only_one_is_inside_and_the_next_comes_when_it_is_out(database: Database) -> None:
    order: list[str] = []
    inside, leave = asyncio.Event(), asyncio.Event()

    async def first() -> None:
        async with alone_at(database, LockKind.MIGRATION):
            inside.set()
            await leave.wait()
            order.append("first")

    async def second() -> None:
        async with alone_at(database, LockKind.MIGRATION):
            order.append("second")

    async with asyncio.TaskGroup() as group:
        group.create_task(first())
        await inside.wait()
        group.create_task(second())
        async with lock_session(database) as onlooker:
            assert 0 in await onlooker.holders(LockKind.MIGRATION)
        leave.set()
    assert order == ["first", "second"]


async def test_a_file_needs_nobody_to_wait(tmp_path: Path) -> None:
    kind = LockKind.MIGRATION
    file = tmp_path / "clan_data.db"
    async with opened(file) as database, alone_at(database, kind), alone_at(database, kind):
        assert database.path == file

"""What the database says of itself at once, and what is wrong when it does not."""

import asyncio
from itertools import groupby
from pathlib import Path

import httpx
from sqlalchemy.engine import URL

from bot.services.chat import Intake
from bot.services.ops import DatabaseState, Vitals
from bot.services.setup import Clans
from storage import clans
from storage.engine import Database
from tests.storage.postgres import Server, fresh_name
from tests.storage.rows import HOUR, NOW, a_clan, opened
from wom.client import WomClient


def vitals_of(database: Database) -> Vitals:
    wom = WomClient(
        httpx.AsyncClient, has_key=True, monotonic=float, sleep=asyncio.sleep, jitter=float
    )
    intake = Intake(database, Clans(database, lambda: NOW), lambda: NOW)
    return Vitals(database, intake, wom, lambda: NOW)


async def test_a_database_in_order_says_when_its_clans_were_polled(database: Database) -> None:
    async with database.writing() as connection:
        for guild_id, hours in ((1, 5), (2, 1), (3, -2)):
            clan_id = await a_clan(connection, guild_id)
            polled_at = NOW - hours * HOUR
            await clans.change(connection, clan_id, wom_group_id=guild_id, polled_at=polled_at)
        await a_clan(connection, 4)
    # What is still to come was noted by a clock that ran ahead.
    assert await vitals_of(database).look() == DatabaseState(
        poll_ages=(0 * HOUR, 1 * HOUR, 5 * HOUR), without_group=1
    )


async def test_a_database_that_does_not_answer_in_time_is_a_fault(database: Database) -> None:
    state = await vitals_of(database).look(patience_s=0)
    assert state == DatabaseState("The database does not answer within 0 seconds.")
    assert (await vitals_of(database).look()).fault is None


async def test_a_file_that_is_no_database_is_a_fault_in_words(path: Path) -> None:
    path.write_bytes(b"no database at all" * 1_000)  # noqa: ASYNC240 - a small file
    async with opened(path) as database:
        state = await vitals_of(database).look()
    assert state.fault is not None
    assert state.fault.startswith("The database is damaged.")
    assert str(path) not in state.fault


async def test_a_server_whose_database_goes_away_is_a_fault_until_it_is_back(
    server: Server,
) -> None:
    name = fresh_name()
    server.make(name, "empty")
    place: URL = server.url(name)
    async with opened(place) as database:
        assert (await vitals_of(database).look()).fault is None
        server.drop(name)
        state = await vitals_of(database).look()
        assert state.fault is not None
        assert state.fault.startswith("The database cannot be reached.")
        assert name not in state.fault
        server.make(name, "empty")
        assert (await vitals_of(database).look()).fault is None
    server.drop(name)


async def test_who_watches_is_told_of_each_statement_commit_and_wait(database: Database) -> None:
    told: list[str] = []

    def tell(work: str, seconds: float) -> None:
        assert 0 <= seconds < 60
        told.append(work)

    async def work() -> None:
        async with database.writing() as connection:
            await a_clan(connection)
        for is_quick in (False, True):
            async with database.reading(is_quick=is_quick) as connection:
                await clans.every(connection)

    # What a first connection asks belongs to nobody.
    await work()
    assert told == []
    vitals_of(database).watch(tell, lambda *_: None)
    await work()
    # SQLite is told in a statement of its own that a transaction begins.
    kinds = [kind for kind, _ in groupby(told)]
    assert kinds == ["wait", "write", "commit", "read"]

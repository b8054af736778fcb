"""A connection that goes to its thread once for each statement says what any other would say."""

import asyncio
import sqlite3
from pathlib import Path

import pytest
from sqlalchemy import insert, select, text
from sqlalchemy.exc import IntegrityError, OperationalError

from storage.engine import Database
from storage.tables import METRICS
from storage.trips import ROWS_A_TRIP, OneTrip, open_in_thread

NUMBERS = text(
    "WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < :last) "
    "SELECT i FROM n"
)
ROWS = [{"name": name, "kind": "boss"} for name in ("zulrah", "vorkath")]


async def test_the_database_uses_it(database: Database) -> None:
    async with database.reading() as connection:
        driver = (await connection.get_raw_connection()).driver_connection
        assert isinstance(driver, OneTrip)


async def test_rows_counts_and_keys_come_back(database: Database) -> None:
    async with database.writing() as connection:
        assert (await connection.execute(insert(METRICS), ROWS)).rowcount == 2
        one = await connection.execute(insert(METRICS).values(name="nex", kind="boss"))
        assert one.inserted_primary_key == (3,)
        found = await connection.execute(select(METRICS.c.name).order_by(METRICS.c.name))
        assert found.keys() == ["name"]
        assert found.scalars().all() == ["nex", "vorkath", "zulrah"]
        assert (await connection.execute(text("SELECT 1 WHERE 0"))).all() == []


@pytest.mark.parametrize("last", [1, ROWS_A_TRIP - 1, ROWS_A_TRIP, 2 * ROWS_A_TRIP + 1])
async def test_many_rows_come_in_several_trips(database: Database, last: int) -> None:
    async with database.reading() as connection:
        found = (await connection.execute(NUMBERS, {"last": last})).scalars().all()
        assert found == list(range(1, last + 1))
        streamed = await connection.stream(NUMBERS, {"last": last})
        assert [row.i async for row in streamed] == found


async def test_rows_that_nobody_asks_for_are_let_go(database: Database) -> None:
    async with database.reading() as connection:
        streamed = await connection.stream(NUMBERS, {"last": 3 * ROWS_A_TRIP})
        assert (await streamed.fetchone()) == (1,)
        assert len(await streamed.fetchmany(ROWS_A_TRIP)) == ROWS_A_TRIP
        await streamed.close()
    async with database.writing() as connection:
        await connection.execute(insert(METRICS), ROWS)


async def test_a_refused_statement_raises_and_leaves_the_connection_usable(
    database: Database,
) -> None:
    async with database.reading() as connection:
        with pytest.raises(OperationalError, match="no such table"):
            await connection.execute(text("SELECT * FROM nowhere"))
        assert await connection.scalar(text("SELECT 2")) == 2
    async with database.writing() as connection:
        await connection.execute(insert(METRICS), ROWS)
        with pytest.raises(IntegrityError):
            await connection.execute(insert(METRICS), ROWS)


async def test_a_cancelled_reader_lets_the_next_one_read(database: Database) -> None:
    async def read(last: int) -> int:
        async with database.reading() as connection:
            return len((await connection.execute(NUMBERS, {"last": last})).all())

    reading = asyncio.ensure_future(read(300_000))
    await asyncio.sleep(0)
    await asyncio.sleep(0)
    reading.cancel()
    with pytest.raises(asyncio.CancelledError):
        await reading
    assert await read(10) == 10


async def test_a_cursor_gives_rows_in_every_way_a_driver_does(path: Path) -> None:
    connection = open_in_thread(str(path))
    await connection
    cursor = connection.cursor()
    await cursor.execute(NUMBERS.text.replace(":last", "?"), (2 * ROWS_A_TRIP,))
    assert [column[0] for column in cursor.description] == ["i"]
    assert await cursor.fetchone() == (1,)
    assert await cursor.fetchmany() == [(2,)]
    assert len(await cursor.fetchmany(ROWS_A_TRIP)) == ROWS_A_TRIP
    assert len(await cursor.fetchall()) == ROWS_A_TRIP - 2
    assert await cursor.fetchone() is None
    await cursor.close()
    with pytest.raises(sqlite3.OperationalError):
        await connection.cursor().execute("SELECT")
    await connection.close()

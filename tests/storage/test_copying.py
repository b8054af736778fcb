"""A database is copied to the other kind and back: all of it, or it is marked as unfinished."""

from collections.abc import Mapping
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import Table, select
from sqlalchemy.engine import URL

from storage import archiving, authors, clans, copying, messages
from storage.copying import copy_to
from storage.engine import Database
from storage.errors import CopyFailed, CopyUnfinished
from storage.migrate import bring_up
from tests.storage.postgres import Server, fresh_name
from tests.storage.rows import (
    DAY,
    NOW,
    Place,
    a_channel,
    a_clan,
    a_fact,
    an_author,
    members,
    observe,
    opened,
)


def no_watch(_done: int, _whole: int) -> None:
    """Look away."""


async def rows_of(database: Database) -> Mapping[str, list[tuple[Any, ...]]]:
    """Return all rows of all tables that are copied, read one table at a time, in order."""

    async def of(table: Table) -> list[tuple[Any, ...]]:
        return sorted([tuple(row) for row in await connection.execute(select(table))], key=repr)

    async with database.reading() as connection:
        return {table.name: await of(table) for table in copying.tables()}


async def fill(path: Path, *, archives: bool = False) -> Mapping[str, list[tuple[Any, ...]]]:
    """Have two clans there; return what holds, as it was before anything moved to the archive."""
    async with opened(path) as database:
        async with database.writing() as connection:
            for guild_id in (1, 2):
                clan_id = await a_clan(connection, guild_id)
                who = await an_author(connection, clan_id, guild_id)
                place = await a_channel(connection, clan_id, guild_id)
                facts = [
                    a_fact(who, place, NOW - days * 100 * DAY, number=guild_id * 10 + n)
                    for days in range(5)
                    for n in range(3)
                ]
                await messages.add(connection, {clan_id: facts})
                await members(connection, clan_id, [guild_id, 3])
            for days in (400, 300, 1):
                await observe(connection, 1, NOW - days * DAY, {"zulrah": 500 - days}, xp=days)
        found = await rows_of(database)
        if archives:
            await archiving.move(database, NOW)
            assert await rows_of(database) != found
    return found


@pytest.fixture
def empty(server: Server) -> URL:
    name = fresh_name()
    server.make(name)
    return server.url(name)


async def copied(source: Place, target: Place) -> Mapping[str, list[tuple[Any, ...]]]:
    async with opened(source) as mine, opened(target) as theirs:
        done = await copy_to(mine, theirs, NOW, no_watch)
        found = await rows_of(theirs)
        assert done.rows == {name: len(rows) for name, rows in found.items()}
        return found


@pytest.mark.parametrize("archives", [False, True])
async def test_all_is_copied_with_what_is_archived_and_back(
    path: Path, tmp_path: Path, empty: URL, monkeypatch: pytest.MonkeyPatch, *, archives: bool
) -> None:
    monkeypatch.setattr(copying, "_AT_ONCE", 2)
    expected = await fill(path, archives=archives)
    assert await copied(path, empty) == expected
    assert await copied(empty, tmp_path / "back.db") == expected


async def test_what_is_new_in_a_copy_is_numbered_behind_what_came(path: Path, empty: URL) -> None:
    await fill(path)
    await copied(path, empty)
    async with opened(empty) as database:
        await bring_up(database, NOW)
        async with database.writing() as connection:
            clan_id = await a_clan(connection, 3)
            await an_author(connection, clan_id, 3)
            assert [each.guild_id for each in await clans.every(connection)] == [1, 2, 3]
            assert len(await authors.channels(connection, clan_id)) == 0


async def test_nothing_is_copied_over_something_else(path: Path, empty: URL) -> None:
    await fill(path)
    async with opened(path) as source, opened(empty) as target:
        await bring_up(target, NOW)
        async with target.writing() as connection:
            await a_clan(connection, 7)
        before = await rows_of(target)
        with pytest.raises(CopyFailed, match="clans already"):
            await copy_to(source, target, NOW, no_watch)
        assert await rows_of(target) == before
        await bring_up(target, NOW)


@pytest.mark.parametrize("at", [1, 9, 40])
async def test_a_copy_that_was_cut_off_is_refused_and_can_be_begun_again(
    path: Path, empty: URL, monkeypatch: pytest.MonkeyPatch, at: int
) -> None:
    monkeypatch.setattr(copying, "_AT_ONCE", 1)
    expected = await fill(path)

    def cut(done: int, whole: int) -> None:
        assert done <= whole
        if done == at:
            raise KeyboardInterrupt

    async with opened(path) as source, opened(empty) as target:
        with pytest.raises(KeyboardInterrupt):
            await copy_to(source, target, NOW, cut)
        with pytest.raises(CopyUnfinished):
            await bring_up(target, NOW)
    assert await copied(path, empty) == expected


async def test_a_copy_that_is_not_the_same_stays_marked(path: Path, empty: URL) -> None:
    await fill(path)
    async with opened(path) as source, opened(empty) as target, opened(empty) as other:
        await bring_up(target, NOW)
        async with other.writing() as connection:
            await connection.exec_driver_sql(
                "CREATE FUNCTION spoil() RETURNS trigger LANGUAGE plpgsql AS "
                "$$ BEGIN NEW.name = 'Other'; RETURN NEW; END $$"
            )
            await connection.exec_driver_sql(
                "CREATE TRIGGER spoil BEFORE INSERT ON clans FOR EACH ROW EXECUTE FUNCTION spoil()"
            )
        with pytest.raises(CopyFailed, match="other words"):
            await copy_to(source, target, NOW, no_watch)
        with pytest.raises(CopyUnfinished):
            await bring_up(target, NOW)

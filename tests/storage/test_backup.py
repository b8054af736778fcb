"""Copies that are known to be good, and how many of them are kept."""

import sqlite3
from contextlib import closing
from pathlib import Path

import pytest

from storage.backup import back_up
from storage.engine import Database
from storage.errors import DatabaseDamaged, DatabaseUnopenable
from tests.storage.rows import DAY, HOUR, NOW, a_clan, everything, names_in


async def test_a_copy_holds_what_was_written_up_to_now(
    database: Database, path: Path, tmp_path: Path
) -> None:
    async with database.writing() as connection:
        await a_clan(connection)
    copy = await back_up(path, tmp_path / "backups", NOW)
    assert copy.name == "clan_data-20261120T120000Z.db"
    assert everything(copy) == everything(path)
    assert any("Clan 1" in line for line in everything(copy))


async def test_a_copy_is_taken_while_somebody_writes(
    database: Database, path: Path, tmp_path: Path
) -> None:
    before = everything(path)
    async with database.writing() as connection:
        await a_clan(connection)
        copy = await back_up(path, tmp_path / "backups", NOW)
    assert everything(copy) == before


async def test_only_the_newest_copies_are_kept(path: Path, tmp_path: Path) -> None:
    folder = tmp_path / "backups"
    folder.mkdir()
    (folder / "other-20200101T000000Z.db").touch()
    copies = [await back_up(path, folder, NOW + days * DAY, keep=3) for days in range(5)]
    assert names_in(folder) == {
        "other-20200101T000000Z.db",
        *(copy.name for copy in copies[-3:]),
    }


def spoil(path: Path) -> None:
    content, page = bytearray(path.read_bytes()), 4096
    content[2 * page : 6 * page] = b"\xa5" * (4 * page)
    path.write_bytes(content)


async def test_a_damaged_file_is_refused_and_the_good_copies_stay(
    path: Path, tmp_path: Path
) -> None:
    folder = tmp_path / "backups"
    good = await back_up(path, folder, NOW)
    spoil(path)
    with pytest.raises(DatabaseDamaged) as caught:
        await back_up(path, folder, NOW + HOUR)
    assert caught.value.path == path
    assert names_in(folder) == {good.name}


async def test_a_file_that_is_no_database_is_refused(tmp_path: Path) -> None:
    no_database = tmp_path / "clan_data.db"
    no_database.write_text("not a database, and long enough to look like one " * 50, "utf-8")
    with pytest.raises(DatabaseDamaged):
        await back_up(no_database, tmp_path / "backups", NOW)
    assert names_in(tmp_path / "backups") == set()


async def test_a_file_that_is_not_there_is_not_made(tmp_path: Path) -> None:
    with pytest.raises(DatabaseUnopenable):
        await back_up(tmp_path / "none.db", tmp_path / "backups", NOW)
    assert not (tmp_path / "none.db").exists()


async def test_a_copy_opens_as_a_database(path: Path, tmp_path: Path) -> None:
    copy = await back_up(path, tmp_path / "backups", NOW)
    with closing(sqlite3.connect(copy)) as connection:
        assert connection.execute("SELECT count(*) FROM clans").fetchone() == (0,)

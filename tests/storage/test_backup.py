"""Copies that are known to be good, and how many of them are kept."""

import asyncio
import os
import shutil
import sqlite3
from contextlib import closing
from datetime import datetime
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


def like(folder: Path, copy: Path, *names: str, at: datetime | None = None) -> list[Path]:
    """Put files like a copy into a folder, written by a ClanStats whose copies had no number."""
    made = []
    for name in names:
        file = Path(shutil.copy(copy, folder / name))
        with closing(sqlite3.connect(file)) as connection:
            connection.execute("PRAGMA user_version=0")
        if at is not None:
            os.utime(file, (at.timestamp(), at.timestamp()))
        made.append(file)
    return made


async def test_a_clock_that_ran_ahead_costs_no_newer_copy(path: Path, tmp_path: Path) -> None:
    folder = tmp_path / "backups"
    ahead = await back_up(path, folder, NOW + 3650 * DAY, keep=3)
    like(folder, ahead, "clan_data-20990101T000000Z.db", at=NOW + 20000 * DAY)
    copies = [await back_up(path, folder, NOW + days * DAY, keep=3) for days in range(4)]
    assert names_in(folder) == {copy.name for copy in copies[-3:]}


async def test_a_clock_that_was_set_back_costs_no_copy_at_all(path: Path, tmp_path: Path) -> None:
    folder = tmp_path / "backups"
    first = await back_up(path, folder, NOW, keep=4)
    again = [await back_up(path, folder, NOW, keep=4) for _ in range(2)]
    before = await back_up(path, folder, NOW - 9000 * DAY, keep=4)
    assert names_in(folder) == {first.name, *(each.name for each in again), before.name}
    last = await back_up(path, folder, NOW - 9000 * DAY, keep=1)
    assert names_in(folder) == {last.name}
    assert last != before


async def test_the_newest_is_kept_even_when_none_is_asked_for(path: Path, tmp_path: Path) -> None:
    copy = await back_up(path, tmp_path / "backups", NOW, keep=0)
    assert names_in(tmp_path / "backups") == {copy.name}


async def test_only_files_that_are_ours_by_name_and_content_are_touched(
    path: Path, tmp_path: Path
) -> None:
    folder, elsewhere = tmp_path / "backups", tmp_path / "elsewhere.db"
    copy = await back_up(path, folder, NOW)
    theirs = [
        "clan_data-20200101T000000Z-before-v0.db",
        "clan_data-mine.db",
        "clan_data-20200101T000000Z.db.old",
        "clan_data_2-20200101T000000Z.db",
        "xclan_data-20200101T000000Z.db",
    ]
    like(folder, copy, *theirs)
    (folder / "clan_data-20200102T000000Z.db").write_text("a text that only looks alike", "utf-8")
    (folder / "clan_data-20200103T000000Z.db").mkdir()
    with closing(sqlite3.connect(folder / "clan_data-20200104T000000Z.db")) as other:
        other.execute("CREATE TABLE clans (of_somebody_else)")
    shutil.copy(copy, elsewhere)
    (folder / "clan_data-20200105T000000Z.db").symlink_to(elsewhere)
    before = names_in(folder) - {copy.name}
    last = await back_up(path, folder, NOW + DAY, keep=1)
    assert names_in(folder) == before | {last.name}


async def test_of_copies_without_a_number_those_written_first_go_first(
    path: Path, tmp_path: Path
) -> None:
    folder = tmp_path / "backups"
    newest = await back_up(path, folder, NOW)
    (old,) = like(folder, newest, "clan_data-20261119T000000Z.db", at=NOW - 9 * DAY)
    (young,) = like(folder, newest, "clan_data-20260101T000000Z.db", at=NOW - DAY)
    newest.unlink()
    last = await back_up(path, folder, NOW, keep=2)
    assert names_in(folder) == {young.name, last.name}
    assert not old.exists()


async def test_looking_at_copies_leaves_nothing_beside_them(path: Path, tmp_path: Path) -> None:
    folder = tmp_path / "backups"
    first = await back_up(path, folder, NOW)
    with closing(sqlite3.connect(first)) as connection:
        connection.execute("PRAGMA journal_mode=WAL")
    last = await back_up(path, folder, NOW + DAY)
    assert names_in(folder) == {first.name, last.name}


async def test_what_a_killed_backup_left_behind_goes_when_it_is_old(
    path: Path, tmp_path: Path
) -> None:
    folder = tmp_path / "backups"
    folder.mkdir()
    for name, at in ((".clan_data-a.part", NOW - 2 * DAY), (".clan_data-b.part", NOW)):
        (folder / name).touch()
        os.utime(folder / name, (at.timestamp(), at.timestamp()))
    copy = await back_up(path, folder, NOW)
    assert names_in(folder) == {".clan_data-b.part", copy.name}


async def test_a_copy_is_of_one_moment_however_much_others_write(
    database: Database, path: Path, tmp_path: Path
) -> None:
    async with database.writing() as connection:
        await a_clan(connection)
        await connection.exec_driver_sql("CREATE TABLE much (stuff)")
        await connection.exec_driver_sql("INSERT INTO much VALUES (zeroblob(20000000))")
    writers = [a_clan_more(database, number) for number in range(2, 12)]
    _, copy = await asyncio.gather(
        asyncio.gather(*writers), back_up(path, tmp_path / "backups", NOW)
    )
    with closing(sqlite3.connect(copy)) as connection_to_copy:
        assert connection_to_copy.execute("PRAGMA integrity_check").fetchone() == ("ok",)


async def a_clan_more(database: Database, number: int) -> None:
    async with database.writing() as connection:
        await a_clan(connection, number)


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

"""Copies that are known to be good, and how many of them are kept."""

import asyncio
import os
import shutil
import signal
import sqlite3
import subprocess
import sys
from contextlib import closing
from datetime import datetime
from pathlib import Path

import pytest

from storage import archiving
from storage.backup import back_up, beside, copies, keep_elsewhere
from storage.engine import Database
from storage.errors import ArchiveUnusable, DatabaseDamaged, DatabaseFull, DatabaseUnopenable
from storage.rotation import Rotation
from tests.storage.rows import DAY, HOUR, NOW, a_clan, everything, names_in


def newest(number: int) -> Rotation:
    return Rotation(number, 0, 0, 0)


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
    copies = [await back_up(path, folder, NOW + days * DAY, newest(3)) for days in range(5)]
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
    ahead = await back_up(path, folder, NOW + 3650 * DAY, newest(3))
    like(folder, ahead, "clan_data-20990101T000000Z.db", at=NOW + 20000 * DAY)
    copies = [await back_up(path, folder, NOW + days * DAY, newest(3)) for days in range(4)]
    assert names_in(folder) == {copy.name for copy in copies[-3:]}


async def test_a_clock_that_was_set_back_costs_no_copy_at_all(path: Path, tmp_path: Path) -> None:
    folder = tmp_path / "backups"
    first = await back_up(path, folder, NOW, newest(4))
    again = [await back_up(path, folder, NOW, newest(4)) for _ in range(2)]
    before = await back_up(path, folder, NOW - 9000 * DAY, newest(4))
    assert names_in(folder) == {first.name, *(each.name for each in again), before.name}
    last = await back_up(path, folder, NOW - 9000 * DAY, newest(1))
    assert names_in(folder) == {last.name}
    assert last != before


async def test_the_newest_is_kept_even_when_none_is_asked_for(path: Path, tmp_path: Path) -> None:
    copy = await back_up(path, tmp_path / "backups", NOW, newest(0))
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
    last = await back_up(path, folder, NOW + DAY, newest(1))
    assert names_in(folder) == before | {last.name}


async def test_of_copies_without_a_number_those_written_first_go_first(
    path: Path, tmp_path: Path
) -> None:
    folder = tmp_path / "backups"
    first = await back_up(path, folder, NOW)
    (old,) = like(folder, first, "clan_data-20261119T000000Z.db", at=NOW - 9 * DAY)
    (young,) = like(folder, first, "clan_data-20260101T000000Z.db", at=NOW - DAY)
    first.unlink()
    last = await back_up(path, folder, NOW, newest(2))
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


def archive_of(path: Path, words: str) -> Path:
    """Have an archive beside a database, with tables of its own."""
    archive = path.with_name("clan_data_archive.db")
    with closing(sqlite3.connect(archive)) as connection, connection:
        connection.execute("CREATE TABLE IF NOT EXISTS kept (words)")
        connection.execute("DELETE FROM kept")
        connection.execute("INSERT INTO kept VALUES (?)", (words,))
        connection.execute("PRAGMA user_version=42")
    return archive


def words_in(archive: Path) -> tuple[str, int]:
    with closing(sqlite3.connect(archive)) as connection:
        (words,) = connection.execute("SELECT words FROM kept").fetchone()
        return words, connection.execute("PRAGMA user_version").fetchone()[0]


async def test_what_belongs_to_a_database_is_copied_and_deleted_with_it(
    path: Path, tmp_path: Path
) -> None:
    folder = tmp_path / "backups"
    alone = await back_up(path, folder, NOW)
    archive_of(path, "old facts")
    first = await back_up(path, folder, NOW + DAY)
    (archived,) = beside(first)
    assert archived.name == "clan_data_archive-20261121T120000Z.db"
    assert words_in(archived) == ("old facts", 42)
    assert names_in(folder) == {alone.name, first.name, archived.name}
    last = await back_up(path, folder, NOW + 2 * DAY, newest(1))
    assert names_in(folder) == {last.name, beside(last)[0].name}


async def test_a_damaged_archive_is_told_and_the_database_is_copied_all_the_same(
    path: Path, tmp_path: Path
) -> None:
    archive = archive_of(path, "old facts")
    archive.write_bytes(b"no database " * 1000)
    with pytest.raises(DatabaseDamaged) as caught:
        await back_up(path, tmp_path / "backups", NOW)
    assert caught.value.path == archive
    assert names_in(tmp_path / "backups") == {"clan_data-20261120T120000Z.db"}


async def test_a_missing_archive_is_told_and_the_database_is_copied_all_the_same(
    database: Database, path: Path, tmp_path: Path
) -> None:
    await archiving.move(database, NOW)
    await database.close()
    path.with_name("clan_data_archive.db").unlink()
    with pytest.raises(ArchiveUnusable, match="is not there"):
        await back_up(path, tmp_path / "backups", NOW)
    assert names_in(tmp_path / "backups") == {"clan_data-20261120T120000Z.db"}


async def test_a_copy_is_kept_elsewhere_with_what_belongs_to_it(path: Path, tmp_path: Path) -> None:
    drive = tmp_path / "drive"
    drive.mkdir()
    (drive / "holiday.jpg").touch()
    archive_of(path, "old facts")
    for days in range(3):
        copy = await back_up(path, tmp_path / "backups", NOW + days * DAY)
        there = await keep_elsewhere(copy, drive, NOW, newest(2))
        assert there.read_bytes() == copy.read_bytes()
    kept = {f"{stem}-202611{day}T120000Z.db" for stem in STEMS for day in (21, 22)}
    assert names_in(drive) == kept | {"holiday.jpg"}


STEMS = ("clan_data", "clan_data_archive")


async def test_a_folder_that_is_gone_is_told_and_not_made(path: Path, tmp_path: Path) -> None:
    copy = await back_up(path, tmp_path / "backups", NOW)
    with pytest.raises(DatabaseUnopenable, match="not there"):
        await keep_elsewhere(copy, tmp_path / "drive", NOW)
    assert not (tmp_path / "drive").exists()
    assert await keep_elsewhere(copy, copy.parent, NOW) == copy
    assert names_in(copy.parent) == {copy.name}


async def test_two_bots_that_share_a_folder_write_over_nobodys_copy(
    path: Path, tmp_path: Path
) -> None:
    drive = tmp_path / "drive"
    drive.mkdir()
    copy = await back_up(path, tmp_path / "backups", NOW)
    both = [await keep_elsewhere(copy, drive, NOW) for _ in range(2)]
    assert [each.name for each in both] == [copy.name, copy.name.replace("Z.db", "Z-2.db")]


async def test_what_a_drive_garbles_is_no_copy(
    path: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    drive = tmp_path / "drive"
    drive.mkdir()
    copy = await back_up(path, tmp_path / "backups", NOW)
    monkeypatch.setattr("storage.backup._digest", lambda each: each.name)
    with pytest.raises(DatabaseDamaged, match="not what was read"):
        await keep_elsewhere(copy, drive, NOW)
    assert names_in(drive) == set()


async def test_without_room_nothing_is_begun(
    path: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    folder, drive = tmp_path / "backups", tmp_path / "drive"
    drive.mkdir()
    good = await back_up(path, folder, NOW)
    room = shutil.disk_usage(folder)._replace(free=path.stat().st_size - 1)  # noqa: ASYNC240
    monkeypatch.setattr("storage.backup.shutil.disk_usage", lambda _: room)
    with pytest.raises(DatabaseFull, match="MB are needed"):
        await back_up(path, folder, NOW + DAY)
    with pytest.raises(DatabaseFull):
        await keep_elsewhere(good, drive, NOW)
    assert (names_in(folder), names_in(drive)) == ({good.name}, set())


STOPPED_ON_THE_WAY = """
import asyncio, os, resource, signal, sys
from datetime import datetime, timedelta, UTC
from pathlib import Path
from storage.backup import back_up, keep_elsewhere
from storage.errors import StorageError
from storage.rotation import Rotation

CHANGES = {"os.rename", "os.remove", "os.mkdir", "open", "tempfile.mkstemp", "sqlite3.connect"}
source, folder, drive = map(Path, sys.argv[1:4])

def dies(wanted):
    steps = 0
    def watch(event, arguments):
        nonlocal steps
        if event in CHANGES:  # a kill is an event too, and no step
            steps += 1
            if steps == wanted:
                os.kill(os.getpid(), signal.SIGKILL)
    return watch

async def works(at):
    copy = await back_up(source, folder, at, Rotation(2, 0, 0, 0))
    await keep_elsewhere(copy, drive, at, Rotation(2, 0, 0, 0))

def child(step, at):
    if step < 0:
        resource.setrlimit(resource.RLIMIT_FSIZE, (-step, -step))
    work = works(at)
    if step > 0:
        sys.addaudithook(dies(step))
    try:
        asyncio.run(work)
    except StorageError:
        os._exit(3)
    os._exit(0)

at = datetime(2027, 1, 1, tzinfo=UTC)
ended = []
os.fsync = lambda _: None  # what a process wrote outlives it; only the machine may not end
for step in [*range(-20000, -300000, -60000), *range(1, 1000, 6)]:
    at += timedelta(days=1)
    pid = os.fork() or child(step, at)
    ended.append(os.waitpid(pid, 0)[1])
    if step > 0 and ended[-1] == 0:
        break
print(*ended)
"""


async def test_killed_at_any_step_or_without_room_no_half_file_is_a_copy(
    path: Path, tmp_path: Path
) -> None:
    folder, drive = tmp_path / "backups", tmp_path / "drive"
    drive.mkdir()
    archive_of(path, "old facts")
    good = await back_up(path, folder, NOW)
    await keep_elsewhere(good, drive, NOW)
    done = subprocess.run(  # noqa: ASYNC221, S603 - our own words
        [sys.executable, "-c", STOPPED_ON_THE_WAY, str(path), str(folder), str(drive)],
        cwd=Path(__file__).parents[2],
        check=False,
        capture_output=True,
        text=True,
    )
    assert done.returncode == 0, done.stderr
    ended = [int(each) for each in done.stdout.split()]
    assert ended.count(3 << 8) == 5
    assert ended.count(signal.SIGKILL) > 10
    assert ended[-1] == 0
    for place in (folder, drive):
        found = copies(place, "clan_data")
        assert len(found) >= 2
        for each in found.values():
            assert everything(each) == everything(path)
            assert words_in(beside(each)[0]) == ("old facts", 42)
    await back_up(path, folder, NOW + 3650 * DAY)
    assert not list(folder.glob(".*"))

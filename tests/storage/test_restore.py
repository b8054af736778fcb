"""Putting a backup back: checked first, never beside a log that is not its own, nothing lost."""

import errno
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
from storage.backup import back_up
from storage.backup import beside as belonging_to
from storage.columns import to_ms
from storage.engine import Database
from storage.errors import (
    ArchiveUnusable,
    DatabaseDamaged,
    DatabaseFull,
    DatabaseLocked,
    DatabaseUnopenable,
    MigrationFailed,
    NotOurs,
)
from storage.forgotten import file_beside, remember, remembered
from storage.migrate import NEWEST, bring_up
from storage.restore import Restored, examine, restore
from storage.rotation import Rotation
from tests.storage.beside import READS, WRITES, beside
from tests.storage.rows import DAY, NOW, a_clan, everything, names_in, opened
from tests.storage.test_backup import archive_of, words_in

ROOT = Path(__file__).parents[2]


def clans_in(path: Path) -> list[str]:
    with closing(sqlite3.connect(path)) as connection:
        return [name for (name,) in connection.execute("SELECT name FROM clans ORDER BY id")]


def held_by(folder: Path) -> dict[str, bytes]:
    """Return every file of a folder with what it holds."""
    return {each.name: each.read_bytes() for each in folder.iterdir() if each.is_file()}


def log_of(path: Path) -> Path:
    return path.with_name(f"{path.name}-wal")


def died_writing(path: Path, name: str) -> None:
    """Have a process die whose last words stand in the log alone."""
    columns = "id, guild_id, name, zone, role_orders, permissions, created_at"
    with beside(
        path,
        "PRAGMA journal_mode=WAL",
        "PRAGMA wal_autocheckpoint=0",
        f"INSERT INTO clans ({columns}) VALUES (9999, 9999, '{name}', 'UTC', '[]', '{{}}', 0)",  # noqa: S608 - our own words
    ) as other:
        other.send_signal(signal.SIGKILL)
        other.wait()
    assert log_of(path).stat().st_size > 0


@pytest.fixture
async def backup(path: Path, tmp_path: Path) -> Path:
    """A backup of a clan; since then another clan came."""
    async with opened(path) as database, database.writing() as connection:
        await a_clan(connection)
    copy = await back_up(path, tmp_path / "backups", NOW)
    async with opened(path) as database, database.writing() as connection:
        await a_clan(connection, guild_id=2)
    return copy


async def test_a_backup_stands_in_the_place_and_what_was_there_is_kept(
    backup: Path, path: Path
) -> None:
    before, wanted = everything(path), everything(backup)
    done = await restore(backup, path, NOW)
    assert done == Restored(NEWEST, path.with_name("clan_data.replaced-20261120T120000Z.db"))
    assert done.kept is not None
    assert everything(path) == wanted
    assert everything(done.kept) == before
    assert everything(backup) == wanted
    assert names_in(path.parent) == {path.name, done.kept.name, "backups"}


async def test_what_stood_in_the_log_alone_is_kept_and_does_not_reach_the_backup(
    backup: Path, path: Path
) -> None:
    died_writing(path, "Last Words")
    wanted = everything(backup)
    done = await restore(backup, path, NOW)
    assert not log_of(path).exists()
    assert everything(path) == wanted
    assert done.kept is not None
    assert clans_in(done.kept) == ["Clan 1", "Clan 2", "Last Words"]


async def test_a_backup_that_was_put_beside_the_log_of_another_by_hand_is_mended(
    backup: Path, path: Path
) -> None:
    """The harm that our own words led to: the log of the old database destroys the new file."""
    async with opened(path) as database, database.writing() as connection:
        for number in range(3, 300):
            await a_clan(connection, guild_id=number)
    died_writing(path, "Last Words")
    wanted = everything(backup)
    shutil.copy(backup, path)
    with closing(sqlite3.connect(shutil.copy(path, path.with_name("destroyed.db")))) as connection:
        shutil.copy(log_of(path), path.with_name("destroyed.db-wal"))
        finding = connection.execute("PRAGMA integrity_check").fetchone()
        assert finding != ("ok",)
    before = held_by(path.parent)
    done = await restore(backup, path, NOW)
    assert everything(path) == wanted
    assert not log_of(path).exists()
    assert done.kept is not None
    after = held_by(path.parent)
    assert after[done.kept.name] == before[path.name]
    assert after[log_of(done.kept).name] == before[log_of(path).name]


@pytest.mark.parametrize("rubbish", [b"", b"no database " * 1000])
async def test_a_damaged_database_is_replaced_and_kept_as_it_was(
    backup: Path, path: Path, rubbish: bytes
) -> None:
    wanted = everything(backup)
    for each in (path, log_of(path)):
        each.write_bytes(rubbish)
    done = await restore(backup, path, NOW)
    assert everything(path) == wanted
    assert done.kept is not None
    assert done.kept.read_bytes() == rubbish
    assert log_of(done.kept).read_bytes() == rubbish


async def test_a_database_that_is_gone_comes_back(backup: Path, path: Path) -> None:
    place = path.with_name("gone.db")
    assert await restore(backup, place, NOW) == Restored(NEWEST, None)
    assert clans_in(place) == ["Clan 1"]


async def test_two_restores_of_one_second_keep_both(backup: Path, path: Path) -> None:
    one, other = [await restore(backup, path, NOW) for _ in range(2)]
    assert one.kept is not None
    assert other.kept is not None
    assert other.kept.name == "clan_data.replaced-20261120T120000Z-2.db"
    assert clans_in(one.kept) == ["Clan 1", "Clan 2"]
    assert clans_in(other.kept) == ["Clan 1"]


async def test_what_was_kept_can_be_restored_with_its_log(backup: Path, path: Path) -> None:
    died_writing(path, "Last Words")
    kept = Path(shutil.copy(path, path.with_name("kept.db")))
    shutil.copy(log_of(path), log_of(kept))
    await restore(backup, path, NOW)
    await restore(kept, path, NOW + DAY)
    assert clans_in(path) == ["Clan 1", "Clan 2", "Last Words"]
    assert log_of(kept).exists()


async def test_the_next_copy_counts_on_from_what_was_restored(backup: Path, path: Path) -> None:
    for days in range(1, 4):
        await back_up(path, backup.parent, NOW + days * DAY, Rotation(9, 0, 0, 0))
    await restore(backup, path, NOW)
    last = await back_up(path, backup.parent, NOW, Rotation(1, 0, 0, 0))
    assert names_in(backup.parent) == {last.name}


@pytest.mark.parametrize("statements", [READS, WRITES])
async def test_while_somebody_has_the_database_open_nothing_is_restored(
    backup: Path, path: Path, statements: tuple[str, ...]
) -> None:
    with beside(path, *statements):
        before = held_by(path.parent)
        with pytest.raises(DatabaseLocked) as caught:
            await restore(backup, path, NOW)
        assert caught.value.path == path
        assert held_by(path.parent) == before
    await restore(backup, path, NOW)
    assert clans_in(path) == ["Clan 1"]


def spoil(backup: Path, how: str) -> None:
    if how == "half":
        backup.write_bytes(backup.read_bytes()[: 20 * 4096])
    elif how == "garbled":
        content = bytearray(backup.read_bytes())
        content[2 * 4096 : 6 * 4096] = b"\xa5" * (4 * 4096)
        backup.write_bytes(content)
    elif how == "empty":
        backup.write_bytes(b"")
    elif how == "a text":
        backup.write_text("no database " * 1000, "utf-8")
    else:
        with closing(sqlite3.connect(backup)) as connection, connection:
            connection.execute(how)


@pytest.mark.parametrize(
    ("how", "error"),
    [
        ("half", DatabaseDamaged),
        ("garbled", DatabaseDamaged),
        ("a text", DatabaseDamaged),
        ("empty", NotOurs),
        ("DROP TABLE clans", NotOurs),
        ("DELETE FROM alembic_version", NotOurs),
        ("UPDATE alembic_version SET version_num = '9999'", MigrationFailed),
    ],
)
async def test_a_backup_that_is_of_no_use_changes_nothing(
    backup: Path, path: Path, how: str, error: type[Exception]
) -> None:
    spoil(backup, how)
    before = held_by(path.parent)
    with pytest.raises(error, match="newer" if error is MigrationFailed else str(backup)):
        await restore(backup, path, NOW)
    assert held_by(path.parent) == before


async def test_a_backup_of_an_older_version_is_restored_and_says_so(
    backup: Path, path: Path
) -> None:
    spoil(backup, "UPDATE alembic_version SET version_num = '0001'")
    assert (await restore(backup, path, NOW)).revision == "0001"


def forgets(path: Path, key: str, until_at: datetime) -> None:
    with closing(sqlite3.connect(path)) as connection, connection:
        connection.execute("INSERT INTO forgotten VALUES (1, ?, ?)", (key, to_ms(until_at)))


async def test_whom_only_the_database_knew_to_be_forgotten_stays_forgotten(
    backup: Path, path: Path
) -> None:
    """The file beside it was lost: what is put in its place would bring them back."""
    forgets(path, "aa", NOW)
    forgets(path, "bb", NOW)
    remember(file_beside(path), 1, {"bb": NOW + DAY})
    await restore(backup, path, NOW)
    assert remembered(file_beside(path)) == {(1, "aa"): NOW, (1, "bb"): NOW + DAY}


async def test_who_was_forgotten_in_a_database_that_is_damaged_is_known_by_the_file(
    backup: Path, path: Path
) -> None:
    remember(file_beside(path), 1, {"bb": NOW})
    path.write_bytes(b"no database " * 1000)  # noqa: ASYNC240 - small files, and nobody waits
    await restore(backup, path, NOW)
    assert remembered(file_beside(path)) == {(1, "bb"): NOW}


async def test_a_folder_in_the_place_of_the_database_is_told(backup: Path, tmp_path: Path) -> None:
    (tmp_path / "place.db").mkdir()
    with pytest.raises(DatabaseUnopenable):
        await restore(backup, tmp_path / "place.db", NOW)
    with pytest.raises(DatabaseUnopenable):
        await restore(tmp_path / "place.db", tmp_path / "other.db", NOW)


async def test_the_rights_of_the_old_file_are_those_of_the_new(backup: Path, path: Path) -> None:
    os.chmod(path, 0o640)  # noqa: PTH101 - as below
    await restore(backup, path, NOW)
    assert os.stat(path).st_mode & 0o777 == 0o640  # noqa: PTH116 - paths are not asked in a loop


async def test_where_files_have_one_name_only_they_are_copied(
    backup: Path, path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def no_link(*_: object) -> None:
        raise OSError

    monkeypatch.setattr("storage.restore.os.link", no_link)
    before = everything(path)
    done = await restore(backup, path, NOW)
    assert done.kept is not None
    assert everything(done.kept) == before


KILLED_AT_EACH_STEP = """
import asyncio, os, shutil, signal, sys
from datetime import datetime, UTC
from pathlib import Path
from storage.restore import restore

CHANGES = {"os.link", "os.rename", "os.remove", "os.mkdir", "shutil.copyfile", "sqlite3.connect"}
backup, source, places = map(Path, sys.argv[1:])

def dies(wanted):
    steps = 0
    def watch(event, arguments):
        nonlocal steps
        if event in CHANGES:  # a kill is an event too, and no step
            steps += 1
            if steps == wanted:
                os.kill(os.getpid(), signal.SIGKILL)
    return watch

def restores(step, place):
    work = restore(backup, place, datetime(2026, 11, 20, tzinfo=UTC))
    sys.addaudithook(dies(step))
    asyncio.run(work)
    os._exit(0)

for step in range(1, 1000):
    place = places / str(step) / source.name
    place.parent.mkdir(parents=True)
    for ending in ("", "-wal"):
        shutil.copy(f"{source}{ending}", f"{place}{ending}")
    child = os.fork() or restores(step, place)
    if os.waitpid(child, 0)[1] == 0:
        break
"""


async def test_killed_at_any_step_nothing_is_lost_and_the_next_restore_ends_it(
    backup: Path, path: Path, tmp_path: Path
) -> None:
    died_writing(path, "Last Words")
    old, new = ["Clan 1", "Clan 2", "Last Words"], ["Clan 1"]
    words = [sys.executable, "-c", KILLED_AT_EACH_STEP, str(backup), str(path)]
    done = subprocess.run(  # noqa: ASYNC221, S603 - our own words
        [*words, str(tmp_path / "places")], cwd=ROOT, check=False, capture_output=True
    )
    assert done.returncode == 0, done.stderr
    places = sorted((tmp_path / "places").iterdir(), key=lambda each: int(each.name))
    stood = []
    for folder in places:
        place = folder / path.name
        everywhere = [clans_in(each) for each in folder.glob("clan_data*.db")]
        assert old in everywhere
        stood.append(clans_in(place))
        await restore(backup, place, NOW)
        assert clans_in(place) == new
        assert not list(folder.glob(".restoring-*"))
    assert len(places) > 10
    assert (stood[0], stood[-1]) == (old, new)
    assert all(each in (old, new) for each in stood)


@pytest.mark.parametrize("copied", range(4))
async def test_a_disk_that_fills_up_loses_nothing_and_the_next_restore_ends_it(
    path: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, copied: int
) -> None:
    """Files have one name only there, so what is replaced is copied too: four copies in all."""
    archive, copies, real = archive_of(path, "then"), [0], shutil.copyfile
    copy = await back_up(path, tmp_path / "backups", NOW)
    archive_of(path, "now")
    before = held_by(path.parent)

    def no_link(*_: object) -> None:
        raise OSError(errno.EPERM, "no second names here")

    def fills_up(old: Path, new: Path) -> object:
        copies[0] += 1
        if copies[0] <= copied:
            return real(old, new)
        new.write_bytes(old.read_bytes()[:5000])
        raise OSError(errno.ENOSPC, "No space left on device")

    with monkeypatch.context() as patch:
        patch.setattr("storage.restore.os.link", no_link)
        patch.setattr("storage.restore.shutil.copyfile", fills_up)
        with pytest.raises(DatabaseFull, match="No space left"):
            await restore(copy, path, NOW)
    assert copies[0] == copied + 1
    assert before.items() <= held_by(path.parent).items(), "nothing that was there is changed"
    kept = [each for each in path.parent.glob("*.replaced*") if each.is_file()]
    assert all(each.read_bytes() == before[path.name] for each in kept), "no half file is left"
    assert not list(path.parent.glob(".restoring-*"))
    await restore(copy, path, NOW + DAY)
    assert words_in(archive) == ("then", 42)


async def test_what_was_restored_is_a_database_to_go_on_with(backup: Path, path: Path) -> None:
    await restore(backup, path, NOW)
    async with opened(path) as database:
        assert not (await bring_up(database, NOW)).changed
        await a_clan_more(database)
    assert clans_in(path) == ["Clan 1", "Clan 3"]


async def a_clan_more(database: Database) -> None:
    async with database.writing() as connection:
        await a_clan(connection, guild_id=3)


async def test_a_trial_says_what_a_backup_holds_and_changes_nothing(
    backup: Path, path: Path
) -> None:
    before = held_by(path.parent), held_by(backup.parent)
    found = await examine(backup, path, NOW)
    assert (found.revision, found.clans, found.players, found.messages) == (NEWEST, 1, 0, 0)
    assert (held_by(path.parent), held_by(backup.parent)) == before
    assert not list(path.parent.glob(".trying-*"))


@pytest.mark.parametrize(
    ("how", "error"),
    [
        ("half", DatabaseDamaged),
        ("empty", NotOurs),
        ("INSERT INTO authors (clan_id, name) VALUES (404, 'Nobody')", DatabaseDamaged),
    ],
)
async def test_a_trial_finds_a_backup_that_is_of_no_use(
    backup: Path, path: Path, how: str, error: type[Exception]
) -> None:
    spoil(backup, how)
    with pytest.raises(error, match=str(backup)):
        await examine(backup, path, NOW)
    assert not list(path.parent.glob(".trying-*"))


async def test_an_archive_comes_back_with_its_database_and_what_it_replaced_is_kept(
    path: Path, tmp_path: Path
) -> None:
    archive = archive_of(path, "then")
    copy = await back_up(path, tmp_path / "backups", NOW)
    archive_of(path, "now")
    assert (await examine(copy, path, NOW)).belonging == tuple(belonging_to(copy))
    done = await restore(copy, path, NOW)
    assert words_in(archive) == ("then", 42)
    assert done.kept is not None
    assert words_in(belonging_to(done.kept)[0]) == ("now", 42)
    await restore(done.kept, path, NOW + DAY)
    assert words_in(archive) == ("now", 42)


async def test_a_damaged_archive_of_a_backup_changes_nothing(path: Path, tmp_path: Path) -> None:
    archive_of(path, "then")
    copy = await back_up(path, tmp_path / "backups", NOW)
    belonging_to(copy)[0].write_bytes(b"no database " * 1000)
    before = held_by(path.parent)
    with pytest.raises(DatabaseDamaged, match="archive"):
        await restore(copy, path, NOW)
    assert held_by(path.parent) == before


async def archived_twice(database: Database, path: Path, folder: Path) -> tuple[Path, Path]:
    """Return a backup with its archive, and a later one that was made when that was missing."""
    await archiving.move(database, NOW)
    await database.close()
    first = await back_up(path, folder, NOW)
    path.with_name("clan_data_archive.db").unlink()
    with pytest.raises(ArchiveUnusable):
        await back_up(path, folder, NOW + DAY)
    return first, folder / "clan_data-20261121T120000Z.db"


async def test_a_backup_without_its_archive_takes_the_newest_that_fits(
    database: Database, path: Path, tmp_path: Path
) -> None:
    first, last = await archived_twice(database, path, tmp_path / "backups")
    tried = await examine(last, path, NOW)
    assert (tried.belonging, tried.older_archive) == ((), belonging_to(first)[0])
    done = await restore(last, path, NOW)
    assert (done.lacks, done.older_archive) == (None, belonging_to(first)[0])
    assert path.with_name("clan_data_archive.db").exists()
    assert (await examine(last, path, NOW)).older_archive is None
    assert (await restore(last, path, NOW)).older_archive is None
    belonging_to(first)[0].unlink()
    path.with_name("clan_data_archive.db").unlink()
    for kept in path.parent.glob("*_archive*"):
        kept.unlink()
    with pytest.raises(ArchiveUnusable, match="is not there"):
        await examine(last, path, NOW)
    done = await restore(last, path, NOW + DAY)
    assert done.lacks == path.with_name("clan_data_archive.db")


async def test_room_is_asked_for_the_archive_of_another_backup_too(
    database: Database, path: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    _, last = await archived_twice(database, path, tmp_path / "backups")
    before = held_by(path.parent)
    asked: list[int] = []

    def room(_: Path) -> object:
        asked.append(1)  # first for the backup, then for what came with another one
        return shutil._ntuple_diskusage(10**9, 0, 10**9 if len(asked) == 1 else 10)

    with monkeypatch.context() as patch:
        patch.setattr("storage.backup.shutil.disk_usage", room)
        with pytest.raises(DatabaseFull, match="are needed"):
            await restore(last, path, NOW)
    assert held_by(path.parent) == before
    assert (await restore(last, path, NOW)).lacks is None


async def test_a_kill_between_both_files_leaves_no_database_with_an_archive_that_lacks_something(
    database: Database, path: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    await archiving.move(database, NOW)
    await database.close()
    copy = await back_up(path, tmp_path / "backups", NOW)
    archive, real = path.with_name("clan_data_archive.db"), Path.replace

    def killed(self: Path, target: Path) -> Path:
        if target == archive:
            raise KeyboardInterrupt
        return real(self, target)

    with monkeypatch.context() as patch:
        patch.setattr(Path, "replace", killed)
        with pytest.raises(KeyboardInterrupt):
            await restore(copy, path, NOW)
    assert not archive.exists()
    (kept,) = path.parent.glob("clan_data.replaced_archive-*.db")
    assert kept.stat().st_size == belonging_to(copy)[0].stat().st_size
    await restore(copy, path, NOW + DAY)
    assert archive.exists()

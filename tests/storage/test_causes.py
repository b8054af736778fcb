"""Locked, not to be opened, full and damaged are told apart, on files that really are so."""

import errno
import sqlite3
from contextlib import closing
from datetime import timedelta
from pathlib import Path
from types import SimpleNamespace

import pytest
from sqlalchemy.exc import OperationalError, ProgrammingError

from storage.backup import back_up, must_be_writable, watched
from storage.engine import Connection, Database
from storage.errors import (
    DatabaseDamaged,
    DatabaseFull,
    DatabaseLocked,
    DatabaseUnopenable,
    StorageError,
    cause_of,
    causes,
)
from storage.holders import holders, is_held
from storage.migrate import bring_up
from tests.storage.beside import READS, SHUTS_OUT, WRITES, beside
from tests.storage.rows import NOW, a_clan, everything, names_in, opened

SHORT = 0.02
BUSY = timedelta(seconds=SHORT)
FULL_AT = "PRAGMA max_page_count=1"
"""SQLite says of a file that may not grow what it says of a full disk."""


async def wrote(database: Database) -> None:
    async with database.writing() as connection:
        await a_clan(connection)


async def was_read(database: Database) -> None:
    async with database.reading() as connection:
        await connection.exec_driver_sql("SELECT count(*) FROM clans")


async def fill(connection: Connection) -> None:
    await connection.exec_driver_sql(FULL_AT)
    await connection.exec_driver_sql("CREATE TABLE filling (stuff)")
    await connection.exec_driver_sql("INSERT INTO filling VALUES (zeroblob(100000))")


async def test_locked_by_a_writer_is_locked_for_writers_alone(path: Path) -> None:
    with beside(path, *WRITES):
        async with opened(path, busy=BUSY) as database:
            await was_read(database)
            with pytest.raises(DatabaseLocked) as caught:
                await wrote(database)
        assert caught.value.path == path
        with pytest.raises(DatabaseLocked):
            await must_be_writable(path, SHORT)


async def test_locked_against_everybody_is_locked_from_the_start_on(path: Path) -> None:
    with beside(path, *SHUTS_OUT):
        async with opened(path, busy=BUSY) as database:
            for action in (was_read, wrote):
                with pytest.raises(DatabaseLocked):
                    await action(database)
            with pytest.raises(DatabaseLocked):
                await bring_up(database, NOW)


async def test_a_backup_of_a_database_that_stays_locked_ends_by_itself(path: Path) -> None:
    folder = path.parent / "backups"
    with beside(path, *SHUTS_OUT), pytest.raises(DatabaseLocked) as caught:
        await back_up(path, folder, NOW, wait=SHORT)
    assert caught.value.path == path
    assert names_in(folder) == set()


def test_a_copy_that_stands_still_is_given_up() -> None:
    """SQLite says busy at each step then, and Python alone would try for ever."""
    watch = watched(Path("clan_data.db"), 0)
    watch(sqlite3.SQLITE_OK, 10, 20)
    watch(sqlite3.SQLITE_OK, 5, 20)
    with pytest.raises(DatabaseLocked):
        watch(sqlite3.SQLITE_BUSY, 5, 20)
    watch = watched(Path("clan_data.db"), 600)
    for _ in range(3):
        watch(sqlite3.SQLITE_BUSY, 5, 20)


async def test_a_folder_in_the_place_of_the_file_cannot_be_opened(tmp_path: Path) -> None:
    place = tmp_path / "clan_data.db"
    place.mkdir()
    async with opened(place) as database:
        with pytest.raises(DatabaseUnopenable) as caught:
            await bring_up(database, NOW)
    assert "damaged" not in str(caught.value)
    with pytest.raises(DatabaseUnopenable):
        await back_up(place, tmp_path / "backups", NOW)


async def test_a_folder_that_is_not_there_cannot_be_opened(tmp_path: Path) -> None:
    async with opened(tmp_path / "none" / "clan_data.db") as database:
        with pytest.raises(DatabaseUnopenable):
            await bring_up(database, NOW)


async def test_a_database_that_is_read_only_can_be_read_and_not_written(path: Path) -> None:
    with closing(sqlite3.connect(path)) as connection:
        connection.execute("PRAGMA journal_mode=DELETE")
    url = f"sqlite+aiosqlite:///file:{path}?mode=ro&uri=true"
    database = Database(url)
    try:
        with pytest.raises(DatabaseUnopenable, match="cannot be opened for writing"):
            await wrote(database)
    finally:
        await database.close()


async def test_a_folder_that_cannot_be_is_no_damage_of_the_database(path: Path) -> None:
    (path.parent / "file").touch()
    with pytest.raises(DatabaseUnopenable) as caught:
        await back_up(path, path.parent / "file" / "backups", NOW)
    assert str(path) + " is" not in str(caught.value)


async def test_a_full_disk_is_full_and_what_was_there_stays(path: Path) -> None:
    before = everything(path)
    async with opened(path) as database:
        with pytest.raises(DatabaseFull, match="no room left"):
            async with database.writing() as connection:
                await fill(connection)
        await was_read(database)
    assert everything(path) == before


async def test_a_migration_on_a_full_disk_is_full_and_no_failed_migration(tmp_path: Path) -> None:
    async with opened(tmp_path / "new.db") as database:
        async with database.reading() as connection:
            await connection.exec_driver_sql("PRAGMA max_page_count=5")
        with pytest.raises(DatabaseFull):
            await bring_up(database, NOW)


def becomes(path: Path, content: bytes | None = None) -> None:
    """Have the file hold something else, or half of what it holds."""
    held = path.read_bytes()
    path.write_bytes(held[: len(held) // 2] if content is None else content)


@pytest.mark.parametrize(
    "content", [b"no database " * 1000, b"SQLite format 3\x00" + b"rubbish" * 1000]
)
async def test_garbage_is_damaged(path: Path, content: bytes) -> None:
    becomes(path, content)
    async with opened(path) as database:
        with pytest.raises(DatabaseDamaged):
            await bring_up(database, NOW)
    with pytest.raises(DatabaseDamaged):
        await back_up(path, path.parent / "backups", NOW)


async def test_half_a_file_is_damaged(path: Path) -> None:
    becomes(path)
    with pytest.raises(DatabaseDamaged):
        await back_up(path, path.parent / "backups", NOW)


async def test_a_mistake_of_ours_is_none_of_the_causes(database: Database) -> None:
    with pytest.raises(OperationalError, match="no such table"):
        async with database.reading() as connection:
            await connection.exec_driver_sql("SELECT * FROM nowhere")


@pytest.mark.parametrize(
    ("error", "kind"),
    [
        (OSError(errno.ENOSPC, "No space left on device"), DatabaseFull),
        (OSError(errno.EDQUOT, "Disk quota exceeded"), DatabaseFull),
        (OSError(errno.EROFS, "Read-only file system"), DatabaseUnopenable),
        (PermissionError(errno.EACCES, "Permission denied"), DatabaseUnopenable),
    ],
)
def test_what_the_system_says_has_a_cause_too(error: OSError, kind: type[StorageError]) -> None:
    with pytest.raises(kind, match=str(error.strerror)), causes(Path("clan_data.db")):
        raise error


def test_a_file_that_windows_does_not_give_away_is_locked() -> None:
    error = PermissionError(errno.EACCES, "The process cannot access the file")
    error.winerror = 32  # type: ignore[attr-defined]
    assert type(cause_of(error, Path("clan_data.db"))) is DatabaseLocked


@pytest.mark.parametrize(("free", "kind"), [(0, DatabaseFull), (2**30, DatabaseUnopenable)])
def test_what_a_full_disk_says_of_the_shared_memory_is_full_too(
    path: Path, monkeypatch: pytest.MonkeyPatch, free: int, kind: type[StorageError]
) -> None:
    monkeypatch.setattr("storage.errors.shutil.disk_usage", lambda _: SimpleNamespace(free=free))
    error = sqlite3.OperationalError("disk I/O error")
    error.sqlite_errorcode = sqlite3.SQLITE_IOERR_SHMSIZE
    assert type(cause_of(error, path)) is kind


def test_of_a_folder_that_is_not_there_nobody_says_that_it_is_full() -> None:
    error = sqlite3.OperationalError("disk I/O error")
    error.sqlite_errorcode = sqlite3.SQLITE_IOERR
    assert type(cause_of(error, Path("/none/at/all.db"))) is DatabaseUnopenable


def test_what_has_no_code_and_what_is_no_error_of_a_file_has_no_cause() -> None:
    assert cause_of(sqlite3.ProgrammingError("Cannot operate on a closed database"), None) is None
    assert cause_of(ProgrammingError("x", {}, ValueError()), None) is None
    with pytest.raises(sqlite3.ProgrammingError), causes(None):
        raise sqlite3.ProgrammingError("Cannot operate on a closed database")


def test_who_has_a_file_open_is_known_by_number_and_program(path: Path) -> None:
    assert not is_held(path)
    with beside(path, *READS) as other:
        (found,) = holders(path)
        assert found.startswith(f"process {other.pid} (python")
        assert is_held(path)
    assert holders(path) == []
    assert not is_held(path)
    assert holders(path.with_name("none.db")) == []

"""One process owns a database, until its end: the system holds the lock, whatever the file says."""

import os
import signal
import stat
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from storage import owner
from storage.errors import DatabaseLocked, DatabaseOwned, DatabaseUnopenable
from storage.migrate import bring_up
from storage.owner import owner_of, owning
from storage.restore import restore
from tests.storage.rows import NOW, everything, names_in, opened

ROOT = Path(__file__).parents[2]
OWNS = """
import sys
from datetime import datetime, UTC
from pathlib import Path
from storage.owner import owning

with owning(Path(sys.argv[1]), "`clanstats run`", datetime(2026, 11, 20, 12, tzinfo=UTC)):
    print("ready", flush=True)
    sys.stdin.read()
"""


@contextmanager
def owned_by_another(path: Path) -> Iterator[subprocess.Popen[str]]:
    """Have another process own a database; it may be killed."""
    words = [sys.executable, "-c", OWNS, str(path)]
    other = subprocess.Popen(  # noqa: S603 - our own words
        words, cwd=ROOT, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
    )
    with other:
        assert other.stdout is not None
        assert other.stdout.readline() == "ready\n"
        try:
            yield other
        finally:
            other.kill()


def test_a_second_owner_is_told_who_it_is(path: Path) -> None:
    with owned_by_another(path) as other:
        told = owner_of(path)
        assert told is not None
        assert told.startswith(f"`clanstats run`, process {other.pid} on ")
        assert told.endswith(" since 2026-11-20 12:00 UTC")
        with pytest.raises(DatabaseOwned) as caught, owning(path, "a second", NOW):
            pytest.fail("there are two owners")
        assert str(caught.value) == f"{path} is in use by {told}"
        assert isinstance(caught.value, DatabaseLocked)


def test_an_owner_that_was_killed_owns_nothing(path: Path) -> None:
    with owned_by_another(path) as other:
        other.send_signal(signal.SIGKILL)
        other.wait()
    assert f"process {other.pid}" in path.with_name("clan_data.db.lock").read_text("utf-8")
    assert owner_of(path) is None
    with owning(path, "the next", NOW):
        assert "the next, process" in (owner_of(path) or "")


def test_an_owner_that_ends_leaves_nothing_behind(path: Path) -> None:
    before = names_in(path.parent)
    with owning(path, "one", NOW):
        lock = path.with_name("clan_data.db.lock")
        assert stat.S_IMODE(lock.stat().st_mode) == 0o600
    assert names_in(path.parent) == before
    assert owner_of(path) is None


def test_what_two_start_at_the_same_moment_only_one_owns(
    path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The one before takes the file away between our opening and our locking it."""
    lock, files = path.with_name("clan_data.db.lock"), []

    def locks_late(handle: int) -> bool:
        files.append(os.fstat(handle).st_ino)
        if len(files) == 1:
            lock.rename(path.with_name("taken away"))
        return really(handle)

    really = owner._lock
    monkeypatch.setattr(owner, "_lock", locks_late)
    with owning(path, "one", NOW):
        assert files[1:] == [lock.stat().st_ino]


def test_a_folder_that_cannot_be_written_is_told(tmp_path: Path) -> None:
    with (
        pytest.raises(DatabaseUnopenable),
        owning(tmp_path / "none" / "clan_data.db", "one", NOW),
    ):
        pytest.fail("it is owned")


async def test_under_a_bot_that_runs_nothing_is_migrated(path: Path) -> None:
    async with opened(path) as database:
        async with database.writing() as connection:
            await connection.exec_driver_sql("UPDATE alembic_version SET version_num = '0001'")
        before = everything(path)
        with owned_by_another(path), pytest.raises(DatabaseOwned, match="of another version"):
            await bring_up(database, NOW)
    assert everything(path) == before


async def test_under_a_bot_that_runs_nothing_is_restored(path: Path, tmp_path: Path) -> None:
    before = everything(path)
    backup = tmp_path / "backup.db"
    backup.write_bytes(path.read_bytes())  # noqa: ASYNC240 - a small file, and nobody waits
    with owned_by_another(path), pytest.raises(DatabaseOwned):
        await restore(backup, path, NOW)
    assert everything(path) == before

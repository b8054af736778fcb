"""Everything that tells of people is its owner's alone to read, however it was made."""

import os
import stat
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path

import pytest

from storage.backup import back_up
from storage.forgotten import file_beside, remember
from storage.migrate import bring_up
from storage.private import shut
from storage.restore import restore
from tests.storage.rows import NOW, a_clan, opened


@pytest.fixture(autouse=True)
def _everybody_may_read() -> Iterator[None]:
    """Where nobody says otherwise, what is made is for everybody to read."""
    before = os.umask(0o022)
    yield
    os.umask(before)


def rights(folder: Path) -> dict[str, str]:
    return {
        each.relative_to(folder).as_posix(): oct(stat.S_IMODE(each.stat().st_mode))
        for each in folder.rglob("*")
        if each.is_file()
    }


async def test_a_new_database_and_what_stands_beside_it_is_its_owners_alone(
    tmp_path: Path,
) -> None:
    path = tmp_path / "clan_data.db"
    async with opened(path) as database:
        await bring_up(database, NOW)
        async with database.writing() as connection:
            await a_clan(connection)
        remember(file_beside(path), 1, {"aa": datetime(2026, 1, 1, tzinfo=UTC)})
        await back_up(path, tmp_path / "backups", NOW)
        found = rights(tmp_path)
    assert {f"clan_data.db{ending}" for ending in ("", "-wal", "-shm")} < found.keys()
    assert len(found) == 5
    assert set(found.values()) == {"0o600"}


async def test_a_database_that_everybody_could_read_is_shut(path: Path) -> None:
    path.chmod(0o644)  # noqa: ASYNC240 - small files, and nobody waits
    async with opened(path) as database:
        async with database.reading() as connection:
            await connection.exec_driver_sql("SELECT 1 FROM clans")
        assert set(rights(path.parent).values()) == {"0o644"}
        await bring_up(database, NOW)
        assert set(rights(path.parent).values()) == {"0o600"}


def test_what_somebody_opened_for_a_group_stays_so(path: Path) -> None:
    path.chmod(0o640)
    shut(path)
    assert rights(path.parent) == {"clan_data.db": "0o640"}
    shut(path.with_name("none.db"))


async def test_a_restored_database_and_what_it_replaced_are_the_owners_alone(
    path: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def no_link(*_: object) -> None:
        raise OSError

    monkeypatch.setattr("storage.restore.os.link", no_link)
    copy = await back_up(path, tmp_path / "backups", NOW)
    copy.chmod(0o644)
    path.chmod(0o600)  # noqa: ASYNC240 - small files, and nobody waits
    await restore(copy, path, NOW)
    await restore(copy, tmp_path / "new" / "clan_data.db", NOW)
    found = rights(tmp_path)
    del found[f"backups/{copy.name}"]
    assert len(found) == 3
    assert set(found.values()) == {"0o600"}

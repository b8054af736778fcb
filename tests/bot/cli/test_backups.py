"""`clanstats backup`, `restore` and `migrate`, from the words typed to the files on the disk."""

import asyncio
import sqlite3
from contextlib import closing
from datetime import UTC, datetime
from pathlib import Path
from types import SimpleNamespace

import pytest

from bot.cli.backups import backup
from bot.cli.context import CliContext
from bot.wiring import Services
from storage.archive_file import create
from storage.backup import copies
from storage.errors import DatabaseLocked
from storage.forgotten import file_beside, remember
from storage.migrate import NEWEST
from tests.bot.cli.conftest import Line
from tests.bot.cli.test_commands import python
from tests.bot.services.talk import heard
from tests.storage.beside import READS, SHUTS_OUT, beside
from tests.storage.rows import names_in
from tests.storage.test_owner import owned_by_another


def made(line: Line) -> Path:
    """Return the backup that was made last."""
    return max((line.database.parent / "backups").iterdir())


def names(path: Path) -> list[str]:
    with closing(sqlite3.connect(path)) as connection:
        return [name for (name,) in connection.execute("SELECT name FROM clans")]


def users(path: Path) -> list[int]:
    with closing(sqlite3.connect(path)) as connection:
        found = connection.execute("SELECT discord_user_id FROM authors ORDER BY 1")
        return [user_id for (user_id,) in found]


@pytest.fixture
def backed_up(line: Line) -> Line:
    """A command line whose clan was backed up and has another name since."""
    line.make(1, "Before")
    assert line.types("backup").exit_code == 0
    line.says("UPDATE clans SET name = 'After'")
    return line


def test_a_backup_says_where_it_is(line: Line) -> None:
    line.make(1, "Iron Cabbage")
    shown = line.types("backup")
    assert shown.exit_code == 0, shown.stderr
    assert f"the copy checked: {made(line)}" in shown.stdout
    assert names(made(line)) == ["Iron Cabbage"]


def test_a_backup_migrates_nothing(line: Line) -> None:
    line.ages("0001")
    assert line.types("backup").exit_code == 0
    with closing(sqlite3.connect(line.database)) as connection:
        assert connection.execute("SELECT version_num FROM alembic_version").fetchall() == [
            ("0001",)
        ]


def test_a_backup_of_nothing_or_of_rubbish_ends_with_1_and_why(line: Line, tmp_path: Path) -> None:
    shown = line.types("backup", DATABASE_URL=f"sqlite:///{tmp_path}/none.db")
    assert shown.exit_code == 1
    assert "cannot be opened" in shown.stderr
    line.database.write_text("no database " * 1000, "utf-8")
    shown = line.types("backup")
    assert shown.exit_code == 1
    assert "is damaged" in shown.stderr


def test_a_backup_of_a_locked_database_ends_by_itself(line: Line) -> None:
    given = CliContext(line.environment, line.env_file)
    with beside(line.database, *SHUTS_OUT), pytest.raises(DatabaseLocked):
        asyncio.run(backup(given, wait=0.02))


def test_a_restore_says_what_is_kept_and_who_comes_back(backed_up: Line) -> None:
    line = backed_up
    shown = line.types("restore", str(made(line)))
    assert shown.exit_code == 0, shown.stderr
    assert names(line.database) == ["Before"]
    (kept,) = line.database.parent.glob("clan_data.replaced-*.db")
    assert f"is now what {made(line).name} was" in shown.stdout
    assert f"What it replaced is kept: {kept}" in shown.stdout
    assert "There is no clan_data.forgotten.txt" in shown.stdout
    assert "/privacy forget again" in shown.stdout
    assert names(kept) == ["After"]


def test_a_restore_forgets_again_who_was_forgotten_since(line: Line) -> None:
    line.make(1, "Before")

    async def writes(services: Services) -> None:
        (clan,) = await services.clans.every()
        await services.intake.store(clan, [heard(1, 77), heard(2, 88)])

    async def forgets(services: Services) -> None:
        (clan,) = await services.clans.every()
        await services.privacy.forget(clan, 77)

    line.ask(writes)
    assert line.types("backup").exit_code == 0
    line.ask(forgets)
    shown = line.types("restore", str(made(line)))
    assert shown.exit_code == 0, shown.stderr
    assert "is forgotten again: 1 person with 1 message." in shown.stdout
    assert "clan_data.forgotten.txt" in shown.stdout
    assert users(line.database) == [88]
    (kept,) = line.database.parent.glob("clan_data.replaced-*.db")
    assert users(kept) == [88]
    assert users(made(line)) == [77, 88]


def test_an_older_backup_forgets_again_when_it_was_brought_up(backed_up: Line) -> None:
    with closing(sqlite3.connect(made(backed_up))) as connection, connection:
        connection.execute("UPDATE alembic_version SET version_num = '0001'")
    remember(file_beside(backed_up.database), 1, {"aa": datetime(2026, 1, 1, tzinfo=UTC)})
    shown = backed_up.types("restore", str(made(backed_up)))
    assert "are forgotten again by the next start, which knows them by clan_data" in shown.stdout


def test_an_older_backup_says_that_the_next_start_brings_it_up(backed_up: Line) -> None:
    with closing(sqlite3.connect(made(backed_up))) as connection, connection:
        connection.execute("UPDATE alembic_version SET version_num = '0001'")
    shown = backed_up.types("restore", str(made(backed_up)))
    assert "It is at 0001; the next start brings it up" in shown.stdout


def test_while_the_bot_runs_restore_says_who_it_is_and_changes_nothing(backed_up: Line) -> None:
    line = backed_up
    with beside(line.database, *READS) as bot:
        before = names_in(line.database.parent)
        shown = line.types("restore", str(made(line)))
        assert names_in(line.database.parent) == before
    assert shown.exit_code == 1
    assert "is in use, so nothing was changed; stop process " in shown.stderr
    assert f"process {bot.pid} (python" in shown.stderr
    assert names(line.database) == ["After"]


def test_a_damaged_backup_advises_another_one(backed_up: Line) -> None:
    backup_made = made(backed_up)
    backup_made.write_bytes(backup_made.read_bytes()[:20000])
    shown = backed_up.types("restore", str(backup_made))
    assert shown.exit_code == 1
    assert f"{backup_made} is damaged" in shown.stderr
    assert shown.stderr.endswith("; nothing was changed; name another backup.\n")
    assert names(backed_up.database) == ["After"]


def test_a_backup_of_the_future_is_left_alone(backed_up: Line) -> None:
    with closing(sqlite3.connect(made(backed_up))) as connection, connection:
        connection.execute("UPDATE alembic_version SET version_num = '9999'")
    shown = backed_up.types("restore", str(made(backed_up)))
    assert shown.exit_code == 1
    assert "install the newest version" in shown.stderr
    assert names(backed_up.database) == ["After"]


def test_the_database_is_not_restored_from_itself(line: Line) -> None:
    shown = line.types("restore", str(line.database))
    assert shown.exit_code == 1
    assert "is the database itself; name a file of the backups folder" in shown.stderr


def test_a_file_that_is_not_there_ends_with_2(line: Line) -> None:
    # A short name: the words stand in a box, which breaks a long path anywhere.
    shown = line.types("restore", "none.db")
    assert shown.exit_code == 2
    assert "none.db" in shown.stderr


def test_a_damaged_database_is_restored_by_what_the_words_say(backed_up: Line) -> None:
    line = backed_up
    line.database.write_bytes(b"SQLite format 3\x00" + b"rubbish" * 1000)
    shown = line.types("migrate")
    assert shown.exit_code == 1
    assert "`clanstats restore`" in shown.stderr
    assert line.types("restore", str(made(line))).exit_code == 0
    assert line.types("migrate").exit_code == 0
    assert names(line.database) == ["Before"]


def test_postgresql_has_tools_of_its_own(line: Line) -> None:
    shown = line.types("backup", DATABASE_URL="postgresql://somebody@localhost/clan")
    assert shown.exit_code == 1
    assert "pg_dump" in shown.stderr


def test_a_database_that_cannot_be_opened_ends_in_words_alone(tmp_path: Path) -> None:
    (tmp_path / "clan_data.db").mkdir()
    shown = python("-m", "bot", "migrate", DATA_DIR=str(tmp_path))
    assert shown.returncode == 1
    assert "cannot be opened for writing" in shown.stderr
    assert "Traceback" not in shown.stderr
    assert "it is not damaged" in shown.stderr


@pytest.mark.parametrize("name", ["backup", "restore"])
def test_help_shows_an_example_and_how_it_ends(line: Line, name: str) -> None:
    told = " ".join(line.types(name, "--help").stdout.split())
    assert f"Example: clanstats {name}" in told
    assert "Ends with 0" in told


def test_a_new_database_is_made_from_nothing(line: Line, tmp_path: Path) -> None:
    place = tmp_path / "new" / "clan.db"
    shown = line.types("migrate", DATABASE_URL=f"sqlite:///{place}")
    assert shown.exit_code == 0
    assert f"from nothing to {NEWEST}" in shown.stdout
    assert "none was needed" in shown.stdout
    assert place.is_file()


def test_a_database_that_is_up_to_date_has_nothing_to_do(line: Line) -> None:
    shown = line.types("migrate")
    assert shown.exit_code == 0
    assert shown.stdout == f"The database is at {NEWEST}, the newest: nothing to do.\n"


def test_a_database_that_is_newer_is_left_alone(line: Line) -> None:
    line.ages("9999")
    before = line.database.read_bytes()
    shown = line.types("migrate")
    assert shown.exit_code == 1
    assert "install the newest version" in shown.stderr
    assert line.database.read_bytes() == before


def test_a_folder_that_cannot_be_made_is_told(line: Line, tmp_path: Path) -> None:
    (tmp_path / "file").write_text("", "utf-8")
    shown = line.types("migrate", DATABASE_URL=f"sqlite:///{tmp_path}/file/clan.db")
    assert shown.exit_code == 1
    assert "check that we may write there" in shown.stderr


def test_a_dry_run_says_what_would_come_back_and_changes_nothing(backed_up: Line) -> None:
    before = names_in(backed_up.database.parent)
    shown = backed_up.types("restore", "--latest", "--dry-run")
    assert shown.exit_code == 0, shown.stderr
    assert f"{made(backed_up)} is whole" in shown.stdout
    assert "It holds 1 clan, 0 players and 0 messages." in shown.stdout
    assert shown.stdout.endswith("Nothing was changed.\n")
    assert names(backed_up.database) == ["After"]
    assert names_in(backed_up.database.parent) == before
    with owned_by_another(backed_up.database):
        shown = backed_up.types("restore", "--latest", "--dry-run")
    assert (shown.exit_code, "stop it before you restore" in shown.stdout) == (1, True)


def test_the_latest_is_the_newest_here_or_elsewhere(backed_up: Line, tmp_path: Path) -> None:
    drive = tmp_path / "drive"
    drive.mkdir()
    keys = {"BACKUP_COPY_DIR": str(drive)}
    shown = backed_up.types("backup", **keys)
    assert (shown.exit_code, f"kept elsewhere too: {drive}" in shown.stdout) == (0, True)
    for copy in (backed_up.database.parent / "backups").iterdir():
        copy.unlink()
    shown = backed_up.types("restore", "--latest", **keys)
    assert shown.exit_code == 0, shown.stderr
    assert names(backed_up.database) == ["After"]
    shown = backed_up.types("restore", "--latest")
    assert (shown.exit_code, "There is no backup in" in shown.stderr) == (1, True)


def test_a_folder_that_is_gone_is_said_and_the_backup_is_made(line: Line, tmp_path: Path) -> None:
    line.make(1, "Iron Cabbage")
    shown = line.types("backup", BACKUP_COPY_DIR=str(tmp_path / "none"))
    assert shown.exit_code == 0
    assert "not kept elsewhere" in shown.stderr
    assert names(made(line)) == ["Iron Cabbage"]


@pytest.mark.parametrize("words", [(), ("--latest", "FILE")])
def test_which_backup_has_to_be_said_once(backed_up: Line, words: tuple[str, ...]) -> None:
    typed = [str(made(backed_up)) if word == "FILE" else word for word in words]
    shown = backed_up.types("restore", *typed)
    assert (shown.exit_code, "or type --latest instead" in shown.stderr) == (1, True)


def test_without_its_archive_backup_and_restore_fail_and_say_what_to_do(
    backed_up: Line, tmp_path: Path
) -> None:
    drive = tmp_path / "drive"
    drive.mkdir()
    backed_up.says("INSERT INTO archive_marks (id, key, moved_before_at) VALUES (1, 'k', 1)")
    shown = backed_up.types("backup", BACKUP_COPY_DIR=str(drive))
    assert shown.exit_code != 0
    assert "clanstats restore --latest" in shown.stderr
    copy = made_last(backed_up.database.parent / "backups")
    assert f"Without its archive it was copied: {copy}" in shown.stderr
    assert [names(each) for each in drive.iterdir()] == [["After"]]
    shown = backed_up.types("restore", "--latest")
    assert shown.exit_code == 1
    assert "cannot be used yet" in shown.stdout
    assert "clanstats archive --without" in shown.stdout
    assert backed_up.types("archive", "--without").exit_code == 0
    assert backed_up.types("backup").exit_code == 0


def test_an_archive_of_an_earlier_backup_is_said(backed_up: Line) -> None:
    folder = backed_up.database.parent / "backups"
    backed_up.says("INSERT INTO archive_marks (id, key, moved_before_at) VALUES (1, 'k', 1)")
    backed_up.types("backup")
    create(folder / "clan_data_archive-20251120T120000Z.db", "k")
    for words in (("--dry-run",), ()):
        shown = backed_up.types("restore", str(made_last(folder)), *words)
        assert shown.exit_code == 0, shown.stderr
        assert "clan_data_archive-20251120T120000Z.db is taken" in shown.stdout
        assert "made 2025-11-20 12:00 UTC" in shown.stdout


def made_last(folder: Path) -> Path:
    """Return the copy that was made last, by its number: names of one second are no order."""
    found = copies(folder, "clan_data")
    return found[max(found)]


def test_without_room_nothing_is_restored_and_the_words_name_the_folder(
    backed_up: Line, monkeypatch: pytest.MonkeyPatch
) -> None:
    folder = backed_up.database.parent
    monkeypatch.chdir(folder)
    usage = SimpleNamespace(free=1)
    with monkeypatch.context() as patch:
        patch.setattr("storage.backup.shutil.disk_usage", lambda _: usage)
        place = {"DATABASE_URL": f"sqlite:///{backed_up.database.name}"}
        shown = backed_up.types("restore", str(made(backed_up)), **place)
    assert shown.exit_code == 1
    assert f"there is no room left on the disk of {folder}: 0 MB are free" in shown.stderr
    assert "make room there, then run it again" in shown.stderr
    assert names(backed_up.database) == ["After"]
    assert backed_up.types("restore", "--latest").exit_code == 0
    assert names(backed_up.database) == ["Before"]

"""`clanstats migrate`: says from where to where, and leaves alone what it does not know."""

from pathlib import Path

from storage.migrate import NEWEST
from tests.bot.cli.conftest import Line


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

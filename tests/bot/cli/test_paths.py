"""A path may hold what means something in a URL, a settings file, SQL or a shell: it is a path."""

from pathlib import Path

import pytest

from storage.migrate import NEWEST
from tests.bot.cli.conftest import Line
from tests.bot.cli.test_commands import python
from tests.storage.rows import names_in

NAMES = [
    "100% clan",
    "q?mode=memory&x#b",
    "da%20ta %(here)s",
    "Cl\u00e4n \U0001f600 a'b;c [d]",
]


@pytest.mark.parametrize("name", NAMES)
def test_a_folder_of_any_name_holds_the_database_its_copies_and_what_was_replaced(
    line: Line, tmp_path: Path, name: str
) -> None:
    folder = tmp_path / name
    keys = {"DATA_DIR": str(folder), "DATABASE_URL": ""}
    before = names_in(tmp_path)
    for words in (["migrate"], ["poll"], ["backup"], ["doctor"]):
        shown = line.types(*words, **keys)
        assert shown.exit_code == 0, shown.output
    assert f"is whole and at {NEWEST}" in shown.stdout
    (copy,) = (folder / "backups").iterdir()
    shown = line.types("restore", str(copy), **keys)
    assert shown.exit_code == 0, shown.output
    (kept,) = folder.glob("clan_data.replaced-*.db")
    assert names_in(folder) == {"clan_data.db", "backups", kept.name}
    assert names_in(tmp_path) == before | {name}


@pytest.mark.parametrize("name", ["100% clan", "q?x", "da%20ta a#b Cl\u00e4n"])
def test_a_database_url_names_such_a_path_as_it_is(line: Line, tmp_path: Path, name: str) -> None:
    url = f"sqlite:///{tmp_path}/{name}/the clan.db"
    assert line.types("migrate", DATABASE_URL=url).exit_code == 0
    assert names_in(tmp_path / name) == {"the clan.db"}


def test_letters_that_a_terminal_does_not_have_stop_nothing(tmp_path: Path) -> None:
    """What is piped on Windows is written in an old encoding."""
    folder = tmp_path / "clan \U0001f600"
    folder.mkdir()
    shown = python("-m", "bot", "migrate", DATA_DIR=str(folder), PYTHONIOENCODING="cp1252")
    assert shown.returncode == 0, shown.stderr
    assert f"A new, empty database was made: {tmp_path}/clan ?/clan_data.db" in shown.stdout

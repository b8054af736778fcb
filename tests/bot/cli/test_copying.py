"""`clanstats copy-to` moves a database to a server and back, and says what it cannot do."""

import asyncio
from pathlib import Path

import pytest

from storage import forgotten
from storage.engine import Database
from storage.errors import COPYING
from storage.migrate import set_revision
from storage.owner import owning
from tests.bot.cli.conftest import Line
from tests.bot.services.contents import contents
from tests.storage.postgres import Server, fresh_name
from tests.storage.rows import NOW, a_clan, opened


@pytest.fixture
def address(server: Server) -> str:
    name = fresh_name()
    server.make(name)
    return server.url(name, "postgresql").render_as_string()


def test_a_database_goes_to_a_server_and_back(line: Line, address: str, tmp_path: Path) -> None:
    async def fill() -> None:
        async with opened(line.database) as database, database.writing() as connection:
            await a_clan(connection, 5)

    asyncio.run(fill())
    of_a_clan_that_is_gone = {(9, "aa"): NOW}
    forgotten.learn(forgotten.file_beside(line.database), of_a_clan_that_is_gone)
    shown = line.types("copy-to", address)
    assert shown.exit_code == 0, shown.stderr
    assert "are the same. Set DATABASE_URL to it" in shown.stdout
    (tmp_path / "elsewhere").mkdir()
    back = tmp_path / "elsewhere" / "back.db"
    shown = line.types("copy-to", f"sqlite:///{back}", DATABASE_URL=address)
    assert shown.exit_code == 0, shown.stderr
    assert forgotten.remembered(forgotten.file_beside(back)) == of_a_clan_that_is_gone
    assert dict(contents(back)) == dict(contents(line.database))
    again = line.types("copy-to", address)
    assert again.exit_code == 1
    assert "there is something in clans already; name an empty database" in again.stderr


@pytest.mark.parametrize(
    ("address", "words"),
    [
        ("mysql://host/clan", "The address names a kind of database that is not known here"),
        ("sqlite:///{database}", "That is the database itself"),
        ("postgresql://clan:s3cr%40t@localhost:1/none", "see that the server runs"),
    ],
)
def test_where_nothing_can_be_copied_to_is_told(line: Line, address: str, words: str) -> None:
    shown = line.types("copy-to", address.format(database=line.database))
    assert shown.exit_code == 1
    assert words in shown.stderr
    assert "s3cr" not in shown.stderr + shown.stdout


def test_a_copy_that_is_not_whole_is_told_by_every_command(line: Line) -> None:
    async def mark(path: Path) -> None:
        database = Database(path)
        async with database.writing() as connection:
            await set_revision(connection, COPYING)
        await database.close()

    asyncio.run(mark(line.database))
    for command in ("migrate", "doctor"):
        shown = line.types(command)
        assert shown.exit_code == 1
        assert "type `clanstats copy-to` again" in shown.stderr + shown.stdout


def test_a_bot_that_runs_is_stopped_first(line: Line, tmp_path: Path) -> None:
    with owning(line.database, "a bot", NOW):
        shown = line.types("copy-to", f"sqlite:///{tmp_path / 'other.db'}")
    assert shown.exit_code == 1
    assert "stop it first" in shown.stderr

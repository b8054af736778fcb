"""`clanstats doctor` on set-ups that are broken: one line each says what is wrong and what to do.

Its exit code tells: 1 when something stops us, 0 when something only costs.
"""

import sqlite3
import sys
from collections.abc import Callable
from contextlib import closing
from functools import partial
from pathlib import Path
from typing import NamedTuple

import httpx
import pytest

from bot.cli import checks
from bot.cli.context import CannotDo
from bot.gateway import DiscordSetup
from tests.bot.cli.conftest import TOKEN, Line
from tests.bot.services.group import GROUP_ID
from tests.storage.beside import SHUTS_OUT, beside


class Broken(NamedTuple):
    """A set-up: how it is broken, what the environment says, and what the one line has to say."""

    how: Callable[[Line], object]
    keys: dict[str, str]
    about: str
    words: str
    remedy: str
    code: int = 1


def as_it_is(_line: Line) -> None:
    """Break nothing on the disk."""


def saved_as(line: Line, content: bytes) -> None:
    line.env_file.write_bytes(content)


def damaged(line: Line) -> None:
    line.database.write_bytes(b"SQLite format 3\x00" + b"rubbish" * 1000)


def emptied_beside_backups(line: Line) -> None:
    folder = line.database.parent / "backups"
    folder.mkdir()
    copy = folder / "clan_data-20261119T040000Z.db"
    with closing(sqlite3.connect(line.database)) as old, closing(sqlite3.connect(copy)) as new:
        old.backup(new)
    line.database.write_bytes(b"")


def no_folder(line: Line) -> None:
    (line.database.parent / "file").touch()


def refused_by_wom(line: Line) -> None:
    line.group.answers["group"] = httpx.Response(403, json={"message": "Invalid API Key."})


def unknown_to_wom(line: Line) -> None:
    line.group.answers["group"] = httpx.Response(404, json={"message": "Group not found."})


def unknown_to_discord(line: Line) -> None:
    line.sights[TOKEN] = CannotDo("Discord does not know this token", "make another")


def without_intents(line: Line) -> None:
    line.sights[TOKEN] = DiscordSetup("Lantern", has_content=False, has_members=True)


SETUPS = {
    "a length of time that nobody can read": Broken(
        as_it_is, {"POLL_EVERY": "often"}, "settings", "POLL_EVERY is not a number", "like 30m"
    ),
    "an .env of an editor on Windows": Broken(
        partial(saved_as, content="DISCORD_TOKEN a\r\n".encode("utf-16")),
        {},
        "settings",
        "DISCORD_TOKEN stands on a line without =",
        "DISCORD_TOKEN=...",
    ),
    "a database address with a password as it is": Broken(
        as_it_is,
        {"DATABASE_URL": "postgresql://somebody:p@ss@host/clan"},
        "settings",
        "DATABASE_URL is no address",
        "postgresql://user",
    ),
    "PostgreSQL without its driver": Broken(
        as_it_is,
        {"DATABASE_URL": "postgresql://somebody@localhost/clan"},
        "database",
        "asyncpg has to be installed",
        'pip install ".[postgresql]"',
    ),
    "a folder that cannot be": Broken(
        no_folder, {"DATA_DIR": "{tmp}/file/data"}, "folder", "cannot be written", "DATA_DIR"
    ),
    "a log that cannot be": Broken(
        no_folder, {"LOG_FILE": "{tmp}/file/bot.log"}, "log", "cannot be written", "LOG_FILE"
    ),
    "a damaged database": Broken(damaged, {}, "database", "is damaged", "`clanstats restore`"),
    "a locked database": Broken(
        lambda line: line.held.enter_context(beside(line.database, *SHUTS_OUT)),
        {},
        "database",
        "is held by another program",
        "stop process",
    ),
    "an empty database beside backups": Broken(
        emptied_beside_backups, {}, "database", "is empty, but there are backups", "restore"
    ),
    "a database of the next version": Broken(
        lambda line: line.ages("9999"), {}, "database", "newer than this", "install the newest"
    ),
    "a database of an older version": Broken(
        lambda line: line.ages("0001"), {}, "database", "older than this", "the next start", 0
    ),
    "a key that Wise Old Man does not know": Broken(
        refused_by_wom, {}, "wom", "", "set WOM_API_KEY"
    ),
    "a group that is not there": Broken(
        unknown_to_wom, {}, "group", f"{GROUP_ID} is not known", "check WOM_GROUP_ID"
    ),
    "a token that was reset": Broken(
        unknown_to_discord, {}, "discord", "does not know this token", "make another"
    ),
    "intents that are not granted": Broken(
        without_intents, {}, "discord", "", "switch on Message Content Intent", 0
    ),
}


@pytest.mark.parametrize("name", SETUPS)
def test_a_broken_setup_is_one_line_that_says_what_to_do(
    line: Line, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, name: str
) -> None:
    broken = SETUPS[name]
    monkeypatch.setattr(checks, "at_database", partial(checks.at_database, wait=0.02))
    monkeypatch.setitem(sys.modules, "asyncpg", None)
    keys = {key: text.format(tmp=tmp_path) for key, text in broken.keys.items()}
    with line.held:
        broken.how(line)
        shown = line.types("doctor", **{"DISCORD_TOKEN": TOKEN, "WOM_GROUP_SECRET": "", **keys})
    found = [text.split(maxsplit=2) for text in shown.stdout.splitlines()]
    (said,) = [
        words
        for grade, about, words in found
        if grade == ("fault" if broken.code else "warning") and about == broken.about
    ]
    what, _, remedy = said.partition(" -> ")
    assert broken.words in what
    assert broken.remedy in remedy
    assert shown.exit_code == broken.code
    assert shown.stderr == ""
    assert [grade for grade, *_ in found].count("fault") == broken.code

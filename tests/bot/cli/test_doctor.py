"""`clanstats doctor`: every check of what is well and on what is not."""

import logging
import warnings
from dataclasses import replace
from pathlib import Path

import httpx
import pytest

from bot.clan.diagnosis import Finding, Severity, well
from bot.cli.checks import at_database
from bot.cli.context import CannotDo
from bot.gateway import DiscordSetup
from bot.settings import load
from storage.migrate import NEWEST
from tests.bot.cli.conftest import ALL_ON, TOKEN, Line
from tests.bot.cli.test_commands import python
from tests.bot.services.group import CODE, GROUP_ID
from tests.storage.beside import SHUTS_OUT, WRITES, beside
from tests.storage.test_owner import owned_by_another

EVERYTHING = {"DISCORD_TOKEN": TOKEN, "WOM_GROUP_SECRET": CODE}


def said(line: Line, about: str, **keys: str) -> list[str]:
    """Return what the doctor says about one thing: grade and words, remedy included."""
    shown = line.types("doctor", **keys)
    found = [(text.split(maxsplit=2)) for text in shown.stdout.splitlines()]
    return [f"{grade} {words}" for grade, where, words in found if where == about]


def test_when_all_is_well_every_line_is_ok(line: Line) -> None:
    shown = line.types("doctor", **EVERYTHING)
    assert shown.exit_code == 0
    lines = [text.split(maxsplit=2) for text in shown.stdout.splitlines()]
    assert {grade for grade, *_ in lines} == {"ok"}
    assert [about for _, about, _ in lines] == [
        "settings", "folder", "database", "wom", "group", "discord", "code", "charts",
    ]  # fmt: skip


def test_the_doctor_changes_nothing(line: Line, tmp_path: Path) -> None:
    before = sorted(tmp_path.rglob("*")), line.database.read_bytes()
    line.types("doctor", **EVERYTHING)
    assert (sorted(tmp_path.rglob("*")), line.database.read_bytes()) == before


def test_faulty_settings_are_all_named_and_end_with_1(line: Line) -> None:
    shown = line.types("doctor", POLL_EVERY="often", WOM_GROUP_SECRET="12")
    assert shown.exit_code == 1
    assert "POLL_EVERY" in shown.stdout
    assert "WOM_GROUP_SECRET is not nine digits -> right is" in shown.stdout


def test_a_missing_key_is_a_warning_with_its_price_and_no_fault(line: Line) -> None:
    shown = line.types("doctor")
    assert shown.exit_code == 0
    assert "warning settings  without DISCORD_TOKEN the bot cannot start" in shown.stdout


def test_a_folder_that_cannot_be_is_a_fault(line: Line, tmp_path: Path) -> None:
    (tmp_path / "file").write_text("", "utf-8")
    assert said(line, "folder", DATA_DIR=f"{tmp_path}/file/folder")[0].startswith("fault ")


def test_a_database_that_is_not_there_yet_is_well(line: Line, tmp_path: Path) -> None:
    found = said(line, "database", DATABASE_URL=f"sqlite:///{tmp_path}/none.db")
    assert found[0].startswith("ok ")
    assert not (tmp_path / "none.db").exists()


def test_beside_a_bot_that_runs_all_is_well_and_who_it_is_is_said(line: Line) -> None:
    with owned_by_another(line.database) as other:
        (found,) = said(line, "database")
    assert found.startswith(f"ok is whole and at {NEWEST}, the newest; `clanstats run`, process ")
    assert f"process {other.pid} on " in found
    assert found.endswith(" has it")


def test_a_damaged_database_is_a_fault_with_the_way_back(line: Line) -> None:
    line.database.write_bytes(b"SQLite format 3\x00" + b"rubbish" * 1000)
    (found,) = said(line, "database")
    assert found.startswith("fault ")
    assert "is damaged" in found
    assert "`clanstats restore`" in found
    assert "backups folder" in found


@pytest.mark.parametrize("statements", [WRITES, SHUTS_OUT])
async def test_a_locked_database_is_a_fault_that_says_who_and_after_a_while(
    line: Line, statements: tuple[str, ...]
) -> None:
    with beside(line.database, *statements) as other:
        found = await at_database(load(line.environment, None), wait=0.02)
    assert found.severity is Severity.FAULT
    assert "is held by another program" in found.words
    assert found.next_step.startswith(f"stop process {other.pid} (python")
    assert "damaged" not in found.words + found.next_step


def test_a_folder_in_the_place_of_the_database_is_no_damage(line: Line, tmp_path: Path) -> None:
    (tmp_path / "place.db").mkdir()
    (found,) = said(line, "database", DATABASE_URL=f"sqlite:///{tmp_path}/place.db")
    assert found.startswith("fault ")
    assert "cannot be opened" in found
    assert "it is not damaged" in found
    assert "restore" not in found


def test_a_database_of_another_version_is_told_apart(line: Line) -> None:
    line.ages("9999")
    assert said(line, "database")[0].startswith("fault is at 9999, newer")
    line.ages("0000")
    assert said(line, "database")[0].startswith("warning is at 0000, older")


def test_a_driver_that_is_missing_is_a_fault_with_its_name(tmp_path: Path) -> None:
    hide = "import sys; sys.modules['asyncpg'] = None; from bot.cli import main; main()"
    url = "postgresql://somebody@localhost/clan"
    shown = python("-c", hide, "doctor", DATA_DIR=str(tmp_path), DATABASE_URL=url)
    assert shown.returncode == 1
    assert (
        'asyncpg has to be installed -> type python -m pip install ".[postgresql]"' in shown.stdout
    )


def test_without_a_contact_wise_old_man_is_not_asked(line: Line) -> None:
    assert said(line, "wom", WOM_CONTACT="") == []
    assert line.group.requests == []


def test_the_group_is_named_with_its_members(line: Line) -> None:
    assert said(line, "wom") == ["ok answers and knows the key"]
    assert said(line, "group") == [f"ok {GROUP_ID} is Iron Cabbage with 10 members"]


def test_a_group_that_nobody_knows_is_a_fault(line: Line) -> None:
    line.group.answers["v2/groups/999"] = httpx.Response(404, json={"message": "none"})
    (found,) = said(line, "group", WOM_GROUP_ID="999")
    assert found == "fault 999 is not known to Wise Old Man -> check WOM_GROUP_ID"


def test_without_a_group_it_is_enough_that_wise_old_man_answers(line: Line) -> None:
    line.group.answers["v2/groups"] = httpx.Response(200, json=[])
    assert said(line, "wom", WOM_GROUP_ID="", WOM_API_KEY="") == ["ok answers"]


def test_wise_old_man_down_or_a_wrong_key_is_a_fault_with_its_remedy(line: Line) -> None:
    line.group.answers["group"] = httpx.Response(502, text="<html>")
    assert "try again later" in said(line, "wom")[0]
    line.group.answers["group"] = httpx.Response(403, json={"message": "Invalid API Key."})
    assert "set WOM_API_KEY" in said(line, "wom")[0]


def test_a_code_without_its_group_is_a_warning(line: Line) -> None:
    line.group.answers["v2/groups"] = httpx.Response(200, json=[])
    (found,) = said(line, "code", WOM_GROUP_ID="", WOM_GROUP_SECRET=CODE)
    assert found.endswith("-> set WOM_GROUP_ID")
    assert CODE not in line.types("doctor", WOM_GROUP_SECRET=CODE).stdout


def test_switches_that_are_off_are_named(line: Line) -> None:
    line.sights[TOKEN] = DiscordSetup("Lantern", has_content=False, has_members=True)
    (found,) = said(line, "discord", DISCORD_TOKEN=TOKEN)
    assert found.startswith("warning Lantern: ")
    assert "switch on Message Content Intent on discord.com" in found
    line.sights[TOKEN] = DiscordSetup("Lantern", has_content=False, has_members=False)
    (found,) = said(line, "discord", DISCORD_TOKEN=TOKEN)
    assert "Server Members Intent and Message Content Intent" in found


def test_a_server_in_which_the_bot_is_not_is_a_fault(line: Line) -> None:
    line.sights[TOKEN] = replace(ALL_ON, is_in_guild=False)
    shown = line.types("doctor", DISCORD_TOKEN=TOKEN, DISCORD_GUILD_ID="55")
    assert line.asked_about == [55]
    assert shown.exit_code == 1
    (found,) = [each for each in shown.stdout.splitlines() if "DISCORD_GUILD_ID names" in each]
    assert found.startswith("fault   server    Lantern is not in the server 55")
    assert found.endswith(f"or invite the bot there: {ALL_ON.invite}")


def test_a_token_that_discord_does_not_know_is_a_fault_and_never_shown(line: Line) -> None:
    line.sights[TOKEN] = CannotDo("Discord does not know this token", "make another")
    shown = line.types("doctor", DISCORD_TOKEN=TOKEN)
    assert shown.exit_code == 1
    assert "Discord does not know this token -> make another" in shown.stdout
    assert TOKEN not in shown.stdout + shown.stderr


def test_what_libraries_say_does_not_stand_between_the_lines(
    line: Line, monkeypatch: pytest.MonkeyPatch
) -> None:
    def talks() -> Finding:
        logging.getLogger("matplotlib.font_manager").warning("building the font cache")
        warnings.warn("this is deprecated", stacklevel=1)
        return well("charts", "fine")

    monkeypatch.setattr("bot.cli.checks.at_fonts", talks)
    shown = line.types("doctor")
    assert shown.exit_code == 0
    assert shown.stderr == ""
    assert all(text.split()[0] in {"ok", "warning"} for text in shown.stdout.splitlines())

"""`clanstats report`: files that are whole, and the same numbers on the screen."""

from pathlib import Path

import pytest
from openpyxl import load_workbook

from tests.bot.cli.conftest import Line
from tests.bot.services.group import GROUP_ID, Someone
from tests.storage.rows import DAY, NOW


@pytest.fixture
def polled(line: Line) -> Line:
    """Return a clan whose first member gained 500,000 XP in a week that the group remembers."""
    past = [
        (NOW - 7.5 * DAY, 500_000.0, {"zulrah": 60.0}),
        (NOW - DAY, 600_000.0, {"zulrah": 70.0}),
    ]
    line.group.members[1] = Someone(1, "[b]Bob", past=past)
    assert line.types("poll").exit_code == 0
    return line


def test_chart_and_workbook_are_written_and_the_numbers_shown(polled: Line, tmp_path: Path) -> None:
    out = tmp_path / "a" / "folder"
    shown = polled.types("report", "--out", str(out))
    assert shown.exit_code == 0, shown.stderr
    assert sorted(file.name for file in out.iterdir()) == ["clan_report.xlsx", "report.png"]
    assert (out / "report.png").read_bytes().startswith(b"\x89PNG")
    assert "Roster" in load_workbook(out / "clan_report.xlsx").sheetnames
    assert "XP gained" in shown.stdout
    assert "500,000" in shown.stdout
    assert "[b]Bob" in shown.stdout
    assert "How well this is observed" in shown.stdout


def test_only_the_copy_for_leadership_says_who_may_rise_and_who_is_inactive(
    polled: Line, tmp_path: Path
) -> None:
    people = {"Promotions", "Inactive"}
    for words, expected in ([], set()), (["--leadership"], people):
        assert polled.types("report", "--out", str(tmp_path), *words).exit_code == 0
        assert people & set(load_workbook(tmp_path / "clan_report.xlsx").sheetnames) == expected


def test_what_nobody_knows_is_a_dash_on_the_screen(polled: Line, tmp_path: Path) -> None:
    shown = polled.types("report", "--out", str(tmp_path))
    messages = next(line for line in shown.stdout.splitlines() if "Messages" in line)
    assert messages.split() == ["Messages", "–", "–", "–"]  # noqa: RUF001 - the house's dash


@pytest.mark.parametrize("period", ["1", "30", "365"])
def test_every_period_can_be_asked_for(polled: Line, tmp_path: Path, period: str) -> None:
    assert polled.types("report", "--out", str(tmp_path), "--period", period).exit_code == 0


def test_the_same_present_gives_the_same_chart(polled: Line, tmp_path: Path) -> None:
    pictures = []
    for name in ("one", "two"):
        polled.clock.forward(DAY)
        words = ("--now", "2026-11-20T12:00Z", "--out", str(tmp_path / name))
        assert polled.types("report", *words).exit_code == 0
        pictures.append((tmp_path / name / "report.png").read_bytes())
    assert pictures[0] == pictures[1]


def test_a_folder_that_cannot_be_written_is_told_in_words(polled: Line, tmp_path: Path) -> None:
    blocked = tmp_path / "a file"
    blocked.write_text("here", "utf-8")
    shown = polled.types("report", "--out", str(blocked / "folder"))
    assert shown.exit_code == 1
    assert "check that we may write there" in shown.stderr
    assert blocked.read_text("utf-8") == "here"


def test_a_file_that_cannot_be_replaced_leaves_nothing_half_written(
    polled: Line, tmp_path: Path
) -> None:
    (tmp_path / "out" / "report.png" / "x").mkdir(parents=True)
    shown = polled.types("report", "--out", str(tmp_path / "out"))
    assert shown.exit_code == 1
    assert [file.name for file in (tmp_path / "out").iterdir()] == ["report.png"]


def test_without_a_clan_the_words_say_where_one_comes_from(line: Line, tmp_path: Path) -> None:
    shown = line.types("report", "--out", str(tmp_path / "out"))
    assert shown.exit_code == 1
    assert shown.stderr.startswith("There is no clan yet; ")
    assert not (tmp_path / "out").exists()


def test_of_several_clans_one_has_to_be_named(polled: Line, tmp_path: Path) -> None:
    polled.make(6, "Swamp Tofu")
    polled.make(7, "Iron Cabbage")
    shown = polled.types("report", "--out", str(tmp_path))
    assert shown.exit_code == 1
    assert "add --clan, one of Swamp Tofu (6), Iron Cabbage (7)" in shown.stderr
    assert polled.types("report", "--out", str(tmp_path), "--clan", "6").exit_code == 0


def test_two_clans_of_one_name_are_told_apart_by_their_server(line: Line, tmp_path: Path) -> None:
    line.make(5, "Twins", GROUP_ID)
    line.make(6, "Twins", GROUP_ID)
    shown = line.types("report", "--out", str(tmp_path), "--clan", "twins")
    assert shown.stderr == "2 clans could be meant; add --clan, one of Twins (5), Twins (6).\n"

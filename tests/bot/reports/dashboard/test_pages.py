"""The pages as bytes; what a browser makes of them is tried by tests.browser."""

import json
import re
import zipfile
from io import BytesIO
from pathlib import Path

import pytest

from bot.clan.newcomers import Reached
from bot.clan.spans import Period
from bot.reports.dashboard.arrange import arranged
from bot.reports.dashboard.facts import QuestionCount
from bot.reports.dashboard.health import carriers, health
from bot.reports.dashboard.pages import folder_of_pages, script_json, single_page
from bot.reports.documents import write_folder
from tests.browser import HOSTILE, LARGEST, hostile_facts


def test_no_text_ends_the_script_that_holds_the_numbers() -> None:
    written = str(script_json(HOSTILE))
    assert not set("<>&\u2028\u2029") & set(written)
    assert tuple(json.loads(written)) == HOSTILE


def test_the_same_facts_make_the_same_bytes_and_a_file_that_can_be_sent() -> None:
    facts = hostile_facts(20)
    first = single_page(facts).content
    assert first == single_page(hostile_facts(20)).content
    assert folder_of_pages(facts).content == folder_of_pages(facts).content
    assert len(first) <= LARGEST


def test_names_stand_in_the_page_as_json_and_escaped_alone() -> None:
    archive = zipfile.ZipFile(BytesIO(folder_of_pages(hostile_facts(20)).content))
    page = archive.read("index.html").decode()
    assert "hurt()</script>" not in page
    assert len(re.findall("<script", page)) == 3
    assert "http:" not in page
    assert "https:" not in page


def test_unknown_is_none_and_no_discord_name_is_in_it_without_officers() -> None:
    found = arranged(hostile_facts(20))
    members = {each["id"]: each for each in found["members"]}
    assert members[4]["periods"][0]["messages"] is None
    assert members[5]["periods"][0]["xp"] is None
    assert members[7]["total"]["xp"] is None
    assert not any("person" in each for each in found["members"])
    assert found["inactive"] is None
    assert found["officers"] is None


def test_health_is_what_counting_by_hand_says() -> None:
    facts = hostile_facts(20)
    members, chats = facts.reports[Period.MONTH].roster.members, facts.chats[Period.MONTH]
    found = health(members, Period.MONTH, chats, QuestionCount(10, 7), Reached(3, 4), 30)
    both = [n for n in range(20) if n % 4 and n % 5]
    assert found.on_both == sum(n % 50 > 0 for n in both) / len(both)
    assert (found.reply_rate, found.retention) == (0.7, 0.75)
    assert found.stickiness == pytest.approx(3 / 30)
    # Of a bot that came ten days ago, three days are three of ten.
    young = health(members, Period.MONTH, chats, None, Reached(0, 0), 10)
    assert young.stickiness == pytest.approx(3 / 10)
    unknown = health((), Period.MONTH, {}, None, Reached(0, 0), 30)
    assert set(unknown) == {None}


def test_half_of_the_talk_is_carried_by_the_fewest() -> None:
    assert carriers([1, 1, 8]) == 1
    assert carriers([5, 5, 5, 5]) == 2
    assert carriers([]) is None


def test_a_folder_is_swapped_whole_and_somebody_elses_is_left_alone(tmp_path: Path) -> None:
    archive = folder_of_pages(hostile_facts(5)).content
    write_folder(tmp_path / "dashboard", archive)
    (tmp_path / "dashboard" / "old.txt").write_text("old")
    write_folder(tmp_path / "dashboard", archive)
    assert sorted(each.name for each in (tmp_path / "dashboard").iterdir()) == [
        "assets",
        "index.html",
    ]
    assert [each.name for each in tmp_path.iterdir()] == ["dashboard"]
    (tmp_path / "mine").mkdir()
    (tmp_path / "mine" / "photo.jpg").write_text("x")
    with pytest.raises(FileExistsError):
        write_folder(tmp_path / "mine", archive)
    assert (tmp_path / "mine" / "photo.jpg").read_text() == "x"


def test_half_an_archive_leaves_the_former_folder_as_it_was(tmp_path: Path) -> None:
    archive = folder_of_pages(hostile_facts(5)).content
    write_folder(tmp_path / "dashboard", archive)
    with pytest.raises(zipfile.BadZipFile):
        write_folder(tmp_path / "dashboard", archive[:1000])
    assert (tmp_path / "dashboard" / "index.html").is_file()
    assert [each.name for each in tmp_path.iterdir()] == ["dashboard"]

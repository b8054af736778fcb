import csv
import json
from dataclasses import replace
from io import StringIO

import pytest

from bot.clan.leave import Exemption
from bot.reports.documents import Document
from bot.reports.list_files import as_csv, as_json
from bot.reports.lists import Listing, Row
from tests.bot.clan.portraits import NOW, days, silent
from tests.bot.reports.people import SURE, crowd, everybody, named, suggested

RAW = (
    "**bold**", "_under_", "\N{FIRE} Fox", "\u5168\u6f22\u5b57", "a,b", 'say "hi"', "Iron\u00a0Fox",
    "a-b", "Mr. = +", "7", " Fox", "O'Neil",
)  # fmt: skip
FORMULAS = {
    "=cmd": "'=cmd",
    "@everyone": "'@everyone",
    "+44": "'+44",
    "-Dash": "'-Dash",
    "\t=1": "'\t'=1",
    "\r=1": "'\r'=1",
    " =1": "' =1",
    '"=1': "'\"=1",
    "\uff1d1": "'\uff1d1",
    "Fox;=1+2": "Fox;'=1+2",
    'Fox;"=1+2': "Fox;'\"=1+2",
    "Fox\n=1": "Fox\n'=1",
}


def table(document: Document) -> list[dict[str, str]]:
    return list(csv.DictReader(StringIO(document.content.decode("utf-8-sig"), newline="")))


@pytest.mark.parametrize("name", RAW)
def test_a_harmless_name_is_itself_in_every_file(name: str) -> None:
    listing = suggested(named(SURE, name)).inactive

    assert table(as_csv(listing))[0]["name"] == name
    assert json.loads(as_json(listing).content)["people"][0]["name"] == name


@pytest.mark.parametrize(("name", "cell"), FORMULAS.items())
def test_a_name_is_no_formula_in_a_spreadsheet_and_raw_elsewhere(name: str, cell: str) -> None:
    listing = suggested(named(SURE, name)).inactive

    assert table(as_csv(listing))[0]["name"] == cell
    assert table(as_csv(listing))[0]["accounts"] == cell
    assert json.loads(as_json(listing).content)["people"][0]["name"] == name


def test_what_officers_wrote_is_no_formula_either() -> None:
    told = Exemption(None, "member", "back; =HYPERLINK(A1)")
    listing = suggested(silent(exemption=told)).inactive

    assert table(as_csv(listing))[0]["apart"] == "exempt: back;' =HYPERLINK(A1)"


def test_the_inactive_as_csv() -> None:
    document = as_csv(everybody().inactive)

    assert document.name == "inactive.csv"
    assert document.content.decode("utf-8-sig").splitlines()[:3] == [
        (
            "part,name,player_id,accounts,role,last_seen_in_game_at,last_seen_in_chat_at,messages,xp,"
            "limit_days,over_days,reasons,needs,apart,xp_from,xp_to"
        ),
        (
            "sure,Ann,1,Ann; Ann Alt,member,2026-04-05T12:00:00Z,2026-03-31T12:00:00Z,0,0,30,10,"
            '"no message in 30 days, the last one 45 days ago; '
            '0 XP in 30 days, under 10,000, the last gain 40 days ago",,,,'
        ),
        (
            "can't tell,Bob,11,Bob,member,2026-04-05T12:00:00Z,2026-03-31T12:00:00Z,,0,30,,"
            "chat: not linked to a Discord user,link,,,"
        ),
    ]


def test_a_list_names_the_two_snapshots_that_xp_lies_between() -> None:
    seen = silent()
    month = replace(seen.window(30), counted_from=NOW - days(1), counted_to=NOW)
    listing = suggested(replace(seen, windows={30: month})).inactive
    row = table(as_csv(listing))[0]
    assert (row["xp_from"], row["xp_to"]) == ("2026-05-14T12:00:00Z", "2026-05-15T12:00:00Z")
    assert json.loads(as_json(listing).content)["people"][0]["xp_from"] == row["xp_from"]


def test_the_promotions_as_json() -> None:
    document = as_json(everybody().promotions)
    told = json.loads(document.content)

    assert document.name == "promotions.json"
    assert {key: told[key] for key in told if key != "people"} == {
        "list": "promotions",
        "as_of": "2026-05-15T12:00:00Z",
        "policy_version": 2,
    }
    assert told["people"][1] == {
        "part": "just under",
        "name": "Eve",
        "player_id": 41,
        "accounts": ["Eve"],
        "role": "member",
        "next_role": "captain",
        "days_there": 40,
        "weaker_side_days": 32,
        "signals": [],
        "last_seen_in_game_at": "2026-05-14T12:00:00Z",
        "last_seen_in_chat_at": "2026-05-14T12:00:00Z",
        "messages": 50,
        "counted_messages": 50,
        "xp": 4_000_000,
        "evidence": "good",
        "reasons": [],
        "not_yet": ["Steady: 80 days in the clan (90 needed), 2.6 months in this rank (3 needed)"],
        "considered": [
            (
                "Social pillar: 50 messages in 30 days (at most 20 an hour), on 16 of 28 days; "
                "the bar is 100, on 14 days"
            ),
        ],
        "doubts": [],
        "xp_from": None,
        "xp_to": None,
    }


def test_the_unknown_is_empty_and_null_and_never_zero() -> None:
    unseen = replace(SURE, windows={}, game_seen_at=None, chat_seen_at=None)
    listing = suggested(unseen).inactive
    unknown = ("last_seen_in_game_at", "last_seen_in_chat_at", "messages", "xp", "over_days")

    assert [table(as_csv(listing))[0][column] for column in unknown] == [""] * 5
    person = json.loads(as_json(listing).content)["people"][0]
    assert [person[column] for column in unknown] == [None] * 5


def test_empty_lists_are_files_with_a_head_and_nobody() -> None:
    assert files_of(suggested().inactive) == (1, [])
    assert files_of(suggested().promotions) == (1, [])


def files_of(listing: Listing[Row]) -> tuple[int, object]:
    """Return the lines of the CSV and the people of the JSON."""
    people = json.loads(as_json(listing).content)["people"]
    return len(as_csv(listing).content.splitlines()), people


def test_every_row_of_a_large_clan_is_in_the_files() -> None:
    listing = crowd(500).inactive

    assert len(table(as_csv(listing))) == 300
    assert len(json.loads(as_json(listing).content)["people"]) == 300

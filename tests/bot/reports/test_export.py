"""What other programs read: unknown is empty, names are no formulas, the opted-out are nowhere."""

import csv
import io
import json
import zipfile
from dataclasses import replace
from typing import Any

import pytest

from bot.clan.gains import MetricGain
from bot.clan.spans import Period
from bot.reports.clan_report import ClanReport
from bot.reports.export import SCHEMA_VERSION, export_csv, export_json, export_tables
from tests.builders import UNSEEN, Week, clan_report, member

ANN = member(1, "Ann", role="deputy_owner", week=Week(xp=700_000, kills=7, messages=14))
CAT = member(3, "Cat", week=UNSEEN)


def report() -> ClanReport:
    made = clan_report(ANN, CAT)
    return replace(
        made,
        bosses={1: {"zulrah": MetricGain(7)}},
        present_bosses={1: {"zulrah": 70.0, "vorkath": 5.0, "nex": -1.0}, 3: {"zulrah": 9.0}},
    )


def sheets(made: ClanReport) -> dict[str, list[list[str]]]:
    with zipfile.ZipFile(io.BytesIO(export_csv(made).content)) as archive:
        texts = {name: archive.read(name) for name in archive.namelist()}
    assert all(text.startswith(b"\xef\xbb\xbf") for text in texts.values())
    return {
        name: [*csv.reader(io.StringIO(text.decode("utf-8-sig")))] for name, text in texts.items()
    }


def told(made: ClanReport) -> dict[str, Any]:
    found: dict[str, Any] = json.loads(export_json(made).content)
    return found


def test_json_says_its_version_and_every_table_with_named_columns() -> None:
    found = told(report())
    assert found["schema_version"] == SCHEMA_VERSION
    assert found["as_of"].endswith("Z")
    assert list(found["tables"]) == ["roster", "gains", "messages", "bosses", "activity"]
    weeks = [row for row in found["tables"]["gains"] if row["days"] == 7]
    assert [(row["name"], row["xp"]) for row in weeks] == [("Ann", 700_000), ("Cat", None)]


def test_what_was_not_seen_is_null_and_empty_and_never_zero() -> None:
    found = told(report())["tables"]
    cat = next(row for row in found["gains"] if row["name"] == "Cat")
    assert {key: cat[key] for key in ("xp", "kills", "ehp", "measured_from", "is_partial")} == {
        **dict.fromkeys(("xp", "kills", "ehp", "measured_from", "is_partial"))
    }
    row = next(row for row in sheets(report())["gains.csv"] if row[1] == "Cat")
    assert row[3:] == [""] * 8


def test_a_boss_is_nothing_gained_where_it_was_seen_and_unknown_where_it_was_not() -> None:
    rows = export_tables(report())["bosses"].rows
    assert [row[1:5] for row in rows] == [
        ("Ann", "vorkath", 5, 0),
        ("Ann", "zulrah", 70, 7),
        ("Cat", "zulrah", 9, None),
    ]


def test_nobody_heard_has_no_messages_rather_than_none() -> None:
    deaf = replace(clan_report(ANN), heard_from=None)
    assert {row[3] for row in export_tables(deaf)["messages"].rows} == {None}


@pytest.mark.parametrize(
    ("name", "cell"),
    [
        ("=1+1", "'=1+1"),
        (" =1+1", "' =1+1"),
        ("\uff1d1+1", "'\uff1d1+1"),
        ("Fox;=1+2", "Fox;'=1+2"),
        ("Fox-1", "Fox-1"),
    ],
)
def test_a_name_that_a_spreadsheet_would_compute_is_a_text(name: str, cell: str) -> None:
    hostile = replace(ANN, name=name)
    assert sheets(clan_report(hostile))["roster.csv"][1][1] == cell
    assert told(clan_report(hostile))["tables"]["roster"][0]["name"] == name


def test_who_opted_out_is_in_no_table_and_is_counted() -> None:
    made = report().without({1})
    text = export_json(made).content.decode()
    assert "Ann" not in text
    assert told(made)["opted_out"] == 1
    assert "Ann" not in str(sheets(made))


def test_the_same_report_gives_the_same_bytes() -> None:
    assert export_csv(report()) == export_csv(report())
    assert export_json(clan_report(ANN, period=Period.DAY)).name == "clan_export.json"


def test_the_largest_clan_s_numbers_can_be_sent_over_discord() -> None:
    """500 members are all that a clan of the game holds, each with kills of every boss."""
    members = [member(number, f"Player {number:05}") for number in range(500)]
    bosses = {f"a_boss_of_the_game_{number}": 12_345.0 for number in range(80)}
    made = replace(clan_report(*members), present_bosses=dict.fromkeys(range(500), bosses))
    assert len(export_json(made).content) < 6_000_000
    assert len(export_csv(made).content) < 1_000_000

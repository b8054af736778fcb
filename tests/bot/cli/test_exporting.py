"""`clanstats export`: one whole file in the format that was asked for."""

import json
import zipfile
from pathlib import Path

from openpyxl import load_workbook

from tests.bot.cli.conftest import Line
from tests.bot.services.group import Someone
from tests.storage.rows import DAY, NOW


def test_each_format_is_written_whole_into_the_folder(line: Line, tmp_path: Path) -> None:
    past = [(NOW - 7.5 * DAY, 500_000.0, {"zulrah": 60.0}), (NOW - DAY, 600_000.0, {})]
    line.group.members[1] = Someone(1, "[b]Bob", past=past)
    assert line.types("poll").exit_code == 0
    out = tmp_path / "a" / "folder"
    for form in ("json", "csv", "xlsx"):
        shown = line.types("export", "--out", str(out), "--format", form)
        assert shown.exit_code == 0, shown.stderr
        assert "Written to" in shown.stdout
    names = ["clan_export.json", "clan_export.zip", "clan_report.xlsx"]
    assert sorted(file.name for file in out.iterdir()) == names
    roster = json.loads((out / names[0]).read_bytes())["tables"]["roster"]
    assert "[b]Bob" in {row["name"] for row in roster}
    with zipfile.ZipFile(out / names[1]) as archive:
        assert "gains.csv" in archive.namelist()
    assert "Roster" in load_workbook(out / names[2]).sheetnames
    assert not {"Promotions", "Inactive"} & set(load_workbook(out / names[2]).sheetnames)


def test_without_a_database_it_says_so(line: Line, tmp_path: Path) -> None:
    assert line.types("export", "--out", str(tmp_path / "x")).exit_code != 0
    assert not (tmp_path / "x").exists()

"""One shape for what the checklist, the doctor, the status and the settings find out."""

import ast
from pathlib import Path

import pytest

from bot.clan.diagnosis import Finding, Severity, fault, warning, well

ROOT = Path(__file__).parents[3]
LOOKERS = (
    "bot/services/setup/checklist.py",
    "bot/cli/checks.py",
    "bot/services/ops/upkeep.py",
    "bot/settings.py",
)


def test_each_severity_has_its_maker() -> None:
    assert well("folder", "is there") == Finding(Severity.OK, "folder", "is there", "")
    assert warning("group", "is none", "choose it").severity is Severity.WARNING
    assert fault("group", "is none", "choose it").severity is Severity.FAULT


def test_a_line_says_what_to_do_next_if_there_is_anything_to_do() -> None:
    assert fault("DATA_DIR", "is a file", "right is a folder").line == (
        "DATA_DIR is a file; right is a folder"
    )
    assert well("folder", "can be written").line == "folder can be written"


@pytest.mark.parametrize("path", LOOKERS)
def test_whoever_looks_has_no_shape_of_its_own(path: str) -> None:
    tree = ast.parse((ROOT / path).read_text("utf-8"))
    classes = [node for node in ast.walk(tree) if isinstance(node, ast.ClassDef)]
    fields = {each.name: {ast.unparse(line) for line in each.body} for each in classes}
    remedies = ("remedy", "next_step", "right")
    assert not [
        name
        for name, lines in fields.items()
        if any(line.split(":")[0] in remedies for line in lines) and name != "Status"
    ]
    assert "bot.clan.diagnosis" in (ROOT / path).read_text("utf-8")

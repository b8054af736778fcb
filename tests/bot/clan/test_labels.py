"""Whatever can be a signal or an alert has its words, once."""

import re
from pathlib import Path

import pytest

from bot.clan.labels import ALERTS, SIGNALS
from bot.clan.policy import AlertKind, Signal

ROOT = Path(__file__).parents[3]
NAMES = [label.name for table in (SIGNALS, ALERTS) for label in table.values()]


def test_every_signal_and_every_alert_is_called_something_of_its_own() -> None:
    assert set(SIGNALS) == set(Signal)
    assert set(ALERTS) == set(AlertKind)
    assert len(set(NAMES)) == len(Signal) + len(AlertKind)
    for words in ("title", "beside"):
        assert len({getattr(each, words) for each in ALERTS.values()}) == len(AlertKind)


@pytest.mark.parametrize("name", [name for name in NAMES if " " in name])
def test_a_name_is_written_nowhere_else_in_the_code(name: str) -> None:
    written = re.compile(rf'["\']{name}\b', re.IGNORECASE)
    found = [
        path.relative_to(ROOT).as_posix()
        for room in ("bot", "cogs")
        for path in sorted((ROOT / room).rglob("*.py"))
        if written.search(path.read_text("utf-8"))
    ]
    assert found == ["bot/clan/labels.py"]

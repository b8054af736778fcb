"""Everything that can be settled is asked for somewhere, once, in forms that Discord takes."""

from collections import Counter

import pytest

from bot.clan.labels import ALERTS, SIGNALS
from bot.clan.policy import AlertKind, Signal
from bot.clan.thresholds import THRESHOLDS
from cogs.settings.layout import LADDER, ON_PAGE, PAGES, PICKED, SHEETS, TIERS, Section, heading


def test_every_value_is_offered_exactly_once() -> None:
    asked = [path for sheet in SHEETS.values() for path in sheet.paths]
    offered = Counter([*asked, LADDER, *TIERS, *PICKED, "promotion.steady"])
    assert offered == Counter(list(THRESHOLDS))


def test_every_form_stands_on_a_page() -> None:
    assert Counter(key for keys in ON_PAGE.values() for key in keys) == Counter(list(SHEETS))
    assert set(PAGES) == set(Section) - {Section.WHAT_IF}


@pytest.mark.parametrize("key", SHEETS)
def test_a_form_is_one_that_discord_takes(key: str) -> None:
    title, paths = SHEETS[key]
    assert len(title) <= 45
    assert 1 <= len(paths) <= 5
    assert all(len(heading(path)) <= 45 for path in paths)


def test_every_signal_and_alert_has_its_words() -> None:
    assert SIGNALS.keys() == set(Signal)
    assert ALERTS.keys() == set(AlertKind)
    assert all(len(each.means) <= 100 for each in SIGNALS.values())
    assert all(len(each.means) <= 100 for each in ALERTS.values())

"""Every page is one that Discord takes, however much stands on it."""

from dataclasses import replace
from typing import Any

import pytest
from simcord.components import walk_components

from bot.clan.clan_settings import ClanSettings, Draft
from bot.clan.policy import changed
from bot.clan.ranks import DEFAULT_PERMISSIONS
from bot.clan.what_if import Fate, Flagged, Past, WhatIf
from cogs._settings import _box
from cogs._settings_sheets import PAGES, Section
from cogs._settings_state import SettingsSession
from cogs._settings_words import changes_said
from tests.bot.clan.portraits import NOW, silent

RANKS = [f"rank_{letter}{number:02}" + "x" * 20 for letter in "abcd" for number in range(25)]


def crowded(section: Section) -> SettingsSession:
    """Return a draft in which everything is changed and as long as can be."""
    base = ClanSettings()
    numbers = {
        "enforcement.window_days": 365,
        "enforcement.least_xp": 10**9,
        "promotion.steady.hours": 1_000,
        "alerts.fading_xp_month": 10**9,
        "cases.snooze_days": 365,
    }
    draft = Draft(base, base).numbering(numbers)
    policy = changed(
        draft.proposed.policy,
        ladder=RANKS,
        enforcement={"limits": dict.fromkeys(RANKS, 365)},
        promotion={
            "steady_by_rank": {rank: {"hours": 7} for rank in RANKS},
            "recruit_roles": RANKS[:25],
            "comparison_ranks": RANKS,
        },
    )
    permissions = replace(DEFAULT_PERMISSIONS, tier_1=tuple(RANKS[:50]), tier_2=tuple(RANKS[50:]))
    clan_settings = ClanSettings(
        policy, replace(permissions, officer_roles=frozenset(RANKS)), 10**18, 10**18
    )
    flagged = tuple(silent(number, RANKS[number]) for number in range(100))
    look = Flagged(flagged, 99, 99)
    past = Past(NOW, look, {number: tuple(Fate)[number % 4] for number in range(100)})
    names = tuple(f"a name so long {number}" for number in range(100))
    return SettingsSession(
        Draft(base, clan_settings),
        section,
        tuple(RANKS),
        tuple(RANKS),
        what_if=WhatIf(Flagged((), 0, 0), look, past, past, (), names),
        rank=RANKS[3],
        made=(10**18, NOW),
    )


@pytest.mark.parametrize("section", Section)
@pytest.mark.parametrize("is_full", [True, False])
def test_no_page_is_more_than_discord_takes(section: Section, is_full: bool) -> None:  # noqa: FBT001
    session = crowded(section) if is_full else SettingsSession(section=section)
    if section is Section.WHAT_IF and not is_full:
        session.section = Section.CASES
    note = "\n".join(["Saved", *changes_said(session.draft.changes)])
    parts: list[Any] = list(walk_components([_box(session, note).to_component_dict()]))
    assert len(parts) <= 40
    assert sum(len(each.get("content", "")) for each in parts) <= 4_000
    ids = [each["id"] for each in parts if each.get("id")]
    assert len(ids) == len(set(ids))
    for each in parts:
        options = each.get("options", [])
        assert len(options) <= 25
        assert all(len(one["label"]) <= 100 and len(one["value"]) <= 100 for one in options)
        assert len(each.get("placeholder") or "") <= 150


def test_each_page_has_a_title_and_says_what_it_is_about() -> None:
    for title, about in PAGES.values():
        assert len(title) <= 100
        assert len(about) <= 100

"""Every page is one that Discord takes, however much stands on it."""

from dataclasses import replace
from typing import Any

import pytest
from simcord.components import walk_components

from bot.clan.clan_settings import ClanSettings, Draft
from bot.clan.policy import changed
from bot.clan.ranks import DEFAULT_PERMISSIONS
from bot.clan.what_if import Fate, Flagged, Past, WhatIf
from cogs.settings.layout import PAGES, Section
from cogs.settings.pages import page
from cogs.settings.state import CONTROLS, SettingsFound, SettingsState
from cogs.settings.words import changes_said
from tests.bot.clan.portraits import NOW, silent

RANKS = [f"rank_{letter}{number:02}" + "x" * 20 for letter in "abcd" for number in range(25)]


def crowded() -> SettingsFound:
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
    return SettingsFound(
        Draft(base, clan_settings),
        tuple(RANKS),
        tuple(RANKS),
        version=2,
        made=(10**18, NOW),
        looked_at=policy,
        what_if=WhatIf(Flagged((), 0, 0), look, past, past, (), names),
    )


@pytest.mark.parametrize("section", Section)
@pytest.mark.parametrize("is_full", [True, False])
def test_no_page_is_more_than_discord_takes(section: Section, is_full: bool) -> None:  # noqa: FBT001
    found = crowded() if is_full else SettingsFound()
    rank = RANKS[3] if is_full and section is Section.STEADY else ""
    state = SettingsState(section, rank, draft=999_999 if is_full else 0)
    note = "\n".join(["Saved", *changes_said(found.draft.changes)])
    parts: list[Any] = list(walk_components([page(state, found, note).to_component_dict()]))
    assert len(parts) <= 40
    assert sum(len(each.get("content", "")) for each in parts) <= 4_000
    ids = [each["id"] for each in parts if each.get("id")]
    assert len(ids) == len(set(ids))
    for each in parts:
        options = each.get("options", [])
        assert len(options) <= 25
        assert all(len(one["label"]) <= 100 and len(one["value"]) <= 100 for one in options)
        assert len(each.get("placeholder") or "") <= 150
        assert len(each.get("custom_id", "")) <= 100


def test_each_page_has_a_title_and_says_what_it_is_about() -> None:
    for title, about in PAGES.values():
        assert len(title) <= 100
        assert len(about) <= 100


def test_a_what_if_is_shown_only_for_the_draft_that_it_was_asked_about() -> None:
    state = SettingsState(Section.WHAT_IF)
    asked = crowded()
    assert "Settings: What if" in str(page(state, asked).to_component_dict())
    changed_since = replace(asked, draft=asked.draft.having(cases={"snooze_days": 1}))
    shown = page(state, changed_since).to_component_dict()
    assert "Settings: Inactivity" in str(shown)
    controls = [each["custom_id"] for each in walk_components([shown]) if "custom_id" in each]
    assert all(":inactivity:" in each for each in controls)


@pytest.mark.parametrize("act", ["numbered:steady-activity", f"limited:{'r' * 40}"])
def test_the_longest_ids_of_forms_are_not_too_long(act: str) -> None:
    name, _, argument = act.partition(":")
    state = SettingsState(Section.STEADY, "r" * 40, 999_999)
    if name == "limited":
        state = SettingsState(Section.INACTIVITY, draft=999_999)
    assert len(CONTROLS.custom_id(name, state, argument)) <= 100


def test_a_rank_that_cannot_stand_in_an_id_is_not_offered_where_it_would() -> None:
    found = SettingsFound(ranks_held=("odd:rank", "x" * 41, "member"))
    for tab in (Section.INACTIVITY, Section.STEADY):
        shown = str(page(SettingsState(tab), found).to_component_dict())
        assert "'member'" in shown
        assert "odd:rank" not in shown
        assert "x" * 41 not in shown


def test_a_list_in_which_something_else_is_picked_is_another_control() -> None:
    def number(found: SettingsFound) -> int:
        shown = page(SettingsState(Section.ALERTS), found).to_component_dict()
        (found_id,) = (
            each["id"]
            for each in walk_components([shown])
            if str(each.get("custom_id")).startswith("settings:several:")
        )
        return int(found_id)

    usual = SettingsFound()
    fewer = replace(usual, draft=usual.draft.having(alerts={"on": ["drift"]}))
    assert number(usual) == number(SettingsFound())
    assert number(usual) != number(fewer)

"""A draft changes only what it says, and never undoes what somebody else changed meanwhile."""

from dataclasses import replace

import pytest

from bot.clan.clan_settings import ClanSettings, Draft, SettingChange, entries, permissions_fault
from bot.clan.policy import DEFAULT_POLICY, SteadyBar, changed
from bot.clan.ranks import DEFAULT_PERMISSIONS, Authority, Caller

NEW = Draft(ClanSettings(), ClanSettings())
BAR = SteadyBar(hours=1)


def test_a_new_draft_changes_nothing() -> None:
    assert NEW.changes == ()
    assert not NEW.touches_lists


def test_numbers_of_several_parts_go_in_under_one_version() -> None:
    draft = NEW.numbering(
        {"enforcement.window_days": 14, "promotion.steady.hours": 5, "audit.window_days": 7}
    )
    assert draft.changes == (
        SettingChange(("promotion", "steady", "hours"), 20, 5),
        SettingChange(("enforcement", "window_days"), 30, 14),
        SettingChange(("audit", "window_days"), 30, 7),
    )
    assert draft.proposed.policy.version == 2
    assert draft.touches_lists


def test_what_is_changed_back_is_no_change() -> None:
    draft = NEW.having(enforcement={"window_days": 14}).having(enforcement={"window_days": 30})
    assert draft == NEW


def test_only_what_judges_people_touches_the_lists() -> None:
    assert not NEW.having(cases={"second_officer": True}).touches_lists
    assert not NEW.having(alerts={"on": []}).touches_lists
    assert not NEW.gating(replace(DEFAULT_PERMISSIONS, kick=Authority.LEADERSHIP)).touches_lists
    assert NEW.having(ladder=["owner", "member"]).touches_lists
    assert NEW.limiting("owner", 90).touches_lists


def test_a_number_that_is_wrong_is_refused() -> None:
    with pytest.raises(ValueError, match="window_days"):
        NEW.numbering({"enforcement.window_days": 0})


def test_a_rank_has_a_limit_of_its_own_until_it_is_taken_away() -> None:
    draft = NEW.limiting("owner", 90).limiting("member", 20)
    assert draft.changes == (
        SettingChange(("enforcement", "limits", "member"), None, 20),
        SettingChange(("enforcement", "limits", "owner"), None, 90),
    )
    assert draft.limiting("owner", None).limiting("member", None) == NEW


def test_a_rank_s_own_bar_begins_as_everybody_s() -> None:
    draft = NEW.having(promotion={"steady": {"answers": 3}})
    draft = draft.numbering({"promotion.steady.hours": 1}, "member")
    assert draft.proposed.policy.promotion.steady_bar("member") == replace(BAR, answers=3)
    assert draft.barring("member", None).changes == (
        SettingChange(("promotion", "steady", "answers"), 0, 3),
    )


def test_the_two_tiers_are_one_value() -> None:
    permissions = replace(DEFAULT_PERMISSIONS, tier_1=("owner", "onyx"), tier_2=("member",))
    (change,) = NEW.gating(permissions).changes
    assert change.key == ("gates", "tiers")
    assert change.after == {"tier_1": ["owner", "onyx"], "tier_2": ["member"]}


def test_on_top_of_newer_terms_both_changes_hold() -> None:
    mine = NEW.numbering({"enforcement.window_days": 14}).limiting("owner", 90)
    mine = replace(mine, proposed=replace(mine.proposed, notice_channel_id=5))
    theirs = ClanSettings(
        changed(DEFAULT_POLICY, enforcement={"limits": {"member": 9}}, cases={"snooze_days": 3}),
        replace(DEFAULT_PERMISSIONS, kick=Authority.LEADERSHIP),
        report_channel_id=4,
    )
    draft, lost = mine.onto(theirs)
    assert lost == ()
    assert draft.base == theirs
    assert {each.key for each in draft.changes} == {each.key for each in mine.changes}
    policy = draft.proposed.policy
    assert policy.version == 3
    assert policy.enforcement.limits == {"owner": 90, "member": 9}
    assert policy.cases.snooze_days == 3
    assert draft.proposed.permissions == theirs.permissions
    assert (draft.proposed.report_channel_id, draft.proposed.notice_channel_id) == (4, 5)


def test_where_both_changed_the_same_theirs_holds_and_mine_is_told() -> None:
    mine = NEW.numbering({"enforcement.window_days": 14, "enforcement.least_xp": 5})
    theirs = ClanSettings(changed(DEFAULT_POLICY, enforcement={"window_days": 60, "least_xp": 5}))
    draft, lost = mine.onto(theirs)
    assert lost == (SettingChange(("enforcement", "window_days"), 60, 14),)
    assert draft == Draft(theirs, theirs)


def test_what_was_taken_away_stays_away() -> None:
    own = ClanSettings(
        changed(DEFAULT_POLICY, promotion={"steady_by_rank": {"member": {"hours": 1}}})
    )
    mine = Draft(own, own).barring("member", None)
    theirs = replace(own, report_channel_id=1)
    draft, lost = mine.onto(theirs)
    assert lost == ()
    assert draft.proposed.policy.promotion.steady_by_rank == {}


def test_a_channel_can_be_taken_away_too() -> None:
    spoke = ClanSettings(report_channel_id=1)
    mine = Draft(spoke, replace(spoke, report_channel_id=None))
    draft, _ = mine.onto(replace(spoke, notice_channel_id=2))
    assert draft.proposed == ClanSettings(notice_channel_id=2)


def test_all_terms_come_back_from_their_entries() -> None:
    policy = changed(
        DEFAULT_POLICY,
        enforcement={"limits": {"owner": 90}},
        promotion={"steady_by_rank": {"member": {"hours": 1}}, "signals": ["steady"]},
        ladder=["owner"],
    )
    permissions = replace(
        DEFAULT_PERMISSIONS, discord_officers=frozenset({7}), manage=Authority.OFFICER
    )
    clan_settings = ClanSettings(policy, permissions, 1, 2)
    draft, lost = Draft(ClanSettings(), clan_settings).onto(ClanSettings())
    assert lost == ()
    assert draft.proposed == clan_settings
    assert entries(draft.proposed) == entries(clan_settings)


LEADER = Caller(wom_roles=frozenset({"zenyte"}))
OFFICER = Caller(wom_roles=frozenset({"onyx"}))
OPEN = replace(DEFAULT_PERMISSIONS, manage=Authority.OFFICER)


def test_leadership_may_change_gates_as_long_as_they_stay_in() -> None:
    assert permissions_fault(LEADER, DEFAULT_PERMISSIONS, OPEN) is None
    without = replace(DEFAULT_PERMISSIONS, tier_1=("owner",))
    assert "not open the settings any more" in str(
        permissions_fault(LEADER, DEFAULT_PERMISSIONS, without)
    )
    assert permissions_fault(Caller(is_guild_owner=True), DEFAULT_PERMISSIONS, without) is None


def test_whoever_is_not_leadership_may_change_none_of_them() -> None:
    more = replace(OPEN, tier_1=("owner", "onyx"), tier_2=("member",))
    assert "nobody gives themself more" in str(permissions_fault(OFFICER, OPEN, more))
    assert permissions_fault(OFFICER, OPEN, OPEN) is None

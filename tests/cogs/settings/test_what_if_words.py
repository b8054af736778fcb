"""What a draft would change is told so that somebody can act on it."""

from dataclasses import replace

from bot.clan.clan_settings import ClanSettings, Draft, SettingChange
from bot.clan.what_if import Fate, Flagged, Past, WhatIf
from cogs.settings.what_if_words import what_if_said
from tests.bot.clan.portraits import account, ago, silent

THEN = ago(90)
SHORTER = Draft(ClanSettings(), ClanSettings()).numbering({"enforcement.window_days": 14}).changes
OTHER = Draft(ClanSettings(), ClanSettings()).having(promotion={"signals": []}).changes


def looked(*player_ids: int, cant_tell: int = 0, apart: int = 0) -> Flagged:
    return Flagged(tuple(silent(each) for each in player_ids), cant_tell, apart)


def past(back: int, noticed: int = 0, left: int = 0, still: int = 0) -> Past:
    fates = [
        *[Fate.BACK] * back,
        *[Fate.BACK_NOTICED] * noticed,
        *[Fate.LEFT] * left,
        *[Fate.SILENT] * still,
    ]
    found = looked(*range(1, len(fates) + 1))
    return Past(THEN, found, dict(enumerate(fates, 1)))


def said(found: WhatIf, changes: tuple[SettingChange, ...] = SHORTER) -> str:
    return "\n\n".join(what_if_said(found, changes))


NOTHING = WhatIf(looked(), looked(), None, None, (), ())


def test_how_many_more_would_be_flagged_and_who() -> None:
    words = said(replace(NOTHING, before=looked(1), after=looked(1, 2, 3)))
    assert (
        "With \u201cInactive after\u201d at 14 days instead of 30 days, "
        "**2 more members would be flagged**: 3 instead of 1." in words
    )
    assert "Newly: Player 2, Player 3" in words
    assert "Not any more" not in words


def test_how_many_fewer_and_whether_others() -> None:
    fewer = said(replace(NOTHING, before=looked(1, 2), after=looked(2)))
    assert "**1 fewer member would be flagged**: 1 instead of 2." in fewer
    assert "Not any more: Player 1" in fewer
    others = said(replace(NOTHING, before=looked(1), after=looked(2)), SHORTER + OTHER)
    assert "With these 2 changes **as many, but others, would be flagged**" in others


def test_the_same_people_are_told_as_the_same() -> None:
    words = said(replace(NOTHING, before=looked(1), after=looked(1)), OTHER)
    assert "With this change the same 1 member would be flagged." in words


def test_ranks_alts_and_those_who_cannot_be_judged_are_counted() -> None:
    mains = (silent(1, "prospector"), silent(2, accounts=(account(2), account(3))))
    words = said(replace(NOTHING, before=looked(cant_tell=4), after=Flagged(mains, 5, 2)))
    assert "Prospector 1, Member 1" in words
    assert "with 1 alt of theirs" in words
    assert "can't tell 5 (now 4)" in words
    assert "away or exempt 2 (now 0)" in words


def test_who_would_have_been_wronged_three_months_ago_is_named() -> None:
    words = said(replace(NOTHING, past_before=past(1, still=9), past_after=past(2, 1, 3, 4)))
    assert "Of the 10 it would have flagged on <t:" in words
    assert "**2 came back by themselves**: Player 1, Player 2" in words
    assert "1 after a notice: Player 3" in words
    assert "3 left the clan: Player 4, Player 5, Player 6" in words
    assert "4 still silent" in words
    assert "would have flagged 10, and 1 of them came back by themselves: 10%, and 20%" in words
    assert "asked who need no asking" in words


def test_a_change_that_wrongs_no_larger_part_is_not_warned_of() -> None:
    words = said(replace(NOTHING, past_before=past(1, still=1), past_after=past(1, still=1)))
    assert "would have flagged 2, and 1 of them came back by themselves." in words
    assert "need no asking" not in words


def test_a_past_without_anybody_says_so() -> None:
    none = said(replace(NOTHING, past_before=past(0), past_after=past(0)))
    assert "it would have flagged nobody" in none
    nobody_back = said(replace(NOTHING, past_after=past(0, still=2)))
    assert "nobody came back unaided." in nobody_back


def test_a_past_that_nobody_saw_is_unknown_and_not_empty() -> None:
    assert "had not seen enough yet" in said(NOTHING)


def test_promotions_before_and_after_are_told() -> None:
    words = said(replace(NOTHING, suggested_before=("A", "B"), suggested_after=("B", "C", "D")))
    assert "**Promotions**  3 members suggested instead of 2." in words
    assert "Newly: C, D" in words
    assert "Not any more: A" in words
    assert "the same 0 members suggested" in said(NOTHING)


def test_names_ping_nobody_and_a_long_list_is_cut() -> None:
    names = tuple(f"@everyone {number}" for number in range(20))
    words = said(replace(NOTHING, suggested_after=names))
    assert "@everyone" not in words
    assert "and 5 more" in words

"""What a change of policy would change, and whom it would have wronged."""

from dataclasses import replace

from bot.clan.enforcement import inactivity
from bot.clan.what_if import LOOK_BACK, Fate, Flagged, WhatIf, flagged_in, past
from tests.bot.clan.portraits import LADDER, NOW, POLICY, account, ago, days, person, silent

THEN = NOW - LOOK_BACK


def flagged(*profiles: object) -> Flagged:
    return Flagged(tuple(profiles), 0, 0)  # type: ignore[arg-type]


def test_a_look_counts_ranks_alts_and_those_whom_it_cannot_judge() -> None:
    main = silent(1, "member", accounts=(account(1), account(2)))
    unknown = silent(3, windows={})
    listed = inactivity([main, silent(4, "prospector"), unknown, person(5)], LADDER, POLICY, NOW)
    found = flagged_in(listed)
    assert [each.main.player_id for each in found.flagged] == [4, 1]
    assert found.by_role == {"prospector": 1, "member": 1}
    assert (found.alts, found.cant_tell, found.apart) == (1, 1, 0)


def test_who_would_be_flagged_newly_and_who_spared_is_told_apart() -> None:
    one, two, three = silent(1), silent(2), silent(3)
    found = WhatIf(flagged(one, two), flagged(two, three), None, None, (), ())
    assert found.newly == (three,)
    assert found.spared == (one,)


def test_somebody_flagged_then_who_wrote_since_came_back_by_themselves() -> None:
    found = past(THEN, flagged(silent(1)), [person(1, chat_seen_at=ago(80))])
    assert found.fates == {1: Fate.BACK}
    assert found.named(Fate.BACK) == ("Player 1",)


def test_enough_xp_since_is_a_sign_of_life_and_less_is_none() -> None:
    then = flagged(silent(1), silent(2))
    today = [
        silent(1, chat_seen_at=None, enough_xp_at=ago(40)),
        silent(2, chat_seen_at=None, game_seen_at=ago(3)),
    ]
    assert past(THEN, then, today).fates == {1: Fate.BACK, 2: Fate.SILENT}


def test_what_was_seen_before_that_instant_is_no_sign_of_coming_back() -> None:
    old = silent(1, chat_seen_at=THEN - days(1), enough_xp_at=THEN)
    assert past(THEN, flagged(silent(1)), [old]).fates == {1: Fate.SILENT}


def test_whoever_was_noticed_did_not_come_back_by_themselves() -> None:
    found = past(THEN, flagged(silent(1)), [person(1)], noticed=[1])
    assert found.fates == {1: Fate.BACK_NOTICED}


def test_whoever_is_no_member_any_more_left() -> None:
    assert past(THEN, flagged(silent(1)), [person(2)]).fates == {1: Fate.LEFT}


def test_an_alt_that_stayed_is_the_person_who_stayed() -> None:
    then = silent(1, accounts=(account(1), account(2)))
    now = person(2, chat_seen_at=ago(1))
    assert past(THEN, flagged(then), [replace(now, accounts=(account(2),))]).fates == {1: Fate.BACK}

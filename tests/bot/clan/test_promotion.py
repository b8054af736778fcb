"""Cases say why and why not yet; being there orders them, and writing much does not."""

from dataclasses import replace
from datetime import date
from random import Random
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.clan.evidence import Grade
from bot.clan.leave import Leave
from bot.clan.policy import STEADY_DAYS, Policy, Signal, changed
from bot.clan.profiles import Profile, Week
from bot.clan.promotion import PromotionCase, Promotions, Strength, outlook, promotion_cases
from bot.clan.ranks import Permissions
from bot.clan.signals import comparison
from tests.bot.clan.portraits import (
    BUSY,
    GOOD,
    LADDER,
    NONE,
    NOW,
    POLICY,
    THIN,
    ZERO,
    Fields,
    account,
    ago,
    days,
    life_of,
    person,
    silent,
)

LEAVE = Leave(1, None, date(2026, 5, 1), None, set_by=1)


CALM = replace(BUSY, capped=0, messages=0)


def promotions(*profiles: Profile, policy: Policy = POLICY) -> Promotions:
    return promotion_cases(profiles, LADDER, policy, NOW)


def only(*profiles: Profile, policy: Policy = POLICY) -> PromotionCase:
    (case,) = promotions(*profiles, policy=policy).cases
    return case


def ids(cases: tuple[PromotionCase, ...]) -> list[int]:
    return [case.profile.main.player_id for case in cases]


def ruled(**rules: object) -> Policy:
    return changed(POLICY, promotion=rules)


def test_a_case_names_the_next_rank_the_reasons_and_what_else_was_considered() -> None:
    case = only(person(window=replace(BUSY, capped=100)))
    assert case.next_rank == "captain"
    assert case.signals == {Signal.PILLAR, Signal.STEADY}
    assert [words.split(":")[0] for words in case.reasons] == [
        "Social pillar",
        "Steady over 8 weeks",
    ]
    assert case.not_yet == ()
    assert case.considered == ("Carry potential: 4 raids in 90 days (20 needed), 10 in all",)
    assert (case.grade, case.doubts, case.policy_version) == (Grade.GOOD, (), 1)


def test_the_evidence_is_that_of_the_best_seen_account_and_of_chat() -> None:
    window = replace(BUSY, game=NONE, game_at_best=THIN, chat=GOOD)
    case = only(person(window=window))
    assert (case.grade, case.doubts) == (Grade.THIN, ("game: last update 9 days ago",))
    assert only(person(window=replace(BUSY, chat=NONE))).doubts == (
        "chat: not linked to a Discord user",
    )


@pytest.mark.parametrize(
    "fields",
    [
        {"leave": LEAVE},
        {"cooldown_until": NOW + days(1)},
        {"accounts": (account(role="owner"),)},
        {"accounts": (account(role="unheard_of"),)},
        {"accounts": (account(1), account(2, "captain"))},
        {"accounts": (account(1), account(2, "owner"))},
        {"windows": {}},
        {"windows": dict.fromkeys(POLICY.windows(), ZERO)},
    ],
)
def test_who_is_away_rests_holds_the_rank_or_cannot_be_told_is_never_suggested(
    fields: Fields,
) -> None:
    assert promotions(person(**fields)) == Promotions((), (), ())


def test_a_cooldown_that_is_over_and_a_lower_alt_stand_in_nobodys_way() -> None:
    assert only(person(cooldown_until=NOW)).next_rank == "captain"
    assert only(person(accounts=(account(1), account(2, "prospector")))).reasons


NOBODY = Promotions((), (), ())


@pytest.mark.parametrize(
    ("role", "joined", "found"),
    [
        ("member", 30, "first"),
        ("member", 29.9, "under"),
        ("member", 23, "nowhere"),
        ("prospector", 14, "first"),
        ("prospector", 13.9, "under"),
        ("prospector", 11, "nowhere"),
    ],
)
def test_thirty_days_in_the_clan_are_asked_and_of_recruits_fourteen(
    role: str, joined: float, found: str
) -> None:
    """By a signal that asks for no time by itself."""
    here = person(accounts=(account(1, role, joined),), recent_raids=50)
    lists = promotions(here)
    assert {"first": lists.cases, "under": lists.just_under, "nowhere": ((),)}[found]
    assert (lists == NOBODY) is (found == "nowhere")
    if found == "under":
        assert lists.just_under[0].not_yet[0].startswith("In the clan for")


def test_whose_joining_nobody_knows_is_on_no_list() -> None:
    assert promotions(person(accounts=(account()._replace(joined_at=None),))) == NOBODY


@pytest.mark.parametrize(("alive", "found"), [(8, "first"), (7, "under"), (6, "nowhere")])
def test_eight_days_with_a_sign_of_life_in_the_last_thirty_are_asked(
    alive: int, found: str
) -> None:
    """Days before those thirty do not help."""
    lately = ((1 << alive) - 1) << STEADY_DAYS - alive
    someone = person(life_days=lately | 0b11, recent_raids=50)
    lists = promotions(someone)
    assert ids(lists.cases) == [1] * (found == "first")
    assert ids(lists.just_under) == [1] * (found == "under")
    if found == "under":
        assert lists.just_under[0].not_yet == ("There on 7 of the last 30 days (8 needed)",)
    assert promotions(replace(someone, life_days=None)) == NOBODY


@pytest.mark.parametrize(
    "seen", [{"game_seen_at": ago(9), "chat_seen_at": ago(8)}, {"game_seen_at": None}]
)
def test_whoever_was_not_seen_for_a_week_is_on_no_list(seen: Fields) -> None:
    unseen: Fields = {"chat_seen_at": None}
    someone = person(**(unseen | seen))
    assert promotions(someone) == NOBODY
    assert "Not seen on either side" in looked_at(someone).not_yet[0]


def test_whoever_fades_is_on_no_list_though_they_were_seen_today() -> None:
    """Two days a week after six weeks on nearly every day: somebody to talk to, first."""
    weeks = (Week(6, 5),) * 6
    trickle = person(1, life_days=life_of((*weeks, Week(2, 0), Week(2, 1))))
    returned = person(2, life_days=life_of((Week(1, 0),) * 6 + (Week(6, 5),) * 2))
    lists = promotions(trickle, returned)
    assert (ids(lists.cases), lists.just_under) == ([2], ())
    assert looked_at(trickle).not_yet == (
        "There on 4 of the last 14 days, after 36 of the 42 before",
    )


def looked_at(profile: Profile, policy: Policy = POLICY) -> PromotionCase:
    bars = comparison([profile], LADDER, policy.promotion)
    case = outlook(profile, bars, LADDER, policy, NOW)
    assert case is not None
    return case


def test_just_under_is_who_is_near_every_bar_and_bars_that_are_far_are_left_out() -> None:
    near = person(2, window=CALM, weeks=(Week(5, 3),) * 6 + (Week(5, 1),) * 2)
    far = person(3, window=CALM, weeks=(Week(2, 1),) * 8)
    found = promotions(person(1), near, far)
    assert ids(found.cases) == [1]
    (case,) = found.just_under
    assert (case.profile, case.reasons) == (near, ())
    assert case.not_yet == ("Steady: 20 active days in chat (24 needed)",)
    assert [words.split(":")[0] for words in case.considered] == [
        "Social pillar",
        "Carry potential",
    ]


def test_the_first_list_is_short_and_the_others_follow() -> None:
    """Five of so few; of many one in twenty accounts, which are more than people."""
    crowd = [person(n) for n in range(1, 41)]
    found = promotions(*crowd)
    assert (len(found.cases), len(found.others)) == (5, 35)
    twins = [replace(each, accounts=each.accounts * 3) for each in crowd]
    assert len(promotions(*twins).cases) == 6
    assert len(promotions(*crowd[:3]).cases) == 3
    assert len(promotions(*crowd, policy=ruled(first_people=2, first_percent=10)).cases) == 4


def test_the_days_with_a_sign_of_life_order_and_then_the_weaker_side() -> None:
    often = person(1, weeks=(Week(6, 3),) * 8)
    even = person(2, weeks=(Week(6, 5),) * 8)
    daily = person(3, weeks=(Week(7, 0),) * 8, recent_raids=50)
    found = promotions(often, even, daily)
    assert ids(found.cases) == [3, 2, 1]
    assert [case.strength for case in found.cases] == [(56, 0), (48, 40), (48, 24)]
    unknown = replace(daily, weeks=(Week(7, None),) * 8)
    assert looked_at(unknown).strength == Strength(56, 0)


def test_no_spammer_stands_before_a_steady_member() -> None:
    burst = replace(BUSY, messages=900, capped=130)
    spammer = person(1, window=burst, weeks=(Week(3, 4),) * 8, recent_raids=500)
    steady = person(2, window=replace(BUSY, messages=40, capped=40))
    carrying = person(3, window=replace(BUSY, messages=20, capped=20), weeks=(Week(4, 3),) * 8)
    found = promotions(spammer, steady, replace(carrying, recent_raids=500))
    assert ids(found.cases) == [2, 1, 3]
    assert found.cases[1].signals == {Signal.PILLAR, Signal.CARRY}


def captain(**fields: Any) -> Profile:  # noqa: ANN401 - any field
    return person(1, "captain", **fields)


def test_no_rank_with_rights_is_suggested_unless_the_clan_allows_it() -> None:
    pillar = replace(BUSY, capped=100)
    assert promotions(captain(window=pillar)) == NOBODY
    allowed = ruled(highest_rank="onyx")
    assert only(captain(window=pillar), policy=allowed).next_rank == "administrator"
    officer = person(1, "administrator", window=pillar)
    assert only(officer, policy=allowed).next_rank == "onyx"
    assert promotions(officer, policy=ruled(highest_rank="onyx", signals=["steady"])) == NOBODY


def test_the_highest_rank_suggested_may_be_a_lower_one() -> None:
    policy = ruled(highest_rank="member")
    assert promotions(person(), policy=policy) == NOBODY
    assert only(person(1, "prospector"), policy=policy).next_rank == "member"
    unheard_of = ruled(highest_rank="unheard_of")
    assert promotions(captain(), policy=unheard_of) == NOBODY
    assert only(person(), policy=unheard_of).next_rank == "captain"


@pytest.mark.parametrize(
    ("fields", "found"),
    [
        ({}, "nowhere"),
        ({"recent_raids": 16}, "under"),
        ({"weeks": (Week(5, 0),) * 8, "recent_raids": 50}, "nowhere"),
        ({"weeks": (Week(5, 2),) * 4 + (Week(5, 3),) * 4, "recent_raids": 50}, "under"),
        ({"recent_raids": 50}, "first"),
    ],
)
def test_a_rank_with_rights_asks_for_steady_and_one_more_signal(fields: Fields, found: str) -> None:
    lists = promotions(captain(**fields), policy=ruled(highest_rank="administrator"))
    assert ids(lists.cases) == [1] * (found == "first")
    assert ids(lists.just_under) == [1] * (found == "under")
    if found == "under":
        asked = "Administrator has an officer's rights and needs Steady and one more signal"
        assert lists.just_under[0].not_yet[0] == asked


def test_where_every_rank_has_rights_none_is_suggested() -> None:
    everybody = Permissions(tier_1=LADDER, tier_2=())
    assert promotion_cases([person()], LADDER, POLICY, NOW, everybody) == NOBODY


def test_the_outlook_is_the_same_case_and_knows_of_no_cooldown() -> None:
    someone = person(cooldown_until=NOW + days(9))
    bars = comparison([someone], LADDER, POLICY.promotion)
    seen = outlook(someone, bars, LADDER, POLICY, NOW)
    assert seen == replace(only(replace(someone, cooldown_until=None)), profile=someone)
    assert outlook(person(role="owner"), bars, LADDER, POLICY, NOW) is None


def test_a_case_remembers_the_policy_it_was_judged_by() -> None:
    policy = changed(POLICY, promotion={"near_percent": 90})
    assert promotion_cases([person()], LADDER, policy, NOW).cases[0].policy_version == 2


people = st.builds(
    lambda number, role, joined, capped, week, raids, **fields: person(
        accounts=(account(number, role, joined),),
        window=replace(BUSY, capped=capped, messages=max(capped or 0, 1)),
        weeks=(week,) * 8,
        recent_raids=raids,
        **fields,
    ),
    st.integers(1, 30),
    st.sampled_from(LADDER),
    st.floats(0, 500),
    st.none() | st.integers(0, 100),
    st.builds(Week, st.none() | st.integers(0, 7), st.none() | st.integers(0, 7)),
    st.none() | st.integers(0, 200),
    leave=st.none() | st.just(LEAVE),
    cooldown_until=st.none() | st.just(NOW + days(1)),
    game_seen_at=st.none() | st.floats(0, 40).map(ago),
)
crowds = st.lists(people, max_size=7, unique_by=lambda each: each.main.player_id)


@given(crowds, st.randoms(use_true_random=False))
def test_the_cases_do_not_depend_on_the_order(crowd: list[Profile], lots: Random) -> None:
    found = promotions(*crowd)
    lots.shuffle(crowd)
    assert promotions(*crowd) == found


@given(crowds)
def test_cases_come_strongest_first_and_nobody_stands_on_both_lists(crowd: list[Profile]) -> None:
    found = promotions(*crowd)
    qualified = (*found.cases, *found.others)
    strengths = [case.strength for case in qualified]
    assert strengths == sorted(strengths, reverse=True)
    assert not set(ids(qualified)) & set(ids(found.just_under))
    assert all(case.qualifies and case.profile.leave is None for case in qualified)
    assert not any(case.qualifies for case in found.just_under)


def test_the_silent_are_on_neither_list() -> None:
    assert promotions(silent(recent_raids=900)) == NOBODY

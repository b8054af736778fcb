"""Cases say why and why not yet; being there orders them, and writing much does not."""

from dataclasses import replace
from datetime import date
from random import Random

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.clan.evidence import Grade
from bot.clan.leave import Leave
from bot.clan.policy import Signal, changed
from bot.clan.profiles import Profile, Week
from bot.clan.promotion import PromotionCase, Promotions, outlook, promotion_cases
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
    person,
    silent,
)

LEAVE = Leave(1, None, date(2026, 5, 1), None, set_by=1)


def promotions(*profiles: Profile) -> Promotions:
    return promotion_cases(profiles, LADDER, POLICY, NOW)


def only(*profiles: Profile) -> PromotionCase:
    (case,) = promotions(*profiles).cases
    return case


def ids(cases: tuple[PromotionCase, ...]) -> list[int]:
    return [case.profile.main.player_id for case in cases]


def test_a_case_names_the_next_rank_the_reasons_and_what_is_missing() -> None:
    case = only(person())
    assert case.next_rank == "administrator"
    assert case.signals == {Signal.PILLAR, Signal.STEADY}
    assert [words.split(":")[0] for words in case.reasons] == [
        "Social pillar",
        "Steady over 8 weeks",
    ]
    assert case.not_yet == ("Carry potential: 10 raids in all, 4 in 30 days; the bar is 50",)
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
        {"accounts": (account(1), account(2, "administrator"))},
        {"accounts": (account(1), account(2, "owner"))},
        {"windows": {}},
        {"windows": dict.fromkeys(POLICY.windows(), ZERO)},
    ],
)
def test_who_is_away_rests_holds_the_rank_or_cannot_be_told_is_never_suggested(
    fields: Fields,
) -> None:
    assert promotions(person(**fields)) == Promotions((), ())


def test_a_cooldown_that_is_over_and_a_lower_alt_stand_in_nobodys_way() -> None:
    assert only(person(cooldown_until=NOW)).next_rank == "administrator"
    assert only(person(accounts=(account(1), account(2, "prospector")))).reasons


def test_whoever_was_not_seen_for_a_week_is_just_under_and_so_is_the_unseen() -> None:
    gone = promotions(person(game_seen_at=ago(9), chat_seen_at=ago(8)))
    assert gone.cases == ()
    assert gone.just_under[0].not_yet[0] == "Not seen on either side for 8 days"
    never = promotions(person(game_seen_at=None, chat_seen_at=None))
    assert never.just_under[0].not_yet[0] == "Not seen on either side"


def test_whoever_is_near_a_bar_is_just_under_and_whoever_is_far_on_neither_list() -> None:
    calm = replace(BUSY, capped=0, messages=0)
    near = person(2, window=calm, weeks=(Week(5, 3),) * 6 + (Week(5, 1),) * 2)
    far = person(3, window=calm, weeks=(Week(1, 1),) * 8)
    found = promotions(person(1), near, far)
    assert ids(found.cases) == [1]
    assert ids(found.just_under) == [2]
    assert found.just_under[0].reasons == ()


def test_no_spammer_stands_before_a_steady_member() -> None:
    burst = replace(BUSY, messages=900, capped=130)
    spammer = person(1, window=burst, weeks=(Week(3, 4),) * 8, total_raids=500)
    steady = person(2, window=replace(BUSY, messages=40, capped=40))
    carrying = person(3, window=replace(BUSY, messages=20, capped=20), weeks=(Week(3, 2),) * 8)
    found = promotions(spammer, steady, replace(carrying, total_raids=500))
    assert ids(found.cases) == [2, 3, 1]
    assert found.cases[-1].signals == {Signal.PILLAR, Signal.CARRY}


def test_newcomers_are_measured_by_the_days_they_were_here() -> None:
    fast = replace(BUSY, xp=9_000_000, messages=0, capped=0)
    new = person(1, accounts=(account(1, "prospector", 12),), window=fast, weeks=(Week(6, 4),) * 2)
    old = replace(new, accounts=(account(2, "prospector", 300),))
    unknown = replace(new, accounts=(account(3, "prospector")._replace(joined_at=None),))
    leader = person(8, "administrator", weeks=(), total_raids=0)
    found = promotions(new, old, unknown, leader)
    strengths = {case.profile.main.player_id: case.strength for case in found.cases}
    assert strengths == {
        1: pytest.approx(50 * (12 + 8) / 28 + 10, abs=0.01),
        2: pytest.approx(50 * (12 + 8) / 56 + 10, abs=0.01),
        3: pytest.approx(50 * (12 + 8) / 56 + 10, abs=0.01),
    }


def test_an_unknown_side_gives_no_strength() -> None:
    dark = replace(BUSY, messages=None, capped=None, chat=NONE)
    case = only(person(window=dark, weeks=(Week(7, None),) * 8, total_raids=90))
    assert case.strength == 60.0


def test_the_outlook_is_the_same_case_and_knows_of_no_cooldown() -> None:
    someone = person(cooldown_until=NOW + days(9))
    bars = comparison([someone], POLICY.promotion)
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
        total_raids=raids,
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
    strengths = [case.strength for case in found.cases]
    assert strengths == sorted(strengths, reverse=True)
    assert all(0 <= strength <= 170 for strength in strengths)
    assert not set(ids(found.cases)) & set(ids(found.just_under))
    assert all(case.reasons and case.profile.leave is None for case in found.cases)


def test_the_silent_are_on_neither_list() -> None:
    assert promotions(silent(total_raids=900)) == Promotions((), ())

"""Each signal is a sentence with its numbers; what is unknown says nothing."""

from dataclasses import replace
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.clan.policy import Signal, changed
from bot.clan.profiles import Profile, Week, Window
from bot.clan.signals import Comparison, SignalResult, comparison, reached, signals
from tests.bot.clan.portraits import (
    BUSY,
    LADDER,
    NOW,
    POLICY,
    THIN,
    ZERO,
    account,
    ago,
    days,
    person,
)

BARS = Comparison(median_xp=3_000_000, compared="Zenyte, Onyx", message_cut=60, raid_cut=15)
RULES = POLICY.promotion


def finding(profile: Profile, signal: Signal, bars: Comparison = BARS) -> SignalResult | None:
    found = {each.signal: each for each in signals(profile, bars, POLICY, NOW)}
    return found.get(signal)


def recruit(**fields: Any) -> Profile:  # noqa: ANN401 - any field
    return person(role="prospector", **fields)


def bars_of(*profiles: Profile, **rules: object) -> Comparison:
    return comparison(profiles, LADDER, changed(POLICY, promotion=rules).promotion)


def of_rank(role: str, *gained: int | None) -> list[Profile]:
    return [
        person(100 + n, role, window=replace(BUSY, xp=xp, capped=None))
        for n, xp in enumerate(gained)
    ]


def test_recruits_are_held_against_the_median_of_the_ranks_named_where_it_is_well_observed() -> (
    None
):
    leaders = [
        *of_rank("zenyte", 1_000, 9_000_000, None),
        person(2, "administrator", window=replace(BUSY, xp=2_000)),
        person(3, "dragonstone", window=replace(BUSY, xp=77, game_at_best=THIN)),
    ]
    bars = bars_of(*leaders, *of_rank("member", 5, 6, 7))
    assert (bars.median_xp, bars.compared) == (2_000, "Zenyte, Dragonstone, Administrator")
    assert bars_of(*leaders[1:]).median_xp is None, "only two of them are well observed"


def test_in_clans_without_those_ranks_the_ranks_above_recruit_are_compared() -> None:
    bars = bars_of(*of_rank("member", 5, 6), *of_rank("owner", 70), *of_rank("prospector", 9_000))
    assert (bars.median_xp, bars.compared) == (6, "the ranks above recruit")
    unranked = bars_of(*of_rank("member", 5, 6, 7), recruit_roles=["unheard_of"])
    assert unranked.median_xp is None
    assert bars_of() == Comparison(None, "the ranks above recruit", None, None)


def test_a_cut_is_the_least_of_the_top_share_of_those_above_zero() -> None:
    wrote = [person(n, window=replace(BUSY, capped=n, messages=n)) for n in range(21)]
    assert bars_of(*wrote).message_cut == 19
    raided = [person(n, recent_raids=n) for n in range(21)]
    assert bars_of(*raided).raid_cut == 18


def test_where_fewer_than_twenty_wrote_a_pillar_wrote_a_hundred() -> None:
    wrote = [person(n, window=replace(BUSY, capped=n)) for n in range(20)]
    assert bars_of(*wrote).message_cut == 100, "one of the twenty wrote nothing"
    assert bars_of(*wrote, pillar_writers=19).message_cut == 18
    silent = person(window=replace(BUSY, capped=0))
    assert bars_of(silent).message_cut is None


@pytest.mark.parametrize(
    ("xp", "median", "is_reached", "words"),
    [
        (4_000_000, 3_000_000, True, "4M XP in 7 days, above the median of 3M of Zenyte, Onyx"),
        (
            3_000_000,
            3_000_000,
            False,
            "3M XP in 7 days, not above the median of 3M of Zenyte, Onyx",
        ),
        (1_000_001, 5_000, True, "1M XP in 7 days, above 1M, and the median of 5k of Zenyte, Onyx"),
        (1_000_000, 0, False, "1M XP in 7 days, not above 1M, and the median of 0 of Zenyte, Onyx"),
    ],
)
def test_a_recruit_faster_than_the_comparison_ranks_and_a_million_has_velocity(
    xp: int,
    median: float,
    is_reached: bool,  # noqa: FBT001 - a claim's value
    words: str,
) -> None:
    bars = replace(BARS, median_xp=median)
    found = finding(recruit(window=replace(BUSY, xp=xp)), Signal.VELOCITY, bars)
    assert found is not None
    assert found.is_reached is is_reached
    assert found.words == f"High velocity: {words}"


def test_where_nothing_is_asked_a_recruit_needs_to_gain_anything() -> None:
    policy = changed(POLICY, promotion={"velocity_xp": 0})
    for xp, is_reached in ((0, False), (1, True)):
        slow = recruit(window=replace(BUSY, xp=xp))
        (found, *_) = signals(slow, replace(BARS, median_xp=0), policy, NOW)
        assert (found.signal, found.is_reached) == (Signal.VELOCITY, is_reached)


def test_velocity_is_skipped_without_a_median_for_other_ranks_and_when_unknown() -> None:
    assert finding(person(), Signal.VELOCITY) is None
    assert finding(recruit(window=replace(BUSY, xp=None)), Signal.VELOCITY) is None
    assert finding(recruit(), Signal.VELOCITY, replace(BARS, median_xp=None)) is None


def test_a_social_pillar_writes_much_and_on_many_days() -> None:
    assert finding(person(), Signal.PILLAR) == SignalResult(
        Signal.PILLAR,
        "Social pillar: 60 messages in 30 days (at most 20 an hour), on 16 of 28 days; "
        "the bar is 60, on 14 days",
        1.0,
        is_reached=True,
    )
    burst = finding(person(weeks=(Week(5, 2), Week(5, 1)) * 4), Signal.PILLAR)
    assert burst is not None
    assert (burst.is_reached, burst.closeness) == (False, 6 / 14)


def test_leadership_is_no_pillar_and_the_unknown_is_not_judged() -> None:
    assert finding(person(role="zenyte"), Signal.PILLAR) is None
    assert finding(person(window=replace(BUSY, capped=None)), Signal.PILLAR) is None
    assert finding(person(weeks=()), Signal.PILLAR) is None
    assert finding(person(), Signal.PILLAR, replace(BARS, message_cut=None)) is None


@pytest.mark.parametrize(
    ("raids", "cut", "is_reached"),
    [(20, 15, True), (19, 15, False), (30, 31, False), (31, 31, True), (20, None, True)],
)
def test_carry_potential_is_at_or_above_twenty_raids_in_ninety_days_and_the_cut(
    raids: int,
    cut: int | None,
    is_reached: bool,  # noqa: FBT001 - a claim's value
) -> None:
    lately = person(recent_raids=raids, total_raids=9_000)
    found = finding(lately, Signal.CARRY, replace(BARS, raid_cut=cut))
    assert found is not None
    assert found.is_reached is is_reached


def test_carry_potential_tells_the_raids_of_a_life_beside_it_and_is_not_for_officers() -> None:
    found = finding(person(total_raids=900), Signal.CARRY)
    assert found is not None
    assert found.words == "Carry potential: 4 raids in 90 days (20 needed), 900 in all"
    undated = finding(person(total_raids=None), Signal.CARRY)
    assert undated is not None
    assert undated.words == "Carry potential: 4 raids in 90 days (20 needed)"
    assert finding(person(role="onyx"), Signal.CARRY) is None
    assert finding(person(recent_raids=None), Signal.CARRY) is None


def test_a_steady_member_is_told_by_every_bar() -> None:
    found = finding(person(), Signal.STEADY)
    assert found == SignalResult(
        Signal.STEADY,
        "Steady over 8 weeks: 40 active days in the game (28 needed), "
        "32 active days in chat (24 needed), 35 efficient hours (20 needed), "
        "400 days in the clan (90 needed), 13.3 months in this rank (3 needed)",
        1.0,
        is_reached=True,
    )


def test_what_is_missing_to_be_steady_is_named() -> None:
    young = person(accounts=(account(joined=45),), weeks=(Week(5, 2),) * 8)
    found = finding(young, Signal.STEADY)
    assert found is not None
    assert found.words == (
        "Steady: 16 active days in chat (24 needed), 45 days in the clan (90 needed), "
        "1.5 months in this rank (3 needed)"
    )
    assert (found.is_reached, found.closeness) == (False, 0.5)


def test_an_unknown_side_is_no_steadiness_but_an_unknown_beginning_is_not_held_against() -> None:
    dark = finding(person(weeks=(Week(5, None),) * 8), Signal.STEADY)
    assert dark is not None
    assert dark.words == "Steady: \N{EN DASH} active days in chat (24 needed)"
    founder = finding(person(accounts=(account()._replace(role_since_at=None),)), Signal.STEADY)
    assert founder is not None
    assert founder.is_reached
    assert "in this rank" not in founder.words
    nobody = finding(person(accounts=(account()._replace(joined_at=None),)), Signal.STEADY)
    assert nobody is not None
    assert "days in the clan" in nobody.words


@pytest.mark.parametrize(
    ("changed", "seen", "words"),
    [
        (2, 300, "0 months in this rank"),
        (None, 300, "10 months in this rank"),
        (None, 2, None),
    ],
)
def test_time_in_rank_counts_from_a_change_that_was_seen_or_else_from_our_first_snapshot(
    changed: float | None, seen: float, words: str | None
) -> None:
    """And what nobody can know fails nobody."""
    held = account()._replace(
        role_since_at=None if changed is None else ago(changed),
        seen_from=ago(seen),
    )
    found = finding(person(accounts=(held,)), Signal.STEADY)
    assert found is not None
    assert found.is_reached is (changed is None)
    assert ("in this rank" in found.words) is (words is not None)
    assert (words or "Steady") in found.words


@pytest.mark.parametrize(
    ("week", "is_reached", "asked"),
    [
        (Week(2, 4, game_seen=2), True, 8),
        (Week(1, 4, game_seen=2), True, 8),
        (Week(1, 4, game_seen=4), False, 16),
        (Week(1, 4, game_seen=7), False, 28),
    ],
)
def test_days_on_which_nobody_looked_are_not_asked_for(
    week: Week,
    is_reached: bool,  # noqa: FBT001 - a claim's value
    asked: int,
) -> None:
    found = finding(person(weeks=(week,) * 8), Signal.STEADY)
    assert found is not None
    assert (found.is_reached, f"({asked} needed)" in found.words) == (is_reached, True)


def test_under_eight_looks_say_nothing_of_anybodys_days() -> None:
    rare = finding(
        person(weeks=(*(Week(None, 4),) * 5, *(Week(2, 4, game_seen=2),) * 3)), Signal.STEADY
    )
    assert rare is not None
    assert rare.words == "Steady: \N{EN DASH} active days in the game (28 needed)"


def test_a_bar_of_zero_is_not_asked_for() -> None:
    nothing = {
        "game_days": 0, "chat_days": 0, "hours": 0, "tenure_days": 0, "months_in_rank": 0,
    }  # fmt: skip
    policy = changed(POLICY, promotion={"steady": nothing})
    found = {each.signal: each for each in signals(person(window=ZERO), BARS, policy, NOW)}
    assert found[Signal.STEADY].words == "Steady over 8 weeks: nothing is needed"


def test_a_signal_that_is_off_says_nothing() -> None:
    policy = changed(POLICY, promotion={"signals": ["carry"]})
    found = signals(recruit(), BARS, policy, NOW)
    assert [each.signal for each in found] == [Signal.CARRY]
    assert reached(found) == ()


amounts = st.none() | st.integers(0, 200)
windows = st.builds(
    lambda count, hours: Window(xp=count, ehp=hours, ehb=hours, messages=count, capped=count),
    amounts,
    st.none() | st.floats(0, 50),
)
weeks = st.lists(
    st.builds(Week, st.none() | st.integers(0, 6), st.none() | st.integers(0, 6)), max_size=8
)


@given(windows, weeks, amounts, st.integers(0, 99), st.floats(0, 500))
def test_doing_more_never_loses_a_signal(
    window: Window, active: list[Week], raids: int | None, more: int, joined: float
) -> None:
    before = recruit(
        window=window,
        weeks=tuple(active),
        recent_raids=raids,
        accounts=(account(1, "prospector", joined),),
    )
    busier = replace(
        window,
        xp=None if window.xp is None else window.xp + more,
        capped=None if window.capped is None else window.capped + more,
        ehp=None if window.ehp is None else window.ehp + more,
    )
    after = replace(
        before,
        windows=dict.fromkeys(POLICY.windows(), busier),
        weeks=tuple(Week(_more(week.game_days), _more(week.chat_days)) for week in active),
        recent_raids=None if raids is None else raids + more,
    )
    others = [person(n, "zenyte", window=replace(BUSY, xp=50, capped=20 * n)) for n in range(2, 6)]
    had = reached(signals(before, comparison([before, *others], LADDER, RULES), POLICY, NOW))
    has = reached(
        signals(after, comparison([after, *others], LADDER, RULES), POLICY, NOW + days(0))
    )
    assert {each.signal for each in had} <= {each.signal for each in has}


def _more(days: int | None) -> int | None:
    return None if days is None else days + 1


def missing(profile: Profile, signal: Signal, bars: Comparison = BARS) -> tuple[str, ...]:
    found = finding(profile, signal, bars)
    assert found is not None
    return found.missing


def test_what_is_left_to_do_is_said_by_bar_and_never_as_less_than_it_is() -> None:
    young = person(accounts=(account(joined=62.4),), weeks=(Week(5, 2),) * 8)
    assert missing(young, Signal.STEADY) == (
        "8 more active days in chat (16 of 24)",
        "28 more days in the clan (62 of 90)",
        "1 more month in this rank (2 of 3)",
    )
    nearly = person(window=replace(BUSY, ehp=14.97, ehb=5.0))
    assert missing(nearly, Signal.STEADY) == ("0.1 more efficient hours (19.9 of 20)",)
    assert missing(person(), Signal.STEADY) == ()


def test_a_bar_of_which_nothing_is_known_is_not_called_zero() -> None:
    dark = person(weeks=(Week(5, None),) * 8)
    assert missing(dark, Signal.STEADY) == ("24 active days in chat (unknown so far)",)


def test_the_other_signals_say_what_is_left_as_well() -> None:
    least = RULES.pillar_chat_days
    burst = person(weeks=(Week(5, 1),) * 8, window=replace(BUSY, capped=59))
    assert missing(burst, Signal.PILLAR) == (
        "1 more message in 30 days (59 of 60)",
        f"{least - 4} more days in chat of 4 weeks (4 of {least})",
    )
    assert missing(person(recent_raids=19), Signal.CARRY) == ("1 more raid in 90 days (19 of 20)",)
    slow = recruit(window=replace(BUSY, xp=12_000))
    (words,) = missing(slow, Signal.VELOCITY)
    assert words.startswith("more than ")
    assert words.endswith(" XP in 7 days (12k so far)")
    assert missing(recruit(window=replace(BUSY, xp=10**9)), Signal.VELOCITY) == ()

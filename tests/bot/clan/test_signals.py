"""Each signal is a sentence with its numbers; what is unknown says nothing."""

from dataclasses import replace
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.clan.policy import Signal, changed
from bot.clan.profiles import Profile, Week, Window
from bot.clan.signals import Comparison, SignalResult, comparison, reached, signals
from tests.bot.clan.portraits import BUSY, NOW, POLICY, ZERO, account, ago, days, person

BARS = Comparison(mean_xp=3_000_000, message_cut=60, raid_cut=40)
RULES = POLICY.promotion


def finding(profile: Profile, signal: Signal, bars: Comparison = BARS) -> SignalResult | None:
    found = {each.signal: each for each in signals(profile, bars, POLICY, NOW)}
    return found.get(signal)


def recruit(**fields: Any) -> Profile:  # noqa: ANN401 - any field
    return person(role="prospector", **fields)


def test_the_comparison_counts_known_values_only() -> None:
    leaders = [
        person(1, "zenyte", window=replace(BUSY, xp=1_000)),
        person(2, "administrator", window=replace(BUSY, xp=None, capped=None), total_raids=None),
        person(3, "dragonstone", window=replace(BUSY, xp=2_000)),
    ]
    assert comparison([*leaders, person(5)], RULES).mean_xp == 1_500
    assert comparison([person(5)], RULES).mean_xp is None
    assert comparison([], RULES) == Comparison(None, None, None)


def test_a_cut_is_the_least_of_the_top_share_of_those_above_zero() -> None:
    wrote = [person(n, window=replace(BUSY, capped=n, messages=n)) for n in range(21)]
    assert comparison(wrote, RULES).message_cut == 19
    raided = [person(n, total_raids=n) for n in range(21)]
    assert comparison(raided, RULES).raid_cut == 18
    assert comparison(wrote[:4], RULES).message_cut == 3


@pytest.mark.parametrize(
    ("xp", "is_reached", "words"),
    [
        (4_000_000, True, "High velocity: 4M XP in 7 days, above the mean of 3M of zamorakian"),
        (3_000_000, False, "High velocity: 3M XP in 7 days, not above the mean of 3M of zam"),
    ],
)
def test_a_recruit_faster_than_the_comparison_ranks_has_velocity(
    xp: int,
    is_reached: bool,  # noqa: FBT001 - a claim's value
    words: str,
) -> None:
    found = finding(recruit(window=replace(BUSY, xp=xp)), Signal.VELOCITY)
    assert found is not None
    assert found.is_reached is is_reached
    assert found.words.startswith(words)


def test_velocity_is_skipped_without_a_mean_for_other_ranks_and_when_unknown() -> None:
    assert finding(person(), Signal.VELOCITY) is None
    assert finding(recruit(window=replace(BUSY, xp=None)), Signal.VELOCITY) is None
    for mean in (None, 0):
        assert finding(recruit(), Signal.VELOCITY, replace(BARS, mean_xp=mean)) is None


def test_a_social_pillar_writes_much_and_on_many_days() -> None:
    assert finding(person(), Signal.PILLAR) == SignalResult(
        Signal.PILLAR,
        "Social pillar: 60 messages in 30 days (at most 20 an hour), on 16 of 28 days; "
        "the top 10% begin at 60",
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
    [(50, 40, True), (49, 40, False), (80, 81, False), (81, 81, True)],
)
def test_carry_potential_is_at_or_above_fifty_and_the_cut(
    raids: int,
    cut: int,
    is_reached: bool,  # noqa: FBT001 - a claim's value
) -> None:
    found = finding(person(total_raids=raids), Signal.CARRY, replace(BARS, raid_cut=cut))
    assert found is not None
    assert found.is_reached is is_reached


def test_carry_potential_says_what_was_raided_lately_and_is_not_for_officers() -> None:
    found = finding(person(total_raids=90), Signal.CARRY)
    assert found is not None
    assert found.words == "Carry potential: 90 raids in all, 4 in 30 days; the bar is 50"
    unseen = finding(person(window=replace(BUSY, raids=None)), Signal.CARRY)
    assert unseen is not None
    assert unseen.words == "Carry potential: 10 raids in all; the bar is 50"
    assert finding(person(role="onyx"), Signal.CARRY) is None
    assert finding(person(total_raids=None), Signal.CARRY) is None
    nobody = finding(person(total_raids=50), Signal.CARRY, replace(BARS, raid_cut=None))
    assert nobody is not None
    assert nobody.is_reached


def test_a_steady_member_is_told_by_every_bar() -> None:
    found = finding(person(), Signal.STEADY)
    assert found == SignalResult(
        Signal.STEADY,
        "Steady over 8 weeks: 40 active days in the game (28 asked), "
        "32 active days in chat (24 asked), 35 efficient hours (20 asked), "
        "400 days in the clan (90 asked), 13.3 months in this rank (3 asked)",
        1.0,
        is_reached=True,
    )


def test_what_is_missing_to_be_steady_is_named() -> None:
    young = person(accounts=(account(joined=45),), weeks=(Week(5, 2),) * 8)
    found = finding(young, Signal.STEADY)
    assert found is not None
    assert found.words == (
        "Steady: 16 active days in chat (24 asked), 45 days in the clan (90 asked), "
        "1.5 months in this rank (3 asked)"
    )
    assert (found.is_reached, found.closeness) == (False, 0.5)


def test_an_unknown_side_is_no_steadiness_but_an_unknown_beginning_is_not_held_against() -> None:
    dark = finding(person(weeks=(Week(5, None),) * 8), Signal.STEADY)
    assert dark is not None
    assert dark.words == "Steady: \N{EN DASH} active days in chat (24 asked)"
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
    assert (found.is_reached, f"({asked} asked)" in found.words) == (is_reached, True)


def test_under_eight_looks_say_nothing_of_anybodys_days() -> None:
    rare = finding(
        person(weeks=(*(Week(None, 4),) * 5, *(Week(2, 4, game_seen=2),) * 3)), Signal.STEADY
    )
    assert rare is not None
    assert rare.words == "Steady: \N{EN DASH} active days in the game (28 asked)"


def test_a_bar_of_zero_is_not_asked_for() -> None:
    nothing = {
        "game_days": 0, "chat_days": 0, "hours": 0, "tenure_days": 0, "months_in_rank": 0,
    }  # fmt: skip
    policy = changed(POLICY, promotion={"steady": nothing})
    found = {each.signal: each for each in signals(person(window=ZERO), BARS, policy, NOW)}
    assert found[Signal.STEADY].words == "Steady over 8 weeks: nothing is asked for"


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
        total_raids=raids,
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
        total_raids=None if raids is None else raids + more,
    )
    others = [person(n, "zenyte", window=replace(BUSY, xp=50, capped=20 * n)) for n in range(2, 6)]
    had = reached(signals(before, comparison([before, *others], RULES), POLICY, NOW))
    has = reached(signals(after, comparison([after, *others], RULES), POLICY, NOW + days(0)))
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
    assert missing(person(total_raids=49), Signal.CARRY) == ("1 more raid (49 of 50)",)
    slow = recruit(window=replace(BUSY, xp=12_000))
    (words,) = missing(slow, Signal.VELOCITY)
    assert words.startswith("more than ")
    assert words.endswith(" XP in 7 days (12k so far)")
    assert missing(recruit(window=replace(BUSY, xp=10**9)), Signal.VELOCITY) == ()

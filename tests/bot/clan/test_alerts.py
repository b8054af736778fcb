"""Alerts tell of too little only where it was well observed, and never of people who are away."""

from dataclasses import replace
from datetime import date
from random import Random
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.clan.alerts import Alert, alerts
from bot.clan.leave import Leave
from bot.clan.policy import AlertKind, changed
from bot.clan.profiles import Account, Profile, Week, Window
from tests.bot.clan.portraits import (
    BUSY,
    GOOD,
    NONE,
    NOW,
    POLICY,
    THIN,
    ZERO,
    account,
    person,
)


def weekly(week: Window, month: Window = BUSY, role: str = "member", **fields: Any) -> Profile:  # noqa: ANN401 - any field
    return person(role=role, windows={7: week, 30: month}, **fields)


def told(*profiles: Profile) -> dict[AlertKind, str]:
    return {alert.kind: alert.words for alert in alerts(profiles, POLICY, NOW)}


CALM = Window(1_000_000, 10, messages=30, game=GOOD, chat=GOOD)
SLUMP = weekly(ZERO, role="zenyte", weeks=())
CHURN = weekly(replace(CALM, messages=9), replace(BUSY, messages=101))
RECRUIT = weekly(replace(CALM, messages=0), role="prospector")
FADING = weekly(replace(CALM, xp=500_000), replace(BUSY, xp=5_000_001))
GRINDER = weekly(replace(CALM, xp=3_000_001, messages=4))
CRIER = weekly(replace(CALM, xp=99_999, messages=301))
BOSSER = weekly(replace(CALM, kills=151, xp=499_999))


@pytest.mark.parametrize(
    ("profile", "kind", "words"),
    [
        (SLUMP, AlertKind.SLUMP, "leads the clan, and had a week without XP, boss kills or mess"),
        (CHURN, AlertKind.CHURN, "wrote 101 messages in 30 days and 9 in the last 7"),
        (RECRUIT, AlertKind.SILENT_RECRUIT, "a recruit who gained 1M XP in 7 days and has not"),
        (FADING, AlertKind.FADING, "gained 5M XP in 30 days, but 500k in the last 7"),
        (GRINDER, AlertKind.GRINDER, "gained 3M XP in 7 days with 4 messages"),
        (CRIER, AlertKind.CRIER, "wrote 301 messages in 7 days and gained 99.9k XP"),
        (BOSSER, AlertKind.BOSSER, "killed 151 bosses in 7 days with 499k XP"),
    ],
)
def test_each_alert_is_a_sentence_with_its_numbers(
    profile: Profile, kind: AlertKind, words: str
) -> None:
    assert told(profile)[kind].startswith(words)
    assert [each.kind for each in alerts([profile], POLICY, NOW)] == [kind]


@pytest.mark.parametrize(
    "profile",
    [
        weekly(ZERO, role="onyx", weeks=()),
        weekly(replace(ZERO, kills=1), role="zenyte", weeks=()),
        weekly(replace(ZERO, kills=None), role="zenyte", weeks=()),
        weekly(replace(CALM, messages=10), replace(BUSY, messages=101)),
        weekly(replace(CALM, messages=9), replace(BUSY, messages=100)),
        weekly(replace(CALM, messages=1), role="prospector"),
        weekly(replace(CALM, xp=0, messages=0), role="prospector", weeks=()),
        weekly(replace(CALM, xp=500_001), replace(BUSY, xp=5_000_001)),
        weekly(replace(CALM, xp=3_000_001, messages=5)),
        weekly(replace(CALM, xp=3_000_000, messages=4)),
        weekly(replace(CALM, xp=100_000, messages=301)),
        weekly(replace(CALM, xp=1, messages=300)),
        weekly(replace(CALM, kills=150, xp=1)),
        weekly(replace(CALM, kills=151, xp=500_000)),
    ],
)
def test_whoever_is_at_the_threshold_is_not_told_of(profile: Profile) -> None:
    assert told(profile) == {}


@pytest.mark.parametrize("profile", [SLUMP, CHURN, RECRUIT, FADING, GRINDER, CRIER, BOSSER])
def test_nothing_is_told_of_what_was_not_well_observed(profile: Profile) -> None:
    unseen = replace(profile.window(7), game=THIN, chat=NONE)
    assert told(replace(profile, windows={**profile.windows, 7: unseen})) == {}
    assert told(replace(profile, windows={})) == {}


def test_nothing_is_told_of_people_who_are_away() -> None:
    assert told(replace(CHURN, leave=Leave(1, None, date(2026, 5, 1), None, 1))) == {}


@pytest.mark.parametrize(
    ("joined", "was_answered", "words"),
    [
        (3, False, "joined 3 days ago and nobody has answered yet"),
        (14, False, "joined 14 days ago and nobody has answered yet"),
        (15, False, None),
        (3, True, None),
        (3, None, None),
    ],
)
def test_a_newcomer_whom_nobody_answered_is_told_of(
    joined: float,
    was_answered: bool | None,  # noqa: FBT001 - a claim's value
    words: str | None,
) -> None:
    new = person(accounts=(account(joined=joined),), was_answered=was_answered)
    assert told(new).get(AlertKind.UNANSWERED) == words


@pytest.mark.parametrize("odd", [account()._replace(joined_at=None), account(joined=-1)])
def test_somebody_whose_joining_is_unknown_or_lies_ahead_is_no_newcomer(odd: Account) -> None:
    assert told(person(accounts=(odd,), was_answered=False)) == {}


@pytest.mark.parametrize(
    ("weeks", "week", "is_told"),
    [
        ((*(Week(5, 4),) * 7, Week(2, 1)), CALM, True),
        ((*(Week(5, 4),) * 7, Week(2, 2)), CALM, False),
        ((*(Week(2, 1),) * 7, Week(0, 0)), CALM, False),
        ((*(Week(5, None),) * 7, Week(1, None)), CALM, True),
        ((*(Week(5, None),) * 7, Week(1, 7)), CALM, False),
        ((*(Week(5, 4),) * 7, Week(1, 1)), replace(CALM, game=THIN), True),
        ((*(Week(5, 4),) * 7, Week(1, 1)), replace(CALM, game=THIN, chat=NONE), False),
        ((*(Week(None, None),) * 4, *(Week(5, 4),) * 3, Week(0, 0)), CALM, False),
        ((), CALM, False),
        # A week of which only some days were looked at is measured by those.
        ((*(Week(5, None),) * 7, Week(4, None, game_seen=5)), CALM, False),
        ((*(Week(4, None, game_seen=5),) * 7, Week(1, None)), CALM, True),
        ((*(Week(5, None),) * 7, Week(1, None, game_seen=3)), CALM, False),
        ((*(Week(3, None, game_seen=3),) * 7, Week(1, None)), CALM, False),
    ],
)
def test_drift_is_a_week_far_below_one_s_own_usual_one(
    weeks: tuple[Week, ...],
    week: Window,
    is_told: bool,  # noqa: FBT001 - a claim's value
) -> None:
    assert (AlertKind.DRIFT in told(weekly(week, weeks=weeks))) is is_told


def test_drift_says_hi() -> None:
    drifting = weekly(CALM, weeks=(*(Week(5, 4),) * 7, Week(1, 0)))
    assert told(drifting)[AlertKind.DRIFT] == (
        "usually 9 active days a week (game and chat), 1 in the last 7 days"
    )


def test_an_alert_that_is_off_is_not_told() -> None:
    policy = changed(POLICY, alerts={"on": ["churn"]})
    found = alerts([BOSSER, CHURN], policy, NOW)
    assert [each.kind for each in found] == [AlertKind.CHURN]


@given(st.permutations([SLUMP, CHURN, RECRUIT, FADING, GRINDER, CRIER, BOSSER]))
def test_alerts_come_by_kind_whatever_the_order(profiles: list[Profile]) -> None:
    found: tuple[Alert, ...] = alerts(profiles, POLICY, NOW)
    assert [each.kind for each in found] == list(AlertKind)[:7]


@given(st.integers(0, 400), st.integers(0, 4_000_000), st.randoms(use_true_random=False))
def test_writing_more_this_week_never_raises_an_alarm_about_silence(
    messages: int, xp: int, lots: Random
) -> None:
    silence = {AlertKind.SLUMP, AlertKind.CHURN, AlertKind.SILENT_RECRUIT, AlertKind.GRINDER}
    week = replace(CALM, messages=messages, xp=xp)
    more = replace(week, messages=messages + lots.randrange(50))
    for role in ("zenyte", "prospector"):
        before = told(weekly(week, replace(BUSY, messages=500), role)).keys() & silence
        assert told(weekly(more, replace(BUSY, messages=500), role)).keys() & silence <= before


def test_within_a_kind_the_largest_number_shown_comes_first() -> None:
    def grinder(number: int, xp: int, name: str) -> Profile:
        wide = account(number)._replace(name=name)
        return weekly(replace(CALM, xp=xp, messages=4), accounts=(wide,))

    people = [grinder(1, 4_000_000, "a"), grinder(2, 9_000_000, "z"), grinder(3, 4_000_000, "B")]
    found = alerts(people, POLICY, NOW)
    assert [(each.profile.main.player_id, each.number) for each in found] == [
        (2, 9_000_000),
        (1, 4_000_000),
        (3, 4_000_000),
    ]


@pytest.mark.parametrize(
    ("profile", "number"),
    [
        (SLUMP, 0),
        (CHURN, 101),
        (RECRUIT, 1_000_000),
        (FADING, 5_000_001),
        (CRIER, 301),
        (BOSSER, 151),
    ],
)
def test_an_alert_has_the_first_number_of_its_sentence(profile: Profile, number: float) -> None:
    (found,) = alerts([profile], POLICY, NOW)
    assert found.number == number

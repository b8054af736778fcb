"""Officers are held against the clan's median, and only where they were well observed."""

from dataclasses import replace
from datetime import date
from random import Random
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.clan.audit import Audit, OfficerRow, Standing, audit, longest_gap, without_officers
from bot.clan.leave import Exemption, Leave
from bot.clan.profiles import Profile, Window
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
    person,
)

MEMBERS = [person(n, window=replace(BUSY, messages=n)) for n in (20, 40, 60)]
UNKNOWN = person(99, window=Window())


def audited(*officers: Profile) -> Audit:
    return audit([*MEMBERS, UNKNOWN, *officers], LADDER, POLICY, NOW)


def row(window: Window, **fields: Any) -> OfficerRow:  # noqa: ANN401 - any field
    (found,) = audited(person(1, "onyx", window=window, **fields)).officers
    return found


def test_the_median_is_that_of_all_people_whose_messages_are_known() -> None:
    assert audited().median_messages == 40
    assert audit([UNKNOWN], LADDER, POLICY, NOW) == Audit((), None, 30)


@pytest.mark.parametrize(
    ("window", "standing"),
    [
        (replace(BUSY, messages=0), Standing.AWOL),
        (ZERO, Standing.AWOL),
        (replace(ZERO, messages=5, xp=999_999), Standing.SLACKING),
        (replace(ZERO, messages=5, xp=1_000_000), Standing.FINE),
        (replace(ZERO, messages=50), Standing.FINE),
        (replace(ZERO, messages=50, xp=None, game=NONE, chat=THIN), Standing.FINE),
        (replace(ZERO, chat=THIN), Standing.CANT_TELL),
        (replace(BUSY, messages=None), Standing.CANT_TELL),
        (replace(ZERO, messages=5, xp=None), Standing.CANT_TELL),
        (replace(ZERO, messages=5, game=THIN), Standing.CANT_TELL),
        (replace(ZERO, game=NONE, xp=None), Standing.AWOL),
        (replace(ZERO, voice_days=5), Standing.SLACKING),
        (replace(ZERO, voice_days=50), Standing.FINE),
        (replace(ZERO, messages=10, voice_days=20), Standing.FINE),
        (replace(ZERO, voice_days=5, xp=1_000_000), Standing.FINE),
        (replace(ZERO, voice_days=5, xp=None), Standing.CANT_TELL),
    ],
)
def test_an_officer_stands_by_messages_and_xp(window: Window, standing: Standing) -> None:
    assert row(window).standing is standing


@pytest.mark.parametrize(
    ("messages", "standing"),
    [(1, Standing.SLACKING), (9, Standing.SLACKING), (10, Standing.FINE)],
)
def test_in_a_clan_that_hardly_writes_under_ten_messages_are_too_few(
    messages: int, standing: Standing
) -> None:
    officer = person(1, "onyx", window=replace(ZERO, messages=messages))
    others = [person(n, window=replace(BUSY, messages=1)) for n in range(2, 6)]
    (found,) = audit([officer, *others], LADDER, POLICY, NOW).officers
    assert found.standing is standing
    if standing is Standing.SLACKING:
        assert found.reasons[1:] == ("under 10 messages", "under 1M XP")
    rich = replace(officer, windows={30: replace(ZERO, messages=messages, xp=1_000_000)})
    assert audit([rich, *others], LADDER, POLICY, NOW).officers[0].standing is Standing.FINE


def test_the_reasons_have_their_numbers() -> None:
    slacking = row(replace(ZERO, messages=5, xp=20_000))
    assert slacking.reasons == (
        "5 messages and 20k XP in 30 days",
        "under the clan's median of 30 messages",
        "under 1M XP",
    )
    assert row(replace(ZERO, voice_days=1)).reasons[0] == (
        "0 messages and 0 XP in 30 days, 1 day in voice"
    )
    assert row(replace(ZERO, chat=THIN)).reasons[1] == "chat: last update 9 days ago"
    assert row(replace(ZERO, messages=None)).reasons[1] == "chat: unknown"
    assert row(replace(ZERO, messages=5, xp=None)).reasons[1] == "game: unknown"


@pytest.mark.parametrize(
    ("fields", "why"),
    [
        ({"leave": Leave(1, None, date(2026, 5, 1), None, 1)}, "away"),
        ({"exemption": Exemption(None, "onyx", "builds the site")}, "exempt: builds the site"),
    ],
)
def test_an_officer_who_is_away_or_exempt_is_left_in_peace(fields: Fields, why: str) -> None:
    found = row(ZERO, **fields)
    assert (found.standing, found.reasons) == (Standing.PAUSED, (why,))


def test_the_worst_come_first_and_then_the_highest_rank() -> None:
    officers = [
        person(1, "onyx"),
        person(2, "administrator", window=ZERO),
        person(3, "owner", window=ZERO),
        person(4, "deputy_owner", window=ZERO),
        person(5, "zenyte", window=replace(ZERO, messages=5)),
    ]
    found = [each.profile.main.player_id for each in audited(*officers).officers]
    assert found == [3, 2, 4, 5, 1]


def week(*hours: tuple[int, int, int]) -> tuple[tuple[int, ...], ...]:
    counts = {(weekday, hour): messages for weekday, hour, messages in hours}
    return tuple(tuple(counts.get((day, hour), 0) for hour in range(24)) for day in range(7))


def test_the_hours_without_an_officer_are_those_in_which_only_members_talk() -> None:
    clan = week((0, 8, 9), (0, 9, 12), (3, 20, 4), (6, 23, 5))
    officers = week((0, 9, 1))
    assert without_officers(clan, officers, 5) == week((0, 8, 9), (6, 23, 5))


def test_the_longest_gap_goes_on_past_midnight_and_the_end_of_the_week() -> None:
    assert longest_gap(week((6, 23, 5), (0, 0, 5), (0, 1, 5), (3, 1, 5))) == (6, 23, 3)
    assert longest_gap(week((2, 5, 1), (4, 5, 1))) == (2, 5, 1)
    assert longest_gap(week()) is None
    always = tuple((1,) * 24 for _ in range(7))
    assert longest_gap(always) == (0, 0, 168)


windows = st.builds(
    Window,
    xp=st.none() | st.integers(0, 2_000_000),
    messages=st.none() | st.integers(0, 80),
    game=st.sampled_from([GOOD, THIN, NONE]),
    chat=st.sampled_from([GOOD, THIN, NONE]),
)


@given(st.lists(windows, max_size=5), st.randoms(use_true_random=False))
def test_nobody_is_blamed_on_the_unobserved_whatever_the_order(
    seen: list[Window], lots: Random
) -> None:
    officers = [person(n, "onyx", window=window) for n, window in enumerate(seen)]
    found = audited(*officers)
    for each in found.officers:
        window = each.profile.window(30)
        if each.standing in (Standing.AWOL, Standing.SLACKING):
            assert window.chat == GOOD
        if each.standing is Standing.SLACKING:
            assert window.game == GOOD
    lots.shuffle(officers)
    assert audited(*officers) == found

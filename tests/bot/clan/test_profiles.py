"""A profile sums what is known of all accounts, and keeps apart what is not."""

from dataclasses import replace
from datetime import datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.clan.evidence import Evidence, Grade
from bot.clan.gains import UNKNOWN, Gains
from bot.clan.policy import STEADY_DAYS
from bot.clan.profiles import (
    NOTHING_SEEN,
    UNSEEN,
    Account,
    Profile,
    Side,
    Week,
    authority_of,
    days_active,
    days_alive,
    enough_since,
    game_window,
    is_officer,
    summed,
    tenure,
)
from bot.clan.ranks import Authority
from tests.bot.clan.portraits import BUSY, GOOD, NOW, ZERO, account, ago, days, person

SEEN = Gains(1_000, 2, 3.0, 4.0, ago(31))
ARCHIVED = Evidence(Grade.NONE, ("archived on WOM",))


def test_a_person_joined_with_the_first_account_and_is_called_by_the_main_one() -> None:
    someone = person(accounts=(account(5, joined=40), account(3, joined=90)))
    assert someone.main.player_id == 5
    assert tenure(someone, NOW) == days(90)
    assert tenure(Profile((Account(1, "A", "member"),)), NOW) is None


def test_a_person_was_last_seen_where_it_was_latest() -> None:
    assert person(game_seen_at=ago(3), chat_seen_at=ago(9)).seen_at == ago(3)
    assert person(game_seen_at=None, chat_seen_at=None).seen_at is None


def test_a_window_that_nobody_looked_at_is_unknown() -> None:
    assert person().window(91) is NOTHING_SEEN
    assert not NOTHING_SEEN.is_well_observed
    assert ZERO.is_well_observed


@pytest.mark.parametrize(
    ("roles", "held", "officer"),
    [
        (("member",), Authority.MEMBER, False),
        (("member", "onyx"), Authority.OFFICER, True),
        (("prospector", "zenyte"), Authority.LEADERSHIP, True),
        (("guest",), Authority.GUEST, False),
    ],
)
def test_the_highest_role_of_all_accounts_counts(
    roles: tuple[str, ...],
    held: Authority,
    officer: bool,  # noqa: FBT001 - a claim's value
) -> None:
    someone = person(accounts=tuple(account(n, role) for n, role in enumerate(roles)))
    assert authority_of(someone) is held
    assert is_officer(someone) is officer


def test_active_days_are_summed_over_the_newest_weeks_that_are_known() -> None:
    weeks = (Week(7, 7), Week(None, 3), Week(2, None))
    assert days_active(person(weeks=weeks), 2) == Week(2, 3)
    assert days_active(person(weeks=weeks), 8) == Week(9, 10, 14, 14)
    assert days_active(person(weeks=()), 8) == Week(None, None, 0, 0)
    assert days_active(person(weeks=(Week(2, 1, 3, 5), *weeks)), 8) == Week(11, 11, 17, 19)


def test_days_with_a_sign_of_life_are_counted_back_from_today() -> None:
    today_and_a_month_ago = (1 << STEADY_DAYS - 1) | (1 << STEADY_DAYS - 31)
    someone = person(life_days=today_and_a_month_ago)
    assert [days_alive(someone, last) for last in (1, 30, 31, STEADY_DAYS)] == [1, 1, 2, 2]
    assert days_alive(person(life_days=None)) is None


def test_gains_of_all_accounts_are_summed_and_unknown_is_not_zero() -> None:
    both = game_window([Side("A", SEEN, GOOD), Side("B", SEEN._replace(xp=None), GOOD)])
    assert (both.xp, both.kills, both.ehp, both.ehb) == (1_000, 4, 6.0, 8.0)
    alone = game_window([Side("A", UNKNOWN, ARCHIVED)])
    assert (alone.xp, alone.kills, alone.messages) == (None, None, None)


def test_scores_that_rose_are_told_once_by_their_names_and_the_seasonal_ones_apart() -> None:
    main = Side("A", SEEN, GOOD, ("league_points", "clue_scrolls_all"))
    alt = Side("B", SEEN, GOOD, ("clue_scrolls_all", "last_man_standing"))
    alone, both = game_window([main]), game_window([main, alt])
    assert (alone.scores, alone.elsewhere) == (("Clue Scrolls All",), ("League Points",))
    assert both.scores == ("Clue Scrolls All", "Last Man Standing")
    assert both.elsewhere == ("League Points",)


def test_somebody_lives_outside_the_clan_too() -> None:
    outside = replace(BUSY, xp=1)
    assert person(whole={30: outside}).life(30) == outside
    assert person(whole={30: outside}).life(7) == BUSY
    assert person(present_at=ago(0)).seen_at == ago(0)


def test_a_gain_that_cannot_be_dated_to_the_window_is_in_no_sum() -> None:
    assert game_window([Side("A", SEEN._replace(thin=True), GOOD)]).xp is None


def test_silence_needs_all_accounts_seen_and_life_only_one() -> None:
    window = game_window([Side("Main", SEEN, GOOD), Side("Alt", UNKNOWN, ARCHIVED)])
    assert window.game == Evidence(Grade.NONE, ("Alt: archived on WOM",))
    assert window.game_at_best == GOOD
    assert game_window([Side("Main", SEEN, ARCHIVED)]).game == ARCHIVED
    assert game_window([]).game == game_window([]).game_at_best == UNSEEN
    assert BUSY.is_well_observed
    assert BUSY.doubts == ()


def test_the_doubts_about_what_somebody_did_are_those_of_the_best_seen_account() -> None:
    window = game_window([Side("Main", SEEN, GOOD), Side("Alt", UNKNOWN, ARCHIVED)])
    assert replace(window, chat=ARCHIVED).doubts == ("chat: archived on WOM",)
    assert replace(window, game_at_best=ARCHIVED, chat=GOOD).doubts == ("game: archived on WOM",)


def test_the_xp_that_keeps_somebody_active_was_gained_since_its_newest_instant() -> None:
    rises = [(ago(9), 50_000), (ago(5), 6_000), (ago(2), 4_000)]
    assert enough_since(rises, 10_000) == ago(5)
    assert enough_since(rises, 10_001) == ago(9)
    assert enough_since(rises, 60_001) is None


@given(st.lists(st.tuples(st.datetimes(), st.integers(0, 9)), max_size=9), st.integers(1, 20))
def test_enough_was_gained_from_there_on_and_not_from_any_later_instant(
    rises: list[tuple[datetime, int]], least: int
) -> None:
    since = enough_since(sorted(rises), least)
    if since is None:
        assert sum(xp for _, xp in rises) < least
    else:
        assert sum(xp for at, xp in rises if at >= since) >= least
        assert sum(xp for at, xp in rises if at > since) < least


@given(st.lists(st.none() | st.integers(0, 99)))
def test_a_sum_is_that_of_the_known_and_unknown_when_nothing_is(values: list[int | None]) -> None:
    known = [value for value in values if value is not None]
    assert summed(values) == (sum(known) if known else None)

"""Leave and exemptions hold from their first day to their last, both included."""

from datetime import UTC, date, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest

from bot.clan.leave import (
    ASKED_AGAIN_AFTER,
    LONGEST_LEAVE,
    Exemption,
    Leave,
    away_on,
    back_since,
    exempt_on,
    later_end,
    leave_between,
    may_ask,
    signs_count_from,
)

TODAY = date(2026, 11, 18)
DAY = timedelta(days=1)
OFFICER = 7


def leave(
    user_id: int | None = 1,
    from_on: date = TODAY,
    until_on: date | None = TODAY + 9 * DAY,
    ended_on: date | None = None,
    player_id: int | None = None,
) -> Leave:
    return Leave(user_id, player_id, from_on, until_on, OFFICER, ended_on)


def test_the_first_and_the_last_day_are_days_of_leave() -> None:
    mine = leave()
    days = [mine.covers(TODAY + number * DAY) for number in (-1, 0, 9, 10)]
    assert days == [False, True, True, False]


def test_who_is_back_early_is_not_away_from_that_day_on() -> None:
    mine = leave(ended_on=TODAY + 2 * DAY)
    assert mine.covers(TODAY + DAY)
    assert not mine.covers(TODAY + 2 * DAY)


def test_a_leave_ended_on_its_first_day_never_was() -> None:
    mine = leave(ended_on=TODAY)
    assert not any(mine.covers(TODAY + number * DAY) for number in range(-9, 10))


def test_a_leave_without_an_end_lasts_until_it_is_ended() -> None:
    assert leave(until_on=None).covers(TODAY + 9999 * DAY)
    assert not leave(until_on=None, ended_on=TODAY + DAY).covers(TODAY + DAY)


def test_an_end_after_the_planned_last_day_changes_nothing() -> None:
    assert leave(ended_on=TODAY + 99 * DAY).last_on == TODAY + 9 * DAY


def test_a_person_is_away_as_a_user_or_with_any_account_and_for_the_longest() -> None:
    short, long, of_alt = leave(), leave(until_on=None), leave(None, player_id=22)
    away = away_on([long, short, of_alt, leave(3, TODAY + DAY)], TODAY)
    assert away.leave_of(1, ()) == long
    assert away.leave_of(None, (21, 22)) == of_alt
    assert away.leave_of(1, (22,)) == long
    assert away.leave_of(3, (21,)) is None
    assert away.leave_of(None, ()) is None


def test_a_players_own_exemption_stands_before_the_role_s() -> None:
    own, of_role = Exemption(1, None, "founder"), Exemption(None, "owner", "leads")
    exempt = exempt_on([of_role, own], TODAY)
    assert exempt.exemption_of(1, "owner") == own
    assert exempt.exemption_of(2, "owner") == of_role
    assert exempt.exemption_of(2, "member") is None


def test_an_exemption_ends_after_its_last_day_and_the_longest_stands() -> None:
    short = Exemption(1, None, "exams", TODAY)
    long = Exemption(1, None, "ill", TODAY + DAY)
    assert exempt_on([long, short], TODAY).exemption_of(1, "member") == long
    assert exempt_on([short], TODAY).exemption_of(1, "member") == short
    assert exempt_on([short], TODAY + DAY).exemption_of(1, "member") is None


@pytest.mark.parametrize(("player_id", "role"), [(None, None), (1, "owner")])
def test_an_exemption_is_for_a_player_or_for_a_role(
    player_id: int | None, role: str | None
) -> None:
    with pytest.raises(ValueError, match="one of them"):
        Exemption(player_id, role, "both or neither")


@pytest.mark.parametrize(
    ("from_text", "until_text", "from_on", "until_on"),
    [
        ("today", "2 weeks", TODAY, TODAY + 14 * DAY),
        ("1 Dec", "2 weeks", date(2026, 12, 1), date(2026, 12, 15)),
        ("1 Dec", "in 4 weeks", date(2026, 12, 1), date(2026, 12, 16)),
        ("tomorrow", "24.12.", TODAY + DAY, date(2026, 12, 24)),
        ("24 Dec", "3 Jan", date(2026, 12, 24), date(2027, 1, 3)),
        ("today", "today", TODAY, TODAY),
        ("19 Oct", "today", date(2026, 10, 19), TODAY),
        ("today", "2027-11-18", TODAY, TODAY + LONGEST_LEAVE),
    ],
)
def test_a_leave_is_read_from_two_texts(
    from_text: str, until_text: str, from_on: date, until_on: date
) -> None:
    assert leave_between(from_text, until_text, TODAY) == (from_on, until_on)


@pytest.mark.parametrize(
    ("from_text", "until_text", "why"),
    [
        ("24 Dec", "20 Dec", r"would end \(2026-12-20\) before it begins \(2026-12-24\)"),
        ("today", "yesterday", "before it begins"),
        ("today", "2027-11-19", "at most 365 days"),
        ("2026-10-18", "today", "long past; a leave may begin at most 30 days ago"),
        ("12/24", "today", "write 24 Dec"),
        ("today", "some day", "is not a day"),
    ],
)
def test_a_leave_that_cannot_be_is_refused_with_the_reason(
    from_text: str, until_text: str, why: str
) -> None:
    with pytest.raises(ValueError, match=why):
        leave_between(from_text, until_text, TODAY)


def test_a_mere_length_makes_a_leave_so_much_longer() -> None:
    assert later_end(leave(), "2 weeks", TODAY) == TODAY + 23 * DAY
    assert later_end(leave(until_on=None), "2 weeks", TODAY + DAY) == TODAY + 15 * DAY


@pytest.mark.parametrize("text", ["yesterday", "2 years", "whenever"])
def test_a_leave_ends_neither_in_the_past_nor_too_far_away(text: str) -> None:
    with pytest.raises(ValueError, match=r"past|too long|not a day"):
        later_end(leave(), text, TODAY)


def test_signs_count_from_the_day_after_the_leave_was_set_or_began() -> None:
    london = ZoneInfo("Europe/London")
    set_at = datetime(2026, 11, 20, 12, tzinfo=UTC)
    assert signs_count_from(leave(), set_at, london) == datetime(2026, 11, 21, tzinfo=UTC)
    coming = leave(from_on=TODAY + 5 * DAY)
    assert signs_count_from(coming, set_at, london) == datetime(2026, 11, 24, tzinfo=UTC)


def test_a_sign_is_asked_about_once_and_again_after_a_week() -> None:
    since = datetime(2026, 11, 20, tzinfo=UTC)
    assert may_ask(since, since, None)
    assert not may_ask(None, since, None)
    assert not may_ask(since - timedelta(seconds=1), since, None)
    asked_at = since + DAY
    assert not may_ask(asked_at + timedelta(days=6), since, asked_at)
    assert may_ask(asked_at + ASKED_AGAIN_AFTER, since, asked_at)


def test_a_leave_is_a_persons_as_a_user_or_with_any_account() -> None:
    assert leave(1).is_of(1, [])
    assert not leave(1).is_of(2, [1])
    assert not leave(1).is_of(None, [1])
    assert leave(None, player_id=5).is_of(None, [4, 5])
    assert not leave(None, player_id=5).is_of(1, [4])


def test_somebody_is_back_from_the_day_after_the_last_leave_that_is_over() -> None:
    zone = ZoneInfo("Europe/London")
    over = leave(from_on=TODAY - 9 * DAY, until_on=TODAY - 3 * DAY)
    early = leave(from_on=TODAY - 9 * DAY, ended_on=TODAY - DAY)
    assert back_since([over], TODAY, zone) == datetime(2026, 11, 16, tzinfo=UTC)
    assert back_since([over, early], TODAY, zone) == datetime(2026, 11, 17, tzinfo=UTC)
    assert back_since([leave()], TODAY, zone) is None
    assert back_since([], TODAY, zone) is None


def test_a_person_is_exempt_with_any_account_or_by_the_role_of_the_main_one() -> None:
    player, role = Exemption(2, None, "founder"), Exemption(None, "guest", "friends")
    exempt = exempt_on([player, role], TODAY)
    assert exempt.of_person([(1, "member"), (2, "member")]) == player
    assert exempt.of_person([(1, "guest"), (3, "member")]) == role
    assert exempt.of_person([(1, "member"), (3, "guest")]) is None

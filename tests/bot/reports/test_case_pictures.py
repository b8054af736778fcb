from dataclasses import replace
from datetime import UTC, date, datetime, timedelta

import pytest

from bot.clan.policy import STEADY_DAYS
from bot.clan.profiles import Week, Window
from bot.clan.spans import Span
from bot.reports.case_pictures import (
    SideTotal,
    UncoveredWeek,
    WeekLine,
    WeeksPicture,
    gap_words,
    side_totals,
    weeks_picture,
)
from bot.reports.style import date_words
from tests.bot.clan.portraits import NONE, NOW, THIN, account, ago, person
from tests.builders import ZONE

NOBODY = ((0,) * 24,) * 7
SPAN = Span(ago(30), NOW)


def test_a_persons_weeks_end_today_and_name_the_person_and_the_clans_clock() -> None:
    weeks = (Week(5, 4), Week(None, 3), *((Week(7, 7),) * 5), Week(0, None))
    whose = person(accounts=(account(), account(2)), weeks=weeks)
    whose = replace(whose, windows={STEADY_DAYS: Window(game_at_best=THIN, chat=NONE)})

    picture = weeks_picture(whose, "Iron Cabbage", ZONE, NOW)

    assert replace(picture, weeks=()) == WeeksPicture(
        name="Player 1",
        clan="Iron Cabbage",
        zone="Europe/London",
        role="Member",
        weeks=(),
        joined_on=date(2025, 4, 10),
        others=("Player 2",),
        evidence=("game: last update 9 days ago", "chat: not linked to a Discord user"),
    )
    assert picture.weeks[:3] == (
        WeekLine(date(2026, 3, 21), date(2026, 3, 27), 5, 4),
        WeekLine(date(2026, 3, 28), date(2026, 4, 3), None, 3),
        WeekLine(date(2026, 4, 4), date(2026, 4, 10), 7, 7),
    )
    assert picture.weeks[-1] == WeekLine(date(2026, 5, 9), date(2026, 5, 15), 0, None)
    assert picture.span_words == "21 Mar 2026 \N{EN DASH} 15 May 2026 Europe/London"


def test_today_is_the_clans_and_not_utcs() -> None:
    late = datetime(2026, 5, 15, 23, tzinfo=UTC)
    assert weeks_picture(person(), "x", ZONE, late).weeks[-1].last_on == date(2026, 5, 16)


@pytest.mark.parametrize("known", [(), (Week(1, 1),), (Week(1, 1),) * 9])
def test_there_are_always_eight_weeks_and_the_unlooked_at_are_unknown(
    known: tuple[Week, ...],
) -> None:
    weeks = weeks_picture(person(weeks=known), "x", ZONE, NOW).weeks

    assert len(weeks) == 8
    assert [week.game_days for week in weeks].count(None) == 8 - min(len(known), 8)
    assert weeks[-1][2:4] == ((1, 1) if known else (None, None))


def test_a_week_before_somebody_joined_is_unknown_and_not_idle() -> None:
    fresh = person(accounts=(account(joined=12),), weeks=((Week(0, 0),) * 5 + (Week(3, 0),) * 3))
    weeks = weeks_picture(fresh, "x", ZONE, NOW).weeks

    assert [week.game_days for week in weeks] == [None] * 5 + [3] * 3
    assert [week.chat_days for week in weeks] == [None] * 6 + [0] * 2


def test_when_they_joined_may_be_unknown() -> None:
    nobody_knows = person(accounts=(account()._replace(joined_at=None),), weeks=(Week(0, 0),) * 8)
    picture = weeks_picture(nobody_knows, "x", ZONE, NOW)

    assert picture.joined_on is None
    assert {week.game_days for week in picture.weeks} == {0}


def test_totals_are_of_the_days_that_were_seen() -> None:
    weeks = (Week(5, None), Week(None, None), Week(7, None))
    picture = weeks_picture(person(weeks=weeks), "x", ZONE, NOW)
    game, chat = side_totals(picture.weeks)

    assert (game, chat) == (SideTotal(12, 14, 6), SideTotal(None, 0, 8))
    assert (game.words, game.doubt) == ("12 of 14 days", "6 weeks unknown")
    assert (chat.words, chat.doubt) == ("\N{EN DASH}", "8 weeks unknown")
    some = weeks_picture(person(weeks=(Week(1, None, 3), *weeks)), "x", ZONE, NOW)
    game, _ = side_totals(some.weeks)
    assert (game.words, game.doubt) == ("13 of 17 days", "5 weeks and 4 days unknown")
    assert SideTotal(0, 56, 0).doubt == "every day was seen"


def test_the_longest_gap_goes_on_past_midnight_and_sunday() -> None:
    hours = [list(row) for row in NOBODY]
    hours[6][22], hours[6][23], hours[0][0], hours[3][5] = 7, 5, 6, 90
    week = UncoveredWeek("x", ZONE, 30, SPAN, tuple(map(tuple, hours)), 5)

    assert week.gap == (6, 22, 3)
    assert week.how_many == 4


def test_hours_with_officers_are_told_apart_by_how_much_they_wrote() -> None:
    cover = [list(row) for row in NOBODY]
    cover[0][9], cover[2][20], cover[5][20] = 1, 15, 30
    week = UncoveredWeek("x", ZONE, 30, SPAN, NOBODY, 5, cover=tuple(map(tuple, cover)))

    assert week.covered == ((0, 9), (2, 20), (5, 20))
    assert week.covered_levels == (((0, 9),), ((2, 20),), ((5, 20),))
    assert replace(week, cover=()).covered_levels == ((), (), ())


def test_what_was_heard_later_than_the_span_begins_is_said() -> None:
    week = UncoveredWeek("x", ZONE, 30, SPAN, NOBODY, 5)
    first = SPAN.start.date()

    assert (week.since_words, replace(week, heard_from=first).since_words) == ("", "")
    later = replace(week, heard_from=first + timedelta(days=3))
    assert later.since_words == f"data since {date_words(first + timedelta(days=3))}"


def test_covered_and_unobserved_weeks_have_no_gap() -> None:
    covered = UncoveredWeek("x", ZONE, 30, SPAN, NOBODY, 5)
    assert (covered.gap, covered.how_many) == (None, 0)
    assert replace(covered, hours=()).gap is None


@pytest.mark.parametrize(
    ("gap", "words"),
    [
        ((5, 22, 1), "Sat 22:00 \N{EN DASH} Sat 23:00"),
        ((5, 22, 4), "Sat 22:00 \N{EN DASH} Sun 02:00"),
        ((6, 23, 2), "Sun 23:00 \N{EN DASH} Mon 01:00"),
        ((0, 0, 168), "all week long"),
    ],
)
def test_a_gap_is_said_from_when_to_when(gap: tuple[int, int, int], words: str) -> None:
    assert gap_words(gap) == words

from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest

from bot.clan.newcomers import (
    FunnelStage,
    Newcomer,
    Reached,
    TimeInClan,
    Welcomer,
    cohort_of,
    newcomer_figures,
    stage_of,
    stays_of,
    week_of,
    who_welcomes,
)
from bot.clan.spans import DAY, HOUR, Span

NOW = datetime(2026, 11, 20, 12, tzinfo=UTC)  # a Friday
ZONE = ZoneInfo("Europe/Amsterdam")
MINUTE = timedelta(minutes=1)


def joined(ago: timedelta, who: int = 1, **facts: object) -> Newcomer:
    at = NOW - ago
    return replace(Newcomer(who, at, (TimeInClan(at),)), **facts)  # type: ignore[arg-type]


def wrote(ago: timedelta, who: int = 1, **facts: object) -> Newcomer:
    """Return somebody who wrote an hour after they joined."""
    return joined(ago, who, is_linked=True, wrote_at=NOW - ago + HOUR, **facts)


def test_who_is_known_to_write_nothing_did_not_write() -> None:
    quiet = joined(3 * DAY)
    assert stage_of(quiet, FunnelStage.WROTE, NOW) is False
    assert stage_of(quiet, FunnelStage.ANSWERED, NOW) is False
    assert stage_of(quiet, FunnelStage.LINKED, NOW) is False


def test_of_whom_chat_is_unknown_nothing_is_said_about_chat() -> None:
    stranger = wrote(40 * DAY, is_heard=False, was_back=True, answered_at=NOW)
    told = {stage: stage_of(stranger, stage, NOW) for stage in FunnelStage}
    assert told == {
        FunnelStage.LINKED: True,
        FunnelStage.WROTE: None,
        FunnelStage.ANSWERED: None,
        FunnelStage.BACK: None,
        FunnelStage.STAYED: True,
    }


@pytest.mark.parametrize(
    ("ago", "answered"),
    [(14 * MINUTE, None), (15 * MINUTE, False), (3 * DAY, False)],
)
def test_no_answer_means_nothing_before_there_was_time_for_one(
    ago: timedelta, *, answered: bool | None
) -> None:
    fresh = joined(5 * DAY, wrote_at=NOW - ago)
    assert stage_of(fresh, FunnelStage.ANSWERED, NOW) is answered
    assert stage_of(replace(fresh, answered_at=NOW), FunnelStage.ANSWERED, NOW) is True


@pytest.mark.parametrize(
    ("ago", "back"),
    [(14 * DAY - MINUTE, None), (14 * DAY, True)],
)
def test_back_is_known_from_day_14_on_even_of_who_is_back(
    ago: timedelta, *, back: bool | None
) -> None:
    assert stage_of(joined(ago, was_back=True), FunnelStage.BACK, NOW) is back
    assert stage_of(joined(14 * DAY), FunnelStage.BACK, NOW) is False


@pytest.mark.parametrize(
    ("ago", "end", "stayed"),
    [
        (30 * DAY - MINUTE, None, None),
        (30 * DAY, None, True),
        (40 * DAY, NOW - 10 * DAY, False),
        (40 * DAY, NOW - 9 * DAY, True),
    ],
)
def test_who_stayed_is_known_from_day_30_on(
    ago: timedelta, end: datetime | None, *, stayed: bool | None
) -> None:
    somebody = joined(ago, stays=(TimeInClan(NOW - ago, end),))
    assert stage_of(somebody, FunnelStage.STAYED, NOW) is stayed


def test_a_silence_that_nobody_could_hear_is_unknown() -> None:
    quiet = joined(20 * DAY)
    day = (Span(NOW - 12 * DAY, NOW - 11 * DAY),)
    under = (Span(NOW - 12 * DAY, NOW - 11 * DAY - MINUTE),)
    before = (Span(NOW - 50 * DAY, NOW - 20 * DAY),)
    for stage in (FunnelStage.WROTE, FunnelStage.ANSWERED, FunnelStage.BACK):
        assert stage_of(quiet, stage, NOW, day) is None
        assert stage_of(quiet, stage, NOW, under) is False
        assert stage_of(quiet, stage, NOW, before) is False
    heard = wrote(20 * DAY, was_back=True)
    assert stage_of(heard, FunnelStage.WROTE, NOW, day) is True
    assert stage_of(heard, FunnelStage.BACK, NOW, day) is True


def test_silence_after_the_first_days_is_not_looked_at() -> None:
    late = (Span(NOW - 10 * DAY, NOW),)
    assert stage_of(joined(40 * DAY), FunnelStage.WROTE, NOW, late) is False


def test_a_week_begins_on_the_monday_of_the_clan_s_own_clock() -> None:
    sunday_night = datetime(2026, 11, 15, 23, 30, tzinfo=UTC)
    assert week_of(sunday_night, ZONE) == date(2026, 11, 16)
    assert week_of(sunday_night, ZoneInfo("UTC")) == date(2026, 11, 9)


def test_a_cohort_counts_those_of_whom_a_stage_is_known() -> None:
    people = [
        wrote(20 * DAY, 1, was_back=True, answered_at=NOW, answered_by=7),
        wrote(20 * DAY, 2),
        joined(20 * DAY, 3, is_heard=False),
    ]
    cohort = cohort_of(None, people, NOW)
    assert cohort.joined == 3
    assert cohort.unheard == 1
    assert cohort.stages == {
        FunnelStage.LINKED: Reached(2, 3),
        FunnelStage.WROTE: Reached(2, 2),
        FunnelStage.ANSWERED: Reached(1, 2),
        FunnelStage.BACK: Reached(1, 2),
        FunnelStage.STAYED: Reached(0, 0),
    }


def test_the_weeks_are_the_latest_first_and_come_to_the_total() -> None:
    people = [joined(days * DAY, days) for days in (1, 2, 15, 40)]
    figures = newcomer_figures(people, NOW, ZONE)
    assert [(each.week, each.joined) for each in figures.weeks] == [
        (date(2026, 11, 16), 2),
        (date(2026, 11, 2), 1),
        (date(2026, 10, 5), 1),
    ]
    assert figures.total.week is None
    assert figures.total.joined == 4
    assert newcomer_figures([], NOW, ZONE).weeks == ()


def test_who_was_not_answered_stands_with_who_is_here_first() -> None:
    gone = wrote(2 * DAY, 4, stays=(TimeInClan(NOW - 2 * DAY, NOW - DAY),))
    people = [
        wrote(9 * DAY, 1),
        wrote(3 * DAY, 2),
        wrote(3 * DAY, 3, answered_at=NOW, answered_by=1),
        gone,
        joined(DAY, 6),
        joined(DAY, 7, wrote_at=NOW),
    ]
    figures = newcomer_figures(people, NOW, ZONE)
    assert [each.who for each in figures.unanswered] == [2, 1, 4]


def test_who_welcomes_most_is_first_and_as_many_share_a_place() -> None:
    assert who_welcomes([5, 3, None, 5, 4]) == (
        Welcomer(1, 5, 2),
        Welcomer(2, 3, 1),
        Welcomer(2, 4, 1),
    )
    people = [
        wrote(DAY, 1, answered_at=NOW, answered_by=9),
        wrote(DAY, 2, answered_at=NOW),
        wrote(DAY, 3, answered_at=NOW, answered_by=9, is_heard=False),
    ]
    figures = newcomer_figures(people, NOW, ZONE)
    assert figures.welcomers == (Welcomer(1, 9, 1),)


def test_who_left_and_came_back_was_away_between() -> None:
    start, left, back = NOW - 40 * DAY, NOW - 30 * DAY, NOW - 5 * DAY
    moves = [(back, True), (start + HOUR, True), (left, False), (left + HOUR, False)]
    assert stays_of(start, None, moves) == (TimeInClan(start, left), TimeInClan(back))
    somebody = joined(40 * DAY, stays=stays_of(start, None, moves))
    assert stage_of(somebody, FunnelStage.STAYED, NOW) is False
    assert somebody.is_here(NOW)


def test_a_leave_without_an_event_ends_a_stay() -> None:
    start = NOW - 40 * DAY
    assert stays_of(start, None, []) == (TimeInClan(start),)
    assert stays_of(start, NOW, []) == (TimeInClan(start, NOW),)
    assert stays_of(start, start - DAY, [(start - DAY, False)]) == (TimeInClan(start, start),)
    assert stays_of(start, NOW, [(NOW - DAY, False)]) == (TimeInClan(start, NOW - DAY),)

"""Whoever writes as several authors is one person for caps, days and answers."""

from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

from bot.clan.spans import DAY, HOUR, Span
from bot.clan.together import AuthorHour, OwnAnswer, Together, heads

START = datetime(2026, 11, 20, tzinfo=UTC)
SPAN = Span(START, START + 2 * DAY)
HEAD = heads([(1, 2, 3), (4,), (5, 6)])


def test_only_persons_with_several_authors_have_a_head() -> None:
    assert HEAD == {1: 1, 2: 1, 3: 1, 5: 5, 6: 5}


def test_an_hour_has_one_cap_whoever_of_them_wrote() -> None:
    hours = [
        AuthorHour(1, START, 15),
        AuthorHour(2, START, 15),
        AuthorHour(3, START + HOUR, 3),
        AuthorHour(5, START, 4),
        AuthorHour(6, START - HOUR, 9),
        AuthorHour(6, START + HOUR, 0),
    ]
    assert Together(HEAD, hours).capped(SPAN, 20) == {1: 23, 5: 4}


def test_a_day_is_one_day_and_begins_on_the_clan_s_clock() -> None:
    hours = [AuthorHour(1, START, 1), AuthorHour(2, START + HOUR, 1), AuthorHour(5, START, 1)]
    late = Together(HEAD, [*hours, AuthorHour(3, START + 23 * HOUR, 1)])
    assert late.days(SPAN, ZoneInfo("UTC")) == {1: 1, 5: 1}
    assert late.days(SPAN, ZoneInfo("Europe/Berlin")) == {1: 2, 5: 1}


def test_nobody_answers_themself_by_any_of_their_authors() -> None:
    own = [
        OwnAnswer(1, 2, START),
        OwnAnswer(3, 2, START + HOUR),
        OwnAnswer(1, 5, START),
        OwnAnswer(2, 1, START - timedelta(seconds=1)),
    ]
    assert Together(HEAD, own=own).answered_themselves(SPAN) == {2: 2}

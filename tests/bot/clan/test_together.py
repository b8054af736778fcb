"""Whoever writes as several authors is one person for caps, days and answers."""

from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

from bot.clan.spans import DAY, HOUR, Span
from bot.clan.together import OwnAnswer, Together, heads, joint_hours, own_pairs

START = datetime(2026, 11, 20, tzinfo=UTC)
SPAN = Span(START, START + 2 * DAY)
NOW = timedelta()
HEAD = heads([(1, 2, 3), (4,), (5, 6)])


def together(*rows: tuple[int, timedelta, int]) -> Together:
    """Return what was written in some hours after the start."""
    hours = ((who, round((START + at).timestamp() * 1000), count) for who, at, count in rows)
    return Together(HEAD, joint_hours(HEAD, hours))


def test_only_persons_with_several_authors_have_a_head() -> None:
    assert HEAD == {1: 1, 2: 1, 3: 1, 5: 5, 6: 5}


def test_an_answer_to_oneself_is_one_between_two_authors_of_the_same_person() -> None:
    assert own_pairs(HEAD) == [(1, 2), (1, 3), (2, 1), (2, 3), (3, 1), (3, 2), (5, 6), (6, 5)]


def test_an_hour_has_one_cap_whoever_of_them_wrote() -> None:
    wrote = together(
        (1, NOW, 15), (2, NOW, 15), (3, HOUR, 3), (5, NOW, 4), (6, -HOUR, 9), (6, HOUR, 0)
    )
    assert wrote.capped(SPAN, 20) == {1: 23, 5: 4}
    assert wrote.capped(Span(START - HOUR, START), 20) == {5: 9}


def test_a_day_is_one_day_and_begins_on_the_clan_s_clock() -> None:
    wrote = together((1, NOW, 1), (2, HOUR, 1), (5, NOW, 1), (3, 23 * HOUR, 1), (6, -HOUR, 1))
    assert wrote.days(SPAN, ZoneInfo("UTC")) == {1: 1, 5: 1}
    assert wrote.days(SPAN, ZoneInfo("Europe/Berlin")) == {1: 2, 5: 1}
    assert wrote.days(Span(START, START + HOUR), ZoneInfo("UTC")) == {1: 1, 5: 1}


def test_nobody_answers_themself_by_any_of_their_authors() -> None:
    own = [
        OwnAnswer(1, 2, START),
        OwnAnswer(3, 2, START + HOUR),
        OwnAnswer(1, 5, START),
        OwnAnswer(2, 1, START - timedelta(seconds=1)),
    ]
    assert Together(HEAD, own=own).answered_themselves(SPAN) == {2: 2}

"""How long questions wait, told again the slow way; who helps, and where nobody does."""

import random
from datetime import UTC, datetime, timedelta
from statistics import median_low
from zoneinfo import ZoneInfo

from bot.clan.waiting import (
    AskedQuestion,
    Asker,
    Helper,
    PlaceWaits,
    as_person,
    askers_of,
    longest_waits,
    quantile,
    question_figures,
    waits_of,
    who_helps,
)

NOW = datetime(2026, 11, 20, 12, tzinfo=UTC)
MINUTE, HOUR = timedelta(minutes=1), timedelta(hours=1)
ROME = ZoneInfo("Europe/Rome")


def asked(  # noqa: PLR0913 - what a question has
    number: int,
    ago: timedelta = 9 * HOUR,
    *,
    by: int = 1,
    helper: int | None = None,
    after: timedelta | None = None,
    channel: int = 5,
) -> AskedQuestion:
    at = NOW - ago
    return AskedQuestion(number, channel, by, at, helper, None if after is None else at + after)


def test_the_median_and_nine_in_ten_are_values_that_were_waited() -> None:
    minutes = [MINUTE * n for n in range(1, 11)]
    assert quantile(minutes, 1, 2) == 5 * MINUTE
    assert quantile(minutes, 9, 10) == 9 * MINUTE
    assert quantile(minutes[:1], 9, 10) == MINUTE
    assert quantile([], 1, 2) is None


def test_of_few_answers_nothing_is_said_about_nine_in_ten() -> None:
    few = [asked(n, helper=2, after=n * MINUTE) for n in range(1, 10)]
    assert waits_of(few).nine_in_ten is None
    assert waits_of(few).median == 5 * MINUTE
    assert waits_of([*few, asked(10, helper=2, after=HOUR)]).nine_in_ten == 9 * MINUTE


def test_nothing_asked_has_no_wait_and_nothing_open() -> None:
    assert waits_of([]) == (0, 0, 0, None, None)


def test_helpers_who_answered_as_many_share_a_place() -> None:
    questions = [
        asked(1, helper=2, after=MINUTE),
        asked(2, helper=3, after=3 * MINUTE),
        asked(3, helper=4, after=MINUTE),
        asked(4, helper=4, after=5 * MINUTE),
        asked(5, after=MINUTE),
        asked(6),
    ]
    assert who_helps(questions) == (
        Helper(1, 4, 2, MINUTE),
        Helper(2, 2, 1, MINUTE),
        Helper(2, 3, 1, 3 * MINUTE),
    )


def test_who_asked_is_told_with_what_became_of_it() -> None:
    questions = [asked(1, helper=2, after=MINUTE), asked(2), asked(3, by=7)]
    assert askers_of(questions) == (Asker(1, 2, 1, 1, MINUTE), Asker(7, 1, 0, 1, None))


def test_an_open_question_waits_until_now_and_one_just_asked_is_not_judged() -> None:
    questions = [
        asked(1, 2 * HOUR, helper=2, after=MINUTE),
        asked(2, 3 * HOUR),
        asked(3, 4 * HOUR),
        asked(4, 14 * MINUTE),
    ]
    assert longest_waits(questions, lambda each: each.channel_id, NOW) == (
        PlaceWaits(5, 3, 2, 3 * HOUR),
    )


def test_an_hour_with_few_questions_is_not_ranked() -> None:
    assert longest_waits([asked(1), asked(2)], lambda each: each.channel_id, NOW) == ()


def test_nobody_answers_themself_by_another_account() -> None:
    answered = asked(1, by=1, helper=2, after=MINUTE)
    mine = as_person(answered, {1: 1, 2: 1}, frozenset())
    assert mine is not None
    assert mine.is_open
    theirs = as_person(answered, {2: 9}, frozenset())
    assert theirs == answered._replace(helper=9)


def test_who_is_hidden_asks_nothing_and_helps_without_a_name() -> None:
    answered = asked(1, by=1, helper=2, after=MINUTE)
    assert as_person(answered, {}, frozenset({1})) is None
    unnamed = as_person(answered, {}, frozenset({2}))
    assert unnamed is not None
    assert (unnamed.helper, unnamed.wait) == (None, MINUTE)
    assert as_person(asked(1), {}, frozenset()) == asked(1)


def test_the_figures_are_those_of_the_slow_way() -> None:
    chance = random.Random(14)  # noqa: S311 - the same clans every time
    for _ in range(30):
        questions = [
            asked(
                number,
                HOUR * chance.uniform(0.1, 700),
                by=chance.randrange(5),
                helper=chance.choice([None, 7, 8, 9]),
                after=chance.choice([None, MINUTE * chance.randrange(1, 3000)]),
                channel=chance.randrange(3),
            )
            for number in range(chance.randrange(60))
        ]
        found = question_figures(chance.sample(questions, len(questions)), NOW, ROME)
        waits = sorted(q.answered_at - q.asked_at for q in questions if q.answered_at)
        assert found.waits.median == (median_low(waits) if waits else None)
        assert found.waits.asked == found.waits.answered + found.waits.open
        within = [w for w in waits if found.waits.nine_in_ten and w <= found.waits.nine_in_ten]
        assert len(waits) < 10 or len(within) >= 0.9 * len(waits)
        unanswered = [q for q in questions if not q.answered_at]
        assert [q.message_id for q in found.open] == [q.message_id for q in unanswered][::-1]
        for hour in found.hours:
            mine = [
                (q.answered_at or NOW) - q.asked_at
                for q in questions
                if q.asked_at.astimezone(ROME).hour == hour.key
                if q.answered_at or NOW - q.asked_at >= 15 * MINUTE
            ]
            assert (hour.asked, hour.median) == (len(mine), median_low(mine))
        assert sum(each.answers for each in found.helpers) == sum(
            q.helper is not None and q.answered_at is not None for q in questions
        )
        assert sum(each.asked for each in found.askers) == len(questions)


def test_a_closed_question_is_neither_answered_nor_open_and_waits_no_more() -> None:
    closed = asked(1)._replace(helper=None, answered_at=None, is_closed=True)
    assert closed.waited(NOW) is None
    assert waits_of([closed])[:3] == (1, 0, 0)
    assert waits_of([closed, asked(2)]).closed == 1

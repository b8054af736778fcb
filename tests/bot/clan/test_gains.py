"""Gains are never negative, unknown is None, and a span split in two gains the same."""

from datetime import UTC, datetime, timedelta
from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.clan.gains import (
    UNKNOWN,
    Course,
    Gains,
    Headline,
    MetricGain,
    Step,
    gains_between,
    gains_by_player,
    is_first_listed,
    metric_gain,
    step,
)
from bot.clan.metrics import UNRANKED
from bot.clan.spans import DAY, Span

START = datetime(2026, 5, 1, tzinfo=UTC)
WEEK = Span(START, START + 7 * DAY)
values = st.one_of(st.just(UNRANKED), st.integers(0, 200_000_000))


def headline(day: float, xp: int = 0, kills: int = 0, hours: float = 0.0) -> Headline:
    return Headline(START + timedelta(days=day), xp, kills, kills, hours, hours)


def observed(history: list[Headline], span: Span) -> Gains:
    """Choose start and end as the docstring of gains_between says."""
    before = [each for each in history if each.seen_at <= span.start]
    upto = [each for each in history if each.seen_at <= span.end]
    inside = [each for each in upto if each.seen_at > span.start]
    baseline = before[-1] if before else next(iter(inside), None)
    return gains_between(baseline, upto[-1] if upto else None, span)


@st.composite
def histories(draw: st.DrawFn, *, rising: bool = False) -> list[Headline]:
    minutes = draw(st.lists(st.integers(-20_000, 20_000), unique=True, max_size=12).map(sorted))
    xp, kills, hours = (draw(_numbers(len(minutes), rising=rising)) for _ in range(3))
    return [
        Headline(START + timedelta(minutes=minute), a, b, b, float(c), float(c))
        for minute, a, b, c in zip(minutes, xp, kills, hours, strict=True)
    ]


def _numbers(size: int, *, rising: bool) -> st.SearchStrategy[list[int]]:
    found = st.lists(st.integers(0, 10**9), min_size=size, max_size=size)
    return found.map(sorted) if rising else found


@pytest.mark.parametrize(
    ("start", "end", "threshold", "went"),
    [
        (10, 25, 5, Step(earned=15)),
        (10, 10, 5, Step()),
        (25, 10, 5, Step(dropped=15)),
        (UNRANKED, UNRANKED, 5, Step()),
        (25, UNRANKED, 5, Step()),
        (UNRANKED, 5, 5, Step(earned=1)),
        (UNRANKED, 9, 5, Step(earned=5)),
        (UNRANKED, 10, 5, Step(entered_at=10)),
        (UNRANKED, 1, 1, Step(earned=1)),
        (UNRANKED, 2, 1, Step(entered_at=2)),
        (UNRANKED, 3, 5, Step()),
    ],
)
def test_a_step_tells_earning_from_entering_and_dropping(
    start: float, end: float, threshold: int, went: Step
) -> None:
    assert step(start, end, threshold) == went


@given(values, values, st.integers(1, 3000))
def test_a_step_is_never_negative_and_only_one_thing(start: int, end: int, limit: int) -> None:
    went = step(start, end, limit)
    assert went.earned >= 0
    assert went.dropped >= 0
    assert sum((went.earned > 0, went.entered_at is not None, went.dropped > 0)) <= 1
    assert went.net == went.earned - went.dropped


def test_a_gain_is_the_end_less_the_baseline() -> None:
    gains = gains_between(headline(-1, 100, 5, 1.5), headline(6, 350, 9, 4.0), WEEK)
    assert gains == Gains(250, 4, 2.5, 2.5, START - DAY, until=START + 6 * DAY)
    assert gains.known
    assert gains.is_dated
    assert gains.doubtful_since is None


@pytest.mark.parametrize(
    ("start", "end"),
    [(None, None), (headline(1), None), (None, headline(1)), (headline(1), headline(1))],
)
def test_without_two_observations_a_gain_is_unknown_not_zero(
    start: Headline | None, end: Headline | None
) -> None:
    assert gains_between(start, end, WEEK) is UNKNOWN
    assert not UNKNOWN.known


def test_two_equal_observations_are_a_gain_of_zero() -> None:
    assert gains_between(headline(-1, 100), headline(6, 100), WEEK).xp == 0


def test_a_baseline_inside_the_span_makes_the_gain_partial() -> None:
    late = gains_between(headline(2, 100), headline(6, 350), WEEK)
    assert (late.partial, late.is_dated, late.doubtful_since) == (True, True, START + 2 * DAY)
    assert not gains_between(headline(0, 100), headline(6, 350), WEEK).partial


@pytest.mark.parametrize(("start", "end"), [(-1, 500), (500, -1), (-1, -1)])
def test_xp_of_somebody_unranked_is_unknown_while_kills_are_known(start: int, end: int) -> None:
    gains = gains_between(headline(-1, start, 5), headline(6, end, 9), WEEK)
    assert (gains.xp, gains.kills, gains.dropped_xp) == (None, 4, 0)


def test_hours_from_unranked_are_unknown_and_not_a_spike() -> None:
    gains = gains_between(headline(-1, hours=-1), headline(6, hours=50), WEEK)
    assert (gains.ehp, gains.ehb) == (None, None)


def test_a_rollback_is_noted_and_not_subtracted() -> None:
    gains = gains_between(headline(-1, 500, 9, 5.0), headline(6, 200, 4, 2.0), WEEK)
    assert gains[:4] == (0, 0, 0.0, 0.0)
    assert gains.dropped_xp == 300


def test_a_rollback_that_was_made_good_counts_once_and_is_noted() -> None:
    """500 fell to 200 and rose to 600: 100 was gained, and 300 was lost on the way."""
    end = headline(6, 600, 12)._replace(xp_fell=300, kills_fell=5)
    gains = gains_between(headline(-1, 500, 9), end, WEEK)
    assert (gains.xp, gains.kills, gains.dropped_xp, gains.dropped_kills) == (100, 3, 300, 5)


@pytest.mark.parametrize(
    ("days", "older", "thin"),
    [
        (1, 1, False),
        (1, 1.1, True),
        (7, 1, False),
        (7, 1.1, True),
        (7, 5.8, True),
        (30, 4.2, False),
        (30, 4.3, True),
        (90, 12.8, False),
        (90, 12.9, True),
        (365, 52.1, False),
        (365, 52.2, True),
    ],
)
def test_a_baseline_is_thin_when_it_is_a_seventh_of_the_span_too_old(
    days: int, older: float, *, thin: bool
) -> None:
    span = Span(START, START + days * DAY)
    gains = gains_between(headline(-older, 100), headline(0.5, 350), span)
    assert (gains.thin, gains.is_dated, gains.doubtful_since is not None) == (thin, not thin, thin)


@given(histories(), st.integers(1, 15))
def test_gains_are_never_negative(history: list[Headline], days: int) -> None:
    gains = observed(history, Span(START, START + days * DAY))
    assert all(value is None or value >= 0 for value in gains[:4])
    assert gains.dropped_xp >= 0


@given(histories(rising=True), st.integers(1, 14))
def test_a_span_split_in_two_gains_the_same(history: list[Headline], days: int) -> None:
    """Claim: values never fall and each half alone has a known gain; then the halves add up.

    Each half alone is known when something new was seen in it and there was a baseline for it.
    """
    whole = Span(START - 14 * DAY, START + 14 * DAY)
    middle = START + (days - 7) * DAY
    first = observed(history, Span(whole.start, middle))
    second = observed(history, Span(middle, whole.end))
    both = observed(history, whole)
    if first.known and second.known:
        halves = zip(first[:4], second[:4], strict=True)
        assert both[:4] == tuple((a or 0) + (b or 0) for a, b in halves)
        assert both.since == first.since


@given(st.lists(st.integers(5, 10**6), min_size=2, max_size=10))
def test_kills_step_by_step_come_to_end_minus_start(kills: list[int]) -> None:
    assert sum(step(start, end, 5).net for start, end in pairwise(kills)) == kills[-1] - kills[0]


def test_a_boss_newly_listed_earns_no_kills() -> None:
    assert [step(start, end, 5).earned for start, end in ((UNRANKED, 800), (UNRANKED, 6))] == [0, 2]


@given(st.dictionaries(st.integers(1, 5), histories(), max_size=5))
def test_the_gains_of_many_are_those_of_each(seen: dict[int, list[Headline]]) -> None:
    starts = {who: before[-1] for who, h in seen.items() if (before := _until(h, WEEK.start))}
    ends = {who: upto[-1] for who, h in seen.items() if (upto := _until(h, WEEK.end))}
    firsts = {who: history[0] for who, history in seen.items() if history}

    found = gains_by_player(starts, firsts, ends, WEEK)

    expected = {who: observed(history, WEEK) for who, history in seen.items()}
    assert found == {who: gains for who, gains in expected.items() if gains.known}


def _until(history: list[Headline], instant: datetime) -> list[Headline]:
    return [each for each in history if each.seen_at <= instant]


@pytest.mark.parametrize(
    ("course", "gain"),
    [
        (Course(10, None, 25), MetricGain(15)),
        (Course(25, None, 12), MetricGain(0, dropped=13)),
        (Course(None, None, None), None),
        (Course(None, None, 25), None),
        (Course(None, 12, 25, is_first_look=True), MetricGain(13)),
        (Course(None, 12, 9, is_first_look=True), MetricGain(0, dropped=3)),
        (Course(None, 7, 25), MetricGain(21)),
        (Course(None, 800, 800), MetricGain(0, entered_at=800)),
        (Course(None, 800, 812), MetricGain(12, entered_at=800)),
        (Course(None, 800, 790), MetricGain(0, 800, 10)),
    ],
)
def test_one_metrics_gain_counts_from_where_it_was_ranked(
    course: Course, gain: MetricGain | None
) -> None:
    assert metric_gain(course, 5) == gain


def test_a_boss_is_first_listed_where_its_threshold_was_crossed_in_view() -> None:
    assert is_first_listed(Course(None, 6, 8), 5)
    assert not is_first_listed(Course(None, 40, 41), 5)
    assert not is_first_listed(Course(4, 6, 8), 5)
    assert not is_first_listed(Course(None, 6, 8, is_first_look=True), 5)


def test_of_many_whoever_has_no_baseline_counts_from_the_first_look_and_one_look_is_unknown() -> (
    None
):
    old, first, now = headline(-1, 100), headline(2, 200), headline(6, 350)
    found = gains_by_player(
        {1: old}, {1: old, 2: first, 3: now}, dict.fromkeys((1, 2, 3, 4), now), WEEK
    )
    assert {who: gains.xp for who, gains in found.items()} == {1: 250, 2: 150}

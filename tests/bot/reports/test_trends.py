"""What is drawn step by step is arranged before it is drawn: values, what was before, the key."""

from dataclasses import replace
from datetime import timedelta

import pytest

from bot.clan.activity import TrendLine
from bot.clan.spans import Period
from bot.reports.trends import Mark, trend_of
from tests.builders import NOW, card, clan_report, member

TODAY = NOW.date()


def day(ago: int, value: int | None, *, fell: bool = False) -> TrendLine:
    return TrendLine(TODAY - timedelta(days=ago), value, value, value, fell)


def test_a_week_stands_beside_the_week_before_and_a_mean_that_reaches_into_it() -> None:
    lines = (day(6, 10), day(5, None), day(4, 30, fell=True), *(day(ago, 5) for ago in (3, 2, 1)))
    before = tuple(day(ago, 100 - ago) for ago in range(13, 6, -1))
    report = clan_report(member(), period=Period.WEEK)
    trend = trend_of(replace(report, trend=(*lines, day(0, 1)), earlier=before))
    assert trend.xp.label == "XP per day"
    assert trend.messages.label == "Messages per day"
    assert trend.xp.values == (10, None, 30, 5, 5, 5, 1)
    assert trend.xp.before == (87, 88, 89, 90, 91, 92, 93)
    assert trend.xp.mean == (
        *(pytest.approx(each) for each in (553 / 7, 465 / 6, 406 / 6, 321 / 6, 235 / 6, 148 / 6)),
        None,
    )
    assert (trend.xp.falls, trend.messages.falls) == ((2,), ())
    assert trend.is_running
    assert trend.ticks == ((0, "24 Jun"), (2, "26 Jun"), (4, "28 Jun"), (6, "30 Jun"))
    assert trend.key == (
        (Mark.MEAN, "7-day mean"),
        (Mark.BEFORE, "7 days before"),
        (Mark.SO_FAR, "today so far"),
        (Mark.UNSEEN, "not seen"),
        (Mark.FELL, "XP or kills lost"),
    )


@pytest.mark.parametrize(
    ("period", "steps", "labels", "key"),
    [
        (
            Period.DAY,
            24,
            ("XP by the hour it was seen", "Messages per hour"),
            ("7-day mean", "24 hours before", "hour so far", "not seen"),
        ),
        (
            Period.QUARTER,
            90,
            ("XP per day", "Messages per day"),
            ("7-day mean", "90 days before, mean", "today so far", "not seen"),
        ),
        (
            Period.YEAR,
            52,
            ("XP per week", "Messages per week"),
            ("365 days before", "week so far", "not seen"),
        ),
    ],
)
def test_every_period_is_drawn_as_long_as_it_is(
    period: Period, steps: int, labels: tuple[str, str], key: tuple[str, ...]
) -> None:
    trend = trend_of(clan_report(member(), period=period))
    assert (trend.xp.label, trend.messages.label) == labels
    assert len(trend.xp.values) == len(trend.messages.values) == len(trend.xp.before) == steps
    assert tuple(words for _, words in trend.key) == key


def test_hours_are_named_by_the_clock_and_the_last_one_runs_until_it_ends() -> None:
    report = clan_report(member(), period=Period.DAY)
    assert trend_of(report).ticks == ((0, "20:00"), (8, "04:00"), (15, "11:00"), (23, "19:00"))
    whole = replace(report.roster, as_of=report.span.end)
    assert not trend_of(replace(report, roster=whole)).is_running


def test_nothing_that_is_not_drawn_has_to_be_explained() -> None:
    plain = replace(card(), period=Period.WEEK, trend=(day(1, 4),), earlier=())
    trend = trend_of(replace(plain, now=NOW.replace(hour=23, minute=0)))
    assert trend.key == ((Mark.SO_FAR, "today so far"),)
    assert trend.xp.before == ()
    assert trend_of(replace(plain, trend=())).ticks == ()

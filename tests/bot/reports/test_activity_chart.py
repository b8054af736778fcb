"""The picture of a clan's week is as high as what is known of it."""

from dataclasses import replace
from datetime import UTC, datetime
from io import BytesIO

from PIL import Image

from bot.clan.spans import Period, Span
from bot.reports.activity_chart import activity_chart
from bot.reports.activity_report import ActivityReport, WeekPanel
from bot.reports.documents import Document
from tests.builders import week_hours

NOW = datetime(2026, 5, 20, 12, tzinfo=UTC)
UNKNOWN = ((None,) * 24,) * 7


def report_of(*weeks: tuple[tuple[int | None, ...], ...]) -> ActivityReport:
    titles = ("Chat", "Game", "Voice")
    return ActivityReport(
        clan="Iron Cabbage",
        zone="Europe/London",
        period=Period.MONTH,
        span=Span(NOW, NOW),
        as_of=NOW,
        panels=tuple(
            WeekPanel(title, "messages:", week) for title, week in zip(titles, weeks, strict=True)
        ),
        totals=(),
        hours=2,
        times=(),
        people=0,
        people_span=Span(NOW, NOW),
        busiest=(),
        quiet=None,
        channel_span=Span(NOW, NOW),
        event=None,
        evidence=(),
    )


def height_of(chart: Document) -> int:
    with Image.open(BytesIO(chart.content)) as picture:
        assert picture.width == 1100
        return picture.height


def test_a_side_of_which_nothing_is_known_is_one_line() -> None:
    known = week_hours()
    full = activity_chart(report_of(known, known, known))
    two = activity_chart(report_of(known, known, UNKNOWN))
    none = activity_chart(report_of(UNKNOWN, UNKNOWN, UNKNOWN))
    assert height_of(full) - height_of(two) == 240
    assert height_of(none) < height_of(two) < height_of(full) < 1100
    assert "Voice: unknown" in two.alt
    assert "Voice: unknown" not in full.alt


def test_one_unseen_hour_is_drawn_apart_and_leaves_the_week_its_room() -> None:
    first, *rest = week_hours()
    seen = report_of(week_hours(), UNKNOWN, UNKNOWN)
    partly = report_of(((None, *first[1:]), *rest), UNKNOWN, UNKNOWN)
    charts = [activity_chart(each) for each in (seen, partly)]
    assert height_of(charts[0]) == height_of(charts[1])
    assert charts[0].content != charts[1].content
    panel = replace(partly.panels[1], note="nothing was seen yet")
    told = activity_chart(replace(partly, panels=(partly.panels[0], panel, panel)))
    assert "(nothing was seen yet)" in told.alt

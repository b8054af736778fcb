from dataclasses import replace
from datetime import date
from io import BytesIO

import pytest
from PIL import Image

from bot.clan.profiles import Week
from bot.clan.spans import Span
from bot.reports import style
from bot.reports.case_charts import uncovered_chart, weeks_chart
from bot.reports.case_pictures import UncoveredWeek, WeeksPicture, weeks_picture
from bot.reports.documents import Document
from bot.reports.paper import Rect
from tests.bot.clan.portraits import NOW, account, ago, person
from tests.bot.reports.test_charts import NASTY
from tests.builders import ZONE, week_hours

SPAN = Span(ago(30), NOW)
WEEKS = (Week(5, 4), Week(7, 2), Week(None, 3), Week(3, 0), Week(0, None), *(Week(6, 6),) * 3)
COVER = ((0, 0, 3, 0, 1, *(0,) * 19), *((0,) * 24,) * 6)
UNCOVERED = UncoveredWeek(
    "Iron Cabbage", ZONE, 30, SPAN, week_hours(), 5, week_hours(), COVER, date(2026, 4, 20)
)
COVERED = replace(UNCOVERED, hours=((0,) * 24,) * 7)
FIELD: Rect = (66, 314, 1002, 310)
"""Where the bars of the weeks stand."""


def weeks(*known: Week, name: str = "Ann") -> WeeksPicture:
    main = account()._replace(name=name)
    return weeks_picture(person(accounts=(main,), weeks=known), "Iron Cabbage", ZONE, NOW)


def picture_of(chart: Document) -> Image.Image:
    assert chart.content.startswith(b"\x89PNG\r\n\x1a\n")
    assert len(chart.content) < 120_000
    return Image.open(BytesIO(chart.content)).convert("RGBA")


def colours_of_week(chart: Document, place: int) -> list[tuple[int, ...]]:
    """Return the colour just above the floor of each of the two bars of a week."""
    left, top, width, height = FIELD
    middle = left + width * (place + 0.5) / 8
    image = picture_of(chart)
    pixels = [image.getpixel((int(middle + side), int(top + height - 45))) for side in (-26, 26)]
    return [pixel[:3] for pixel in pixels if isinstance(pixel, tuple)]


@pytest.mark.parametrize(
    "picture",
    [
        weeks(*WEEKS),
        weeks(),
        *(weeks(*WEEKS, name=name) for name in NASTY),
        replace(weeks(*WEEKS), clan="W" * 100, others=NASTY, evidence=NASTY),
        replace(weeks(*WEEKS), joined_on=None),
    ],
)
def test_any_person_has_a_chart_of_the_houses_size(picture: WeeksPicture) -> None:
    assert picture_of(weeks_chart(picture)).size == (style.WIDTH, style.HEIGHT)


def test_the_weeks_alt_text_says_every_week_and_what_is_unknown() -> None:
    chart = weeks_chart(weeks(*WEEKS))

    assert chart.name == "weeks.png"
    assert chart.alt == (
        "Active days of Ann in Iron Cabbage over 8 weeks, "
        "21 Mar 2026 \N{EN DASH} 15 May 2026 Europe/London. "
        "In the game 33 of 49 days (1 week unknown), by week 5, 7, unknown, 3, 0, 6, 6, 6; "
        "in chat 27 of 49 days (1 week unknown), by week 4, 2, 3, 0, unknown, 6, 6, 6."
    )


def test_an_unknown_week_does_not_look_like_an_idle_one() -> None:
    known, idle, unknown = (
        colours_of_week(weeks_chart(weeks(*(week,) * 8)), 3)
        for week in (Week(7, 7), Week(0, 0), Week())
    )

    assert len({known[0], known[1], idle[0], unknown[0]}) == 4
    assert (idle[0], unknown[0]) == (idle[1], unknown[1])


def test_the_longest_time_without_an_officer_is_the_title() -> None:
    chart = uncovered_chart(UNCOVERED)

    assert chart.name == "uncovered_hours.png"
    assert picture_of(chart).size == (style.WIDTH, style.HEIGHT)
    assert chart.alt == (
        "No officer Mon 12:00 \N{EN DASH} Tue 00:00. "
        "Messages of Iron Cabbage by weekday and hour, "
        "15 Apr 2026 13:00 \N{EN DASH} 15 May 2026 13:00 Europe/London. "
        "An officer wrote in 2 hours of the week. "
        "Longest gap 12 hours; 84 hours of the week without one. Data since 20 Apr 2026."
    )


@pytest.mark.parametrize(
    ("week", "title", "line"),
    [
        (
            COVERED,
            "An officer in every busy hour. ",
            "No hour without one (5 messages or more). Data since 20 Apr 2026.",
        ),
        (
            replace(COVERED, hours=()),
            "Hours without an officer: \N{EN DASH}. ",
            "Nothing was seen. Data since 20 Apr 2026.",
        ),
        (
            replace(COVERED, hours=((9,) * 24,) * 7, least_messages=1),
            "No officer all week long. ",
            "Longest gap 168 hours; 168 hours of the week without one. Data since 20 Apr 2026.",
        ),
    ],
)
def test_covered_unobserved_and_officerless_weeks_say_so(
    week: UncoveredWeek, title: str, line: str
) -> None:
    chart = uncovered_chart(week)

    assert picture_of(chart).size == (style.WIDTH, style.HEIGHT)
    assert chart.alt.startswith(title)
    assert chart.alt.endswith(line)


@pytest.mark.parametrize("name", NASTY)
def test_any_clan_can_stand_over_its_hours(name: str) -> None:
    chart = uncovered_chart(replace(UNCOVERED, clan=name))
    assert picture_of(chart).size == (style.WIDTH, style.HEIGHT)


def test_the_same_values_give_the_same_pictures() -> None:
    assert weeks_chart(weeks(*WEEKS)) == weeks_chart(weeks(*WEEKS))
    assert uncovered_chart(UNCOVERED) == uncovered_chart(UNCOVERED)

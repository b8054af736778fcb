from dataclasses import replace
from io import BytesIO

import pytest
from PIL import Image

from bot.clan.activity import TrendLine
from bot.clan.spans import Period
from bot.reports import style
from bot.reports.charts import card_chart, heatmap_chart, report_chart
from bot.reports.clan_report import ClanReport
from bot.reports.documents import Document
from tests.builders import (
    UNSEEN,
    Week,
    card,
    clan_report,
    clan_week,
    full_clan,
    member,
)

NASTY = (
    "$x^2$", "\\frac{a}", "=1+1", "@everyone", "<b>x</b>", "-Dash", "\N{FIRE}\N{FIRE}", "a\nb",
    "W" * 30, "\u5168\u6f22\u5b57", "_under_", "%s {0}", "\u200b", "\u0645\u0631",
)  # fmt: skip


def size_of(chart: Document) -> tuple[int, int]:
    assert chart.content.startswith(b"\x89PNG\r\n\x1a\n")
    assert len(chart.content) < 120_000
    return Image.open(BytesIO(chart.content)).size


def nobody_seen() -> ClanReport:
    unseen = clan_report(*(member(place, week=UNSEEN) for place in range(1, 4)))
    gaps = tuple(TrendLine(line.day, None, None) for line in unseen.trend)
    return replace(unseen, trend=gaps, heatmap=())


REPORTS = {
    "usual": full_clan(40),
    "large": full_clan(500),
    "empty": replace(clan_report(clan=""), trend=(), heatmap=(), evidence=()),
    "one member": clan_report(member(), clan="Solo", period=Period.WEEK),
    "one day": replace(clan_report(member()), trend=clan_report().trend[-1:]),
    "nobody seen": nobody_seen(),
    "nasty": clan_report(
        *(member(place, name, week=Week(place, place, place)) for place, name in enumerate(NASTY)),
        clan="\u5168\u6f22\u5b57\N{FIRE}" * 8,
    ),
}


@pytest.mark.parametrize("report", REPORTS.values(), ids=REPORTS.keys())
def test_any_clan_has_a_chart_of_the_houses_size(report: ClanReport) -> None:
    assert size_of(report_chart(report)) == (style.WIDTH, style.HEIGHT)


@pytest.mark.parametrize("name", NASTY)
def test_any_name_can_stand_on_a_card(name: str) -> None:
    mine = replace(card(member(1, name), clan=name), accounts=NASTY)

    assert size_of(card_chart(mine)) == (style.WIDTH, style.HEIGHT)


def test_a_card_of_somebody_whom_nobody_saw_can_be_drawn() -> None:
    unseen = replace(card(member(week=UNSEEN)), trend=(), hours=(), best_hours=(), places={})
    chart = card_chart(unseen)

    assert size_of(chart) == (style.WIDTH, style.HEIGHT)
    assert "XP gained \N{EN DASH}; Boss kills \N{EN DASH}" in chart.alt
    assert "Best hours of 90 days: unknown" in chart.alt


def test_the_reports_alt_text_says_what_it_shows() -> None:
    ann = member(1, "Ann", week=Week(xp=7_000_000, kills=0, messages=14))
    chart = report_chart(clan_report(ann, period=Period.WEEK))

    assert chart.name == "clan_report.png"
    assert chart.alt == (
        "Report of Iron Cabbage over 7 days, "
        "23 Jun 2025 20:00 \N{EN DASH} 30 Jun 2025 19:20 Europe/London. "
        "XP gained 7M (+11%); Boss kills 0 (0%); Messages 14 (+17%); Members active 1 (new). "
        "Most XP Ann with 7M; most boss kills nobody; most messages Ann with 14. "
        "Bars: XP per day, Messages per day beside the 7-day mean and the 7 days before. "
        "What was not seen is hatched."
    )


def test_the_cards_alt_text_says_what_it_shows() -> None:
    chart = card_chart(card(member(1, "Ann", week=Week(70_000, 14, 70))))

    assert chart.name == "member_card.png"
    assert chart.alt == (
        "Card of Ann in Iron Cabbage over 30 days, "
        "31 May 2025 20:00 \N{EN DASH} 30 Jun 2025 19:20 Europe/London. "
        "XP gained 300k (#3 of 305 · 3 EHP); Boss kills 60 (#3 of 305 · 3 EHB); "
        "Messages 300 (#3 of 305); Questions answered 20 (#3 of 305 · 15 asked). "
        "Best hours of 90 days: Sun 20:00, Sat 20:00, Sun 19:00. "
        "Bars: XP per day, Messages per day beside the 7-day mean and the 30 days before. "
        "What was not seen is hatched."
    )


def test_the_heatmap_names_the_busiest_hours() -> None:
    chart = heatmap_chart(clan_week())

    assert chart.name == "activity.png"
    assert size_of(chart) == (style.WIDTH, style.HEIGHT)
    assert chart.alt.endswith("Busiest: Sun 20:00 (729), Sat 20:00 (648), Sun 19:00 (576).")


def test_a_week_without_a_message_can_be_drawn() -> None:
    chart = heatmap_chart(replace(clan_week(), hours=(), best_hours=(), evidence=()))

    assert size_of(chart) == (style.WIDTH, style.HEIGHT)
    assert chart.alt.endswith("Busiest: no messages.")


def test_the_same_report_gives_the_same_picture() -> None:
    assert report_chart(REPORTS["usual"]) == report_chart(REPORTS["usual"])

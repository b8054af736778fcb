"""Every colour, size and number format of charts and files, and how spans and days are worded.

The colours are Okabe and Ito's, told apart by the colour-blind, on a dark slate card of our own
that reads well on Discord's dark and light alike.
"""

from collections.abc import Iterable
from datetime import date, datetime
from typing import Final
from zoneinfo import ZoneInfo

from bot.clan.spans import Span

WIDTH: Final = 1100
HEIGHT: Final = 720
"""Charts in pixels: twice what Discord gives to a picture, and three times that on a phone."""
DPI: Final = 100
PNG_LEVEL: Final = 1
MARGIN: Final = 32
CORNER: Final = 18

CARD: Final = "#1e242c"
CARD_EDGE: Final = "#414b58"
PANEL: Final = "#29313b"
GRID: Final = "#3c4754"
HATCH: Final = "#66748a"
"""Stripes where nobody looked."""
INK: Final = "#f4f1e6"
INK_SOFT: Final = "#b9c2cc"
XP: Final = "#e69f00"
MESSAGES: Final = "#56b4e9"
KILLS: Final = "#cc79a7"
ACTIVE: Final = "#2fbf91"
DOWN: Final = "#f08a4b"
HEAT: Final = ("#29313b", "#26485f", "#2b6688", "#3a8bb8", "#56b4e9", "#9fd6f5", "#f0e442")
"""From no message to the busiest hours."""

TITLE: Final = 44
FIGURE: Final = 42
HEADING: Final = 29
BODY: Final = 27
SMALL: Final = 25
"""Heights of type in pixels; 25 of them are 9 where a phone shows the picture 390 wide."""

SHEET_FONT: Final = "Calibri"
SHEET_SOFT: Final = "#616b77"
SHEET_DOUBT: Final = "#4f5966"
SHEET_ALARM: Final = "#b3401a"
SHEET_HEAD: Final = "#29313b"
SHEET_BAND: Final = "#eef1f4"
SHEET_LINE: Final = "#c9d0d8"
SHEET_ZERO: Final = "#f9d9c4"
SHEET_LOW: Final = "#ffffff"
SHEET_SCALES: Final = {"messages": "#7cc4ec", "xp": "#f2c14e", "kills": "#e0a9c6", "ehp": "#7fd3b8"}
INTEGER: Final = "#,##0"
DECIMAL: Final = "#,##0.0"
SIGNED: Final = "+#,##0;-#,##0;0"
SIGNED_DECIMAL: Final = "+#,##0.0;-#,##0.0;0.0"
PERCENT: Final = "+0%;-0%;0%"
MILLIONS: Final = '#,##0.0,,"M"'
DATE: Final = "d mmm yyyy"
DATE_TIME: Final = "d mmm yyyy hh:mm"

WEEKDAYS: Final = ("Mon", "Tue", "Wed", "Thu", "Fri", "Sat", "Sun")


def day_words(day: date) -> str:
    """Return a date as charts write it, such as "3 Jun"."""
    return f"{day.day} {day:%b}"


def date_words(day: date) -> str:
    """Return a date with its year, such as "3 Jun 2025"."""
    return f"{day_words(day)} {day.year}"


def clock_words(instant: datetime, zone: str) -> str:
    """Return an instant by the clan's clock, such as "3 Jun 2025 14:00"."""
    local = instant.astimezone(ZoneInfo(zone))
    return f"{date_words(local.date())} {local:%H:%M}"


def span_words(span: Span, zone: str) -> str:
    """Return a span by the clan's clock with the clock's name."""
    return f"{clock_words(span.start, zone)} \N{EN DASH} {clock_words(span.end, zone)} {zone}"


def slot_words(slot: tuple[int, int, int]) -> str:
    """Return a busy hour of the week, such as "Sat 20:00"."""
    weekday, hour, _ = slot
    return f"{WEEKDAYS[weekday]} {hour:02d}:00"


def evidence_words(evidence: Iterable[str]) -> str:
    """Return the evidence strip in one line."""
    return " · ".join(evidence)

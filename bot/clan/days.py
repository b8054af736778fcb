"""The days that people write, as dates of the clan's calendar.

What could be read in two ways is refused, with the words that would be right; nothing is guessed.
"""

import re
from calendar import monthrange
from collections.abc import Sequence
from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo

from bot.clan.spans import DAY, WEEK, day_of

FURTHEST_BACK = timedelta(days=30)
"""How long past a day that is written without its year may be."""

_MONTHS = [
    "january",
    "february",
    "march",
    "april",
    "may",
    "june",
    "july",
    "august",
    "september",
    "october",
    "november",
    "december",
]
_WEEKDAYS = ["monday", "tuesday", "wednesday", "thursday", "friday", "saturday", "sunday"]
_FROM_TODAY = {"yesterday": -DAY, "today": timedelta(), "tomorrow": DAY}
_MONTHS_IN = {"month": 1, "year": 12}
_DAYS_IN = {"d": 1, "day": 1, "w": 7, "week": 7}
_LEAP_YEARS_APART = 8  # at a century that is no leap year
_SHOWN = 40

_ISO = re.compile(r"(?P<year>\d{4})-(?P<month>\d{1,2})-(?P<day>\d{1,2})")
_DOTTED = re.compile(r"(?P<day>\d{1,2})\. ?(?P<month>\d{1,2})(?:\. ?(?P<year>\d{4})?)?")
_DAY_FIRST = re.compile(
    r"(?P<day>\d{1,2})(?:st|nd|rd|th|\.)?(?: of)? ?(?P<word>[a-z]{3,9})\.?(?: (?P<year>\d{4}))?"
)
_MONTH_FIRST = re.compile(
    r"(?P<word>[a-z]{3,9})\.? (?P<day>\d{1,2})(?:st|nd|rd|th)?(?: (?P<year>\d{4}))?"
)
_SLASHED = re.compile(r"(\d{1,2})/(\d{1,2})(?:/\d{2,4})?")
_LENGTH = re.compile(
    r"(?P<from_now>in )?(?P<count>\d{1,4}|an?|one) ?"
    r"(?P<unit>d|w|day|week|month|year)s?(?P<from_now_too> from now)?"
)
_WEEKDAY = re.compile(r"(?:(?P<which>next|this|on) )?(?P<word>[a-z]{3,9})")
_HOUR = re.compile(
    r"(?P<day>.*?)(?:(?<=\d)t(?=\d)| |^)(?:at )?(?P<hour>\d{1,2})"
    r"(?:(?::(?P<minute>\d{2}))? ?(?P<half>am|pm)|:(?P<minute_24>\d{2}))"
)
_NOON = 12
_GAME_BEGAN = 2013
"""No event of a clan is older than its game."""
_YEAR_BACK = timedelta(days=335)
"""A date without its year is of the last twelve months, as far as it may lie back by itself."""


def parse_day(text: str, today: date, after: date | None = None) -> date:
    """Return the day that a text means: 2026-12-24, 24 Dec, 24.12., friday, in 3 days, 2 weeks.

    With `after`, the day is an end: a mere length counts from there, and a weekday comes later.
    `next friday` is the one of next week. Raises ValueError, saying what would be right.
    """
    words = " ".join(text.casefold().replace(",", " ").split())
    base = after or today
    try:
        found = (
            _from_today(words, today)
            or _after_length(words, today, base)
            or _on_weekday(words, max(base, today))
            or _on_date(words, base)
        )
    except OverflowError:
        raise ValueError(f'"{text[:_SHOWN]}" is too far away') from None
    if found is None:
        raise ValueError(_advice(text, words, today))
    return found


def parse_past(text: str, now: datetime, zone: ZoneInfo) -> datetime:
    """Return the instant before now that a text means: 2026-11-21 20:00, sat 8pm, yesterday 20:00.

    A weekday is the last one, a date without its year the last one, and a mere hour is today's.
    Raises ValueError, saying what would be right.
    """
    words = " ".join(text.casefold().replace(",", " ").split())
    matched = _HOUR.fullmatch(words)
    at = None if matched is None else _time_of(matched)
    if matched is None or at is None or _LENGTH.fullmatch(matched["day"].strip()):
        shown = text[:_SHOWN]
        raise ValueError(
            f'"{shown}" has no time; write sat 20:00, yesterday 8pm or {now.year}-11-21 20:00'
        )
    # A weekday is the last one already: who says so means no other.
    today, named = day_of(now, zone), matched["day"].strip().removeprefix("last ")
    day = parse_day(named, today, today - _YEAR_BACK) if named else today
    if not _GAME_BEGAN <= day.year <= now.year + 1:
        raise ValueError(f'"{text[:_SHOWN]}" is too far away')
    if _WEEKDAY.fullmatch(named) and named not in _FROM_TODAY:
        day -= WEEK
    found = datetime.combine(day, at, zone).astimezone(UTC)
    if found > now and day == today and named and named not in _FROM_TODAY:
        found = datetime.combine(day - WEEK, at, zone).astimezone(UTC)
    if found > now:
        raise ValueError(f"{day:%a} {day.day} {day:%b %Y} {at:%H:%M} is still to come")
    return found


def _time_of(matched: re.Match[str]) -> time | None:
    hour, minute = int(matched["hour"]), int(matched["minute"] or matched["minute_24"] or 0)
    if matched["half"]:
        if not 1 <= hour <= _NOON:
            return None
        hour = hour % _NOON + (_NOON if matched["half"] == "pm" else 0)
    try:
        return time(hour, minute)
    except ValueError:
        return None


def _from_today(words: str, today: date) -> date | None:
    return today + _FROM_TODAY[words] if words in _FROM_TODAY else None


def _after_length(words: str, today: date, base: date) -> date | None:
    matched = _LENGTH.fullmatch(words)
    if matched is None:
        return None
    start = today if matched["from_now"] or matched["from_now_too"] else base
    count = int(matched["count"]) if matched["count"].isdecimal() else 1
    if matched["unit"] in _DAYS_IN:
        return start + count * _DAYS_IN[matched["unit"]] * DAY
    months = start.month - 1 + count * _MONTHS_IN[matched["unit"]]
    year, month = start.year + months // 12, months % 12 + 1
    if year > date.max.year:
        raise OverflowError
    return date(year, month, min(start.day, monthrange(year, month)[1]))


def _on_weekday(words: str, base: date) -> date | None:
    """Return the first such day after the base, or with "next" the one of the week after."""
    matched = _WEEKDAY.fullmatch(words)
    weekday = _place(matched["word"], _WEEKDAYS) if matched else None
    if matched is None or weekday is None:
        return None
    if matched["which"] == "next":
        return base + (7 - base.weekday() + weekday) * DAY
    return base + ((weekday - base.weekday() - 1) % 7 + 1) * DAY


def _on_date(words: str, base: date) -> date | None:
    for form in (_ISO, _DOTTED, _DAY_FIRST, _MONTH_FIRST):
        matched = form.fullmatch(words)
        if matched is None:
            continue
        parts = matched.groupdict()
        place = _place(parts["word"], _MONTHS) if "word" in parts else int(parts["month"]) - 1
        if place is not None:
            return _dated(int(parts["day"]), place + 1, parts["year"], base)
    return None


def _dated(day: int, month: int, year: str | None, base: date) -> date:
    """Return the date of that year, or the first one that is not long before the base."""
    years = [int(year)] if year else range(base.year - 1, base.year + _LEAP_YEARS_APART + 1)
    for each in years:
        found = _existing(each, month, day)
        if found is not None and (year or found >= base - FURTHEST_BACK):
            return found
    if 1 <= month <= len(_MONTHS):
        raise ValueError(f"there is no {day} {_MONTHS[month - 1].title()} {year or ''}".rstrip())
    raise ValueError(f"there is no month {month}; the day comes first, as in 24.12.")


def _existing(year: int, month: int, day: int) -> date | None:
    try:
        return date(year, month, day)
    except ValueError:
        return None


def _place(word: str, names: Sequence[str]) -> int | None:
    """Return which of the names the word is, written out or cut to three letters or more."""
    return next((place for place, name in enumerate(names) if name.startswith(word)), None)


def _advice(text: str, words: str, today: date) -> str:
    """Return why a text is not a day, with ways to write one."""
    slashed = _SLASHED.fullmatch(words)
    if slashed is None:
        return (
            f'"{text[:_SHOWN]}" is not a day; write {today.year}-12-24, 24 Dec, 24.12., tomorrow, '
            "friday, next monday, in 3 days or 2 weeks"
        )
    one, other = map(int, slashed.groups())
    readings = {
        f"{day} {_MONTHS[month - 1][:3].title()}"
        for day, month in ((one, other), (other, one))
        if 1 <= month <= len(_MONTHS) and _existing(today.year, month, day)
    }
    return (
        f"{words} is day/month for some and month/day for others; "
        f"write {' or '.join(sorted(readings)) or '24 Dec'}"
    )

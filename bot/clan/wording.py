"""Numbers, times and roles as players write them: one form each, wherever they are shown.

Unknown is a dash, never 0; a shortened number is cut and not rounded, so it never claims more.
"""

from collections.abc import Sequence
from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

from bot.clan.spans import DAY, HOUR

DASH = "\N{EN DASH}"
"""What stands where a number is unknown."""

_MINUTE = timedelta(minutes=1)
_STEPS = ((10**12, "T"), (10**9, "B"), (10**6, "M"), (10**3, "k"))


def short(value: float | None) -> str:
    """Return 999, 1.2k, 12.3k, 123k, 1.2M, 1.2B; below 1,000 a float keeps one decimal."""
    if value is None:
        return DASH
    if isinstance(value, float):
        value = round(value, 1)
    sign = "-" if value < 0 else ""
    size = abs(value)
    for unit, letter in _STEPS:
        if size >= unit:
            return f"{sign}{_cut(int(size), unit)}{letter}"
    return f"{sign}{size:.1f}".removesuffix(".0") if isinstance(size, float) else f"{sign}{size}"


def exact(value: float | None) -> str:
    """Return 1,200,000 in full; a float keeps one decimal."""
    if value is None:
        return DASH
    if isinstance(value, float):
        return f"{round(value, 1) + 0.0:,.1f}".removesuffix(".0")
    return f"{value:,}"


def percent_change(after: float | None, before: float | None) -> str:
    """Return +12% for a rise since `before`, "new" from nothing, a dash when a side is unknown."""
    if after is None or before is None:
        return DASH
    if before == 0:
        return "new" if after > 0 else "0%"
    percent = round(100 * (after - before) / abs(before))
    return f"{percent:+,}%" if percent else "0%"


def share(part: int, whole: int) -> str:
    """Return how much of the whole as 96%; 0% and 100% only when it is none and all of it."""
    if not whole:
        return DASH
    percent = 100 * part // whole
    return f"{max(percent, 1) if part else 0}%"


def lasting(length: timedelta) -> str:
    """Return a length of time in its largest whole unit: 5 min, 2 h, 3 days."""
    if length < _MINUTE:
        return "under a minute"
    if length < HOUR:
        return f"{length // _MINUTE} min"
    if length < DAY:
        return f"{length // HOUR} h"
    return plural(length // DAY, "day")


def ago(instant: datetime | None, now: datetime) -> str:
    """Return how long before `now` the instant lies: 2 h, 3 days; a dash when it is unknown."""
    return DASH if instant is None else lasting(now - instant)


def day_words(instant: datetime, now: datetime, zone: ZoneInfo) -> str:
    """Return the clan's day as Tuesday within the last six days, as 3 June before."""
    local = instant.astimezone(zone)
    return f"{local:%A}" if now - instant < 6 * DAY else f"{local.day} {local:%B}"


def plural(count: float | None, one: str, many: str | None = None) -> str:
    """Return the count in full with its noun: 1 member, 3 members; `many` where no s will do."""
    return f"{exact(count)} {one if count == 1 else many or one + 's'}"


def role_words(role: str) -> str:
    """Return a WOM role as people write it: "deputy_owner" becomes "Deputy Owner"."""
    return role.replace("_", " ").title()


def first_few(names: Sequence[str], most: int) -> str:
    """Return at most so many names, and how many more there are: a, b and 3 more."""
    more = len(names) - most
    return ", ".join(names[:most]) + (f" and {more} more" if more > 0 else "")


def _cut(size: int, unit: int) -> str:
    """Return size / unit with one decimal below 100, cut off and without an idle zero."""
    whole, rest = divmod(size, unit)
    tenth = rest * 10 // unit
    return f"{whole}.{tenth}" if tenth and whole < 100 else str(whole)  # noqa: PLR2004 - see docstring

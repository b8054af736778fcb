"""When the made-up clan is awake: hours of the day, days of the week, holidays, events.

Hours are those of each one's own clock; a day's number counts UTC days since 1970.
"""

from bisect import bisect_right
from datetime import UTC, date, datetime, time
from itertools import accumulate
from random import Random
from zoneinfo import ZoneInfo

from bot.demo.cast import HOUR_MS, to_ms

_EPOCH_ORDINAL = date(1970, 1, 1).toordinal()
_DAYS_IN_A_WEEK = 7
_SATURDAY = 5

_AWAKE = (
    4, 2, 1, 1, 1, 1, 2, 4, 6, 7, 8, 9, 11, 11, 10, 11, 13, 17, 22, 27, 30, 28, 20, 10,
)  # fmt: skip
"""How lively each hour of somebody's own day is: evenings most, nights hardly."""
_AWAKE_UP_TO = tuple(accumulate(_AWAKE))
_LIVELIEST = max(_AWAKE)

WEEKDAYS = (0.90, 0.86, 0.92, 0.94, 1.02, 1.22, 1.18)
"""Monday first: how much is played and written against an ordinary day."""

_QUIET_DATES = {(12, 24): 0.45, (12, 25): 0.35, (12, 31): 0.55, (1, 1): 0.7, (7, 4): 0.85}
_BUSY_DATES = {(12, 27): 1.3, (12, 28): 1.25, (10, 31): 1.35, (2, 22): 1.5}
_OFFSETS_HOURS = (0, 1, 2, -5, -8, 10, 8, -3)
_OFFSET_SHARES = (38, 18, 6, 17, 8, 7, 4, 2)


def lots(*names: object) -> Random:
    """Return lots of their own for what the names say: the same names always draw the same."""
    return Random("/".join(map(str, names)))  # noqa: S311 - a made-up world must be repeatable


def likely(rng: Random, chance: float) -> bool:
    """Draw whether something of a chance (0-1) happens."""
    return rng.random() < chance


def offset_hours(rng: Random) -> int:
    """Return the hours that somebody's clock is ahead of UTC."""
    return rng.choices(_OFFSETS_HOURS, _OFFSET_SHARES)[0]


def date_of(day: int) -> date:
    """Return the date of a UTC day's number."""
    return date.fromordinal(_EPOCH_ORDINAL + day)


def liveliness(day: int) -> float:
    """Return how much happens on a day against an ordinary one: weekends, holidays, new games."""
    on = date_of(day)
    key = (on.month, on.day)
    return WEEKDAYS[on.weekday()] * _QUIET_DATES.get(key, 1.0) * _BUSY_DATES.get(key, 1.0)


def waking_ms(rng: Random, utc_offset_hours: int) -> int:
    """Return a time of the UTC day, in ms, when somebody with that clock is likely awake."""
    hour = bisect_right(_AWAKE_UP_TO, rng.random() * _AWAKE_UP_TO[-1])
    return (hour - utc_offset_hours) % 24 * HOUR_MS + int(rng.random() * HOUR_MS)


def awake_chance(at_ms: int, utc_offset_hours: int) -> float:
    """Return how likely (0-1) somebody with that clock joins in at an instant."""
    return _AWAKE[(at_ms // HOUR_MS + utc_offset_hours) % 24] / _LIVELIEST


def event_starts_ms(day: int, zone: ZoneInfo) -> int | None:
    """Return when the clan's event of a day begins, or None: Saturdays at 20:00, clan time."""
    on = date_of(day)
    if on.weekday() != _SATURDAY:
        return None
    return to_ms(datetime.combine(on, time(20), zone).astimezone(UTC))


def skill_of_the_week(day: int, skills: tuple[str, ...]) -> str | None:
    """Return the skill that a competition asks for in every second week."""
    week = (day + 3) // _DAYS_IN_A_WEEK
    return skills[week * 5 % len(skills)] if week % 2 else None

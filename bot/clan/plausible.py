"""Which numbers can be so. What cannot is refused and named, and stops nothing else.

The limits lie far above what anybody has: they tell a broken answer from a good one, not a cheat.
"""

from collections.abc import Mapping
from dataclasses import replace
from datetime import datetime, timedelta
from typing import NamedTuple

from bot.clan.metrics import UNRANKED, MetricKind, display_name
from bot.clan.observing import MetricReading
from bot.clan.wording import exact, first_few

AHEAD = timedelta(days=1)
"""By how much another clock may be ahead of ours, or ours behind."""

_LIMITS = {
    MetricKind.SKILL: 200_000_000,
    MetricKind.BOSS: 10_000_000,
    MetricKind.ACTIVITY: 2**31 - 1,
    MetricKind.COMPUTED: 1_000_000,
}
"""Experience, kills, score and hours. Kills of all bosses together stay in 32 bits."""
_MOST_TOTAL_XP = 10_000_000_000
_NAMED = 3


class Checked(NamedTuple):
    """What is left of a reading, None when nothing can be kept of it; and why, where it is less."""

    reading: MetricReading | None
    why: str | None = None


def is_to_come(instant: datetime, now: datetime) -> bool:
    """Return whether an instant is further ahead than clocks may disagree."""
    return instant > now + AHEAD


def checked(reading: MetricReading, now: datetime) -> Checked:
    """Return a reading without the numbers that cannot be.

    Nothing is left of one whose total XP or whose kills would be wrong then: unknown is not less.
    Nor of one that is dated ahead: all later ones would be taken for old.
    """
    if is_to_come(reading.seen_at, now):
        day = f"{reading.seen_at.day} {reading.seen_at:%B %Y}"
        return Checked(None, f"its numbers are dated {day}, which is still to come")
    refused = {
        (kind, name): value
        for kind, of_kind in reading.values.items()
        for name, value in of_kind.items()
        if not _can_be(kind, name, value)
    }
    if any(kind is MetricKind.BOSS or name == "overall" for kind, name in refused):
        return Checked(None, f"{_words(refused)}: nothing of this look was kept")
    if "overall" not in reading.values.get(MetricKind.SKILL, {}):
        return Checked(None, "its total XP is missing")
    if not refused:
        return Checked(reading)
    values = {
        kind: {name: value for name, value in of_kind.items() if (kind, name) not in refused}
        for kind, of_kind in reading.values.items()
    }
    return Checked(replace(reading, values=values), f"{_words(refused)} and was left out")


def _can_be(kind: MetricKind, name: str, value: float) -> bool:
    most = _MOST_TOTAL_XP if name == "overall" else _LIMITS[kind]
    return value == UNRANKED or 0 <= value <= most


def _words(refused: Mapping[tuple[MetricKind, str], float]) -> str:
    """Return what cannot be: "Zulrah 1,000,000,000,000,000 cannot be right"."""
    told = [f"{display_name(name)} {exact(value)}" for (_, name), value in refused.items()]
    return f"{first_few(told, _NAMED)} cannot be right"

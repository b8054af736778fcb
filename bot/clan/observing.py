"""What a reading of a player's stats says against the one before: what took a new value.

Readings come in order of time; one that is not newer than the last is no news.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime

from bot.clan.gains import Headline, step
from bot.clan.metrics import UNRANKED, MetricKind, threshold

HEADLINE_METRICS = frozenset({"overall", "ehp", "ehb"})
"""Kept in the headline of every observation, and therefore nowhere else."""

_NONE_LAPSED: Mapping[str, float] = {}


@dataclass(frozen=True, slots=True)
class MetricReading:
    """All metrics of one player at one instant, by kind; -1 is unranked.

    `kills` are those of all bosses together where they are known apart from the bosses themselves.
    """

    seen_at: datetime
    values: Mapping[MetricKind, Mapping[str, float]]
    kills: int | None = None

    def metrics(self) -> Iterator[tuple[str, MetricKind, float]]:
        """Yield (name, kind, value) of every metric outside the headline."""
        for kind, of_kind in self.values.items():
            for name, value in of_kind.items():
                if name not in HEADLINE_METRICS:
                    yield name, kind, value


@dataclass(frozen=True, slots=True)
class Observed:
    """A new headline, and the metrics that took a new value with it."""

    headline: Headline
    changed: Mapping[str, float]


def observed(
    last: Headline | None,
    present: Mapping[str, float],
    reading: MetricReading,
    lapsed: Mapping[str, float] = _NONE_LAPSED,
) -> Observed | None:
    """Return what a reading brings, or None when it is not newer than the last headline.

    `lapsed` are the last ranked values of metrics that are unranked at present. A boss that was
    never seen of a player who was seen before counts as unranked until now.
    """
    if last is not None and reading.seen_at <= last.seen_at:
        return None
    changed = {name: value for name, _, value in reading.metrics() if present.get(name) != value}
    bosses = reading.values.get(MetricKind.BOSS, {})
    xp = int(reading.values.get(MetricKind.SKILL, {}).get("overall", UNRANKED))
    earned, xp_fell, kills_fell = 0.0, 0, 0.0
    if last is not None:
        went = [
            step(_ranked(name, present, lapsed), bosses[name], threshold(name, MetricKind.BOSS))
            for name in bosses
            if name in changed
        ]
        earned = last.kills_earned + sum(each.net for each in went)
        kills_fell = last.kills_fell + sum(each.dropped for each in went)
        is_fall = UNRANKED < xp < last.xp
        xp_fell = last.xp_fell + (last.xp - xp if is_fall else 0)
    computed = reading.values.get(MetricKind.COMPUTED, {})
    headline = Headline(
        seen_at=reading.seen_at,
        xp=xp,
        kills=_total(bosses) if reading.kills is None else reading.kills,
        kills_earned=int(earned),
        ehp=float(computed.get("ehp", UNRANKED)),
        ehb=float(computed.get("ehb", UNRANKED)),
        xp_fell=xp_fell,
        kills_fell=int(kills_fell),
    )
    return Observed(headline, changed)


def _total(bosses: Mapping[str, float]) -> int:
    return int(sum(value for value in bosses.values() if value > 0))


def _ranked(name: str, present: Mapping[str, float], lapsed: Mapping[str, float]) -> float:
    """Return the last value at which a metric was ranked, or UNRANKED when it never was."""
    value = present.get(name, UNRANKED)
    return lapsed.get(name, UNRANKED) if value == UNRANKED else value

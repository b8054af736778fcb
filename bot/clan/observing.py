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


@dataclass(frozen=True, slots=True)
class MetricReading:
    """All metrics of one player at one instant, by kind; -1 is unranked."""

    seen_at: datetime
    values: Mapping[MetricKind, Mapping[str, float]]

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
    last: Headline | None, present: Mapping[str, float], reading: MetricReading
) -> Observed | None:
    """Return what a reading brings, or None when it is not newer than the last headline.

    A boss that was never seen of a player who was seen before counts as unranked until now.
    """
    if last is not None and reading.seen_at <= last.seen_at:
        return None
    changed = {name: value for name, _, value in reading.metrics() if present.get(name) != value}
    bosses = reading.values.get(MetricKind.BOSS, {})
    earned = 0.0
    if last is not None:
        earned = last.kills_earned + sum(
            step(present.get(name, UNRANKED), value, threshold(name, MetricKind.BOSS)).earned
            for name, value in bosses.items()
            if name in changed
        )
    computed = reading.values.get(MetricKind.COMPUTED, {})
    headline = Headline(
        seen_at=reading.seen_at,
        xp=int(reading.values.get(MetricKind.SKILL, {}).get("overall", UNRANKED)),
        kills=int(sum(value for value in bosses.values() if value > 0)),
        kills_earned=int(earned),
        ehp=float(computed.get("ehp", UNRANKED)),
        ehb=float(computed.get("ehb", UNRANKED)),
    )
    return Observed(headline, changed)

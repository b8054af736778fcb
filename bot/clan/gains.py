"""What a player gained in a span, and how far the number can be trusted.

The value at an instant is that of the newest snapshot at or before it. Unknown is None, never zero.
"""

from collections.abc import Mapping
from datetime import datetime, timedelta
from functools import lru_cache
from typing import NamedTuple, Protocol

from bot.clan.metrics import UNRANKED
from bot.clan.spans import Span

_THIN_FROM = ((7, timedelta(days=14)), (30, timedelta(days=60)), (90, timedelta(days=180)))


class Step(NamedTuple):
    """What one metric did between two values: earned, entered the hiscores at, or dropped by."""

    earned: float = 0
    entered_at: float | None = None
    dropped: float = 0


def step(start: float, end: float, threshold: int) -> Step:
    """Return what going from `start` to `end` means, -1 being unranked and not zero.

    From unranked to less than twice the ranking threshold the player crossed it in view, and what
    they did beyond it is counted. Anything higher only *entered the hiscores*: counted nowhere.
    """
    if end == UNRANKED:
        return Step(dropped=max(start, 0))
    if start == UNRANKED:
        if end < 2 * threshold:
            return Step(earned=max(end - (threshold - 1), 0))
        return Step(entered_at=end)
    return Step(earned=end - start) if end >= start else Step(dropped=start - end)


class Headline(NamedTuple):
    """One observation of a player: the four totals at one instant.

    `xp`, `ehp` and `ehb` are -1 when unranked in them. `kills_earned` is the running sum of boss
    kills that were earned in view; it rises by `step(...).earned` of every boss and never for a
    boss newly listed.
    """

    seen_at: datetime
    xp: int
    kills: int
    kills_earned: int
    ehp: float
    ehb: float


class Gains(NamedTuple):
    """What one player gained in one span; None where it is unknown.

    `since` is the baseline's instant. `partial`: nothing was seen before the span, so the gain
    counts from `since`. `thin`: the baseline is too old to say when the gain was made.
    """

    xp: int | None = None
    kills: int | None = None
    ehp: float | None = None
    ehb: float | None = None
    since: datetime | None = None
    partial: bool = False
    thin: bool = False
    dropped_xp: int = 0

    @property
    def known(self) -> bool:
        """Return whether anything was seen at all."""
        return self.since is not None


UNKNOWN = Gains()


class HasTotals(Protocol):
    """Whatever has the totals of a headline, such as a stored row."""

    @property
    def seen_at(self) -> datetime:
        """Return when it was seen."""

    @property
    def xp(self) -> int:
        """Return the total XP, -1 when unranked."""

    @property
    def kills_earned(self) -> int:
        """Return the boss kills earned in view."""

    @property
    def ehp(self) -> float:
        """Return the efficient hours played."""

    @property
    def ehb(self) -> float:
        """Return the efficient hours bossed."""


def gains_between(start: HasTotals | None, end: HasTotals | None, span: Span) -> Gains:
    """Return the gains of a span from its baseline and the newest headline before its end.

    `start` is the newest observation at or before the span's start or, failing that, the first one
    inside it; `end` the newest at or before its end. When both are the same one, nothing was seen
    to compare: unknown, not zero.
    """
    if start is None or end is None or start.seen_at == end.seen_at:
        return UNKNOWN
    return _gains(start, end, span.start, _thin_before(span))


def gains_by_player(
    starts: Mapping[int, HasTotals],
    firsts: Mapping[int, HasTotals],
    ends: Mapping[int, HasTotals],
    span: Span,
) -> dict[int, Gains]:
    """Return gains_between of everybody seen before the span's end, where they are known.

    `starts` are the newest headlines at or before the span's start; whoever has none there counts
    from the first one ever.
    """
    thin_before = _thin_before(span)
    found: dict[int, Gains] = {}
    for player_id, end in ends.items():
        start = starts.get(player_id) or firsts.get(player_id)
        if start is not None and start.seen_at != end.seen_at:
            found[player_id] = _gains(start, end, span.start, thin_before)
    return found


def _gains(start: HasTotals, end: HasTotals, span_start: datetime, thin_before: datetime) -> Gains:
    since, had_xp, has_xp = start.seen_at, start.xp, end.xp
    rose = None if UNRANKED in (had_xp, has_xp) else has_xp - had_xp
    kills = end.kills_earned - start.kills_earned
    # By place: a report asks this thousands of times.
    return Gains(
        rose and max(rose, 0),
        kills and max(kills, 0),
        _hours_gained(start.ehp, end.ehp),
        _hours_gained(start.ehb, end.ehb),
        since,
        since > span_start,
        since < thin_before,
        -rose if rose is not None and rose < 0 else 0,
    )


def _hours_gained(had: float, has: float) -> float | None:
    if UNRANKED in (had, has):
        return None
    return has - had if has > had else 0.0


def is_thin(baseline_at: datetime, span: Span) -> bool:
    """Return whether the baseline is too old to mean anything for the span.

    Over 14 days before its end for spans of up to 7 days, 60 for 30, 180 for 90, and twice the
    length for longer ones.
    """
    return baseline_at < _thin_before(span)


@lru_cache(64)
def _thin_before(span: Span) -> datetime:
    for days, limit in _THIN_FROM:
        if span.length <= timedelta(days=days):
            return span.end - limit
    return span.end - 2 * span.length


class MetricGain(NamedTuple):
    """What one player gained in one metric: earned, or where they entered the hiscores."""

    earned: float
    entered_at: float | None = None
    partial: bool = False


def metric_gain(
    baseline: float | None, first_inside: float | None, end: float, threshold: int
) -> MetricGain | None:
    """Return one metric's gain, or None when there is no baseline to count from.

    `baseline` is the value at the span's start, `first_inside` the first one seen in it.
    """
    start = baseline if baseline is not None else first_inside
    if start is None:
        return None
    if UNRANKED != start <= end:
        # What step() says of nearly all of the thousands that a report asks about.
        return MetricGain(end - start, None, baseline is None)
    went = step(start, end, threshold)
    return MetricGain(went.earned, went.entered_at, partial=baseline is None)

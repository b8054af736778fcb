"""What a player gained in a span, and how far the number can be trusted.

The value at an instant is that of the newest snapshot at or before it. Unknown is None, never zero.
"""

from collections.abc import Mapping
from datetime import datetime
from functools import lru_cache
from typing import NamedTuple, Protocol

from bot.clan.metrics import UNRANKED
from bot.clan.spans import DAY, Span


class Step(NamedTuple):
    """What one metric did between two values: earned, entered the hiscores at, or dropped by."""

    earned: float = 0
    entered_at: float | None = None
    dropped: float = 0

    @property
    def net(self) -> float:
        """Return what was earned less what was lost."""
        return self.earned - self.dropped


def step(start: float, end: float, threshold: int) -> Step:
    """Return what going from `start`, the last ranked value, to `end` means; -1 is unranked.

    From unranked to less than twice the ranking threshold the player crossed it in view, and what
    they did beyond it is counted. Anything higher only *entered the hiscores*: counted nowhere.
    Who is unranked for a while lost nothing: once ranked again, they go on from the last value.
    """
    if end == UNRANKED:
        return Step()
    if start == UNRANKED:
        if end < 2 * threshold:
            return Step(earned=max(end - (threshold - 1), 0))
        return Step(entered_at=end)
    return Step(earned=end - start) if end >= start else Step(dropped=start - end)


class Headline(NamedTuple):
    """One observation of a player: the four totals at one instant.

    `xp`, `ehp` and `ehb` are -1 when unranked in them. `kills_earned` is the running sum of boss
    kills that were earned in view, less those that were lost: of `step(...).net` of every boss, so
    that it never moves for a boss newly listed. `xp_fell` and `kills_fell` are the running sums of
    what was lost, by a rollback or a mend of the hiscores.
    """

    seen_at: datetime
    xp: int
    kills: int
    kills_earned: int
    ehp: float
    ehb: float
    xp_fell: int = 0
    kills_fell: int = 0


class Gains(NamedTuple):
    """What one player gained between two snapshots; None where it is unknown.

    `since` and `until` are the instants of the two. `partial`: nothing was seen before the span, so
    the gain counts from `since`. `thin`: the baseline is so much older than the span that the gain
    may have been made before it. What was lost in between stands beside it: `dropped_xp` and
    `dropped_kills`.
    """

    xp: int | None = None
    kills: int | None = None
    ehp: float | None = None
    ehb: float | None = None
    since: datetime | None = None
    partial: bool = False
    thin: bool = False
    dropped_xp: int = 0
    dropped_kills: int = 0
    until: datetime | None = None

    @property
    def known(self) -> bool:
        """Return whether anything was seen at all."""
        return self.since is not None

    @property
    def is_dated(self) -> bool:
        """Return whether it is known to have been gained in the span: it may be summed up."""
        return self.since is not None and not self.thin

    @property
    def doubtful_since(self) -> datetime | None:
        """Return since when it is counted where that is not the span's start; else None."""
        return self.since if self.partial or self.thin else None


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

    @property
    def xp_fell(self) -> int:
        """Return the XP lost so far."""

    @property
    def kills_fell(self) -> int:
        """Return the boss kills lost so far."""


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
    xp_fell = end.xp_fell - start.xp_fell
    # By place: a report asks this thousands of times.
    return Gains(
        0 if rose is not None and rose < 0 else rose,
        max(kills, 0),
        _hours_gained(start.ehp, end.ehp),
        _hours_gained(start.ehb, end.ehb),
        since,
        since > span_start,
        since < thin_before,
        # Who was unranked when it fell was not seen to lose it.
        xp_fell if rose is None or xp_fell >= -rose else -rose,
        end.kills_fell - start.kills_fell,
        end.seen_at,
    )


def _hours_gained(had: float, has: float) -> float | None:
    if had == UNRANKED or has == UNRANKED:  # noqa: PLR1714 - asked thousands of times
        return None
    return has - had if has > had else 0.0


@lru_cache(64)
def _thin_before(span: Span) -> datetime:
    """Return before when a baseline is too old to say that a gain was made in the span.

    Older than the span's start by more than a seventh of the span, and by more than a day.
    """
    return span.start - max(DAY, span.length / 7)


class MetricGain(NamedTuple):
    """What one player gained in one metric.

    `entered_at` is the value at which they entered the hiscores, which is counted nowhere; what
    they earned after it is. `dropped` is how much less it is at the end.
    """

    earned: float
    entered_at: float | None = None
    dropped: float = 0


class Course(NamedTuple):
    """How one metric of a player went over a span, by the values at which it was ranked.

    `at_start` is the last one before the span. Without it, `first` is the first one in it, and
    `is_first_look` whether that was the very first snapshot of the player.
    """

    at_start: float | None
    first: float | None
    at_end: float | None
    is_first_look: bool = False


def metric_gain(course: Course, threshold: int) -> MetricGain | None:
    """Return one metric's gain, or None when it was never ranked: there is nothing to count from.

    Summed over the bosses it is what the headlines say of all kills, where none was lost.
    """
    at_start, first, end, is_first_look = course
    if end is None:
        return None
    if at_start is not None:
        # What is so of nearly all of the thousands that a report asks about.
        if end >= at_start:
            return MetricGain(end - at_start)
        return MetricGain(0, None, at_start - end)
    if first is None:
        return None
    met = Step() if is_first_look else step(UNRANKED, first, threshold)
    net = met.earned + end - first
    return MetricGain(max(net, 0), met.entered_at, max(-net, 0))


def is_first_listed(course: Course, threshold: int) -> bool:
    """Return whether a metric was first ranked in view, at a value that was reached in view."""
    at_start, first, end, is_first_look = course
    if at_start is not None or first is None or end is None or is_first_look:
        return False
    return step(UNRANKED, first, threshold).entered_at is None

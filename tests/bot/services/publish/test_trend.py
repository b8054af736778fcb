"""The steps of a trend, as they come out when every look is held against the one before."""

from datetime import UTC, datetime, timedelta
from itertools import pairwise
from random import Random
from zoneinfo import ZoneInfo

from bot.clan.activity import TrendStep
from bot.clan.metrics import UNRANKED
from bot.services.publish.trend import TrendSteps, trend_lines, xp_by_step
from bot.services.view import BASELINE_LEAD, LifeRow
from storage.columns import to_ms

ZONE = ZoneInfo("Europe/London")
FIRST = datetime(2026, 9, 1, tzinfo=UTC)
STEPS = TrendSteps(
    TrendStep.WEEK, tuple(FIRST + each * timedelta(weeks=1) for each in range(6)), earlier=2
)


def looks(seed: int) -> list[LifeRow]:
    """Return what five players had at random instants; some are unranked at times, some fall."""
    dice = Random(seed)  # noqa: S311 - of no secret
    found: list[LifeRow] = []
    for who in range(5):
        at, xp, kills = to_ms(FIRST) - 86_400_000, 1000, 10
        for _ in range(dice.randint(0, 60)):
            at += dice.randint(0, 200_000_000)
            xp += dice.choice([0, 0, 500, -200])
            kills += dice.choice([0, 3, -1])
            found.append((who, at, dice.choice([xp, xp, UNRANKED]), kills))
    return found


def slowly(
    seen: list[LifeRow], start: datetime, end: datetime
) -> tuple[int | None, int | None, bool]:
    """Return XP, kills and whether any fell in one step."""
    inside = [
        (one, other)
        for one, other in pairwise(seen)
        if one[0] == other[0] and to_ms(start) <= other[1] < to_ms(end)
    ]
    ranked = [(one[2], other[2]) for one, other in inside if UNRANKED not in (one[2], other[2])]
    fell = any(other[3] < one[3] for one, other in inside) or any(had > has for had, has in ranked)
    return (
        sum(max(has - had, 0) for had, has in ranked) if ranked else None,
        sum(max(other[3] - one[3], 0) for one, other in inside) if inside else None,
        fell,
    )


def test_every_step_is_what_its_looks_come_to() -> None:
    ends = (*STEPS.starts[1:], datetime(2030, 1, 1, tzinfo=UTC))
    for seed in range(20):
        # A look from longer before is no baseline.
        since_ms = to_ms(STEPS.starts[1] - BASELINE_LEAD)
        seen = [row for row in looks(seed) if row[1] > since_ms]
        lines, earlier = trend_lines(
            STEPS, ZONE, hours=(), life=looks(seed), heard_from=None, read_from=STEPS.starts[1]
        )
        found = [(each.xp, each.kills, each.fell) for each in (*earlier, *lines)]
        expected = [slowly(seen, *each) for each in zip(STEPS.starts, ends, strict=True)]
        # Of the first, which began before anything was read, nothing is known.
        assert found == [(None, None, False), *expected[1:]]
        assert xp_by_step(STEPS, seen, STEPS.starts[1]) == tuple(each.xp for each in lines)


def test_nothing_is_known_of_what_was_read_from_later_on() -> None:
    late = STEPS.starts[-1] + timedelta(days=1)
    assert xp_by_step(STEPS, looks(1), late) == (None,) * 4

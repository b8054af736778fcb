"""Gains worked out a second, slow way, straight from the words of the rule, come to the same.

Every look is kept as it was; nothing is summed up on the way.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from itertools import pairwise
from random import Random

import pytest

from bot.clan.gains import Gains
from bot.clan.metrics import UNRANKED, MetricKind, threshold
from bot.clan.spans import DAY, Period, Span, last
from bot.services.publish.report import metric_gains, report_query
from bot.services.view import gains_of, read_view
from tests.bot.services.village import Village, reading
from tests.storage.rows import NOW

BOSSES = ("zulrah", "nex", "tzkal_zuk")
PLAYERS = range(1, 41)


@dataclass(frozen=True)
class Look:
    """One snapshot as Wise Old Man showed it."""

    at: datetime
    xp: int
    bosses: Mapping[str, int]


def history(player_id: int) -> list[Look]:
    """Return looks at odd times with rollbacks, gaps, and bosses that come and go."""
    chance = Random(player_id)  # noqa: S311 - made-up numbers
    at = NOW - timedelta(days=chance.choice((2, 6, 20, 80, 400)), minutes=chance.randrange(1_000))
    xp, kills = chance.randrange(10**6), {boss: chance.choice((0, 3, 40)) for boss in BOSSES}
    found = []
    while at < NOW:
        shown = {
            boss: UNRANKED
            if done < threshold(boss, MetricKind.BOSS) or chance.random() < 0.1
            else done
            for boss, done in kills.items()
        }
        found.append(Look(at, xp, shown))
        at += timedelta(hours=chance.choice((3, 24, 24, 30, 200, 900)))
        xp = max(xp + chance.choice((0, 0, 5_000, 90_000, -40_000)), 0)
        kills = {
            boss: max(done + chance.choice((0, 0, 2, 6, -4)), 0) for boss, done in kills.items()
        }
    return found


def slow_xp(looks: Sequence[Look], span: Span) -> tuple[int | None, int]:
    """Return (gained, lost on the way), None when there are no two looks to compare."""
    ends = _ends(looks, span)
    if ends is None:
        return None, 0
    between = looks[ends[0] : ends[1] + 1]
    lost = sum(max(a.xp - b.xp, 0) for a, b in pairwise(between))
    return max(between[-1].xp - between[0].xp, 0), lost


def slow_kills(looks: Sequence[Look], span: Span, boss: str) -> int:
    """Return what was gained in one boss, which may be less than nothing."""
    ends = _ends(looks, span)
    if ends is None:
        return 0
    limit = threshold(boss, MetricKind.BOSS)
    before = [look.bosses[boss] for look in looks[: ends[0] + 1] if look.bosses[boss] != UNRANKED]
    upto = [look.bosses[boss] for look in looks[: ends[1] + 1] if look.bosses[boss] != UNRANKED]
    if not upto:
        return 0
    if before:
        return upto[-1] - before[-1]
    crossed = upto[0] < 2 * limit
    return upto[-1] - (limit - 1 if crossed else upto[0])


def _ends(looks: Sequence[Look], span: Span) -> tuple[int, int] | None:
    before = [number for number, look in enumerate(looks) if look.at <= span.start]
    start, end = (before[-1] if before else 0), len(looks) - 1
    return (start, end) if start < end else None


@pytest.fixture
async def seen(village: Village) -> dict[int, list[Look]]:
    """Return what was seen of everybody, who are members whom Wise Old Man looked at so."""
    await village.settled({player_id: f"Player {player_id}" for player_id in PLAYERS})
    found = {player_id: history(player_id) for player_id in PLAYERS}
    for player_id, looks in found.items():
        await village.looked(
            player_id, [reading(look.at, look.xp, **look.bosses) for look in looks]
        )
    return found


async def test_gains_of_every_window_are_those_of_the_slow_way(
    village: Village, seen: dict[int, list[Look]]
) -> None:
    fell = thin = 0
    for period in Period:
        span = last(period, NOW, village.clan.zone)
        async with village.database.reading() as connection:
            query = report_query(period, NOW, village.clan.zone)
            view = await read_view(connection, village.clan, query)
        quick, by_boss = gains_of(view, period), metric_gains(view)[MetricKind.BOSS]
        for player_id, looks in seen.items():
            mine = quick.get(player_id, Gains())
            gained, lost = slow_xp(looks, span)
            assert (mine.xp, mine.dropped_xp) == (gained, lost)
            kills = {boss: slow_kills(looks, span, boss) for boss in BOSSES}
            assert (mine.kills or 0) == max(sum(kills.values()), 0)
            shown = {boss: gain.earned for boss, gain in by_boss.get(player_id, {}).items()}
            if mine.known:
                told = {boss: shown.get(boss, 0) for boss in BOSSES}
                assert told == {boss: max(count, 0) for boss, count in kills.items()}
            if not mine.dropped_kills:
                assert (mine.kills or 0) == sum(shown.values()), "the headline and the bosses agree"
            fell += mine.dropped_kills > 0
            thin += mine.thin
            if mine.since is not None:
                most = max(DAY, span.length / 7)
                assert mine.thin is (span.start - mine.since > most)
                assert mine.until == looks[-1].at
    assert fell > 20
    assert thin > 20, "the histories hold what the rule is about"


async def test_spans_add_up_where_nothing_fell(
    village: Village, seen: dict[int, list[Look]]
) -> None:
    zone = village.clan.zone
    whole_span, late_span = last(Period.QUARTER, NOW, zone), last(Period.MONTH, NOW, zone)
    async with village.database.reading() as connection:
        view = await read_view(connection, village.clan, report_query(Period.YEAR, NOW, zone))
    whole, lately = gains_of(view, Period.QUARTER), gains_of(view, Period.MONTH)
    checked = 0
    for player_id in whole.keys() & lately.keys():
        early = [look for look in seen[player_id] if look.at <= late_span.start]
        gained, _ = slow_xp(early, Span(whole_span.start, late_span.start))
        if gained is not None and not whole[player_id].dropped_xp:
            assert whole[player_id].xp == gained + (lately[player_id].xp or 0)
            checked += 1
    assert checked


@pytest.mark.parametrize(
    ("looks", "kills"), [((9, -1, 9), 0), ((9, -1, 12), 3), ((9, 4, 9), 0), ((-1, 7, -1, 9), 5)]
)
async def test_kills_that_were_away_for_a_while_are_no_gain(
    village: Village, looks: tuple[int, ...], kills: int
) -> None:
    await village.settled({1: "Ann"})
    for day, value in enumerate(looks):
        await village.seen(1, NOW - 7 * DAY + day * DAY, 100, zulrah=value)
    async with village.database.reading() as connection:
        query = report_query(Period.WEEK, NOW, village.clan.zone)
        view = await read_view(connection, village.clan, query)
    assert gains_of(view, Period.WEEK)[1].kills == kills
    told = metric_gains(view)[MetricKind.BOSS].get(1, {})
    assert sum(gain.earned for gain in told.values()) == kills

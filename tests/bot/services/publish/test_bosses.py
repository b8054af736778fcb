"""Bosses, worked out a second, slow way from every look, come to the same."""

from collections.abc import Mapping, Sequence

import pytest

from bot.clan.metrics import UNRANKED, MetricKind, display_name, threshold
from bot.clan.spans import DAY, Period, Span, last
from bot.reports.boss_report import BossReport
from bot.reports.worker import Inline
from bot.services.people import IdentityCache
from bot.services.publish import Bosses
from cogs.bosses.screen import boss_blocks
from tests.bot.services.view.test_slow_gains import BOSSES, Look, seen, slow_kills
from tests.bot.services.village import Village
from tests.storage.rows import NOW

__all__ = ["seen"]


async def report_of(village: Village, period: Period) -> BossReport:
    cache = IdentityCache(village.clock)
    bosses = Bosses(village.database, Inline(), village.clock, cache)
    return await bosses.report(village.clan, period)


def ranked(looks: Sequence[Look], boss: str) -> list[tuple[bool, int]]:
    """Return (is the very first look, value) of the looks that showed a boss."""
    return [
        (number == 0, look.bosses[boss])
        for number, look in enumerate(looks)
        if look.bosses[boss] != UNRANKED
    ]


def is_counted(looks: Sequence[Look], span: Span) -> bool:
    """Return whether two looks tell of a span, the first not much older than it."""
    before = [look for look in looks if look.at <= span.start]
    first = before[-1] if before else looks[0]
    return first is not looks[-1] and span.start - first.at <= max(DAY, span.length / 7)


def slow_bosses(
    seen: Mapping[int, Sequence[Look]], span: Span
) -> dict[str, tuple[int, int, int, str]]:
    """Return (kills, killers, most of one account, whose), by boss, of those that were killed."""
    found = {}
    for boss in BOSSES:
        kills = {
            who: max(slow_kills(looks, span, boss), 0)
            for who, looks in seen.items()
            if is_counted(looks, span)
        }
        best = max(kills.values())
        if best:
            # Of equals it may be any.
            whose = "/".join(f"Player {who}" for who, each in kills.items() if each == best)
            found[boss] = sum(kills.values()), sum(map(bool, kills.values())), best, whose
    return found


def slow_first_kills(looks: Sequence[Look], span: Span, boss: str) -> int | None:
    """Return the kills now of whoever was first listed for a boss in a span, having earned it."""
    before = [look for look in looks if look.at <= span.start]
    shown = ranked(looks, boss)
    if not shown or ranked(before, boss) or shown[0][0]:
        return None
    was_reached = shown[0][1] < 2 * threshold(boss, MetricKind.BOSS)
    return shown[-1][1] if was_reached else None


@pytest.mark.parametrize("period", [Period.MONTH, Period.QUARTER])
async def test_all_numbers_of_bosses_are_those_of_the_slow_way(
    village: Village, seen: dict[int, list[Look]], period: Period
) -> None:
    report, span = await report_of(village, period), last(period, NOW, village.clan.zone)
    expected = slow_bosses(seen, span)
    assert {row.metric for row in report.most_killed} == expected.keys()
    for row in report.most_killed:
        kills, killers, best, whose = expected[row.metric]
        assert (row.kills, row.killers) == (kills, killers)
        assert row.top is not None
        assert row.top.value == best
        assert row.top.name in whose.split("/")
    assert [row.kills for row in report.most_killed] == sorted(
        (each[0] for each in expected.values()), reverse=True
    )
    most = max(expected, key=lambda boss: (expected[boss][1], expected[boss][0]))
    assert report.of_period is not None
    assert report.of_period.metric == most
    records = dict(report.records)
    assert records["Most kills of one boss"].value == max(each[2] for each in expected.values())
    firsts = {
        (f"Player {who}", display_name(boss), first)
        for who, looks in seen.items()
        for boss in BOSSES
        if (first := slow_first_kills(looks, span, boss)) is not None
    }
    assert set(map(tuple, report.first_kills)) == firsts
    assert firsts


async def test_who_opted_out_is_in_no_list_and_no_number(
    village: Village, seen: dict[int, list[Look]]
) -> None:
    first = (await report_of(village, Period.QUARTER)).most_kills[0].name
    who = int(first.removeprefix("Player "))
    await village.called(11, "Somebody")
    await village.linked(who, 11)
    async with village.database.writing() as connection:
        await connection.exec_driver_sql("UPDATE authors SET opted_out_at = 1")
    report = await report_of(village, Period.QUARTER)
    assert first not in repr(report).replace("Player ", "'Player ").split("'")
    left = {each: looks for each, looks in seen.items() if each != who}
    expected = slow_bosses(left, last(Period.QUARTER, NOW, village.clan.zone))
    shown = {row.metric: (row.kills, row.killers) for row in report.most_killed}
    assert shown == {boss: each[:2] for boss, each in expected.items()}


async def test_who_did_as_much_shares_the_place(village: Village) -> None:
    await village.settled({1: "Ann", 2: "bob", 3: "Cy", 4: "Dee"})
    raid, other = "chambers_of_xeric", "zulrah"
    for who, kills in ((1, 5), (2, 5), (3, 2), (4, 5)):
        await village.seen(who, NOW - 30.2 * DAY, 100, **{raid: 50, other: 50})
        await village.seen(who, NOW - DAY, 100, **{raid: 50 + kills, other: 50 + (who < 3)})
    report = await report_of(village, Period.MONTH)
    assert report.raids[0].top == ("Ann and 2 more", 5, None)
    assert dict(report.records)["Most different bosses"] == ("Ann and bob", "", 2)
    assert "**Most different bosses**  Ann and bob **2** bosses" in [*boss_blocks(report)]

"""Reports on a clan's first day, beside what everybody truly gained.

A made-up Wise Old Man knows every look of 38 members; the real client, poll, storage and report say
what was gained. Every number without a mark is what was gained between the two looks that the
report names, and covers no more than a seventh of its span too much.
"""

from dataclasses import dataclass
from datetime import datetime, timedelta
from io import BytesIO
from random import Random

import pytest
from openpyxl import load_workbook

from bot.clan.gains import Gains
from bot.clan.spans import DAY, WINDOWS, Period, Span
from bot.clan.standings import Member
from bot.clan.wording import DASH
from bot.reports.clan_report import ClanReport, doubts, top_movers
from bot.reports.worker import Inline
from bot.services.game import Poll
from bot.services.publish import Publish
from tests.bot.services.group import GROUP_ID, Group, Someone, client_of
from tests.bot.services.village import Village
from tests.storage.rows import HOUR, NOW

MEMBERS = range(1, 39)
BOSSES = ("zulrah", "vorkath")

pytestmark = pytest.mark.filterwarnings(
    "ignore:Sparkline Group extension:UserWarning",
    "ignore:Conditional Formatting extension:UserWarning",
)


def life(player_id: int) -> Someone:
    """Return a member with two years of looks: daily, now and then, rarely, or only of late."""
    chance = Random(player_id)  # noqa: S311 - made-up numbers
    usual = (20, 24, 30, 100, 400, 1_500)[player_id % 6]
    at = NOW - timedelta(days=4 if player_id % 9 == 0 else 700, minutes=chance.randrange(3_000))
    xp, kills = 50_000_000, dict.fromkeys(BOSSES, 100)
    past = []
    while at < NOW - HOUR:
        past.append((at, float(xp), {boss: float(count) for boss, count in kills.items()}))
        hours = round(usual * chance.uniform(0.5, 1.6), 1)
        at += timedelta(hours=hours)
        if chance.random() < 0.7:
            xp += int(hours * chance.uniform(0, 60_000))
            kills = {
                boss: count + chance.randrange(int(hours) + 2) for boss, count in kills.items()
            }
    last_at, last_xp, last_kills = past.pop()
    return Someone(
        player_id,
        created_at=NOW - 900 * DAY,
        updated_at=last_at,
        xp=last_xp,
        bosses=last_kills,
        past=past,
    )


@dataclass(frozen=True)
class DayOne:
    """A clan that was set up just now, and all that truly happened in it."""

    village: Village
    people: dict[int, Someone]

    def xp_at(self, player_id: int, at: datetime) -> float:
        return next(xp for seen_at, xp, _ in self.looks(player_id) if seen_at == at)

    def looks(self, player_id: int) -> list[tuple[datetime, float, dict[str, float]]]:
        someone = self.people[player_id]
        assert someone.updated_at is not None
        return [*someone.past, (someone.updated_at, someone.xp, someone.bosses)]

    def truth(self, player_id: int, span: Span) -> float | None:
        """Return what was gained by all looks, as the rule has it; None where it can't be told."""
        looks = self.looks(player_id)
        before = [look for look in looks if look[0] <= span.start] or looks[:1]
        if before[-1][0] == looks[-1][0] or span.start - before[-1][0] > max(DAY, span.length / 7):
            return None
        return looks[-1][1] - before[-1][1]

    async def report(self, period: Period) -> ClanReport:
        village = self.village
        return await Publish(village.database, Inline(), village.clock).clan_report(
            village.clan, period
        )


@pytest.fixture
async def day_one(village: Village) -> DayOne:
    people = {player_id: life(player_id) for player_id in MEMBERS}
    await village.known_clans.join_group(village.clan, GROUP_ID, "Iron Cabbage")
    poll = Poll(village.database, client_of(Group(*people.values())), village.clock)
    await poll.poll(village.clan)
    return DayOne(village, people)


def unmarked(member: Member, period: Period) -> Gains | None:
    gains = member.gains(period)
    return gains if gains.known and gains.doubtful_since is None else None


@pytest.mark.parametrize("period", Period)
async def test_each_number_without_a_mark_is_what_was_gained(
    day_one: DayOne, period: Period
) -> None:
    report = await day_one.report(period)
    right = 0
    for member in report.roster.members:
        gains = unmarked(member, period)
        truth = day_one.truth(member.player_id, report.span)
        if gains is None:
            assert truth is None or member.gains(period).partial, "what can be told is told"
            continue
        assert gains.since is not None
        assert gains.until is not None
        xp_at = {at: day_one.xp_at(member.player_id, at) for at in (gains.since, gains.until)}
        assert gains.xp == xp_at[gains.until] - xp_at[gains.since]
        assert report.span.start - gains.since <= max(DAY, report.span.length / 7)
        assert gains.xp == truth, "the baseline is the last look there was before the span"
        right += 1
    assert right >= {1: 10, 7: 14, 30: 22}.get(period, 26)


@pytest.mark.parametrize("period", [Period.WEEK, Period.MONTH, Period.QUARTER])
async def test_totals_hold_what_was_gained_in_the_span_and_say_of_how_many(
    day_one: DayOne, period: Period
) -> None:
    report = await day_one.report(period)
    dated = [member.gains(period) for member in report.roster.members]
    dated = [gains for gains in dated if gains.is_dated]
    assert report.totals.xp == sum(gains.xp or 0 for gains in dated)
    assert report.totals.observed == len(dated)
    assert report.totals.thin
    assert any("not in the totals" in words for words in doubts(report))
    by_boss = sum(
        gain.earned
        for member in report.roster.members
        if member.gains(period).is_dated
        for gain in report.bosses.get(member.player_id, {}).values()
    )
    assert report.totals.kills == by_boss
    for mover in top_movers(report, 38).xp:
        member = next(each for each in report.roster.members if each.name == mover.name)
        assert (mover.since is None) is (unmarked(member, period) is not None)


async def test_the_workbook_names_the_two_looks_of_each_number(day_one: DayOne) -> None:
    village = day_one.village
    files = await Publish(village.database, Inline(), village.clock).report_files(
        village.clan, Period.WEEK
    )
    roster = load_workbook(BytesIO(files.workbook.content))["Roster"]
    by_name = {member.name: member for member in files.report.roster.members}
    checked = 0
    for row in roster.iter_rows(min_row=5):
        member = by_name[str(row[1].value)]
        for place, period in enumerate(WINDOWS):
            gains, cell = member.gains(period), row[8 + place]
            assert cell.value == (DASH if gains.xp is None else gains.xp)
            told = (row[25 + place].value, row[29].value)
            if gains.since is None or gains.until is None:
                assert cell.value == told[0] == DASH
                continue
            plain = [at.replace(tzinfo=None, microsecond=0) for at in (gains.since, gains.until)]
            assert list(told) == plain
            assert cell.font.italic is (gains.doubtful_since is not None)
            checked += 1
    assert checked > 100


async def test_in_the_first_days_no_baseline_of_a_week_gets_lost_between_two_windows(
    day_one: DayOne,
) -> None:
    day_one.village.clock.forward(3 * DAY + 5 * HOUR)
    report = await day_one.report(Period.WEEK)
    told = [
        member
        for member in report.roster.members
        if day_one.truth(member.player_id, report.span) is not None
        and not member.gains(Period.WEEK).partial
    ]
    assert len(told) > 12
    assert all(unmarked(member, Period.WEEK) for member in told)

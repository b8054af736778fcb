"""The clan's bosses, arranged: what was killed most, by whom, raids, first kills and records.

Kills with which somebody only entered the hiscores are told apart and are in no number.
"""

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import NamedTuple

from bot.clan.gains import MetricGain
from bot.clan.metrics import RAID_MODES, display_name
from bot.clan.spans import Period, Span
from bot.reports.clan_report import ClanReport, Mover, TotalRow, most_gained, total_rows
from bot.reports.metric_tables import BossRow, boss_rows

_MOST_SHOWN = 8
_Gains = Mapping[str, MetricGain]
_TITLES = {
    Period.DAY: "Boss of the day",
    Period.WEEK: "Boss of the week",
    Period.MONTH: "Boss of the month",
    Period.QUARTER: "Boss of the quarter",
    Period.YEAR: "Boss of the year",
}


class BossMover(NamedTuple):
    """Somebody, a boss, and the number that it is about."""

    name: str
    boss: str
    value: float


class RaidRow(NamedTuple):
    """One raid with its modes: (mode, kills), all of them, and who did most of it."""

    raid: str
    kills: float | None
    modes: tuple[tuple[str, float | None], ...]
    top: Mover | None


@dataclass(frozen=True, slots=True)
class BossReport:
    """All that is told about the bosses of a clan over a period that ends now.

    `of_period` is the boss that most members killed. `records` are the largest numbers of one
    account: kills of one boss, kills in all, different bosses. `entered` counts nowhere.
    """

    clan: str
    zone: str
    period: Period
    span: Span
    as_of: datetime
    kills: TotalRow
    most_killed: tuple[BossRow, ...]
    bosses: int
    of_period: BossRow | None
    raids: tuple[RaidRow, ...]
    first_kills: tuple[BossMover, ...]
    records: tuple[tuple[str, BossMover], ...]
    entered: tuple[BossMover, ...]
    most_kills: tuple[Mover, ...]
    evidence: tuple[str, ...] = ()

    @property
    def title(self) -> str:
        """Return what the boss that most members killed is called."""
        return _TITLES[self.period]

    @property
    def shown_span(self) -> Span:
        """Return the span as it is told: it ends now, and not with the hour that runs."""
        return Span(self.span.start, max(self.as_of, self.span.start))


def boss_report(report: ClanReport, first_kills: Sequence[tuple[int, str, float]]) -> BossReport:
    """Return the bosses of a report; `first_kills` are (player id, boss, kills then).

    Whoever the report leaves out is in nothing.
    """
    rows = boss_rows(report)
    killed = tuple(row for row in rows if row.kills)
    names = {member.player_id: member.name for member in report.roster.members}
    return BossReport(
        clan=report.clan,
        zone=report.zone,
        period=report.period,
        span=report.span,
        as_of=report.roster.as_of,
        kills=next(row for row in total_rows(report) if row.label == "Boss kills"),
        most_killed=killed[:_MOST_SHOWN],
        bosses=len(killed),
        of_period=max(killed, key=lambda row: (row.killers, row.kills or 0), default=None),
        raids=_raids(report, {row.metric: row for row in rows}),
        first_kills=tuple(
            sorted(
                (
                    BossMover(names[who], display_name(boss), kills)
                    for who, boss, kills in first_kills
                    if who in names
                ),
                key=lambda each: (each.boss, each.name.casefold()),
            )
        ),
        records=tuple(_records(report, killed)),
        entered=_entered(rows),
        most_kills=most_gained(report, lambda gains: gains.kills, 5),
        evidence=report.evidence,
    )


def _entered(rows: Sequence[BossRow]) -> tuple[BossMover, ...]:
    found = (BossMover(mover.name, row.name, mover.value) for row in rows for mover in row.entered)
    return tuple(sorted(found, key=lambda each: (-each.value, each.boss, each.name)))


def _raids(report: ClanReport, rows: Mapping[str, BossRow]) -> tuple[RaidRow, ...]:
    """Return the raids that anybody of the clan has ever done."""
    found = []
    for raid, modes in RAID_MODES:
        known = [(mode, rows[mode].kills) for mode in modes if mode in rows]
        if known:
            kills = [count for _, count in known if count is not None]
            found.append(
                RaidRow(
                    raid,
                    sum(kills) if kills else None,
                    tuple((display_name(mode), count) for mode, count in known),
                    _best_of(report, modes),
                )
            )
    return tuple(found)


def _best_of(report: ClanReport, modes: Sequence[str]) -> Mover | None:
    """Return who did most of these together; nobody of whom it may be older than the span."""
    return _most(
        report,
        lambda gains: sum(gain.earned for boss, gain in gains.items() if boss in modes),
    )


def _most(report: ClanReport, count_of: Callable[[_Gains], float]) -> Mover | None:
    """Return who has the most of something, or all who have as much; None where nobody has any."""
    counts = [
        (member.name, count_of(report.bosses.get(member.player_id, {})))
        for member in report.roster.members
        if not member.gains(report.period).thin
    ]
    most = max((count for _, count in counts), default=0)
    if not most:
        return None
    names = sorted((name for name, count in counts if count == most), key=str.casefold)
    return Mover(_all_of(names), most)


def _all_of(names: Sequence[str]) -> str:
    """Return the names of whoever shares a place: two of them, or the first of more."""
    first, *others = names
    if len(others) > 1:
        return f"{first} and {len(others)} more"
    return " and ".join(names)


def _records(report: ClanReport, killed: Sequence[BossRow]) -> Iterator[tuple[str, BossMover]]:
    """Yield the largest numbers of one account in the span."""
    tops = [(row.top, row) for row in killed if row.top]
    if tops:
        top, row = max(tops, key=lambda each: each[0].value)
        yield "Most kills of one boss", BossMover(top.name, row.name, top.value)
    widest = _most(report, lambda gains: sum(gain.earned > 0 for gain in gains.values()))
    if widest is not None and widest.value > 1:
        yield "Most different bosses", BossMover(widest.name, "", widest.value)

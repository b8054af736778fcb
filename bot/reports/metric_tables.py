"""Skills and bosses, arranged: what the clan gained in each, who did most, and member by member.

A metric that entered the hiscores at a value is shown apart and counted nowhere.
"""

from collections.abc import Mapping, Sequence
from operator import itemgetter
from typing import NamedTuple

from bot.clan.gains import MetricGain
from bot.clan.metrics import SKILLS, UNRANKED, display_name
from bot.clan.standings import Member
from bot.clan.wording import role_words
from bot.reports.clan_report import ClanReport, Mover

XP_AT_99 = 13_034_431

_Gains = Mapping[int, Mapping[str, MetricGain]]
_Present = Mapping[int, Mapping[str, float]]


class SkillRow(NamedTuple):
    """One skill of the clan; `maxed` counts the members at level 99."""

    metric: str
    name: str
    gained: float | None
    gainers: int
    top: Mover | None
    total: float | None
    maxed: int


class BossRow(NamedTuple):
    """One boss of the clan; `entered` are those newly listed, at what count."""

    metric: str
    name: str
    kills: float | None
    killers: int
    top: Mover | None
    all_time: float | None
    record: Mover | None
    entered: tuple[Mover, ...]


class Cell(NamedTuple):
    """One member's gain in one metric; None is unknown."""

    value: float | None
    partial: bool = False


_UNKNOWN, _NOTHING = Cell(None), Cell(0)


class GainRow(NamedTuple):
    """One member's gains, one cell for each metric of the table; `total` is the span's own."""

    name: str
    role: str
    total: float | None
    cells: tuple[Cell, ...]


def skill_rows(report: ClanReport) -> tuple[SkillRow, ...]:
    """Return the skills in the order of the game's panel, newer ones behind them."""
    gains, totals = _earned(report, report.skills), _ranked(report, report.present_skills)
    found = gains.keys() | totals.keys()
    listed = [skill for skill in SKILLS if skill in found]
    newer = sorted(found - set(SKILLS) - {"overall"})
    return tuple(
        _skill_row(metric, gains.get(metric, ()), totals.get(metric, ()))
        for metric in [*listed, *newer]
    )


def boss_rows(report: ClanReport) -> tuple[BossRow, ...]:
    """Return the bosses that anybody ever killed, most killed in the span first."""
    gains, totals = _earned(report, report.bosses), _ranked(report, report.present_bosses)
    entered = _entered(report, report.bosses)
    rows = (
        _boss_row(metric, gains.get(metric, ()), totals.get(metric, ()), entered.get(metric, ()))
        for metric in gains.keys() | totals.keys() | entered.keys()
    )
    seen = [row for row in rows if row.kills or row.all_time or row.entered]
    return tuple(sorted(seen, key=lambda row: (-(row.kills or 0), -(row.all_time or 0), row.name)))


def skill_gains(report: ClanReport, metrics: tuple[str, ...]) -> tuple[GainRow, ...]:
    """Return every member's gains in these skills, in the roster's order."""
    return tuple(
        GainRow(member.name, role_words(member.role), member.gains(report.period).xp, cells)
        for member in report.roster.members
        for cells in [_cells(report, member, metrics, report.skills, report.present_skills)]
    )


def boss_gains(report: ClanReport, metrics: tuple[str, ...]) -> tuple[GainRow, ...]:
    """Return every member's kills of these bosses, in the roster's order."""
    return tuple(
        GainRow(member.name, role_words(member.role), member.gains(report.period).kills, cells)
        for member in report.roster.members
        for cells in [_cells(report, member, metrics, report.bosses, report.present_bosses)]
    )


def _skill_row(metric: str, gains: Sequence[Mover], totals: Sequence[Mover]) -> SkillRow:
    return SkillRow(
        metric=metric,
        name=display_name(metric),
        gained=_sum(gains),
        gainers=sum(mover.value > 0 for mover in gains),
        top=_first(gains),
        total=_sum(totals),
        maxed=sum(mover.value >= XP_AT_99 for mover in totals),
    )


def _boss_row(
    metric: str, gains: Sequence[Mover], totals: Sequence[Mover], entered: Sequence[Mover]
) -> BossRow:
    return BossRow(
        metric=metric,
        name=display_name(metric),
        kills=_sum(gains),
        killers=sum(mover.value > 0 for mover in gains),
        top=_first(gains),
        all_time=_sum(totals),
        record=_first(totals),
        entered=tuple(sorted(entered, key=itemgetter(1), reverse=True)),
    )


def _sum(movers: Sequence[Mover]) -> float | None:
    return sum(mover.value for mover in movers) if movers else None


def _first(movers: Sequence[Mover]) -> Mover | None:
    """Return who did most; of equals the first in the roster, and nobody when all did nothing."""
    most = max(movers, key=itemgetter(1), default=None)
    return most if most and most.value > 0 else None


def _earned(report: ClanReport, gains: _Gains) -> dict[str, list[Mover]]:
    """Return by metric what the present members earned, those who entered it left out."""
    found: dict[str, list[Mover]] = {}
    for member in report.roster.members:
        for metric, gain in gains.get(member.player_id, {}).items():
            if gain.entered_at is None:
                found.setdefault(metric, []).append(Mover(member.name, gain.earned))
    return found


def _entered(report: ClanReport, gains: _Gains) -> dict[str, list[Mover]]:
    """Return by metric at what value present members entered the hiscores."""
    found: dict[str, list[Mover]] = {}
    for member in report.roster.members:
        for metric, gain in gains.get(member.player_id, {}).items():
            if gain.entered_at is not None:
                found.setdefault(metric, []).append(Mover(member.name, gain.entered_at))
    return found


def _ranked(report: ClanReport, present: _Present) -> dict[str, list[Mover]]:
    """Return by metric what the present members have, the unranked left out."""
    found: dict[str, list[Mover]] = {}
    for member in report.roster.members:
        for metric, value in present.get(member.player_id, {}).items():
            if value != UNRANKED:
                found.setdefault(metric, []).append(Mover(member.name, value))
    return found


def _cells(
    report: ClanReport, member: Member, metrics: tuple[str, ...], gains: _Gains, present: _Present
) -> tuple[Cell, ...]:
    observed = member.gains(report.period).known
    mine = gains.get(member.player_id, {})
    now = present.get(member.player_id, {}) if observed else {}
    return tuple(
        _cell(mine[metric])
        if metric in mine
        else _UNKNOWN
        if now.get(metric, UNRANKED) == UNRANKED
        else _NOTHING
        for metric in metrics
    )


def _cell(gain: MetricGain) -> Cell:
    return Cell(None if gain.entered_at is not None else gain.earned, gain.partial)

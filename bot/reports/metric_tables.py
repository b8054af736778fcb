"""Skills and bosses, arranged: what the clan gained in each, who did most, and member by member.

A metric that entered the hiscores at a value is shown apart and counted nowhere.
"""

from collections.abc import Mapping, Sequence
from datetime import datetime
from operator import itemgetter
from typing import NamedTuple
from zoneinfo import ZoneInfo

from bot.clan.gains import Gains, MetricGain
from bot.clan.metrics import SKILLS, UNRANKED, XP_AT_99, display_name
from bot.clan.standings import Member
from bot.clan.wording import role_words
from bot.reports.clan_report import ClanReport, Mover, since_day

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
    """One member's gain in one metric; None is unknown, doubtful what is not of the whole span."""

    value: float | None
    doubtful: bool = False


_UNKNOWN = Cell(None)


class GainRow(NamedTuple):
    """One member's gains, one cell for each metric of the table; `total` is the span's own.

    `since` and `until` are the instants of the two snapshots that all of them lie between.
    """

    name: str
    role: str
    total: Cell
    cells: tuple[Cell, ...]
    since: datetime | None = None
    until: datetime | None = None


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
        _gain_row(
            member,
            member.gains(report.period),
            member.gains(report.period).xp,
            _cells(report, member, metrics, report.skills, report.present_skills),
        )
        for member in report.roster.members
    )


def boss_gains(report: ClanReport, metrics: tuple[str, ...]) -> tuple[GainRow, ...]:
    """Return every member's kills of these bosses, in the roster's order."""
    return tuple(
        _gain_row(
            member,
            member.gains(report.period),
            member.gains(report.period).kills,
            _cells(report, member, metrics, report.bosses, report.present_bosses),
        )
        for member in report.roster.members
    )


def _gain_row(
    member: Member, gains: Gains, total: float | None, cells: tuple[Cell, ...]
) -> GainRow:
    whole = Cell(total, total is not None and gains.doubtful_since is not None)
    role = role_words(member.role)
    return GainRow(member.name, role, whole, cells, gains.since, gains.until)


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
    """Return by metric what the present members earned in the span.

    Whoever only entered it is left out, and whoever may have earned it before the span.
    """
    found: dict[str, list[Mover]] = {}
    zone = ZoneInfo(report.zone)
    for member in report.roster.members:
        whole = member.gains(report.period)
        if whole.thin:
            continue
        since = since_day(whole, zone)
        for metric, gain in gains.get(member.player_id, {}).items():
            if gain.entered_at is None or gain.earned:
                found.setdefault(metric, []).append(Mover(member.name, gain.earned, since))
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
    whole = member.gains(report.period)
    mine = gains.get(member.player_id, {})
    now = present.get(member.player_id, {}) if whole.known else {}
    doubtful = whole.doubtful_since is not None
    nothing = Cell(0, doubtful)
    return tuple(
        _cell(mine[metric], doubtful=doubtful)
        if metric in mine
        else _UNKNOWN
        if now.get(metric, UNRANKED) == UNRANKED
        else nothing
        for metric in metrics
    )


def _cell(gain: MetricGain, *, doubtful: bool) -> Cell:
    if gain.entered_at is not None and not gain.earned:
        return _UNKNOWN
    return Cell(gain.earned, doubtful)

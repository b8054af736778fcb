"""The clan's report, arranged: what charts and the workbook say, as frozen values.

Nothing here draws and nothing here is rounded. Unknown is None and stays None.
"""

from collections.abc import Callable, Collection, Iterable, Mapping
from dataclasses import dataclass, field, replace
from datetime import date, datetime
from typing import NamedTuple, TypeVar
from zoneinfo import ZoneInfo

from bot.clan.activity import Change, ChangeKind, Heatmap, Totals, TrendLine
from bot.clan.gains import Gains, MetricGain
from bot.clan.showing import shown
from bot.clan.spans import Period, Span, day_of
from bot.clan.standings import Member, Roster, ahead_on_both
from bot.clan.wording import percent_change, plural, role_words
from bot.reports.lists import Suggestions
from bot.reports.question_tables import QuestionTables
from bot.reports.style import date_words

_FAIR_SHARE = 0.9
_Any = TypeVar("_Any")


@dataclass(frozen=True, slots=True)
class ClanReport:
    """All that the report of one clan says about one span.

    `skills` and `bosses` hold each player's gains of the span by metric, `present_*` the values now
    (-1 is unranked). A metric without a gain did not rise when the player's gains of the span are
    known and the present value is ranked; otherwise it is unknown. `trend` are the steps of the
    period, `earlier` those right before it. `suggestions` are in leadership's copy alone.
    `left_out` are the members who opted out: they are counted in the totals and stand in nothing
    else; `questions` come without theirs. All messages are those since `heard_from`, all snapshots
    those since `seen_from`.
    """

    clan: str
    zone: str
    period: Period
    span: Span
    roster: Roster
    totals: Totals
    before: Totals
    skills: Mapping[int, Mapping[str, MetricGain]] = field(default_factory=dict)
    bosses: Mapping[int, Mapping[str, MetricGain]] = field(default_factory=dict)
    present_skills: Mapping[int, Mapping[str, float]] = field(default_factory=dict)
    present_bosses: Mapping[int, Mapping[str, float]] = field(default_factory=dict)
    heatmap: Heatmap = ()
    trend: tuple[TrendLine, ...] = ()
    earlier: tuple[TrendLine, ...] = ()
    changes: tuple[Change, ...] = ()
    questions: QuestionTables | None = None
    evidence: tuple[str, ...] = ()
    suggestions: Suggestions | None = None
    left_out: int = 0
    heard_from: date | None = None
    seen_from: date | None = None

    @property
    def shown_span(self) -> Span:
        """Return the span as it is told: it ends now, and not with the hour that runs."""
        return Span(self.span.start, max(self.roster.as_of, self.span.start))

    def without(self, hidden: Collection[int]) -> "ClanReport":
        """Return the report without a name, number or change of these players; totals stay.

        The one filter of people who opted out: every list, sheet and chart is made of what is left.
        """
        members = shown(self.roster.members, hidden, lambda each: each.player_id)
        return replace(
            self,
            roster=replace(self.roster, members=members),
            skills=_but_for(hidden, self.skills),
            bosses=_but_for(hidden, self.bosses),
            present_skills=_but_for(hidden, self.present_skills),
            present_bosses=_but_for(hidden, self.present_bosses),
            changes=shown(self.changes, hidden, lambda each: each.player_id),
            suggestions=self.suggestions and self.suggestions.without(hidden),
            left_out=self.left_out + len(self.roster.members) - len(members),
        )

    def without_tables(self) -> "ClanReport":
        """Return the report without what only its workbook reads."""
        slim = replace(self, skills={}, bosses={}, present_skills={}, present_bosses={})
        return replace(slim, suggestions=None, questions=None)


def _but_for(hidden: Collection[int], by_player: Mapping[int, _Any]) -> dict[int, _Any]:
    return {who: value for who, value in by_player.items() if who not in hidden}


class Mover(NamedTuple):
    """Somebody in a top list and the number that put them there.

    `since` is the day from which it counts where that is not the start of the span.
    """

    name: str
    value: float
    since: date | None = None


class TopMovers(NamedTuple):
    """The top lists of the span, best first; who did nothing or is unknown is in none of them.

    The values of `active` are percents: so many members did no more on either side.
    """

    xp: tuple[Mover, ...]
    kills: tuple[Mover, ...]
    messages: tuple[Mover, ...]
    active: tuple[Mover, ...]


class TotalRow(NamedTuple):
    """One total of the clan, now and in the span before.

    `seen` says of how many members it is where not all of them were seen; where far fewer were seen
    in one of the two spans, comparing them is not fair.
    """

    label: str
    now: float | None
    before: float | None
    decimal: bool = False
    seen: str = ""
    is_fair: bool = True

    @property
    def change(self) -> float | None:
        """Return how much more it is than before, where that can be compared."""
        known = self.now is not None and self.before is not None and self.is_fair
        return (self.now or 0) - (self.before or 0) if known else None

    @property
    def percent(self) -> str:
        """Return the change in percent, or a dash."""
        return percent_change(self.now, self.before if self.is_fair else None)

    @property
    def share(self) -> float | None:
        """Return the change as a share of before; None where before was nothing."""
        return self.change / self.before if self.change is not None and self.before else None


class ChangeRow(NamedTuple):
    """One change of the roster as the sheet shows it."""

    happened_at: datetime
    kind: str
    name: str
    before: str | None
    after: str | None


def best(
    members: Iterable[Member], value_of: Callable[[Member], float | None], how_many: int
) -> tuple[Mover, ...]:
    """Return the members with the largest known values above zero; equal ones by name."""
    found = [(member.name, value_of(member)) for member in members]
    movers = [Mover(name, value) for name, value in found if value]
    return tuple(sorted(movers, key=lambda m: (-m.value, m.name.casefold()))[:how_many])


def most_gained(
    report: ClanReport, value_of: Callable[[Gains], float | None], how_many: int
) -> tuple[Mover, ...]:
    """Return the members who gained most in the report's period, equal ones by name.

    Those of whom it may be older stand behind all others, with the day from which it counts.
    """
    zone = ZoneInfo(report.zone)
    gained = [(member.name, member.gains(report.period)) for member in report.roster.members]
    movers = [
        (gains.thin, Mover(name, value, since_day(gains, zone)))
        for name, gains in gained
        if (value := value_of(gains))
    ]
    movers.sort(key=lambda each: (each[0], -each[1].value, each[1].name.casefold()))
    return tuple(mover for _, mover in movers[:how_many])


def since_day(gains: Gains, zone: ZoneInfo) -> date | None:
    """Return the day from which gains count where that is not the start of their span."""
    since = gains.doubtful_since
    return None if since is None else day_of(since, zone)


def top_movers(report: ClanReport, how_many: int = 5) -> TopMovers:
    """Return the top lists of the report's period."""
    members, period = report.roster.members, report.period
    ahead = ahead_on_both(members, period)
    return TopMovers(
        xp=most_gained(report, lambda gains: gains.xp, how_many),
        kills=most_gained(report, lambda gains: gains.kills, how_many),
        messages=best(members, lambda member: member.messages(period), how_many),
        active=best(members, lambda member: _percent(ahead.get(member.player_id)), how_many),
    )


def _percent(share: float | None) -> int | None:
    return None if share is None else round(100 * share)


def total_rows(report: ClanReport) -> tuple[TotalRow, ...]:
    """Return the clan's totals beside those of the span before."""
    now, before = report.totals, report.before
    seen = "" if now.observed == now.members else f"{now.observed:,} of {now.members:,} members"
    few, many = sorted((now.observed, before.observed))
    is_fair = few >= _FAIR_SHARE * many
    return (
        TotalRow("XP gained", now.xp, before.xp, seen=seen, is_fair=is_fair),
        TotalRow("Boss kills", now.kills, before.kills, seen=seen, is_fair=is_fair),
        TotalRow("EHP gained", now.ehp, before.ehp, decimal=True, seen=seen, is_fair=is_fair),
        TotalRow("EHB gained", now.ehb, before.ehb, decimal=True, seen=seen, is_fair=is_fair),
        TotalRow("Messages", now.messages, before.messages),
        TotalRow("Members who wrote", _writers(now), _writers(before)),
        TotalRow("Members active", _active(now), _active(before)),
        TotalRow("Members observed in game", now.observed, before.observed),
        TotalRow("Members", now.members, before.members),
    )


def doubts(report: ClanReport) -> tuple[str, ...]:
    """Return what the totals leave out or count otherwise, in words; nothing where all is plain."""
    told, period = report.totals, report.period.words
    return (
        *begins(report),
        *(
            [f"{plural(told.thin, 'member')} not in the totals: no game data near the start"]
            if told.thin
            else []
        ),
        *(
            [f"{plural(told.partial, 'member')} seen for only a part of the {period}"]
            if told.partial
            else []
        ),
        *([f"XP or kills of {plural(told.fell, 'member')} fell"] if told.fell else []),
    )


def begins(report: ClanReport) -> tuple[str, ...]:
    """Return since when there is data where the period begins before it; else nothing."""
    start = day_of(report.span.start, ZoneInfo(report.zone))
    sides = {"messages": report.heard_from, "XP and kills": report.seen_from}
    later = {side: day for side, day in sides.items() if day is not None and day > start}
    if len(later) == len(sides) and len(set(later.values())) == 1:
        return (f"data since {date_words(max(later.values()))}",)
    return tuple(f"{side} since {date_words(day)}" for side, day in later.items())


def _writers(totals: Totals) -> int | None:
    """Return how many wrote; None when nobody's messages are known."""
    return None if totals.messages is None else totals.writers


def _active(totals: Totals) -> int | None:
    """Return how many were active; None when neither side of anybody is known."""
    return None if totals.messages is None and not totals.observed else totals.active


def change_rows(report: ClanReport) -> tuple[ChangeRow, ...]:
    """Return the roster's changes, newest first."""
    newest = sorted(report.changes, key=lambda change: change.happened_at, reverse=True)
    return tuple(
        ChangeRow(change.happened_at, change.kind.value, change.name, *_ends(change))
        for change in newest
    )


def _ends(change: Change) -> tuple[str | None, str | None]:
    if change.kind is ChangeKind.RENAMED:
        return change.before, change.after
    before, after = change.before, change.after
    return (before and role_words(before)), (after and role_words(after))

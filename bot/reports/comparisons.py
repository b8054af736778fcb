"""Two members side by side, arranged: their numbers of a period, and their days step by step."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from typing import NamedTuple
from zoneinfo import ZoneInfo

from bot.clan.activity import TrendLine, step_of
from bot.clan.comparing import Best, Contender, Contest, added_up, contests, leads
from bot.clan.leaderboards import EHB, EHP
from bot.clan.metrics import display_name
from bot.clan.spans import Period, Span, day_of, last
from bot.clan.wording import DASH, exact, short
from bot.reports.style import day_words


class Race(NamedTuple):
    """What both did, added up step by step; None in a step in which nobody looked."""

    label: str
    first: tuple[float | None, ...]
    second: tuple[float | None, ...]


@dataclass(frozen=True, slots=True)
class MemberComparison:
    """Two members over a period, `lines` their steps in it.

    Of one who opted out it is only for their own eyes, and not `is_shared`. `notes` are what has to
    be known to read it right.
    """

    clan: str
    zone: str
    period: Period
    now: datetime
    first: Contender
    second: Contender
    lines: tuple[tuple[TrendLine, ...], tuple[TrendLine, ...]] = ((), ())
    is_shared: bool = True
    notes: tuple[str, ...] = ()
    evidence: tuple[str, ...] = ()

    @property
    def sides(self) -> tuple[Contender, Contender]:
        """Return both."""
        return self.first, self.second

    @property
    def span(self) -> Span:
        """Return the span as it is told: it ends now, and not with the hour that runs."""
        return Span(last(self.period, self.now, ZoneInfo(self.zone)).start, self.now)

    @property
    def contests(self) -> tuple[Contest, ...]:
        """Return all numbers of both."""
        return contests(self.first, self.second)

    def leads(self, named: Callable[[str], str] = str) -> tuple[str, ...]:
        """Return in sentences what each leads in; `named` says how a name is written."""
        return leads(named(self.first.name), named(self.second.name), self.contests)

    @property
    def races(self) -> tuple[Race, Race]:
        """Return XP and messages of both, added up over the period."""
        by, (first, second) = step_of(self.period), self.lines
        return (
            Race(
                f"XP, added up by {by.value}",
                added_up(line.xp for line in first),
                added_up(line.xp for line in second),
            ),
            Race(
                f"Messages, added up by {by.value}",
                added_up(line.messages for line in first),
                added_up(line.messages for line in second),
            ),
        )

    @property
    def told(self) -> tuple[str, ...]:
        """Return what is not known, of whom and why, and what counts from later on."""
        since = (
            f"{each.name}: game counted since {self._day(each.since)}"
            for each in self.sides
            if each.since is not None
        )
        unknown = (f"{each.name}: {why}" for each in self.sides for why in each.unknown)
        return (*unknown, *since, *self.notes)

    def _day(self, instant: datetime) -> str:
        return day_words(day_of(instant, ZoneInfo(self.zone)))


def number_words(contest: Contest) -> tuple[str, str]:
    """Return both numbers in full, a dash where one is unknown."""
    if contest.metric in {EHP, EHB}:
        return exact(contest.first), exact(contest.second)
    first, second = (
        None if each is None else int(each) for each in (contest.first, contest.second)
    )
    return exact(first), exact(second)


def best_words(found: tuple[Best, ...] | None, nothing: str) -> str:
    """Return in which skills or bosses somebody gained most; `nothing` where in none."""
    if found is None:
        return DASH
    named = (f"{display_name(each.metric)} {short(int(each.gained))}" for each in found)
    return ", ".join(named) or nothing

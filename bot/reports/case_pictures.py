"""What the pictures behind a decision show: one person's last weeks, and hours without officers.

Arranged from what the rules found; nothing here draws. A week that nobody saw stays unknown.
"""

from dataclasses import dataclass
from datetime import date, datetime
from typing import NamedTuple
from zoneinfo import ZoneInfo

from bot.clan.activity import Heatmap
from bot.clan.audit import longest_gap
from bot.clan.policy import STEADY_DAYS, STEADY_WEEKS
from bot.clan.profiles import Profile, Week, summed
from bot.clan.spans import DAY, WEEK, Span, day_of
from bot.clan.wording import DASH, plural, role_words
from bot.reports import style

_HOURS = 7 * 24


class WeekLine(NamedTuple):
    """Seven dates, and on how many of them somebody was active on each side; None is unknown.

    `game_seen` and `chat_seen` are on how many of them anybody looked.
    """

    first_on: date
    last_on: date
    game_days: int | None
    chat_days: int | None
    game_seen: int = 7
    chat_seen: int = 7


@dataclass(frozen=True, slots=True)
class WeeksPicture:
    """The last weeks of one person, oldest first; the last one ends today.

    `others` are the further accounts, `evidence` says why the eight weeks were not seen better.
    """

    name: str
    clan: str
    zone: str
    role: str
    weeks: tuple[WeekLine, ...]
    joined_on: date | None = None
    others: tuple[str, ...] = ()
    evidence: tuple[str, ...] = ()

    @property
    def span_words(self) -> str:
        """Return the first and the last day with the clan's clock."""
        first, last = self.weeks[0].first_on, self.weeks[-1].last_on
        return f"{style.date_words(first)} {DASH} {style.date_words(last)} {self.zone}"


def weeks_picture(profile: Profile, clan_name: str, zone: str, now: datetime) -> WeeksPicture:
    """Return the last eight weeks of a person; weeks from before anybody looked are unknown."""
    clock = ZoneInfo(zone)
    today = day_of(now, clock)
    joined_on = None if profile.joined_at is None else day_of(profile.joined_at, clock)
    known = (*(Week(),) * STEADY_WEEKS, *profile.weeks)[-STEADY_WEEKS:]
    lines = (
        _week_line(week, today - back * WEEK, joined_on)
        for back, week in zip(reversed(range(STEADY_WEEKS)), known, strict=True)
    )
    return WeeksPicture(
        name=profile.main.name,
        clan=clan_name,
        zone=zone,
        role=role_words(profile.main.role),
        weeks=tuple(lines),
        joined_on=joined_on,
        others=tuple(account.name for account in profile.accounts[1:]),
        evidence=profile.window(STEADY_DAYS).doubts,
    )


def _week_line(week: Week, last_on: date, joined_on: date | None) -> WeekLine:
    """Return a week; that nothing was seen before somebody joined does not say that they idled."""
    was_here = joined_on is None or joined_on <= last_on
    game_days = week.game_days if was_here else week.game_days or None
    chat_days = week.chat_days if was_here else week.chat_days or None
    seen = week.game_seen, week.chat_seen
    return WeekLine(last_on - 6 * DAY, last_on, game_days, chat_days, *seen)


class SideTotal(NamedTuple):
    """One side of all weeks: on how many days active (None: all unknown), of how many seen."""

    active_days: int | None
    seen_days: int
    unknown_weeks: int
    unknown_days: int = 0

    @property
    def words(self) -> str:
        """Return the total, such as "31 of 56 days"."""
        seen = plural(self.seen_days, "day")
        return DASH if self.active_days is None else f"{self.active_days} of {seen}"

    @property
    def doubt(self) -> str:
        """Return how many weeks are unknown, and how many single days besides."""
        weeks = [f"{plural(self.unknown_weeks, 'week')}"] if self.unknown_weeks else []
        days = [f"{plural(self.unknown_days, 'day')}"] if self.unknown_days else []
        unknown = " and ".join([*weeks, *days])
        return f"{unknown} unknown" if unknown else "every day was seen"


def side_totals(weeks: tuple[WeekLine, ...]) -> tuple[SideTotal, SideTotal]:
    """Return the game's and the chat's total over all weeks."""
    game = [(week.game_days, week.game_seen) for week in weeks]
    return _side_total(game), _side_total([(week.chat_days, week.chat_seen) for week in weeks])


def _side_total(weeks: list[tuple[int | None, int]]) -> SideTotal:
    seen = [(days, of) for days, of in weeks if days is not None]
    of_days = sum(of for _, of in seen)
    return SideTotal(
        summed(days for days, _ in seen),
        of_days,
        len(weeks) - len(seen),
        7 * len(seen) - of_days,
    )


@dataclass(frozen=True, slots=True)
class UncoveredWeek:
    """Messages in those hours of the week in which members wrote and no officer did, in a span.

    `hours` is what bot.clan.audit.without_officers returns for `least_messages`, or empty when
    nothing was observed; `talk` are all messages of the clan, `cover` those of its officers. All of
    them are those since `heard_from`.
    """

    clan: str
    zone: str
    days: int
    span: Span
    hours: Heatmap
    least_messages: int
    talk: Heatmap = ()
    cover: Heatmap = ()
    heard_from: date | None = None

    @property
    def uncovered(self) -> tuple[tuple[int, int], ...]:
        """Return (weekday, hour) of the busy hours without an officer."""
        return _with_any(self.hours)

    @property
    def covered(self) -> tuple[tuple[int, int], ...]:
        """Return (weekday, hour) of the hours in which an officer wrote."""
        return _with_any(self.cover)

    @property
    def covered_levels(self) -> tuple[tuple[tuple[int, int], ...], ...]:
        """Return these hours by how much officers wrote, beside the hour in which it was most."""
        most = max((messages for row in self.cover for messages in row), default=0)
        levels: list[list[tuple[int, int]]] = [[], [], []]
        for weekday, hour in self.covered:
            levels[min(3 * self.cover[weekday][hour] // most, 2)].append((weekday, hour))
        return tuple(tuple(each) for each in levels)

    @property
    def since_words(self) -> str:
        """Return since when there is data where the span begins before it; else nothing."""
        start = day_of(self.span.start, ZoneInfo(self.zone))
        if self.heard_from is None or self.heard_from <= start:
            return ""
        return f"data since {style.date_words(self.heard_from)}"

    @property
    def gap(self) -> tuple[int, int, int] | None:
        """Return (weekday, first hour, hours) of the longest time without an officer, or None."""
        return longest_gap(self.hours)

    @property
    def how_many(self) -> int:
        """Return how many hours of the week have no officer."""
        return len(self.uncovered)


def _with_any(week: Heatmap) -> tuple[tuple[int, int], ...]:
    return tuple(
        (weekday, hour)
        for weekday, row in enumerate(week)
        for hour, messages in enumerate(row)
        if messages
    )


def gap_words(gap: tuple[int, int, int]) -> str:
    """Return from when to when a gap lasts: from "Sat 22:00" to "Sun 02:00"."""
    weekday, hour, hours = gap
    if hours == _HOURS:
        return "all week long"
    end = (24 * weekday + hour + hours) % _HOURS
    start = style.slot_words((weekday, hour, 0))
    return f"{start} {DASH} {style.slot_words((end // 24, end % 24, 0))}"

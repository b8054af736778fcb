"""When a clan is there and where it talks, arranged: what the picture and the message say."""

from dataclasses import dataclass, field, replace
from datetime import date, datetime
from zoneinfo import ZoneInfo

from bot.clan.attendance import Attendance
from bot.clan.channel_talk import ChannelTalk
from bot.clan.event_times import EventTime
from bot.clan.spans import Period, Span, day_of
from bot.clan.week_hours import SeenWeek
from bot.clan.wording import share
from bot.reports.clan_report import TotalRow
from bot.reports.style import date_words


@dataclass(frozen=True, slots=True)
class WeekPanel:
    """One side by weekday and hour, what its numbers are, and what has to be known of it."""

    title: str
    unit: str
    week: SeenWeek
    note: str = ""


@dataclass(frozen=True, slots=True)
class ActivityReport:
    """All that is told about when a clan is there, over a period that ends now.

    `times` are the best ones for an event of `hours`, made of `people` and their hours over
    `people_span`. `quiet` are channels that went quiet against the period before; None where that
    cannot be compared. Channels are counted over `channel_span`.
    """

    clan: str
    zone: str
    period: Period
    span: Span
    as_of: datetime
    panels: tuple[WeekPanel, ...]
    totals: tuple[TotalRow, ...]
    hours: int
    times: tuple[EventTime, ...]
    people: int
    people_span: Span
    busiest: tuple[ChannelTalk, ...]
    quiet: tuple[ChannelTalk, ...] | None
    channel_span: Span
    event: Attendance | None = None
    evidence: tuple[str, ...] = ()
    notes: tuple[str, ...] = field(default=())

    @property
    def shown_span(self) -> Span:
        """Return the span as it is told: it ends now, and not with the hour that runs."""
        return Span(self.span.start, max(self.as_of, self.span.start))

    def for_everybody(self) -> "ActivityReport":
        """Return what may be posted: nobody's silence, and no channel's."""
        times = tuple(replace(each, suited=(), missed=(), reach=()) for each in self.times)
        return replace(self, times=times, quiet=None)


def since_words(since: datetime | None, span: Span, zone: str) -> str:
    """Return from when on something is known, where that is not the whole span."""
    if since is None or since <= span.start:
        return ""
    day: date = day_of(since, ZoneInfo(zone))
    return f"since {date_words(day)}"


def dated_words(dated: int, undated: int) -> str:
    """Return of how many gains of the game the hour is known."""
    if not dated + undated:
        return "no gain was seen"
    return f"the hour is known of {share(dated, dated + undated)} of gains" if undated else ""

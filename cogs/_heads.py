"""How answers about a clan begin and end: what it is, over which time, how good its data is."""

from collections.abc import Iterable, Sequence
from datetime import datetime
from zoneinfo import ZoneInfo

from bot.clan.names import escaped
from bot.clan.spans import Period, Span, day_of
from bot.reports.style import date_words
from cogs._replies import small, when


def clan_head(clan: str, what: str, period: Period) -> tuple[str, str]:
    """Return the heading of an answer: the clan, then what is told of it over which period."""
    return f"## {escaped(clan)}", f"**{what}**  last {period.words}"


def span_line(start: datetime, as_of: datetime) -> str:
    """Return from when to when something is told, in the reader's own time."""
    return small(f"{when(start, 'D')} to {when(as_of, 'f')}")


def heard_line(heard_from: datetime | None, span: Span, zone: str) -> list[str]:
    """Return since when messages are counted, where that is later than a span begins."""
    if heard_from is None or heard_from <= span.start:
        return []
    return [small(f"messages counted since {date_words(day_of(heard_from, ZoneInfo(zone)))}")]


def as_of_line(as_of: datetime, evidence: Sequence[str]) -> str:
    """Return as of when something is told, and how good the data is."""
    return small(f"as of {when(as_of)}", *evidence)


def period_labels(periods: Iterable[Period] = Period) -> dict[str, str]:
    """Return the periods to choose from, by what stands in an id."""
    return {str(each.value): f"Last {each.words}" for each in periods}

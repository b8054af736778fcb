"""What single pictures show, as frozen values: a member's card and the clan's week.

They are arranged by services from one roster; nothing here draws.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date, datetime
from typing import NamedTuple
from zoneinfo import ZoneInfo

from bot.clan.activity import Heatmap, TrendLine
from bot.clan.spans import Period, Span, day_of, last
from bot.clan.standings import Chat, Member
from bot.clan.wording import short
from bot.reports.clan_report import since_day
from bot.reports.style import day_words


@dataclass(frozen=True, slots=True)
class Card:
    """All that a member's card says.

    `places` holds (place, of how many) for xp, kills, messages and answers of the period where the
    member is ranked. `trend` are the steps of the period, `earlier` those right before it; `hours`
    and `best_hours` are the member's own week over 90 days. All messages are those since
    `heard_from`.
    """

    member: Member
    clan: str
    zone: str
    period: Period
    now: datetime
    places: Mapping[str, tuple[int, int]] = field(default_factory=dict)
    trend: tuple[TrendLine, ...] = ()
    earlier: tuple[TrendLine, ...] = ()
    best_hours: tuple[tuple[int, int, int], ...] = ()
    hours: Heatmap = ()
    accounts: tuple[str, ...] = ()
    heard_from: date | None = None

    @property
    def span(self) -> Span:
        """Return the span that the card's gains are over."""
        return last(self.period, self.now, ZoneInfo(self.zone))

    @property
    def shown_span(self) -> Span:
        """Return the span as it is told: it ends now, and not with the hour that runs."""
        return Span(self.span.start, self.now)


@dataclass(frozen=True, slots=True)
class ClanWeek:
    """When the clan writes: messages by weekday and hour of its own clock over a span."""

    clan: str
    zone: str
    period: Period
    span: Span
    hours: Heatmap
    best_hours: tuple[tuple[int, int, int], ...] = ()
    evidence: tuple[str, ...] = ()


class CardNumber(NamedTuple):
    """One number of a card with its name and what stands below it; None is unknown."""

    label: str
    value: float | None
    below: str = ""


def card_facts(card: Card) -> tuple[CardNumber, ...]:
    """Return the four numbers of a card, each with the place in the clan where there is one."""
    gains = card.member.gains(card.period)
    chat = None if card.member.chat is None else card.member.chat.get(card.period, Chat())
    return (
        CardNumber("XP gained", gains.xp, _below(card, "xp", gains.ehp, "EHP")),
        CardNumber("Boss kills", gains.kills, _below(card, "kills", gains.ehb, "EHB")),
        CardNumber("Messages", chat and chat.messages, _below(card, "messages")),
        CardNumber(
            "Questions answered",
            chat and chat.answers,
            _below(card, "answers", chat and chat.questions, "asked"),
        ),
    )


def _below(card: Card, what: str, beside: float | None = None, unit: str = "") -> str:
    """Return the place in the clan and the number beside it, as far as they are known.

    Of gains also the day from which they count where that is not the start, and what was lost.
    """
    found = card.places.get(what)
    place = f"#{found[0]:,} of {found[1]:,}" if found else ""
    other = f"{short(beside)} {unit}" if beside is not None else ""
    return " · ".join(part for part in (place, other, *_doubts(card, what)) if part)


def _doubts(card: Card, what: str) -> tuple[str, ...]:
    gains = card.member.gains(card.period)
    zone = ZoneInfo(card.zone)
    if what == "messages":
        began = card.heard_from
        is_later = began is not None and began > day_of(card.span.start, zone)
        return (f"since {day_words(began)}",) if began and is_later else ()
    fell = {"xp": gains.dropped_xp, "kills": gains.dropped_kills}.get(what)
    if fell is None:
        return ()
    since = since_day(gains, zone)
    return (
        *([f"since {day_words(since)}"] if since else []),
        *([f"fell by {short(fell)}"] if fell else []),
    )

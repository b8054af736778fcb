"""The roster, arranged: a row for each member with all windows, and notes on what is in doubt.

Nothing is rounded; unknown is None and stays None.
"""

from dataclasses import dataclass
from datetime import date, datetime
from typing import NamedTuple
from zoneinfo import ZoneInfo

from bot.clan.gains import Gains
from bot.clan.spans import WEEK, WINDOWS, Period, day_of, last
from bot.clan.standings import Member
from bot.clan.wording import role_words
from bot.reports.clan_report import ClanReport
from bot.reports.style import date_words

_CHAT_WINDOWS = (Period.WEEK, Period.MONTH, Period.QUARTER)


@dataclass(frozen=True, slots=True)
class RosterRow:
    """One member as the roster sheet shows them; windows are 7, 30, 90 and (game) 365 days.

    `doubtful` says by window whether the game's gains are partial or thin; `notes` says why.
    `counted_from` and `counted_to` are the instants of the two snapshots that they lie between.
    """

    place: int
    name: str
    joined_on: date | None
    role: str
    person: str | None
    messages: tuple[int | None, ...]
    xp: tuple[int | None, ...]
    kills: tuple[int | None, ...]
    doubtful: tuple[bool, ...]
    ehp: float | None
    ehb: float | None
    total_messages: int | None
    total_xp: int | None
    total_kills: int | None
    seen_in_game_at: datetime | None
    seen_in_chat_at: datetime | None
    weeks: tuple[int, ...]
    notes: str
    counted_from: tuple[datetime | None, ...] = ()
    counted_to: datetime | None = None


def roster_rows(report: ClanReport) -> tuple[RosterRow, ...]:
    """Return every present member in the roster's own order."""
    zone, early = ZoneInfo(report.zone), _early_windows(report)
    plain_until = None if report.seen_from is None else report.seen_from + WEEK
    return tuple(
        _roster_row(place, member, _Noting(zone, early, plain_until))
        for place, member in enumerate(report.roster.members, start=1)
    )


def roster_notes(report: ClanReport) -> tuple[str, ...]:
    """Return what holds for the notes of every row, so that no row has to say it."""
    early = [str(period.value) for period in _early_windows(report)]
    if report.seen_from is None or not early:
        return ()
    windows = early[0] if len(early) == 1 else f"{', '.join(early[:-1])} and {early[-1]}"
    began = date_words(report.seen_from)
    words = f"{windows} days on Roster: the data begins on {began}"
    return (f"{words}, so they count from each member's first snapshot",)


class _Noting(NamedTuple):
    """What is needed for notes: windows that begin before the data say nothing until a day."""

    zone: ZoneInfo
    early: tuple[Period, ...]
    plain_until: date | None


def _early_windows(report: ClanReport) -> tuple[Period, ...]:
    """Return the windows of the roster that begin before the data does."""
    began, zone = report.seen_from, ZoneInfo(report.zone)
    if began is None:
        return ()
    now = report.roster.as_of
    return tuple(each for each in WINDOWS if day_of(last(each, now, zone).start, zone) < began)


def _roster_row(place: int, member: Member, noting: _Noting) -> RosterRow:
    zone = noting.zone
    windows = tuple(member.gains(period) for period in WINDOWS)
    month = member.gains(Period.MONTH)
    return RosterRow(
        place=place,
        name=member.name,
        joined_on=day_of(member.joined_at, zone) if member.joined_at else None,
        role=role_words(member.role),
        person=_person(member),
        messages=tuple(member.messages(period) for period in _CHAT_WINDOWS),
        xp=tuple(gains.xp for gains in windows),
        kills=tuple(gains.kills for gains in windows),
        doubtful=tuple(gains.partial or gains.thin for gains in windows),
        ehp=month.ehp,
        ehb=month.ehb,
        total_messages=member.total_messages,
        total_xp=member.total_xp,
        total_kills=member.total_kills,
        seen_in_game_at=member.changed_at,
        seen_in_chat_at=member.wrote_at,
        weeks=member.weekly_messages,
        notes=_notes(windows, noting),
        counted_from=tuple(gains.since for gains in windows),
        counted_to=max((gains.until for gains in windows if gains.until), default=None),
    )


def _person(member: Member) -> str | None:
    """Return whose account it is; an alt is told by the main account, whose row has the chat."""
    if member.alt_of is None:
        return member.person
    return f"{member.person or member.alt_of} (alt of {member.alt_of})"


def _notes(windows: tuple[Gains, ...], noting: _Noting) -> str:
    """Return why some gains are doubtful, windows with the same reason in one breath.

    What the data's own beginning explains is left out: roster_notes says it once.
    """
    reasons: dict[str, list[str]] = {}
    for period, gains in zip(WINDOWS, windows, strict=True):
        if gains.since is None or not (gains.partial or gains.thin):
            continue
        since_on = day_of(gains.since, noting.zone)
        if period in noting.early and noting.plain_until and since_on <= noting.plain_until:
            continue
        since = date_words(since_on)
        reason = f"counted from {since}" + ("" if gains.partial else ", before their start")
        reasons.setdefault(reason, []).append(str(period.value))
    notes = [f"{', '.join(days)} days {reason}" for reason, days in reasons.items()]
    fell = [
        f"{what} fell by {most:,}"
        for what, most in (
            ("XP", max(gains.dropped_xp for gains in windows)),
            ("kills", max(gains.dropped_kills for gains in windows)),
        )
        if most
    ]
    return "; ".join([*notes, *fell])

"""When a clan is there: heatmaps, the best times for an event, channels, and what an event did."""

import asyncio
from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import cache
from typing import NamedTuple

from bot.clan.activity import Totals
from bot.clan.attendance import Attendance, EventSpans, Turnout, event_spans, mean_of
from bot.clan.channel_talk import ChannelTalk, busiest, went_quiet
from bot.clan.event_times import event_times
from bot.clan.evidence import strip
from bot.clan.spans import HOUR, Period, Span, last, merged
from bot.clan.week_hours import by_offset, game_hours
from bot.reports.activity_report import ActivityReport
from bot.reports.clan_report import TotalRow
from bot.reports.documents import Document
from bot.reports.worker import Drawing
from bot.services.publish.asked import hidden_authors
from bot.services.publish.person_hours import person_hours
from bot.services.publish.publisher import Publisher
from bot.services.publish.report import report_coverage
from bot.services.publish.week_panels import VoiceSeen, week_panels
from bot.services.setup import Clan
from bot.services.view import (
    ClanView,
    ViewQuery,
    linked_roster,
    read_view,
    totals_before,
    totals_in,
)
from storage import authors, channel_counts, chat, presence
from storage.authors import ChannelRow
from storage.chat import Wrote
from storage.columns import to_ms
from storage.engine import Connection

_BUSIEST = 5
_WEEK = timedelta(weeks=1)
_MINUTE = 60


@dataclass(frozen=True, slots=True)
class ActivityFiles:
    """When a clan is there, with its picture."""

    report: ActivityReport
    chart: Document


class _EventSource(NamedTuple):
    """What was written in each stretch of an event, by author, and when was talked in voice."""

    spans: EventSpans
    wrote: Sequence[Mapping[int, Wrote]]
    voice: VoiceSeen


class _ActivitySource(NamedTuple):
    """All that an activity report is made from."""

    view: ClanView
    period: Period
    hours: int
    people_span: Span
    channel_span: Span
    week_hours: Mapping[int, Mapping[int, int]]
    by_channel: Mapping[int, tuple[int, int]]
    channels: Mapping[int, ChannelRow]
    voice: VoiceSeen
    event: _EventSource | None


class Activities(Publisher):
    """Arranges when a clan is there, and has it drawn."""

    async def files(
        self, clan: Clan, period: Period, hours: int, event_at: datetime | None = None
    ) -> ActivityFiles:
        """Return when a clan is there, and what the event at a time did, with the picture."""
        report = await self.report(clan, period, hours, event_at)
        return ActivityFiles(report, await self._draws.draw(Drawing.ACTIVITY_CHART, report))

    async def report(
        self, clan: Clan, period: Period, hours: int, event_at: datetime | None = None
    ) -> ActivityReport:
        """Return when a clan is there, over a period that ends now.

        Of `hours` are the events for which times are looked for, and the one at `event_at`.
        """
        async with self._database.reading() as connection:
            read = await self._read(connection, clan, period, hours, event_at)
        return await asyncio.to_thread(_report, read)

    async def _read(
        self,
        connection: Connection,
        clan: Clan,
        period: Period,
        hours: int,
        event_at: datetime | None,
    ) -> _ActivitySource:
        now, cid = self._clock(), clan.clan_id
        span = last(period, now, clan.zone)
        # By the person, and by the channel, no answer needs more than a season.
        near = last(min(max(period, Period.MONTH), Period.QUARTER), now, clan.zone)
        talk = last(min(period, Period.QUARTER), now, clan.zone)
        query = ViewQuery(
            now,
            frozenset({period}),
            compared=period,
            hours_from=span.before(clan.zone).start,
            trend_from=near.start,
        )
        view = await read_view(connection, clan, query, cache=self._identities)
        parts = [(part.start, part.end, offset) for part, offset in by_offset(near, clan.zone)]
        voice = await _voice(connection, clan, Span(span.before(clan.zone).start, span.end))
        return _ActivitySource(
            view=view,
            period=period,
            hours=hours,
            people_span=near,
            channel_span=talk,
            week_hours=await chat.week_hours(connection, cid, parts),
            by_channel=await channel_counts.by_channel(
                connection, cid, talk.before(clan.zone).start, talk.start, talk.end
            ),
            channels=await authors.channels(connection, cid),
            voice=voice,
            event=await _event(connection, clan, event_at, hours, voice.kept_from),
        )


async def _voice(connection: Connection, clan: Clan, span: Span) -> VoiceSeen:
    if not clan.keeps_presence:
        return VoiceSeen((), None)
    kept_from = await presence.voice_from(connection, clan.clan_id)
    return VoiceSeen(await _quarters(connection, clan, span, kept_from), kept_from)


async def _quarters(
    connection: Connection, clan: Clan, span: Span, kept_from: datetime | None
) -> Sequence[tuple[datetime, int]]:
    if kept_from is None:
        return ()
    return await presence.voice_quarters(connection, clan.clan_id, span.start, span.end)


async def _event(
    connection: Connection,
    clan: Clan,
    event_at: datetime | None,
    hours: int,
    kept_from: datetime | None,
) -> _EventSource | None:
    if event_at is None:
        return None
    spans = event_spans(event_at, hours, clan.zone)
    stretches = [(each.start, each.end) for each in _stretches(spans)]
    wrote = await chat.written_in_hours(connection, clan.clan_id, stretches)
    over = Span(min(start for start, _ in stretches), spans.after.end)
    quarters = await _quarters(connection, clan, over, kept_from)
    return _EventSource(spans, wrote, VoiceSeen(quarters, kept_from))


def _stretches(spans: EventSpans) -> tuple[Span, ...]:
    return (spans.before, spans.during, spans.after, *spans.usual)


def _report(read: _ActivitySource) -> ActivityReport:
    view, period = read.view, read.period
    clan, span = view.clan, view.spans[period]
    game_since = cache(lambda start: game_hours(view.game.life, to_ms(start)))
    people = person_hours(view, read.week_hours, game_since(read.people_span.start))
    messages = _messages(view, span)
    known = report_coverage(view, linked_roster(view, period), period, messages)
    talks = _channels(read)
    weeks, known_people = _weeks(read), sum(each.is_known for each in people)
    return ActivityReport(
        clan=clan.name,
        zone=clan.zone.key,
        period=period,
        span=span,
        as_of=view.as_of,
        panels=week_panels(view, period, read.people_span, read.voice, game_since),
        totals=_totals(read, messages),
        hours=read.hours,
        # Of people who were hardly seen any hour would look like the best one.
        times=event_times(people, weeks, read.hours) if weeks and known_people else (),
        people=known_people,
        people_span=read.people_span,
        busiest=busiest(talks, _BUSIEST),
        quiet=went_quiet(talks) if any(each.before is not None for each in talks) else None,
        channel_span=read.channel_span,
        event=None if read.event is None else _attendance(view, read.event),
        evidence=strip(known, view.as_of, clan.zone),
    )


def _messages(view: ClanView, span: Span) -> int | None:
    """Return the clan's messages of a span; None where it began before anybody listened."""
    heard = view.chat.heard_from
    if heard is None or heard >= span.end:
        return None
    start, end = span.start, span.end
    return sum(count for at, count in view.chat.hours if start <= at < end)


def _weeks(read: _ActivitySource) -> int:
    """Return over how many weeks people's hours were seen: none where nothing was."""
    span, heard = read.people_span, read.view.chat.heard_from
    seen_at = min((row.seen_at for row in read.view.game.first.values()), default=None)
    known = [at for at in (heard, seen_at) if at is not None]
    if not known:
        return 0
    return max(round((span.end - max(span.start, min(known))) / _WEEK), 1)


def _totals(read: _ActivitySource, wrote: int | None) -> tuple[TotalRow, ...]:
    """Return the totals of the period beside those of the one before, where both were seen."""
    view, period = read.view, read.period
    span, zone = view.spans[period], view.clan.zone
    earlier, heard = span.before(zone), view.chat.heard_from
    was_heard = heard is not None and heard <= earlier.start + HOUR
    wrote_before = _messages(view, earlier) if was_heard else None
    now = totals_in(view, period, wrote)
    before = totals_before(view, wrote_before)
    writers = None if wrote is None else now.writers
    return (
        TotalRow("Messages", wrote, wrote_before),
        TotalRow("Members who wrote", writers, before.writers if was_heard else None),
        TotalRow("Members seen to play", _players(now), _players(before)),
        TotalRow(
            "Hours in voice",
            _voice_hours(read.voice, span),
            _voice_hours(read.voice, earlier, is_whole=True),
            decimal=True,
        ),
    )


def _players(side: Totals) -> int | None:
    """Return how many gained something; None where nobody's gain is known."""
    return side.players if side.observed else None


def _voice_hours(voice: VoiceSeen, span: Span, *, is_whole: bool = False) -> float | None:
    """Return the hours in voice of a span; None where nothing of it, or not all, was kept."""
    since = voice.kept_from
    if since is None or since >= span.end or (is_whole and since > span.start + HOUR):
        return None
    return sum(seconds for at, seconds in voice.quarters if at in span) / HOUR.total_seconds()


# --- channels and an event ------------------------------------------------------------------------


def _channels(read: _ActivitySource) -> tuple[ChannelTalk, ...]:
    """Return the counted channels, each with its threads, and what was written in them."""
    view, zone = read.view, read.view.clan.zone
    earlier, heard = read.channel_span.before(zone), view.chat.heard_from
    compares = heard is not None and heard <= earlier.start + HOUR
    whole = Span(earlier.start, view.as_of)
    away = merged((each.span for each in view.blind(whole) if each.where is None), whole)
    compares = (
        compares and sum((each.length for each in away), timedelta()) < read.channel_span.length / 7
    )
    unseen = {gap.channel_id for gap in view.gaps if gap.channel_id is not None}
    sums: dict[int, list[int]] = defaultdict(lambda: [0, 0])
    blind: set[int] = set()
    for channel in read.channels.values():
        parent = channel.parent_id
        top = (
            parent if parent is not None and parent in read.channels else channel.discord_channel_id
        )
        counts = read.by_channel.get(channel.channel_id, (0, 0))
        sums[top][0] += counts[0]
        sums[top][1] += counts[1]
        if channel.channel_id in unseen or not channel.is_readable:
            blind.add(top)
    return tuple(
        ChannelTalk(
            top,
            read.channels[top].name,
            now,
            before if compares and top not in blind else None,
            read.channels[top].is_gone,
        )
        for top, (before, now) in sums.items()
        if read.channels[top].is_counted
    )


def _attendance(view: ClanView, event: _EventSource) -> Attendance:
    # What somebody wrote before they opted out would stand in the weeks before the event alone.
    hidden = hidden_authors(view.people)
    found = [
        _turnout(
            view, span, {who: each for who, each in wrote.items() if who not in hidden}, event.voice
        )
        for span, wrote in zip(_stretches(event.spans), event.wrote, strict=True)
    ]
    before, during, after, *usual = found
    return Attendance(event.spans, before, during, after, mean_of(usual))


def _turnout(view: ClanView, span: Span, wrote: Mapping[int, Wrote], voice: VoiceSeen) -> Turnout:
    """Return who was there in a stretch that is over; one that was not seen is unknown."""
    heard, people = view.chat.heard_from, view.people
    lost = merged((each.span for each in view.blind(span) if each.where is None), span)
    is_known = heard is not None and heard <= span.start and not lost and span.end <= view.as_of
    who = {_person(view, each) for each in wrote if wrote[each].messages and each in people.writers}
    since = voice.kept_from
    in_voice = (
        None
        if since is None or since > span.start or span.end > view.as_of
        else sum(seconds for at, seconds in voice.quarters if at in span) / _MINUTE
    )
    if not is_known:
        return Turnout(voice_minutes=in_voice)
    return Turnout(sum(each.messages for each in wrote.values()), len(who), in_voice)


def _person(view: ClanView, author_id: int) -> tuple[str, int]:
    person = view.people.persons.by_author.get(author_id)
    return ("author", author_id) if person is None else ("player", person.main)

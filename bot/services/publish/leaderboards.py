"""Leaderboards: one metric of everybody who may be shown, read at the cost of that metric alone.

What WOM counts stands with each account; what is written or said is a person's, and stands with
their main account.
"""

import asyncio
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from functools import partial
from typing import NamedTuple

from bot.clan.gains import UNKNOWN, Gains, MetricGain
from bot.clan.leaderboards import (
    ACTIVE_DAYS,
    ALL_TIME,
    ANSWERS,
    CHAT,
    EHB,
    EHP,
    HEADLINES,
    KILLS,
    MESSAGES,
    OVERALL,
    VOICE,
    Score,
    Unplaced,
    metric_called,
    metrics_called,
    ranked,
)
from bot.clan.metrics import UNRANKED, MetricKind, threshold
from bot.clan.showing import shown
from bot.clan.spans import DAY, Period, Span, day_of, last
from bot.clan.standings import Chat
from bot.clan.wording import ago
from bot.reports.boards import Board
from bot.reports.documents import Document
from bot.reports.style import date_words
from bot.reports.worker import Drawing
from bot.services.publish.publisher import Publisher
from bot.services.setup import Clan
from bot.services.view import (
    ClanView,
    People,
    ViewQuery,
    Visitor,
    coverage_words,
    gains_of,
    messages_of,
    path_gain,
    read_people,
    read_view,
)
from storage import metrics, presence
from storage.engine import Connection
from storage.players import MemberRow
from storage.snapshots import ObservationRow

_GAINED: Mapping[str, Callable[[Gains], float | None]] = {
    OVERALL: lambda gains: gains.xp,
    KILLS: lambda gains: gains.kills,
    EHP: lambda gains: gains.ehp,
    EHB: lambda gains: gains.ehb,
}
_HELD: Mapping[str, Callable[[ObservationRow], float]] = {
    OVERALL: lambda row: row.xp,
    KILLS: lambda row: row.kills,
    EHP: lambda row: row.ehp,
    EHB: lambda row: row.ehb,
}
_COUNTED: Mapping[str, Callable[[Chat, int], int]] = {
    MESSAGES: lambda chat, _: chat.messages,
    ACTIVE_DAYS: lambda chat, days: chat.days_of(days),
    ANSWERS: lambda chat, _: chat.answers,
}
_COUNTED_DAYS = frozenset({ACTIVE_DAYS, ANSWERS})
"""What several authors of one person do together is more than their sum: it is read for these."""
_WITHOUT_TOTAL = _COUNTED_DAYS | {VOICE}


@dataclass(frozen=True, slots=True)
class BoardFiles:
    """A leaderboard and its chart."""

    board: Board
    chart: Document


class _BoardQuery(NamedTuple):
    """What is ranked, over which time; `period` is 0 for all time."""

    metric: str
    period: int

    @property
    def days(self) -> int:
        """Return the window that is read."""
        return self.period or Period.YEAR


@dataclass(frozen=True, slots=True)
class _BoardSource:
    """All that a leaderboard is made from; of a single metric also what it is and what rose."""

    view: ClanView
    asked: _BoardQuery
    own: frozenset[int]
    gained: Mapping[int, MetricGain | None] = field(default_factory=dict)
    present: Mapping[int, float] = field(default_factory=dict)
    voice: Mapping[int, int] = field(default_factory=dict)


class Leaderboards(Publisher):
    """Arranges leaderboards and has them drawn."""

    async def called(self, typed: str) -> str | None:
        """Return the metric that is meant by what was typed, or None."""
        return metric_called(typed, await self._metrics())

    async def offered(self, typed: str) -> tuple[str, ...]:
        """Return up to 25 metrics that may be meant, the likeliest first."""
        return metrics_called(typed, await self._metrics())

    async def files(
        self, clan: Clan, metric: str, period: int, visitor: Visitor | None = None
    ) -> BoardFiles:
        """Return the leaderboard of a known metric, with the places of whoever looks at it."""
        board = await self.board(clan, metric, period, visitor)
        return BoardFiles(board, await self._draws.draw(Drawing.BOARD_CHART, board))

    async def board(
        self, clan: Clan, metric: str, period: int, visitor: Visitor | None = None
    ) -> Board:
        """Return the leaderboard, not drawn; what has no total is ranked over a year at most."""
        asked = _BoardQuery(
            metric, period or (Period.YEAR if metric in _WITHOUT_TOTAL else ALL_TIME)
        )
        async with self._database.reading() as connection:
            is_of_game = metric not in CHAT
            people = await read_people(
                connection, clan, visitor, self._identities, without_chat=is_of_game
            )
            source = await _read(connection, clan, asked, people, visitor, self._clock())
        return await asyncio.to_thread(_board, source)

    async def _metrics(self) -> Iterable[str]:
        async with self._database.reading(is_quick=True) as connection:
            return await metrics.metric_ids(connection)


async def _read(  # noqa: PLR0913, PLR0917 - what, of whom, for whom and when
    connection: Connection,
    clan: Clan,
    asked: _BoardQuery,
    people: People,
    visitor: Visitor | None,
    now: datetime,
) -> _BoardSource:
    days = Period(asked.days)
    window = frozenset({days})
    if asked.metric in CHAT:
        query = ViewQuery(now, window, counted=days if asked.metric in _COUNTED_DAYS else None)
    else:
        query = ViewQuery(now, game_windows=window)
    view = await read_view(connection, clan, query, people)
    own = () if visitor is None else people.accounts(visitor.user_id)
    source = partial(_BoardSource, view, asked, frozenset(each.player_id for each in own))
    if asked.metric == VOICE:
        return source(voice=await _voice(connection, view, days))
    if asked.metric in CHAT or asked.metric in HEADLINES:
        return source()
    known = await metrics.metric_ids(connection)
    number, kind = known[asked.metric]
    start = view.spans[days].start
    (paths,) = await metrics.paths(connection, clan.clan_id, [(start, [number])])
    least = threshold(asked.metric, MetricKind(kind))
    return source(
        gained={path.player_id: path_gain(path, view.game.first, least) for path in paths},
        present={
            who: value
            for who, _, value in await metrics.ranked_values(connection, clan.clan_id, [number])
        },
    )


async def _voice(connection: Connection, view: ClanView, days: int) -> dict[int, int]:
    """Return the minutes in voice by user, over so many days of the clan's calendar."""
    clan, today = view.clan, day_of(view.as_of, view.clan.zone)
    first = today - (days - 1) * DAY
    rows = await presence.since(connection, clan.clan_id, first, today, [first])
    return {user: row.stretches[0].voice_seconds // 60 for user, row in rows.items()}


def _board(source: _BoardSource) -> Board:
    view, (metric, period) = source.view, source.asked
    span = last(Period(source.asked.days), view.as_of, view.clan.zone)
    scores = _persons_scores(source) if metric in CHAT else _accounts_scores(source)
    ranking = ranked(scores)
    return Board(
        clan=view.clan.name,
        zone=view.clan.zone.key,
        metric=metric,
        period=period,
        span=Span(span.start, view.as_of),
        ranking=ranking,
        own=source.own - view.people.hidden,
        notes=tuple(_notes(source, span)),
        evidence=_evidence(source),
    )


def _notes(source: _BoardSource, span: Span) -> Iterator[str]:
    view, (metric, period) = source.view, source.asked
    if metric == VOICE and not view.clan.keeps_presence:
        yield "this clan keeps no voice minutes"
        return
    begun_at = _begun_at(source)
    if begun_at is None:
        yield "no data yet"
    elif (begun_at > span.start and period) or (metric == MESSAGES and not period):
        yield f"data since {date_words(day_of(begun_at, view.clan.zone))}"


def _begun_at(source: _BoardSource) -> datetime | None:
    view, metric = source.view, source.asked.metric
    if metric == VOICE:
        return view.clan.presence_from
    if metric in CHAT:
        return view.chat.heard_from
    return min((row.seen_at for row in view.game.first.values()), default=None)


def _evidence(source: _BoardSource) -> tuple[str, ...]:
    view = source.view
    if source.asked.metric in CHAT:
        return coverage_words(view, source.asked.days)
    polled_at = view.clan.polled_at
    return (f"WOM {ago(polled_at, view.as_of)} old" if polled_at else "WOM never polled",)


def _accounts_scores(source: _BoardSource) -> Iterator[Score]:
    view, people = source.view, source.view.people
    gains = gains_of(view, source.asked.days)
    score = _headline_score if source.asked.metric in HEADLINES else _metric_score
    for place in shown(people.places, people.hidden, lambda each: each.player_id):
        who = place.player_id
        yield score(source, place, gains.get(who, UNKNOWN), view.game.now.get(who))


def _headline_score(
    source: _BoardSource, place: MemberRow, gains: Gains, now: ObservationRow | None
) -> Score:
    metric = source.asked.metric
    held = UNRANKED if now is None else _HELD[metric](now)
    total = None if held == UNRANKED else held
    return _scored(source, place, gains, total, _GAINED[metric](gains), is_seen=now is not None)


def _metric_score(
    source: _BoardSource, place: MemberRow, gains: Gains, now: ObservationRow | None
) -> Score:
    who = place.player_id
    total = source.present.get(who)
    if total is None:
        return _scored(source, place, gains, None, None, is_seen=now is not None)
    gain = source.gained.get(who)
    earned = 0 if gain is None else gain.earned
    if source.asked.period and gain is not None and gain.entered_at and not earned:
        return Score(who, place.name, None, total, why=Unplaced.ENTERED)
    return _scored(source, place, gains, total, earned, is_seen=True)


def _scored(  # noqa: PLR0911, PLR0913 - all that decides whether a number is known, in order
    source: _BoardSource,
    place: MemberRow,
    gains: Gains,
    total: float | None,
    gained: float | None,
    *,
    is_seen: bool,
) -> Score:
    left_out = partial(Score, place.player_id, place.name, None, total)
    if not is_seen:
        return left_out(why=Unplaced.NOT_SEEN)
    if total is None:
        return left_out(why=Unplaced.NOT_ON_HISCORES)
    if source.asked.period == ALL_TIME:
        return Score(place.player_id, place.name, total)
    if not gains.known:
        return left_out(why=Unplaced.NOT_SEEN)
    if gains.thin:
        return left_out(why=Unplaced.OLD_START)
    if gained is None:
        return left_out(why=Unplaced.NOT_ON_HISCORES)
    return Score(place.player_id, place.name, gained, total, gains.doubtful_since)


def _persons_scores(source: _BoardSource) -> Iterator[Score]:
    """Yield what each person did; alts have no line, nor has who opted out."""
    view, people, metric = source.view, source.view.people, source.asked.metric
    wrote = messages_of(view, view.chat.wrote[Period(source.asked.days)])
    for place in shown(people.places, people.hidden, lambda each: each.player_id):
        known = people.known.get(place.player_id)
        if known is not None and (known.alt_of is not None or known.is_hidden):
            continue
        left_out = partial(Score, place.player_id, place.name, None)
        chat = wrote[place.player_id]
        if _begun_at(source) is None or (metric == VOICE and not view.clan.keeps_presence):
            yield left_out(why=Unplaced.NOT_SEEN)
        elif known is None or chat is None or (metric == VOICE and known.user_id is None):
            yield left_out(why=Unplaced.NO_DISCORD)
        elif metric == VOICE:
            yield Score(place.player_id, place.name, source.voice.get(known.user_id or 0, 0))
        else:
            total = sum(each.messages for each in known.authors) if metric == MESSAGES else None
            if source.asked.period == ALL_TIME:
                yield Score(place.player_id, place.name, total)
            else:
                count = _COUNTED[metric](chat, source.asked.days)
                yield Score(place.player_id, place.name, count, total)

"""Two members side by side, with only what everybody may know of both.

What Wise Old Man counts is that of the two accounts; what is written is a person's, and stands with
their main account.
"""

import asyncio
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import NamedTuple

from bot.clan.activity import TrendLine
from bot.clan.comparing import Best, Contender, NotComparable, best, not_comparable
from bot.clan.gains import UNKNOWN, Gains
from bot.clan.leaderboards import ACTIVE_DAYS, ANSWERS, EHB, EHP, KILLS, MESSAGES, OVERALL, Unplaced
from bot.clan.metrics import MetricKind, threshold
from bot.clan.spans import Period, day_of, last
from bot.clan.standings import Chat
from bot.reports.comparisons import MemberComparison
from bot.reports.documents import Document
from bot.reports.style import date_words
from bot.reports.worker import Drawing
from bot.services.people import member_called
from bot.services.publish.publisher import Publisher
from bot.services.publish.trend import TrendSteps, trend_lines, trend_steps
from bot.services.setup import Clan
from bot.services.view import (
    BASELINE_LEAD,
    ClanView,
    LifeRow,
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
from storage import chat, metrics, snapshots
from storage.columns import from_ms
from storage.engine import Connection
from storage.metrics import MetricPath
from storage.players import MemberRow

Pair = tuple[int, int]
"""Two accounts, by their player ids."""


class NotCompared(Exception):
    """Two members are not compared; `name` is whom that is about, where it is about one."""

    def __init__(self, why: NotComparable, name: str = "") -> None:
        super().__init__(why.value)
        self.why = why
        self.name = name


@dataclass(frozen=True, slots=True)
class ComparisonFiles:
    """Two members side by side, and their chart."""

    comparison: MemberComparison
    chart: Document


class _ComparisonSource(NamedTuple):
    """All that a comparison is made from; `hours` are (author, milliseconds, messages)."""

    view: ClanView
    places: tuple[MemberRow, MemberRow]
    steps: TrendSteps
    life: Sequence[LifeRow]
    hours: Sequence[tuple[int, int, int]]
    paths: Sequence[MetricPath]
    kinds: Mapping[int, tuple[str, MetricKind]]


class Comparisons(Publisher):
    """Arranges comparisons of two members and has them drawn; all of it raises NotCompared."""

    async def of_names(
        self, clan: Clan, names: tuple[str, str], period: Period, visitor: Visitor
    ) -> ComparisonFiles:
        """Return the comparison of two members by their names, now or before."""
        async with self._database.reading() as connection:
            people = await read_people(connection, clan, visitor, self._identities)
            pair = (_called(people, names[0]), _called(people, names[1]))
            source = await self._read(connection, clan, people, pair, period, visitor)
        return await self._drawn(source, period)

    async def with_self(
        self, clan: Clan, other: Visitor, period: Period, visitor: Visitor
    ) -> ComparisonFiles:
        """Return the comparison of one's own main account with that of another Discord user."""
        async with self._database.reading() as connection:
            # Either may have never written: then the name on Discord alone can tell whose it is.
            mine = await read_people(connection, clan, visitor, self._identities)
            own = mine.own_card(visitor.user_id)
            if own is None:
                raise NotCompared(NotComparable.NO_OWN_ACCOUNT)
            people = await read_people(connection, clan, other, self._identities)
            theirs = people.accounts(other.user_id)
            if not theirs:
                raise NotCompared(NotComparable.NO_ACCOUNT, other.name)
            pair = (own.place.player_id, theirs[0].player_id)
            source = await self._read(connection, clan, people, pair, period, visitor)
        return await self._drawn(source, period)

    async def of_pair(
        self, clan: Clan, pair: Pair, period: Period, visitor: Visitor | None = None
    ) -> ComparisonFiles:
        """Return the comparison of two accounts; without a visitor as everybody may see it."""
        async with self._database.reading() as connection:
            people = await read_people(connection, clan, visitor, self._identities)
            source = await self._read(connection, clan, people, pair, period, visitor)
        return await self._drawn(source, period)

    async def _read(  # noqa: PLR0913, PLR0917 - of whom, for whom, and over which time
        self,
        connection: Connection,
        clan: Clan,
        people: People,
        pair: Pair,
        period: Period,
        visitor: Visitor | None,
    ) -> _ComparisonSource:
        places = _places(people, pair, visitor)
        now = self._clock()
        steps = trend_steps(period, last(period, now, clan.zone), clan.zone)
        query = ViewQuery(now, frozenset({period}), counted=period, among=frozenset(pair))
        view = await read_view(connection, clan, query, people)
        span, cid = view.spans[period], clan.clan_id
        known = await metrics.metric_ids(connection)
        (paths,) = await metrics.paths(connection, cid, [(span.start, None)], pair)
        return _ComparisonSource(
            view,
            places,
            steps,
            await snapshots.rises(connection, cid, steps.first - BASELINE_LEAD, pair, now),
            await chat.hours_of(connection, cid, _writers(people, pair), steps.first, span.end),
            paths,
            {number: (name, MetricKind(kind)) for name, (number, kind) in known.items()},
        )

    async def _drawn(self, source: _ComparisonSource, period: Period) -> ComparisonFiles:
        made = await asyncio.to_thread(_comparison, source, period)
        return ComparisonFiles(made, await self._draws.draw(Drawing.COMPARISON_CHART, made))


def _called(people: People, name: str) -> int:
    """Return the player id of the member who is meant by a name."""
    found = member_called(people.places, people.names, name)
    if found is not None:
        return found.player_id
    left = member_called(people.former, people.names, name)
    if left is not None and left.player_id not in people.hidden:
        raise NotCompared(NotComparable.LEFT, left.name)
    raise NotCompared(NotComparable.UNKNOWN, name)


def _places(people: People, pair: Pair, visitor: Visitor | None) -> tuple[MemberRow, MemberRow]:
    """Return the places of two accounts that may be compared for a visitor."""
    here = {place.player_id: place for place in people.places}
    if not here.keys() >= set(pair):
        raise NotCompared(NotComparable.LEFT)
    own = () if visitor is None else people.accounts(visitor.user_id)
    persons = people.persons.by_player
    why = not_comparable(
        pair,
        people.hidden,
        frozenset(place.player_id for place in own),
        is_one_person=persons[pair[0]] is persons[pair[1]],
    )
    if why is not None:
        raise NotCompared(why)
    return here[pair[0]], here[pair[1]]


def _writers(people: People, pair: Pair) -> list[int]:
    """Return the authors of two accounts, as far as they are known."""
    known = (people.known.get(player_id) for player_id in pair)
    return [each.author_id for who in known if who is not None for each in who.authors]


def _comparison(source: _ComparisonSource, period: Period) -> MemberComparison:
    view, (first, second) = source.view, source.places
    gains, wrote = gains_of(view, period), messages_of(view, view.chat.wrote[period])
    sides = [
        _contender(
            source, place, gains.get(place.player_id, UNKNOWN), wrote[place.player_id], period
        )
        for place in source.places
    ]
    return MemberComparison(
        clan=view.clan.name,
        zone=view.clan.zone.key,
        period=period,
        now=view.as_of,
        first=sides[0],
        second=sides[1],
        lines=(_lines(source, first), _lines(source, second)),
        is_shared=view.people.hidden.isdisjoint(place.player_id for place in source.places),
        notes=tuple(_notes(view, period)),
        evidence=coverage_words(view, period),
    )


def _contender(
    source: _ComparisonSource,
    place: MemberRow,
    gains: Gains,
    written: Chat | None,
    period: Period,
) -> Contender:
    dated = gains if gains.is_dated else UNKNOWN
    heard = None if source.view.chat.heard_from is None else written
    return Contender(
        place.player_id,
        place.name,
        {
            OVERALL: dated.xp,
            KILLS: dated.kills,
            EHP: dated.ehp,
            EHB: dated.ehb,
            MESSAGES: heard and heard.messages,
            ACTIVE_DAYS: heard and heard.days_of(period),
            ANSWERS: heard and heard.answers,
        },
        skills=_best(source, place, MetricKind.SKILL) if dated.known else None,
        bosses=_best(source, place, MetricKind.BOSS) if dated.known else None,
        since=dated.doubtful_since,
        unknown=tuple(_unknown(source.view, place, gains)),
    )


def _best(source: _ComparisonSource, place: MemberRow, kind: MetricKind) -> tuple[Best, ...]:
    gained = {}
    for path in source.paths:
        name, is_of = source.kinds[path.metric_id]
        if path.player_id != place.player_id or is_of is not kind or name == OVERALL:
            continue
        gain = path_gain(path, source.view.game.first, threshold(name, kind))
        gained[name] = 0 if gain is None else gain.earned
    return best(gained)


def _unknown(view: ClanView, place: MemberRow, gains: Gains) -> Iterator[str]:
    """Yield what is not known of somebody, and why."""
    if not gains.known:
        yield Unplaced.NOT_SEEN.value
    elif gains.thin:
        yield "last seen too long before this period"
    elif gains.xp is None:
        yield f"total XP {Unplaced.NOT_ON_HISCORES}"
    known = view.people.known.get(place.player_id)
    if known is not None and known.alt_of is not None:
        yield f"messages stand with {known.alt_of}"
    elif known is None:
        yield Unplaced.NO_DISCORD.value
    elif known.is_hidden:
        yield "opted out, so no messages are counted"


def _notes(view: ClanView, period: Period) -> Iterator[str]:
    begun_at, zone = view.chat.heard_from, view.clan.zone
    if begun_at is None:
        yield "no messages heard yet"
    elif begun_at > view.spans[period].start:
        yield f"messages since {date_words(day_of(begun_at, zone))}"


def _lines(source: _ComparisonSource, place: MemberRow) -> tuple[TrendLine, ...]:
    view, who = source.view, place.player_id
    known = view.people.known.get(who)
    wrote = messages_of(view, {})[who] is not None
    mine = frozenset(each.author_id for each in known.authors) if known is not None else frozenset()
    lines, _ = trend_lines(
        source.steps,
        view.clan.zone,
        hours=[(from_ms(at), count) for author, at, count in source.hours if author in mine],
        life=source.life,
        heard_from=view.chat.heard_from if wrote else None,
        read_from=source.steps.first,
        player_id=who,
    )
    return lines

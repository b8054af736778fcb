"""A clan's newcomers: how far they get, who of them nobody answered, and who welcomes them."""

import asyncio
from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from bot.clan.activity import ChangeKind
from bot.clan.newcomers import (
    BACK,
    FIRST_DAYS,
    LEAD,
    FunnelStage,
    Newcomer,
    NewcomerFigures,
    Reached,
    TimeInClan,
    newcomer_figures,
    stage_of,
    stays_of,
)
from bot.clan.persons import Person
from bot.clan.questions import ANSWER_WINDOW
from bot.clan.spans import Period, Span, last
from bot.clan.together import heads
from bot.services.publish.asked import author_names, hidden_authors
from bot.services.publish.publisher import ClanReader
from bot.services.setup import Clan
from bot.services.view import ClanView, People, ViewQuery, coverage_words, read_people, read_view
from storage import messages, newcomers
from storage.columns import instant_of
from storage.engine import Connection
from storage.messages import Stored
from storage.newcomers import Beginning, FirstDays
from storage.players import MemberRow

_CAME_OR_LEFT = frozenset({ChangeKind.JOINED, ChangeKind.RETURNED, ChangeKind.LEFT})


@dataclass(frozen=True, slots=True)
class NewcomersAnswer:
    """The newcomers of a period.

    Whoever opted out is in none of it. `names` are by the player ids of newcomers, `welcomers` by
    the authors who answered them.
    `undated` are the people here of whom nobody knows when they joined. Before `heard_from` nobody
    listened.
    """

    period: Period
    span: Span
    figures: NewcomerFigures
    names: Mapping[int, str]
    welcomers: Mapping[int, str]
    undated: int
    zone: str
    as_of: datetime
    heard_from: datetime | None
    evidence: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class _NewcomersRead:
    """Who joined when, and what was read of their first days: by author, and answers by id."""

    fresh: Mapping[Person, datetime]
    begun: Mapping[int, Beginning]
    answers: Mapping[int, Stored]


class Newcomers(ClanReader):
    """Reads what became of those who joined a clan."""

    async def joined(self, clan: Clan, period: Period) -> NewcomersAnswer:
        """Return what became of those who joined in the period that ends now."""
        now = self._clock()
        query = ViewQuery(now, frozenset({period}))
        async with self._database.reading() as connection:
            people = await read_people(connection, clan, cache=self._identities)
            view = await read_view(connection, clan, query, people)
            fresh = joined_in(people, last(period, now, clan.zone), now)
            found = await _found(connection, view, fresh)
        return await asyncio.to_thread(_answer, view, period, found)


def joined_in(people: People, span: Span, now: datetime) -> dict[Person, datetime]:
    """Return who joined in a span with the first of their accounts, and when.

    Nobody of whom it is not known of every account when it joined, and nobody who opted out.
    """
    places = _places(people)
    found = {}
    for person in _shown(people):
        at = _joined_at(person, places)
        if at is not None and at in span and at <= now:
            found[person] = at
    return found


def _shown(people: People) -> Iterator[Person]:
    """Yield everybody but those who opted out."""
    hidden = hidden_authors(people)
    for each in people.persons.people:
        if hidden.isdisjoint(each.authors) and people.hidden.isdisjoint(each.players):
            yield each


def _places(people: People) -> dict[int, MemberRow]:
    return {each.player_id: each for each in (*people.former, *people.places)}


def _joined_at(person: Person, places: Mapping[int, MemberRow]) -> datetime | None:
    days = [places[each].joined_at for each in person.players]
    known = [at for at in days if at is not None]
    return min(known) if len(known) == len(days) else None


def who_stayed(view: ClanView, span: Span) -> Reached:
    """Return of those whose first month ended in a span how many were in the clan still."""
    people, moves = view.people, _moves(view)
    places = _places(people)
    came = joined_in(people, Span(span.start - FIRST_DAYS, span.end - FIRST_DAYS), view.as_of)
    newcomers = (
        Newcomer(person.main, joined_at, _stays(person, places, moves))
        for person, joined_at in came.items()
    )
    found = [stage_of(each, FunnelStage.STAYED, view.as_of) for each in newcomers]
    return Reached(found.count(True), len(found) - found.count(None))


async def _found(
    connection: Connection, view: ClanView, fresh: Mapping[Person, datetime]
) -> _NewcomersRead:
    first, after = BACK
    days = [
        FirstDays(author_id, at - LEAD, at + FIRST_DAYS, at + first, at + after)
        for person, at in fresh.items()
        for author_id in person.authors
    ]
    cid, head = view.clan.clan_id, heads(each.authors for each in view.people.persons.people)
    begun = await newcomers.beginnings(connection, cid, days, ANSWER_WINDOW, head)
    ids = sorted({each.answer_id for each in begun.values() if each.answer_id is not None})
    answers = (await messages.stored(connection, {cid: ids}))[cid]
    return _NewcomersRead(fresh, begun, {each.message_id: each for each in answers})


def _answer(view: ClanView, period: Period, found: _NewcomersRead) -> NewcomersAnswer:
    people, span, zone = view.people, view.spans[period], view.clan.zone
    places, names = _places(people), author_names(people)
    unseen = [each.span for each in view.unheard(span) if each.where is None]
    figures = newcomer_figures(_newcomers(view, found, places), view.as_of, zone, unseen)
    return NewcomersAnswer(
        period,
        span,
        figures,
        {each.who: places[each.who].name for each in figures.unanswered},
        {each.who: names[each.who] for each in figures.welcomers},
        sum(_is_undated(each, places) for each in _shown(people)),
        zone.key,
        view.as_of,
        view.chat.heard_from,
        coverage_words(view, period),
    )


def _newcomers(
    view: ClanView, found: _NewcomersRead, places: Mapping[int, MemberRow]
) -> Iterator[Newcomer]:
    people = view.people
    hidden, moves = hidden_authors(people), _moves(view)
    head = heads(each.authors for each in people.persons.people)
    for person, joined_at in found.fresh.items():
        mine = [found.begun[each] for each in person.authors if each in found.begun]
        ids = [each.answer_id for each in mine if each.answer_id is not None]
        answer = found.answers[min(ids)] if ids else None
        by = None if answer is None or answer.author_id in hidden else answer.author_id
        yield Newcomer(
            who=person.main,
            joined_at=joined_at,
            stays=_stays(person, places, moves),
            is_linked=person.user_id is not None,
            is_heard=_is_heard(person, places),
            wrote_at=min((instant_of(each.first_id) for each in mine), default=None),
            was_back=any(each.was_back for each in mine),
            answered_at=None if answer is None else answer.sent_at,
            answered_by=None if by is None else head.get(by, by),
        )


def _is_heard(person: Person, places: Mapping[int, MemberRow]) -> bool:
    """Return whether it is known what a person writes; without Discord the clan chat is all."""
    known = person.user_id is not None or bool(person.authors)
    return known or any(places[each].has_no_discord for each in person.players)


def _is_undated(person: Person, places: Mapping[int, MemberRow]) -> bool:
    is_here = any(places[each].left_at is None for each in person.players)
    return is_here and _joined_at(person, places) is None


def _moves(view: ClanView) -> dict[int, list[tuple[datetime, bool]]]:
    """Return by account when it came and left, as far as it was seen."""
    found: dict[int, list[tuple[datetime, bool]]] = defaultdict(list)
    for event, _ in view.events:
        if event.kind in _CAME_OR_LEFT:
            found[event.player_id].append((event.happened_at, event.kind != ChangeKind.LEFT))
    return found


def _stays(
    person: Person,
    places: Mapping[int, MemberRow],
    moves: Mapping[int, Sequence[tuple[datetime, bool]]],
) -> tuple[TimeInClan, ...]:
    """Return when any account of a person was in the clan."""
    return tuple(
        stay
        for place in (places[each] for each in person.players)
        if place.joined_at is not None
        for stay in stays_of(place.joined_at, place.left_at, moves.get(place.player_id, ()))
    )

"""A member's card: their own numbers, their places in the clan, their period step by step."""

import asyncio
from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from typing import NamedTuple

from bot.clan.activity import best_hours, heatmap
from bot.clan.cases import Case
from bot.clan.claims import Effect, allows
from bot.clan.evidence import Evidence, chat_evidence, game_evidence, snapshot_age
from bot.clan.gains import UNKNOWN
from bot.clan.names import match_key
from bot.clan.policy import Policy
from bot.clan.showing import shown
from bot.clan.spans import Period, day_of, last
from bot.clan.standings import Member, place
from bot.clan.wording import ago
from bot.reports.documents import Document
from bot.reports.pictures import Card
from bot.reports.worker import Drawing
from bot.services.people import member_called
from bot.services.publish.publisher import Publisher
from bot.services.publish.trend import TrendSteps, trend_lines, trend_steps
from bot.services.review import OwnStanding, context_of, standing_cases, standing_in
from bot.services.setup import Clan, policy_of
from bot.services.view import (
    ClanView,
    People,
    ViewQuery,
    Visitor,
    gains_of,
    member_of,
    messages_of,
    read_people,
    read_view,
    verdict_query,
)
from storage import chat
from storage.engine import Connection

_CHOICES = 25


class OptedOut(Exception):
    """Somebody does not want to be shown, and another one asked for them."""


@dataclass(frozen=True, slots=True)
class CardFiles:
    """A card, its chart, how good its evidence is and, where asked for, how the person stands.

    `claims` are the names of the accounts that its reader claims, on one's own card alone; what is
    not to be `shared` is for the reader's eyes only.
    """

    card: Card
    chart: Document
    evidence: tuple[str, ...]
    standing: OwnStanding | None = None
    claims: tuple[str, ...] = ()
    is_shared: bool = True


class Cards(Publisher):
    """Arranges the cards of members."""

    async def of_self(self, clan: Clan, visitor: Visitor, period: Period) -> CardFiles | None:
        """Return a Discord user's own card with how they stand, or None when they have none.

        What they claim is on it, and is its only account where nothing else is known to be theirs;
        how that account stands is not for them to see.
        """
        async with self._database.reading() as connection:
            people = await read_people(connection, clan, visitor, self._identities)
            own = people.own_card(visitor.user_id)
            if own is None:
                return None
            judged = allows(own.link, Effect.STANDING)
            about = _About(own.place.player_id, period, judged=judged)
            read = await self._read(connection, clan, people, about)
        claims = tuple(place.name for place in people.claims(visitor.user_id))
        return replace(await self._drawn(read), claims=claims, is_shared=own.is_shared)

    async def of_visitor(
        self, clan: Clan, visitor: Visitor, period: Period, *, judged: bool = False
    ) -> CardFiles | None:
        """Return the card of a Discord user, or None when no account is known to be theirs.

        With how they stand by the clan's rules if it is to be `judged`. Raises OptedOut.
        """
        async with self._database.reading() as connection:
            people = await read_people(connection, clan, visitor, self._identities)
            accounts = people.accounts(visitor.user_id)
            if not accounts:
                return None
            _must_be_shown(people, accounts[0].player_id)
            about = _About(accounts[0].player_id, period, judged=judged)
            read = await self._read(connection, clan, people, about)
        return await self._drawn(read)

    async def of_player(
        self, clan: Clan, name: str, period: Period, *, judged: bool = False
    ) -> CardFiles | None:
        """Return the card of the member who bears or bore a name, or None. Raises OptedOut."""
        async with self._database.reading() as connection:
            people = await read_people(connection, clan, cache=self._identities)
            found = member_called(people.places, people.names, name)
            if found is None:
                return None
            _must_be_shown(people, found.player_id)
            about = _About(found.player_id, period, judged=judged)
            read = await self._read(connection, clan, people, about)
        return await self._drawn(read)

    async def names_like(self, clan: Clan, text: str) -> tuple[str, ...]:
        """Return up to 25 members' names that hold the text, old names and Discord names too."""
        async with self._database.reading(is_quick=True) as connection:
            people = await read_people(connection, clan, cache=self._identities, names_only=True)
        return _names_like(people, text)

    async def _read(
        self, connection: Connection, clan: Clan, people: People, about: "_About"
    ) -> "_CardSource":
        now = self._clock()
        steps = _steps(about.period, now, clan)
        start = min(steps.starts[0], last(Period.QUARTER, now, clan.zone).start)
        query = ViewQuery(
            now,
            frozenset({about.period}),
            about=about.player_id,
            counted=about.period,
            trend_from=steps.starts[0],
        )
        policy = await policy_of(connection, clan) if about.judged else None
        if policy is not None:
            query |= verdict_query(policy, now)
        view = await read_view(connection, clan, query, people)
        known = people.known.get(about.player_id)
        authors = () if known is None else tuple(each.author_id for each in known.authors)
        return _CardSource(
            view,
            about,
            await chat.author_hours(connection, clan.clan_id, authors, start) if authors else (),
            policy,
            () if policy is None else await standing_cases(connection, clan),
        )

    async def _drawn(self, read: "_CardSource") -> CardFiles:
        card, evidence = await asyncio.to_thread(_card, read)
        # The picture is drawn in a process of its own while the rules are asked here.
        chart, standing = await asyncio.gather(
            self._draws.draw(Drawing.CARD_CHART, card), asyncio.to_thread(_standing, read)
        )
        return CardFiles(card, chart, evidence, standing)


class _About(NamedTuple):
    """Whose card it is, of which period, and whether it tells how they stand."""

    player_id: int
    period: Period
    judged: bool


class _CardSource(NamedTuple):
    """All that a card is made from; `hours` are the messages of this person by the hour."""

    view: ClanView
    about: _About
    hours: Sequence[tuple[datetime, int]]
    policy: Policy | None
    cases: Sequence[Case]


def _steps(period: Period, now: datetime, clan: Clan) -> TrendSteps:
    return trend_steps(period, last(period, now, clan.zone), clan.zone)


def _card(read: _CardSource) -> tuple[Card, tuple[str, ...]]:
    view, (player_id, period, _) = read.view, read.about
    clan, now, span = view.clan, view.as_of, view.spans[period]
    member = member_of(view, player_id, period)
    # Of an alt, and before anybody was heard, nothing is known of what this member wrote.
    heard_at = None if member.chat is None else view.chat.heard_from
    steps, quarter = _steps(period, now, clan), last(Period.QUARTER, now, clan.zone)
    trend, earlier = trend_lines(
        steps,
        clan.zone,
        hours=read.hours,
        life=view.game.life,
        heard_from=heard_at,
        read_from=steps.starts[0],
        player_id=player_id,
    )
    week = heatmap(((at, count) for at, count in read.hours if at in quarter), clan.zone)
    card = Card(
        member=member,
        clan=clan.name,
        zone=clan.zone.key,
        period=period,
        now=now,
        places=_places(view, player_id, period),
        trend=trend,
        earlier=earlier,
        best_hours=best_hours(week),
        hours=week,
        accounts=member.accounts,
        heard_from=None if heard_at is None else day_of(heard_at, clan.zone),
    )
    known = view.people.persons.by_player[player_id]
    blind = [x for x in view.blind(span) if x.concerns(known.user_id, known.authors)]
    evidence = (
        *_game_words(member, game_evidence(member, member.gains(period), span.length, now), now),
        *chat_evidence(member, span.length, now, blind).reasons,
    )
    return card, tuple(dict.fromkeys(evidence))


def _game_words(member: Member, evidence: Evidence, now: datetime) -> tuple[str, ...]:
    """Return how old the numbers are and what else is doubtful; an age of both stands once."""
    if member.updated_at is None:
        return evidence.reasons
    age = ago(member.updated_at, now)
    is_same = member.seen_at is not None and ago(member.seen_at, now) == age
    told = snapshot_age(member.seen_at, now) if is_same and member.seen_at else None
    return (f"WOM {age} old", *(each for each in evidence.reasons if each != told))


def _standing(read: _CardSource) -> OwnStanding | None:
    if read.policy is None:
        return None
    player_id = read.about.player_id
    context = context_of(read.view, read.policy, read.cases, about=player_id)
    return standing_in(context, player_id)


def _must_be_shown(people: People, player_id: int) -> None:
    if player_id in people.hidden:
        raise OptedOut


def _names_like(people: People, text: str) -> tuple[str, ...]:
    wanted = match_key(text) if text else ""
    found = []
    for each in shown(people.places, people.hidden, lambda place: place.player_id):
        known = people.known.get(each.player_id)
        names = [each.name, *people.names.get(each.player_id, ())]
        names += [known.person] if known and known.person else []
        if any(wanted in match_key(name) for name in names):
            starts = match_key(each.name).startswith(wanted)
            found.append((not starts, each.name.casefold(), each.name))
    return tuple(name for _, _, name in sorted(found)[:_CHOICES])


def _places(view: ClanView, player_id: int, period: Period) -> dict[str, tuple[int, int]]:
    """Return the member's place among those who may be shown, by what it is in."""
    others = shown(view.people.places, view.people.hidden - {player_id}, lambda it: it.player_id)
    here = [each.player_id for each in others]
    gains, wrote = gains_of(view, period), messages_of(view, view.chat.wrote[period])
    sides = [(each, gains.get(each, UNKNOWN), wrote[each]) for each in here]
    dated = [side for side in sides if side[1].is_dated]
    found = {
        "xp": place({each: mine.xp for each, mine, _ in dated}, player_id),
        "kills": place({each: mine.kills for each, mine, _ in dated}, player_id),
        "messages": place({each: chat and chat.messages for each, _, chat in sides}, player_id),
        "answers": place({each: chat and chat.answers for each, _, chat in sides}, player_id),
    }
    return {name: value for name, value in found.items() if value is not None}

"""A member's card: their own numbers, their places in the clan, their last 90 days."""

import asyncio
from collections.abc import Mapping
from dataclasses import dataclass, replace

from bot.clan.activity import best_hours, heatmap
from bot.clan.claims import Effect, allows
from bot.clan.evidence import chat_evidence, game_evidence
from bot.clan.names import match_key
from bot.clan.spans import Period, day_of, day_span, last
from bot.clan.standings import Chat, Roster, place
from bot.clan.wording import ago
from bot.reports.documents import Document
from bot.reports.pictures import Card
from bot.reports.worker import Drawing, Draws
from bot.services.chat import blind_times
from bot.services.people import member_called
from bot.services.publish.trend import daily_messages, read_trend, trend_days
from bot.services.review import OwnStanding, Review
from bot.services.setup import Clan, Clock
from bot.services.view import People, Visitor, read_people, read_roster
from storage import chat
from storage.engine import Connection, Database

_CHOICES = 25


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


class Cards:
    """Arranges the cards of members."""

    def __init__(self, database: Database, draws: Draws, review: Review, clock: Clock) -> None:
        self._database = database
        self._draws = draws
        self._review = review
        self._clock = clock

    async def of_self(self, clan: Clan, visitor: Visitor, period: Period) -> CardFiles | None:
        """Return a Discord user's own card with how they stand, or None when they have none.

        What they claim is on it, and is its only account where nothing else is known to be theirs;
        how that account stands is not for them to see.
        """
        async with self._database.reading() as connection:
            people = await read_people(connection, clan, visitor)
            own = people.own_card(visitor.user_id)
            if own is None:
                return None
            player_id = own.place.player_id
            card, evidence = await self._card(connection, clan, people, player_id, period)
        judged = allows(own.link, Effect.STANDING)
        made = await self._drawn(clan, card, evidence, judged=judged)
        claims = tuple(place.name for place in people.claims(visitor.user_id))
        return replace(made, claims=claims, is_shared=own.is_shared)

    async def of_visitor(
        self, clan: Clan, visitor: Visitor, period: Period, *, judged: bool = False
    ) -> CardFiles | None:
        """Return the card of a Discord user, or None when no account is known to be theirs.

        With how they stand by the clan's rules if it is to be `judged`.
        """
        async with self._database.reading() as connection:
            people = await read_people(connection, clan, visitor)
            accounts = people.accounts(visitor.user_id)
            if not accounts:
                return None
            card, evidence = await self._card(
                connection, clan, people, accounts[0].player_id, period
            )
        return await self._drawn(clan, card, evidence, judged=judged)

    async def of_player(
        self, clan: Clan, name: str, period: Period, *, judged: bool = False
    ) -> CardFiles | None:
        """Return the card of the member who bears or bore a name, or None."""
        async with self._database.reading() as connection:
            people = await read_people(connection, clan)
            found = member_called(people.places, people.names, name)
            if found is None:
                return None
            card, evidence = await self._card(connection, clan, people, found.player_id, period)
        return await self._drawn(clan, card, evidence, judged=judged)

    async def names_like(self, clan: Clan, text: str) -> tuple[str, ...]:
        """Return up to 25 members' names that hold the text, old names and Discord names too."""
        async with self._database.reading() as connection:
            people = await read_people(connection, clan)
        return _names_like(people, text)

    async def _card(
        self,
        connection: Connection,
        clan: Clan,
        people: People,
        player_id: int,
        period: Period,
    ) -> tuple[Card, tuple[str, ...]]:
        now = self._clock()
        span = last(period, now, clan.zone)
        roster = await read_roster(connection, clan, people, now, {period: span})
        member = roster.by_player()[player_id]
        days = trend_days(last(Period.QUARTER, now, clan.zone), clan.zone)
        start = day_span(days[0], clan.zone).start
        known = None if member.chat is None else people.known.get(player_id)
        hours, heard_from = [], None
        if known is not None and known.alt_of is None:
            authors = [each.author_id for each in known.authors]
            hours = await chat.author_hours(connection, clan.clan_id, authors, start)
            # Before anybody was heard nothing is known of this member either.
            heard_at = await chat.first_hour(connection, clan.clan_id, start, now)
            heard_from = None if heard_at is None else day_of(heard_at, clan.zone)
        messages = daily_messages(hours, days, clan.zone, heard_from)
        week = heatmap(hours, clan.zone)
        card = Card(
            member=member,
            clan=clan.name,
            zone=clan.zone.key,
            period=period,
            now=now,
            places=_places(roster, player_id, period),
            trend=await read_trend(connection, clan, days, messages, player_id),
            best_hours=best_hours(week),
            hours=week,
            accounts=member.accounts,
        )
        blind = await blind_times(connection, clan, span)
        evidence = (
            *((f"WOM {ago(member.updated_at, now)} old",) if member.updated_at else ()),
            *game_evidence(member, member.gains(period), span.length, now).reasons,
            *chat_evidence(member, span.length, now, blind).reasons,
        )
        return card, tuple(dict.fromkeys(evidence))

    async def _drawn(
        self, clan: Clan, card: Card, evidence: tuple[str, ...], *, judged: bool
    ) -> CardFiles:
        drawing = self._draws.draw(Drawing.CARD_CHART, card)
        if not judged:
            return CardFiles(card, await drawing, evidence)
        # The picture is drawn in a process of its own while the clan is looked through here.
        chart, standing = await asyncio.gather(
            drawing, self._review.standing(clan, card.member.player_id)
        )
        return CardFiles(card, chart, evidence, standing)


def _names_like(people: People, text: str) -> tuple[str, ...]:
    wanted = match_key(text) if text else ""
    found = []
    for each in people.places:
        known = people.known.get(each.player_id)
        names = [each.name, *people.names.get(each.player_id, ())]
        names += [known.person] if known and known.person else []
        if any(wanted in match_key(name) for name in names):
            starts = match_key(each.name).startswith(wanted)
            found.append((not starts, each.name.casefold(), each.name))
    return tuple(name for _, _, name in sorted(found)[:_CHOICES])


def _places(roster: Roster, player_id: int, period: Period) -> dict[str, tuple[int, int]]:
    def ranked(values: Mapping[int, float | None]) -> tuple[int, int] | None:
        return place(values, player_id)

    members = [each for each in roster.members if not each.is_hidden or each.player_id == player_id]
    chats: dict[int, Chat | None] = {
        each.player_id: None if each.chat is None else each.chat.get(period) for each in members
    }
    found = {
        "xp": ranked({each.player_id: each.gains(period).xp for each in members}),
        "kills": ranked({each.player_id: each.gains(period).kills for each in members}),
        "messages": ranked({pid: wrote and wrote.messages for pid, wrote in chats.items()}),
        "answers": ranked({pid: wrote and wrote.answers for pid, wrote in chats.items()}),
    }
    return {name: value for name, value in found.items() if value is not None}

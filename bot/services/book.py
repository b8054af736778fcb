"""Everything about a clan's identities at one moment: players, names, authors, links."""

import asyncio
from collections.abc import Mapping
from dataclasses import dataclass
from typing import NamedTuple

from bot.clan.linking import Pair, Refusal, Tied, speaker_key
from bot.clan.persons import Persons
from bot.clan.ranks import Authority, Caller, authority
from bot.clan.standings import Link
from bot.services.clans import Clan
from bot.services.finding import member_called
from bot.services.identity import read_ties, who_is_who
from storage import authors, players
from storage.authors import Writer
from storage.engine import Connection
from storage.players import Place


@dataclass(frozen=True, slots=True)
class Visitor:
    """A Discord user who asks, and may never have written anything."""

    user_id: int
    name: str
    handle: str


class Officer(NamedTuple):
    """Who decides, and what they may themself: nobody gives or takes more than they have."""

    user_id: int
    authority: Authority = Authority.LEADERSHIP


@dataclass(slots=True)
class Book:
    """What was read; `places` are the present members by player id."""

    connection: Connection
    clan: Clan
    places: dict[int, Place]
    former: tuple[Place, ...]
    names: Mapping[int, list[str]]
    writers: list[Writer]
    ties: dict[Pair, Tied]

    async def persons(self) -> Persons:
        """Return who is who; comparing a thousand names takes longer than the gateway may wait."""
        return await asyncio.to_thread(self.worked_out)

    def worked_out(self) -> Persons:
        """Return who is who, at once: for those who are in a thread already."""
        places = (*self.places.values(), *self.former)
        return who_is_who(places, self.names, self.writers, self.ties)

    def called(self, name: str, *, of_user: int | None = None) -> Place | None:
        """Return the member of that name: who bears it, or else who alone bore it.

        Of the present members, or of all whom a user is linked to.
        """
        asked = list(self.places.values())
        if of_user is not None:
            linked = self.linked_to(of_user)
            asked = [each for each in (*asked, *self.former) if each.player_id in linked]
        return member_called(asked, self.names, name)

    def name_of(self, player_id: int) -> str:
        """Return a member's name, whether present or not."""
        every = (*self.places.values(), *self.former)
        return next((place.name for place in every if place.player_id == player_id), "?")

    def partner_name(self, user_id: int) -> str:
        """Return what a user, or speaker, who was ever heard is called, else nothing."""
        for each in self.writers:
            if user_id in (each.discord_user_id, speaker_key(each.author_id)):
                return each.name
        return ""

    def linked_to(self, user_id: int) -> frozenset[int]:
        """Return the players that a user claimed or that were confirmed for them."""
        return frozenset(
            tie.player_id for tie in self.ties.values() if tie.user_id == user_id and tie.stands
        )

    def refusal(self, player_id: int, by: Officer) -> Refusal | None:
        """Return why an officer may not decide whose a player is, or None.

        Else an officer could confirm the owner's account for themself.
        """
        place = self.places.get(player_id)
        if place is None:
            return Refusal.UNKNOWN
        given = authority(Caller(wom_roles=frozenset({place.role})), self.clan.gates)
        return Refusal.ABOVE if given > by.authority else None

    async def known_by_name(self, user_id: int) -> int | None:
        """Return the player that a user is known to be by name alone."""
        if user_id < 0 or self.linked_to(user_id):
            return None
        persons = await self.persons()
        person = persons.by_user.get(user_id)
        if person is None or persons.links[person.main] is not Link.NAME:
            return None
        return person.main if person.main in self.places else None

    async def other_main(self, pair: Pair) -> int | None:
        """Return the first account of a pair's user but for the pair's own."""
        person = (await self.persons()).by_user.get(pair.user_id)
        accounts = person.players if person is not None else ()
        return next((each for each in accounts if each != pair.player_id), None)


async def read_book(connection: Connection, clan: Clan, visitor: Visitor | None = None) -> Book:
    """Return what is known of a clan's identities, with whoever asks among its authors."""
    places = await players.places(connection, clan.clan_id, with_former=True)
    writers = await authors.writers(connection, clan.clan_id)
    if visitor is not None and all(each.discord_user_id != visitor.user_id for each in writers):
        unheard = Writer(0, visitor.user_id, None, visitor.name, visitor.handle, 0, 0, 0, None)
        writers.append(unheard)
    return Book(
        connection,
        clan,
        {place.player_id: place for place in places if place.left_at is None},
        tuple(place for place in places if place.left_at is not None),
        await players.names(connection, clan.clan_id),
        writers,
        await read_ties(connection, clan),
    )

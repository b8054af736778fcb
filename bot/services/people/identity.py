"""Everything about a clan's identities at one moment: players, names, authors, links."""

import asyncio
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from typing import NamedTuple, Self

from bot.clan.linking import LinkAction, LinkPair, LinkRefusal, Tied, own_matter, speaker_key
from bot.clan.names import match_key, wom_key
from bot.clan.persons import Persons
from bot.clan.ranks import Authority, Caller, authority
from bot.clan.standings import Link
from bot.services.people.finding import member_called
from bot.services.people.resolved import Resolved, resolve
from bot.services.people.ties import read_ties, who_is_who
from bot.services.setup import Clan
from storage import authors, players
from storage.authors import Writer
from storage.engine import Connection
from storage.players import MemberRow

_JUST_NOW = datetime.max.replace(tzinfo=UTC)


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
    owns_server: bool = False


@dataclass(slots=True)
class Identity:
    """What was read; `places` are the present members by player id.

    `shared` is what was worked out of the same before, if it was; `worked_out` who is who by the
    ties that it was last asked with.
    """

    connection: Connection
    clan: Clan
    places: Mapping[int, MemberRow]
    former: tuple[MemberRow, ...]
    names: Mapping[int, Sequence[str]]
    writers: Sequence[Writer]
    ties: dict[LinkPair, Tied]
    shared: Resolved | None = None
    worked_out: tuple[Mapping[LinkPair, Tied], Persons] | None = None

    @classmethod
    def of(cls, connection: Connection, clan: Clan, shared: Resolved) -> Self:
        """Return what was worked out before; its ties may be changed here, and nowhere else."""
        return cls(
            connection,
            clan,
            shared.places,
            shared.former,
            shared.names,
            shared.writers,
            dict(shared.ties),
            shared,
        )

    def asked_by(self, visitor: Visitor) -> "Identity":
        """Return the same with whoever asks among the authors, who may never have written."""
        if any(each.discord_user_id == visitor.user_id for each in self.writers):
            return self
        # Since when they bear their name nobody knows; whoever was heard under it bore it first.
        unheard = Writer(
            0,
            visitor.user_id,
            None,
            visitor.name,
            visitor.handle,
            0,
            0,
            0,
            None,
            named_at=_JUST_NOW,
        )
        return replace(self, writers=(*self.writers, unheard), shared=None, worked_out=None)

    @property
    def resolved(self) -> Resolved | None:
        """Return what was worked out before, unless a tie was changed since."""
        shared = self.shared
        return shared if shared is not None and shared.ties == self.ties else None

    def resolve(self) -> Resolved:
        """Return who is who and who is known, at once: for those who are in a thread already."""
        return resolve(self.places, self.former, self.names, self.writers, self.ties)

    async def persons(self) -> Persons:
        """Return who is who; comparing a thousand names takes longer than the gateway may wait."""
        resolved = self.resolved
        if resolved is not None:
            return resolved.persons
        if self.worked_out is None or self.worked_out[0] != self.ties:
            self.worked_out = (dict(self.ties), await asyncio.to_thread(self._persons))
        return self.worked_out[1]

    def _persons(self) -> Persons:
        places = (*self.places.values(), *self.former)
        return who_is_who(places, self.names, self.writers, self.ties)

    async def own_authors(self, user_id: int) -> frozenset[int]:
        """Return the authors who surely are a user: on Discord, and by confirmed accounts.

        A name or a claim is not enough: nobody is taken for another one.
        """
        persons = await self.persons()
        own = {each.author_id for each in self.writers if each.discord_user_id == user_id}
        person = persons.by_user.get(user_id)
        if person is None:
            return frozenset(own)
        sure = {each for each in person.players if persons.links[each] is Link.CONFIRMED}
        keys = {wom_key(name) for each in sure for name in self.names.get(each, ())}
        told = {-tie.user_id: tie.player_id for tie in self.ties.values() if tie.stands}
        for each in self.writers:
            if each.author_id in person.authors and each.bridge_name is not None:
                player_id = told.get(each.author_id, each.bearer_id)
                if each.bridge_name in keys if player_id is None else player_id in sure:
                    own.add(each.author_id)
        return frozenset(own)

    def called(self, name: str, *, of_user: int | None = None) -> MemberRow | None:
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

    def refusal(
        self, action: LinkAction, pairs: Sequence[LinkPair], by: Officer
    ) -> LinkRefusal | None:
        """Return why an officer may not do something to pairs, or None.

        Else an officer could confirm the owner's account for themself, or undo what was decided
        about their own. `pairs` begin with the one that was asked for.
        """
        own = action is LinkAction.END and pairs[0].user_id == by.user_id
        if not own and any(self._rank(pair.player_id) > by.authority for pair in pairs):
            return LinkRefusal.ABOVE
        asked = pairs if action is LinkAction.UNDO else pairs[:1]
        is_own = any(
            own_matter(
                action,
                pair,
                self.ties,
                by.user_id,
                owns_server=by.owns_server,
                bears_name=self._bears_name(by.user_id, pair.player_id),
            )
            for pair in asked
        )
        return LinkRefusal.OWN if is_own else None

    def _rank(self, player_id: int) -> Authority:
        """Return what the rank of an account gives, or gave to somebody who left."""
        every = (*self.places.values(), *self.former)
        return self.rank(*(place.role for place in every if place.player_id == player_id))

    def rank(self, *roles: str) -> Authority:
        """Return what the highest of some roles gives, or would once they are confirmed."""
        return authority(Caller(wom_roles=frozenset(roles)), self.clan.permissions)

    def _bears_name(self, user_id: int, player_id: int) -> bool:
        """Return whether a user is called like a player, be it in other letters or pictures."""
        key = match_key(self.name_of(player_id))
        mine = (each for each in self.writers if each.discord_user_id == user_id)
        return any(
            match_key(name) == key for each in mine for name in (each.name, each.handle) if name
        )

    async def known_by_name(self, user_id: int) -> int | None:
        """Return the player that a user is known to be by name alone."""
        persons = await self.persons()
        person = persons.by_user.get(user_id)
        if person is None or person.link is not Link.NAME:
            return None
        return person.main if person.main in self.places else None

    async def other_main(self, pair: LinkPair) -> int | None:
        """Return the first account of a pair's user but for the pair's own, or else a claim."""
        persons = await self.persons()
        person = persons.by_user.get(pair.user_id)
        accounts = person.players if person is not None else ()
        claims = persons.claims.get(pair.user_id, ())
        return next((each for each in (*accounts, *claims) if each != pair.player_id), None)


async def read_afresh(connection: Connection, clan: Clan) -> Identity:
    """Return what is stored of a clan's identities."""
    places = await players.places(connection, clan.clan_id, with_former=True)
    writers = await authors.writers(connection, clan.clan_id)
    names = await players.names(connection, clan.clan_id)
    return Identity(
        connection,
        clan,
        {place.player_id: place for place in places if place.left_at is None},
        tuple(place for place in places if place.left_at is not None),
        {player_id: tuple(borne) for player_id, borne in names.items()},
        tuple(writers),
        await read_ties(connection, clan),
    )

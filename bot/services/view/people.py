"""Who is in the clan, and whose chat stands with which player: a person's with the main account.

Worked out anew for every answer: a link, a rename or an alias changes all of the past at once.
"""

import asyncio
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import NamedTuple

from bot.clan.persons import Person, Persons, hidden_players
from bot.clan.standings import Link
from bot.services.people import Identity, Visitor, opted_out, read_identity
from bot.services.setup import Clan
from storage.authors import Writer
from storage.engine import Connection
from storage.players import MemberRow

__all__ = ["Known", "People", "Visitor", "read_people"]


@dataclass(frozen=True, slots=True)
class Known:
    """What is known of a present player: whose it is, and whose chat stands with it.

    `authors` is empty for an alt, whose person's chat stands with the main account; `accounts` are
    the names of the person's present accounts, the main one first. Of an account that is confirmed
    for somebody who opted out, `is_hidden` and `opted_out` are true, and nothing is said of the
    others, nor what the person is called or wrote.
    """

    link: Link
    user_id: int | None
    person: str | None
    authors: tuple[Writer, ...]
    accounts: tuple[str, ...]
    alt_of: str | None = None
    is_hidden: bool = False
    opted_out: bool = False


class OwnCard(NamedTuple):
    """An account whose card is somebody's own; it is only for their eyes unless it is shared."""

    place: MemberRow
    link: Link
    is_shared: bool = True


@dataclass(frozen=True, slots=True)
class People:
    """The present members' places, every name they bore, and who of them is known.

    `former` are those who left, `writers` all authors by id; `hidden` are the players, former
    members too, whom no list shows.
    """

    places: tuple[MemberRow, ...]
    former: tuple[MemberRow, ...]
    names: Mapping[int, Sequence[str]]
    known: Mapping[int, Known]
    persons: Persons
    writers: Mapping[int, Writer]
    hidden: frozenset[int] = frozenset()

    def accounts(self, user_id: int) -> tuple[MemberRow, ...]:
        """Return the present accounts of a Discord user, the main one first."""
        person = self.persons.by_user.get(user_id)
        by_id = {place.player_id: place for place in self.places}
        mine = person.players if person is not None else ()
        return tuple(by_id[player_id] for player_id in mine if player_id in by_id)

    def claims(self, user_id: int) -> tuple[MemberRow, ...]:
        """Return the present accounts that a Discord user claims, for that user's eyes alone."""
        by_id = {place.player_id: place for place in self.places}
        mine = self.persons.claims.get(user_id, ())
        return tuple(by_id[player_id] for player_id in mine if player_id in by_id)

    def own_card(self, user_id: int) -> "OwnCard | None":
        """Return whose card a Discord user sees as their own, and how sure it is; None for none."""
        if accounts := self.accounts(user_id):
            return OwnCard(accounts[0], self.persons.links[accounts[0].player_id])
        by_id = {place.player_id: place for place in self.places}
        named = by_id.get(self.persons.hidden.get(user_id, 0))
        if named is not None:
            return OwnCard(named, Link.NAME, is_shared=False)
        return next(
            (OwnCard(each, Link.CLAIMED, is_shared=False) for each in self.claims(user_id)), None
        )


async def read_people(connection: Connection, clan: Clan, visitor: Visitor | None = None) -> People:
    """Return the clan's people as they are known now, the one who asks among them."""
    identity = await read_identity(connection, clan, visitor)
    return await asyncio.to_thread(people_of, identity)


def people_of(identity: Identity) -> People:
    """Return who is who by what was read."""
    persons = identity.worked_out()
    writers = {writer.author_id: writer for writer in identity.writers}
    return People(
        tuple(identity.places.values()),
        identity.former,
        identity.names,
        _known_people(identity, persons, writers),
        persons,
        writers,
        hidden_players(persons, opted_out(identity.writers)),
    )


def _known_people(
    identity: Identity, persons: Persons, writers: Mapping[int, Writer]
) -> dict[int, Known]:
    """Return by player id who of the present members is known, or was heard at all."""
    return dict(
        known
        for person in persons.people
        for known in _accounts(person, persons, identity, writers)
    )


def _accounts(
    person: Person, persons: Persons, identity: Identity, writers: Mapping[int, Writer]
) -> Iterator[tuple[int, Known]]:
    """Yield a person's present accounts; those who left neither hold the chat nor are named."""
    places = [identity.places[each] for each in person.players if each in identity.places]
    authors = tuple(writers[author_id] for author_id in person.authors)
    if not places or (person.user_id is None and not authors):
        return
    if any(each.is_hidden for each in authors):
        yield from _opted_out(person, persons, places)
        return
    names = tuple(place.name for place in places)
    called = next((each.name for each in authors if each.discord_user_id is not None), None)
    for place in places:
        is_main = place is places[0]
        yield (
            place.player_id,
            Known(
                link=persons.links[place.player_id],
                user_id=person.user_id,
                person=called or next((each.name for each in authors), None),
                authors=authors if is_main else (),
                accounts=names,
                alt_of=None if is_main else names[0],
            ),
        )


def _opted_out(
    person: Person, persons: Persons, places: Sequence[MemberRow]
) -> Iterator[tuple[int, Known]]:
    """Yield each account alone: whoever opted out is known by confirmed links only."""
    for place in places:
        yield (
            place.player_id,
            Known(
                link=persons.links[place.player_id],
                user_id=person.user_id,
                person=None,
                authors=(),
                accounts=(place.name,),
                is_hidden=True,
                opted_out=True,
            ),
        )

"""Who is in the clan, and whose chat stands with which player: a person's with the main account.

Never older than what is asked for: a link, a rename or an alias changes all of the past at once.
"""

import asyncio
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import NamedTuple

from bot.clan.persons import Persons
from bot.clan.standings import Link
from bot.services.people import IdentityCache, Known, Resolved, Visitor, read_identity
from bot.services.setup import Clan
from storage.authors import Writer
from storage.engine import Connection
from storage.players import MemberRow

__all__ = ["Known", "People", "Visitor", "read_people"]


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


async def read_people(  # noqa: PLR0913 - whose, for whom, and how much of it
    connection: Connection,
    clan: Clan,
    visitor: Visitor | None = None,
    cache: IdentityCache | None = None,
    *,
    names_only: bool = False,
    without_chat: bool = False,
) -> People:
    """Return the clan's people as they are known now, the one who asks among them.

    With a cache only what is new is read and worked out; for `names_only` no new numbers are read,
    `without_chat` none of what was written.
    """
    identity = await read_identity(
        connection, clan, visitor, cache, names_only=names_only, without_chat=without_chat
    )
    found = identity.resolved
    if found is None:
        found = await asyncio.to_thread(identity.resolve)
    return people_of(found)


def people_of(found: Resolved) -> People:
    """Return the people by what was worked out of a clan's identities."""
    return People(
        tuple(found.places.values()),
        found.former,
        found.names,
        found.known,
        found.persons,
        {writer.author_id: writer for writer in found.writers},
        found.hidden,
    )

"""Who is in the clan, and which author is which player: by link first, then by name."""

import asyncio
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from bot.clan.names import players_by_name, wom_key
from bot.clan.standings import Link
from bot.services.clans import Clan
from storage import authors, links, players
from storage.authors import Writer
from storage.engine import Connection
from storage.links import Link as StoredLink
from storage.links import State
from storage.players import Place


@dataclass(frozen=True, slots=True)
class Known:
    """The author that a player is, and how that is known."""

    author: Writer
    link: Link


@dataclass(frozen=True, slots=True)
class Visitor:
    """A Discord user who asks, and may never have written anything."""

    user_id: int
    name: str
    handle: str


@dataclass(frozen=True, slots=True)
class People:
    """The present members' places, every name they bore, and who of them is known."""

    places: tuple[Place, ...]
    names: Mapping[int, Sequence[str]]
    known: Mapping[int, Known]
    links: tuple[StoredLink, ...]

    def accounts(self, user_id: int) -> tuple[Place, ...]:
        """Return the present accounts of a Discord user: linked ones, or the one matched by name.

        The main account comes first, then confirmed before claimed.
        """
        mine = sorted(
            (link for link in self.links if link.discord_user_id == user_id), key=_by_weight
        )
        by_id = {place.player_id: place for place in self.places}
        linked = tuple(by_id[link.player_id] for link in mine if link.player_id in by_id)
        return linked or tuple(
            place
            for place in self.places
            if (known := self.known.get(place.player_id)) is not None
            and known.author.discord_user_id == user_id
        )


async def read_people(connection: Connection, clan: Clan, visitor: Visitor | None = None) -> People:
    """Return the clan's people as they are known now, the one who asks among them."""
    places = await players.places(connection, clan.clan_id)
    names = await players.names(connection, clan.clan_id)
    writers = await authors.writers(connection, clan.clan_id)
    if visitor is not None and all(each.discord_user_id != visitor.user_id for each in writers):
        writers.append(
            Writer(0, visitor.user_id, None, visitor.name, visitor.handle, 0, 0, 0, None)
        )
    stored = await links.of_clan(connection, clan.clan_id)
    # Comparing a thousand names takes longer than the gateway may wait.
    known = await asyncio.to_thread(known_people, places, names, writers, stored)
    return People(tuple(places), names, known, tuple(stored))


def known_people(
    places: Sequence[Place],
    names: Mapping[int, Sequence[str]],
    writers: Sequence[Writer],
    stored: Sequence[StoredLink],
) -> dict[int, Known]:
    """Return who is known by player id; a name decides only where no link does.

    A person's chat counts once: for the main account or else the first one linked.
    """
    by_user = {writer.discord_user_id: writer for writer in writers if writer.discord_user_id}
    here = {place.player_id for place in places}
    found: dict[int, Known] = {}
    taken: set[int] = set()
    for link in sorted(stored, key=_by_weight):
        writer = by_user.get(link.discord_user_id)
        if writer is None or link.player_id not in here or link.player_id in found:
            continue
        if writer.author_id not in taken:
            found[link.player_id] = Known(writer, Link(link.state))
            taken.add(writer.author_id)
    linked = {link.player_id for link in stored}
    by_id = {writer.author_id: writer for writer in writers}
    author_names = {writer.author_id: _names_of(writer) for writer in writers}
    for author_id, player_id in players_by_name(_borne(places, names), author_names).items():
        if author_id not in taken and player_id in here and player_id not in linked:
            found[player_id] = Known(by_id[author_id], Link.NAME)
    return found


def _borne(places: Sequence[Place], names: Mapping[int, Sequence[str]]) -> dict[int, list[str]]:
    """Return each player's names; a name that was passed on is its present bearer's alone."""
    bearer = {place.wom_key: place.player_id for place in places}
    return {
        player_id: [name for name in known if bearer.get(wom_key(name), player_id) == player_id]
        for player_id, known in names.items()
    }


def _by_weight(link: StoredLink) -> tuple[bool, bool]:
    return link.state != State.CONFIRMED, not link.is_main


def _names_of(writer: Writer) -> list[str]:
    return [name for name in (writer.name, writer.handle, writer.bridge_name) if name]

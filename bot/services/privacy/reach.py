"""What belongs to one Discord user in a clan: the authors and the players that are surely theirs.

Only what an officer confirmed counts: nobody can have another one forgotten by claiming to be them.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from bot.clan.claims import Effect, allows
from bot.clan.names import wom_key
from bot.clan.standings import Link
from bot.services.people import read_ties, who_is_who
from bot.services.setup import Clan
from storage import authors, players
from storage.authors import Writer
from storage.engine import Connection


@dataclass(frozen=True, slots=True)
class Reach:
    """The author ids of a user and of the confirmed accounts' speakers, and those accounts.

    `called` is what the user is called on Discord; by the `speakers` (WOM keys) the clan chat tells
    what the accounts say, whether it was heard already or not.
    """

    user_id: int
    author_ids: tuple[int, ...]
    player_ids: tuple[int, ...]
    called: tuple[str, ...] = ()
    speakers: frozenset[str] = frozenset()


async def reach_of(connection: Connection, clan: Clan, user_id: int) -> Reach:
    """Return what is a user's."""
    places = await players.places(connection, clan.clan_id, with_former=True)
    names = await players.names(connection, clan.clan_id)
    writers = await authors.writers(connection, clan.clan_id)
    ties = await read_ties(connection, clan)
    sure = {
        pair: tie
        for pair, tie in ties.items()
        if tie.stands and allows(Link(tie.state), Effect.EXPORT)
    }
    speakers = [writer for writer in writers if writer.discord_user_id is None]
    mine = [writer for writer in writers if writer.discord_user_id == user_id]
    own = [writer.author_id for writer in mine]
    called = tuple(name for each in mine for name in (each.name, each.handle) if name)
    heard = [*speakers, *_unheard(names, speakers)]
    person = who_is_who(places, names, heard, sure).by_user.get(user_id)
    if person is None:
        return Reach(user_id, tuple(own), (), called)
    theirs = {each.author_id: each.bridge_name or "" for each in heard}
    return Reach(
        user_id,
        (*own, *(each for each in person.authors if each > 0)),
        person.players,
        called,
        frozenset(theirs[each] for each in person.authors),
    )


def _unheard(names: Mapping[int, Sequence[str]], heard: Sequence[Writer]) -> list[Writer]:
    """Return speakers, by ids below zero, for the names that nobody in the clan chat bore yet."""
    known = {each.bridge_name for each in heard}
    keys = {wom_key(name) for borne in names.values() for name in borne}
    return [
        Writer(-number, None, key, key, None, 0, 0, 0, None)
        for number, key in enumerate(sorted(keys - known), start=1)
    ]

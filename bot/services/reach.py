"""What belongs to one Discord user in a clan: the authors and the players that are surely theirs.

Only what an officer confirmed counts: nobody can have another one forgotten by claiming to be them.
"""

from dataclasses import dataclass

from bot.clan.linking import State
from bot.services.clans import Clan
from bot.services.identity import read_ties, who_is_who
from storage import authors, players
from storage.engine import Connection


@dataclass(frozen=True, slots=True)
class Reach:
    """The author ids of a user and of the confirmed accounts' speakers, and those accounts."""

    user_id: int
    author_ids: tuple[int, ...]
    player_ids: tuple[int, ...]


async def reach_of(connection: Connection, clan: Clan, user_id: int) -> Reach:
    """Return what is a user's."""
    places = await players.places(connection, clan.clan_id, with_former=True)
    names = await players.names(connection, clan.clan_id)
    writers = await authors.writers(connection, clan.clan_id)
    ties = await read_ties(connection, clan)
    confirmed = {pair: tie for pair, tie in ties.items() if tie.state is State.CONFIRMED}
    speakers = [writer for writer in writers if writer.discord_user_id is None]
    own = [writer.author_id for writer in writers if writer.discord_user_id == user_id]
    person = who_is_who(places, names, speakers, confirmed).by_user.get(user_id)
    if person is None:
        return Reach(user_id, tuple(own), ())
    return Reach(user_id, (*own, *person.authors), person.players)

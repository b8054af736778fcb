"""Finding a member by what somebody typed: the present name first, then who bore it."""

from collections.abc import Mapping, Sequence

from bot.clan.names import wom_key
from bot.services.setup import Clan
from storage import players
from storage.engine import Connection
from storage.players import MemberRow


async def find_member(connection: Connection, clan: Clan, name: str) -> MemberRow | None:
    """Return the present member who bears a name, or the only one who bore it."""
    places = await players.places(connection, clan.clan_id)
    return member_called(places, await players.names(connection, clan.clan_id), name)


def member_called(
    places: Sequence[MemberRow], names: Mapping[int, Sequence[str]], name: str
) -> MemberRow | None:
    """Return which of the members is meant by a name, or None when nobody or several are."""
    key = wom_key(name)
    bears = [place for place in places if place.wom_key == key]
    bore = [place for place in places if key in map(wom_key, names.get(place.player_id, ()))]
    found = bears or bore
    return found[0] if len(found) == 1 else None

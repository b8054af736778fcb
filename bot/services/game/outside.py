"""Accounts outside the clan of people who have one inside it: looked at by themselves.

Whoever plays their main account elsewhere is not silent. Few have any, so a few are asked for with
each poll; one that fails costs only itself.
"""

from collections.abc import Iterable, Mapping, Sequence
from datetime import UTC, datetime, timedelta

import structlog

from bot.clan.claims import Effect, allows
from bot.clan.standings import Link
from bot.services.game.snapshots import store_details
from bot.services.setup import Clan
from storage import links
from storage.engine import Database
from storage.links import StandingLink
from storage.players import MemberRow
from wom.client import WomClient
from wom.errors import WomError, WomRefused
from wom.models import PlayerDetails

MOST_AT_ONCE = 5
"""Of Wise Old Man's 20 requests a minute without a key."""

_HOUR = timedelta(hours=1)
_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)

_log = structlog.get_logger()


async def look_outside(
    database: Database, wom: WomClient, clan: Clan, places: Mapping[int, MemberRow], now: datetime
) -> int:
    """Store what Wise Old Man knows of accounts outside the clan, and return of how many."""
    async with database.reading() as connection:
        standing = await links.of_clan(connection, clan.clan_id)
    found = await _asked(wom, _turn(outside(standing, places), now))
    if not found:
        return 0
    return len(await database.write(lambda connection: store_details(connection, found, now)))


def outside(standing: Iterable[StandingLink], places: Mapping[int, MemberRow]) -> tuple[int, ...]:
    """Return the players who left, of users who surely have one in the clan, in order."""
    users_alone = [each for each in standing if each.discord_user_id > 0]  # and no speakers
    sure = [each for each in users_alone if allows(Link(each.state), Effect.SILENCE)]
    here = {player_id for player_id, place in places.items() if place.left_at is None}
    users = {each.discord_user_id for each in sure if each.player_id in here}
    gone = {
        each.player_id
        for each in sure
        if each.discord_user_id in users and each.player_id not in here
    }
    return tuple(sorted(gone))


def _turn(player_ids: Sequence[int], now: datetime) -> Sequence[int]:
    """Return a few of the players, each hour others, so that all have their turn."""
    if len(player_ids) <= MOST_AT_ONCE:
        return player_ids
    first = (now - _EPOCH) // _HOUR * MOST_AT_ONCE % len(player_ids)
    return (*player_ids, *player_ids)[first : first + MOST_AT_ONCE]


async def _asked(wom: WomClient, player_ids: Iterable[int]) -> list[PlayerDetails]:
    """Return what is known of the players, up to the first fault that the next one would meet."""
    found = []
    for player_id in player_ids:
        try:
            found.append(await wom.player(player_id))
        except WomError as error:
            _log.warning("account outside the clan not read", player=player_id, reason=str(error))
            if not isinstance(error, WomRefused):
                break
    return found

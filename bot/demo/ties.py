"""Who is linked to whom in the made-up clan, and what its officers have not decided yet."""

from collections.abc import Iterator, Sequence
from datetime import datetime, timedelta

from bot.demo.cast import MadeUpUser, Persona
from bot.demo.seed import Cast
from bot.demo.world import World
from bot.services.people import Links, Officer
from bot.services.setup import Clan
from bot.services.view import Visitor
from storage import links
from storage.engine import Database
from storage.links import StandingLink, StoredState

_LEFT_OPEN_EVERY = 3
_CLAIMS_EVERY = 4
_BETWEEN_CLAIMS = timedelta(hours=9)


async def tie(database: Database, clan: Clan, world: World, cast: Cast) -> None:
    """Confirm leaders, two users in three and who left; leave claims, a conflict, and the rest."""
    leader = next(user for user in world.users if user.persona is Persona.LEADER)
    here = {player.player_id: player for player in world.present(world.now)}
    # Of who left the links are decided: unless they were, nobody would have been called silent.
    undecided = [
        user for user in world.users if not _is_decided(user) and here.keys() & set(user.player_ids)
    ]
    async with database.writing() as connection:
        for link in _confirmed(world, cast, undecided):
            await links.confirm(connection, clan.clan_id, link, cast.users[leader.index], world.now)
    claimants = undecided[1::_CLAIMS_EVERY]
    envious = next((user for user in reversed(undecided) if user not in claimants), None)
    await _claim(database, clan, world, cast, claimants, envious)
    lurker = next((player for player in here.values() if player.user is None), None)
    if lurker is not None:
        await _desk(database, world.now).mark_discord(
            clan, lurker.player_id, Officer(cast.users[leader.index]), has_none=True
        )


def _confirmed(world: World, cast: Cast, undecided: Sequence[MadeUpUser]) -> Iterator[StandingLink]:
    open_users = {user.index for user in undecided}
    for user in world.users:
        for player_id in user.player_ids if user.index not in open_users else ():
            yield StandingLink(
                player_id,
                cast.users[user.index],
                StoredState.CONFIRMED,
                is_main=player_id == user.player_ids[0],
            )


def _is_decided(user: MadeUpUser) -> bool:
    return user.persona is Persona.LEADER or user.index % _LEFT_OPEN_EVERY != 0


async def _claim(  # noqa: PLR0913, PLR0917 - the stage, and who acts on it
    database: Database,
    clan: Clan,
    world: World,
    cast: Cast,
    claimants: Sequence[MadeUpUser],
    envious: MadeUpUser | None,
) -> None:
    """Let users claim what is theirs, the latest first; the envious one wants the last one's."""
    wanted = [(user, user) for user in claimants]
    if claimants and envious is not None:
        wanted.append((envious, claimants[-1]))
    here = {player.player_id: player for player in world.present(world.now)}
    for number, (user, owner) in enumerate(wanted, 1):
        desk = _desk(database, world.now - number * _BETWEEN_CLAIMS)
        player = next(here[player_id] for player_id in owner.player_ids if player_id in here)
        visitor = Visitor(cast.users[user.index], user.display_name, user.name)
        await desk.claim(clan, visitor, player.name_at(world.now))


def _desk(database: Database, now: datetime) -> Links:
    return Links(database, lambda: now)

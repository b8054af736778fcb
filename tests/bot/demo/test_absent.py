"""Who is truly away in the made-up clan has told the bot; a founder who is silent is exempt."""

from pathlib import Path

import pytest

from bot.demo.absent import send_away
from bot.demo.cast import Persona
from bot.demo.seed import own_cast, seed
from bot.demo.world import make_world
from bot.services.people import Exemptions, Leaves
from tests.storage.conftest import path, template
from tests.storage.rows import NOW, opened

__all__ = ["path", "template"]


async def test_who_is_truly_away_has_a_leave_and_a_silent_founder_is_exempt(path: Path) -> None:
    world = make_world(seed=3, members=60, days=30, now=NOW)
    users = {player_id: user for user in world.users for player_id in user.player_ids}
    async with opened(path) as database:
        cast = own_cast(world)
        clan = await seed(database, world, cast, messages_a_day=5)
        await send_away(database, clan, world, cast.users)
        listed = await Leaves(database, lambda: NOW).listed(clan)
        exempt = await Exemptions(database, lambda: NOW).exempt_today(clan)
    away = {each.leave.user_id for each in listed.current}
    assert away > {cast.users[users[player_id].index] for player_id in world.away}
    assert listed.coming
    assert listed.past
    (founder,) = exempt.players
    assert world.truth[founder] is Persona.GHOST
    assert list(exempt.roles) == ["wanderer"]


@pytest.mark.parametrize("members", [20, 26])
async def test_a_clan_too_small_for_every_leave_has_those_it_has_people_for(
    path: Path, members: int
) -> None:
    world = make_world(seed=1, members=members, days=5, now=NOW)
    async with opened(path) as database:
        cast = own_cast(world)
        clan = await seed(database, world, cast, messages_a_day=1)
        await send_away(database, clan, world, cast.users)
        assert (await Leaves(database, lambda: NOW).listed(clan)).current

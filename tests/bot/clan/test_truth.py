"""The rules against a made-up clan that knows who is who: nobody is wronged, hardly one missed."""

from functools import cache

import pytest

from bot.clan.enforcement import InactivityList, inactivity
from bot.clan.policy import DEFAULT_POLICY
from bot.clan.profiles import Profile
from bot.clan.promotion import Promotions, promotion_cases
from bot.clan.spans import DAY
from bot.demo.cast import Persona
from bot.demo.world import World, make_world
from tests.bot.clan.made_up import profiles_of
from tests.bot.clan.portraits import NOW

SEEDS = range(3)


@cache
def clan(seed: int) -> tuple[World, tuple[Profile, ...]]:
    world = make_world(seed=seed, members=60, days=100, now=NOW)
    return world, tuple(profiles_of(world, all_known=seed % 2 == 0))


def silent_ones(world: World) -> set[int]:
    since = {player.player_id: world.silent_since(player) for player in world.present(NOW)}
    return {player_id for player_id, at in since.items() if at is not None and NOW - at >= 30 * DAY}


def listed(seed: int) -> InactivityList:
    world, profiles = clan(seed)
    return inactivity(profiles, world.ladder, DEFAULT_POLICY, NOW)


def suggested(seed: int) -> Promotions:
    world, profiles = clan(seed)
    return promotion_cases(profiles, world.ladder, DEFAULT_POLICY, NOW)


@pytest.mark.parametrize("seed", SEEDS)
def test_nobody_is_flagged_who_is_not_truly_silent(seed: int) -> None:
    world, _ = clan(seed)
    flagged = {each.player_id for row in listed(seed).sure for each in row.profile.accounts}
    assert flagged
    assert flagged <= silent_ones(world) - world.away.keys()


@pytest.mark.parametrize("seed", SEEDS)
def test_of_the_truly_silent_and_well_observed_nearly_all_are_found(seed: int) -> None:
    world, profiles = clan(seed)
    silent = silent_ones(world)
    expected = {
        profile.main.player_id
        for profile in profiles
        if profile.window(30).is_well_observed
        and profile.leave is None
        and all(each.player_id in silent for each in profile.accounts)
    }
    found = {row.profile.main.player_id for row in listed(seed).sure}
    assert len(expected & found) >= 0.95 * len(expected)


@pytest.mark.parametrize("seed", SEEDS)
def test_no_spammer_stands_before_a_steady_member(seed: int) -> None:
    world, _ = clan(seed)
    order = [world.truth[case.profile.main.player_id] for case in suggested(seed).cases]
    assert Persona.STEADY in order
    last_steady = max(place for place, who in enumerate(order) if who is Persona.STEADY)
    assert Persona.SPAMMER not in order[:last_steady]


@pytest.mark.parametrize("seed", SEEDS)
def test_neither_ghosts_nor_the_away_nor_the_faded_are_suggested(seed: int) -> None:
    world, _ = clan(seed)
    parts = {world.truth[case.profile.main.player_id] for case in suggested(seed).cases}
    assert not parts & {Persona.GHOST, Persona.AWAY, Persona.FADING, Persona.SLUMPED, Persona.ALT}

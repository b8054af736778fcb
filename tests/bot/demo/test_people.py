from itertools import islice

import pytest

from bot.clan.names import is_valid_name, wom_key
from bot.demo.cast import Persona
from bot.demo.people import (
    HABITS,
    TRAP_NAMES,
    TRAP_NICKNAMES,
    display_name,
    handle,
    parts_of,
    player_names,
)
from bot.demo.rhythm import lots
from bot.demo.world import World


def test_names_are_valid_and_unique_by_the_key_that_wom_compares() -> None:
    names = list(islice(player_names(lots("names")), 1_500))
    assert all(is_valid_name(name) for name in names)
    assert all(len(name) <= 12 for name in names)
    assert len({wom_key(name) for name in names}) == len(names)
    assert set(TRAP_NAMES) <= set(names)


def test_some_names_hold_spaces_underscores_dashes_and_both_cases() -> None:
    names = list(islice(player_names(lots("names")), 300))
    for mark in " _-":
        assert any(mark in name.strip(" _-") for name in names)
    assert any(name.islower() for name in names)
    assert any(name != name.lower() for name in names)


def test_names_in_use_stay_unique_through_all_renames(world: World) -> None:
    keys = [wom_key(name.value) for player in world.players for name in player.names]
    assert len(set(keys)) == len(keys)


def test_display_names_often_but_not_always_look_like_the_account() -> None:
    rng = lots("shown")
    alike = sum("zezima" in display_name(rng, "Zezima").lower() for _ in range(400))
    assert 260 < alike < 390


def test_some_nicknames_are_traps(world: World) -> None:
    assert set(TRAP_NICKNAMES) <= {user.display_name for user in world.users}


def test_a_handle_is_lower_case_and_ends_in_its_index() -> None:
    made = handle(lots("handle"), "@everyone Ünïcode", 12)
    assert made.isascii()
    assert made == made.lower()
    assert made.endswith("12")


@pytest.mark.parametrize("members", [0, 1, 16, 17, 18, 150, 305, 1_000])
def test_parts_go_to_exactly_as_many_as_there_are(members: int) -> None:
    parts = parts_of(members)
    assert len(parts) == members
    assert len(set(parts)) == min(members, len(HABITS))
    assert members == 0 or parts[0] is Persona.LEADER

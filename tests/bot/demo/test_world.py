import os
import subprocess
import sys
from datetime import timedelta
from pathlib import Path

import pytest

from bot.demo.cast import ChannelKind, Persona, to_ms
from bot.demo.hiscores import METRICS
from bot.demo.world import COMING, World, make_world
from tests.bot.demo.conftest import NOW
from tests.bot.demo.digest import digest

ROOT = Path(__file__).parents[3]


def test_the_same_seed_gives_the_same_world() -> None:
    first, again = (make_world(seed=5, members=20, days=15, now=NOW) for _ in range(2))
    assert first == again
    assert list(first.messages()) == list(again.messages())


def test_another_seed_gives_another_world() -> None:
    first, other = (make_world(seed=seed, members=20, days=15, now=NOW) for seed in (5, 6))
    assert digest(first) != digest(other)


def test_hash_order_never_shows() -> None:
    digests = {
        subprocess.run(
            [sys.executable, "-m", "tests.bot.demo.digest"],
            cwd=ROOT,
            env={**os.environ, "PYTHONHASHSEED": seed},
            capture_output=True,
            check=True,
            text=True,
        ).stdout
        for seed in ("1", "2")
    }
    assert len(digests) == 1


@pytest.mark.parametrize("members", [0, 1, 2, 7, 40])
@pytest.mark.parametrize("days", [0, 1, 30])
def test_a_clan_of_any_size_and_age_works(members: int, days: int) -> None:
    small = make_world(seed=1, members=members, days=days, now=NOW)
    assert len(small.present(NOW)) == members
    for player in small.players:
        seen = list(small.changes(player))
        assert not seen or list(seen[0][1]) == list(METRICS)
    assert all(small.start_at <= message.sent_at < NOW for message in small.messages())


def test_exactly_the_members_asked_for_are_present_and_leavers_come_on_top(world: World) -> None:
    assert len(world.present(NOW)) == 150
    assert len(world.players) == 159


def test_everybody_has_a_persona_and_every_persona_is_there(world: World) -> None:
    assert set(world.truth) == {player.player_id for player in world.players}
    assert set(world.truth.values()) == set(Persona)


def test_a_ghost_is_silent_for_months_and_well_observed(world: World) -> None:
    for player in world.players:
        if player.persona is Persona.GHOST:
            since = world.silent_since(player)
            assert since is not None
            assert since < NOW - timedelta(days=60)
            overall = player.path["overall"]
            assert overall.value_at(since) == overall.value_at(NOW) > 0
            assert sum(at > NOW - timedelta(days=30) for at in player.observed_at) >= 20


def test_a_newcomer_joined_within_ten_days(world: World) -> None:
    for player in world.players:
        if player.persona is Persona.NEWCOMER:
            assert NOW - timedelta(days=10) <= player.joined_at < NOW
            assert player.role_at(NOW) == "prospector"


def test_a_grinder_plays_much_and_is_seen(world: World) -> None:
    week = [
        player.path["overall"].value_at(NOW)
        - player.path["overall"].value_at(NOW - timedelta(days=7))
        for player in world.players
        if player.persona is Persona.GRINDER
    ]
    assert sorted(week)[len(week) // 2] > 3_000_000


def test_an_untracked_player_plays_and_wom_never_looked(world: World) -> None:
    untracked = [player for player in world.players if player.persona is Persona.UNTRACKED]
    assert untracked
    for player in untracked:
        assert player.observed_at == ()
        assert list(world.changes(player)) == []


def test_a_second_account_belongs_to_the_user_of_the_first(world: World) -> None:
    players = {player.player_id: player for player in world.players}
    assert world.alts
    for alt, main in world.alts.items():
        assert players[alt].user == players[main].user
        user = world.users[players[alt].user or 0]
        assert user.player_ids[0] == main


def test_who_is_away_is_silent_while_away(world: World) -> None:
    assert world.away
    for player_id, (from_at, until_at) in world.away.items():
        assert world.truth[player_id] is Persona.AWAY
        assert from_at < NOW < until_at


def test_a_lurker_has_no_discord_user_and_everybody_else_has(world: World) -> None:
    for player in world.players:
        assert (player.user is None) == (player.persona is Persona.LURKER)
        if player.user is not None:
            assert player.player_id in world.users[player.user].player_ids


def test_somebody_left_and_is_back_and_somebody_left_for_good(world: World) -> None:
    returned = [player for player in world.players if len(player.stays) > 1]
    assert returned
    for player in returned:
        first, second = player.stays
        assert first.to_at is not None
        assert first.to_at < second.from_at < NOW
        assert player.stay_at(NOW) == second
    assert any(player.stay_at(NOW) is None for player in world.players)


def test_one_account_is_archived_one_banned_one_unranked(world: World) -> None:
    statuses = [player.status for player in world.players if player.status != "active"]
    assert sorted(statuses) == ["archived", "banned", "unranked"]


def test_play_goes_on_beyond_now(world: World) -> None:
    later = NOW + COMING
    risen = [
        player
        for player in world.players
        if player.path["overall"].value_at(later) > player.path["overall"].value_at(NOW)
    ]
    assert len(risen) > len(world.players) / 2
    assert all(to_ms(NOW) < at for player in world.players for at in player.coming_ms)


def test_user_ids_and_player_ids_are_unique(world: World) -> None:
    assert len({user.user_id for user in world.users}) == len(world.users)
    assert len({user.name for user in world.users}) == len(world.users)
    assert len({player.player_id for player in world.players}) == len(world.players)
    assert [user.index for user in world.users] == list(range(len(world.users)))


def test_the_smallest_clan_that_can_be_shown_has_somebody_for_every_seat() -> None:
    small = make_world(seed=1, members=20, days=5, now=NOW)
    assert any(not user.player_ids for user in small.users)
    assert {Persona.LEADER, Persona.OFFICER, Persona.STEADY} <= {
        user.persona for user in small.users
    }


def test_there_is_one_bridge_and_one_voice_channel(world: World) -> None:
    kinds = [channel.kind for channel in world.channels]
    assert kinds.count(ChannelKind.BRIDGE) == kinds.count(ChannelKind.VOICE) == 1
    assert {channel.name for channel in world.channels} >= {"general", "pvm", "events", "clan-chat"}

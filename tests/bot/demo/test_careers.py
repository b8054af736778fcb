from datetime import timedelta

from bot.demo.careers import LADDER
from bot.demo.cast import Persona, from_ms, to_ms
from bot.demo.world import World, make_world
from tests.bot.demo.conftest import NOW


def test_roles_are_on_the_ladder_and_follow_each_other(world: World) -> None:
    for player in world.players:
        assert {role.value for role in player.roles} <= set(LADDER)
        since = [role.since_at for role in player.roles]
        assert since == sorted(since)
        assert since[0] == player.joined_at
        assert since[-1] < NOW
        assert all(player.stay_at(at) for at in since)


def test_leaders_hold_the_top_of_the_ladder_and_one_is_the_owner(world: World) -> None:
    leading = [one for one in world.players if one.persona is Persona.LEADER]
    assert {player.role_at(NOW) for player in leading} == set(LADDER[:5])
    assert sum(player.role_at(NOW) == "owner" for player in world.players) == 1


def test_some_were_promoted_within_the_span(world: World) -> None:
    promoted = [
        player
        for player in world.players
        if any(role.since_at > world.start_at for role in player.roles[1:])
    ]
    assert len(promoted) > 20


def test_most_who_play_and_write_a_lot_were_promoted_lately_and_some_are_overdue(
    world: World,
) -> None:
    lately = NOW - timedelta(days=90)
    steady = [one for one in world.present(NOW) if one.persona is Persona.STEADY]
    overdue = [one for one in steady if one.roles[-1].since_at < lately]
    assert 3 <= len(overdue) < len(steady) / 2


def test_some_were_silent_three_months_ago_for_over_a_month_and_came_back(world: World) -> None:
    then, month = NOW - timedelta(days=90), timedelta(days=30)
    back = [
        player
        for player in world.present(NOW)
        for lull in player.lulls
        if lull.to_ms
        and from_ms(lull.from_ms) < then - month
        and then < from_ms(lull.to_ms) < NOW - month
    ]
    assert len(back) >= 4
    assert {player.persona for player in back} == {Persona.CASUAL, Persona.STEADY}
    for player in back:
        assert world.silent_since(player) is None
        risen = [from_ms(at_ms) for at_ms in player.played_ms]
        assert not any(then - month < at < then for at in risen)
        assert any(then < at < NOW for at in risen)


def test_a_rename_keeps_the_id_and_the_name_depends_on_the_instant(world: World) -> None:
    renamed = [one for one in world.players if len(one.names) > 1 and one.status == "active"]
    assert any(len(player.names) == 3 for player in renamed)
    for player in renamed:
        old, new = player.names[:2]
        assert player.name_at(world.start_at) == old.value
        assert player.name_at(new.since_at) == new.value


def test_an_archived_account_is_called_so_since_it_was_archived(world: World) -> None:
    archived = next(player for player in world.players if player.status == "archived")
    assert archived.name.startswith("archive")
    assert not archived.name_at(world.start_at).startswith("archive")
    assert archived.status_now(world.start_at) == "active"
    assert archived.status_now(NOW) == "archived"


def test_who_is_casual_drifts_away_before_leaving_where_the_span_is_long_enough() -> None:
    world = make_world(seed=1, members=150, days=240, now=NOW)
    left = [
        (player, stay.to_at)
        for player in world.players
        if player.persona is Persona.CASUAL and (stay := player.stays[-1]).to_at
    ]
    drifted = [(player, at) for player, at in left if at - world.start_at > timedelta(days=140)]
    assert drifted
    for player, at in drifted:
        assert player.lulls[-1].to_ms == to_ms(at)
        silent = from_ms(player.lulls[-1].from_ms)
        assert timedelta(days=36) <= at - silent < timedelta(days=60)
        assert not any(silent < from_ms(played) < at for played in player.played_ms)

"""The made-up leaders have decided before, as the rules of cases have it."""

from collections.abc import Iterable
from datetime import datetime, timedelta
from pathlib import Path

import pytest

from bot.clan.cases import OVER, Case, CaseKind, CaseState, Move
from bot.demo.absent import send_away
from bot.demo.cast import Persona
from bot.demo.decided import decide_before
from bot.demo.seed import own_cast, seed
from bot.demo.ties import tie
from bot.demo.world import World, make_world
from bot.services.review import Cases, Named, Review
from bot.services.setup import Clan
from storage.engine import Database
from tests.storage.conftest import path, template
from tests.storage.rows import NOW, opened

__all__ = ["path", "template"]

CAME_OF = {
    Move.NOTICE: CaseState.CLOSED,
    Move.APPROVE: CaseState.DONE,
    Move.DISMISS: CaseState.DISMISSED,
    Move.SNOOZE: CaseState.SNOOZED,
}
"""What came of each decision on somebody silent."""


async def decided(database: Database, world: World, apart: Iterable[int] = ()) -> Clan:
    cast = own_cast(world)
    clan = await seed(database, world, cast, messages_a_day=120)
    await tie(database, clan, world, cast)
    await send_away(database, clan, world, cast.users)
    await decide_before(database, clan, world, cast.users, frozenset(apart))
    return clan


def cases_of(database: Database) -> Cases:
    return Cases(database, Review(database, lambda: NOW), lambda: NOW)


async def told(database: Database, clan: Clan) -> list[Named]:
    cases = cases_of(database)
    return [*await cases.standing(clan), *await cases.closed(clan, 99)]


async def test_every_story_is_told_and_a_further_poll_finds_nothing_to_correct(path: Path) -> None:
    world = make_world(seed=1, members=150, days=240, now=NOW)
    async with opened(path) as database:
        clan = await decided(database, world)
        found = await told(database, clan)
        assert await cases_of(database).after_poll(clan) == ()
        assert await told(database, clan) == found
    cases = [each.case for each in found]
    silent = [each for each in cases if each.kind is CaseKind.INACTIVITY]
    assert {each.history[1].move: each.state for each in silent} == CAME_OF
    promotions = sorted(each.state for each in cases if each.kind is CaseKind.PROMOTION)
    assert promotions == [CaseState.APPROVED, CaseState.DONE, CaseState.NOT_YET]
    assert all(each.history[0].numbers for each in cases)
    assert len({each.player_id for each in cases}) == len(cases)
    for each in cases:
        _tells_the_truth(world, each)


def _tells_the_truth(world: World, case: Case) -> None:
    player = next(each for each in world.players if each.player_id == case.player_id)
    decided_at, ended_at = case.history[1].at, case.last.at
    assert player.role_at(decided_at) == case.role
    assert not any("-" in number for number in case.history[0].numbers)
    if case.kind is CaseKind.INACTIVITY:
        silent = (each.covers(_ms(decided_at - timedelta(days=30))) for each in player.lulls)
        assert any(silent)
    elif case.state is CaseState.DONE:
        assert player.role_at(ended_at) == case.target
    if case.state not in OVER:
        assert player.stay_at(NOW)


def _ms(at: datetime) -> int:
    return int(at.timestamp() * 1_000)


async def test_whoever_is_to_be_left_apart_has_no_case_and_no_leader_decides_on_a_leader(
    path: Path,
) -> None:
    world = make_world(seed=3, members=60, days=140, now=NOW)
    apart = {each.player_id for each in world.players if each.persona is not Persona.GHOST}
    leaders = {each.user_id for each in world.users if each.persona is Persona.LEADER}
    async with opened(path) as database:
        found = await told(database, await decided(database, world, apart))
    assert found
    assert {world.truth[each.case.player_id] for each in found} == {Persona.GHOST}
    assert {each.case.history[1].who for each in found} <= leaders


@pytest.mark.parametrize(("members", "days"), [(6, 3), (20, 5)])
async def test_a_clan_too_young_for_decisions_has_none(path: Path, members: int, days: int) -> None:
    world = make_world(seed=1, members=members, days=days, now=NOW)
    async with opened(path) as database:
        assert await told(database, await decided(database, world)) == []

"""The review against a made-up clan that knows who is who, through the real database and back."""

import asyncio
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest

from bot.clan.promotion import PromotionCase
from bot.demo.cast import Persona
from bot.demo.seed import own_cast, seed
from bot.demo.ties import tie
from bot.demo.world import World, make_world
from bot.services.people import Leaves, Whom
from bot.services.review import InactivityReview, PromotionReview, Review
from storage.engine import Database
from storage.migrate import bring_up
from tests.storage.rows import DAY, NOW


@dataclass(frozen=True)
class Found:
    """A world, and what the review found in it."""

    world: World
    inactive: InactivityReview
    promotions: PromotionReview

    def silent(self) -> set[int]:
        """Return the players who truly did nothing for a month and are not away."""
        world = self.world
        since = {each.player_id: world.silent_since(each) for each in world.present(NOW)}
        gone = {player_id for player_id, at in since.items() if at and NOW - at >= 30 * DAY}
        return gone - world.away.keys()

    def persona(self, case: PromotionCase) -> Persona:
        return self.world.truth[case.profile.main.player_id]


@pytest.fixture(scope="module", params=[2, 5])
def found(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Found:
    """Return what is found in a clan of 60 after 100 days, two users in three linked."""
    world = make_world(seed=request.param, members=60, days=100, now=NOW)
    return asyncio.run(reviewed(world, tmp_path_factory.mktemp("truth") / "clan.db"))


async def reviewed(world: World, path: Path) -> Found:
    database = Database(f"sqlite+aiosqlite:///{path}")
    try:
        await bring_up(database, NOW)
        cast = own_cast(world)
        clan = await seed(database, world, cast)
        await tie(database, clan, world, cast)
        leaves = Leaves(database, lambda: NOW)
        for player_id in world.away:
            days = ("today", "2 weeks")
            await leaves.go(clan, Whom(player_id=player_id), days, reason=None, by=1)
        review = Review(database, lambda: NOW)
        return Found(world, await review.inactive(clan), await review.promotions(clan))
    finally:
        await database.close()


def flagged(found: Found) -> Iterator[int]:
    for row in found.inactive.listed.sure:
        yield from (account.player_id for account in row.profile.accounts)


def test_only_the_truly_silent_are_on_the_sure_list(found: Found) -> None:
    assert set(flagged(found)) <= found.silent()
    assert list(flagged(found))


def test_those_away_stand_apart_and_nobody_else_does(found: Found) -> None:
    apart = {row.profile.main.player_id for row in found.inactive.listed.away_or_exempt}
    assert apart <= found.world.away.keys()


def test_the_truly_silent_are_on_a_list_each(found: Found) -> None:
    lists = found.inactive.listed
    told = {
        account.player_id
        for row in (*lists.sure, *lists.cant_tell)
        for account in row.profile.accounts
    }
    joined = {player.player_id: player.joined_at for player in found.world.present(NOW)}
    settled = {each for each in found.silent() if NOW - joined[each] > 30 * DAY}
    lone = settled - found.world.alts.keys()
    assert lone <= told


def test_no_spammer_stands_before_a_steady_member(found: Found) -> None:
    lists = found.promotions.promotions
    order = [found.persona(case) for case in (*lists.cases, *lists.others)]
    assert Persona.STEADY in {found.persona(case) for some in lists for case in some}
    last_steady = max(
        (place for place, who in enumerate(order) if who is Persona.STEADY), default=0
    )
    assert Persona.SPAMMER not in order[:last_steady]
    assert not {Persona.GHOST, Persona.AWAY, Persona.FADING, Persona.ALT} & set(order)

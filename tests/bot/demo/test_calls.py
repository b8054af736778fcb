"""The made-up clan's time in voice and hours of play: every map of a week has something in it."""

from datetime import timedelta
from pathlib import Path

from bot.clan.spans import Period
from bot.clan.week_hours import is_unknown
from bot.demo.calls import CALLS_DAYS, calls_of, have_talked
from bot.demo.cast import to_ms
from bot.demo.seed import own_cast, seed
from bot.demo.world import World, make_world
from bot.reports.worker import Inline
from bot.services.people import IdentityCache
from bot.services.publish import Activities
from tests.storage.conftest import path, template
from tests.storage.rows import NOW, opened

__all__ = ["path", "template"]


def test_nobody_talks_who_is_silent_or_not_in_the_clan_and_nobody_alone(village: World) -> None:
    players = {each.player_id: each for each in village.players}
    talked = list(calls_of(village))
    assert talked == list(calls_of(village))
    for each in talked:
        assert village.now - timedelta(days=CALLS_DAYS + 1) < each.start < each.end <= village.now
        main = players[village.users[each.user].player_ids[0]]
        assert not any(lull.covers(to_ms(each.start)) for lull in main.lulls)
        assert main.stay_at(each.start)
        assert any(x.user != each.user and x.end == each.end for x in talked)


async def test_all_three_maps_of_the_week_are_drawn(path: Path) -> None:
    world = make_world(seed=1, members=40, days=40, now=NOW, tells=True)
    async with opened(path) as database:
        cast = own_cast(world)
        clan = await seed(database, world, cast, messages_a_day=20)
        await have_talked(database, clan, world, cast.users)
        activities = Activities(database, Inline(), lambda: NOW, IdentityCache(lambda: NOW))
        report = await activities.report(clan, Period.MONTH, 2)
    for panel in report.panels:
        assert not is_unknown(panel.week), panel.title
        assert max(number or 0 for row in panel.week for number in row) > 1

"""The made-up clan's officers have something left to decide."""

from pathlib import Path

from bot.demo.seed import own_cast, seed
from bot.demo.ties import tie
from bot.demo.world import make_world
from bot.services.people import GuildMember, Links
from storage.migrate import bring_up
from tests.storage.rows import NOW, opened


async def test_claims_a_conflict_and_unmatched_people_wait_in_the_queue(tmp_path: Path) -> None:
    world = make_world(seed=3, members=60, days=30, now=NOW)
    async with opened(tmp_path / "clan.db") as database:
        await bring_up(database, world.now)
        cast = own_cast(world)
        clan = await seed(database, world, cast, messages_a_day=20)
        await tie(database, clan, world, cast)
        guild_members = [
            GuildMember(user.user_id, user.display_name, user.name) for user in world.users
        ]
        queue = await Links(database, lambda: world.now).queue(clan, guild_members)
    assert len(queue.claims) > 1
    assert len(queue.conflicts) == 1
    assert len(queue.without_discord) == 1
    assert queue.sure_pairs
    assert any(entry.partners for entry in queue.unmatched_users)
    assert any(entry.partners for entry in queue.unmatched_players)

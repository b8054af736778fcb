"""The made-up past is stored as the bot itself would have heard it."""

from collections import Counter
from pathlib import Path

from bot.clan.names import wom_key
from bot.demo.cast import ChannelKind
from bot.demo.seed import own_cast, seed
from bot.demo.world import make_world
from tests.bot.services.contents import rows
from tests.storage.conftest import path, template
from tests.storage.rows import NOW, opened

__all__ = ["path", "template"]


async def test_who_speaks_through_the_bridge_counts_and_the_game_is_heard(path: Path) -> None:
    world = make_world(seed=4, members=25, days=20, now=NOW)
    async with opened(path) as database:
        await seed(database, world, own_cast(world))
    (bridge,) = [each for each in world.channels if each.kind is ChannelKind.BRIDGE]
    lines = [each for each in world.messages() if each.channel == bridge.index]
    spoken = Counter(wom_key(each.speaker) for each in lines if each.speaker)
    kept = rows(
        path,
        "SELECT bridge_name, t.messages FROM authors a JOIN author_totals t ON t.author_id = a.id"
        " WHERE bridge_name IS NOT NULL AND t.messages",
    )
    assert {row["bridge_name"]: row["messages"] for row in kept} == spoken
    events = rows(path, "SELECT author_id, kind FROM broadcasts")
    assert len(events) == sum(each.speaker is None for each in lines) > 0
    assert {row["kind"] for row in events} <= {"drop", "level", "collection_log"}
    assert all(row["author_id"] for row in events)

"""`clanstats demo`: the stage in a browser, the tour without one, or the data alone."""

from collections.abc import AsyncIterator
from datetime import datetime
from pathlib import Path

from bot.clan.rank_table import fingerprint
from bot.demo.guide import in_channel, in_terminal
from bot.demo.past import Say, store_past
from bot.demo.seed import own_cast
from bot.demo.stage import StageSize, open_stage
from bot.demo.tour import tour
from bot.demo.world import make_world
from bot.settings import Settings
from bot.wiring import open_services


async def show(settings: Settings, part: StageSize, port: int | None, say: Say) -> None:
    """Serve the demo on this machine until it is cancelled; `say` hears the address."""
    async with open_stage(settings, part, say) as stage:
        await stage.viewers["leader"].send(stage.front, in_channel())
        stage.timetable.start()
        preview = stage.env.preview(
            stage.front,
            viewers=list(stage.viewers.values()),
            layout="channel",
            timezone=stage.world.zone.key,
            port=port,
        )
        async with preview:
            say(f"\n{in_terminal(part)}\n")
            say(f"Ready: open {preview.url}")
            say("Ctrl-C ends it.")
            await preview.wait_closed()


async def check(settings: Settings, part: StageSize, files: Path, say: Say) -> AsyncIterator[str]:
    """Yield the lines of the tour; TourFailed at the first step that is not as it should be."""
    async with open_stage(settings, part, say) as stage:
        async for line in tour(stage, files):
            yield line


async def keep(settings: Settings, part: StageSize, now: datetime, say: Say) -> None:
    """Store a clan whose history ends now, in the new database that `settings` name."""
    say(f"making up a clan of {part.members} members with {part.days} days of history")
    world = make_world(seed=part.seed, members=part.members, days=part.days, now=now, tells=True)
    async with open_services(settings, lambda: now) as services:
        clan = await store_past(services, settings, world, own_cast(world), say)
        await services.clans.confirm_ranks(clan, fingerprint(await services.clans.ranks(clan)))

"""`clanstats demo`: the stage in a browser until somebody ends it, or the tour without one."""

from collections.abc import AsyncIterator
from pathlib import Path

from bot.demo.stage import Say, StageSize, open_stage
from bot.demo.tour import tour
from bot.settings import Settings

_HINT = (
    "Welcome to the demo! You can look at this server as leader, officer, member or guest.\n"
    "Type a command. As leader `/promotions`, `/inactive`, `/clanstats settings`; as officer "
    "`/clanstats report`, `/clanstats links`, `/clanstats cases`; as member `/me`. "
    "Everything here is made up."
)


async def show(settings: Settings, part: StageSize, port: int | None, say: Say) -> None:
    """Serve the demo on this machine until it is cancelled; `say` hears the address."""
    async with open_stage(settings, part, say) as stage:
        await stage.viewers["leader"].send(stage.front, _HINT)
        stage.timetable.start()
        preview = stage.env.preview(
            stage.front,
            viewers=list(stage.viewers.values()),
            layout="channel",
            timezone=stage.world.zone.key,
            port=port,
        )
        async with preview:
            say(f"ready: open {preview.url}")
            say("Ctrl-C ends it")
            await preview.wait_closed()


async def check(settings: Settings, part: StageSize, files: Path, say: Say) -> AsyncIterator[str]:
    """Yield the lines of the tour; TourFailed at the first step that is not as it should be."""
    async with open_stage(settings, part, say) as stage:
        async for line in tour(stage, files):
            yield line

"""`clanstats demo`: the made-up clan, to be looked at in a browser or tried through by itself."""

from pathlib import Path
from tempfile import TemporaryDirectory

from bot.cli.context import CannotDo, journal
from bot.cli.terminal import margin, screen
from bot.demo import show as demo
from bot.demo.stage import StageSize
from bot.demo.tour import TourFailed
from bot.demo.wom_limits import CODE
from bot.demo.world import GROUP_ID
from bot.settings import Settings, load


async def show(part: StageSize, port: int | None, *, verbose: bool) -> int:
    """Serve the demo on this machine until it is cancelled."""
    with TemporaryDirectory() as folder:
        settings = _settings(folder)
        with journal(settings, verbose=verbose):
            await demo.show(settings, part, port, margin().print)
    return 0


async def check(part: StageSize, files: Path | None, *, verbose: bool) -> int:
    """Try every command as every viewer, and show a line for each; 1 when one failed."""
    console = screen()
    with TemporaryDirectory() as folder:
        settings = _settings(folder)
        sent = files or Path(folder)
        sent.mkdir(parents=True, exist_ok=True)
        with journal(settings, verbose=verbose):
            try:
                async for line in demo.check(settings, part, sent, margin().print):
                    console.print(line, soft_wrap=True)
            except TourFailed as error:
                raise CannotDo(str(error), "the demo does not do what it should") from error
    console.print("All is well.")
    return 0


def _settings(folder: str) -> Settings:
    """Return the settings of the made-up clan, whose whole life is in one folder."""
    return load(
        {
            "DATA_DIR": folder,
            "WOM_GROUP_ID": str(GROUP_ID),
            "WOM_GROUP_SECRET": CODE,
            "WOM_CONTACT": "the demo",
            # Of the chat that is made up the simulated Discord knows nothing.
            "COMPARE_DAYS": "0",
        },
        None,
    )

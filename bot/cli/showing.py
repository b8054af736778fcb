"""`clanstats demo`: the made-up clan in a browser, tried through by itself, or kept as data."""

from pathlib import Path
from tempfile import TemporaryDirectory

from bot.cli.context import CannotDo, journal
from bot.cli.terminal import margin, screen
from bot.demo import show as demo
from bot.demo.stage import StageSize
from bot.demo.tour import TourFailed
from bot.demo.wom_limits import CODE
from bot.demo.world import GROUP_ID
from bot.reports.documents import write_whole
from bot.settings import Settings, load
from bot.wiring import now

_ENV = """\
# A made-up clan, for trying the command line. It has no token and never asks Wise Old Man.
DATA_DIR=.
"""
_AGES = """
The history ends now. An hour from now the lists say what they would say of any clan whose bot has
stopped: nobody listens any more, so nobody is surely silent. To see them as they are now, add
  --now {at}
to report, promotions or inactive. When you are done, delete the folder."""
TO_TYPE = (
    ("clanstats report --out report --leadership", "a chart and a workbook, in the folder report"),
    ("clanstats promotions", "who may rise to the next rank, and why"),
    ("clanstats inactive", "who is silent, and who needs a second look"),
    ("clanstats inactive --out inactive.csv", "the same list for a spreadsheet"),
    ("clanstats backup", "a checked copy of the database"),
    ("clanstats doctor", "what is set up and what is missing: here, the accounts of a real clan"),
)
"""What can be tried on the kept clan, and what each line gives."""


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


async def keep(part: StageSize, folder: Path, *, verbose: bool) -> int:
    """Leave the made-up clan's data in a new folder, and say what to type there."""
    _must_be_free(folder)
    settings = _settings(str(folder))
    with journal(settings, verbose=verbose):
        await demo.keep(settings, part, at := now(), margin().print)
    write_whole(folder / ".env", _ENV.encode())
    console = screen()
    console.print(f"\nThe clan is in {folder}. Go there and try:\n", soft_wrap=True)
    console.print(f"  cd {folder}", soft_wrap=True)
    for line, gives in TO_TYPE:
        console.print(f"  {line:<44}{gives}", soft_wrap=True)
    console.print(_AGES.format(at=f"{at:%Y-%m-%dT%H:%MZ}"), soft_wrap=True)
    return 0


def _must_be_free(folder: Path) -> None:
    """CannotDo where somebody's own database or settings would be written over."""
    taken = [name for name in ("clan_data.db", ".env") if (folder / name).exists()]
    if taken:
        held = " and ".join(taken)
        raise CannotDo(f"{folder} already has {held}", "name a new folder, so that nothing is lost")


def _settings(folder: str) -> Settings:
    """Return the settings of the made-up clan, whose whole life is in one folder."""
    return load(
        {
            "DATA_DIR": folder,
            "WOM_GROUP_ID": str(GROUP_ID),
            "WOM_GROUP_SECRET": CODE,
            "WOM_CONTACT": "the demo",
        },
        None,
    )

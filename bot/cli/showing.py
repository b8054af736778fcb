"""`clanstats demo`: the made-up clan in a browser, tried through by itself, or kept as data."""

import os
import socket
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
TO_TYPE = (
    ("a chart and a workbook", "clanstats report --out report --leadership --now {at}"),
    ("who may rise to the next rank, and why", "clanstats promotions --now {at}"),
    ("who is silent, and who needs a second look", "clanstats inactive --now {at}"),
    ("the same for a spreadsheet", "clanstats inactive --out inactive.csv --now {at}"),
    ("a checked copy of the database", "clanstats backup"),
    ("what is set up, and what a real clan still needs", "clanstats doctor"),
)
"""What can be tried on the kept clan: what a line gives, and the line."""
_AGES = (
    "Without --now you see the clan as it is today. Its history ends at {at}, and nobody listens "
    "to it any more: ten minutes later nobody is surely silent. Delete the folder when you are "
    "done."
)

_HERE = "127.0.0.1"


async def show(part: StageSize, port: int | None, *, verbose: bool) -> int:
    """Serve the demo on this machine until it is cancelled; CannotDo where the port is taken."""
    if port is not None:
        _port_must_be_free(port)
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
    _must_be_empty(folder)
    settings = _settings(str(folder))
    with journal(settings, verbose=verbose):
        await demo.keep(settings, part, at := now(), margin().print)
    write_whole(folder / ".env", _ENV.encode())
    _tell(folder, f"{at:%Y-%m-%dT%H:%MZ}")
    return 0


def _tell(folder: Path, at: str) -> None:
    """Say what can be typed on a clan whose history ends then."""
    console = screen()
    console.print(f"\nThe clan is in {folder}. Go there and try:\n", soft_wrap=True)
    console.print(f"  cd {folder}", soft_wrap=True)
    for gives, line in TO_TYPE:
        console.print(f"\n  # {gives}\n  {line.format(at=at)}", soft_wrap=True)
    console.print(f"\n{_AGES.format(at=at)}")


def _must_be_empty(folder: Path) -> None:
    """CannotDo where somebody's own database or settings would be written over."""
    taken = [name for name in ("clan_data.db", ".env") if (folder / name).exists()]
    if taken:
        held = " and ".join(taken)
        raise CannotDo(f"{folder} already has {held}", "name a new folder, so that nothing is lost")


def _port_must_be_free(port: int) -> None:
    """Ask for a port before the clan is made up, which takes a while."""
    with socket.socket() as asked:
        if os.name == "posix":  # on Windows this would share the port
            asked.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            asked.bind((_HERE, port))
        except OSError as error:
            what = f"Port {port} cannot be used ({error.strerror})"
            raise CannotDo(what, "name another by --port, or leave it out for any") from error


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

"""The pictures of the docs, drawn by the bot's own services from a made-up clan.

    python -m tests.pictures docs/pictures

The same every time. A page of the workbook is drawn too where LibreOffice and pdftoppm are there.
"""

import asyncio
import shutil
import subprocess
import sys
from datetime import UTC, datetime
from io import BytesIO
from pathlib import Path
from tempfile import TemporaryDirectory

from PIL import Image

from bot.clan.spans import Period
from bot.demo.absent import send_away
from bot.demo.seed import own_cast, seed
from bot.demo.ties import tie
from bot.demo.world import make_world
from bot.reports.clan_report import top_movers
from bot.reports.documents import write_whole
from bot.reports.worker import Inline
from bot.services.setup import Clan
from bot.settings import load
from bot.wiring import Services, open_services
from storage.engine import Database
from storage.migrate import bring_up

NOW = datetime(2026, 11, 20, 19, 30, tzinfo=UTC)
MEMBERS, DAYS, SEED = 120, 200, 1
_ROSTER_PAGE = 2


async def draw_pictures(
    folder: Path, *, members: int = MEMBERS, days: int = DAYS, with_page: bool = True
) -> tuple[Path, ...]:
    """Draw all pictures into a folder that is there, and return where they are."""
    with TemporaryDirectory() as beside:
        database = Path(beside, "clan.db")
        clan = await _made_up(database, members, days)
        url = f"sqlite:///{database}"
        settings = load({"DATA_DIR": beside, "DATABASE_URL": url, "WOM_CONTACT": "x"}, None)
        async with open_services(settings, lambda: NOW, draws=Inline) as services:
            pictures = await _drawn(services, clan)
        workbook = pictures.pop("clan_report.xlsx")
        page = _page(workbook, Path(beside)) if with_page else None
        if page is not None:
            pictures["workbook.png"] = page
    for name, content in pictures.items():
        write_whole(folder / name, content)
    return tuple(folder / name for name in pictures)


async def _made_up(path: Path, members: int, days: int) -> Clan:
    database = Database(f"sqlite+aiosqlite:///{path}")
    try:
        await bring_up(database, NOW)
        world = make_world(seed=SEED, members=members, days=days, now=NOW)
        cast = own_cast(world)
        clan = await seed(database, world, cast)
        await tie(database, clan, world, cast)
        await send_away(database, clan, world, cast.users)
    finally:
        await database.close()
    return clan


async def _drawn(services: Services, clan: Clan) -> dict[str, bytes]:
    """Return the files by name."""
    files = await services.publish.report_files(clan, Period.MONTH)
    name = top_movers(files.report).active[-1].name
    card = await services.cards.of_player(clan, name, Period.MONTH)
    audit = await services.audits.files(clan)
    if card is None or audit.chart is None:
        raise LookupError("the made-up clan has nobody to draw")
    return {
        "report.png": files.chart.content,
        "card.png": card.chart.content,
        "audit.png": audit.chart.content,
        "clan_report.xlsx": files.workbook.content,
    }


def _page(workbook: bytes, folder: Path) -> bytes | None:
    """Return the roster's first printed page, or None without the programs that can draw it."""
    office, painter = shutil.which("soffice"), shutil.which("pdftoppm")
    if office is None or painter is None:
        return None
    book = folder / "clan_report.xlsx"
    book.write_bytes(workbook)
    to_pdf = [office, "--headless", "--convert-to", "pdf", "--outdir", str(folder), str(book)]
    subprocess.run(to_pdf, check=True, capture_output=True)  # noqa: S603 - our own file
    one = str(_ROSTER_PAGE)
    to_png = [painter, "-png", "-r", "90", "-f", one, "-l", one, "-singlefile"]
    page = folder / "page"
    subprocess.run([*to_png, str(book.with_suffix(".pdf")), str(page)], check=True)  # noqa: S603 - likewise
    file = BytesIO()
    with Image.open(page.with_suffix(".png")) as picture:
        picture.convert("P", colors=128).save(file, "png", optimize=True)
    return file.getvalue()


if __name__ == "__main__":
    target = Path(*sys.argv[1:2])
    target.mkdir(parents=True, exist_ok=True)
    for made in asyncio.run(draw_pictures(target)):
        sys.stdout.write(f"{made}  {made.stat().st_size / 1000:.0f} kB\n")

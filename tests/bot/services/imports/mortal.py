"""An import that is killed: tells each step that it has done.

python -m tests.bot.services.imports.mortal DATABASE OLD_DATABASE
"""

import asyncio
import sys
from contextlib import closing
from pathlib import Path
from zoneinfo import ZoneInfo

from bot.services.chat import Bridges, Intake
from bot.services.imports import Imports, LegacySource
from bot.services.setup import Clans
from storage.engine import Database
from storage.legacy import LegacyFile
from tests.bot.demo.conftest import Clock
from tests.storage.rows import NOW


def tell(what: str, done: int, _many: int) -> None:
    sys.stdout.write(f"{what} {done}\n")
    sys.stdout.flush()


async def brought(path: Path, old: Path) -> None:
    clock, database = Clock(NOW), Database(path)
    known = Clans(database, clock)
    clan = await known.found(1, "Iron Cabbage")
    imports = Imports(database, Bridges(database, Intake(database, known, clock)), clock, 90)
    with closing(LegacyFile(old)) as file:
        await imports.legacy(clan, LegacySource(file, ZoneInfo("UTC")), tell)
    await database.close()
    tell("done", 0, 0)


if __name__ == "__main__":
    asyncio.run(brought(Path(sys.argv[1]), Path(sys.argv[2])))

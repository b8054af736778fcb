"""What every test of a service stands on: a real database, a still clock, one clan."""

import pytest
import pytest_asyncio

from bot.services.setup import Clan, Clans
from storage.engine import Database
from tests.bot.demo.conftest import Clock
from tests.bot.services.village import Village
from tests.storage.conftest import database, path, place, pytest_generate_tests, template
from tests.storage.rows import NOW

__all__ = ["database", "path", "place", "pytest_generate_tests", "template"]


@pytest.fixture
def clock() -> Clock:
    return Clock(NOW)


@pytest.fixture
def known_clans(database: Database, clock: Clock) -> Clans:
    return Clans(database, clock)


@pytest_asyncio.fixture
async def clan(known_clans: Clans) -> Clan:
    return await known_clans.found(1, "Iron Cabbage")


@pytest_asyncio.fixture
async def village(
    database: Database,
    known_clans: Clans,
    clock: Clock,
    clan: Clan,
) -> Village:
    """Return a village to which the bot has listened all along."""
    made = Village(database, known_clans, clock, clan)
    await made.changed(listened_at=NOW)
    return made

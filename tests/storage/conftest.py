"""A real database for each test, of either engine: brought up once, and empty for everybody."""

import shutil
from collections.abc import AsyncIterator, Iterator
from pathlib import Path

import pytest
import pytest_asyncio

from storage.engine import Database
from tests.storage.postgres import EMPTY, Server
from tests.storage.rows import Place, empty_database, opened

ENGINES = ("sqlite", "postgresql")
ON_BOTH = {
    "bot.services.chat.test_answers",
    "bot.services.chat.test_backfill",
    "bot.services.chat.test_channels",
    "bot.services.chat.test_compared",
    "bot.services.chat.test_counted",
    "bot.services.chat.test_intake",
    "bot.services.chat.test_marks",
    "bot.services.chat.test_presence",
    "bot.services.game.test_first_year",
    "bot.services.game.test_snapshots",
    "bot.services.ops.test_vitals",
    "bot.services.people.test_leave",
    "bot.services.people.test_link_entries",
    "bot.services.people.test_links",
    "bot.services.review.test_cases",
    "bot.services.review.test_review",
    "bot.services.setup.test_checklist",
    "bot.services.setup.test_clans",
    "bot.services.setup.test_policies",
    "bot.services.setup.test_policy_file",
    "bot.services.test_clans_apart",
    "bot.services.view.test_members",
    "bot.services.view.test_people",
    "bot.services.view.test_profiles",
    "storage.test_authors",
    "storage.test_bridges",
    "storage.test_cases",
    "storage.test_channel_counts",
    "storage.test_chat",
    "storage.test_clan_rows",
    "storage.test_columns",
    "storage.test_dialects",
    "storage.test_digests",
    "storage.test_engine",
    "storage.test_forgotten",
    "storage.test_identity_revision",
    "storage.test_links",
    "storage.test_players",
    "storage.test_policies",
    "storage.test_runs",
    "storage.test_snapshots",
}
"""Modules that hold on PostgreSQL too; the others wait for being looked through."""


def pytest_generate_tests(metafunc: pytest.Metafunc) -> None:
    """Run the tests of some modules on both engines, but those about SQLite's own.

    Those are marked `only_sqlite`, or ask for the `path` of a file.
    """
    if "engine" in metafunc.fixturenames:
        is_sqlite = metafunc.definition.get_closest_marker("only_sqlite") is not None
        is_sqlite = is_sqlite or "path" in metafunc.fixturenames
        is_sqlite = is_sqlite or metafunc.module.__name__.removeprefix("tests.") not in ON_BOTH
        metafunc.parametrize("engine", ENGINES[:1] if is_sqlite else ENGINES)


@pytest_asyncio.fixture(scope="session", loop_scope="session")
async def template(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return await empty_database(tmp_path_factory.mktemp("template") / "clan_data.db")


@pytest.fixture
def path(template: Path, tmp_path: Path) -> Path:
    """An SQLite database; whoever asks for it runs on SQLite alone, `place` is for both."""
    return Path(shutil.copy(template, tmp_path / "clan_data.db"))


@pytest.fixture
def place(engine: str, request: pytest.FixtureRequest) -> Iterator[Place]:
    """A database of either engine."""
    if engine == "sqlite":
        yield request.getfixturevalue("path")
    else:
        server: Server = request.getfixturevalue("server")
        server.wipe()
        yield server.url(EMPTY)


@pytest_asyncio.fixture
async def database(place: Place) -> AsyncIterator[Database]:
    async with opened(place) as database:
        yield database

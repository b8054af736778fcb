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
OF_SQLITE = {
    "storage.test_causes": "what SQLite says, and the system of its file",
    "storage.test_trips": "SQLite's thread",
    "bot.services.test_review_truth": "the truth of two made-up years, a file each",
}
"""Modules about what only SQLite has; all others hold on PostgreSQL too."""


def pytest_generate_tests(metafunc: pytest.Metafunc) -> None:
    """Run each test on both engines, but those about SQLite's own.

    Those are marked `only_sqlite`, or ask for the `path` of a file.
    """
    if "engine" in metafunc.fixturenames:
        is_sqlite = metafunc.definition.get_closest_marker("only_sqlite") is not None
        is_sqlite = is_sqlite or "path" in metafunc.fixturenames
        is_sqlite = is_sqlite or metafunc.module.__name__.removeprefix("tests.") in OF_SQLITE
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
async def database(place: Place, tmp_path: Path) -> AsyncIterator[Database]:
    async with opened(place, data_dir=tmp_path) as database:
        yield database

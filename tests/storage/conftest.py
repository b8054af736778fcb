"""A real database for each test: brought up once, copied as a file for everybody."""

import shutil
from collections.abc import AsyncIterator
from pathlib import Path

import pytest
import pytest_asyncio

from storage.engine import Database
from tests.storage.rows import empty_database, opened


@pytest_asyncio.fixture(scope="session", loop_scope="session")
async def template(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return await empty_database(tmp_path_factory.mktemp("template") / "clan_data.db")


@pytest.fixture
def path(template: Path, tmp_path: Path) -> Path:
    return Path(shutil.copy(template, tmp_path / "clan_data.db"))


@pytest_asyncio.fixture
async def database(path: Path) -> AsyncIterator[Database]:
    async with opened(path) as database:
        yield database

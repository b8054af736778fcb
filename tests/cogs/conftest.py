import asyncio
import io
from collections.abc import AsyncIterator, Iterator
from functools import cache
from pathlib import Path

import pytest

from bot.demo.world import World, make_world
from bot.journal import open_journal
from tests.cogs.town import START, Town, make_template, opened_town
from tests.cogs.wire import over_the_wire


@cache
def _village() -> World:
    return make_world(seed=3, members=30, days=40, now=START)


@cache
def _template(folder: Path) -> Path:
    """Return the template; each process makes it once for all modules that ask."""
    folder.mkdir()
    return asyncio.run(make_template(folder, _village()))


@pytest.fixture(scope="session")
def village() -> World:
    return _village()


@pytest.fixture(scope="session")
def template(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return _template(tmp_path_factory.getbasetemp() / "town")


@pytest.fixture
async def town(village: World, template: Path, tmp_path: Path) -> AsyncIterator[Town]:
    """A clan that was polled a moment ago."""
    async with opened_town(tmp_path, village, template) as opened:
        yield opened


@pytest.fixture
async def bare_town(village: World, tmp_path: Path) -> AsyncIterator[Town]:
    """A server that the bot has just joined."""
    async with opened_town(tmp_path, village, None) as opened:
        yield opened


@pytest.fixture(autouse=True)
def wire(monkeypatch: pytest.MonkeyPatch) -> None:
    """Discord speaks JSON, with every id as text."""
    over_the_wire(monkeypatch)


@pytest.fixture(autouse=True)
def journal() -> Iterator[io.StringIO]:
    """What the log says."""
    stream = io.StringIO()
    with open_journal("WARNING", "text", clock=lambda: START, stream=stream):
        yield stream

"""Histories to measure on; without `--benchmark-only` they are tiny and only try the code."""

import asyncio
import os
from collections.abc import Callable, Iterator
from contextlib import AsyncExitStack
from pathlib import Path

import pytest

from bot.reports.documents import Document
from bot.reports.worker import Drawable, Drawing, Inline
from bot.services.setup import Clan
from bot.wiring import Services, leave_loaded, open_services
from tests.benchmarks.histories import NOW, Histories, settings_for

KEPT = "CLANSTATS_HISTORIES"
"""The folder in which real histories are kept from one run to the next."""

Open = Callable[[str], tuple[Services, Clan]]


class Undrawn(Inline):
    """Draws nothing, for whoever measures what a drawing is made from."""

    async def draw(self, drawing: Drawing, value: Drawable) -> Document:  # noqa: ARG002 - as Draws has it
        return Document(f"{drawing.name}.png", b"")


@pytest.fixture(scope="session")
def histories(
    request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory
) -> Histories:
    real = bool(request.config.getoption("--benchmark-only"))
    kept = os.environ.get(KEPT) if real else None
    return Histories(Path(kept) if kept else tmp_path_factory.mktemp("histories"), real=real)


@pytest.fixture
def runner() -> Iterator[asyncio.Runner]:
    with asyncio.Runner() as opened:
        yield opened


@pytest.fixture
def opened(runner: asyncio.Runner, histories: Histories) -> Iterator[Open]:
    """Open the services on a history by its name; they are closed after the test."""
    stack = AsyncExitStack()

    async def enter(name: str) -> tuple[Services, Clan]:
        services = await stack.enter_async_context(
            open_services(settings_for(histories.path(name)), lambda: NOW, draws=Undrawn)
        )
        return services, (await services.clans.every())[0]

    def open_one(name: str) -> tuple[Services, Clan]:
        histories.path(name)
        found = runner.run(enter(name))
        leave_loaded()
        return found

    yield open_one
    runner.run(stack.aclose())

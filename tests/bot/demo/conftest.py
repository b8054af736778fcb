from datetime import UTC, datetime, timedelta

import pytest

from bot.demo.cast import MadeUpMessage
from bot.demo.world import World, make_world

NOW = datetime(2026, 11, 20, 18, 30, tzinfo=UTC)


class Clock:
    """A clock that stands still until it is told otherwise."""

    def __init__(self, now: datetime) -> None:
        self.now = now

    def __call__(self) -> datetime:
        return self.now

    def forward(self, length: timedelta) -> None:
        self.now += length


@pytest.fixture(scope="session")
def world() -> World:
    return make_world(seed=7, members=150, days=200, now=NOW)


@pytest.fixture(scope="session")
def village() -> World:
    return make_world(seed=3, members=40, days=45, now=NOW)


@pytest.fixture(scope="session")
def messages(world: World) -> tuple[MadeUpMessage, ...]:
    return tuple(world.messages(texts=False))


@pytest.fixture
def clock() -> Clock:
    return Clock(NOW)

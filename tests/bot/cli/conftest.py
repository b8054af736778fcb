"""A command line in front of a temporary database and a small group, both real behind the doors."""

import asyncio
import sqlite3
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import AbstractAsyncContextManager, ExitStack, asynccontextmanager, closing
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, TypeVar

import httpx
import pytest
from typer.testing import CliRunner, Result

from bot.app import ClanBot, Granted
from bot.cli import app
from bot.cli.context import CliContext
from bot.gateway import DiscordSetup
from bot.services.setup import Clan
from bot.settings import Settings, load
from bot.wiring import Services, open_services
from storage.owner import owner_of
from storage.runs import Run
from tests.bot.demo.conftest import Clock
from tests.bot.services.group import GROUP_ID, Group, Someone
from tests.storage.conftest import path, template
from tests.storage.rows import NOW

__all__ = ["path", "template"]

T = TypeVar("T")

TOKEN = "a-token-that-nobody-has"
ALL_ON = DiscordSetup("Lantern", has_content=True, has_members=True, invite="https://invite/1")


async def at_once(_seconds: float) -> None:
    """Sleep no time at all."""


@dataclass
class Line:
    """A command line: what is typed comes back with its exit code and both outputs."""

    environment: dict[str, str]
    env_file: Path
    database: Path
    group: Group
    clock: Clock
    sights: dict[str, DiscordSetup | Exception] = field(default_factory=lambda: {TOKEN: ALL_ON})
    stays: list[ClanBot] = field(default_factory=list)
    held: ExitStack = field(default_factory=ExitStack)
    """What others hold while something is typed."""
    owners: list[str | None] = field(default_factory=list)
    """Who owned the database while the bot was on Discord."""
    asked_about: list[int | None] = field(default_factory=list)

    def types(self, *words: str, **keys: str) -> Result:
        return CliRunner().invoke(app, list(words), obj=self.context(**keys))

    def context(self, **keys: str) -> CliContext:
        """Return what a command is given; it reads Discord wherever discord.py finds one."""
        return CliContext(
            self.environment | keys,
            self.env_file,
            self.open_services,
            self.stay_on_discord,
            self.check_discord,
        )

    def ask(self, question: Callable[[Services], Awaitable[T]]) -> T:
        """Return what the services say when they are asked directly."""

        async def asked() -> T:
            async with self.open_services(load(self.environment, None)) as services:
                return await question(services)

        return asyncio.run(asked())

    def make(self, guild_id: int, name: str, group_id: int | None = None) -> None:
        """Make a clan, with a group if one is named."""

        async def made(services: Services) -> None:
            clan = await services.clans.found(guild_id, name)
            if group_id is not None:
                await services.clans.join_group(clan, group_id, name)

        self.ask(made)

    def clans(self) -> tuple[Clan, ...]:
        return self.ask(lambda services: services.clans.every())

    def run(self, job: str) -> Run:
        """Return the last run of a job of the only clan."""

        async def last(services: Services) -> Run:
            (clan,) = await services.clans.every()
            return (await services.upkeep.status(clan)).runs[job]

        return self.ask(last)

    def ages(self, revision: str) -> None:
        """Let the database say that it is of another version."""
        self.says("UPDATE alembic_version SET version_num = ?", revision)

    def says(self, statement: str, *values: str) -> None:
        """Have another program write into the database."""
        with closing(sqlite3.connect(self.database)) as database, database:
            database.execute(statement, values)

    @asynccontextmanager
    async def open_services(self, settings: Settings, **parts: Any) -> AsyncIterator[Services]:  # noqa: ANN401 - those of open_services
        transport = httpx.MockTransport(self.group)
        usual: dict[str, Any] = {"clock": self.clock, "transport": transport, "sleep": at_once}
        async with open_services(settings, **usual | parts) as services:
            yield services

    async def stay_on_discord(
        self,
        token: str,
        opens_bot: Callable[[Granted], AbstractAsyncContextManager[ClanBot]],
        shows: Callable[[DiscordSetup], None],
    ) -> None:
        """Be let in and leave at once."""
        assert token == TOKEN
        shows(ALL_ON)
        async with opens_bot(ALL_ON.granted) as bot:
            self.stays.append(bot)
            self.owners.append(owner_of(self.database))

    async def check_discord(self, token: str, guild_id: int | None) -> DiscordSetup:
        self.asked_about.append(guild_id)
        sight = self.sights[token]
        if isinstance(sight, Exception):
            raise sight
        return sight


@pytest.fixture
def line(path: Path, tmp_path: Path) -> Line:
    members = [Someone(player_id) for player_id in range(1, 11)]
    environment = {
        "DATA_DIR": str(tmp_path),
        "DATABASE_URL": f"sqlite:///{path}",
        "WOM_CONTACT": "a test",
        "WOM_API_KEY": "a-key",
        "WOM_GROUP_ID": str(GROUP_ID),
    }
    return Line(environment, tmp_path / ".env", path, Group(*members), Clock(NOW))

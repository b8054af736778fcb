"""What is done for each of a thousand servers is done behind readiness, a few at a time."""

import asyncio
from collections.abc import AsyncIterator
from dataclasses import dataclass, field
from datetime import timedelta
from pathlib import Path
from typing import Any, cast

import discord
import pytest
import pytest_asyncio

import cogs.intake
from bot.app import ClanBot
from bot.services.chat.backfill import CaughtUp
from bot.wiring import Services, open_services
from cogs._rounds import Rounds
from cogs.intake import Listener
from storage import clans
from tests.bot.demo.conftest import Clock
from tests.cogs.town import settings_in
from tests.storage.rows import DAY, NOW, empty_database

SERVERS = 300


@dataclass
class FakeGuild:
    """As much of a server as is looked at before its history is read."""

    id: int
    name: str = "a server"
    channels: list[Any] = field(default_factory=list)


def servers(count: int = SERVERS) -> list[discord.Guild]:
    return [cast("discord.Guild", FakeGuild(n)) for n in range(1, count + 1)]


async def settled() -> None:
    for _ in range(50):
        await asyncio.sleep(0)


async def test_a_round_visits_everybody_and_what_fails_costs_one_alone() -> None:
    seen: list[int] = []

    async def visit(guild: discord.Guild) -> None:
        seen.append(guild.id)
        if guild.id == 2:
            raise LookupError

    await Rounds(visit, "visiting").go(servers(5))
    assert seen == [1, 2, 3, 4, 5]


async def test_a_server_that_a_later_round_visits_too_is_left_to_that_one() -> None:
    seen: list[int] = []
    go_on = asyncio.Event()

    async def visit(guild: discord.Guild) -> None:
        seen.append(guild.id)
        await go_on.wait()

    rounds = Rounds(visit, "visiting")
    first = asyncio.create_task(rounds.go(servers(5)))
    await settled()
    second = asyncio.create_task(rounds.go(servers(3)))
    go_on.set()
    await asyncio.gather(first, second)
    assert sorted(seen) == [1, 1, 2, 3, 4, 5]


async def test_a_round_that_is_stopped_visits_nobody_any_more() -> None:
    seen: list[int] = []

    async def visit(guild: discord.Guild) -> None:
        seen.append(guild.id)
        rounds.stop()

    rounds = Rounds(visit, "visiting")
    await rounds.go(servers(5))
    assert seen == [1]


async def test_a_round_of_many_lets_others_in_between() -> None:
    passed = 0

    async def visit(_: discord.Guild) -> None:
        """Do what waits for nothing."""

    async def other() -> None:
        nonlocal passed
        while True:
            passed += 1
            await asyncio.sleep(0)

    watching = asyncio.create_task(other())
    await asyncio.sleep(0)
    await Rounds(visit, "visiting").go(servers(200))
    watching.cancel()
    assert passed >= 10


@pytest_asyncio.fixture
async def services(tmp_path: Path) -> AsyncIterator[Services]:
    await empty_database(tmp_path / "clan.db")
    async with open_services(settings_in(tmp_path), Clock(NOW)) as opened:
        yield opened


@dataclass
class Readings:
    """Histories that are read until the test lets them end."""

    begun: list[int] = field(default_factory=list)
    under_way: int = 0
    most: int = 0
    go_on: asyncio.Event = field(default_factory=asyncio.Event)

    async def __call__(
        self, _services: Services, guild: discord.Guild, *_: object, **how: object
    ) -> CaughtUp:
        assert how
        self.begun.append(guild.id)
        self.under_way += 1
        self.most = max(self.most, self.under_way)
        await self.go_on.wait()
        self.under_way -= 1
        return CaughtUp(0, 0)


async def test_of_many_servers_those_heard_last_are_read_first_and_long_pasts_hold_up_nobody(
    services: Services, monkeypatch: pytest.MonkeyPatch
) -> None:
    readings = Readings()
    monkeypatch.setattr(cogs.intake, "read_guild", readings)
    async with services.backfill._database.writing() as connection:
        await clans.be_in(connection, {n: f"Clan {n}" for n in range(1, SERVERS + 1)}, NOW)
        for clan_id in range(11, SERVERS + 1):
            ago = timedelta(minutes=clan_id)
            await clans.change(connection, clan_id, listened_at=NOW - ago)
        await clans.change(connection, SERVERS, listened_at=NOW - 3 * DAY)
    listener = Listener(services, sees_words=True)
    await listener.read_all(servers())
    await settled()
    assert readings.begun[:6] == [11, 12, 13, 14, 15, 16]
    assert sorted(readings.begun[6:]) == [1, 300]
    assert readings.most == 8
    readings.go_on.set()
    tasks = [*listener._reading.values()]
    assert len(tasks) == SERVERS
    await asyncio.gather(*tasks)
    await settled()
    assert sorted(readings.begun) == [*range(1, SERVERS + 1)]
    assert readings.most == 8
    assert listener._reading == {}


async def test_before_all_servers_are_known_none_is_read_by_itself(
    services: Services, monkeypatch: pytest.MonkeyPatch
) -> None:
    readings = Readings()
    monkeypatch.setattr(cogs.intake, "read_guild", readings)
    is_ready = False
    listener = Listener(services, sees_words=True, has_begun=lambda _: is_ready)
    (guild,) = servers(1)
    await listener.on_guild_available(guild)
    assert listener._reading == {}
    is_ready = True
    await listener.on_guild_available(guild)
    await settled()
    readings.go_on.set()
    await asyncio.gather(*listener._reading.values())
    assert readings.begun == [1]


async def test_discord_is_asked_for_no_members_and_no_messages_are_kept(services: Services) -> None:
    bot = ClanBot(services)
    assert bot._connection._chunk_guilds is False
    assert bot._connection._messages is None

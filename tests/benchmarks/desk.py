"""The bot on a simulated Discord in front of a long history, and what holds up its event loop."""

import asyncio
import time
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path

import httpx
from simcord import ChannelHandle, Env, MemberActor

from bot.app import ClanBot
from bot.clan.linking import LinkPair
from bot.demo.wom_server import MadeUpWom
from bot.reports.worker import Draws, Worker
from bot.services.people import Officer
from bot.wiring import Services, leave_loaded, open_services
from tests.benchmarks.histories import NOW, Size, settings_for, world_of

GUILD_ID = 1
_TICK_S = 0.001


@dataclass
class Desk:
    """Who can use the bot, and where."""

    env: Env
    services: Services
    channel: ChannelHandle
    owner: MemberActor
    member: MemberActor


class Prepared:
    """A made-up WOM whose large answers are ready: making them would hold up the loop, not us."""

    def __init__(self, wom: MadeUpWom, group_id: int) -> None:
        self._wom = wom
        paths = (f"/v2/groups/{group_id}", f"/v2/groups/{group_id}/bulk-hiscores")
        self._ready = {path: wom(httpx.Request("GET", f"https://wom{path}")) for path in paths}

    def __call__(self, request: httpx.Request) -> httpx.Response:
        ready = self._ready.get(request.url.path)
        if ready is None:
            return self._wom(request)
        return httpx.Response(ready.status_code, headers=ready.headers, content=ready.content)


@asynccontextmanager
async def opened_desk(path: Path, size: Size, draws: Draws | None = None) -> AsyncIterator[Desk]:
    """Yield the desk of a history at `path`, made in a size; it draws in a process of its own."""
    world = world_of(size)
    later = NOW + timedelta(days=1)
    transport = httpx.MockTransport(Prepared(MadeUpWom(world, lambda: later), world.group_id))
    worker = draws or Worker()
    await worker.warm()
    async with open_services(
        settings_for(path), lambda: NOW, draws=lambda: worker, transport=transport
    ) as services:
        env = Env(ClanBot(services), settle_timeout=30.0)
        await env.start()
        try:
            owner = env.create_user("owner")
            guild = env.create_guild("Amber Lanterns", id=GUILD_ID, owner=owner)
            somebody = env.create_user("somebody")
            await _give(services, world.present(NOW)[-1].player_id, somebody.id, owner.id)
            leave_loaded()
            yield Desk(
                env,
                services,
                guild.create_text_channel("general"),
                guild.add_member(owner),
                guild.add_member(somebody),
            )
        finally:
            await env.shutdown()


async def _give(services: Services, player_id: int, user_id: int, owner_id: int) -> None:
    """Let an officer have confirmed that an account is somebody's."""
    clan = await services.clans.found(GUILD_ID, "Amber Lanterns")
    officer = Officer(owner_id)
    assert await services.links.confirm_all(clan, [LinkPair(player_id, user_id)], officer)


async def longest_stall(over: asyncio.Event) -> float:
    """Return for how long, in seconds, the loop did not turn until something is over."""
    longest = 0.0
    while not over.is_set():
        began = time.perf_counter()
        await asyncio.sleep(_TICK_S)
        longest = max(longest, time.perf_counter() - began - _TICK_S)
    return longest

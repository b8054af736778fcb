"""A made-up clan on a simulated Discord: the real services on a real database."""

import shutil
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import discord
import httpx
from simcord import Env
from simcord.actors import MemberActor
from simcord.builders import ChannelHandle, GuildHandle, RoleHandle
from simcord.components import walk_components
from simcord.results import InteractionResult, ResponseMessage

from bot.app import ClanBot
from bot.clan.linking import LinkPair
from bot.clan.rank_table import fingerprint
from bot.clan.ranks import DEFAULT_PERMISSIONS
from bot.demo.wom_server import MadeUpWom
from bot.demo.world import World
from bot.services.chat import ChannelInfo, IncomingMessage
from bot.services.people import Officer
from bot.services.setup import Clan
from bot.settings import Settings, load
from bot.wiring import Services, open_services
from tests.storage.rows import empty_database

START = datetime(2026, 1, 1, tzinfo=UTC)
"""When SimCord's clock begins."""
GUILD_ID = 900_000_000_000_000_001
_MOST_PARTS, _MOST_TEXT, _MOST_OPTIONS = 40, 4_000, 25


class Clock:
    """The simulated Discord's time; as long as there is none, it stands still."""

    def __init__(self) -> None:
        self.env: Env | None = None
        self.still_at = START

    def __call__(self) -> datetime:
        return self.still_at if self.env is None else self.env.now()


def settings_in(folder: Path) -> Settings:
    environment = {
        "DATA_DIR": str(folder),
        "DATABASE_URL": f"sqlite:///{folder / 'clan.db'}",
        "WOM_API_KEY": "a-key",
        "WOM_CONTACT": "nobody",
        # Of the chat that is made up the simulated Discord knows nothing.
        "COMPARE_DAYS": "0",
    }
    return load(environment, None)


def control(panel: ResponseMessage, start: str) -> str:
    """Return the id of the one control of a panel whose id begins so."""
    ids = [str(part.get("custom_id", "")) for part in walk_components(panel.components)]
    (found,) = (each for each in ids if each.startswith(f"{start}:"))
    return found


def words(message: ResponseMessage | discord.Message | None) -> str:
    """Return all that a message says, with the labels of its controls."""
    assert message is not None
    parts: list[Any] = list(message.components)
    if isinstance(message, discord.Message):
        parts = [each.to_dict() for each in message.components]
    said = [
        str(part[key])
        for part in walk_components(parts)
        for key in ("content", "label", "placeholder")
        if part.get(key)
    ]
    return "\n".join([message.content, *said]).strip()


def newest(result: InteractionResult) -> ResponseMessage:
    """Return what was said last: beside what was pressed on, or else in its place."""
    message = result.followups[-1] if result.followups else result.response
    assert message is not None
    return message


async def post_here(
    who: MemberActor, shown: ResponseMessage, label: str = "Post it with the workbook"
) -> InteractionResult:
    """Press "Post here" and say what to post; return what came of it."""
    question = newest(await who.click(shown, label="Post here"))
    assert question.ephemeral
    return await who.click(question, label=label)


def fits(view: discord.ui.LayoutView) -> bool:
    """Return whether Discord takes an answer: its parts, its text, and the choices of each list."""
    picks = [each for each in view.walk_children() if isinstance(each, discord.ui.Select)]
    return (
        view.total_children_count <= _MOST_PARTS
        and view.content_length() <= _MOST_TEXT
        and all(1 <= len(each.options) <= _MOST_OPTIONS for each in picks)
    )


# When a test ends, asyncio writes out what its fixtures came to, and a whole clan takes a while.
@dataclass(repr=False)
class Town:
    """Everything a test needs: Discord, the services behind the bot, and who is who."""

    env: Env
    services: Services
    wom: "Door"
    world: World
    guild: GuildHandle
    general: ChannelHandle
    officer_role: RoleHandle
    leadership_role: RoleHandle
    owner: MemberActor
    leader: MemberActor
    officer: MemberActor
    member: MemberActor
    guest: MemberActor

    async def clan(self) -> Clan:
        found = await self.services.clans.of_guild(self.guild.id)
        assert found is not None
        return found

    async def restart(self) -> None:
        """Start the bot anew, as after a crash: nothing that was only in memory is left."""
        self.services.intake._buffers.clear()
        self.services.intake.end_session()
        self.services.drafts._open.clear()
        await self.env.restart_bot(ClanBot(self.services))

    async def appoint(self) -> None:
        """Let the two roles mean what they are called."""
        permissions = replace(
            DEFAULT_PERMISSIONS,
            discord_officers=frozenset({self.officer_role.id}),
            discord_leadership=frozenset({self.leadership_role.id}),
        )
        await self.services.clans.set_permissions(await self.clan(), permissions)

    async def vouch(self) -> None:
        """Have an officer confirm everybody who plays: a name alone leaves their chat in doubt."""
        here = {player.player_id for player in self.world.present(START)}
        pairs = [
            LinkPair(player_id, user.user_id)
            for user in self.world.users
            for player_id in user.player_ids
            if player_id in here
        ]
        officer = Officer(self.owner.id)
        assert await self.services.links.confirm_all(await self.clan(), pairs, officer)

    async def wrote(self, who: MemberActor, messages: int) -> None:
        """Put messages of the last days into the past of the clan."""
        channel_info = ChannelInfo(self.general.id, "general", "text")
        heard = [
            IncomingMessage(
                number,
                channel_info,
                who.id,
                who.member.display_name if who.member else who.name,
                who.name,
                self.env.now() - timedelta(hours=number),
            )
            for number in range(1, messages + 1)
        ]
        await self.services.intake.store(await self.clan(), heard)


class Door:
    """The made-up WOM, some of whose paths can be shut, or answer otherwise."""

    def __init__(self, world: World, clock: Clock) -> None:
        self._wom = MadeUpWom(world, clock)
        self.shut: set[str] = set()
        self.instead: dict[str, bytes] = {}

    def __call__(self, request: httpx.Request) -> httpx.Response:
        """Answer, or refuse what is shut."""
        path = request.url.path.removeprefix("/v2")
        if path in self.shut:
            return httpx.Response(403, json={"message": "shut"})
        if path in self.instead:
            return httpx.Response(200, content=self.instead[path])
        return self._wom(request)


@asynccontextmanager
async def opened_town(folder: Path, world: World, template: Path | None) -> AsyncIterator[Town]:
    """Yield a clan as the template has it, or one that nobody has set up yet."""
    clock = Clock()
    wom = Door(world, clock)
    if template is None:
        await empty_database(folder / "clan.db")
    else:
        shutil.copy(template, folder / "clan.db")
    settings = settings_in(folder)
    async with open_services(settings, clock, transport=httpx.MockTransport(wom)) as services:
        # So that nothing is posted of which a test does not know; test_help.py has the greeting.
        await services.clans.greet(await services.clans.found(GUILD_ID, "Amber Lanterns"))
        env = Env(ClanBot(services), settle_timeout=20.0)
        await env.start()
        clock.env = env
        try:
            town = _settled(env, services, world, wom)
            await env.settle()
            await services.intake.flush()
            await town.appoint()
            yield town
        finally:
            await env.shutdown()
            if env.check_errors:
                env._raise_errors_since(env._errors_acknowledged)


def _settled(env: Env, services: Services, world: World, wom: Door) -> Town:
    owner = env.create_user("founder")
    guild = env.create_guild("Amber Lanterns", id=GUILD_ID, owner=owner)
    officers = guild.create_role("Officer")
    leadership = guild.create_role("Leadership")
    manager = guild.create_role("Admin", permissions=discord.Permissions(manage_guild=True))
    return Town(
        env=env,
        services=services,
        world=world,
        wom=wom,
        guild=guild,
        general=guild.create_text_channel("general"),
        officer_role=officers,
        leadership_role=leadership,
        owner=guild.add_member(owner),
        leader=guild.add_member(env.create_user("leader"), roles=[leadership, manager]),
        officer=guild.add_member(env.create_user("officer"), roles=[officers]),
        member=guild.add_member(env.create_user("member")),
        guest=guild.add_member(env.create_user("guest")),
    )


class Timer:
    """Seconds that pass only while somebody sleeps, and then at once."""

    def __init__(self) -> None:
        self._seconds = 0.0

    def __call__(self) -> float:
        return self._seconds

    async def sleep(self, seconds: float) -> None:
        self._seconds += seconds


async def make_template(folder: Path, world: World) -> Path:
    """Return a database with the clan polled and its chat heard until now."""
    clock, timer = Clock(), Timer()
    transport = httpx.MockTransport(MadeUpWom(world, clock))
    async with open_services(
        settings_in(folder), clock, transport=transport, sleep=timer.sleep, timer=timer
    ) as services:
        clan = await services.clans.found(GUILD_ID, "Amber Lanterns")
        await services.clans.join_group(clan, world.group_id, world.clan_name)
        clan = await services.clans.found(GUILD_ID, "Amber Lanterns")
        for days in range(36, -1, -1):
            clock.still_at = START - timedelta(days=days)
            await services.poll.poll(clan)
        await services.intake.store(clan, _chat(world))
        # Its past is read: from here the clan is listened to.
        services.intake.resume_session(GUILD_ID, services.intake.session_of(GUILD_ID))
        assert await services.clans.confirm_ranks(
            clan, fingerprint(await services.clans.ranks(clan))
        )
        await services.intake.flush()
    return folder / "clan.db"


def _chat(world: World) -> list[IncomingMessage]:
    return [
        IncomingMessage(
            message.message_id,
            ChannelInfo(channel.channel_id, channel.name, channel.kind),
            user.user_id,
            user.display_name,
            user.name,
            message.sent_at,
            message.is_question,
        )
        for message in world.messages(texts=False)
        if message.user is not None and not message.is_bot
        for user in [world.users[message.user]]
        for channel in [world.channels[message.channel]]
    ]

"""The only part of the command line that knows Discord; imported when it is needed, not before."""

from collections.abc import AsyncIterator, Callable
from contextlib import AbstractAsyncContextManager, asynccontextmanager

import discord
import structlog

from bot.app import ClanBot
from bot.clan.notices import Notice
from bot.cli.given import PORTAL, CannotDo, Sight, switches
from bot.settings import Settings
from bot.timetable import Timetable
from bot.wiring import Services, leave_loaded

_OpensBot = Callable[[bool], AbstractAsyncContextManager[discord.Client]]

_log = structlog.get_logger()


async def stay(token: str, opens_bot: _OpensBot) -> None:
    """Be on Discord until cancelled; without message content where that is not granted."""
    try:
        await _stay(token, opens_bot(True))  # noqa: FBT003 - a protocol of one question
    except discord.PrivilegedIntentsRequired:
        remedy = switches(Sight("", has_content=False, has_members=False))
        _log.warning(f"going on without message content, so no question is noticed: {remedy}")
        await _stay(token, opens_bot(False))  # noqa: FBT003 - likewise


async def _stay(token: str, opened: AbstractAsyncContextManager[discord.Client]) -> None:
    async with opened as bot:
        leave_loaded()
        try:
            await bot.start(token)
        except discord.LoginFailure as error:
            raise _unknown_token() from error


@asynccontextmanager
async def opened_bot(
    services: Services, settings: Settings, *, content: bool
) -> AsyncIterator[ClanBot]:
    """Yield the bot with its timetable; on leaving, what ran has recorded how it ended."""

    async def speak(notice: Notice) -> None:
        await bot.speak(notice)

    timetable = Timetable(services, settings, speak)
    bot = ClanBot(
        services, guild_id=settings.discord_guild_id, timetable=timetable, content=content
    )
    try:
        async with bot:
            yield bot
    finally:
        await timetable.finished()


def _quiet_client() -> discord.Client:
    return discord.Client(intents=discord.Intents.none())


async def look(token: str, opens_client: Callable[[], discord.Client] = _quiet_client) -> Sight:
    """Return what Discord says about the bot; CannotDo when it says nothing."""
    async with opens_client() as client:
        try:
            await client.login(token)
            about = await client.application_info()
        except discord.LoginFailure as error:
            raise _unknown_token() from error
        except (discord.DiscordException, OSError) as error:
            raise CannotDo("Discord cannot be reached", "check the connection") from error
    flags = about.flags
    return Sight(
        about.name,
        flags.gateway_message_content or flags.gateway_message_content_limited,
        flags.gateway_guild_members or flags.gateway_guild_members_limited,
    )


def _unknown_token() -> CannotDo:
    return CannotDo(
        "Discord does not know this token",
        f"make another on {PORTAL} (your application, Bot, Reset Token) for DISCORD_TOKEN",
    )

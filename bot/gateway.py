"""What the command line asks of Discord: to stay there, and whether it knows us.

What Discord refuses for good is NoDiscord; from everything else we come back by ourselves.
"""

import asyncio
import logging
import time
import zlib
from collections.abc import AsyncIterator, Awaitable, Callable, Iterator
from contextlib import AbstractAsyncContextManager, asynccontextmanager, contextmanager
from dataclasses import dataclass

import aiohttp
import discord
import structlog

from bot.app import ClanBot
from bot.clan.notices import Notice
from bot.settings import Settings
from bot.timetable import Timetable
from bot.wiring import Services, leave_loaded

_PORTAL = "discord.com/developers/applications"

_OpensBot = Callable[[bool], AbstractAsyncContextManager[discord.Client]]

CUT = (OSError, aiohttp.ClientError)
"""What discord.py raises when a connection ends before the answer is there."""

_AWAY = (*CUT, discord.HTTPException, discord.ConnectionClosed)
_UNREADABLE = (LookupError, TypeError, ValueError, AttributeError, zlib.error)
"""What discord.py raises on an answer or a frame that is not as Discord says it is."""

_FIRST_PAUSE_S, _LONGEST_PAUSE_S = 5.0, 300.0
_TOKEN_REFUSED = 4004
"""The code with which the gateway closes on a token that it does not know."""
_BUSY, _DOWN = 429, 500
_MOST_TEXT = 100
"""Of what is said with a refusal, which may be a whole page."""

_log = structlog.get_logger()


class NoDiscord(Exception):
    """Discord does not let us in, or is not reached; `remedy` is what to do about it."""

    def __init__(self, what: str, remedy: str) -> None:
        super().__init__(f"{what}: {remedy}")
        self.what = what
        self.remedy = remedy


@dataclass(frozen=True, slots=True)
class DiscordSetup:
    """What Discord says about the bot: its name, and which intents are switched on for it."""

    name: str
    has_content: bool
    has_members: bool

    @property
    def switches(self) -> str:
        """What to switch on; empty when all is on."""
        named = {
            "Server Members Intent": self.has_members,
            "Message Content Intent": self.has_content,
        }
        off = " and ".join(name for name, is_on in named.items() if not is_on)
        return f"switch on {off} on {_PORTAL}, your application, Bot" if off else ""


class _Away(Exception):
    """We are not on Discord, and may be if we try again; its text says why."""


async def stay(
    token: str,
    opens_bot: _OpensBot,
    *,
    sleep: Callable[[float], Awaitable[None]] = asyncio.sleep,
    timer: Callable[[], float] = time.monotonic,
) -> None:
    """Be on Discord until cancelled, however often it is away; NoDiscord when the token is wrong.

    It goes on without message content where that is not granted.
    """
    content, pause_s = True, _FIRST_PAUSE_S
    leave_loaded()
    with _reconnects_in_words():
        while True:
            began_s = timer()
            try:
                await _stay(token, opens_bot(content), content=content)
            except discord.PrivilegedIntentsRequired:
                content = False
                remedy = DiscordSetup("", has_content=False, has_members=False).switches
                _log.warning(
                    f"going on without message content, so no question is noticed: {remedy}"
                )
            except _Away as away:
                # Discord takes a token away that begins over a thousand sessions a day.
                if timer() - began_s > _LONGEST_PAUSE_S:
                    pause_s = _FIRST_PAUSE_S
                _log.warning(f"{away}; trying again in {pause_s:.0f} seconds")
                _log.debug("how that attempt ended", exc_info=away.__cause__)
                await sleep(pause_s)
                pause_s = min(pause_s * 2, _LONGEST_PAUSE_S)
            else:
                return


async def _stay(
    token: str, opened: AbstractAsyncContextManager[discord.Client], *, content: bool
) -> None:
    async with opened as bot:
        try:
            await bot.start(token)
        except discord.LoginFailure as error:
            raise _unknown_token() from error
        except discord.PrivilegedIntentsRequired as error:
            if content:
                raise
            raise _Away("Discord refuses intents that the bot has not asked for") from error
        except (*_AWAY, *_UNREADABLE) as error:
            if isinstance(error, discord.ConnectionClosed) and error.code == _TOKEN_REFUSED:
                raise _unknown_token() from error
            raise _Away(_why(error)) from error


def _why(error: BaseException) -> str:
    """Return in words why we are not on Discord."""
    if isinstance(error, AttributeError) and isinstance(error.__context__, _AWAY):
        # discord.py stumbles when the very first connection to the gateway fails.
        error = error.__context__
    if isinstance(error, discord.HTTPException):
        says = f"{error.status} {error.response.reason}"
        if error.status == _BUSY or error.status >= _DOWN:
            return f"Discord is away ({says})"
        return f"Discord refuses what the bot asks at the start ({says}, {error.text[:_MOST_TEXT]})"
    if isinstance(error, discord.ConnectionClosed):
        return f"Discord ended the connection (code {error.code})"
    if isinstance(error, aiohttp.ClientResponseError):
        return f"Discord is away ({error.status} from its gateway)"
    if isinstance(error, _AWAY):
        return f"Discord is away ({str(error) or type(error).__name__})"
    return f"Discord sent what nobody can read ({error!r})"


@contextmanager
def _reconnects_in_words() -> Iterator[None]:
    """Have discord.py say in words, and without a traceback, that it connects again."""
    library = logging.getLogger("discord.client")
    library.addFilter(_in_words)
    try:
        yield
    finally:
        library.removeFilter(_in_words)


def _in_words(record: logging.LogRecord) -> bool:
    error = record.exc_info[1] if record.exc_info else None
    if error is not None and record.msg == "Attempting a reconnect in %.2fs":
        seconds = float(record.getMessage().split()[-1].removesuffix("s"))
        record.msg = f"{_why(error)}; trying again in {seconds:.0f} seconds"
        record.args = record.exc_info = None
        record.levelno, record.levelname = logging.WARNING, "WARNING"
    return True


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


async def read_setup(
    token: str, opens_client: Callable[[], discord.Client] = _quiet_client
) -> DiscordSetup:
    """Return what Discord says about the bot; NoDiscord when it says nothing."""
    async with opens_client() as client:
        try:
            await client.login(token)
            about = await client.application_info()
        except discord.LoginFailure as error:
            raise _unknown_token() from error
        except (discord.DiscordException, *_AWAY, *_UNREADABLE) as error:
            raise NoDiscord("Discord cannot be reached", "check the connection") from error
    flags = about.flags
    return DiscordSetup(
        about.name,
        flags.gateway_message_content or flags.gateway_message_content_limited,
        flags.gateway_guild_members or flags.gateway_guild_members_limited,
    )


def _unknown_token() -> NoDiscord:
    return NoDiscord(
        "Discord does not know this token",
        f"make another on {_PORTAL} (your application, Bot, Reset Token) for DISCORD_TOKEN",
    )

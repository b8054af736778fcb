"""What the command line asks of Discord: to stay there, and whether it knows us.

What Discord refuses for good is NoDiscord; from everything else we come back by ourselves.
"""

import asyncio
import logging
import time
import zlib
from collections.abc import AsyncIterator, Awaitable, Callable, Collection, Coroutine, Iterator
from contextlib import AbstractAsyncContextManager, asynccontextmanager, contextmanager
from dataclasses import dataclass
from importlib import import_module
from typing import Any, TypeVar

import aiohttp
import discord
import structlog

from bot.app import NOTHING, ClanBot, Granted, intents
from bot.clan.digest_slots import Delivery
from bot.clan.notices import Notice
from bot.journal import short_id
from bot.services.publish import ChannelPost, PostResult
from bot.settings import Settings
from bot.sharding import bot_of
from bot.timetable import Timetable
from bot.wiring import Services, leave_loaded

_T = TypeVar("_T")

_PORTAL = "discord.com/developers/applications"

_OpensBot = Callable[[Granted], AbstractAsyncContextManager[discord.Client]]

CUT = (OSError, aiohttp.ClientError)
"""What discord.py raises when a connection ends before the answer is there."""

_AWAY = (*CUT, discord.HTTPException, discord.ConnectionClosed)
_UNREADABLE = (
    *(LookupError, TypeError, ValueError, AttributeError),
    *(ArithmeticError, AssertionError, zlib.error),
)
"""What discord.py raises on an answer or a frame that is not as Discord says it is."""

_FIRST_PAUSE_S, _LONGEST_PAUSE_S = 5.0, 300.0
_SHARD_PAUSE_S = 5.0
"""How long discord.py waits with a shard that cannot connect at the start."""
_TOKEN_REFUSED = 4004
"""The code with which the gateway closes on a token that it does not know."""
_BUSY, _DOWN = 429, 500
_MOST_TEXT = 100
"""Of what is said with a refusal, which may be a whole page."""
_CANCELS, _UNTIL_NEXT_S = 5, 1.0
"""How often what runs is told to end, and how long it may take in between."""

_SCOPES = ("bot", "applications.commands")
_PERMISSIONS = discord.Permissions(
    view_channel=True, read_message_history=True, send_messages=True, attach_files=True
)
"""What the invite link asks for."""

_log = structlog.get_logger()


class NoDiscord(Exception):
    """Discord does not let us in, or is not reached; `remedy` is what to do about it."""

    def __init__(self, what: str, remedy: str) -> None:
        super().__init__(f"{what}: {remedy}")
        self.what = what
        self.remedy = remedy


@dataclass(frozen=True, slots=True)
class DiscordSetup:
    """What Discord says about the bot: its name, and which intents are switched on for it.

    `invite` is the link that brings it to a server; `is_in_guild` whether it is in the one that was
    asked about, None when none was.
    """

    name: str
    has_content: bool
    has_members: bool
    invite: str = ""
    is_in_guild: bool | None = None

    @property
    def granted(self) -> Granted:
        """Which intents it may ask for."""
        return Granted(words=self.has_content, members=self.has_members)

    @property
    def switches(self) -> str:
        """What to switch on; empty when all is on."""
        named = {
            "Server Members Intent": self.has_members,
            "Message Content Intent": self.has_content,
        }
        off = " and ".join(name for name, is_on in named.items() if not is_on)
        return f"switch on {off} on {_PORTAL}, your application, Bot" if off else ""

    @property
    def costs(self) -> str:
        """What it costs that something is off; empty when all is on."""
        words = "no question is noticed, and nothing of the clan chat is read from its bridges"
        members = "members are seen only when they write"
        lost = {words: self.has_content, members: self.has_members}
        return ", and ".join(cost for cost, is_on in lost.items() if not is_on)


_Reads = Callable[[str], Coroutine[Any, Any, DiscordSetup]]


class _Away(Exception):
    """We are not on Discord, and may be if we try again; its text says why."""


def _nobody_asks(_: DiscordSetup) -> None:
    """Tell nobody what Discord says about the bot."""


async def stay(  # noqa: PLR0913 - what tests replace: reading, waiting
    token: str,
    opens_bot: _OpensBot,
    *,
    shows: Callable[[DiscordSetup], None] = _nobody_asks,
    reads: _Reads | None = None,
    sleep: Callable[[float], Awaitable[None]] = asyncio.sleep,
    timer: Callable[[], float] = time.monotonic,
) -> None:
    """Be on Discord until cancelled, however often it is away; NoDiscord when the token is wrong.

    Each intent is asked for if Discord grants it; `shows` is told what it says about the bot.
    """
    refused: Granted | None = None
    pause_s = _FIRST_PAUSE_S
    leave_loaded()
    with _reconnects_in_words():
        while True:
            began_s = timer()
            try:
                setup = await _asked(token, reads or _application)
                shows(setup)
                # What Discord grants and still refuses is not asked for again.
                granted = NOTHING if setup.granted == refused else setup.granted
                await _stay(token, opens_bot(granted), granted)
            except discord.PrivilegedIntentsRequired:
                refused = granted
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


async def _asked(token: str, reads: _Reads) -> DiscordSetup:
    with _in_few_kinds():
        return await _held(reads(token))


async def _stay(
    token: str,
    opened: AbstractAsyncContextManager[discord.Client],
    granted: Granted,
) -> None:
    async with opened as bot:
        asks = DiscordSetup("", has_content=granted.words, has_members=granted.members)
        if asks.costs:
            _log.warning(f"going on without what is not granted, so {asks.costs}: {asks.switches}")
        try:
            with _in_few_kinds():
                await _held(bot.start(token))
        except discord.PrivilegedIntentsRequired as error:
            if granted == NOTHING:
                raise _Away("Discord refuses intents that the bot has not asked for") from error
            raise


@contextmanager
def _in_few_kinds() -> Iterator[None]:
    """Raise what discord.py raises as NoDiscord when the token is wrong, else as _Away."""
    try:
        yield
    except discord.LoginFailure as error:
        raise _unknown_token() from error
    except discord.PrivilegedIntentsRequired:
        raise
    except (*_AWAY, *_UNREADABLE) as error:
        if isinstance(error, discord.ConnectionClosed) and error.code == _TOKEN_REFUSED:
            raise _unknown_token() from error
        raise _Away(_why(error)) from error


async def _held(action: Coroutine[Any, Any, _T]) -> _T:
    """Do it in a task of its own, and have that end when we are cancelled.

    A cancel that comes as something else ends is lost in what runs there (as wait_for of Python
    3.11 does); here it is not, and it is passed on until it is heard.
    """
    doing = asyncio.ensure_future(action)
    try:
        await asyncio.wait([doing])
    finally:
        for _ in range(_CANCELS):
            if doing.done():
                break
            doing.cancel()
            await asyncio.wait([doing], timeout=_UNTIL_NEXT_S)
    return doing.result()


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
    libraries = [logging.getLogger(each) for each in ("discord.client", "discord.shard")]
    for library in libraries:
        library.addFilter(_in_words)
    try:
        yield
    finally:
        for library in libraries:
            library.removeFilter(_in_words)


def _in_words(record: logging.LogRecord) -> bool:
    error = record.exc_info[1] if record.exc_info else None
    said = record.getMessage()
    if error is not None and said.startswith(("Attempting a reconnect", "Failed to connect for")):
        last = said.split()[-1].removesuffix("s")
        seconds = _SHARD_PAUSE_S if last == "Retrying..." else float(last)
        record.msg = f"{_why(error)}; trying again in {seconds:.0f} seconds"
        record.args = record.exc_info = None
        record.levelno, record.levelname = logging.WARNING, "WARNING"
    return True


@asynccontextmanager
async def opened_bot(
    services: Services, settings: Settings, *, granted: Granted
) -> AsyncIterator[ClanBot]:
    """Yield the bot with its timetable; on leaving, what ran has recorded how it ended."""

    async def speak(notice: Notice) -> None:
        await bot.speak(notice)

    async def post(wanted: ChannelPost) -> PostResult:
        try:
            return await bot.post(wanted)
        except aiohttp.ClientConnectorError:
            return PostResult(Delivery.REFUSED, "Discord could not be reached")
        except CUT:
            return PostResult(Delivery.UNSURE, "the connection ended before Discord answered")

    timetable = Timetable(services, settings, speak, posts=post)
    bot = bot_of(settings)(
        services,
        guild_id=settings.discord_guild_id,
        group_id=settings.wom_group_id,
        timetable=timetable,
        granted=granted,
    )
    try:
        async with bot:
            yield bot
    finally:
        await timetable.finished()


@dataclass(frozen=True, slots=True)
class ServerRead:
    """What reading one server came to; `failed` says in words what could not be read, and why."""

    name: str
    channels: int = 0
    messages: int = 0
    failed: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Harvest:
    """What Discord says about the bot, and what was read of each server."""

    setup: DiscordSetup
    servers: tuple[ServerRead, ...]


async def harvest(  # noqa: PLR0913 - whose history is read, and what is told of it
    token: str,
    services: Services,
    settings: Settings,
    *,
    only: Collection[int] | None = None,
    tells: Callable[[str], None] = _log.debug,
    new_id: Callable[[], str] = short_id,
) -> Harvest:
    """Read what was written in the bot's servers, or `only` in some, without the gateway.

    NoDiscord when Discord does not let us in; what is wrong with one server costs that one alone.
    """
    with _no_discord():
        setup = await _application(token)
    # No wait may be endless: what Discord delays for longer is read the next time.
    client = discord.Client(intents=intents(setup.granted), max_ratelimit_timeout=_LONGEST_PAUSE_S)
    async with client:
        with _no_discord():
            await client.login(token)
        # The roof knows Discord's servers and messages, and is known by name alone.
        reads = import_module("cogs._harvest").harvest
        try:
            servers = await reads(client, services, settings, only, tells, new_id)
        except _AWAY as error:
            raise NoDiscord(_why(error), "try again later") from error
    return Harvest(setup, servers)


def _quiet_client() -> discord.Client:
    # discord.py warns of a client that is told of no servers.
    return discord.Client(intents=discord.Intents(guilds=True))


async def read_setup(
    token: str,
    guild_id: int | None = None,
    opens_client: Callable[[], discord.Client] = _quiet_client,
) -> DiscordSetup:
    """Return what Discord says about the bot, and whether it is in a server; NoDiscord if not."""
    with _no_discord():
        return await _application(token, guild_id, opens_client)


@contextmanager
def _no_discord() -> Iterator[None]:
    """Raise what keeps us from Discord as NoDiscord."""
    try:
        yield
    except discord.LoginFailure as error:
        raise _unknown_token() from error
    except (discord.DiscordException, *_AWAY, *_UNREADABLE) as error:
        raise NoDiscord("Discord cannot be reached", "check the connection") from error


async def _application(
    token: str,
    guild_id: int | None = None,
    opens_client: Callable[[], discord.Client] = _quiet_client,
) -> DiscordSetup:
    async with opens_client() as client:
        await client.login(token)
        about = client.application or await client.application_info()
        is_in_guild = None if guild_id is None else await _is_in(client, guild_id)
    flags = about.flags
    return DiscordSetup(
        about.name,
        flags.gateway_message_content or flags.gateway_message_content_limited,
        flags.gateway_guild_members or flags.gateway_guild_members_limited,
        discord.utils.oauth_url(about.id, permissions=_PERMISSIONS, scopes=_SCOPES),
        is_in_guild,
    )


async def _is_in(client: discord.Client, guild_id: int) -> bool:
    try:
        await client.fetch_guild(guild_id, with_counts=False)
    except (discord.Forbidden, discord.NotFound):
        return False
    return True


def _unknown_token() -> NoDiscord:
    return NoDiscord(
        "Discord does not know this token",
        f"make another on {_PORTAL} (your application, Bot, Reset Token) for DISCORD_TOKEN",
    )

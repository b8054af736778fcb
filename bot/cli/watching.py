"""`clanstats watchdog`: looks at what the bot left behind, and says it here and to a webhook.

Nothing of the bot itself is loaded here, neither Discord nor the services.
"""

import asyncio
import re
from collections.abc import Awaitable, Callable
from datetime import UTC, datetime, timedelta
from functools import partial
from importlib.metadata import version
from typing import NamedTuple

import structlog

from bot.clan.watching import all_well, sentences
from bot.cli.context import CannotDo, CliContext
from bot.cli.terminal import margin, screen
from bot.clock import now
from bot.journal import open_journal
from bot.settings import Settings
from bot.watchdog import Seen, Watchdog, post_to

EVERY_S = 300.0
_INSTANT = re.compile(r"<t:(\d+):f>")

_log = structlog.get_logger()


class WatchRequest(NamedTuple):
    """What was typed: how long silence may last, if not as set, and how to look."""

    after: timedelta | None = None
    once: bool = False
    is_quiet: bool = False


async def watchdog(
    context: CliContext,
    asked: WatchRequest,
    *,
    verbose: bool = False,
    clock: Callable[[], datetime] = now,
    sleep: Callable[[float], Awaitable[None]] = asyncio.sleep,
) -> int:
    """Look once, and return 1 when something is wrong; or look again and again."""
    if asked.is_quiet and not asked.once:
        raise CannotDo("--quiet looks once", "add --once")
    settings = context.settings()
    watching = _watchdog(settings, asked, clock, sleep)
    level = "DEBUG" if verbose else settings.log_level
    # Not to LOG_FILE: two processes cannot both put one file aside when it is long.
    with open_journal(level, settings.log_format, clock=clock, secrets=settings.secrets):
        if asked.once:
            return _shown(await watching.look(), clock())
        if watching.post is None:
            _log.warning("WATCHDOG_WEBHOOK is not set, so what is wrong stands only here")
        before: tuple[str, ...] | None = None
        while True:
            before = _logged(await watching.look(), before, clock())
            await sleep(EVERY_S)


def _watchdog(
    settings: Settings,
    asked: WatchRequest,
    clock: Callable[[], datetime],
    sleep: Callable[[float], Awaitable[None]],
) -> Watchdog:
    hook = settings.watchdog_webhook
    post = None
    if hook is not None and not asked.is_quiet:
        post = partial(_post, hook.get_secret_value())
    after = asked.after or settings.watchdog_after
    return Watchdog(settings, clock, sleep, after, post, remembers=not asked.is_quiet)


def _post(address: str, text: str) -> None:
    post_to(address, text, version("clanstats"))


def _shown(seen: Seen, at: datetime) -> int:
    console = screen()
    for line in _lines(seen, at):
        console.print(line, soft_wrap=True)
    if seen.failed:
        margin().print(f"{seen.failed}.", soft_wrap=True)
    return 1 if seen.found or seen.failed else 0


def _logged(seen: Seen, before: tuple[str, ...] | None, at: datetime) -> tuple[str, ...]:
    """Log what is so, if it is not what was so before; return what it is about."""
    about = tuple(each.about for each in seen.found)
    if about != before:
        say = _log.warning if about else _log.info
        for line in _lines(seen, at):
            say(line)
    if seen.failed:
        _log.warning(seen.failed)
    return about


def _lines(seen: Seen, at: datetime) -> list[str]:
    lines = [_readable(sentences(each)) for each in seen.found]
    return lines or [all_well(seen.signs, at)]


def _readable(words: str) -> str:
    """Return words for a terminal: Discord alone draws its own instants."""
    return _INSTANT.sub(
        lambda found: f"{datetime.fromtimestamp(int(found[1]), UTC):%Y-%m-%d %H:%M} UTC", words
    )

"""`clanstats run`: the bot until it is told to end; then everything is written and closed."""

import asyncio
import os
import signal
from collections.abc import AsyncIterator, Awaitable, Callable, Coroutine, Iterator
from concurrent.futures.process import BrokenProcessPool
from contextlib import (
    AbstractAsyncContextManager,
    AsyncExitStack,
    asynccontextmanager,
    contextmanager,
)
from typing import TYPE_CHECKING, Any

import structlog

from bot.app import ClanBot, Granted
from bot.cli.context import CliContext, founded
from bot.cli.terminal import screen
from bot.gateway import DiscordSetup, opened_bot
from bot.journal import open_journal
from bot.reports.worker import Worker
from bot.services.ops import Duties
from bot.settings import Settings, costs
from bot.wiring import now

if TYPE_CHECKING:
    from bot.metrics import Telemetry

_log = structlog.get_logger()


async def run(context: CliContext, worker: Worker, *, verbose: bool) -> int:
    """Be on Discord until cancelled; SettingsError without a token or a contact for WOM."""
    settings = context.settings("discord_token", "wom_contact")
    token = settings.need_discord()
    with open_journal(
        "DEBUG" if verbose else settings.log_level,
        settings.log_format,
        settings.log_file,
        clock=now,
        secrets=settings.secrets,
    ):
        for cost in costs(settings):
            # The log takes what follows "SECRET:" for the secret itself.
            _log.info(cost.words.replace(": ", ", so ", 1))
        async with (
            _telling(settings) as telemetry,
            context.open_services(settings, draws=lambda: worker, alone=True) as services,
            AsyncExitStack() as left,
        ):
            if telemetry is not None:
                telemetry.watch(services)
                left.callback(telemetry.leave)
            if new := founded(settings, services):
                _log.info(new)
            # It gets ready while Discord lets us in.
            warming = asyncio.ensure_future(_warmed(worker))
            left.callback(warming.cancel)
            shows = _invites()

            def opens(granted: Granted) -> AbstractAsyncContextManager[ClanBot]:
                opened = opened_bot(services, settings, granted=granted)
                return opened if telemetry is None else telemetry.watched(opened)

            async def stays() -> None:
                await context.stay_on_discord(token, opens, shows)

            while not await while_ours(services.duties, stays):
                _log.warning("another process of the bot serves our shards: this one stands by")
    return 0


async def _warmed(worker: Worker) -> None:
    """Have the first picture come as fast as the others; where none can be made the log says so."""
    try:
        await worker.warm()
    except (BrokenProcessPool, OSError):
        _log.exception("no pictures can be drawn: the process that draws does not start")


@asynccontextmanager
async def _telling(settings: Settings) -> AsyncIterator["Telemetry | None"]:
    """Tell on a port how the bot is doing while inside, if the settings name one."""
    if settings.metrics_port is None:
        yield None
        return
    from bot.metrics import Telemetry, serving  # noqa: PLC0415 - only for who asks for it

    telemetry = Telemetry()
    async with serving(telemetry, settings.metrics_address, settings.metrics_port):
        yield telemetry


async def while_ours(duties: Duties, stays: Callable[[], Awaitable[None]]) -> bool:
    """Wait until our shards are ours, and stay while they are; return whether it ended by itself.

    Who is on Discord with shards that another process took would answer everything twice.
    """
    await duties.begin()
    staying, keeping = asyncio.ensure_future(stays()), asyncio.ensure_future(duties.keep())
    both = (staying, keeping)
    try:
        await asyncio.wait(both, return_when=asyncio.FIRST_COMPLETED)
        has_ended = staying.done()
        if keeping.done():
            keeping.result()
    finally:
        for each in both:
            each.cancel()
        await asyncio.wait(both)
    if has_ended:
        staying.result()
    return has_ended


def _invites() -> Callable[[DiscordSetup], None]:
    """Return what prints the link by which the bot comes to a server, the first time."""
    printed: set[str] = set()

    def shows(setup: DiscordSetup) -> None:
        if setup.invite not in printed:
            printed.add(setup.invite)
            screen().print(f"Invite {setup.name} to a server: {setup.invite}", soft_wrap=True)

    return shows


async def until_told(
    action: Coroutine[Any, Any, int],
    *,
    patience_s: float = 30.0,
    give_up: Callable[[int], None] = os._exit,
) -> int:
    """Do it until it ends or the process is told to end (Ctrl-C, SIGTERM, SIGHUP): it is cancelled.

    A cancel that somebody swallowed is repeated after a time, in which everything can be written;
    what does not end even then is given up, so that the process always ends.
    """
    doing, told = asyncio.ensure_future(action), asyncio.Event()
    with _signals(told):
        telling = asyncio.ensure_future(told.wait())
        try:
            await asyncio.wait([doing, telling], return_when=asyncio.FIRST_COMPLETED)
        except asyncio.CancelledError:
            await _ended(doing, patience_s, give_up)
            raise
        finally:
            telling.cancel()
        if told.is_set():
            await _ended(doing, patience_s, give_up)
        await _left_to_end(patience_s, give_up)
    return 0 if doing.cancelled() else doing.result()


@contextmanager
def _signals(told: asyncio.Event) -> Iterator[None]:
    """Have `told` set when the process is told to end."""
    loop = asyncio.get_running_loop()
    before: dict[int, Any] = {}

    def tell(*_: object) -> None:
        loop.call_soon_threadsafe(told.set)

    for name in ("SIGINT", "SIGTERM", "SIGHUP", "SIGBREAK"):
        number = getattr(signal, name, None)
        if number is None:
            continue  # SIGBREAK is of Windows alone: Ctrl-Break, or its window is closed
        if name == "SIGHUP" and signal.getsignal(number) is signal.SIG_IGN:
            continue  # started by nohup, to outlive its terminal
        try:
            loop.add_signal_handler(number, tell)
        except NotImplementedError:
            # On Windows the loop knows no signals, but Python does.
            before[number] = signal.signal(number, tell)
    try:
        yield
    finally:
        for number, handler in before.items():
            signal.signal(number, handler)


async def _ended(
    doing: "asyncio.Future[int]", patience_s: float, give_up: Callable[[int], None]
) -> None:
    """Cancel it until it has ended, twice at most; then give up."""
    for _ in range(2):
        doing.cancel()
        await asyncio.wait([doing], timeout=patience_s)
        if doing.done():
            return
        _log.warning("closing takes long", seconds=patience_s)
    _log.error("closing does not end: the process ends without it")
    give_up(1)


async def _left_to_end(patience_s: float, give_up: Callable[[int], None]) -> None:
    """Wait for what was begun on the way, like a connection that closes: a cancel may break it."""
    left = asyncio.all_tasks() - {asyncio.current_task()}
    if left:
        await asyncio.wait(left, timeout=1.0)
        for task in left:
            task.cancel()
        _, endless = await asyncio.wait(left, timeout=patience_s)
        if endless:
            _log.warning("something does not end: the process ends without it")
            give_up(0)

"""`clanstats run`: the bot until it is told to end; then everything is written and closed."""

import asyncio
import signal
from collections.abc import Callable, Coroutine
from contextlib import suppress
from typing import Any

import structlog

from bot.clan.diagnosis import Finding
from bot.cli.context import CliContext
from bot.cli.terminal import screen
from bot.gateway import DiscordSetup, opened_bot
from bot.journal import open_journal
from bot.reports.worker import Worker
from bot.settings import Settings, SettingsError, costs
from bot.wiring import now

_log = structlog.get_logger()


async def run(context: CliContext, worker: Worker, *, verbose: bool) -> int:
    """Be on Discord until cancelled; SettingsError without a token or a contact for WOM.

    The worker, which was started before, draws.
    """
    settings = context.settings()
    token = _needed(settings)
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
        async with context.open_services(settings, draws=lambda: worker) as services:
            await worker.warm()
            await context.stay_on_discord(
                token, lambda granted: opened_bot(services, settings, granted=granted), _invites()
            )
    return 0


def _invites() -> Callable[[DiscordSetup], None]:
    """Return what prints the link by which the bot comes to a server, the first time."""
    printed: set[str] = set()

    def shows(setup: DiscordSetup) -> None:
        if setup.invite not in printed:
            printed.add(setup.invite)
            screen().print(f"Invite {setup.name} to a server: {setup.invite}", soft_wrap=True)

    return shows


async def until_told(action: Coroutine[Any, Any, int]) -> int:
    """Do it until it ends or the process is told to end (Ctrl-C, SIGTERM): then it is cancelled."""
    doing = asyncio.ensure_future(action)
    loop = asyncio.get_running_loop()
    for told in (signal.SIGINT, signal.SIGTERM):
        # Windows has no such signals: there, Ctrl-C cancels us as asyncio does it.
        with suppress(NotImplementedError):
            loop.add_signal_handler(told, doing.cancel)
    try:
        await asyncio.wait([doing])
    except asyncio.CancelledError:
        doing.cancel()
        await asyncio.wait([doing])
        raise
    return 0 if doing.cancelled() else doing.result()


def _needed(settings: Settings) -> str:
    """Return the token; SettingsError with everything that is missing."""
    faults: list[Finding] = []
    for need in (settings.need_discord, settings.need_wom):
        try:
            need()
        except SettingsError as error:
            faults += error.faults
    if faults:
        raise SettingsError(tuple(faults))
    return settings.need_discord()

"""`clanstats run`: the bot until it is told to end; then everything is written and closed."""

import asyncio
import signal
from collections.abc import Coroutine
from contextlib import suppress
from typing import Any

import structlog

from bot.cli.choosing import adopt_group
from bot.cli.context import CliContext, founded
from bot.gateway import opened_bot
from bot.journal import open_journal
from bot.reports.worker import Worker
from bot.settings import costs
from bot.wiring import now

_log = structlog.get_logger()


async def run(context: CliContext, worker: Worker, *, verbose: bool) -> int:
    """Be on Discord until cancelled; SettingsError without a token or a contact for WOM.

    The worker, which was started before, draws.
    """
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
        async with context.open_services(settings, draws=lambda: worker, alone=True) as services:
            if new := founded(settings, services):
                _log.info(new)
            await adopt_group(services, settings)
            await worker.warm()
            await context.stay_on_discord(
                token, lambda content: opened_bot(services, settings, content=content)
            )
    return 0


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

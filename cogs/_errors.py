"""The one place that turns errors into words: short, private, what to do next, a reference.

The reference is the trace id under which the log holds the whole story.
"""

from collections.abc import Awaitable

import discord
import structlog
from discord import app_commands

from bot.gateway import CUT
from bot.journal import short_id, traced
from bot.reports.worker import DrawingBusy, NotDrawn
from bot.services.game import fault_words
from bot.services.ops import NotYourTurn
from cogs._replies import tell

_UNEXPECTED = "Something went wrong on our side. Try again; if it stays, tell whoever runs the bot."

_log = structlog.get_logger()


async def explain(interaction: discord.Interaction[discord.Client], error: Exception) -> None:
    """Log an error with its traceback and tell whoever asked, privately.

    That it is not somebody's turn, or their clan's, is no error, and only told.
    """
    cause = _cause(error)
    trace = interaction.extras.get("trace") or short_id()
    if isinstance(cause, NotYourTurn | DrawingBusy):
        said = str(cause)
    else:
        _log.error("could not answer", trace=trace, asked=asked(interaction), exc_info=cause)
        said = f"{words(cause)}\n-# Reference `{trace}`"
    try:
        await tell(interaction, said)
    except (discord.HTTPException, *CUT) as silence:
        _log.warning("could not even say so", trace=trace, reason=str(silence))


def outcome_of(error: Exception | None) -> str:
    """Return what came of an answer, in one word for whoever counts them."""
    if error is None:
        return "answered"
    return "refused" if isinstance(_cause(error), NotYourTurn) else "failed"


def _cause(error: Exception) -> Exception:
    return error.original if isinstance(error, app_commands.CommandInvokeError) else error


def words(error: BaseException) -> str:
    """Return what happened and what to do next."""
    if isinstance(error, app_commands.CommandNotFound | app_commands.CommandSignatureMismatch):
        return "This command has changed. Restart your Discord, then try again."
    if isinstance(error, discord.Forbidden):
        return (
            "Discord did not let me do that. Give me View Channel, Send Messages and Attach Files "
            "here, then try again."
        )
    if isinstance(error, discord.HTTPException):
        return "Discord did not take the answer. Try again in a minute."
    if isinstance(error, NotDrawn):
        return (
            "The picture took too long to draw. Try again; if it stays, tell whoever runs the bot."
        )
    return fault_words(error) or _UNEXPECTED


def asked(interaction: discord.Interaction[discord.Client]) -> str:
    """Return what was asked: the command's name or the pressed control's id."""
    if interaction.command is not None:
        return interaction.command.qualified_name
    return str(dict(interaction.data or {}).get("custom_id", "?"))


async def guarded(work: Awaitable[object], name: str) -> bool:
    """Do work that nobody waits for; return whether it went well, which the log explains."""
    with traced():
        error = await failure_of(work)
        if error is not None:
            _log.error("background work failed", work=name, exc_info=error)
        return error is None


async def failure_of(work: Awaitable[object]) -> Exception | None:
    """Do work whose errors nobody else would see, and return what went wrong, if anything did."""
    try:
        await work
    except Exception as error:  # noqa: BLE001 - discord.py would only log it
        return error
    return None

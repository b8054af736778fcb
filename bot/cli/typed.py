"""What every command shares: the app they belong to, their common options, how they end."""
# ruff: noqa: PLC0415 - what only one command needs is imported when it runs

import asyncio
import gc
import os
import sys
from collections.abc import Callable, Coroutine
from datetime import UTC, datetime, timedelta
from io import TextIOWrapper
from pathlib import Path
from typing import Annotated, Any

import typer

from bot.clan.spans import Period
from bot.cli.context import CliContext, ListFormat
from bot.cli.exit_codes import ended_in_words

app = typer.Typer(
    add_completion=False,
    no_args_is_help=True,
    pretty_exceptions_enable=False,
    context_settings={"help_option_names": ["-h", "--help"]},
    help="ClanStats reads Wise Old Man and Discord together for Old School RuneScape clans.",
    epilog="Settings come from the environment and from .env in this folder; see .env.example.",
)


def period_of(text: str) -> Period:
    """Return the period of so many days."""
    try:
        return Period(int(text))
    except ValueError as error:
        days = ", ".join(str(period.value) for period in Period)
        raise typer.BadParameter(f"{text!r} is none of {days}") from error


def instant_of(text: str) -> datetime:
    """Return the instant that was typed; in UTC where no zone is named."""
    try:
        instant = datetime.fromisoformat(text)
    except ValueError as error:
        raise typer.BadParameter(f"{text!r} is no instant like 2026-11-20T12:00Z") from error
    return instant if instant.tzinfo else instant.replace(tzinfo=UTC)


def length_of(text: str) -> timedelta:
    """Return the length of time that was typed."""
    from bot.spelling import duration

    try:
        return duration(text)
    except ValueError as error:
        raise typer.BadParameter(f"{text!r} is no length of time like 10m or 24h") from error


Verbose = Annotated[
    bool, typer.Option("--verbose", "-v", help="Show the log, and errors with their traceback.")
]
OneClan = Annotated[
    str | None, typer.Option(help="One clan, by its name or the id of its Discord server.")
]
AsOf = Annotated[
    datetime | None,
    typer.Option(
        parser=instant_of, metavar="INSTANT", help="As of another instant, like 2026-11-20T12:00Z."
    ),
]
Form = Annotated[
    ListFormat | None, typer.Option("--format", help="As the file's name ends, else a table.")
]
Out = Annotated[Path | None, typer.Option(help="The file to write; else the list is shown here.")]


def main() -> None:
    """Run the command that was typed.

    Most of them end soon and leave no garbage: what they import is not looked through, neither
    meanwhile nor on the way out.
    """
    gc.disable()
    if isinstance(sys.stdout, TextIOWrapper):
        # Names hold anything, and what is piped on Windows is written in an old encoding.
        sys.stdout.reconfigure(errors="replace")
    try:
        app(obj=CliContext(os.environ, Path(".env")))
    finally:
        gc.freeze()


def do(
    action: Callable[[], Coroutine[Any, Any, int]], *, verbose: bool, interrupted: int = 130
) -> None:
    """Do what was typed and end with its code, or with words and a code when it cannot be done."""
    with ended_in_words(verbose=verbose, interrupted=interrupted):
        code = asyncio.run(action())
    if code:
        raise typer.Exit(code)

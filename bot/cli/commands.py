"""What can be typed: every command with its options, on one screen.

Each command imports what it does only when it runs: asking for help costs nothing, and only `run`,
`demo` and `doctor` ever meet Discord.
"""
# ruff: noqa: PLC0415 - see above

import asyncio
import gc
import os
import sys
from collections.abc import Callable, Coroutine
from datetime import UTC, datetime, timedelta
from importlib.util import find_spec
from io import TextIOWrapper
from pathlib import Path
from typing import Annotated, Any

import typer

from bot.clan.spans import Period
from bot.cli.context import CannotDo, CliContext, ListFormat
from bot.cli.exit_codes import ended_in_words

app = typer.Typer(
    add_completion=False,
    no_args_is_help=True,
    pretty_exceptions_enable=False,
    context_settings={"help_option_names": ["-h", "--help"]},
    help="ClanStats reads Wise Old Man and Discord together for Old School RuneScape clans.",
    epilog="Settings come from the environment and from .env in this folder; see .env.example.",
)


def _period(text: str) -> Period:
    try:
        return Period(int(text))
    except ValueError as error:
        days = ", ".join(str(period.value) for period in Period)
        raise typer.BadParameter(f"{text!r} is none of {days}") from error


def _instant(text: str) -> datetime:
    try:
        instant = datetime.fromisoformat(text)
    except ValueError as error:
        raise typer.BadParameter(f"{text!r} is no instant like 2026-11-20T12:00Z") from error
    return instant if instant.tzinfo else instant.replace(tzinfo=UTC)


def _length(text: str) -> timedelta:
    from bot.settings import duration

    try:
        return duration(text)
    except ValueError as error:
        raise typer.BadParameter(f"{text!r} is no length of time like 10m or 24h") from error


_Verbose = Annotated[
    bool, typer.Option("--verbose", "-v", help="Show the log, and errors with their traceback.")
]
_Clan = Annotated[
    str | None, typer.Option(help="One clan, by its name or the id of its Discord server.")
]
_Now = Annotated[
    datetime | None,
    typer.Option(
        parser=_instant, metavar="INSTANT", help="As of another instant, like 2026-11-20T12:00Z."
    ),
]
_Form = Annotated[
    ListFormat | None, typer.Option("--format", help="As the file's name ends, else a table.")
]
_Out = Annotated[Path | None, typer.Option(help="The file to write; else the list is shown here.")]


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


@app.command()
def run(context: typer.Context, *, verbose: _Verbose = False) -> None:
    """Be on Discord until Ctrl-C: listen, poll Wise Old Man, answer commands, keep backups."""
    from bot.reports.worker import Worker

    # Started first: it imports what drawing needs while we import everything else.
    worker = Worker()
    worker.start()
    try:
        from bot.cli.running import run as action
        from bot.cli.running import until_told

        _do(
            lambda: until_told(action(context.obj, worker, verbose=verbose)),
            verbose=verbose,
            interrupted=0,
        )
    finally:
        worker.close()


@app.command()
def demo(  # noqa: PLR0913 - each is an option of the demo
    *,
    members: Annotated[int, typer.Option(min=20, max=500, help="How many are in the clan.")] = 150,
    days: Annotated[int, typer.Option(min=30, max=730, help="How much history it has.")] = 240,
    seed: Annotated[int, typer.Option(help="The same seed makes the same clan.")] = 1,
    port: Annotated[
        int | None, typer.Option(min=1, max=65535, help="Where the page is served; else any.")
    ] = None,
    check: Annotated[
        bool, typer.Option("--check", help="Try every command without a page; say what failed.")
    ] = False,
    files: Annotated[
        Path | None, typer.Option(help="With --check: a folder to keep what the bot sent.")
    ] = None,
    keep: Annotated[
        Path | None,
        typer.Option(
            help="Only leave the clan's data in this new folder, to try the other commands on."
        ),
    ] = None,
    verbose: _Verbose = False,
) -> None:
    """Try the real bot on a made-up clan and a simulated Discord; no token, no network."""

    def action() -> Coroutine[Any, Any, int]:
        _must_have_demo()
        from bot.cli import showing
        from bot.demo.stage import StageSize

        gc.enable()

        part = StageSize(members, days, seed)
        if keep is not None and (check or files or port):
            raise CannotDo("--keep only makes the data", "leave out --check, --files and --port")
        if keep is not None:
            return showing.keep(part, keep, verbose=verbose)
        if check:
            return showing.check(part, files, verbose=verbose)
        return showing.show(part, port, verbose=verbose)

    _do(action, verbose=verbose)


@app.command()
def poll(
    context: typer.Context,
    *,
    clan: _Clan = None,
    believe: Annotated[
        bool,
        typer.Option("--believe", help="Take the roster as it is, however many are missing."),
    ] = False,
    verbose: _Verbose = False,
) -> None:
    """Ask Wise Old Man now what is new, for every clan or for one."""
    from bot.cli.polling import poll as action

    _do(lambda: action(context.obj, clan, believe=believe, verbose=verbose), verbose=verbose)


@app.command(epilog="Example, once an hour in cron: clanstats harvest")
def harvest(context: typer.Context, *, clan: _Clan = None, verbose: _Verbose = False) -> None:
    """Poll Wise Old Man and read what was written on Discord since the last time, then end.

    For who does not let the bot run. Voice, reactions and commands are not seen. Ends with 0 when
    everything was read, with 1 when something was not; the rest is done all the same.
    """
    from bot.cli.harvesting import harvest as action

    _do(lambda: action(context.obj, clan, verbose=verbose), verbose=verbose)


@app.command(epilog="Example, once a day in cron: clanstats cycle --out reports")
def cycle(
    context: typer.Context,
    *,
    out: Annotated[
        Path | None, typer.Option(help="The folder for the reports; else REPORT_DIR.")
    ] = None,
    again: Annotated[
        bool, typer.Option("--again", help="Also what a killed cycle did today already.")
    ] = False,
    verbose: _Verbose = False,
) -> None:
    """Back up, harvest and write the week's reports, one line for each step.

    A step that fails stops no other. Ends with 0 when all went well, with 1 when a step failed. A
    cycle that was killed goes on where it stood on the same day.
    """
    from bot.cli.cycling import cycle as action

    _do(lambda: action(context.obj, out, again=again, verbose=verbose), verbose=verbose)


@app.command()
def report(  # noqa: PLR0913 - each is an option of the report
    context: typer.Context,
    *,
    out: Annotated[Path, typer.Option(help="The folder for report.png and clan_report.xlsx.")],
    period: Annotated[
        Period, typer.Option(parser=_period, metavar="DAYS", help="1, 7, 30, 90 or 365.")
    ] = Period.WEEK,
    clan: _Clan = None,
    leadership: Annotated[
        bool,
        typer.Option(
            "--leadership", help="Also who may rise and who is inactive; keep it private."
        ),
    ] = False,
    now: _Now = None,
    verbose: _Verbose = False,
) -> None:
    """Write the clan's report as a chart and a workbook, and show its numbers here."""
    from bot.cli.reporting import Wanted
    from bot.cli.reporting import report as action

    wanted = Wanted(out, period, clan, now, leadership=leadership)
    _do(lambda: action(context.obj, wanted, verbose=verbose), verbose=verbose)


@app.command()
def promotions(  # noqa: PLR0913 - each is an option of the list
    context: typer.Context,
    *,
    clan: _Clan = None,
    form: _Form = None,
    out: _Out = None,
    now: _Now = None,
    verbose: _Verbose = False,
) -> None:
    """List who may rise to the next rank and why, and who is just under."""
    from bot.cli.listing import ListRequest
    from bot.cli.listing import promotions as action

    asked = ListRequest(clan, form, out, now, verbose)
    _do(lambda: action(context.obj, asked), verbose=verbose)


@app.command()
def inactive(  # noqa: PLR0913 - each is an option of the list
    context: typer.Context,
    *,
    days: Annotated[
        int | None, typer.Option(min=1, max=365, help="One limit for all, not each rank's own.")
    ] = None,
    clan: _Clan = None,
    form: _Form = None,
    out: _Out = None,
    now: _Now = None,
    verbose: _Verbose = False,
) -> None:
    """List who is silent in game and chat, who may be, and who is left in peace."""
    from bot.cli.listing import ListRequest
    from bot.cli.listing import inactive as action

    asked = ListRequest(clan, form, out, now, verbose)
    _do(lambda: action(context.obj, asked, days), verbose=verbose)


@app.command()
def migrate(context: typer.Context, *, verbose: _Verbose = False) -> None:
    """Bring the database up to the schema of this version, after a verified backup."""
    from bot.cli.backups import migrate as action

    _do(lambda: action(context.obj, verbose=verbose), verbose=verbose)


@app.command(epilog="Example: clanstats backup")
def backup(context: typer.Context, *, verbose: _Verbose = False) -> None:
    """Copy the database into the backups folder beside it and check the copy; the bot may run.

    Ends with 0 when the copy is good, else with 1 and why: locked for 30 seconds, cannot be opened,
    disk full, damaged. Of the copies the last of 7 days, 4 weeks and 6 months are kept.
    """
    from bot.cli.backups import backup as action

    _do(lambda: action(context.obj), verbose=verbose)


@app.command(epilog="Example: clanstats restore data/backups/clan_data-20261120T040000Z.db")
def restore(
    context: typer.Context,
    file: Annotated[
        Path | None,
        typer.Argument(exists=True, dir_okay=False, help="The backup to put in place."),
    ] = None,
    *,
    latest: Annotated[bool, typer.Option("--latest", help="The newest backup there is.")] = False,
    dry_run: Annotated[
        bool, typer.Option("--dry-run", help="Only check it and say what it holds.")
    ] = False,
    verbose: _Verbose = False,
) -> None:
    """Put a backup in the place of the database; stop the bot first.

    The backup is checked before anything is changed, and what it replaces is kept beside it as
    clan_data.replaced-....db. Ends with 0 when that is done, else with 1 and why, and then all is
    as it was.
    """
    from bot.cli.backups import restore as action

    _do(lambda: action(context.obj, file, latest=latest, dry_run=dry_run), verbose=verbose)


@app.command(epilog="Example: clanstats check --repair")
def check(
    context: typer.Context,
    *,
    repair: Annotated[
        bool,
        typer.Option(
            "--repair", help="Mend what can be mended, after a backup; stop the bot first."
        ),
    ] = False,
    verbose: _Verbose = False,
) -> None:
    """Look whether the database is whole and agrees with itself; the bot may run meanwhile.

    One line for each thing: what is so, and what to do about it. Ends with 0 when nothing is wrong,
    with 1 when something is, or still is after mending.
    """
    from bot.cli.checking import check as action

    _do(lambda: action(context.obj, repairs=repair, verbose=verbose), verbose=verbose)


_DryRun = Annotated[
    bool, typer.Option("--dry-run", help="Only say what would be taken, on a copy.")
]


@app.command(
    name="import-legacy", epilog="Example: clanstats import-legacy old/clan_data.db --dry-run"
)
def import_legacy(  # noqa: PLR0913 - each is an option of the import
    context: typer.Context,
    file: Annotated[
        Path,
        typer.Argument(exists=True, dir_okay=False, help="The database of the bot before."),
    ],
    *,
    zone: Annotated[
        str | None,
        typer.Option(help="Of times without one, like Europe/London; else UTC."),
    ] = None,
    clan: _Clan = None,
    dry_run: _DryRun = False,
    verbose: _Verbose = False,
) -> None:
    """Bring members, names, snapshots and message counts over from the old bot's database.

    Takes what is new and nothing twice, after a checked backup; the bot may run. Stopped in the
    middle, type it again and it goes on. Ends with 0 when all is taken, else with 1 and why.
    """
    from bot.cli.importing import ImportAsked
    from bot.cli.importing import import_legacy as action

    asked = ImportAsked(clan, dry_run, verbose)
    _do(lambda: action(context.obj, file, zone, asked), verbose=verbose)


@app.command(name="import-exports", epilog="Example: clanstats import-exports exports --dry-run")
def import_exports(
    context: typer.Context,
    folder: Annotated[
        Path, typer.Argument(exists=True, help="With .json or .csv of DiscordChatExporter.")
    ],
    *,
    clan: _Clan = None,
    dry_run: _DryRun = False,
    verbose: _Verbose = False,
) -> None:
    """Bring message counts over from channels that DiscordChatExporter exported.

    Takes what is new and nothing twice, after a checked backup; the bot may run. Ends with 0 when
    all is taken, else with 1 and why.
    """
    from bot.cli.importing import ImportAsked
    from bot.cli.importing import import_exports as action

    asked = ImportAsked(clan, dry_run, verbose)
    _do(lambda: action(context.obj, folder, asked), verbose=verbose)


@app.command(epilog="Example: clanstats archive --dry-run")
def archive(
    context: typer.Context,
    *,
    dry_run: Annotated[
        bool, typer.Option("--dry-run", help="Only say how much would move.")
    ] = False,
    compact: Annotated[
        bool,
        typer.Option("--compact", help="Give free room back to the disk; stop the bot first."),
    ] = False,
    without: Annotated[
        bool,
        typer.Option(
            "--without", help="Go on without an archive that is lost; stop the bot first."
        ),
    ] = False,
    verbose: _Verbose = False,
) -> None:
    """Move what is older than ARCHIVE_AFTER_DAYS to clan_data_archive.db; the bot may run.

    The bot does it by itself every night. No answer changes by it.
    """
    from bot.cli import archiving

    def action() -> Coroutine[Any, Any, int]:
        if dry_run + compact + without > 1:
            raise CannotDo("These options are for one at a time", "name one of them")
        if compact:
            return archiving.compact_database(context.obj)
        if without:
            return archiving.without(context.obj)
        return archiving.archive(context.obj, dry_run=dry_run)

    _do(action, verbose=verbose)


@app.command(name="forget-clan", epilog="Example: clanstats forget-clan 'Amber Lanterns'")
def forget_clan(
    context: typer.Context,
    clan: Annotated[str, typer.Argument(help="Its name, or the id of its Discord server.")],
    *,
    yes: Annotated[bool, typer.Option("--yes", help="Do not ask.")] = False,
    verbose: _Verbose = False,
) -> None:
    """Delete everything that is kept of a clan; players and what they did in the game stay."""
    from bot.cli.forgetting import forget_clan as action

    _do(lambda: action(context.obj, clan, is_sure=yes), verbose=verbose)


@app.command()
def doctor(context: typer.Context, *, verbose: _Verbose = False) -> None:
    """Look for what is wrong with settings, database, Wise Old Man and Discord; say the remedy."""
    from bot.cli.doctor import doctor as action

    _do(lambda: action(context.obj, verbose=verbose), verbose=verbose)


@app.command(epilog="Example, for cron: clanstats watchdog --once")
def watchdog(
    context: typer.Context,
    *,
    once: Annotated[
        bool, typer.Option("--once", help="Look once and end; for cron, a timer or a script.")
    ] = False,
    quiet: Annotated[
        bool, typer.Option("--quiet", help="With --once: only look, post and remember nothing.")
    ] = False,
    after: Annotated[
        timedelta | None,
        typer.Option(
            parser=_length, metavar="TIME", help="How long silence may last, like 10m or 24h."
        ),
    ] = None,
    verbose: _Verbose = False,
) -> None:
    """Watch the bot from a process of its own, and post to WATCHDOG_WEBHOOK when it is silent.

    With --once it ends with 0 when all is well, and with 1 when something is wrong or could not be
    told. Without it looks every five minutes until Ctrl-C.
    """
    from bot.cli.watching import WatchRequest
    from bot.cli.watching import watchdog as action

    asked = WatchRequest(after, once=once, is_quiet=quiet)
    _do(
        lambda: action(context.obj, asked, verbose=verbose),
        verbose=verbose,
        interrupted=130 if once else 0,
    )


def _must_have_demo() -> None:
    """CannotDo when the demo's extra is not installed."""
    if find_spec("simcord") is None:
        remedy = 'type python -m pip install ".[demo]" in the folder that has README.md'
        raise CannotDo("The demo is not installed", remedy)


def _do(
    action: Callable[[], Coroutine[Any, Any, int]], *, verbose: bool, interrupted: int = 130
) -> None:
    """Do what was typed and end with its code, or with words and a code when it cannot be done."""
    with ended_in_words(verbose=verbose, interrupted=interrupted):
        code = asyncio.run(action())
    if code:
        raise typer.Exit(code)

"""What can be typed: every command with its options, on one screen.

Each command imports what it does only when it runs: asking for help costs nothing, and only `run`,
`demo` and `doctor` ever meet Discord.
"""
# ruff: noqa: PLC0415 - see above

import gc
from collections.abc import Coroutine
from datetime import timedelta
from importlib.util import find_spec
from pathlib import Path
from typing import Annotated, Any

import typer

from bot.clan.spans import Period
from bot.cli.context import CannotDo
from bot.cli.typed import (
    AsOf,
    Form,
    OneClan,
    Out,
    Verbose,
    app,
    do,
    length_of,
    period_of,
)
from bot.reports.documents import ExportFormat


@app.command(epilog="Example: clanstats run")
def run(context: typer.Context, *, verbose: Verbose = False) -> None:
    """Be on Discord until Ctrl-C: listen, poll Wise Old Man, answer commands, keep backups."""
    from bot.cli.running import run as action
    from bot.cli.running import until_told
    from bot.reports.worker import Worker

    worker = Worker()
    try:
        do(
            lambda: until_told(action(context.obj, worker, verbose=verbose)),
            verbose=verbose,
            interrupted=0,
        )
    finally:
        worker.close()


@app.command(epilog="Example, a small clan: clanstats demo --members 40 --days 60")
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
    verbose: Verbose = False,
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

    do(action, verbose=verbose)


@app.command(epilog="Example: clanstats poll --clan 'Amber Lanterns'")
def poll(
    context: typer.Context,
    *,
    clan: OneClan = None,
    believe: Annotated[
        bool,
        typer.Option("--believe", help="Take the roster as it is, however many are missing."),
    ] = False,
    verbose: Verbose = False,
) -> None:
    """Ask Wise Old Man now what is new, for every clan or for one."""
    from bot.cli.polling import poll as action

    do(lambda: action(context.obj, clan, believe=believe, verbose=verbose), verbose=verbose)


@app.command(epilog="Example, once an hour in cron: clanstats harvest")
def harvest(context: typer.Context, *, clan: OneClan = None, verbose: Verbose = False) -> None:
    """Poll Wise Old Man and read what was written on Discord since the last time, then end.

    For who does not let the bot run. Voice, reactions and commands are not seen. Ends with 0 when
    everything was read, with 1 when something was not; the rest is done all the same.
    """
    from bot.cli.harvesting import harvest as action

    do(lambda: action(context.obj, clan, verbose=verbose), verbose=verbose)


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
    verbose: Verbose = False,
) -> None:
    """Back up, harvest, write the week's reports and the dashboard, one line for each step.

    A step that fails stops no other. Ends with 0 when all went well, with 1 when a step failed. A
    cycle that was killed goes on where it stood on the same day.
    """
    from bot.cli.cycling import cycle as action

    do(lambda: action(context.obj, out, again=again, verbose=verbose), verbose=verbose)


@app.command(epilog="Example: clanstats report --period 30 --out reports")
def report(  # noqa: PLR0913 - each is an option of the report
    context: typer.Context,
    *,
    out: Annotated[Path, typer.Option(help="The folder for report.png and clan_report.xlsx.")],
    period: Annotated[
        Period, typer.Option(parser=period_of, metavar="DAYS", help="1, 7, 30, 90 or 365.")
    ] = Period.WEEK,
    clan: OneClan = None,
    leadership: Annotated[
        bool,
        typer.Option(
            "--leadership", help="Also who may rise and who is inactive; keep it private."
        ),
    ] = False,
    now: AsOf = None,
    verbose: Verbose = False,
) -> None:
    """Write the clan's report as a chart and a workbook, and show its numbers here."""
    from bot.cli.reporting import Wanted
    from bot.cli.reporting import report as action

    wanted = Wanted(out, period, clan, now, leadership=leadership)
    do(lambda: action(context.obj, wanted, verbose=verbose), verbose=verbose)


@app.command(epilog="Example: clanstats export --format csv --period 30 --out export")
def export(  # noqa: PLR0913 - each is an option of the export
    context: typer.Context,
    *,
    out: Annotated[Path, typer.Option(help="The folder for the file.")],
    form: Annotated[
        ExportFormat, typer.Option("--format", help="csv is a zip with a file for each table.")
    ] = ExportFormat.JSON,
    period: Annotated[
        Period, typer.Option(parser=period_of, metavar="DAYS", help="1, 7, 30, 90 or 365.")
    ] = Period.WEEK,
    clan: OneClan = None,
    now: AsOf = None,
    verbose: Verbose = False,
) -> None:
    """Write roster, gains, messages, bosses and activity as a file for other programs."""
    from bot.cli.exporting import ExportWanted
    from bot.cli.exporting import export as action

    wanted = ExportWanted(out, form, period, clan, now)
    do(lambda: action(context.obj, wanted, verbose=verbose), verbose=verbose)


@app.command(epilog="Example, a file to send: clanstats dashboard --single --out shared")
def dashboard(  # noqa: PLR0913 - each is an option of the dashboard
    context: typer.Context,
    *,
    out: Annotated[
        Path | None, typer.Option(help="The folder to write into; else DASHBOARD_DIR or DATA_DIR.")
    ] = None,
    single: Annotated[
        bool, typer.Option("--single", help="One file, clan_dashboard.html, instead of a folder.")
    ] = False,
    inactive: Annotated[
        bool, typer.Option("--inactive", help="Also who is surely inactive; keep it private.")
    ] = False,
    officers: Annotated[
        bool,
        typer.Option("--officers", help="Also who may rise, Discord names, all channels; private."),
    ] = False,
    pictures: Annotated[
        Path | None, typer.Option(help="A folder of pictures named like bosses: zulrah.png.")
    ] = None,
    clan: OneClan = None,
    now: AsOf = None,
    verbose: Verbose = False,
) -> None:
    """Write the clan's dashboard: pages that open from disk in any browser, without a network."""
    from bot.cli.dashboards import DashboardRequest
    from bot.cli.dashboards import dashboard as action
    from bot.reports.dashboard.facts import DashboardOptions

    options = DashboardOptions(inactive=inactive, officers=officers, pictures=pictures)
    wanted = DashboardRequest(out, clan, now, single, options)
    do(lambda: action(context.obj, wanted, verbose=verbose), verbose=verbose)


@app.command(epilog="Example, for a spreadsheet: clanstats promotions --out promotions.csv")
def promotions(  # noqa: PLR0913 - each is an option of the list
    context: typer.Context,
    *,
    clan: OneClan = None,
    form: Form = None,
    out: Out = None,
    now: AsOf = None,
    verbose: Verbose = False,
) -> None:
    """List who may rise to the next rank and why, and who is just under."""
    from bot.cli.listing import ListRequest
    from bot.cli.listing import promotions as action

    asked = ListRequest(clan, form, out, now, verbose)
    do(lambda: action(context.obj, asked), verbose=verbose)


@app.command(epilog="Example: clanstats inactive --days 60")
def inactive(  # noqa: PLR0913 - each is an option of the list
    context: typer.Context,
    *,
    days: Annotated[
        int | None, typer.Option(min=1, max=365, help="One limit for all, not each rank's own.")
    ] = None,
    clan: OneClan = None,
    form: Form = None,
    out: Out = None,
    now: AsOf = None,
    verbose: Verbose = False,
) -> None:
    """List who is silent in game and chat, who may be, and who is left in peace."""
    from bot.cli.listing import ListRequest
    from bot.cli.listing import inactive as action

    asked = ListRequest(clan, form, out, now, verbose)
    do(lambda: action(context.obj, asked, days), verbose=verbose)


@app.command(epilog="Example: clanstats doctor")
def doctor(context: typer.Context, *, verbose: Verbose = False) -> None:
    """Look for what is wrong with settings, database, Wise Old Man and Discord; say the remedy."""
    from bot.cli.doctor import doctor as action

    do(lambda: action(context.obj, verbose=verbose), verbose=verbose)


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
            parser=length_of, metavar="TIME", help="How long silence may last, like 10m or 24h."
        ),
    ] = None,
    verbose: Verbose = False,
) -> None:
    """Watch the bot from a process of its own, and post to WATCHDOG_WEBHOOK when it is silent.

    With --once it ends with 0 when all is well, and with 1 when something is wrong or could not be
    told. Without it looks every five minutes until Ctrl-C.
    """
    from bot.cli.watching import WatchRequest
    from bot.cli.watching import watchdog as action

    asked = WatchRequest(after, once=once, is_quiet=quiet)
    do(
        lambda: action(context.obj, asked, verbose=verbose),
        verbose=verbose,
        interrupted=130 if once else 0,
    )


def _must_have_demo() -> None:
    """CannotDo when the demo's extra is not installed."""
    if find_spec("simcord") is None:
        remedy = 'type python -m pip install ".[demo]" in the folder that has README.md'
        raise CannotDo("The demo is not installed", remedy)

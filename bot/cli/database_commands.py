"""What can be typed about the data itself: copies, checks, imports, the archive, forgetting."""
# ruff: noqa: PLC0415 - see bot/cli/commands

from collections.abc import Coroutine
from pathlib import Path
from typing import Annotated, Any

import typer

from bot.cli.context import CannotDo
from bot.cli.typed import (
    OneClan,
    Verbose,
    app,
    do,
)


@app.command(epilog="Example: clanstats migrate")
def migrate(context: typer.Context, *, verbose: Verbose = False) -> None:
    """Bring the database up to the schema of this version, after a verified backup."""
    from bot.cli.backups import migrate as action

    do(lambda: action(context.obj, verbose=verbose), verbose=verbose)


@app.command(epilog="Example: clanstats backup")
def backup(context: typer.Context, *, verbose: Verbose = False) -> None:
    """Copy the database into the backups folder beside it and check the copy; the bot may run.

    Ends with 0 when the copy is good, else with 1 and why: locked for 30 seconds, cannot be opened,
    disk full, damaged. Of the copies the last of 7 days, 4 weeks and 6 months are kept.
    """
    from bot.cli.backups import backup as action

    do(lambda: action(context.obj), verbose=verbose)


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
    verbose: Verbose = False,
) -> None:
    """Put a backup in the place of the database; stop the bot first.

    The backup is checked before anything is changed, and what it replaces is kept beside it as
    clan_data.replaced-....db. Ends with 0 when that is done, else with 1 and why, and then all is
    as it was.
    """
    from bot.cli.backups import restore as action

    do(lambda: action(context.obj, file, latest=latest, dry_run=dry_run), verbose=verbose)


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
    verbose: Verbose = False,
) -> None:
    """Look whether the database is whole and agrees with itself; the bot may run meanwhile.

    One line for each thing: what is so, and what to do about it. Ends with 0 when nothing is wrong,
    with 1 when something is, or still is after mending.
    """
    from bot.cli.checking import check as action

    do(lambda: action(context.obj, repairs=repair, verbose=verbose), verbose=verbose)


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
    clan: OneClan = None,
    dry_run: _DryRun = False,
    verbose: Verbose = False,
) -> None:
    """Bring members, names, snapshots and message counts over from the old bot's database.

    Takes what is new and nothing twice, after a checked backup; the bot may run. Stopped in the
    middle, type it again and it goes on. Ends with 0 when all is taken, else with 1 and why.
    """
    from bot.cli.importing import ImportAsked
    from bot.cli.importing import import_legacy as action

    asked = ImportAsked(clan, dry_run, verbose)
    do(lambda: action(context.obj, file, zone, asked), verbose=verbose)


@app.command(name="import-exports", epilog="Example: clanstats import-exports exports --dry-run")
def import_exports(
    context: typer.Context,
    folder: Annotated[
        Path, typer.Argument(exists=True, help="With .json or .csv of DiscordChatExporter.")
    ],
    *,
    clan: OneClan = None,
    dry_run: _DryRun = False,
    verbose: Verbose = False,
) -> None:
    """Bring message counts over from channels that DiscordChatExporter exported.

    Takes what is new and nothing twice, after a checked backup; the bot may run. Ends with 0 when
    all is taken, else with 1 and why.
    """
    from bot.cli.importing import ImportAsked
    from bot.cli.importing import import_exports as action

    asked = ImportAsked(clan, dry_run, verbose)
    do(lambda: action(context.obj, folder, asked), verbose=verbose)


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
    verbose: Verbose = False,
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

    do(action, verbose=verbose)


@app.command(
    name="copy-to", epilog="Example: clanstats copy-to postgresql://user:password@host/name"
)
def copy_to(
    context: typer.Context,
    address: Annotated[str, typer.Argument(help="An empty database, written like DATABASE_URL.")],
    *,
    verbose: Verbose = False,
) -> None:
    """Copy the whole database, its archive too, into an empty one; stop the bot first.

    What came there is read again and compared. Ends with 0 when all is the same, else with 1 and
    why. Stopped in the middle, type it again: until it is done, no bot starts on the copy.
    """
    from bot.cli.copying import copy_database as action

    do(lambda: action(context.obj, address), verbose=verbose)


@app.command(name="forget-clan", epilog="Example: clanstats forget-clan 'Amber Lanterns'")
def forget_clan(
    context: typer.Context,
    clan: Annotated[str, typer.Argument(help="Its name, or the id of its Discord server.")],
    *,
    yes: Annotated[bool, typer.Option("--yes", help="Do not ask.")] = False,
    verbose: Verbose = False,
) -> None:
    """Delete everything that is kept of a clan; players and what they did in the game stay."""
    from bot.cli.forgetting import forget_clan as action

    do(lambda: action(context.obj, clan, is_sure=yes), verbose=verbose)

"""`clanstats check`: whether the database is whole and agrees with itself, one line for each thing.

Nothing is brought up to a newer version and nothing is changed, unless it is to be mended.
"""

from collections.abc import Iterator, Sequence
from contextlib import ExitStack, contextmanager

from rich.console import Console
from rich.progress import BarColumn, Progress, TextColumn, TimeElapsedColumn

from bot.clan.diagnosis import Finding, Severity
from bot.cli.context import CliContext, journal
from bot.cli.doctor import shown_finding
from bot.cli.terminal import margin, screen
from bot.services.ops import Integrity, Tells
from bot.wiring import now
from storage.engine import Database
from storage.owner import owning


async def check(context: CliContext, *, repairs: bool, verbose: bool) -> int:
    """Show what is found as it is found; 1 when something is wrong, or is after mending."""
    settings = context.settings()
    context.must_have_database(settings)
    console = screen()
    with journal(settings, verbose=verbose), ExitStack() as held:
        database = Database(settings.database_url, data_dir=settings.data_dir)
        if repairs and database.path is not None:
            held.enter_context(owning(database.path, "`clanstats check --repair`", now()))
        try:
            integrity = Integrity(database, now)
            with _progress(margin()) as tells:
                if repairs:
                    is_file = database.path is not None
                    return await _repaired(integrity, console, tells, is_file=is_file)
                found = []
                async for finding in integrity.check(tells):
                    shown_finding(console, finding)
                    found.append(finding)
        finally:
            await database.close()
    return _code(found)


async def _repaired(integrity: Integrity, console: Console, tells: Tells, *, is_file: bool) -> int:
    done = await integrity.repair(tells)
    for finding in done.findings:
        shown_finding(console, finding)
    if done.mended:
        console.print(f"Mended: {', '.join(done.mended)}.", soft_wrap=True)
        if done.backup is not None:
            console.print(f"As it was before: {done.backup}", soft_wrap=True)
        elif not is_file:
            console.print("No copy was made before: on a PostgreSQL server `pg_dump` makes them.")
    else:
        console.print("Nothing was changed.")
    return _code(done.findings)


def _code(findings: Sequence[Finding]) -> int:
    return 1 if any(each.severity is Severity.FAULT for each in findings) else 0


@contextmanager
def _progress(beside: Console) -> Iterator[Tells]:
    """Yield whom to tell how far it is; a bar beside the results, on a terminal alone."""
    columns = (TextColumn("{task.description}"), BarColumn(), TimeElapsedColumn())
    with Progress(*columns, console=beside, transient=True, disable=not beside.is_terminal) as bar:
        task = bar.add_task("checking")

        def tells(name: str, done: int, total: int) -> None:
            bar.update(task, description=f"checking {name}", completed=done, total=total)

        yield tells

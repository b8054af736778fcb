"""`clanstats migrate`: the database brought up to this version, and nothing else."""

from bot.cli.context import CliContext, journal
from bot.cli.terminal import screen


async def migrate(context: CliContext, *, verbose: bool) -> int:
    """Bring the schema up, and say from where to where and which backup was taken."""
    settings = context.settings()
    with journal(settings, verbose=verbose):
        async with context.open_services(settings) as services:
            done = services.migrated
    console = screen()
    if not done.changed:
        console.print(f"The database is at {done.after}, the newest: nothing to do.")
    else:
        console.print(f"The database was brought from {done.before or 'nothing'} to {done.after}.")
        backup = done.backup or "none was needed, it was empty"
        console.print(f"Backup taken before: {backup}", soft_wrap=True)
    return 0

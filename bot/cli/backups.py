"""`clanstats backup`, `restore` and `migrate`: the database copied, put back, brought up."""

from pathlib import Path

from bot.cli.context import CannotDo, CliContext, founded, journal
from bot.cli.terminal import screen
from bot.settings import Settings
from bot.wiring import now
from storage.backup import back_up
from storage.engine import file_of
from storage.errors import WAIT_SECONDS, DatabaseDamaged, DatabaseUnopenable
from storage.forgotten import file_beside
from storage.migrate import NEWEST
from storage.restore import restore as put_back

_FORGOTTEN = (
    "People who were forgotten since that backup was made are forgotten again by the next start, "
    "which knows them by {file}. Opt-outs made since have to be repeated."
)
_UNKNOWN = (
    "There is no {file}, so nobody knows who was forgotten since that backup was made: if people "
    "were, ask them to run /privacy forget again, and opt-outs made since to be repeated."
)


async def backup(context: CliContext, wait: float = WAIT_SECONDS) -> int:
    """Copy the database into the backups folder, verified, and say where to."""
    path = _file(context.settings())
    copy = await back_up(path, path.parent / "backups", now(), wait=wait)
    screen().print(f"{path.name} was copied and the copy checked: {copy}", soft_wrap=True)
    return 0


async def restore(context: CliContext, file: Path) -> int:
    """Put a backup in the place of the database; say what is kept and what comes back."""
    target = _file(context.settings(), unless=file)
    try:
        done = await put_back(file, target, now())
    except (DatabaseDamaged, DatabaseUnopenable) as error:
        if error.path != file:
            raise
        raise CannotDo(str(error), "nothing was changed; name another backup") from error
    console = screen()
    console.print(f"{target} is now what {file.name} was.", soft_wrap=True)
    if done.kept is not None:
        console.print(f"What it replaced is kept: {done.kept}", soft_wrap=True)
    if done.revision != NEWEST:
        console.print(f"It is at {done.revision}; the next start brings it up to {NEWEST}.")
    file = file_beside(target)
    told = _FORGOTTEN if file.exists() else _UNKNOWN
    console.print(told.format(file=file.name), soft_wrap=True)
    return 0


async def migrate(context: CliContext, *, verbose: bool) -> int:
    """Bring the schema up, and say from where to where and which backup was taken."""
    settings = context.settings()
    with journal(settings, verbose=verbose):
        async with context.open_services(settings) as services:
            done, new = services.migrated, founded(settings, services)
    console = screen()
    if not done.changed:
        console.print(f"The database is at {done.after}, the newest: nothing to do.")
    else:
        if new:
            console.print(new, soft_wrap=True)
        console.print(f"The database was brought from {done.before or 'nothing'} to {done.after}.")
        backup = done.backup or "none was needed, it was empty"
        console.print(f"Backup taken before: {backup}", soft_wrap=True)
    return 0


def _file(settings: Settings, unless: Path | None = None) -> Path:
    """Return the file of the database; CannotDo when it is not one, or that very one."""
    path = file_of(settings.database_url)
    if path is None:
        raise CannotDo(
            "The database is no file", "use the tools of PostgreSQL: pg_dump, pg_restore"
        )
    if unless is not None and unless.resolve() == path.resolve():
        raise CannotDo(f"{unless} is the database itself", "name a file of the backups folder")
    return path

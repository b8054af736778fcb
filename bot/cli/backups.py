"""`clanstats backup`, `restore` and `migrate`: the database copied, put back, brought up."""

from pathlib import Path

from bot.clan.wording import plural
from bot.cli.context import CannotDo, CliContext, founded, journal
from bot.cli.terminal import screen
from bot.services.privacy import Privacy
from bot.settings import Settings
from bot.wiring import now
from storage.archive_copies import keep_copy
from storage.backup import back_up
from storage.engine import Database, file_of
from storage.errors import WAIT_SECONDS, DatabaseDamaged, DatabaseUnopenable
from storage.forgotten import file_beside
from storage.migrate import NEWEST
from storage.restore import restore as put_back

_AGAIN = (
    "Who was forgotten since that backup was made, as {file} says, is forgotten again: {people} "
    "with {messages}. Opt-outs made since have to be repeated."
)
_LATER = (
    "People who were forgotten since that backup was made are forgotten again by the next start, "
    "which knows them by {file}. Opt-outs made since have to be repeated."
)
_UNKNOWN = (
    "There is no {file}, so nobody knows who was forgotten since that backup was made: if people "
    "were, ask them to run /privacy forget again, and opt-outs made since to be repeated."
)


async def backup(context: CliContext, wait: float = WAIT_SECONDS) -> int:
    """Copy the database into the backups folder, verified, and say where to."""
    path = file_of_database(context.settings())
    copy = await back_up(path, path.parent / "backups", now(), wait=wait)
    screen().print(f"{path.name} was copied and the copy checked: {copy}", soft_wrap=True)
    if (archive := await keep_copy(path, copy.parent)) is not None:
        screen().print(f"Its archive was copied too: {archive}", soft_wrap=True)
    return 0


async def restore(context: CliContext, file: Path) -> int:
    """Put a backup in the place of the database; say what is kept and what comes back."""
    target = file_of_database(context.settings(), unless=file)
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
    console.print(await _forgotten_again(target, is_newest=done.revision == NEWEST), soft_wrap=True)
    return 0


async def _forgotten_again(target: Path, *, is_newest: bool) -> str:
    """Forget whom a restored backup brought back, if its tables are ours; return what is so."""
    file = file_beside(target)
    if not file.exists():
        return _UNKNOWN.format(file=file.name)
    if not is_newest:
        return _LATER.format(file=file.name)
    database = Database(target)
    try:
        again = await Privacy(database, now).forget_again()
    finally:
        await database.close()
    people = plural(again.people, "person", "people")
    return _AGAIN.format(file=file.name, people=people, messages=plural(again.messages, "message"))


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


def file_of_database(settings: Settings, unless: Path | None = None) -> Path:
    """Return the file of the database; CannotDo when it is not one, or that very one."""
    path = file_of(settings.database_url)
    if path is None:
        raise CannotDo(
            "The database is no file", "use the tools of PostgreSQL: pg_dump, pg_restore"
        )
    if unless is not None and unless.resolve() == path.resolve():
        raise CannotDo(f"{unless} is the database itself", "name a file of the backups folder")
    return path

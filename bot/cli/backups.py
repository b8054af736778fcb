"""`clanstats backup`, `restore` and `migrate`: the database copied, put back, brought up."""

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from bot.clan.wording import plural
from bot.cli.context import CannotDo, CliContext, founded, journal
from bot.cli.terminal import margin, screen
from bot.services.privacy import Privacy
from bot.settings import Settings
from bot.wiring import now
from storage.backup import BACKUPS, back_up, copies, keep_elsewhere, made_at
from storage.engine import Database, file_of
from storage.errors import WAIT_SECONDS, DatabaseDamaged, DatabaseUnopenable, StorageError
from storage.forgotten import file_beside
from storage.migrate import NEWEST
from storage.owner import owner_of
from storage.restore import Examined, Restored, examine
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
_LACKS = (
    "It cannot be used yet: it needs its archive, and no backup of that which fits was beside it. "
    "Put it back as {archive}, then restore again; if it is lost for good, `clanstats archive "
    "--without` goes on without it. Either way the next start forgets again who was forgotten."
)
_OLDER = (
    "Its own archive is not beside it. {archive} is taken, which was made {made} UTC: of what "
    "moved to the archive after that only the counts are left. If you have a newer archive, put "
    "it beside the backup and restore again."
)


async def backup(context: CliContext, wait: float = WAIT_SECONDS) -> int:
    """Copy the database into the backups folder, verified, and say where to."""
    settings = context.settings()
    copy = await copied(settings, wait)
    name = file_of_database(settings).name
    screen().print(f"{name} was copied and the copy checked: {copy}", soft_wrap=True)
    return 0


async def copied(settings: Settings, wait: float = WAIT_SECONDS) -> Path:
    """Return a verified copy of the database in the backups folder beside it.

    It is kept elsewhere too where the settings name a folder; a warning says when that failed.
    """
    path, elsewhere = file_of_database(settings), settings.backup_copy_dir
    try:
        copy = await back_up(path, path.parent / BACKUPS, now(), wait=wait)
    except StorageError as error:
        if error.copy is not None:
            margin().print(f"Without its archive it was copied: {error.copy}", soft_wrap=True)
            await _kept_elsewhere(error.copy, elsewhere)
        raise
    await _kept_elsewhere(copy, elsewhere)
    return copy


async def _kept_elsewhere(copy: Path, elsewhere: Path | None) -> None:
    if elsewhere is None:
        return
    try:
        there = await keep_elsewhere(copy, elsewhere, now())
        screen().print(f"It is kept elsewhere too: {there}", soft_wrap=True)
    except StorageError as error:
        # The backup is made, and that is what was asked for.
        words = f"It is not kept elsewhere: {error}; see BACKUP_COPY_DIR."
        margin().print(words, style="yellow", soft_wrap=True)


async def restore(
    context: CliContext, file: Path | None, *, latest: bool = False, dry_run: bool = False
) -> int:
    """Put a backup in the place of the database; say what is kept and what comes back.

    The latest is the newest of the backups folder and of where they are kept too. A dry run puts it
    into a temporary file, and says what it holds.
    """
    settings = context.settings()
    target = file_of_database(settings, unless=file)
    backup_file = _chosen(settings, target, file, latest=latest)
    with _another_one(backup_file):
        if dry_run:
            return _tell(backup_file, target, await examine(backup_file, target, now()))
        done = await put_back(backup_file, target, now())
    return await _say(done, backup_file, target)


def _chosen(settings: Settings, target: Path, file: Path | None, *, latest: bool) -> Path:
    """Return the backup that is meant."""
    if (file is not None) is latest:
        what = "A file and --latest are two things" if latest else "Nobody said which backup"
        raise CannotDo(what, "name a file of the backups folder, or type --latest instead")
    if file is not None:
        return file
    folders = (target.parent / BACKUPS, settings.backup_copy_dir)
    found = {age: copy for each in folders if each for age, copy in _copies(each, target).items()}
    if not found:
        where = " or ".join(str(each) for each in folders if each)
        raise CannotDo(f"There is no backup in {where}", "name the file")
    return found[max(found)]


def _copies(folder: Path, target: Path) -> dict[tuple[int, int, str], Path]:
    return copies(folder, target.stem) if folder.is_dir() else {}


@contextmanager
def _another_one(file: Path) -> Iterator[None]:
    """Say of a backup that is of no use that another one has to be named."""
    try:
        yield
    except (DatabaseDamaged, DatabaseUnopenable) as error:
        if error.path != file:
            raise
        raise CannotDo(str(error), "nothing was changed; name another backup") from error


def _tell(file: Path, target: Path, found: Examined) -> int:
    """Say what a restore would do; 1 when it would be refused at the moment."""
    console, size = screen(), file.stat().st_size / 1_000_000
    made = f"{made_at(file):%Y-%m-%d %H:%M} UTC"
    console.print(f"{file} is whole: {size:.1f} MB, made {made}.", soft_wrap=True)
    if found.written_at is not None:
        console.print(f"The bot last wrote in it at {found.written_at:%Y-%m-%d %H:%M} UTC.")
    held = (plural(found.clans, "clan"), plural(found.players, "player"))
    console.print(f"It holds {', '.join(held)} and {plural(found.messages, 'message')}.")
    for each in found.belonging:
        console.print(f"{each.name} belongs to it and is whole.", soft_wrap=True)
    if found.older_archive is not None:
        console.print(_older_archive(found.older_archive), soft_wrap=True)
    if found.revision != NEWEST:
        console.print(f"It is at {found.revision}; the next start brings it up to {NEWEST}.")
    owner = owner_of(target)
    if owner is not None:
        console.print(f"{target} is in use by {owner}: stop it before you restore.", soft_wrap=True)
    elif target.exists():
        console.print(f"What stands at {target} would be kept beside it.", soft_wrap=True)
    console.print("Nothing was changed.")
    return 0 if owner is None else 1


async def _say(done: Restored, file: Path, target: Path) -> int:
    console = screen()
    console.print(f"{target} is now what {file.name} was.", soft_wrap=True)
    if done.kept is not None:
        console.print(f"What it replaced is kept: {done.kept}", soft_wrap=True)
    if done.revision != NEWEST:
        console.print(f"It is at {done.revision}; the next start brings it up to {NEWEST}.")
    if done.lacks is not None:
        console.print(_LACKS.format(archive=done.lacks), soft_wrap=True)
        return 1
    if done.older_archive is not None:
        console.print(_older_archive(done.older_archive), soft_wrap=True)
    console.print(await _forgotten_again(target, is_newest=done.revision == NEWEST), soft_wrap=True)
    return 0


def _older_archive(archive: Path) -> str:
    return _OLDER.format(archive=archive.name, made=f"{made_at(archive):%Y-%m-%d %H:%M}")


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

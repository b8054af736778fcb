"""`clanstats archive`: what is old moves to the archive now, or it is said how much would."""

from pathlib import Path

from rich.progress import Progress

from bot.clan.wording import plural
from bot.cli.context import CannotDo, CliContext, journal
from bot.cli.terminal import margin, screen
from bot.services.ops import Archive
from bot.settings import Settings
from bot.wiring import now
from storage.archive_aside import go_without
from storage.archive_file import archive_of
from storage.archive_room import compact
from storage.archiving import Moved
from storage.engine import file_of
from storage.owner import owning

_MEGABYTE = 1_000_000


async def archive(context: CliContext, *, dry_run: bool) -> int:
    """Move what is old, with a bar that shows how far it is; or only say how much would move."""
    settings = context.settings()
    path = _file_of_archive(settings)
    context.must_have_database(settings)
    with journal(settings, verbose=False):
        async with context.open_services(settings) as services:
            archive = services.archive
            if archive.after is None:
                raise CannotDo("ARCHIVE_AFTER_DAYS is 0", "set it in .env to the days that stay")
            waiting = await archive.would_move()
            words = f"{_words(waiting)} older than {archive.after.days} days"
            if dry_run:
                screen().print(f"{words} would move to {archive_of(path)}.", soft_wrap=True)
                return 0
            await _move(archive, waiting)
            state = await archive.state()
    console = screen()
    console.print(f"{words} moved to {archive_of(path)}.", soft_wrap=True)
    console.print(
        f"The archive has {plural(state.messages, 'message')} and "
        f"{plural(state.changes, 'change')} now: {state.size / _MEGABYTE:.1f} MB. "
        "No answer changes by it."
    )
    return 0


async def compact_database(context: CliContext) -> int:
    """Write the database anew without its free pages; nobody may use it meanwhile."""
    path = _alone(context)
    with owning(path, "`clanstats archive --compact`", now()):
        before, after = compact(path)
    screen().print(
        f"{path.name} took {before / _MEGABYTE:.1f} MB and takes {after / _MEGABYTE:.1f} MB now."
    )
    return 0


async def without(context: CliContext) -> int:
    """Let the database go on without its archive, which is lost."""
    path = _alone(context)
    with owning(path, "`clanstats archive --without`", now()):
        aside = go_without(path)
    screen().print(
        "The database goes on without its archive. Counts and rankings stay as they were; what "
        "moved there is in no export any more, and a new time zone counts what is still here."
    )
    if aside is not None:
        screen().print(f"The archive that was there is kept: {aside}", soft_wrap=True)
    return 0


async def _move(archive: Archive, waiting: Moved) -> None:
    with Progress(console=margin(), transient=True) as bar:
        task = bar.add_task("Archiving", total=waiting.rows)
        await archive.move(lambda moved: bar.update(task, completed=moved.rows))


def _alone(context: CliContext) -> Path:
    settings = context.settings()
    path = _file_of_archive(settings)
    context.must_have_database(settings)
    return path


def _file_of_archive(settings: Settings) -> Path:
    """Return the file that has an archive beside it; CannotDo when there is none."""
    path = file_of(settings.database_url)
    if path is None:
        raise CannotDo(
            "A PostgreSQL database has no archive",
            "everything stays in its tables, and the server frees room there by itself",
        )
    return path


def _words(moved: Moved) -> str:
    changes = plural(moved.changes, "change")
    return f"{plural(moved.messages, 'message')} and {changes} of metrics"

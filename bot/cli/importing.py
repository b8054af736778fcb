"""`clanstats import-legacy` and `import-exports`: histories from before the bot brought over."""

import asyncio
import gc
import shutil
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager, closing, suppress
from dataclasses import dataclass
from pathlib import Path
from tempfile import TemporaryDirectory
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from rich.progress import (
    BarColumn,
    MofNCompleteColumn,
    Progress,
    TaskID,
    TextColumn,
    TimeRemainingColumn,
)
from rich.table import Table

from bot.clan.wording import exact, first_few, plural
from bot.cli.choosing import one_clan
from bot.cli.context import CannotDo, CliContext, journal
from bot.cli.terminal import margin, screen
from bot.services.imports import ImportResult, LegacySource, Shows, export_files
from bot.services.setup import NO_SERVER, Clan
from bot.settings import Settings
from bot.wiring import Services, now
from storage.backup import BACKUPS, back_up, must_be_writable
from storage.engine import file_of
from storage.errors import DatabaseDamaged, DatabaseUnopenable
from storage.legacy import LegacyFile, NotLegacy

_TRIAL = ".import-trial-"
_NAMED = 5

Action = Callable[[Services, Clan, Shows], Awaitable[ImportResult]]


@dataclass(frozen=True, slots=True)
class ImportAsked:
    """What is asked of an import besides its source."""

    clan: str | None = None
    dry_run: bool = False
    verbose: bool = False


async def import_legacy(
    context: CliContext, file: Path, zone: str | None, asked: ImportAsked
) -> int:
    """Take over what is new of the replaced system's database; 0 when that is done."""
    told = _zone(zone)

    async def action(services: Services, clan: Clan, shows: Shows) -> ImportResult:
        if clan.polled_at is None:
            raise CannotDo(
                f"Nobody knows yet who is in {clan.name}",
                "run `clanstats poll` first, so that old names find their players",
            )
        with closing(_opened(file)) as opened:
            try:
                return await services.imports.legacy(clan, LegacySource(opened, told), shows)
            except DatabaseDamaged as error:
                if error.path != file:
                    raise
                raise _cannot_read(file, str(error)) from error

    with closing(_opened(file)):
        pass  # before anything is backed up or waited for
    return await _imported(context, asked, action)


async def import_exports(context: CliContext, folder: Path, asked: ImportAsked) -> int:
    """Take over what is new of exported channels; 0 when that is done."""
    files = await asyncio.to_thread(export_files, folder)
    if not files:
        raise CannotDo(
            f"There is no export in {folder}",
            "name a folder with the .json or .csv files of DiscordChatExporter",
        )

    async def action(services: Services, clan: Clan, shows: Shows) -> ImportResult:
        return await services.imports.exports(clan, files, shows)

    return await _imported(context, asked, action)


async def _imported(context: CliContext, asked: ImportAsked, action: Action) -> int:
    settings = context.settings()
    context.must_have_database(settings)
    gc.enable()  # it goes on for minutes, and what commands leave behind would add up
    beside = margin()
    with journal(settings, verbose=asked.verbose):
        async with (
            _database(settings, trial=asked.dry_run) as used,
            context.open_services(used) as services,
        ):
            clan = await one_clan(services, asked.clan)
            if clan.guild_id == NO_SERVER:
                raise CannotDo(
                    "Nobody knows yet which Discord server is the clan's",
                    "start the bot once, or set DISCORD_GUILD_ID",
                )
            if not asked.dry_run:
                await _backed_up(used, services)
            with Progress(
                TextColumn("{task.description}"),
                BarColumn(),
                MofNCompleteColumn(),
                TimeRemainingColumn(),
                console=beside,
                transient=True,
                disable=not beside.is_terminal,
            ) as progress:
                result = await action(services, clan, _shown(progress))
    _show(result, clan, dry_run=asked.dry_run)
    return 0


async def _backed_up(settings: Settings, services: Services) -> None:
    """Copy the database first, as before a migration; wait for whoever writes, and not for ever."""
    path = file_of(settings.database_url)
    if path is not None:
        await must_be_writable(path)
        copy = await back_up(path, path.parent / BACKUPS, services.clock())
        margin().print(f"Backup taken before: {copy}", soft_wrap=True)


@asynccontextmanager
async def _database(settings: Settings, *, trial: bool) -> AsyncIterator[Settings]:
    """Yield the settings; for a trial with a copy of the database, which is gone afterwards."""
    path = file_of(settings.database_url)
    if not trial:
        yield settings
        return
    if path is None:
        raise CannotDo("A dry run works on a copy of the file", "it is for SQLite only")
    for left in path.parent.glob(f"{_TRIAL}*"):
        with suppress(OSError):
            shutil.rmtree(left)  # of a dry run that was killed
    with TemporaryDirectory(prefix=_TRIAL, dir=path.parent) as folder:
        copy = Path(folder) / path.name
        made = await back_up(path, Path(folder), now())
        made.replace(copy)
        yield settings.model_copy(update={"database_url": copy})


def _opened(file: Path) -> LegacyFile:
    try:
        return LegacyFile(file)
    except NotLegacy as error:
        raise CannotDo(
            str(error), "name the clan_data.db of the bot that you had before"
        ) from error
    except (DatabaseDamaged, DatabaseUnopenable) as error:
        raise _cannot_read(file, str(error)) from error


def _cannot_read(file: Path, why: str) -> CannotDo:
    return CannotDo(why, f"copy {file.name} again from where it was, and run this once more")


def _zone(name: str | None) -> ZoneInfo:
    try:
        return ZoneInfo(name or "UTC")
    except (ZoneInfoNotFoundError, ValueError) as error:
        raise CannotDo(
            f"No place's time zone is called {name!r}", "write it like Europe/London"
        ) from error


def _shown(progress: Progress) -> Shows:
    """Return who shows how far each part is."""
    tasks: dict[str, TaskID] = {}

    def shows(what: str, done: int, many: int) -> None:
        if what not in tasks:
            tasks[what] = progress.add_task(what, total=many)
        progress.update(tasks[what], completed=done, total=many)

    return shows


def _show(result: ImportResult, clan: Clan, *, dry_run: bool) -> None:
    console = screen()
    table = Table(title=f"{'Would come' if dry_run else 'Came'} over to {clan.name}")
    table.add_column("")
    for name in ("read", "taken", "left out"):
        table.add_column(name, justify="right")
    table.add_column("why")
    for what, tally in result.tallies.items():
        reasons = "\n".join(f"{exact(many)} {why}" for why, many in tally.left.most_common())
        numbers = (tally.read, tally.taken, tally.left.total())
        table.add_row(what, *map(exact, numbers), reasons)
    console.print(table)
    for what, tally in result.tallies.items():
        for why, names in tally.named.items():
            told = first_few(
                [f"{name} ({exact(many)})" for name, many in names.most_common()], _NAMED
            )
            console.print(f"{what} {why}: {told}", soft_wrap=True)
    for line in _words(result):
        console.print(line, soft_wrap=True)
    if dry_run:
        console.print("Nothing was changed. Leave out --dry-run to take it over.")


def _words(result: ImportResult) -> list[str]:
    found = []
    if result.messages:
        before = result.linked_before
        was = "" if before is None else f"{_share(before, result.messages)} in the old database, "
        found.append(
            f"Messages with a member: {was}{_share(result.linked_now, result.messages)} now "
            f"({exact(result.linked_now)} of {plural(result.messages, 'message')})."
        )
    if result.is_partial:
        found.append(
            "Some channels that count are not among the exports, so that time counts as not seen: "
            "nobody is called silent for it."
        )
    return found


def _share(part: int, whole: int) -> str:
    """Return how much of the whole with a decimal: one message in a thousand is hundreds here."""
    return f"{100 * part / whole:.1f}%"

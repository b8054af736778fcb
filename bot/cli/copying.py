"""`clanstats copy-to`: the whole database goes to another one, which is empty."""

import asyncio
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path

from rich.progress import Progress

from bot.clan.wording import plural
from bot.cli.context import CannotDo, CliContext
from bot.cli.terminal import margin, screen
from bot.spelling import database_of
from bot.wiring import now
from storage import forgotten
from storage.copying import Copied, copy_to
from storage.engine import Database, file_of
from storage.migrate import NEWEST, revision
from storage.owner import owning
from storage.postgresql import place_of

_PROGRAM = "`clanstats copy-to`"


async def copy_database(context: CliContext, address: str) -> int:
    """Copy the database of the settings to an empty one, with a bar that shows how far it is."""
    settings = context.settings()
    context.must_have_database(settings)
    place = settings.database_url
    other = _other(address, place)
    with _alone(place, other):
        source, target = (Database(each, data_dir=settings.data_dir) for each in (place, other))
        try:
            if await revision(source) != NEWEST:
                raise CannotDo("The database is of an older version", "type `clanstats migrate`")
            await asyncio.to_thread(_hand_on_forgotten, source, target)
            done = await _copied(source, target)
        finally:
            await source.close()
            await target.close()
    where = target.path or place_of(target.url)
    screen().print(
        f"{plural(sum(done.rows.values()), 'row')} of {len(done.rows)} tables were copied to "
        f"{where}, read again there, and are the same. Set DATABASE_URL to it before you start "
        "the bot.",
        soft_wrap=True,
    )
    return 0


async def _copied(source: Database, target: Database) -> Copied:
    with Progress(console=margin(), transient=True) as bar:
        task = bar.add_task("Copying", total=None)
        return await copy_to(
            source, target, now(), lambda done, whole: bar.update(task, completed=done, total=whole)
        )


def _hand_on_forgotten(source: Database, target: Database) -> None:
    """Have the other database's file know whom ours knows, of clans that are gone too."""
    ours, theirs = forgotten.file_of(source), forgotten.file_of(target)
    if ours is not None and theirs is not None:
        forgotten.learn(theirs, forgotten.remembered(ours))


def _other(address: str, place: Path | str) -> Path | str:
    try:
        other = database_of(address)
    except ValueError as error:
        remedy = "write it like postgresql://user:password@host/name or sqlite:///path/to/file.db"
        raise CannotDo(f"The address {error}", remedy) from None
    is_same = other == place
    if isinstance(other, Path) and isinstance(place, Path):
        is_same = other.resolve() == place.resolve()
    if is_same:
        raise CannotDo("That is the database itself", "name another one, which is empty")
    return other


@contextmanager
def _alone(*places: Path | str) -> Iterator[None]:
    """Own those databases that are files."""
    with ExitStack() as stack:
        for file in filter(None, map(file_of, places)):
            stack.enter_context(owning(file, _PROGRAM, now()))
        yield

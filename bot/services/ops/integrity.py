"""Whether the database is whole and says the same thing everywhere; and mending what can be mended.

Looking changes nothing and holds no writer: each piece is a short read of its own, and the bot may
run. Mending is for a database that nobody else writes, after a verified backup.
"""

import asyncio
from collections import Counter
from collections.abc import AsyncIterator, Awaitable, Callable, Mapping, Sequence
from dataclasses import dataclass
from functools import partial

import structlog

from bot.clan.diagnosis import Finding, fault, warning, well
from bot.clan.wording import first_few
from bot.services.chat import Zones
from bot.services.ops.remains import delete_remains, remains_of
from bot.services.ops.remedies import (
    NO_ARCHIVE,
    REPAIR,
    RESTORE,
    SERVERS_FILES,
    damage_in,
    is_damage,
    restore_words,
)
from bot.services.privacy import Privacy
from bot.services.setup import Clan, Clans, Clock
from storage import integrity, integrity_numbers
from storage.backup import BACKUPS, back_up
from storage.engine import Connection, Database
from storage.errors import WAIT_SECONDS, ArchiveUnusable, DatabaseDamaged
from storage.integrity_numbers import PlayerRange
from storage.migrate import NEWEST, revision
from storage.tables import ALL

_NAMED = 5
_PLAYERS_AT_ONCE = 20

_log = structlog.get_logger()

Faults = Mapping[str, int]
"""What is wrong in a piece, in words, and how often."""

Tells = Callable[[str, int, int], None]
"""Is told which check is at work, how many are done, and of how many."""


@dataclass(frozen=True, slots=True)
class Ground:
    """What is looked at: a database, and the clans in it."""

    database: Database
    clock: Clock
    clans: tuple[Clan, ...]


@dataclass(frozen=True, slots=True)
class IntegrityCheck:
    """One thing that has to be so: how it is looked at, and how it is mended, if it can be.

    `well` says that it is so; `remedy` is what to do when it is not. What only `costs` something is
    a warning. What `keeps_rows` is mended without a backup: of a file whose indexes are wrong there
    is none that can be verified.
    """

    name: str
    well: str
    look: Callable[[Ground], AsyncIterator[Faults]]
    mend: Callable[[Ground], Awaitable[None]] | None = None
    remedy: str = REPAIR
    costs: bool = False
    keeps_rows: bool = False


@dataclass(frozen=True, slots=True)
class Repaired:
    """What was found, what of it was mended (by the checks' names), and the backup from before."""

    findings: tuple[Finding, ...]
    mended: tuple[str, ...]
    backup: str | None


class Integrity:
    """Looks a database over, and mends it."""

    def __init__(
        self,
        database: Database,
        clock: Clock,
        checks: tuple[IntegrityCheck, ...] | None = None,
        wait: float = WAIT_SECONDS,
    ) -> None:
        self._database = database
        self._clock = clock
        self._checks = CHECKS if checks is None else checks
        self._wait = wait

    async def check(self, tells: Tells | None = None) -> AsyncIterator[Finding]:
        """Yield how it is with one thing after the other; of another version only that it is so.

        Without its archive the rest is looked at as if nothing of it had ever been there.
        """
        lost = await self._lost_archive()
        if lost is None:
            async for finding in self._check(self._database, self._checks, tells):
                yield finding
            return
        database = Database(self._database.url, sees_archive=False)
        rest = tuple(each for each in self._checks if each.look not in {_rollups, _archive})
        try:
            async for finding in self._check(database, rest, tells):
                yield finding
        finally:
            await database.close()
        yield warning("rollups", "nobody knows without the archive", "check again with it")
        yield lost

    async def _lost_archive(self) -> Finding | None:
        """Return that the archive cannot be used, None where it can or none is needed."""
        try:
            await revision(self._database)
        except ArchiveUnusable as error:
            return fault("archive", str(error), NO_ARCHIVE)
        return None

    async def _check(
        self, database: Database, checks: Sequence[IntegrityCheck], tells: Tells | None
    ) -> AsyncIterator[Finding]:
        if (other := await _of_another_version(database)) is not None:
            yield other
            return
        ground = await self._ground(database)
        for number, check in enumerate(checks):
            if tells is not None:
                tells(check.name, number, len(checks))
            yield await _found(check, ground)

    async def repair(self, tells: Tells | None = None) -> Repaired:
        """Look at everything and mend at once what can be mended; look at that again.

        Before the first change of a row a verified backup is made. Raises StorageError where none
        can be. Without its archive nothing is mended: what follows from the facts is not known.
        """
        if await self._lost_archive() is not None:
            return Repaired(tuple([each async for each in self.check(tells)]), (), None)
        if (other := await _of_another_version(self._database)) is not None:
            return Repaired((other,), (), None)
        ground, backup = await self._ground(self._database), None
        findings, mended = [], []
        for number, check in enumerate(self._checks):
            if tells is not None:
                tells(check.name, number, len(self._checks))
            finding = await _found(check, ground)
            if (
                finding.next_step
                and check.mend is not None
                and finding.next_step != restore_words(self._database.path)
            ):
                if not check.keeps_rows:
                    backup = backup or await self._copy()
                await check.mend(ground)
                _log.warning("mended", check=check.name, was=finding.words)
                finding = await _found(check, ground)
                mended.append(check.name)
            findings.append(finding)
        return Repaired(tuple(findings), tuple(mended), backup)

    async def _copy(self) -> str | None:
        path = self._database.path
        if path is None:
            return None
        folder = path.parent / BACKUPS
        return str(await back_up(path, folder, self._clock(), wait=self._wait))

    async def _ground(self, database: Database) -> Ground:
        known = await Clans(database, self._clock).known()
        return Ground(database, self._clock, known)


async def _of_another_version(database: Database) -> Finding | None:
    found = await revision(database)
    if found == NEWEST:
        return None
    if found is not None and found > NEWEST:
        words = f"the database is at {found}, newer than this ClanStats ({NEWEST})"
        return fault("revision", words, "install the newest version")
    words = f"the database is at {found or 'nothing'}, and this ClanStats needs {NEWEST}"
    return fault("revision", words, "`clanstats migrate` brings it up, then check again")


async def _found(check: IntegrityCheck, ground: Ground) -> Finding:
    """Return how it is with one thing."""
    wrong: Counter[str] = Counter()
    file = ground.database.path
    if file is None and check.look is _file:
        return well(check.name, SERVERS_FILES)
    try:
        async for faults in check.look(ground):
            wrong.update({words: number for words, number in faults.items() if number})
            await asyncio.sleep(0)
    except DatabaseDamaged as error:
        return fault(check.name, f"the file is damaged: {error.finding}", restore_words(file))
    if not wrong:
        return well(check.name, check.well)
    words = "; ".join(f"{words}: {number:,}" for words, number in sorted(wrong.items()))
    if check.costs:
        return warning(check.name, words, check.remedy)
    is_hopeless = any(is_damage(each) for each in wrong)
    return fault(check.name, words, restore_words(file) if is_hopeless else check.remedy)


async def _file(ground: Ground) -> AsyncIterator[Faults]:
    """Yield what SQLite finds in its file, table by table."""
    for table in ALL:
        async with ground.database.reading() as connection:
            found = await integrity.damage(connection, table)
        in_indexes = [each for each in found if "index" in each]
        if len(in_indexes) < len(found):
            yield {damage_in(table, next(each for each in found if each not in in_indexes)): 1}
        yield {f"rows that an index of {table} misses or has too many of": len(in_indexes)}


async def _index_anew(ground: Ground) -> None:
    for table in ALL:
        async with ground.database.writing() as connection:
            if await integrity.damage(connection, table):
                await integrity.index_anew(connection, table)


async def _triggers(ground: Ground) -> AsyncIterator[Faults]:
    async with ground.database.reading() as connection:
        missing = await integrity.triggers_missing(connection)
    yield {"triggers that notice who is whose, missing": len(missing)}


async def _make_triggers(ground: Ground) -> None:
    await ground.database.write(integrity.make_triggers)


async def _keys(ground: Ground) -> AsyncIterator[Faults]:
    for column in integrity.references():
        async with ground.database.reading() as connection:
            lost = await integrity.without_parent(connection, column)
        yield {f"rows of {column.table.name} whose {column.name} is not there": lost}


async def _drop_without_parent(ground: Ground) -> None:
    await ground.database.write(integrity.drop_all_without_parent)


async def _orphans(ground: Ground) -> AsyncIterator[Faults]:
    async with ground.database.reading() as connection:
        yield await integrity.orphans(connection)


async def _drop_orphans(ground: Ground) -> None:
    await ground.database.write(integrity.drop_orphans)


async def _doubles(ground: Ground) -> AsyncIterator[Faults]:
    async with ground.database.reading() as connection:
        yield await integrity.doubles(connection)


async def _drop_doubles(ground: Ground) -> None:
    await ground.database.write(integrity.drop_doubles)


async def _forgotten(ground: Ground) -> AsyncIterator[Faults]:
    for clan in ground.clans:
        found = await remains_of(ground.database, clan)
        yield {
            "people who were forgotten and whose messages from before are there": len(
                found.authors
            ),
            "people who were forgotten and whose days from before are there": len(found.users),
            "people whom only the file of the forgotten knows as forgotten": found.unknown,
        }


async def _forget_again(ground: Ground) -> None:
    await Privacy(ground.database, ground.clock).forget_again()
    for clan in ground.clans:
        await delete_remains(ground.database, ground.clock, clan)


async def _rollups(ground: Ground) -> AsyncIterator[Faults]:
    for clan in ground.clans:
        async for uneven in Zones(ground.database).uneven(clan):
            yield {"days and hours that are not what the messages make": uneven}


async def _count_anew(ground: Ground) -> None:
    for clan in ground.clans:
        await Zones(ground.database).rebuild(clan)


async def _totals(ground: Ground) -> AsyncIterator[Faults]:
    for clan in ground.clans:
        async with ground.database.reading() as connection:
            wrong = await integrity_numbers.wrong_totals(connection, clan.clan_id)
        yield {"people whose totals are not the sum of their days": len(wrong)}


async def _total_anew(ground: Ground) -> None:
    for clan in ground.clans:
        await ground.database.write(partial(_total_of_clan, clan_id=clan.clan_id))


async def _total_of_clan(connection: Connection, clan_id: int) -> None:
    for author_id in await integrity_numbers.wrong_totals(connection, clan_id):
        await integrity_numbers.total_anew(connection, clan_id, author_id)


async def _cursors(ground: Ground) -> AsyncIterator[Faults]:
    async with ground.database.reading() as connection:
        ahead = await integrity_numbers.cursors_ahead(connection, ground.clock())
    if ahead:
        names = first_few([f"#{name}" for name in ahead], _NAMED)
        yield {f"channels noted as read up to a day to come ({names})": len(ahead)}


async def _put_cursors_back(ground: Ground) -> None:
    await ground.database.write(
        lambda connection: integrity_numbers.put_cursors_back(connection, ground.clock())
    )


async def _late_cursors(ground: Ground) -> AsyncIterator[Faults]:
    async with ground.database.reading() as connection:
        behind = await integrity_numbers.cursors_behind(connection)
    if behind:
        names = first_few([f"#{name}" for name in behind], _NAMED)
        yield {f"channels noted as read less far than what is stored ({names})": len(behind)}


async def _wrong_in_parts(
    ground: Ground, wrong: Callable[[Connection, PlayerRange], Awaitable[list[int]]]
) -> AsyncIterator[list[int]]:
    """Yield whose numbers are wrong, a few players at a time."""
    async with ground.database.reading() as connection:
        parts = await integrity_numbers.parts(connection, _PLAYERS_AT_ONCE)
    for part in parts:
        async with ground.database.reading() as connection:
            yield await wrong(connection, part)


async def _metrics(ground: Ground) -> AsyncIterator[Faults]:
    async for wrong in _wrong_in_parts(ground, integrity_numbers.wrong_present):
        yield {"present values that are not the last change": len(wrong)}
    async for wrong in _wrong_in_parts(ground, integrity_numbers.wrong_falls):
        yield {"sums of lost XP or kills that do not follow from the one before": len(wrong)}


async def _metrics_anew(ground: Ground) -> None:
    for wrong_in, anew in (
        (integrity_numbers.wrong_present, integrity_numbers.present_anew),
        (integrity_numbers.wrong_falls, integrity_numbers.falls_anew),
    ):
        async for wrong in _wrong_in_parts(ground, wrong_in):
            if wrong:
                await ground.database.write(partial(anew, player_ids={*wrong}))


async def _archive(ground: Ground) -> AsyncIterator[Faults]:
    async with ground.database.reading() as connection:
        yield await integrity.archive_faults(connection)


CHECKS: tuple[IntegrityCheck, ...] = (
    IntegrityCheck("file", "SQLite finds the file whole", _file, _index_anew, keeps_rows=True),
    IntegrityCheck(
        "revision", "is of this version, and notices who is whose", _triggers, _make_triggers
    ),
    IntegrityCheck("keys", "every row names rows that are there", _keys, _drop_without_parent),
    IntegrityCheck("orphans", "nothing is left of what is gone", _orphans, _drop_orphans),
    IntegrityCheck("duplicates", "nothing stands twice", _doubles, _drop_doubles),
    IntegrityCheck("forgotten", "people who were forgotten are gone", _forgotten, _forget_again),
    IntegrityCheck(
        "rollups", "every day and hour is what its messages make", _rollups, _count_anew
    ),
    IntegrityCheck("totals", "every total is the sum of its days", _totals, _total_anew),
    IntegrityCheck("cursors", "no channel is read further than today", _cursors, _put_cursors_back),
    IntegrityCheck(
        "history",
        "every channel is noted as read as far as it is stored",
        _late_cursors,
        remedy="nothing to do: it is read again from there when the bot starts, and counts once",
        costs=True,
    ),
    IntegrityCheck("metrics", "every value follows from the one before", _metrics, _metrics_anew),
    IntegrityCheck("archive", "what moved there agrees with the rest", _archive, remedy=RESTORE),
)
"""Everything that is looked at, in the order in which it is mended: facts before what counts."""

"""Old facts move whole: whoever reads, writes, kills or fills the disk meanwhile."""

import shutil
import sqlite3
import subprocess
import sys
from contextlib import ExitStack, closing
from pathlib import Path
from typing import Any

import pytest

from storage import archive_aside, archive_room, archiving, forgetting, messages, snapshots
from storage.archive import moved_before
from storage.archive_file import archive_of, create
from storage.archiving import ArchiveState, Moved
from storage.backup import back_up
from storage.engine import Connection, Database
from storage.errors import ArchiveUnusable, DatabaseFull, DatabaseLocked
from storage.messages import MessageRow
from storage.restore import restore
from tests.bot.services.contents import one, rows
from tests.storage.archived import emptied, holding, sound
from tests.storage.full import full_disk
from tests.storage.killed import KILLS
from tests.storage.rows import (
    DAY,
    NOW,
    a_channel,
    a_clan,
    a_fact,
    an_author,
    members,
    observe,
    only,
    opened,
)

ROOT = Path(__file__).parents[2]
CUT = NOW - 180 * DAY
MANY = 120


async def fill(connection: Connection, count: int = MANY) -> list[MessageRow]:
    """Have messages of a year and metrics of three players, most of them old."""
    clan_id = await a_clan(connection)
    who = [await an_author(connection, clan_id, user) for user in (1, 2, 3)]
    place = await a_channel(connection, clan_id)
    # Three quarters of them are older than half a year.
    facts = [
        a_fact(
            who[number % 3],
            place,
            NOW - 360 * DAY + number * 240 * DAY / count,
            asks=not number % 5,
        )
        for number in range(count)
    ]
    await messages.add(connection, {clan_id: facts})
    await members(connection, clan_id, [1, 2, 3])
    for player in (1, 2, 3):
        for day in range(0, 340, 5):
            value = -1 if day % 60 == 15 else day
            await observe(connection, player, NOW - (350 - day) * DAY, {"zulrah": value}, xp=day)
    return facts


async def filled(path: Path, count: int = MANY) -> list[MessageRow]:
    async with opened(path) as database, database.writing() as connection:
        return await fill(connection, count)


async def ids_seen(database: Database, facts: list[MessageRow]) -> set[int]:
    async with database.reading() as connection:
        return await only(
            messages.known_ids(connection, {1: [each.message.message_id for each in facts]})
        )


def ids_of(facts: list[MessageRow]) -> set[int]:
    return {each.message.message_id for each in facts}


async def test_what_is_old_moves_once_and_holds_as_before(path: Path) -> None:
    facts = await filled(path)
    before = holding(path)
    async with opened(path) as database:
        would = await archiving.would_move(database, CUT)
        told: list[Moved] = []
        done = await archiving.move(database, CUT, told.append)
        assert (done.messages, done.changes) == (would.messages, would.changes) == (90, 84)
        assert told[-1] == done
        assert holding(path) == before
        assert await ids_seen(database, facts) == ids_of(facts)
        assert (await archiving.move(database, CUT)).rows == 0
        state = await archiving.state_of(database)
        assert state == ArchiveState(CUT, 90, 84, archive_of(path).stat().st_size)
    assert one(path, "SELECT count(*) FROM messages") == MANY - 90
    assert sound(archive_of(path))


async def test_nothing_old_makes_an_archive_with_nothing_in_it(database: Database) -> None:
    assert await archiving.state_of(database) == ArchiveState()
    assert (await archiving.move(database, CUT)).rows == 0
    assert (await archiving.state_of(database)).messages == 0


async def test_a_mark_never_goes_back(path: Path) -> None:
    await filled(path)
    async with opened(path) as database:
        await archiving.move(database, CUT)
        await archiving.move(database, CUT - 60 * DAY)
        assert (await archiving.state_of(database)).moved_before == CUT
        await archiving.move(database, CUT + 60 * DAY)
        assert (await archiving.state_of(database)).messages == 120


async def test_connections_that_are_open_see_what_another_process_moved(path: Path) -> None:
    """The first archive of a database is made while others have it open."""
    facts = await filled(path)
    async with opened(path) as reader, opened(path) as mover:
        async with reader.reading() as long_one:
            assert moved_before(long_one) is None
            assert len(await only(messages.known_ids(long_one, {1: sorted(ids_of(facts))}))) == MANY
            await archiving.move(mover, CUT)
            assert len(await only(messages.known_ids(long_one, {1: sorted(ids_of(facts))}))) == MANY
        assert await ids_seen(reader, facts) == ids_of(facts)


async def test_every_reader_between_two_batches_sees_each_fact_once(path: Path) -> None:
    facts = await filled(path)
    seen: list[tuple[int, int]] = []
    async with opened(path) as database:

        async def look() -> None:
            async with database.reading() as connection:
                mine = await messages.of_authors(connection, 1, [1, 2, 3])
                counts = await messages.counts(connection, 1, NOW - 400 * DAY, NOW)
                seen.append((len(mine), sum(counts.values())))

        await archiving.move(database, CUT, wait=look)
    assert len(facts) == MANY
    assert set(seen) == {(MANY, MANY)}


async def test_what_is_in_both_files_counts_once_and_moves_again(
    path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """As after a kill between the two transactions of a batch."""
    await filled(path)
    before = holding(path)

    async def killed(*_: object) -> tuple[float, int]:
        raise KeyboardInterrupt

    async with opened(path) as database:
        with monkeypatch.context() as patch:
            patch.setattr(archiving, "_delete", killed)
            with pytest.raises(KeyboardInterrupt):
                await archiving.move(database, CUT)
        assert one(archive_of(path), "SELECT count(*) FROM messages") > 0
        async with database.reading() as connection:
            assert len(await messages.of_authors(connection, 1, [1, 2, 3])) == MANY
        assert (await archiving.move(database, CUT)).messages == 90
    assert holding(path) == before


@pytest.mark.parametrize("kind", ["message", "author", "player"])
async def test_what_is_deleted_while_it_is_copied_never_comes_back(
    path: Path, monkeypatch: pytest.MonkeyPatch, kind: str
) -> None:
    facts = await filled(path)
    copy = archiving._Files.copy
    before = len(facts)
    deleted = False

    async with opened(path) as database, opened(path) as other:
        delete = archiving._delete

        async def delete_first(*given: Any) -> tuple[float, int]:  # noqa: ANN401 - as it is called
            nonlocal deleted
            if not deleted:
                deleted = True
                async with other.writing() as connection:
                    if kind == "message":
                        await messages.remove(connection, {1: facts[:10]})
                    elif kind == "author":
                        await forgetting.delete_facts(connection, 1, [1])
                    else:
                        await snapshots.replace(connection, [2], [])
                # Another process may even tidy the archive in between.
                await archiving.sweep(other)
            return await delete(*given)

        if kind == "player":
            copied = 0

            def copy_changes(files: Any, which: Any, keys: Any) -> None:  # noqa: ANN401 - as above
                nonlocal copied
                copied += which.table == "metric_changes"
                copy(files, which, keys)

            monkeypatch.setattr(archiving._Files, "copy", copy_changes)
        monkeypatch.setattr(archiving, "_delete", delete_first)
        await archiving.move(database, CUT)
        await archiving.move(database, CUT)
    left = holding(path)
    if kind == "message":
        assert len(left["messages"]) == before - 10
    elif kind == "author":
        assert {row[2] for row in left["messages"]} == {2, 3}
    else:
        assert {row[0] for row in left["metric_changes"]} == {1, 3}
    assert rows(path, "SELECT * FROM archive_voids") == []
    assert not {row[1] for row in left["messages"]} & (
        {each.message.message_id for each in facts[:10]} if kind == "message" else set()
    )


async def test_a_message_that_was_deleted_and_came_again_stays(path: Path) -> None:
    facts = await filled(path)
    before = holding(path)
    async with opened(path) as database:
        await archiving.move(database, CUT)
        async with database.writing() as connection:
            await messages.remove(connection, {1: facts[:10]})
            await messages.add(connection, {1: facts[:10]})
        assert holding(path) == before
        assert (await archiving.move(database, CUT)).messages == 10
    assert holding(path) == before


async def test_the_files_are_as_private_as_the_database(path: Path) -> None:
    await filled(path)
    async with opened(path) as database:
        await archiving.move(database, CUT)
    assert archive_of(path).stat().st_mode & 0o077 == 0


async def test_a_full_disk_of_the_archive_stops_it_and_nothing_is_lost(
    path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    await filled(path, 2_000)
    before = holding(path)
    async with opened(path) as database:
        with monkeypatch.context() as patch:
            pragmas = (*archiving._PRAGMAS, "PRAGMA max_page_count=12")
            patch.setattr(archiving, "_PRAGMAS", pragmas)
            patch.setattr(archiving, "_FIRST", 25)
            with pytest.raises(DatabaseFull):
                await archiving.move(database, CUT)
        assert holding(path) == before
        assert 0 < one(archive_of(path), "SELECT count(*) FROM messages") < 1_500
        await archiving.move(database, CUT)
    assert holding(path) == before
    assert one(path, "SELECT count(*) FROM messages") == 500


async def test_a_full_disk_of_the_database_stops_it_and_nothing_is_lost(
    path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    await filled(path)
    before = holding(path)
    monkeypatch.setattr(archiving, "_FIRST", 25)
    async with opened(path) as database:
        with ExitStack() as full, pytest.raises(DatabaseFull):
            await archiving.move(database, CUT, lambda _: full.enter_context(full_disk()))
        assert one(path, "SELECT count(*) FROM messages") == MANY - 25
        assert holding(path) == before
        await archiving.move(database, CUT)
    assert holding(path) == before


async def test_without_room_nothing_is_begun(path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    await filled(path)
    usage = shutil.disk_usage(path.parent)._replace(free=40_000_000)
    monkeypatch.setattr(shutil, "disk_usage", lambda _: usage)
    async with opened(path) as database:
        with pytest.raises(DatabaseFull, match="40 MB are free, and 50 MB are needed"):
            await archiving.move(database, CUT)
    assert not archive_of(path).exists()
    with pytest.raises(DatabaseFull):
        archive_room.compact(path)


def spoilt(archive: Path, how: str) -> str:
    """Spoil an archive; return what has to be said of it."""
    if how == "missing":
        archive.unlink()
        return "is not there"
    if how == "damaged":
        archive.write_bytes(b"no database" * 1_000)
        return "is damaged or no archive at all"
    if how == "another":
        archive.unlink()
        create(archive, "f00")
        return "belongs to another database"
    with closing(sqlite3.connect(archive)) as connection:
        connection.execute("UPDATE archive_of SET schema = 99")
        connection.commit()
    return "was made by a newer ClanStats"


@pytest.mark.parametrize("how", ["missing", "damaged", "another", "newer"])
async def test_an_archive_that_cannot_be_used_is_said_and_nothing_is_changed(
    path: Path, tmp_path: Path, how: str
) -> None:
    facts = await filled(path)
    async with opened(path) as database:
        await archiving.move(database, CUT)
    emptied(path)
    kept, good = holding(path), shutil.copy(archive_of(path), tmp_path / "good")
    words = spoilt(archive_of(path), how)
    async with opened(path) as database:
        for door in (database.reading, database.writing):
            with pytest.raises(ArchiveUnusable, match=words):
                async with door():
                    pytest.fail("a transaction without the archive")
        with pytest.raises(ArchiveUnusable, match=words):
            await archiving.move(database, CUT)
    shutil.copy(good, archive_of(path))
    assert holding(path) == kept
    async with opened(path) as database:
        assert await ids_seen(database, facts) == ids_of(facts)


async def test_a_database_can_go_on_without_an_archive_that_is_lost(path: Path) -> None:
    facts = await filled(path)
    async with opened(path) as database:
        await archiving.move(database, CUT)
    spoilt(archive_of(path), "damaged")
    aside = archive_aside.go_without(path)
    assert aside == path.with_name("clan_data_archive.replaced-1.db")
    async with opened(path) as database:
        assert len(await ids_seen(database, facts)) == MANY - 90
        assert one(path, "SELECT sum(messages) FROM author_totals") == MANY
        await archiving.move(database, CUT + 30 * DAY)
        assert len(await ids_seen(database, facts)) == MANY - 90


async def test_a_database_of_before_its_archive_begins_a_new_one(path: Path) -> None:
    """As when a backup is restored that is older than the archive beside it."""
    facts = await filled(path)
    emptied(path)
    backup = shutil.copy(path, path.with_name("backup"))
    async with opened(path) as database:
        await archiving.move(database, CUT)
    shutil.copy(backup, path)
    async with opened(path) as database:
        assert await ids_seen(database, facts) == ids_of(facts)
        assert (await archiving.move(database, CUT)).messages == 90
        assert await ids_seen(database, facts) == ids_of(facts)
    assert path.with_name("clan_data_archive.replaced-1.db").exists()


async def test_a_backup_of_both_files_is_a_whole_clan(path: Path, tmp_path: Path) -> None:
    facts = await filled(path)
    async with opened(path) as database:
        await archiving.move(database, CUT - 40 * DAY)
        async with database.reading() as connection:
            assert moved_before(connection) == CUT - 40 * DAY
        copy = await back_up(path, tmp_path / "copies", NOW)
        await archiving.move(database, CUT)
    place = tmp_path / "elsewhere" / path.name
    await restore(copy, place, NOW)
    assert archive_of(place).exists()
    async with opened(place) as database:
        assert await ids_seen(database, facts) == ids_of(facts)
    assert holding(place) == holding(path)


async def test_free_pages_go_back_a_few_at_a_time(path: Path) -> None:
    await filled(path, 120)
    async with opened(path) as database:
        async with database.writing() as connection:
            await connection.exec_driver_sql("CREATE TABLE filler (words TEXT)")
            row = [("x" * 3_000,)] * 300
            await connection.exec_driver_sql("INSERT INTO filler VALUES (?)", row)
        async with database.writing() as connection:
            await connection.exec_driver_sql("DROP TABLE filler")
        waits = 0

        async def wait() -> None:
            nonlocal waits
            waits += 1

        assert await archive_room.give_back(database, wait) > 290
        assert waits > 4
        assert one(path, "PRAGMA freelist_count") == 0
        assert await archive_room.give_back(database, wait) == 0


async def test_a_database_of_before_is_compacted_once_and_gives_back_from_then_on(
    path: Path,
) -> None:
    await filled(path)
    with closing(sqlite3.connect(path)) as connection:
        connection.execute("PRAGMA auto_vacuum=NONE")
        connection.execute("VACUUM")
    async with opened(path) as database:
        assert await archive_room.give_back(database, archiving._at_once) == 0
    before = holding(path)
    archive_room.compact(path)
    assert one(path, "PRAGMA auto_vacuum") == 2
    assert holding(path) == before
    async with opened(path) as database, database.writing():
        with pytest.raises(DatabaseLocked):
            archive_room.compact(path)


def test_a_batch_that_held_long_is_followed_by_a_smaller_one() -> None:
    pace = archiving._Pace()
    pace.held(0.03)
    assert pace.rows == 100
    for _ in range(9):
        pace.held(0.03)
    assert pace.rows == 25
    for _ in range(50):
        pace.held(0.001)
    assert pace.rows == 1_000
    pace.held(0.008)
    assert pace.rows == 1_000


async def test_a_killed_archiver_loses_nothing_and_leaves_nothing_double(path: Path) -> None:
    await filled(path, 170)
    emptied(path)
    command = [
        sys.executable,
        "-m",
        "tests.storage.archived",
        str(path),
        str(max(20, KILLS)),
        "2026",
    ]
    done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=True)  # noqa: ASYNC221, S603 - our own module, nobody waits
    assert done.stdout.splitlines()[:-1] == []
    assert int(done.stdout.split()[0]) >= 5


async def test_the_same_export_in_two_servers_is_each_one_s_own(path: Path) -> None:
    """The archive has one message of an id: the second one's stay where they are."""
    facts = await filled(path)
    async with opened(path) as database:
        async with database.writing() as connection:
            other = await a_clan(connection, guild_id=2)
            who = await an_author(connection, other, 1)
            place = await a_channel(connection, other)
            theirs = [
                each._replace(message=each.message._replace(author_id=who, channel_id=place))
                for each in facts
            ]
            await messages.add(connection, {other: theirs})
        before = holding(path)
        assert (await archiving.move(database, CUT)).messages == 90
        assert (await archiving.move(database, CUT)).messages == 0
        assert holding(path) == before
        ids = sorted(ids_of(facts))
        async with database.writing() as connection:
            assert await only(messages.known_ids(connection, {other: ids})) == set(ids)
            await messages.remove(connection, {other: theirs})
        await archiving.move(database, CUT)
        async with database.reading() as connection:
            assert await only(messages.known_ids(connection, {1: ids})) == set(ids)
            assert await only(messages.known_ids(connection, {other: ids})) == set()

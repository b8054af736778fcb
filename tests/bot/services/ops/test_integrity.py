"""A database that is broken in each way is found out, and what can be mended is as it was."""

import sqlite3
from collections.abc import AsyncIterator, Callable, Iterator
from contextlib import closing, contextmanager
from pathlib import Path
from typing import Any

import pytest
import pytest_asyncio

from bot.clan.diagnosis import Finding, Severity
from bot.clan.forgotten import speaker_key, user_key
from bot.services.chat import Intake, rebuild
from bot.services.ops import CHECKS, Integrity, IntegrityCheck
from bot.services.ops.integrity import Faults, Ground
from bot.services.privacy import Privacy
from bot.services.setup import Clans
from storage import archiving, forgotten
from storage.archive_file import archive_of
from storage.columns import first_snowflake, to_ms
from storage.engine import Database
from storage.errors import DatabaseFull
from tests.bot.demo.conftest import Clock
from tests.bot.services.contents import Hand, contents, one
from tests.bot.services.talk import MINUTE, PVM, heard, kept, spoken
from tests.bot.services.village import Village
from tests.storage.rows import DAY, HOUR, NOW, Place, names_in

Break = Callable[[Any], object]


@contextmanager
def broken(place: Place) -> Iterator[Any]:
    """Let somebody write what the bot never would."""
    if not isinstance(place, Path):
        yield Hand(place)
        return
    with closing(sqlite3.connect(place)) as connection, connection:
        yield connection


@pytest_asyncio.fixture(autouse=True)
async def whole(village: Village, intake: Intake) -> Village:
    """A village in which people talked, asked, answered and played."""
    await village.settled({1: "Zezima", 2: "Lynx Titan"})
    for days in range(5, 0, -1):
        at = NOW - days * DAY
        asked = heard(days * 10, 1, at, asks=True)
        await intake.store(
            village.clan,
            [asked, heard(days * 10 + 1, 2, at + MINUTE), heard(days * 10 + 2, 3, at, PVM)],
        )
        for player_id in (1, 2):
            await village.seen(player_id, at, 1_000_000 - days * player_id, zulrah=50.0 + days)
    await intake.store(village.clan, [spoken(900, "Zezima", NOW - HOUR)])
    await village.seen(1, NOW, 900_000, zulrah=60)
    return village


@pytest.fixture
def intake(database: Database, known_clans: Clans, clock: Clock) -> Intake:
    return Intake(database, known_clans, clock)


@pytest.fixture
def integrity(database: Database, clock: Clock) -> Integrity:
    return Integrity(database, clock)


async def wrong(integrity: Integrity) -> dict[str, Finding]:
    """Return what is not as it should be, by what it is about."""
    return {
        each.about: each async for each in integrity.check() if each.severity is not Severity.OK
    }


async def test_of_a_whole_database_every_check_says_so_and_nothing_is_changed(
    integrity: Integrity, place: Place
) -> None:
    before = contents(place)
    found = [each async for each in integrity.check()]
    assert [each.about for each in found] == [each.name for each in CHECKS]
    assert {each.severity for each in found} == {Severity.OK}
    assert ("pg_amcheck" in found[0].words) is not isinstance(place, Path)
    repaired = await integrity.repair()
    assert (repaired.mended, repaired.backup) == ((), None)
    assert contents(place) == before
    if isinstance(place, Path):
        assert "backups" not in names_in(place.parent)


async def test_looking_writes_nothing_and_waits_for_no_writer(
    whole: Village, integrity: Integrity
) -> None:
    async with whole.database.writing():
        assert await wrong(integrity) == {}


async def test_an_older_history_that_comes_after_archiving_makes_no_fault_of_what_moved(
    whole: Village, intake: Intake, integrity: Integrity, path: Path
) -> None:
    await archiving.move(whole.database, NOW)
    await intake.store(whole.clan, [heard(1, 1, NOW - 40 * DAY), heard(2, 3, NOW - 40 * DAY)])
    before = one(path, "SELECT count(*) FROM questions WHERE answer_id IS NOT NULL")
    assert before
    assert await wrong(integrity) == {}
    with broken(path) as sql:
        sql.execute("UPDATE author_totals SET wrote_at = 1")
    assert set(await wrong(integrity)) == {"totals"}
    await integrity.repair()
    assert await wrong(integrity) == {}
    assert one(path, "SELECT count(*) FROM questions WHERE answer_id IS NOT NULL") == before


@pytest.mark.parametrize("content", [None, b"no database " * 1000])
async def test_a_lost_archive_is_a_finding_and_the_rest_is_looked_at(
    whole: Village, clock: Clock, path: Path, content: bytes | None
) -> None:
    await archiving.move(whole.database, NOW - 2 * DAY)
    await whole.database.close()
    archive_of(path).unlink()
    if content is not None:
        archive_of(path).write_bytes(content)
    mine = Integrity(whole.database, clock)
    found = [each async for each in mine.check()]
    assert {each.about for each in found} == {each.name for each in CHECKS}
    wrongs = [(each.about, each.severity) for each in found if each.severity is not Severity.OK]
    assert wrongs == [("rollups", Severity.WARNING), ("archive", Severity.FAULT)]
    assert "clanstats archive --without" in found[-1].next_step
    with broken(path) as sql:
        sql.execute("UPDATE author_totals SET answers = 7")
    before = contents(path)
    done = await mine.repair()
    assert (done.mended, done.backup) == ((), None)
    faults = {each.about for each in done.findings if each.severity is Severity.FAULT}
    assert faults == {"totals", "archive"}
    assert contents(path) == before


NO_MESSAGE = "questions without their message: 1"

MENDED: list[tuple[str, str, Break]] = [
    ("rollups", "days and hours", lambda sql: sql.execute("UPDATE author_days SET messages = 9")),
    ("rollups", "days and hours", lambda sql: sql.execute("DELETE FROM author_hours")),
    ("rollups", "days and hours", lambda sql: sql.execute("DELETE FROM clan_hours")),
    (
        "rollups",
        "days and hours",
        lambda sql: sql.execute("UPDATE clan_hours SET messages = messages + 1"),
    ),
    ("rollups", "days and hours", lambda sql: sql.execute("DELETE FROM channel_days")),
    (
        "rollups",
        "days and hours",
        lambda sql: sql.execute("UPDATE channel_days SET messages = messages + 1"),
    ),
    (
        "rollups",
        "days and hours",
        lambda sql: sql.execute(
            "INSERT INTO channel_days SELECT clan_id, 737000, id, 9 FROM channels LIMIT 1"
        ),
    ),
    ("totals", "totals", lambda sql: sql.execute("UPDATE author_totals SET answers = 7")),
    ("totals", "totals", lambda sql: sql.execute("UPDATE author_totals SET wrote_at = 1")),
    ("totals", "totals", lambda sql: sql.execute("DELETE FROM author_totals")),
    (
        "duplicates",
        "counted and left out: 1",
        lambda sql: sql.execute(
            "INSERT INTO left_out_messages SELECT * FROM messages WHERE message_id ="
            " (SELECT min(message_id) FROM messages)"
        ),
    ),
    (
        "duplicates",
        "told by the game too: 1",
        lambda sql: sql.execute(
            "INSERT INTO broadcasts SELECT clan_id, message_id, channel_id, author_id, 'drop',"
            " sent_at FROM messages ORDER BY message_id LIMIT 1"
        ),
    ),
    (
        "metrics",
        "present values that are not the last change: 1",
        lambda sql: sql.execute(
            "UPDATE present_values SET value = 1 WHERE player_id = 1 AND metric_id ="
            " (SELECT id FROM metrics WHERE name = 'zulrah')"
        ),
    ),
    ("metrics", "present values", lambda sql: sql.execute("DELETE FROM present_values")),
    (
        "metrics",
        "present values",
        lambda sql: (
            sql.execute("INSERT INTO metrics (id, name, kind) VALUES (99, 'vorkath', 'boss')")
            and sql.execute("INSERT INTO present_values VALUES (1, 99, 5, 1)")
        ),
    ),
    ("metrics", "lost XP", lambda sql: sql.execute("UPDATE observations SET xp_fell = xp % 7")),
    (
        "revision",
        "triggers that notice who is whose, missing: 1",
        lambda sql: sql.execute(
            "DROP TRIGGER identity_revision_links_insert"
            + (" ON links" if isinstance(sql, Hand) else "")
        ),
    ),
]


@pytest.mark.parametrize(("about", "words", "breaks"), MENDED)
async def test_what_follows_from_facts_is_found_and_made_anew(
    integrity: Integrity, place: Place, about: str, words: str, breaks: Break
) -> None:
    before = contents(place)
    with broken(place) as sql:
        breaks(sql)
    found = await wrong(integrity)
    assert words in found[about].words
    assert "--repair" in found[about].next_step
    repaired = await integrity.repair()
    assert about in repaired.mended
    assert {each.severity for each in repaired.findings} == {Severity.OK}
    after = contents(place)
    for mended in (before, after):
        mended.pop("clans")
        mended.pop("metrics")
    assert after == before
    if isinstance(place, Path):
        assert repaired.backup is not None
        assert Path(repaired.backup).name in names_in(place.parent / "backups")


async def test_what_belongs_to_nothing_any_more_goes_with_what_was_counted_for_it(
    integrity: Integrity, place: Place
) -> None:
    with broken(place) as sql:
        newest = one(place, "SELECT max(message_id) FROM questions")
        sql.execute("DELETE FROM messages WHERE message_id = ?", (newest,))
        sql.execute(
            "INSERT INTO links (clan_id, player_id, discord_user_id, state, is_main, claimed_at)"
            " VALUES (1, 1, -77, 'confirmed', FALSE, 1)"
        )
    found = await wrong(integrity)
    assert "questions without their message: 1" in found["orphans"].words
    assert "links to a speaker who is gone: 1" in found["orphans"].words
    assert "rollups" in found
    assert {*(await integrity.repair()).mended} >= {"orphans", "rollups", "totals"}
    assert await wrong(integrity) == {}
    assert newest not in kept(place).answers
    assert one(place, "SELECT count(*) FROM links") == 0


async def test_an_answer_that_is_gone_is_no_answer_and_gives_no_credit(
    integrity: Integrity, place: Place
) -> None:
    answers = one(place, "SELECT sum(answers) FROM author_totals")
    with broken(place) as sql:
        sql.execute(
            "DELETE FROM messages WHERE message_id = (SELECT max(answer_id) FROM questions)"
        )
    assert "answers without their message: 1" in (await wrong(integrity))["orphans"].words
    await integrity.repair()
    assert await wrong(integrity) == {}
    assert one(place, "SELECT sum(answers) FROM author_totals") == answers - 1


async def test_rows_that_name_what_is_not_there_go_and_what_names_them_too(
    integrity: Integrity, place: Place
) -> None:
    with broken(place) as sql:
        sql.execute("INSERT INTO case_entries VALUES (1, 5, 1, 'm', 's', 1, 1, '', NULL, '[]')")
        sql.execute(
            "INSERT INTO cases (id, clan_id, player_id, kind, state, role, policy_version)"
            " VALUES (5, 1, 404, 'promotion', 'open', 'member', 1)"
        )
        sql.execute("UPDATE questions SET answered_by = 404")
    found = await wrong(integrity)
    assert "rows of cases whose player_id is not there: 1" in found["keys"].words
    assert "rows of questions whose answered_by is not there: 5" in found["keys"].words
    assert "keys" in (await integrity.repair()).mended
    assert await wrong(integrity) == {}
    assert one(place, "SELECT count(*) FROM case_entries") == 0
    assert one(place, "SELECT count(*) FROM questions WHERE answer_id IS NULL") == 5


async def test_a_channel_that_is_noted_twice_as_not_seen_keeps_the_longer_time(
    integrity: Integrity, place: Place
) -> None:
    with broken(place) as sql:
        sql.executemany(
            "INSERT INTO blind_spots (clan_id, channel_id, started_at, reason)"
            " VALUES (1, 1, ?, 'x')",
            [(20,), (10,), (20,)],
        )
    assert "noted twice as not seen: 2" in (await wrong(integrity))["duplicates"].words
    await integrity.repair()
    assert one(place, "SELECT started_at FROM blind_spots") == 10


async def test_a_channel_read_up_to_a_day_to_come_is_read_again_from_what_is_stored(
    integrity: Integrity, place: Place
) -> None:
    with broken(place) as sql:
        ahead = first_snowflake(NOW + 30 * DAY)
        sql.execute("UPDATE channels SET cursor_id = ? WHERE name = 'general'", (ahead,))
    found = (await wrong(integrity))["cursors"]
    assert "read up to a day to come (#general): 1" in found.words
    await integrity.repair()
    assert await wrong(integrity) == {}
    newest = one(
        place,
        "SELECT max(message_id) FROM messages JOIN channels ON channels.id = channel_id"
        " WHERE name = 'general'",
    )
    assert one(place, "SELECT cursor_id FROM channels WHERE name = 'general'") == newest


async def test_a_channel_read_less_far_than_stored_costs_nothing_and_is_told(
    integrity: Integrity, place: Place
) -> None:
    with broken(place) as sql:
        sql.execute("UPDATE channels SET cursor_id = 5 WHERE name = 'pvm'")
    found = (await wrong(integrity))["history"]
    assert (found.severity, "(#pvm): 1" in found.words) == (Severity.WARNING, True)
    assert (await integrity.repair()).mended == ()
    with broken(place) as sql:  # it waits to be read, as is noted
        sql.execute(
            "INSERT INTO blind_spots (clan_id, channel_id, started_at, reason)"
            " SELECT 1, id, 5, 'x' FROM channels WHERE name = 'pvm'"
        )
    assert await wrong(integrity) == {}


async def test_what_forgotten_people_wrote_before_is_found_and_goes(
    whole: Village, integrity: Integrity, place: Place
) -> None:
    clan = whole.clan
    until = NOW - 3 * DAY - HOUR
    with broken(place) as sql:
        sql.executemany(
            "INSERT INTO forgotten VALUES (1, ?, ?)",
            [(user_key(1, 1), to_ms(until)), (speaker_key(1, "Zezima"), to_ms(NOW))],
        )
        day = (NOW - 5 * DAY).date().toordinal()
        sql.executemany(
            "INSERT INTO presence_days VALUES (1, ?, 1, 0)", [(day,), (NOW.date().toordinal(),)]
        )
    found = (await wrong(integrity))["forgotten"].words
    assert "whose messages from before are there: 2" in found
    assert "whose days from before are there: 1" in found
    assert (await integrity.repair()).mended == ("forgotten",)
    assert await wrong(integrity) == {}
    facts = kept(place, clan.clan_id).facts
    assert sum(user == 1 for user, *_ in facts.values()) == 3
    assert one(place, "SELECT count(*) FROM presence_days") == 1
    assert (
        one(
            place,
            "SELECT count(*) FROM messages JOIN authors a ON a.id = author_id"
            " WHERE a.bridge_name IS NOT NULL",
        )
        == 0
    )


async def test_whom_only_the_file_knows_as_forgotten_is_forgotten_again(
    integrity: Integrity, database: Database, place: Place
) -> None:
    file = forgotten.file_of(database)
    assert file is not None
    forgotten.remember(file, 1, {user_key(1, 2): NOW})
    assert "only the file" in (await wrong(integrity))["forgotten"].words
    await integrity.repair()
    assert await wrong(integrity) == {}
    assert 2 not in {user for user, *_ in kept(place).facts.values()}


async def test_who_was_forgotten_and_came_back_is_no_fault(
    whole: Village, integrity: Integrity, clock: Clock, intake: Intake, database: Database
) -> None:
    await Privacy(database, clock).forget(whole.clan, 1)
    await intake.store(whole.clan, [heard(5_000, 1, NOW + HOUR)])
    assert await wrong(integrity) == {}


async def test_an_index_that_lacks_rows_is_made_anew(integrity: Integrity, path: Path) -> None:
    name = "ix_messages_clan_id_author_id_message_id"
    with broken(path) as sql:
        (schema,) = sql.execute("SELECT sql FROM sqlite_schema WHERE name = ?", (name,)).fetchone()
        root = sql.execute("SELECT rootpage FROM sqlite_schema WHERE name = ?", (name,)).fetchone()[
            0
        ]
        sql.execute("PRAGMA writable_schema = ON")
        sql.execute("DELETE FROM sqlite_schema WHERE name = ?", (name,))
    with broken(path) as sql:
        sql.execute("UPDATE messages SET author_id = 1 WHERE author_id = 2")
        sql.execute("PRAGMA writable_schema = ON")
        sql.execute(
            "INSERT INTO sqlite_schema VALUES ('index', ?, 'messages', ?, ?)", (name, root, schema)
        )
    found = (await wrong(integrity))["file"]
    assert "an index of messages" in found.words
    assert "--repair" in found.next_step
    assert "file" in (await integrity.repair()).mended
    assert await wrong(integrity) == {}


async def test_damage_is_not_mended_but_needs_a_backup(
    integrity: Integrity, path: Path, database: Database
) -> None:
    with broken(path) as sql:
        root = sql.execute(
            "SELECT rootpage FROM sqlite_schema WHERE name = 'metric_changes'"
        ).fetchone()[0]
        size = sql.execute("PRAGMA page_size").fetchone()[0]
        sql.execute("PRAGMA wal_checkpoint(TRUNCATE)")
    await database.close()
    with path.open("r+b") as file:
        file.seek((root - 1) * size)
        file.write(b"\xff" * size)
    found = await wrong(integrity)
    assert "clanstats restore" in found["file"].next_step
    assert "clanstats restore" in found["metrics"].next_step
    assert "rollups" not in found


async def test_without_room_for_a_backup_nothing_is_mended(
    integrity: Integrity, path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    with broken(path) as sql:
        sql.execute("UPDATE author_totals SET answers = 7")

    async def full(*_: object, **__: object) -> None:
        raise DatabaseFull(path, "disk full")

    monkeypatch.setattr("bot.services.ops.integrity.back_up", full)
    with pytest.raises(DatabaseFull):
        await integrity.repair()
    assert "totals" in await wrong(integrity)


async def test_a_database_of_another_version_is_told_and_looked_at_no_further(
    integrity: Integrity, place: Place
) -> None:
    with broken(place) as sql:
        sql.execute("UPDATE alembic_version SET version_num = '0003'")
    (found,) = [each async for each in integrity.check()]
    assert (found.about, "0003" in found.words) == ("revision", True)
    assert "clanstats migrate" in found.next_step
    assert (await integrity.repair()).findings == (found,)
    with broken(place) as sql:
        sql.execute("UPDATE alembic_version SET version_num = '9999'")
    (found,) = [each async for each in integrity.check()]
    assert "newest version" in found.next_step


async def test_a_clan_that_is_being_counted_anew_is_left_alone(
    integrity: Integrity, place: Place
) -> None:
    with broken(place) as sql:
        sql.execute("UPDATE clans SET recounted_from_on = 700000")
        sql.execute("DELETE FROM author_hours")
    assert await wrong(integrity) == {}


async def test_the_days_are_looked_at_in_small_pieces_and_none_is_left_out(
    integrity: Integrity, place: Place, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(rebuild, "_FACTS_AT_ONCE", 2)
    monkeypatch.setattr(rebuild, "_DAYS_AT_ONCE", 1)
    assert await wrong(integrity) == {}
    with broken(place) as sql:
        sql.execute("UPDATE author_days SET messages = messages + 1")
        days = one(place, "SELECT count(*) FROM author_days")
    assert (await wrong(integrity))["rollups"].words.endswith(f": {days}")


async def test_a_check_of_something_else_is_one_more_line(database: Database, clock: Clock) -> None:
    async def look(_ground: Ground) -> AsyncIterator[Faults]:
        yield {"facts that the archive has too": 3}

    check = IntegrityCheck("archive", "archive and database agree", look)
    told: list[tuple[str, int, int]] = []
    integrity = Integrity(database, clock, (check,))
    (found,) = [each async for each in integrity.check(lambda *at: told.append(at))]
    assert found.words == "facts that the archive has too: 3"
    assert told == [("archive", 0, 1)]

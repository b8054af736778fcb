"""Live messages become facts once, whatever happens on the way."""

import asyncio
import sqlite3
from collections.abc import Sequence
from contextlib import AbstractAsyncContextManager, closing
from dataclasses import replace
from datetime import timedelta
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest

import storage.clans
from bot.services.chat import ChannelInfo, Flushed, IncomingMessage, Intake
from bot.services.chat.intake import _Buffer
from bot.services.setup import Clan, Clans
from storage.engine import Connection, Database
from storage.errors import DatabaseLocked
from tests.bot.demo.conftest import Clock
from tests.bot.services.contents import contents, instant, one, rows
from tests.bot.services.talk import GENERAL, MINUTE, PVM, THREAD, heard, kept, spoken, told
from tests.bot.services.village import counted
from tests.storage.rows import HOUR, NOW, Place, opened

UTC_ZONE = ZoneInfo("UTC")


@pytest.fixture
def intake(database: Database, known_clans: Clans, clan: Clan, clock: Clock) -> Intake:
    assert clan.clan_id == 1
    return Intake(database, known_clans, clock)


def cursor(place: Place, channel_info: ChannelInfo = GENERAL) -> int | None:
    found = one(
        place,
        "SELECT cursor_id FROM channels WHERE discord_channel_id = ?",
        channel_info.discord_channel_id,
    )
    assert found is None or isinstance(found, int)
    return found


async def test_what_was_heard_is_written_once(intake: Intake, place: Place) -> None:
    messages = [heard(1), heard(2, user=2, channel_info=PVM, asks=True), heard(3)]
    for each in [*messages, messages[0]]:
        intake.hear(1, each)
    assert await intake.flush() == Flushed(stored=3)
    assert kept(place) == told(messages, UTC_ZONE)
    intake.hear(1, messages[1])
    assert await intake.flush() == Flushed()
    assert kept(place) == told(messages, UTC_ZONE)


async def test_no_words_are_kept_anywhere(place: Place, intake: Intake) -> None:
    intake.hear(1, heard(1, asks=True))
    await intake.flush()
    (stored,) = rows(place, "SELECT * FROM messages")
    assert [*stored] == [
        "clan_id",
        "message_id",
        "author_id",
        "channel_id",
        "sent_at",
        "flags",
        "reply_to",
    ]


async def test_a_failed_flush_keeps_everything_for_the_next_one(
    path: Path, known_clans: Clans, clan: Clan, clock: Clock
) -> None:
    assert clan.clan_id == 1
    async with opened(path, busy=timedelta()) as impatient:
        intake = Intake(impatient, known_clans, clock)
        intake.hear(1, heard(1))
        await intake.flush()
        with closing(sqlite3.connect(path, isolation_level=None)) as other:
            other.execute("BEGIN IMMEDIATE")
            intake.hear(1, heard(2))
            intake.hear(1, heard(3))
            intake.take_back(1, [heard(1).message_id])
            with pytest.raises(DatabaseLocked):
                await intake.flush()
            intake.hear(1, heard(4))
            intake.take_back(1, [heard(3).message_id])
            with pytest.raises(DatabaseLocked):
                await intake.flush()
            other.execute("ROLLBACK")
        assert await intake.flush() == Flushed(stored=2, removed=1)
    assert kept(path) == told([heard(2), heard(4)], UTC_ZONE)


async def test_what_is_taken_back_while_a_flush_fails_stays_taken_back(
    path: Path, known_clans: Clans, clan: Clan, clock: Clock
) -> None:
    assert clan.clan_id == 1
    async with opened(path, busy=timedelta()) as impatient:
        intake = Intake(impatient, known_clans, clock)
        intake.hear(1, heard(1))
        intake.hear(1, heard(2))
        with closing(sqlite3.connect(path, isolation_level=None)) as other:
            other.execute("BEGIN IMMEDIATE")
            flush = asyncio.create_task(intake.flush())
            await asyncio.sleep(0)
            intake.take_back(1, [heard(1).message_id])
            intake.hear(1, heard(3))
            with pytest.raises(DatabaseLocked):
                await flush
            other.execute("ROLLBACK")
        assert await intake.flush() == Flushed(stored=2)
    assert kept(path) == told([heard(2), heard(3)], UTC_ZONE)


async def test_one_server_that_cannot_be_written_does_not_lose_the_others(
    path: Path, known_clans: Clans, clan: Clan, clock: Clock
) -> None:
    other_clan = await known_clans.found(2, "Other")
    async with opened(path, busy=timedelta()) as impatient:
        intake = Intake(impatient, known_clans, clock)
        with closing(sqlite3.connect(path, isolation_level=None)) as other:
            other.execute("BEGIN IMMEDIATE")
            intake.hear(1, heard(1))
            intake.hear(2, heard(2))
            with pytest.raises(DatabaseLocked):
                await intake.flush()
            other.execute("ROLLBACK")
        assert await intake.flush() == Flushed(stored=2)
    assert kept(path, clan.clan_id) == told([heard(1)], UTC_ZONE)
    assert kept(path, other_clan.clan_id) == told([heard(2)], UTC_ZONE)


async def test_half_a_character_in_a_name_holds_nobody_up(
    intake: Intake, known_clans: Clans, place: Place
) -> None:
    """JSON may hold one half of an emoji, and a database takes none."""
    await known_clans.found(1, "Iron \ud83d Cabbage")
    odd = replace(heard(1, 1), name="Zez\ud83d", handle="zez\udc00")
    odd_place = GENERAL._replace(name="gen\ud83deral")
    odd_line = replace(spoken(2, "Zez"), name="Zez\udc00")
    said = [odd, odd_line, heard(3, 2, channel_info=odd_place), replace(odd, message_id=4)]
    for each in said:
        intake.hear(1, each)
    assert (await intake.flush()).stored == 4
    names = rows(place, "SELECT name, handle FROM authors ORDER BY id")
    assert {each["name"] for each in names} == {"Zez\ufffd", "User 2"}
    renamed = "SELECT count(*) FROM authors WHERE named_at IS NOT NULL AND handle = 'zez\ufffd'"
    assert one(place, renamed) == 1


async def test_deleted_before_the_flush_it_never_appears(intake: Intake, place: Place) -> None:
    intake.hear(1, heard(1))
    intake.take_back(1, [heard(1).message_id])
    intake.hear(1, heard(1))
    assert await intake.flush() == Flushed()
    assert kept(place) == told([], UTC_ZONE)


async def test_deleted_afterwards_it_leaves_facts_and_rollups(intake: Intake, place: Place) -> None:
    question = heard(1, asks=True)
    helpful = heard(2, user=2, at=question.sent_at + MINUTE)
    second = heard(3, user=3, at=question.sent_at + 2 * MINUTE)
    for each in (question, helpful, second):
        intake.hear(1, each)
    await intake.flush()
    assert kept(place).answers[question.message_id] is not None
    intake.take_back(1, [helpful.message_id])
    assert await intake.flush() == Flushed(removed=1)
    assert kept(place) == told([question, second], UTC_ZONE)
    assert kept(place).totals[3] == (1, 0, 1)
    intake.take_back(1, [question.message_id])
    await intake.flush()
    assert kept(place) == told([second], UTC_ZONE)
    intake.take_back(1, [second.message_id])
    await intake.flush()
    assert kept(place) == told([], UTC_ZONE)


async def test_history_does_not_bring_back_what_was_deleted_while_it_was_read(
    intake: Intake, clan: Clan, place: Place
) -> None:
    page = [heard(1), heard(2)]
    intake.take_back(1, [heard(1).message_id])
    await intake.flush()
    await intake.store(clan, page)
    assert kept(place) == told([heard(2)], UTC_ZONE)


async def test_uncounted_channels_and_the_threads_under_them_do_not_count(
    intake: Intake, known_clans: Clans, clan: Clan, place: Place
) -> None:
    await intake.note(clan, GENERAL)
    await known_clans.set_counted(clan, GENERAL.discord_channel_id, is_counted=False)
    for each in (heard(1), heard(2, channel_info=THREAD), heard(3, channel_info=PVM)):
        intake.hear(1, each)
    assert await intake.flush() == Flushed(stored=1)
    assert kept(place) == told([heard(3, channel_info=PVM)], UTC_ZONE)
    await known_clans.set_counted(clan, GENERAL.discord_channel_id, is_counted=True)
    intake.hear(1, heard(4, channel_info=THREAD))
    assert await intake.flush() == Flushed(stored=1)


async def test_a_message_on_a_server_without_a_clan_is_dropped(
    intake: Intake, place: Place
) -> None:
    intake.hear(99, heard(1))
    assert await intake.flush() == Flushed()
    assert one(place, "SELECT count(*) FROM messages") == 0


async def test_the_cursor_moves_only_in_channels_that_are_caught_up(
    intake: Intake, clan: Clan, place: Place
) -> None:
    await intake.store(clan, [heard(1), heard(2, channel_info=PVM)])
    assert (cursor(place), cursor(place, PVM)) == (None, None)
    await intake.catch_up(clan, GENERAL, heard(1).message_id, intake.session_of(1))
    await intake.store(clan, [heard(3), heard(4, channel_info=PVM)])
    assert (cursor(place), cursor(place, PVM)) == (heard(3).message_id, None)


async def test_the_cursor_never_moves_back(intake: Intake, clan: Clan, place: Place) -> None:
    await intake.catch_up(clan, GENERAL, heard(9).message_id, intake.session_of(1))
    await intake.store(clan, [heard(5)])
    await intake.catch_up(clan, GENERAL, heard(4).message_id, intake.session_of(1))
    await intake.catch_up(clan, GENERAL, None, intake.session_of(1))
    assert cursor(place) == heard(9).message_id


async def test_after_a_lost_connection_cursors_wait_for_the_history(
    intake: Intake, clan: Clan, place: Place
) -> None:
    await intake.catch_up(clan, GENERAL, heard(1).message_id, intake.session_of(1))
    intake.hear(1, heard(2))
    intake.end_session()
    intake.hear(1, heard(3))
    await intake.flush()
    assert cursor(place) == heard(1).message_id


async def test_history_that_was_read_across_a_lost_connection_does_not_free_the_cursor(
    intake: Intake, clan: Clan, place: Place
) -> None:
    session = intake.session_of(1)
    intake.end_session()
    await intake.catch_up(clan, GENERAL, heard(1).message_id, session)
    await intake.store(clan, [heard(3)])
    assert cursor(place) == heard(1).message_id


async def test_a_name_is_the_newest_one_heard(intake: Intake, place: Place) -> None:
    intake.hear(1, heard(1))
    await intake.flush()
    renamed = heard(2)
    object.__setattr__(renamed, "name", "Renamed")
    intake.hear(1, renamed)
    await intake.flush()
    assert rows(place, "SELECT name, handle FROM authors") == [
        {"name": "Renamed", "handle": "user1"}
    ]


async def test_a_clans_messages_never_reach_another_clans_numbers(
    intake: Intake, known_clans: Clans, clan: Clan, place: Place
) -> None:
    other = await known_clans.found(2, "Other")
    mine = [heard(1, asks=True), heard(2, user=2)]
    elsewhere = ChannelInfo(900, "general", "text")
    theirs = [
        heard(3, user=2, channel_info=elsewhere),
        heard(4, user=1, channel_info=elsewhere, reply_to=mine[0].message_id),
    ]
    for each in mine:
        intake.hear(1, each)
    for each in theirs:
        intake.hear(2, each)
    await intake.flush()
    assert kept(place, clan.clan_id) == told(mine, UTC_ZONE)
    assert kept(place, other.clan_id) == told(theirs, UTC_ZONE)
    before = contents(place)
    intake.take_back(2, [each.message_id for each in mine])
    await intake.flush()
    assert contents(place) == before


async def test_listening_is_noted_once_a_minute_when_everything_was_caught_up(
    intake: Intake, known_clans: Clans, clan: Clan, clock: Clock, place: Place
) -> None:
    await intake.flush()
    assert one(place, "SELECT listened_at FROM clans") is None
    session = intake.session_of(1)
    intake.end_session()
    intake.resume_session(clan.guild_id, session)
    await intake.flush()
    assert one(place, "SELECT listened_at FROM clans") is None
    intake.resume_session(clan.guild_id, intake.session_of(1))
    await intake.flush()
    first = clock.now
    clock.forward(MINUTE / 2)
    await intake.flush()
    assert instant(one(place, "SELECT listened_at FROM clans")) == first
    clock.forward(MINUTE / 2)
    await intake.flush()
    assert instant(one(place, "SELECT listened_at FROM clans")) == clock.now
    last = clock.now
    intake.end_session()
    clock.forward(HOUR)
    await intake.flush()
    assert instant(one(place, "SELECT listened_at FROM clans")) == last
    assert await known_clans.every()


async def test_deletes_are_remembered_within_bounds(
    intake: Intake, clan: Clan, place: Place
) -> None:
    intake.take_back(clan.guild_id, range(1, 60_001))
    assert len(intake._gone) == 50_000
    intake.take_back(clan.guild_id, [heard(1).message_id])
    await intake.store(clan, [heard(1), heard(2)])
    assert kept(place) == told([heard(2)], UTC_ZONE)


@pytest.mark.only_sqlite
async def test_a_burst_is_written_in_small_transactions_and_to_the_end(
    database: Database, intake: Intake, place: Place
) -> None:
    burst = [heard(n, 1 + n % 10, asks=True) for n in range(1_100)]
    for each in burst:
        intake.hear(1, each)
    gone = [each.message_id for each in burst[::4]]
    intake.take_back(1, gone)
    with counted(database) as statements:
        done = await intake.flush()
    assert done.stored == 825
    assert sum(each.startswith("BEGIN IMMEDIATE") for each in statements) == 4
    assert kept(place) == told([each for each in burst if each.message_id not in gone], UTC_ZONE)
    assert not any(buffer.heard or buffer.taken_back for buffer in intake._buffers.values())


@pytest.mark.parametrize("people", [3, 90])
async def test_the_statements_of_a_transaction_do_not_depend_on_what_it_writes(
    intake: Intake, clan: Clan, database: Database, people: int
) -> None:
    messages = [heard(n, 1 + n % people, asks=not n % 2) for n in range(200)]
    await intake.store(clan, messages[:100])
    with counted(database) as statements:
        await intake.store(clan, messages[100:])
    assert len(statements) <= 40


async def test_what_does_not_fit_is_left_to_the_history_and_no_cursor_passes_it(
    intake: Intake,
    known_clans: Clans,
    clan: Clan,
    place: Place,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr("bot.services.chat.intake._MOST_HEARD", 3)
    other = await known_clans.found(2, "Other")
    await intake.catch_up(clan, GENERAL, heard(1).message_id, intake.session_of(1))
    elsewhere = ChannelInfo(900, "general", "text")
    await intake.catch_up(other, elsewhere, heard(1).message_id, intake.session_of(2))
    session = intake.session_of(1)
    assert [intake.hear(1, heard(n)) for n in range(2, 7)] == [True, True, True, False, False]
    assert intake.session_of(1) != session
    assert intake.hear(2, heard(8, channel_info=elsewhere))
    assert (await intake.flush()).stored == 4
    assert intake.hear(1, heard(7))
    await intake.flush()
    assert cursor(place) == heard(1).message_id
    assert cursor(place, elsewhere) == heard(8).message_id
    await intake.store(clan, [heard(5), heard(6)])
    await intake.catch_up(clan, GENERAL, heard(7).message_id, intake.session_of(1))
    assert cursor(place) == heard(7).message_id


async def test_when_all_together_wait_with_too_much_the_loud_one_is_left_to_its_history(
    intake: Intake, known_clans: Clans, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("bot.services.chat.intake._MOST_WAITING", 10)
    await known_clans.found(2, "Other")
    elsewhere = ChannelInfo(900, "general", "text")
    assert intake.hear(2, heard(50, channel_info=elsewhere))
    loud = [intake.hear(1, heard(n)) for n in range(1, 31)]
    assert loud == [True] * 9 + [False] * 21
    others = [intake.hear(2, heard(50 + n, channel_info=elsewhere)) for n in range(1, 5)]
    assert others == [True] * 4
    assert (await intake.flush()).stored == 14
    assert intake.hear(1, heard(31))


async def test_what_is_written_in_more_channels_than_a_clan_may_have_is_not_counted(
    database: Database, known_clans: Clans, clan: Clan, clock: Clock, path: Path
) -> None:
    intake = Intake(database, known_clans, clock, most_channels=3)
    places = [ChannelInfo(900 + n, f"thread {n}", "public_thread") for n in range(10)]
    written = [heard(n + 1, channel_info=place) for n, place in enumerate(places)]
    assert (await intake.store(clan, written[:2])).stored == 2
    assert (await intake.store(clan, written)).stored == 1
    assert (await intake.store(clan, written)).stored == 0
    assert one(path, "SELECT count(*) FROM channels") == 3
    more = Intake(database, known_clans, clock, most_channels=20)
    assert (await more.store(clan, written)).stored == 7


async def test_one_servers_overflow_ends_nobody_elses_session(
    intake: Intake, known_clans: Clans, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("bot.services.chat.intake._MOST_HEARD", 1)
    await known_clans.found(2, "Other")
    reading = intake.session_of(2)
    assert [intake.hear(1, heard(n)) for n in range(5)] == [True] + [False] * 4
    intake.resume_session(2, reading)
    assert intake.listens(2)
    assert not intake.listens(1)


async def village_of(database: Database, clans: int) -> None:
    """Have many servers known to the bot."""
    async with database.writing() as connection:
        await storage.clans.be_in(connection, {n: f"Clan {n}" for n in range(1, clans + 1)}, NOW)


def count_transactions(database: Database, patch: pytest.MonkeyPatch) -> list[int]:
    """Return a list that grows with every transaction that writes."""
    begun: list[int] = []
    writing = database.writing

    def counting() -> AbstractAsyncContextManager[Connection]:
        begun.append(len(begun))
        return writing()

    patch.setattr(database, "writing", counting)
    return begun


def said_in(guild_id: int, number: int = 0) -> IncomingMessage:
    return heard(guild_id * 100_000 + number, user=guild_id)


async def test_a_message_in_each_of_many_servers_is_written_in_few_transactions(
    intake: Intake, database: Database, place: Place, monkeypatch: pytest.MonkeyPatch
) -> None:
    await village_of(database, 60)
    begun = count_transactions(database, monkeypatch)
    for guild_id in range(1, 61):
        intake.hear(guild_id, said_in(guild_id))
    assert await intake.flush() == Flushed(stored=60)
    assert len(begun) == 2
    found = rows(place, "SELECT clan_id, count(*) AS n FROM authors GROUP BY clan_id")
    assert [row["n"] for row in found] == [1] * 60
    assert await intake.flush() == Flushed()
    assert not intake._buffers


async def test_a_server_that_writes_much_holds_up_nobody_who_writes_little(
    intake: Intake, database: Database, monkeypatch: pytest.MonkeyPatch
) -> None:
    await village_of(database, 4)
    monkeypatch.setattr("bot.services.chat.intake._AT_ONCE", 5)
    for number in range(20):
        intake.hear(1, said_in(1, number))
    for guild_id in (2, 3, 4):
        intake.hear(guild_id, said_in(guild_id))
    begun = count_transactions(database, monkeypatch)
    quiet: list[int] = []
    store = intake._store

    async def watched(batches: Sequence[tuple[Clan, _Buffer]]) -> Flushed:
        quiet.extend(len(begun) for clan, _ in batches if clan.guild_id > 1)
        return await store(batches)

    monkeypatch.setattr(intake, "_store", watched)
    assert await intake.flush() == Flushed(stored=23)
    assert quiet == [1, 1, 1]
    assert len(begun) == 5


async def test_what_cannot_be_written_of_one_server_is_held_back_alone(
    intake: Intake, database: Database, place: Place, monkeypatch: pytest.MonkeyPatch
) -> None:
    await village_of(database, 9)
    for guild_id in range(1, 10):
        intake.hear(guild_id, said_in(guild_id))
    put = intake._put

    async def faulty(connection: Connection, batches: Sequence[tuple[Clan, _Buffer]]) -> Flushed:
        if any(clan.guild_id == 4 for clan, _ in batches):
            raise ZeroDivisionError
        return await put(connection, batches)

    with monkeypatch.context() as patch:
        patch.setattr(intake, "_put", faulty)
        for stored in (0, 3, 8):
            with pytest.raises(ZeroDivisionError):
                await intake.flush()
            assert one(place, "SELECT count(*) FROM messages") == stored
    assert await intake.flush() == Flushed(stored=1)

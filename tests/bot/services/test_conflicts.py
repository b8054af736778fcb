"""What two processes write at the same moment is written by both, once: on a real PostgreSQL."""

import ast
import asyncio
from collections import Counter
from collections.abc import AsyncIterator, Awaitable, Callable, Iterator, Sequence
from contextlib import (
    AbstractAsyncContextManager,
    AbstractContextManager,
    asynccontextmanager,
    contextmanager,
    nullcontext,
    suppress,
)
from datetime import timedelta
from pathlib import Path
from typing import Any, NamedTuple

import pytest
from sqlalchemy import event
from sqlalchemy.engine import URL
from sqlmodel import SQLModel

from bot.clan.cases import CaseKind, Move
from bot.clan.digest_slots import DigestInterval
from bot.clan.policy import DEFAULT_POLICY, changed
from bot.clan.posting import PostingChannel
from bot.cli.exit_codes import words_for
from bot.reports.worker import Inline
from bot.services.chat import Backfill, Bridges, Channels, Intake, Presence, Zones
from bot.services.chat.earlier import store_earlier
from bot.services.game import Poll
from bot.services.ops import Upkeep
from bot.services.people import Exemptions, IdentityCache, Leaves, Links, Officer, Visitor, Whom
from bot.services.privacy import Privacy
from bot.services.publish import Digests
from bot.services.review import CaseAction, Cases
from bot.services.setup import Clan, Clans, Policies
from bot.settings import load
from bot.wiring import open_services
from storage.engine import Connection, Database
from storage.errors import ServerUnusable, StorageError
from tests.bot.demo.conftest import Clock
from tests.bot.services.contents import contents
from tests.bot.services.group import GROUP_ID, Group, Someone, client_of
from tests.bot.services.past import Past
from tests.bot.services.review.test_cases import Judges
from tests.bot.services.talk import GENERAL, MINUTE, PVM, heard
from tests.bot.services.village import OFFICER, Village, judged_by
from tests.conftest import ROOT
from tests.storage.postgres import EMPTY, Server
from tests.storage.rows import DAY, HOUR, NOW, opened

QUICK = "10"
"""Milliseconds after which a server looks whether who waits would wait for ever."""
Meeting = Callable[[Connection], AbstractAsyncContextManager[None]]

BY_THEMSELVES = {
    "bot/services/people/links.py: _open": "whoever opens it begins again",
    "bot/services/ops/integrity.py: _index_anew": "of SQLite's file alone",
    "storage/archiving.py: sweep": "of SQLite's file alone",
    "storage/archiving.py: _delete": "of SQLite's file alone",
    "storage/archiving.py: _mark": "of SQLite's file alone",
    "storage/copying.py: copy_to": "into a database that nobody else uses",
    "storage/copying.py: _begin": "likewise",
    "storage/copying.py: _fill": "likewise",
    "storage/migrate.py: run_alembic": "of two that bring a schema up one is started again",
}


def writers(root: Path) -> Iterator[tuple[str, list[ast.expr], int]]:
    """Yield each function that opens a transaction to write, its decorators, and how many."""
    for file in sorted([*root.glob("bot/services/**/*.py"), *root.glob("storage/*.py")]):
        for node in ast.walk(ast.parse(file.read_text("utf-8"))):
            if isinstance(node, ast.AsyncFunctionDef):
                doors = {"writing", "_open"} if file.name == "links.py" else {"writing"}
                opens = [
                    call
                    for call in ast.walk(node)
                    if isinstance(call, ast.Call)
                    and isinstance(call.func, ast.Attribute)
                    and call.func.attr in doors
                ]
                if opens:
                    name = f"{file.relative_to(root).as_posix()}: {node.name}"
                    yield name, node.decorator_list, len(opens)


def test_whatever_writes_begins_again_after_a_conflict() -> None:
    found = {name: (decorators, opens) for name, decorators, opens in writers(ROOT)}
    assert BY_THEMSELVES.keys() <= found.keys()
    for name, (decorators, opens) in found.items():
        if name not in BY_THEMSELVES:
            assert [ast.unparse(each) for each in decorators] == ["begins_again"], name
            assert opens == 1, f"{name}: what one of them wrote would be written twice"


class Met(Database):
    """A database whose every write another process meets, but when it is done again."""

    meeting: Meeting | None = None
    conflicts = 0
    _again = False

    @asynccontextmanager
    async def writing(self) -> AsyncIterator[Connection]:
        async with super().writing() as connection:
            if self.meeting is None or self._again:
                self._again = False
                yield connection
                return
            try:
                async with self.meeting(connection):
                    yield connection
            except BaseException:
                self._again = True
                self.conflicts += 1
                raise


class Ground(NamedTuple):
    """A village with something of everything in it, and the hands that change it."""

    database: Database
    village: Village
    intake: Intake
    clock: Clock

    @property
    def clan(self) -> Clan:
        return self.village.clan


Deed = Callable[[Ground], Awaitable[object]]


async def settled(database: Database) -> Ground:
    clock = Clock(NOW)
    known_clans = Clans(database, clock)
    clan = await known_clans.found(1, "Iron Cabbage")
    village = Village(database, known_clans, clock, clan)
    await village.changed(listened_at=NOW - DAY, wom_group_id=GROUP_ID)
    await village.settled({1: "Zezima", 2: "Lynx Titan", 3: "Mossy Fox"})
    intake = Intake(database, known_clans, clock)
    for days in (3, 2, 1):
        at = NOW - days * DAY
        await intake.store(
            village.clan,
            [heard(days * 10, 1, at, asks=True), heard(days * 10 + 1, 2, at + MINUTE)],
        )
        await village.seen(1, at, 1_000_000 - days, zulrah=50.0 - days)
    await intake.store(village.clan, [heard(50, 3, NOW - DAY, PVM)])
    await village.linked(2, 2)
    await Leaves(database, clock).go(
        village.clan, Whom(user_id=3), ("today", "in 2 days"), reason="x", by=OFFICER
    )
    await Exemptions(database, clock).add(
        village.clan, ("Mossy Fox", None), reason="new", until_text=None, by=OFFICER
    )
    return Ground(database, village, intake, clock)


async def flushes(ground: Ground) -> None:
    for number in range(5):
        ground.intake.hear(1, heard(100 + number, 1 + number % 2, NOW + number * MINUTE))
    ground.intake.take_back(1, [heard(31, 2, NOW - 3 * DAY + MINUTE).message_id])
    await ground.intake.flush()


async def reads_history(ground: Ground) -> None:
    past = Past(GENERAL, PVM)
    past.messages = [heard(200 + number, 2, NOW - number * HOUR) for number in range(3)]
    past.closed = {PVM.discord_channel_id}
    clan = await ground.village.changed()
    await Backfill(ground.database, ground.intake, ground.clock, 30).catch_up(clan, past)


async def sits(ground: Ground) -> None:
    presence = Presence(ground.database, ground.clock)
    await presence.keep(ground.clan, is_kept=False)
    await presence.flush(is_last=True)


async def polls(ground: Ground) -> None:
    group = Group(*(Someone(player_id) for player_id in range(1, 4)))
    clan = await ground.village.changed()
    await Poll(ground.database, client_of(group), ground.clock).poll(clan)


async def decides(ground: Ground) -> None:
    cases = Cases(ground.database, Judges(ground.village), ground.clock)
    await cases.decide(ground.clan, CaseAction(CaseKind.PROMOTION, 1, Move.NOT_YET, 0), OFFICER)
    seen = CaseAction(CaseKind.PROMOTION, 1, Move.APPROVE, 2)
    await cases.decide(ground.clan, seen, OFFICER)


async def runs_a_job(ground: Ground) -> None:
    upkeep = Upkeep(ground.database, ground.clock, (), version="1", refreshed_group=None)
    async with upkeep.run("poll", ground.clan.clan_id, "t"):
        await upkeep.clean_up()


async def links(ground: Ground) -> None:
    made = Links(ground.database, ground.clock, IdentityCache(ground.clock))
    officer = Officer(OFFICER, owns_server=True)
    await made.claim(ground.clan, Visitor(1, "User 1", "user1"), "Zezima")
    await made.link_by_hand(ground.clan, 3, "Mossy Fox", officer)
    await made.unlink(ground.clan, 2, "Lynx Titan")


async def plans(ground: Ground) -> None:
    digests = Digests(ground.database, Inline(), ground.clock, IdentityCache(ground.clock))
    await digests.plan_as(ground.clan, DigestInterval.WEEKLY, 1, 12)
    await digests.switch(ground.clan, is_on=True)
    await digests.link_to(ground.clan, "https://example.org")


async def sets_up(ground: Ground) -> None:
    known_clans = ground.village.known_clans
    await known_clans.join_group(ground.clan, GROUP_ID + 1, "Others")
    await known_clans.be_in({1: "Iron Cabbage", 2: "New"})
    await known_clans.greet(ground.clan)
    await known_clans.leave(2)


async def sets_channels(ground: Ground) -> None:
    channels = Channels(ground.database)
    await channels.leave_out(ground.clan, [PVM])
    await channels.post_in(ground.clan, PostingChannel.NOTICES, 5)
    await Bridges(ground.database, ground.intake).declare(ground.clan, GENERAL, "plain")


async def is_away(ground: Ground) -> None:
    leaves = Leaves(ground.database, ground.clock)
    whom = Whom(user_id=3)
    await leaves.go(ground.clan, whom, ("today", "in 9 days"), reason=None, by=OFFICER)
    await leaves.come_back(ground.clan, whom)
    await Exemptions(ground.database, ground.clock).add(
        ground.clan, ("Mossy Fox", None), reason="old", until_text=None, by=OFFICER
    )


async def brings_along(ground: Ground) -> None:
    old = [heard(900 + number, 1 + number, NOW - 90 * DAY) for number in range(3)]
    await store_earlier(ground.database, ground.clan, old)


async def judges(ground: Ground) -> None:
    shorter = changed(DEFAULT_POLICY, enforcement={"window_days": 14})
    await judged_by(Policies(ground.database, ground.clock), ground.clan, shorter)


async def forgets(ground: Ground) -> None:
    privacy = Privacy(ground.database, ground.clock)
    await privacy.opt_out(ground.clan, 1)
    await privacy.forget(ground.clan, 2)
    await privacy.left(ground.clan, 3)


async def moves_zone(ground: Ground) -> None:
    await Zones(ground.database).set_zone(ground.clan, "Asia/Kolkata")


DEEDS: list[Deed] = [
    flushes,
    reads_history,
    sits,
    polls,
    decides,
    runs_a_job,
    links,
    plans,
    sets_up,
    sets_channels,
    is_away,
    brings_along,
    judges,
    forgets,
    moves_zone,
]

_MADE = {
    table.name: [
        number
        for number, column in enumerate(table.columns)
        if column.foreign_keys or (column.primary_key and column.name == "id")
    ]
    for table in SQLModel.metadata.sorted_tables
}
"""Numbers that a server gives: those of a transaction that was not kept are given to nobody."""


def kept(url: URL) -> dict[str, Counter[tuple[Any, ...]]]:
    """Return what stands in a database, without the numbers that it gives its rows."""
    return {
        name: Counter(
            tuple(value for number, value in enumerate(row) if number not in _MADE.get(name, ()))
            for row in rows
        )
        for name, rows in contents(url).items()
    }


_KEEP = """
DO $$ DECLARE each name; BEGIN
    CREATE SCHEMA lived_in;
    FOR each IN SELECT tablename FROM pg_tables
        WHERE schemaname = 'public' AND tablename <> 'alembic_version'
    LOOP
        EXECUTE format('CREATE TABLE lived_in.%I AS SELECT * FROM public.%I', each, each);
    END LOOP;
END $$
"""
_PUT_BACK = """
DO $$ DECLARE each name; BEGIN
    PERFORM tests_wipe();
    FOR each IN SELECT tablename FROM pg_tables WHERE schemaname = 'lived_in' LOOP
        EXECUTE format('INSERT INTO public.%I SELECT * FROM lived_in.%I', each, each);
    END LOOP;
    PERFORM setval(oid::regclass, 1000) FROM pg_class
        WHERE relkind = 'S' AND relnamespace = 'public'::regnamespace;
END $$
"""


@pytest.fixture(scope="module")
def lived_in(server: Server) -> Iterator[str]:
    """A database with the village, which is put back before each deed."""
    server.wipe()
    asyncio.run(_settle(server.url(EMPTY)))
    server.ask(EMPTY, _KEEP)
    yield _PUT_BACK
    server.ask(EMPTY, "DROP SCHEMA lived_in CASCADE")


async def _settle(url: URL) -> None:
    async with opened(url) as database:
        await settled(database)


@pytest.fixture
def url(server: Server, lived_in: str) -> URL:
    server.ask(EMPTY, lived_in)
    return server.url(EMPTY).update_query_dict({"deadlock_timeout": QUICK})


@pytest.fixture
async def other(server: Server) -> AsyncIterator[Database]:
    async with opened(server.url(EMPTY), timedelta(milliseconds=500)) as database:
        yield database


Around = Callable[[Met], AbstractContextManager[object]]


async def done(server: Server, url: URL, deed: Deed, around: Around = nullcontext) -> Met:
    """Do a deed in a village that nothing was done in yet, with something around it."""
    server.ask(EMPTY, _PUT_BACK)
    database = Met(url)
    try:
        clock = Clock(NOW)
        known_clans = Clans(database, clock)
        clan = await known_clans.of_guild(1)
        assert clan is not None
        village = Village(database, known_clans, clock, clan)
        with around(database):
            await deed(Ground(database, village, Intake(database, known_clans, clock), clock))
    finally:
        await database.close()
    return database


def meeting(met: Meeting) -> Around:
    """Have another process meet each write."""

    @contextmanager
    def around(database: Met) -> Iterator[None]:
        database.meeting = met
        yield

    return around


TABLES = SQLModel.metadata.sorted_tables


@pytest.mark.parametrize("deed", DEEDS, ids=lambda each: each.__name__)
async def test_what_another_process_wrote_meanwhile_is_written_upon_and_nothing_twice(
    server: Server, url: URL, other: Database, deed: Deed
) -> None:
    await done(server, url, deed)
    expected = kept(url)

    @asynccontextmanager
    async def overtaken(ours: Connection) -> AsyncIterator[None]:
        await ours.exec_driver_sql("SELECT 1 FROM clans")  # it knows of what is so now
        async with other.writing() as theirs:
            for table in TABLES:
                column = next(iter(table.columns)).name
                words = f"UPDATE {table.name} SET {column} = {column}"  # noqa: S608 - our own names
                await theirs.exec_driver_sql(words)
        yield

    met = await done(server, url, deed, meeting(overtaken))
    assert kept(url) == expected
    assert met.conflicts or deed in {brings_along, decides}, "nobody was overtaken"


@pytest.mark.parametrize("deed", [flushes, polls, decides, links, forgets])
async def test_of_two_who_would_wait_for_each_other_one_begins_again(
    server: Server, url: URL, other: Database, deed: Deed
) -> None:
    await done(server, url, deed)
    expected = kept(url)
    ours_first = "SELECT 1 FROM alembic_version FOR UPDATE"

    async def they() -> None:
        with suppress(StorageError):  # where ours wants nothing of theirs, they wait in vain
            async with other.writing() as theirs:
                for table in TABLES:
                    words = f"SELECT 1 FROM {table.name} FOR UPDATE"  # noqa: S608 - likewise
                    await theirs.exec_driver_sql(words)
                await theirs.exec_driver_sql(ours_first)

    @asynccontextmanager
    async def entangled(ours: Connection) -> AsyncIterator[None]:
        await ours.exec_driver_sql(ours_first)
        waiting = asyncio.create_task(they())
        while not server.ask("postgres", "SELECT 1 FROM pg_locks WHERE NOT granted"):  # noqa: ASYNC110 - of the server's
            await asyncio.sleep(0)
        try:
            yield
        finally:
            await waiting

    met = await done(server, url, deed, meeting(entangled))
    assert kept(url) == expected
    assert met.conflicts, "nobody waited"


def failing_at(wanted: int, sent: list[str]) -> Around:
    """Have the server end a transaction after the n-th statement of those that write."""
    words = "DO $$ BEGIN RAISE EXCEPTION 'so it is' USING ERRCODE = '40001'; END $$"

    def note(connection: Any, _cursor: object, statement: str, *_: object) -> None:  # noqa: ANN401 - SQLAlchemy's own
        if statement == words or not connection.get_execution_options().get("writes"):
            return
        sent.append(statement)
        if len(sent) == wanted:
            connection.exec_driver_sql(words)

    @contextmanager
    def around(database: Met) -> Iterator[None]:
        engine = database._engine.sync_engine
        event.listen(engine, "after_cursor_execute", note)
        yield

    return around


@pytest.mark.parametrize("deed", DEEDS, ids=lambda each: each.__name__)
async def test_a_conflict_at_any_statement_leaves_nothing_half_done(
    server: Server, url: URL, deed: Deed
) -> None:
    sent: list[str] = []
    await done(server, url, deed, failing_at(0, sent))
    expected, how_many = kept(url), len(sent)
    for wanted in sorted({how_many // 2, how_many}):
        again: list[str] = []
        await done(server, url, deed, failing_at(wanted, again))
        assert len(again) > how_many
        assert kept(url) == expected, sent[wanted - 1]


CLOSE_ALL = (
    "SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE application_name = 'clanstats'"
)


def cut_at(server: Server, wanted: int, sent: list[str]) -> Around:
    """Have the server close every connection before the n-th statement or commit of a write."""

    def note(connection: Any, statement: str = "COMMIT") -> None:  # noqa: ANN401 - SQLAlchemy's own
        if connection.get_execution_options().get("writes"):
            sent.append(statement)
            if len(sent) == wanted:
                server.ask("postgres", CLOSE_ALL)

    @contextmanager
    def around(database: Met) -> Iterator[None]:
        engine = database._engine.sync_engine
        event.listen(engine, "before_cursor_execute", lambda on, _, words, *__: note(on, words))
        event.listen(engine, "commit", note)
        yield

    return around


async def flushes_until_it_is_done(ground: Ground) -> None:
    """Hear once, and write as often as it takes."""
    for number in range(5):
        ground.intake.hear(1, heard(100 + number, 1 + number % 2, NOW + number * MINUTE))
    with suppress(ServerUnusable):
        await ground.intake.flush()
    await ground.intake.flush()


async def polls_until_it_is_done(ground: Ground) -> None:
    """Poll, and once more, as the next turn does, where that failed."""
    try:
        await polls(ground)
    except ServerUnusable:
        await polls(ground)


async def reads_until_it_is_done(ground: Ground) -> None:
    """Read history, and again what is missing, as the bot does."""
    past = Past(GENERAL, page=2)
    past.messages = [heard(200 + number, 2, NOW - number * HOUR) for number in range(5)]
    clan = await ground.village.changed()
    backfill = Backfill(ground.database, ground.intake, ground.clock, 30)
    try:
        missing = (await backfill.catch_up(clan, past)).missing
    except ServerUnusable:
        await backfill.catch_up(clan, past)
    else:
        if missing:
            await backfill.catch_up(clan, past, missing)


@pytest.mark.parametrize(
    "deed", [flushes_until_it_is_done, polls_until_it_is_done, reads_until_it_is_done]
)
async def test_a_connection_that_is_cut_loses_nothing_and_counts_nothing_twice(
    server: Server, url: URL, deed: Deed
) -> None:
    sent: list[str] = []
    await done(server, url, deed, cut_at(server, 0, sent))
    expected, how_many = kept(url), len(sent)
    for wanted in sorted({1, how_many // 2, *_commits(sent)}):
        cut: list[str] = []
        await done(server, url, deed, cut_at(server, wanted, cut))
        assert len(cut) >= wanted
        found = kept(url)
        # Of a history that could not be read at first it stays noted when that was.
        assert found | {"blind_spots": None} == expected | {"blind_spots": None}, sent[wanted - 1]


def _commits(sent: Sequence[str]) -> list[int]:
    """Return the first and the last commit's number."""
    found = [number for number, each in enumerate(sent, 1) if each == "COMMIT"]
    return [found[0], found[-1]]


class Unsure(Met):
    """A database whose next commit is done, and the word of it is lost on the way."""

    loses = True

    @asynccontextmanager
    async def writing(self) -> AsyncIterator[Connection]:
        async with super().writing() as connection:
            yield connection
        if self.loses:
            self.loses = False
            raise ServerUnusable(Path("server/clan"), "connection was closed", "wait")


async def test_what_was_kept_though_nobody_heard_of_it_is_not_counted_twice(url: URL) -> None:
    async with opened(url) as whole:
        clock = Clock(NOW)
        known_clans = Clans(whole, clock)
        database = Unsure(url)
        try:
            intake = Intake(database, known_clans, clock)
            for number in range(5):
                intake.hear(1, heard(100 + number, 1, NOW + number * MINUTE))
            with pytest.raises(ServerUnusable):
                await intake.flush()
            assert kept(url)["messages"].total() == 12
            assert (await intake.flush()).stored == 0
        finally:
            await database.close()
    assert kept(url)["messages"].total() == 12


async def test_a_server_that_is_restarted_is_told_and_waited_for(
    server: Server, url: URL, lived_in: str
) -> None:
    settings = load({"DATABASE_URL": url.render_as_string(hide_password=False)}, None)
    clock = Clock(NOW)
    async with open_services(settings, clock) as services:
        clan = await services.clans.of_guild(1)
        assert clan is not None
        said = [heard(100 + number, 1 + number % 3, NOW + number * MINUTE) for number in range(9)]
        for each in said[:3]:
            services.intake.hear(1, each)
        await services.intake.flush()
        server.tell("stop")
        try:
            for each in said[3:6]:
                services.intake.hear(1, each)
            with pytest.raises(ServerUnusable):
                async with services.upkeep.watched("flush", "t"):
                    await services.intake.flush()
            with pytest.raises(ServerUnusable) as caught:
                async with open_services(settings, clock):
                    pass
            assert "see that the server runs" in words_for(caught.value)
        finally:
            server.tell("start")
        status = await services.upkeep.status(clan)
        assert status.runs["flush"].outcome == "failed"
        assert "cannot be reached" in str(status.runs["flush"].detail)
        for each in said[6:]:
            services.intake.hear(1, each)
        async with services.upkeep.watched("flush", "t"):
            await services.intake.flush()
        assert "flush" not in (await services.upkeep.status(clan)).runs
    assert kept(url)["messages"].total() == 7 + len(said)
    assert lived_in


async def test_a_message_that_two_processes_hear_counts_once(url: URL) -> None:
    said = [heard(number, 1 + number % 3, NOW + number * MINUTE) for number in range(20)]
    async with opened(url) as database, opened(url) as second:
        clock = Clock(NOW)
        both = [Intake(each, Clans(each, clock), clock) for each in (database, second)]
        clan = await Clans(database, clock).of_guild(1)
        assert clan is not None
        stored = await asyncio.gather(*(each.store(clan, said) for each in both))
    assert sum(each.stored for each in stored) == len(said)
    assert kept(url)["messages"].total() == 7 + len(said)

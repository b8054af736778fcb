"""Who is who from the cache is what working it out anew gives, whatever was written in between."""

import asyncio
import re
import shutil
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass, replace
from datetime import timedelta
from pathlib import Path
from tempfile import TemporaryDirectory

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlalchemy import event

from bot.clan.linking import LinkPair, speaker_key
from bot.services.chat import Intake
from bot.services.game import Poll
from bot.services.people import (
    IdentityCache,
    Links,
    Officer,
    Resolved,
    Visitor,
    read_identity,
)
from bot.services.privacy import Privacy
from bot.services.setup import Clans
from storage import authors, bridges, clans, exemptions, identity_revision, links, players, privacy
from storage.bridges import Speaker
from storage.engine import Connection
from storage.players import Sighting
from tests.bot.demo.conftest import Clock
from tests.bot.services.contents import Hand
from tests.bot.services.group import GROUP_ID, Group, Someone, client_of
from tests.bot.services.talk import heard
from tests.bot.services.village import Village, counted
from tests.storage.rows import DAY, HOUR, NOW, Place, a_player, only, opened

OFFICER = Officer(999)
NAMES = ["Ann", "Ben", "Cat", "[x] Ann", "ben "]
STRANGER = Visitor(55, "Ann", "ann")


@dataclass
class Asked:
    """A village with a cache that is asked again and again, and never stale."""

    village: Village
    place: Place
    cache: IdentityCache

    @property
    def clan_id(self) -> int:
        return self.village.clan.clan_id

    async def found(self) -> Resolved:
        async with self.village.database.reading() as connection:
            return await self.cache.read(connection, self.village.clan)

    async def is_right(self, connection: Connection | None = None) -> None:
        """Compare with working it out anew at the same moment, for a stranger too."""
        if connection is None:
            async with self.village.database.reading() as mine:
                await self.is_right(mine)
            return
        for visitor in (None, STRANGER, None):
            afresh = await read_identity(connection, self.village.clan, visitor)
            cached = await read_identity(connection, self.village.clan, visitor, self.cache)
            wanted, found = afresh.resolve(), cached.resolved or cached.resolve()
            assert found == wanted
            assert list(found.places) == list(wanted.places)
            assert list(found.known) == list(wanted.known)
            assert await cached.persons() == wanted.persons
            assert cached.ties == afresh.ties

    @asynccontextmanager
    async def writing(self) -> AsyncIterator[Connection]:
        async with self.village.database.writing() as connection:
            yield connection

    async def revision(self) -> int:
        async with self.village.database.reading() as connection:
            found = await identity_revision.read(connection, self.clan_id)
        assert found is not None
        return found.revision


async def settled(village: Village) -> None:
    await village.settled({1: "Ann", 2: "Ben", 3: "Cat"})
    await village.settled({4: "Old Cat"}, left_at=NOW - DAY)
    await village.wrote(11, NOW, NOW - DAY)
    await village.called(11, "Ann")
    await village.called(12, "somebody")
    async with village.database.writing() as connection:
        await bridges.speaker_ids(
            connection, {village.clan.clan_id: {Speaker("cat"): "Cat", Speaker("ben"): "Ben"}}
        )
        await players.note_sightings(connection, [Sighting(1, "Anna", "anna", NOW - 5 * DAY)])


@pytest.fixture
async def asked(village: Village, place: Place) -> Asked:
    await settled(village)
    return Asked(village, place, IdentityCache(village.clock))


Action = Callable[[Asked, int, str], Awaitable[object]]


def stored(write: Callable[[Connection, int, int, str], Awaitable[object]]) -> Action:
    """Return a write of storage's, in a transaction of its own."""

    async def done(asked: Asked, number: int, name: str) -> None:
        async with asked.writing() as connection:
            await write(connection, asked.clan_id, number, name)

    return done


CAT = "UPDATE authors SET name = 'Cat' WHERE discord_user_id = 12"


def said(statement: str) -> Action:
    """Return plain SQL that somebody else says; :n is a number and :name a name."""

    async def done(asked: Asked, number: int, name: str) -> None:
        named = {":name": name, ":n": number}
        wanted = re.findall(":n(?:ame)?", statement)
        words = re.sub(":n(?:ame)?", "?", statement)
        Hand(asked.place, is_careful=True).execute(words, [named[each] for each in wanted])

    return done


def decided(decide: Callable[[Links, Village, LinkPair, str], Awaitable[object]]) -> Action:
    """Return what somebody decides about a link of a user or of a speaker."""

    async def done(asked: Asked, number: int, name: str) -> None:
        mine = Links(asked.village.database, asked.village.clock, asked.cache)
        user = 11 + number % 2 if name != "Cat" else speaker_key(number)
        await decide(mine, asked.village, LinkPair(number, user), name)

    return done


async def wrote(asked: Asked, number: int, _name: str) -> None:
    await asked.village.wrote(10 + number, NOW - number * HOUR)


async def forgot(asked: Asked, number: int, _name: str) -> None:
    village = asked.village
    await Privacy(village.database, village.clock).forget(village.clan, 10 + number)


async def rolled_back(asked: Asked, number: int, name: str) -> None:
    """Change something, look at it from within, and let it never have been."""

    async def write_in_vain() -> None:
        async with asked.writing() as connection:
            people = [a_player(number, name)]
            await players.note_players(connection, people, asked.village.clock.now)
            await asked.is_right(connection)
            raise LookupError

    with pytest.raises(LookupError):
        await write_in_vain()


async def later(asked: Asked, number: int, _name: str) -> None:
    asked.village.clock.forward(number * timedelta(minutes=20))
    asked.cache.let_go()


async def watched(asked: Asked, number: int, name: str) -> None:
    """Rename somebody while an answer is being read that began before."""
    async with asked.village.database.reading() as connection:
        await asked.cache.read(connection, asked.village.clan)
        await ACTIONS["note_players"](asked, number, name)
        await asked.is_right()
        await asked.is_right(connection)


ACTIONS: dict[str, Action] = {
    "note_players": stored(
        lambda it, _clan, n, name: players.note_players(it, [a_player(n, name)], NOW + n * HOUR)
    ),
    "polled": stored(
        lambda it, _clan, n, _: players.note_players(
            it, [a_player(n, f"P{n}") | {"updated_at": NOW + n * HOUR, "status": "flagged"}], NOW
        )
    ),
    "note_sightings": stored(
        lambda it, _clan, n, name: players.note_sightings(
            it, [Sighting(1 + n % 3, name, name.lower(), NOW + (n - 2) * DAY)]
        )
    ),
    "put_in": stored(
        lambda it, clan, n, name: players.put_in(
            it,
            clan,
            [{"player_id": n, "role": name, "joined_at": NOW - n * DAY, "role_since_at": None}],
        )
    ),
    "take_out": stored(lambda it, clan, n, _: players.take_out(it, clan, [n], NOW)),
    "remove_places": stored(lambda it, clan, n, _: players.remove_places(it, clan, [n])),
    "author_ids": stored(
        lambda it, clan, n, name: only(authors.author_ids(it, {clan: {10 + n: (name, f"h{n}")}}))
    ),
    "speaker_ids": stored(
        lambda it, clan, _, name: only(
            bridges.speaker_ids(it, {clan: {Speaker(name.lower()): name}})
        )
    ),
    "opt_out": stored(lambda it, clan, n, _: privacy.opt_out(it, clan, 10 + n, NOW)),
    "opt_in": stored(lambda it, clan, n, _: privacy.opt_in(it, clan, 10 + n)),
    "note_left": stored(lambda it, clan, n, _: privacy.note_left(it, clan, [10 + n], NOW)),
    "is_back": stored(lambda it, clan, n, _: privacy.note_left(it, clan, [10 + n], None)),
    "set_no_discord": stored(
        lambda it, clan, n, name: links.set_no_discord(it, clan, n, has_none=name == "Ann")
    ),
    "remove": stored(lambda it, clan, n, _: links.remove(it, clan, [(n, 11), (n, 12)])),
    "declare": stored(lambda it, clan, _, name: bridges.declare(it, clan, 100, name)),
    "exempt": stored(
        lambda it, clan, n, name: exemptions.add(
            it, clan, {"player_id": n, "reason": name, "set_by": 9, "set_at": NOW}
        )
    ),
    "end": stored(lambda it, clan, n, _: exemptions.end(it, clan, n, NOW)),
    "other clan": stored(lambda it, _clan, n, name: clans.found(it, n, name, NOW)),
    "claim": decided(
        lambda mine, village, pair, name: mine.claim(
            village.clan, Visitor(abs(pair.user_id), name, name), name
        )
    ),
    "confirm": decided(lambda mine, village, pair, _: mine.confirm(village.clan, pair, OFFICER)),
    "reject": decided(lambda mine, village, pair, _: mine.reject(village.clan, pair, OFFICER)),
    "alt": decided(lambda mine, village, pair, _: mine.mark_alt(village.clan, pair, OFFICER)),
    "main": decided(lambda mine, village, pair, _: mine.make_main(village.clan, pair, OFFICER)),
    "all": decided(lambda mine, village, pair, _: mine.confirm_all(village.clan, [pair], OFFICER)),
    "unlink": decided(
        lambda mine, village, pair, name: mine.unlink(village.clan, pair.user_id, name)
    ),
    "end link": decided(lambda mine, village, pair, _: mine.end(village.clan, pair, OFFICER)),
    "queue": decided(lambda mine, village, _, __: mine.queue(village.clan, [])),
    "sql player": said(
        "UPDATE players SET name = :name, wom_key = lower(:name) WHERE player_id = :n"
    ),
    "sql name": said("DELETE FROM player_names WHERE player_id = :n"),
    "sql seen": said(
        "UPDATE player_names SET last_seen_at = last_seen_at + CAST(:n AS BIGINT) * 864000000"
        " WHERE player_id = 1 AND name <> :name"
    ),
    "sql author": said("UPDATE authors SET name = :name, handle = NULL WHERE id = :n"),
    "sql total": said("UPDATE author_totals SET messages = messages + :n"),
    "sql no total": said("DELETE FROM author_totals WHERE author_id = :n"),
    "sql link": said(
        "INSERT INTO links (clan_id, player_id, discord_user_id, state, is_main, claimed_at)"
        " VALUES (1, :n, 11, 'confirmed', FALSE, 1) ON CONFLICT DO NOTHING"
    ),
    "sql no link": said("DELETE FROM links WHERE player_id = :n"),
    "sql place": said("UPDATE memberships SET role = :name, left_at = NULL WHERE player_id = :n"),
    "sql status": said("UPDATE players SET status = :name, changed_at = NULL WHERE player_id = :n"),
    "wrote": wrote,
    "forgot": forgot,
    "rolled back": rolled_back,
    "later": later,
    "watched": watched,
}
STEPS = st.lists(
    st.tuples(
        st.sampled_from(sorted(ACTIONS)), st.integers(1, 4), st.sampled_from(NAMES), st.booleans()
    ),
    max_size=14,
)


@settings(
    deadline=None, max_examples=30, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
@given(STEPS)
async def test_nothing_is_ever_stale(
    template: Path, steps: list[tuple[str, int, str, bool]]
) -> None:
    with TemporaryDirectory() as folder:
        path = Path(shutil.copy(template, folder))
        async with opened(path) as database:
            clock = Clock(NOW)
            known_clans = Clans(database, clock)
            village = Village(database, known_clans, clock, await known_clans.found(1, "One"))
            await settled(village)
            asked = Asked(village, path, IdentityCache(clock))
            for action, number, name, looks in steps:
                await ACTIONS[action](asked, number, name)
                if looks:
                    await asked.is_right()
            await asked.is_right()


@pytest.mark.parametrize("action", ACTIONS)
async def test_each_write_is_seen_by_the_next_answer(asked: Asked, action: str) -> None:
    for number, name in ((1, "Ben"), (2, "Ann"), (1, "Cat"), (3, "Cat")):
        await asked.is_right()
        await ACTIONS[action](asked, number, name)
    await asked.is_right()


async def test_a_known_clan_takes_two_statements(asked: Asked) -> None:
    first = await asked.found()
    with counted(asked.village.database) as sent:
        again = await asked.found()
    assert sum(each.startswith("SELECT") for each in sent) == 2
    assert again is first


async def test_names_alone_take_one_statement_and_are_never_old(asked: Asked) -> None:
    async def read(*, names_only: bool) -> Resolved:
        async with asked.village.database.reading() as connection:
            return await asked.cache.read(connection, asked.village.clan, names_only=names_only)

    first = await read(names_only=True)
    await asked.village.wrote(11, NOW - HOUR)
    await asked.village.called(11, "Ann")
    before = await asked.found()
    await ACTIONS["sql total"](asked, 5, "")
    with counted(asked.village.database) as sent:
        assert await read(names_only=True) is before
    assert sum(each.startswith("SELECT") for each in sent) == 1
    assert next(each.messages for each in (await read(names_only=False)).writers) == 8
    await ACTIONS["sql player"](asked, 1, "Zoe")
    renamed = await read(names_only=True)
    assert (first.places[1].name, renamed.places[1].name) == ("Ann", "Zoe")
    await asked.is_right()


async def test_those_who_ask_at_once_wait_for_one_work(asked: Asked) -> None:
    with counted(asked.village.database) as sent:
        first, *others = await asyncio.gather(*(asked.found() for _ in range(4)))
    assert all(each is first for each in others)
    assert sum("FROM links" in each for each in sent) == 1


async def test_messages_and_a_poll_of_nothing_new_leave_the_work_as_it_was(
    village: Village, place: Place
) -> None:
    group = Group(*(Someone(n, f"Name {n}") for n in range(1, 5)))
    await village.known_clans.join_group(village.clan, GROUP_ID, village.clan.name)
    await village.changed(listened_at=NOW)
    poll = Poll(village.database, client_of(group), village.clock)
    await poll.poll(village.clan)
    await village.wrote(11, NOW)
    await village.called(11, group.members[1].name)
    intake = Intake(village.database, village.known_clans, village.clock)
    asked = Asked(village, place, IdentityCache(village.clock))
    before, revision = await asked.found(), await asked.revision()
    group.members[2].rises(village.clock.now, xp=5000)
    village.clock.forward(HOUR)
    assert (await poll.poll(village.clan)).updated == 1
    called = group.members[1].name
    message = replace(heard(77, 11, village.clock.now), name=called, handle=called.lower())
    intake.hear(village.clan.guild_id, message)
    await intake.flush()
    after = await asked.found()
    assert await asked.revision() == revision
    assert after.persons is before.persons
    assert after.places[2].changed_at != before.places[2].changed_at
    assert [each.messages for each in after.writers] == [2]
    assert [each.messages for each in after.known[1].authors] == [2]
    await asked.is_right()


async def test_another_process_is_noticed(asked: Asked) -> None:
    before = await asked.found()
    async with opened(asked.place) as other, other.writing() as connection:
        await connection.exec_driver_sql(CAT)
    after = await asked.found()
    assert before.persons.by_user.keys() == {11}
    assert after.persons.by_user.keys() == {11, 12}


async def test_whoever_never_wrote_is_in_their_own_answer_alone(asked: Asked) -> None:
    before = await asked.found()
    visitor = Visitor(55, "Cat", "cat")
    async with asked.village.database.reading() as connection:
        theirs = await read_identity(connection, asked.village.clan, visitor, asked.cache)
    assert (await theirs.persons()).by_user[55].main == 3
    assert await asked.found() is before
    assert 55 not in before.persons.by_user


async def test_what_was_never_kept_in_the_database_is_not_kept_here(asked: Asked) -> None:
    await rolled_back(asked, 1, "Nobody")
    assert len(asked.cache) == 0
    before = await asked.revision()
    await ACTIONS["sql player"](asked, 2, "Cat Two")
    assert await asked.revision() == before + 1
    assert (await asked.found()).places[1].name == "Ann"


async def test_a_tie_that_is_changed_in_one_answer_is_not_in_the_next(asked: Asked) -> None:
    await asked.village.linked(1, 12)
    async with asked.village.database.reading() as connection:
        identity = await read_identity(connection, asked.village.clan, cache=asked.cache)
        before = await identity.persons()
        identity.ties |= {LinkPair(1, 12): replace(identity.ties[LinkPair(1, 12)], is_main=True)}
        identity.ties.pop(LinkPair(1, 12))
        assert (await identity.persons()).by_user.keys() == {11}
    assert (await asked.found()).persons == before
    await asked.is_right()


async def test_a_write_between_two_statements_is_not_kept_where_each_has_its_own_moment(
    asked: Asked,
) -> None:
    """So does a PostgreSQL that is not told otherwise."""
    written: list[str] = []

    def interrupt(_connection: object, _cursor: object, statement: str, *_: object) -> None:
        if "FROM links" in statement and not written:
            written.append(statement)
            Hand(asked.place, is_careful=True).execute(CAT)

    engine = asked.village.database._engine.sync_engine
    async with asked.village.database.reading() as connection:
        await connection.exec_driver_sql("COMMIT")
        event.listen(engine, "before_cursor_execute", interrupt)
        try:
            await asked.cache.read(connection, asked.village.clan)
        finally:
            event.remove(engine, "before_cursor_execute", interrupt)
        await connection.exec_driver_sql("BEGIN")
    assert written
    assert len(asked.cache) == 0
    await asked.is_right()


async def test_only_some_clans_are_kept_and_only_while_somebody_asks(asked: Asked) -> None:
    village = asked.village
    cache = IdentityCache(village.clock, most=2, idle=HOUR)
    known = [village.clan, *[await village.known_clans.found(n, f"Clan {n}") for n in (2, 3)]]
    first, second, third = known
    async with village.database.reading() as connection:
        for clan in (first, second, first, third):
            await cache.read(connection, clan)
        assert len(cache) == 2
        with counted(village.database) as sent:
            await cache.read(connection, first)
            assert len(sent) == 2
            await cache.read(connection, second)
            assert len(sent) > 4
        village.clock.forward(HOUR)
        await cache.read(connection, second)
        village.clock.forward(timedelta(seconds=1))
        cache.let_go()
        assert len(cache) == 1
        village.clock.forward(2 * HOUR)
        await cache.read(connection, third)
        assert len(cache) == 1


async def test_an_unknown_clan_is_nobody_and_not_kept(asked: Asked) -> None:
    stranger = replace(asked.village.clan, clan_id=99)
    async with asked.village.database.reading() as connection:
        assert (await asked.cache.read(connection, stranger)).persons.people == ()
    assert len(asked.cache) == 0


async def test_whoever_is_forgotten_is_in_no_memory_either(village: Village) -> None:
    await village.settled({1: "Player 1"})
    await village.wrote(5, NOW - DAY)
    await village.called(5, "Whoever asks to be forgotten")
    cache = IdentityCache(village.clock)
    async with village.database.reading() as connection:
        await read_identity(connection, village.clan, cache=cache)
    assert len(cache) == 1
    await Privacy(village.database, village.clock, cache).forget(village.clan, 5)
    assert len(cache) == 0

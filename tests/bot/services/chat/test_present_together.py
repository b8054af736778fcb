"""Who is there in several clans is written together: as if each of them had been written alone.

The same people have the same ids in all of them, so that nothing but the clan tells them apart.
"""

import asyncio
import itertools
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from datetime import datetime, timedelta
from typing import Any, NamedTuple

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlalchemy import event

from bot.clan.forgotten import user_key
from bot.clan.voice import VoiceState
from bot.services.chat import Presence
from bot.services.chat import presence as module
from bot.services.privacy import Privacy
from bot.services.setup import Clan, Clans
from storage import clans, forgotten, privacy
from storage import presence as stored
from storage.engine import Connection, Database
from tests.bot.demo.conftest import Clock
from tests.bot.services.contents import one, rows
from tests.statements import statements
from tests.storage.rows import HOUR, NOW, Place

ANN, BOB, CAT, ROOM = 11, 12, 13, 500
MINUTE = timedelta(minutes=1)
START = NOW.replace(hour=23, minute=40)
"""The day ends in UTC twenty minutes later, in the middle of what happens; elsewhere not."""

ZONES = ("UTC", "America/New_York", "Asia/Kathmandu", "Pacific/Kiritimati")
GUILDS = itertools.count(1_000)
PEOPLE = st.sampled_from([ANN, BOB, CAT])


class Wishes(NamedTuple):
    """What one clan, and people in it, want."""

    zone: str
    keeps: bool
    since: datetime | None
    opted_out: list[int]
    forgotten: list[tuple[int, int]]


class Step(NamedTuple):
    """What somebody does in a clan: they come or leave, react, or what they did is forgotten."""

    what: str
    user_id: int


wishes = st.builds(
    Wishes,
    st.sampled_from(ZONES),
    st.sampled_from([True, True, True, False]),
    st.sampled_from([None, NOW - HOUR]),
    st.lists(PEOPLE, max_size=1),
    st.lists(st.tuples(PEOPLE, st.integers(-5, 45)), max_size=2),
)
steps = st.builds(Step, st.sampled_from(["come", "come", "leave", "react", "forget"]), PEOPLE)
minutes = st.lists(st.lists(steps, max_size=3), min_size=2, max_size=6)
parts = st.lists(st.tuples(wishes, minutes), min_size=2, max_size=5)


async def have_clan(database: Database, clock: Clock, wanted: Wishes) -> Clan:
    known = Clans(database, clock)
    clan = await known.found(next(GUILDS), "Clan")
    columns = {"keeps_presence": wanted.keeps, "presence_from": wanted.since, "zone": wanted.zone}
    async with database.writing() as connection:
        await clans.change(connection, clan.clan_id, **columns)
        for user_id in wanted.opted_out:
            await privacy.opt_out(connection, clan.clan_id, user_id, NOW)
        until = {
            user_key(clan.guild_id, user_id): START + after * MINUTE
            for user_id, after in wanted.forgotten
        }
        await forgotten.note(connection, clan.clan_id, until)
    return clan


def act(presence: Presence, guild_id: int, step: Step) -> None:
    match step.what:
        case "come":
            presence.move(guild_id, step.user_id, VoiceState(step.user_id, ROOM))
        case "leave":
            presence.move(guild_id, step.user_id, None)
        case "react":
            presence.show(guild_id, step.user_id)
        case _:
            presence.forget(guild_id, step.user_id)


def written(place: Place, clan_id: int) -> dict[str, list[Any]]:
    """Return all that is kept of who was there in a clan."""
    found = {
        table: rows(place, f"SELECT * FROM {table} WHERE clan_id = ?", clan_id)  # noqa: S608 - ours
        for table in ("presence_days", "voice_quarters")
    }
    found["clans"] = rows(place, "SELECT presence_from FROM clans WHERE id = ?", clan_id)
    return {
        table: sorted(
            sorted((name, row[name]) for name in row if name != "clan_id") for row in some
        )
        for table, some in found.items()
    }


@settings(
    deadline=None, max_examples=20, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
@given(given_parts=parts)
async def test_together_they_write_what_each_writes_alone(
    database: Database, place: Place, given_parts: list[tuple[Wishes, list[list[Step]]]]
) -> None:
    clock = Clock(START)
    both = [[await have_clan(database, clock, each) for each, _ in given_parts] for _ in "12"]
    shared = Presence(database, clock)
    alone = [Presence(database, clock) for _ in given_parts]
    pairs = [*zip([shared] * len(alone), both[0], strict=True), *zip(alone, both[1], strict=True)]
    for presence, clan in pairs:
        presence.sit(clan.guild_id, [])
    courses = [course for _, course in given_parts] * 2
    for now in itertools.zip_longest(*courses, fillvalue=()):
        for (presence, clan), some in zip(pairs, now, strict=True):
            for step in some:
                act(presence, clan.guild_id, step)
        clock.forward(10 * MINUTE)
        for presence in (shared, *alone):
            await presence.flush()
    for one_of, other in zip(*both, strict=True):
        assert written(place, one_of.clan_id) == written(place, other.clan_id)


async def several(database: Database, count: int) -> None:
    """Have clans of which the first has the largest number of a server."""
    async with database.writing() as connection:
        for number in range(1, count + 1):
            await clans.found(connection, count + 1 - number, f"Clan {number}", NOW)


def talk_everywhere(presence: Presence, count: int, *users: int) -> None:
    for guild_id in range(1, count + 1):
        presence.sit(guild_id, [VoiceState(user_id, ROOM) for user_id in users])


async def test_each_clan_has_its_own_wishes_day_and_people(
    database: Database, clock: Clock, place: Place
) -> None:
    clock.now = START
    await several(database, 4)
    async with database.writing() as connection:
        await clans.change(connection, 2, zone="America/New_York")
        await privacy.opt_out(connection, 2, BOB, NOW)
        await forgotten.note(connection, 3, {user_key(2, ANN): START + 20 * MINUTE})
        await clans.change(connection, 4, keeps_presence=False)
    presence = Presence(database, clock)
    talk_everywhere(presence, 4, ANN, BOB)
    clock.forward(30 * MINUTE)
    await presence.flush()
    today, new = START.date().toordinal(), START.date().toordinal() + 1
    assert rows(place, "SELECT * FROM presence_days ORDER BY clan_id, day, discord_user_id") == [
        {"clan_id": clan_id, "day": day, "discord_user_id": user_id, "voice_seconds": 60 * length}
        for clan_id, day, user_id, length in (
            *((1, today, ANN, 20), (1, today, BOB, 20), (1, new, ANN, 10), (1, new, BOB, 10)),
            (2, today, ANN, 30),
            *((3, today, BOB, 20), (3, new, BOB, 10)),
        )
    ]
    quarters = rows(place, "SELECT * FROM voice_quarters ORDER BY clan_id, quarter_at")
    assert [(row["clan_id"], row["voice_seconds"] // 60) for row in quarters] == [
        *((1, 10), (1, 30), (1, 20)),
        *((2, 5), (2, 15), (2, 10)),
        *((3, 5), (3, 15), (3, 10)),
    ]
    known = rows(place, "SELECT id FROM clans WHERE presence_from IS NOT NULL ORDER BY id")
    assert [row["id"] for row in known] == [1, 2, 3]


@pytest.mark.parametrize("count", [1, 2, 50])
async def test_the_statements_of_a_flush_do_not_depend_on_how_many_clans_there_are(
    database: Database, clock: Clock, count: int
) -> None:
    await several(database, count)
    presence = Presence(database, clock)
    talk_everywhere(presence, count, ANN, BOB)
    clock.forward(20 * MINUTE)
    for expected in (6, 5):  # the first time it is noted, too, since when it is kept
        with statements(database) as sent:
            await presence.flush()
        assert len(sent) == expected
        clock.forward(20 * MINUTE)


@pytest.mark.parametrize(
    ("size", "groups"), [((120, 2), 3), ((4, 400), 2), ((2, 1_200), 2)], ids=str
)
async def test_a_transaction_has_fifty_clans_or_a_thousand_rows_or_one_clan_that_has_more(
    database: Database, clock: Clock, place: Place, size: tuple[int, int], groups: int
) -> None:
    count, people = size
    await several(database, count)
    presence = Presence(database, clock)
    talk_everywhere(presence, count, *range(1, people + 1))
    clock.forward(MINUTE)
    with statements(database) as sent:
        await presence.flush()
    assert len(sent) == 6 * groups
    assert one(place, "SELECT count(*) FROM presence_days") == count * people


@contextmanager
def many_rows(database: Database) -> Iterator[list[tuple[str, list[Sequence[Any]]]]]:
    """Collect what is written of many rows by one statement, with the values of each row."""
    found: list[tuple[str, list[Sequence[Any]]]] = []

    def note(_one: object, _two: object, text: str, *rest: Any) -> None:  # noqa: ANN401 - the driver's
        values, _, is_of_many = rest
        if is_of_many:
            found.append((" ".join(text.split(maxsplit=3)[:3]), [*values]))

    engine = database._engine.sync_engine
    event.listen(engine, "before_cursor_execute", note)
    try:
        yield found
    finally:
        event.remove(engine, "before_cursor_execute", note)


async def test_rows_are_locked_in_the_order_of_their_keys_whatever_came_first(
    database: Database, clock: Clock
) -> None:
    """Else two processes that write the same clans would wait for each other for ever."""
    await several(database, 5)
    presence = Presence(database, clock)
    talk_everywhere(presence, 5, CAT, ANN, BOB)
    clock.forward(20 * MINUTE)
    with many_rows(database) as sent:
        await presence.flush()
    keys = {"UPDATE clans SET": (1, 2), "INSERT INTO presence_days": (0, 3)}
    keys["INSERT INTO voice_quarters"] = (0, 2)
    assert [text for text, _ in sent] == [*keys]
    for text, values in sent:
        locked = [tuple(row[slice(*keys[text])]) for row in values]
        assert locked == sorted(locked)
        assert len({*locked}) == len(locked) >= 5


async def test_who_is_forgotten_while_a_flush_waits_leaves_nothing_in_that_clan_alone(
    database: Database, known_clans: Clans, clock: Clock, place: Place
) -> None:
    await several(database, 3)
    presence = Presence(database, clock)
    for guild_id in (1, 2, 3):
        presence.show(guild_id, ANN)
        presence.show(guild_id, BOB)
    clan = await known_clans.of_guild(2)
    assert clan is not None
    forgets = Privacy(database, clock, presence=presence)
    async with asyncio.TaskGroup() as group, database._one_writer:
        first = group.create_task(forgets.forget(clan, ANN))
        await asyncio.sleep(0)
        flush = group.create_task(presence.flush())
        await asyncio.sleep(0)
    assert first.done()
    assert flush.done()
    found = rows(place, "SELECT clan_id, discord_user_id FROM presence_days")
    left = {(row["clan_id"], row["discord_user_id"]) for row in found}
    assert left == {(1, ANN), (1, BOB), (2, BOB), (3, ANN), (3, BOB)}


async def test_a_clan_that_cannot_be_written_is_alone_the_next_time_and_holds_up_itself(
    database: Database, clock: Clock, place: Place, monkeypatch: pytest.MonkeyPatch
) -> None:
    count = 60
    await several(database, count)
    presence = Presence(database, clock)
    for guild_id in range(1, count + 1):
        presence.show(guild_id, ANN)
    await presence.flush()
    assert one(place, "SELECT count(*) FROM presence_days") == count
    store, asked = Presence._store, list[int]()

    async def breaks(
        self: Presence, connection: Connection, taken: Mapping[int, Any], now: datetime
    ) -> None:
        asked.append(len(taken))
        await store(self, connection, taken, now)
        if 30 in taken:
            raise LookupError

    monkeypatch.setattr(Presence, "_store", breaks)
    for guild_id in range(1, count + 1):
        presence.show(guild_id, BOB)
    for _ in range(3):
        clock.forward(2 * MINUTE)
        with pytest.raises(LookupError):
            await presence.flush()
    # Fifty that fail; then those that did not come to it, those behind it, and those before.
    assert asked == [50, *[1] * 40, *[1] * 21]
    assert one(place, "SELECT count(*) FROM presence_days") == 2 * count - 1
    monkeypatch.undo()
    await presence.flush(is_last=True)
    assert one(place, "SELECT count(*) FROM presence_days") == 2 * count


async def test_a_clan_whose_settings_cannot_be_read_holds_up_itself(
    database: Database, clock: Clock, place: Place
) -> None:
    await several(database, 3)
    async with database.writing() as connection:
        await clans.change(connection, 2, zone="Nowhere/Land")
    presence = Presence(database, clock)
    for guild_id in (1, 2, 3):
        presence.show(guild_id, ANN)
    for _ in range(3):
        with pytest.raises(LookupError):
            await presence.flush(is_last=True)
    assert one(place, "SELECT count(*) FROM presence_days") == 2


async def test_a_kill_between_two_transactions_loses_nothing_that_was_written(
    database: Database, clock: Clock, place: Place, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(module, "_CLANS_AT_ONCE", 2)
    await several(database, 4)
    presence = Presence(database, clock)
    talk_everywhere(presence, 4, ANN, BOB)
    clock.forward(MINUTE)
    add, groups = stored.add_voice, itertools.count(1)

    async def killed(connection: Connection, by_clan: Any) -> None:  # noqa: ANN401 - passed on
        await add(connection, by_clan)
        if next(groups) == 2:
            raise SystemExit

    monkeypatch.setattr(stored, "add_voice", killed)
    with pytest.raises(SystemExit):
        await presence.flush()
    for table in ("presence_days", "voice_quarters"):
        found = rows(place, f"SELECT DISTINCT clan_id FROM {table}")  # noqa: S608 - ours
        assert {row["clan_id"] for row in found} == {3, 4}, "whole clans, in both tables"

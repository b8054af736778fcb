"""What several clans say is written together: as if each of them had been written alone.

Their people, channels and messages have the same ids, so that nothing but the clan tells them
apart.
"""

import itertools
from collections.abc import Sequence
from datetime import timedelta
from typing import Any, NamedTuple
from zoneinfo import ZoneInfo

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from bot.clan.broadcasts import BroadcastKind
from bot.clan.forgotten import speaker_key, user_key
from bot.services.chat import Flushed, IncomingMessage, Intake, Zones
from bot.services.setup import Clan, Clans
from storage import authors, clans, forgotten, links, players, privacy
from storage.engine import Connection, Database
from storage.links import StandingLink, StoredState
from tests.bot.demo.conftest import Clock
from tests.bot.services.contents import rows
from tests.bot.services.talk import (
    BRIDGE,
    GENERAL,
    MINUTE,
    PVM,
    heard,
    kept,
    of_every_kind,
    spoken,
    told,
)
from tests.bot.services.test_intake_order import SPEAKERS, START, Course, courses
from tests.statements import statements
from tests.storage.rows import DAY, NOW, Place, a_player, members, note_place

UTC_ZONE = ZoneInfo("UTC")
TABLES = (
    *("messages", "left_out_messages", "questions", "broadcasts"),
    *("author_days", "author_hours", "author_totals", "clan_hours", "channel_days"),
)
GUILDS = itertools.count(1_000)
PLAYER, OTHER = 10, 11
"""Both bore the name of the first speaker, one after the other."""


class Wishes(NamedTuple):
    """What one clan, and people in it, want."""

    opted_out: list[int]
    forgotten: list[tuple[int, int]]
    left_out: int | None
    knows_bearers: bool


class Part(NamedTuple):
    """One clan's part of the whole."""

    course: Course
    wishes: Wishes


wishes = st.builds(
    Wishes,
    st.lists(st.integers(1, 3), max_size=1),
    st.lists(st.tuples(st.integers(1, 3), st.sampled_from([1, 900, 8_000])), max_size=2),
    st.none() | st.sampled_from([GENERAL.discord_channel_id, PVM.discord_channel_id]),
    st.booleans(),
)
parts = st.lists(st.builds(Part, courses(), wishes), min_size=2, max_size=4)


async def have_players(connection: Connection) -> None:
    first = SPEAKERS[0].lower()
    await players.note_players(connection, [a_player(PLAYER, first)], START - 9 * DAY)
    await players.note_players(connection, [a_player(PLAYER, "another")], NOW)
    await players.note_players(connection, [a_player(OTHER, first)], START + timedelta(hours=1))


async def have_clan(database: Database, number: int, part: Part) -> Clan:
    """Have a clan with what its people wish, before anything is said."""
    known = Clans(database, Clock(NOW))
    clan = await known.found(number, "Clan")
    await Zones(database).set_zone(clan, part.course.zone)
    async with database.writing() as connection:
        await put_wishes(connection, clan, part.wishes)
    return clan


async def put_wishes(connection: Connection, clan: Clan, wanted: Wishes) -> None:
    if wanted.knows_bearers:
        place = {"role": "member", "joined_at": None, "role_since_at": None}
        both = [{"player_id": each, **place} for each in (PLAYER, OTHER)]
        await players.put_in(connection, clan.clan_id, both)
        link = StandingLink(OTHER, 1, StoredState.CONFIRMED, is_main=True)
        await links.confirm(connection, clan.clan_id, link, decided_by=9, now=NOW)
    for user in wanted.opted_out:
        await privacy.opt_out(connection, clan.clan_id, user, NOW)
    keys = {}
    for user, seconds in wanted.forgotten:
        until = START + timedelta(seconds=seconds)
        keys[user_key(clan.guild_id, user)] = until
        keys[speaker_key(clan.guild_id, SPEAKERS[user - 1])] = until
    await forgotten.note(connection, clan.clan_id, keys)
    if wanted.left_out is not None:
        number = wanted.left_out
        await note_place(
            connection, clan.clan_id, number, name="quiet", kind="text", parent_id=None
        )
        await authors.set_counted(connection, clan.clan_id, number, is_counted=False)


async def say(intakes: Sequence[Intake], guilds: Sequence[int], given: Sequence[Part]) -> None:
    """Hear and take back in turns, and flush all of the intakes where the first clan pauses."""
    turns = (each.course.order for each in given)
    pauses = given[0].course.pauses
    for number, steps in enumerate(itertools.zip_longest(*turns)):
        for intake, guild_id, step, part in zip(intakes, guilds, steps, given, strict=True):
            if step is not None:
                take_step(intake, guild_id, step, part.course)
        if number < len(pauses) and pauses[number]:
            await flush(intakes)
    await flush(intakes)


def take_step(intake: Intake, guild_id: int, step: int, course: Course) -> None:
    if step < len(course.messages):
        intake.hear(guild_id, course.messages[step])
    else:
        gone = course.deleted[step - len(course.messages)]
        intake.take_back(guild_id, [course.messages[gone].message_id])


async def flush(intakes: Sequence[Intake]) -> None:
    for intake in dict.fromkeys(intakes):
        await intake.flush()


def written(place: Place, clan_id: int) -> dict[str, list[Any]]:
    """Return all that stands in a clan's tables of what was said, by ids of Discord."""
    people = rows(place, "SELECT * FROM authors WHERE clan_id = ?", clan_id)
    places = rows(place, "SELECT * FROM channels WHERE clan_id = ?", clan_id)
    names = {row["id"]: (row["discord_user_id"], row["bridge_name"]) for row in people}
    where = {row["id"]: row["discord_channel_id"] for row in places}
    found: dict[str, list[Any]] = {"authors": _plain(people), "channels": _plain(places)}
    for table in TABLES:
        stored = rows(place, f"SELECT * FROM {table} WHERE clan_id = ?", clan_id)  # noqa: S608 - ours
        for row in stored:
            for column in ("author_id", "answered_by"):
                if column in row:
                    row[column] = names.get(row[column])
            if "channel_id" in row:
                row["channel_id"] = where[row["channel_id"]]
        found[table] = _plain(stored)
    return found


def _plain(stored: Sequence[dict[str, Any]]) -> list[Any]:
    ours = [{name: row[name] for name in row if name not in {"id", "clan_id"}} for row in stored]
    return sorted((sorted(row.items(), key=str) for row in ours), key=str)


@settings(
    deadline=None, max_examples=15, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
@given(given_parts=parts)
async def test_together_they_write_what_each_writes_alone(
    database: Database, place: Place, given_parts: list[Part]
) -> None:
    clock = Clock(NOW)
    known = Clans(database, clock)
    async with database.writing() as connection:
        await have_players(connection)
    both = [[await have_clan(database, next(GUILDS), each) for each in given_parts] for _ in "12"]
    guilds = [[clan.guild_id for clan in some] for some in both]
    one = Intake(database, known, clock)
    await say([one] * len(given_parts), guilds[0], given_parts)
    each_its_own = [Intake(database, known, clock) for _ in given_parts]
    await say(each_its_own, guilds[1], given_parts)
    for together, alone in zip(*both, strict=True):
        assert written(place, together.clan_id) == written(place, alone.clan_id)
    counts = [sum(each.counts.live for each in some) for some in ([one], each_its_own)]
    assert counts[0] == counts[1]


@pytest.fixture
async def three(database: Database, known_clans: Clans) -> list[Clan]:
    async with database.writing() as connection:
        await clans.be_in(connection, {n: f"Clan {n}" for n in (1, 2, 3)}, NOW)
    return [*(await known_clans.of_guilds((1, 2, 3))).values()]


def hear_everywhere(intake: Intake, some: Sequence[Clan], *said: IncomingMessage) -> None:
    for clan in some:
        for each in said:
            intake.hear(clan.guild_id, each)


async def test_who_opted_out_or_was_forgotten_in_one_clan_counts_in_the_others(
    database: Database, known_clans: Clans, clock: Clock, place: Place, three: list[Clan]
) -> None:
    said = [heard(n, user, NOW + n * MINUTE) for n, user in enumerate((1, 2, 1, 2))]
    lines = [spoken(9, "No ob"), spoken(10, "Zezima")]
    async with database.writing() as connection:
        await members(connection, 2, [PLAYER])
        await players.note_players(connection, [a_player(PLAYER, "no ob")], NOW)
        await privacy.opt_out(connection, 2, 1, NOW)
        link = StandingLink(PLAYER, 1, StoredState.CONFIRMED, is_main=True)
        await links.confirm(connection, 2, link, decided_by=9, now=NOW)
        keys = {user_key(3, 2): NOW + 2 * MINUTE, speaker_key(3, "Zezima"): NOW}
        await forgotten.note(connection, 3, keys)
    intake = Intake(database, known_clans, clock)
    hear_everywhere(intake, three, *said, *lines)
    assert (await intake.flush()).stored == 6 + 3 + 4
    left = ([*said, *lines], [said[1], said[3], lines[1]], [said[0], said[2], said[3], lines[0]])
    for clan, counted in zip(three, left, strict=True):
        assert kept(place, clan.clan_id) == told(counted, UTC_ZONE)


async def test_what_is_deleted_in_one_clan_stays_in_the_others_and_can_still_come_there(
    database: Database, known_clans: Clans, clock: Clock, place: Place, three: list[Clan]
) -> None:
    question = heard(1, asks=True)
    answer = heard(2, 2, question.sent_at + MINUTE)
    late = heard(3, 3, question.sent_at + 2 * MINUTE)
    fell = spoken(4, "No ob", told=BroadcastKind.OTHER)
    intake = Intake(database, known_clans, clock)
    hear_everywhere(intake, three, question, answer, fell)
    await intake.flush()
    intake.take_back(2, [each.message_id for each in (question, late)])
    intake.take_back(3, [each.message_id for each in (answer, fell)])
    hear_everywhere(intake, three, late)
    assert await intake.flush() == Flushed(stored=2, removed=3)
    left = ([question, answer, fell, late], [answer, fell], [question, late])
    for clan, counted in zip(three, left, strict=True):
        assert kept(place, clan.clan_id) == told(counted, UTC_ZONE)


@pytest.mark.parametrize("count", [2, 25])
async def test_the_statements_of_a_flush_do_not_depend_on_how_many_clans_wrote(
    database: Database, known_clans: Clans, clock: Clock, count: int
) -> None:
    async with database.writing() as connection:
        await clans.be_in(connection, {n: f"Clan {n}" for n in range(1, count + 1)}, NOW)
    some = [*(await known_clans.of_guilds(range(1, count + 1))).values()]
    intake = Intake(database, known_clans, clock)
    hear_everywhere(intake, some, *of_every_kind(1_000))
    await intake.flush()
    hear_everywhere(intake, some, *of_every_kind(2_000))
    for clan in some:
        gone = [each.message_id for each in of_every_kind(1_000)]
        intake.take_back(clan.guild_id, gone)
    with statements(database) as sent:
        done = await intake.flush()
    assert done == Flushed(stored=6 * count, removed=7 * count, told=count)
    assert len(sent) == 61
    hear_everywhere(intake, some, heard(9, 2_000, NOW + DAY, BRIDGE))
    with statements(database) as sent:
        assert (await intake.flush()).stored == count
    assert len(sent) == 15

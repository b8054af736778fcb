"""With 200 clans in a database, what is asked of one looks at the rows of that one alone.

The database itself is asked how it would find them. PostgreSQL must not read these small tables
from end to end, so that only what its indexes allow is seen: large ones it reads by them.
"""

import json
import re
from collections.abc import Awaitable, Callable, Iterator
from contextlib import contextmanager
from datetime import timedelta
from typing import Any

import pytest
from sqlalchemy import event

from bot.clan.policy import DEFAULT_POLICY
from bot.clan.spans import Period
from bot.services.chat import Flushed, Intake, Presence
from bot.services.people import read_identity
from bot.services.publish.questions import ClanQuestions
from bot.services.publish.report import report_query
from bot.services.view import ViewQuery, read_view, verdict_query
from storage import messages, players
from storage.columns import first_snowflake
from storage.engine import Connection, Database
from storage.tables import (
    AUTHOR_DAYS,
    AUTHOR_HOURS,
    AUTHOR_TOTALS,
    AUTHORS,
    BROADCASTS,
    CHANNELS,
    CLANS,
    FORGOTTEN,
    LEFT_OUT_MESSAGES,
    LINKS,
    MEMBERSHIPS,
    MESSAGES,
    PRESENCE_DAYS,
    QUESTIONS,
    VOICE_QUARTERS,
)
from tests.bot.services.talk import heard, of_every_kind
from tests.bot.services.village import Village
from tests.clan_keys import OF_CLANS, without_clan
from tests.storage.rows import DAY, HOUR, NOW

CLANS_BESIDE, WRITERS, EACH_WROTE = 199, 3, 6
_OURS = re.compile(r"^(?:SELECT|WITH|INSERT|UPDATE|DELETE)\b")
_ALIAS = re.compile(r"\b(\w+) AS (\w+)")
_STEP = re.compile(r"^(SCAN|SEARCH) (\w+)(?: USING (.*))?$")
_BY_NUMBER = ("(rowid=?)", "INTEGER PRIMARY KEY")
MONTH = frozenset({Period.MONTH})


async def _beside(connection: Connection) -> None:
    """Have as many other clans, in each of which a few people wrote."""
    clans, writers, places, said, asked = [], [], [], [], []
    totals, days, hours, linked, members = [], [], [], [], []
    told, aside, gone, there, talked = [], [], [], [], []
    for number in range(1_000, 1_000 + CLANS_BESIDE):
        mine: dict[str, Any] = {"clan_id": number}
        clans.append({"id": number, "guild_id": number, "name": "x", "created_at": NOW})
        places.append({"id": number, **mine, "discord_channel_id": 1, "name": "x", "kind": "text"})
        for player_id in (1, 2):
            link = {"discord_user_id": player_id, "state": "confirmed", "claimed_at": NOW}
            linked.append(mine | link | {"player_id": player_id, "is_main": True})
            members.append(mine | {"player_id": player_id, "role": "member"})
        for place in range(WRITERS):
            who = {"author_id": number * 10 + place}
            counts = {"messages": EACH_WROTE, "questions": 1, "answers": 0}
            writer = {"id": who["author_id"], **mine, "discord_user_id": place, "name": "x"}
            writers.append(writer | {"opted_out_at": NOW if place == 1 else None})
            totals.append(mine | who | counts | {"wrote_at": NOW})
            days.append(mine | who | counts | {"day": NOW.date()})
            hours.append(mine | who | counts | {"hour_at": NOW})
            for minute in range(EACH_WROTE):
                at = NOW - minute * timedelta(minutes=5 + place)
                fact = {"message_id": first_snowflake(at) + place, "channel_id": number}
                said.append(mine | who | fact | {"sent_at": at, "flags": 0})
            asked.append(mine | who | fact | {"asked_at": at})
            aside.append(mine | who | fact | {"sent_at": at, "flags": 0})
            told.append(mine | who | fact | {"sent_at": at, "kind": "drop"})
            gone.append(mine | {"key": f"somebody {place}", "until_at": at})
            seconds = mine | {"voice_seconds": 60}
            there.append(seconds | {"day": NOW.date(), "discord_user_id": place})
            talked.append(seconds | {"quarter_at": NOW - place * HOUR})
    for table, rows in (
        (CLANS, clans),
        (AUTHORS, writers),
        (CHANNELS, places),
        (MESSAGES, said),
        (QUESTIONS, asked),
        (AUTHOR_TOTALS, totals),
        (AUTHOR_DAYS, days),
        (AUTHOR_HOURS, hours),
        (LINKS, linked),
        (MEMBERSHIPS, members),
        (LEFT_OUT_MESSAGES, aside),
        (BROADCASTS, told),
        (FORGOTTEN, gone),
        (PRESENCE_DAYS, there),
        (VOICE_QUARTERS, talked),
    ):
        await connection.execute(table.insert(), rows)


@pytest.fixture
async def crowded(village: Village) -> Village:
    """Return a village with some history, in a database with 199 other clans."""
    await village.settled({1: "One", 2: "Two"})
    for days, xp in ((80, 1_000), (20, 5_000), (1, 7_000)):
        await village.seen(1, NOW - days * DAY, xp, zulrah=xp // 100)
    await village.wrote(5, *(NOW - days * DAY for days in range(1, 9)), asks=True)
    await village.wrote(6, *(NOW - days * DAY + HOUR / 20 for days in range(1, 9)))
    await village.linked(1, 5, is_main=True)
    async with village.database.writing() as connection:
        await _beside(connection)
    if village.database.path is None:
        async with village.database.writing() as connection:
            await connection.exec_driver_sql("ANALYZE")
    return village


async def _flush(village: Village) -> None:
    intake = Intake(village.database, village.known_clans, village.clock)
    for number in range(20):
        intake.hear(village.clan.guild_id, heard(500 + number, user=5 + number % 2, asks=True))
    assert (await intake.flush()).stored == 20


async def _flush_of_many(village: Village) -> None:
    intake = Intake(village.database, village.known_clans, village.clock)
    guilds = (village.clan.guild_id, *range(1_000, 1_020))
    for guild_id in guilds:
        for each in of_every_kind(9_000):
            intake.hear(guild_id, each)
        intake.take_back(guild_id, [first_snowflake(NOW)])
    with _asked(village.database) as asked:
        done = await intake.flush()
    assert done == Flushed(6 * len(guilds), len(guilds) - 1, len(guilds))
    assert len(asked) >= 40, "nearly all there is to ask"


async def _presence_of_many(village: Village) -> None:
    presence = Presence(village.database, village.clock)
    for guild_id in (village.clan.guild_id, *range(1_000, 1_020)):
        for user_id in range(WRITERS):
            presence.show(guild_id, user_id)
    with _asked(village.database) as asked:
        await presence.flush()
    assert len(asked) == 6, "all there is to ask"


def _seen_by(query: Callable[[Village], ViewQuery]) -> Callable[[Village], Awaitable[None]]:
    async def read(village: Village) -> None:
        async with village.database.reading() as connection:
            assert (await read_view(connection, village.clan, query(village))).members

    return read


async def _who_is_who(village: Village) -> None:
    async with village.database.reading() as connection:
        await (await read_identity(connection, village.clan)).persons()


async def _questions(village: Village) -> None:
    answer = await ClanQuestions(village.database, village.clock).asked(village.clan, Period.MONTH)
    assert answer.figures


async def _membership(village: Village) -> None:
    """Read and write who is in the clan, as a poll does."""
    async with village.database.writing() as connection:
        known = await players.places(connection, village.clan.clan_id, with_former=True)
        await players.take_out(connection, village.clan.clan_id, [2], NOW)
        place = {"role": "member", "joined_at": NOW, "role_since_at": None}
        await players.put_in(connection, village.clan.clan_id, [{"player_id": 2, **place}])
    assert len(known) == 2


async def _taken_out(village: Village) -> None:
    async with village.database.writing() as connection:
        known = await messages.of_authors(connection, village.clan.clan_id, [1, 2])
    intake = Intake(village.database, village.known_clans, village.clock)
    await intake.store(village.clan, (), [each.message_id for each in known[:5]])


HOT: dict[str, Callable[[Village], Awaitable[None]]] = {
    "a flush": _flush,
    "a flush of many clans": _flush_of_many,
    "presence in many clans": _presence_of_many,
    "what is deleted": _taken_out,
    "/me": _seen_by(
        lambda _: (
            ViewQuery(NOW, MONTH, about=1, counted=Period.MONTH, trend_from=NOW - 30 * DAY)
            | verdict_query(DEFAULT_POLICY, NOW)
        )
    ),
    "a report": _seen_by(lambda village: report_query(Period.MONTH, NOW, village.clan.zone)),
    "who is who": _who_is_who,
    "a leaderboard": _seen_by(lambda _: ViewQuery(NOW, game_windows=MONTH)),
    "questions": _questions,
    "membership": _membership,
}


@contextmanager
def _asked(database: Database) -> Iterator[dict[str, Any]]:
    """Collect what a database is asked meanwhile, with the values it was asked first."""
    found: dict[str, Any] = {}

    def note(_one: object, _two: object, text: str, given: Any, *_: object) -> None:  # noqa: ANN401 - the driver's
        if _OURS.match(text):
            found.setdefault(text, given[0] if isinstance(given, list) else given)

    engines = [each.sync_engine for each in (database._engine, database._quick)]
    for engine in engines:
        event.listen(engine, "before_cursor_execute", note)
    try:
        yield found
    finally:
        for engine in engines:
            event.remove(engine, "before_cursor_execute", note)


def _crosses(step: str, names: dict[str, str]) -> bool:
    """Return whether a step of SQLite's plan looks at more than one clan's rows of a table."""
    found = _STEP.match(step)
    if found is None or names.get(found[2], found[2]) not in OF_CLANS:
        return False
    how = found[3] or ""
    return found[1] == "SCAN" or not ("clan_id=?" in how or any(each in how for each in _BY_NUMBER))


async def _sqlite_plan(connection: Connection, text: str, given: Any) -> list[str]:  # noqa: ANN401 - the driver's
    names = {alias: table for table, alias in _ALIAS.findall(text)}
    rows = await connection.exec_driver_sql(f"EXPLAIN QUERY PLAN {text}", given)
    steps = [str(row.detail) for row in rows]
    return [each for each in steps if _crosses(each, names)]


def _nodes(plan: dict[str, Any]) -> Iterator[dict[str, Any]]:
    yield plan
    for each in plan.get("Plans", ()):
        yield from _nodes(each)


async def _postgresql_plan(connection: Connection, text: str, given: Any) -> list[str]:  # noqa: ANN401 - likewise
    await connection.exec_driver_sql("SET LOCAL enable_seqscan = off")
    found = (await connection.exec_driver_sql(f"EXPLAIN (FORMAT JSON) {text}", given)).scalar_one()
    plan = json.loads(found) if isinstance(found, str) else found
    crossing = []
    for node in _nodes(plan[0]["Plan"]):
        table, index = node.get("Relation Name", ""), node.get("Index Name", "")
        if node["Node Type"] == "Seq Scan" and table in OF_CLANS:
            crossing.append(f"Seq Scan of {table}")
        of_clan = any(f"_{each}_clan_id" in index or index == f"pk_{each}" for each in OF_CLANS)
        by_number = re.search(r"\(id = ", node.get("Index Cond", ""))
        if of_clan and not by_number and "clan_id" not in node.get("Index Cond", ""):
            crossing.append(f"{node['Node Type']} by {index}: {node.get('Index Cond')}")
    return crossing


@pytest.mark.parametrize("name", HOT)
async def test_what_is_asked_often_looks_at_one_clan_s_rows(crowded: Village, name: str) -> None:
    with _asked(crowded.database) as asked:
        await HOT[name](crowded)
    assert asked
    explain = _sqlite_plan if crowded.database.path is not None else _postgresql_plan
    async with crowded.database.reading() as connection:
        plans = {text: await explain(connection, text, given) for text, given in asked.items()}
    assert {text: steps for text, steps in plans.items() if steps} == {}
    assert {text for text in asked if without_clan(text)} == set()


async def test_a_statement_that_crosses_clans_is_found(crowded: Village) -> None:
    """Else the tests above would prove nothing."""
    crossing = "SELECT messages.flags FROM messages WHERE messages.author_id = 1"
    explain = _sqlite_plan if crowded.database.path is not None else _postgresql_plan
    async with crowded.database.reading() as connection:
        assert await explain(connection, crossing, ())
    assert without_clan(crossing)

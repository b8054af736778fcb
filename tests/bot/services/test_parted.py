"""A host parts the tables by clan as the docs say, and the bot says and keeps the same."""

import json
import re
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

from bot.clan.spans import Period
from bot.clan.standings import Roster
from bot.services.chat import IncomingMessage, Intake
from bot.services.publish.report import report_query
from bot.services.setup import Clans
from bot.services.view import read_view, roster_of
from storage.engine import Database
from tests.bot.demo.conftest import Clock
from tests.bot.services.talk import GENERAL, PVM, heard, kept, told
from tests.bot.services.village import Village
from tests.storage.postgres import EMPTY, Server, fresh_name
from tests.storage.rows import DAY, NOW

DOCS = Path(__file__).parents[3] / "docs" / "hosting.md"
PARTED = (
    *("messages", "left_out_messages", "questions", "broadcasts"),
    *("author_days", "author_hours", "channel_days"),
)
MINUTE = timedelta(minutes=1)


def recipe() -> str:
    """Return what the docs have a host type."""
    (words,) = re.findall(r"### Parting .*?```sql\n(.*?)```", DOCS.read_text("utf-8"), re.DOTALL)
    return str(words)


async def read(village: Village) -> Roster:
    query = report_query(Period.MONTH, NOW, village.clan.zone)
    async with village.database.reading() as connection:
        return roster_of(await read_view(connection, village.clan, query), [Period.MONTH])


def said(numbers: range, guild: int) -> list[IncomingMessage]:
    """Return a talk in which some ask, others answer, and some reply."""
    return [
        heard(
            each,
            user=guild * 10 + each % 3,
            at=_at(each),
            channel_info=PVM if each % 5 == 0 else GENERAL,
            asks=each % 4 == 0,
            reply_to=None
            if each % 6
            else heard(each - 2, at=NOW - (each - 2) * 7 * MINUTE).message_id,
        )
        for each in numbers
    ]


def _at(number: int) -> datetime:
    return NOW - number * 7 * MINUTE


async def a_village(database: Database, guild: int) -> Village:
    clock = Clock(NOW)
    known = Clans(database, clock)
    village = Village(database, known, clock, await known.found(guild, f"Clan {guild}"))
    await village.changed(listened_at=NOW)
    await village.settled({guild * 10: f"Player {guild}", guild * 10 + 1: f"Other {guild}"})
    for days in (20, 1):
        await village.seen(guild * 10, NOW - days * DAY, 9_000 - days * guild)
    await village.linked(guild * 10, guild * 10, is_main=True)
    return village


async def test_parted_by_clan_all_is_as_before(server: Server) -> None:
    name = fresh_name()
    server.wipe()
    server.make(name, EMPTY)
    place, database = server.url(name), Database(server.url(name))
    try:
        villages = [await a_village(database, guild) for guild in (1, 2, 3)]
        first = {each.clan.clan_id: said(range(1, 60), each.clan.guild_id) for each in villages}
        for each in villages:
            await Intake(database, each.known_clans, each.clock).store(
                each.clan, first[each.clan.clan_id]
            )
        before = [await read(each) for each in villages]
        server.ask(name, recipe())
        assert [await read(each) for each in villages] == before
        for each in villages:
            # Some come again, some are new, and the first are deleted.
            clan_id, zone = each.clan.clan_id, each.clan.zone
            more = said(range(40, 90), each.clan.guild_id)
            gone = [message.message_id for message in first[clan_id][:9]]
            await Intake(database, each.known_clans, each.clock).store(each.clan, more, gone)
            left = {message.message_id: message for message in (*first[clan_id], *more)}
            wanted = [message for message in left.values() if message.message_id not in gone]
            assert kept(place, clan_id) == told(wanted, zone)
        parts = server.ask(
            name,
            "SELECT inhparent::regclass::text AS whole, count(*) AS parts FROM pg_inherits"
            " JOIN pg_class ON pg_class.oid = inhrelid WHERE relkind = 'r' GROUP BY 1",
        )
        assert {each["whole"]: each["parts"] for each in parts}.items() >= {
            (table, 16) for table in PARTED
        }
        assert _looked_at(server, name, villages[0].clan.clan_id) == 1
    finally:
        await database.close()
        server.drop(name)


def _looked_at(server: Server, name: str, clan_id: int) -> int:
    """Return how many parts of the messages PostgreSQL looks at for those of one clan."""
    (row,) = server.ask(
        name,
        f"EXPLAIN (FORMAT JSON) SELECT count(*) FROM messages WHERE clan_id = {clan_id}",  # noqa: S608 - a number of ours
    )
    plan = json.dumps(_plan(row["QUERY PLAN"]))
    return len(set(re.findall(r"messages_\d+", plan)) & {f"messages_{n}" for n in range(16)})


def _plan(found: Any) -> Any:  # noqa: ANN401 - as the driver gives it
    return json.loads(found) if isinstance(found, str) else found

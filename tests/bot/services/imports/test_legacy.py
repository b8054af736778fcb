"""The old bot's database brought over: every count is the source's; what stays out says why."""

import json
import sqlite3
from contextlib import closing
from datetime import datetime, timedelta
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest

from bot.clan.imported import LeftOut
from bot.clan.metrics import MetricKind
from bot.clan.observing import MetricReading
from bot.services.chat import Bridges, ChannelInfo, IncomingMessage, Intake
from bot.services.game import store_readings
from bot.services.imports import ImportResult, Imports, LegacySource
from bot.services.privacy import Privacy
from bot.services.setup import Clan, Clans
from storage import archiving, clans, players, privacy
from storage.engine import Database
from storage.errors import DatabaseFull
from storage.legacy import LegacyFile, NotLegacy
from tests.bot.demo.conftest import Clock
from tests.bot.services.contents import contents, one, rows
from tests.bot.services.imports.builder import BEGIN, GUILD, RELAY, OldBot, raw_of, text_of
from tests.bot.services.talk import kept
from tests.bot.services.village import Village
from tests.storage.full import full_disk
from tests.storage.rows import DAY, HOUR, NOW, Place

SECOND = timedelta(seconds=1)
ZULRAH = {"zulrah": 10}


def quiet(_what: str, _done: int, _many: int) -> None:
    """Show nothing."""


async def taken(
    database: Database, clan: Clan, path: Path, zone: str = "UTC", clock: Clock | None = None
) -> ImportResult:
    used = clock or Clock(NOW)
    known = Clans(database, used)
    bridges = Bridges(database, Intake(database, known, used))
    with closing(LegacyFile(path)) as file:
        imports = Imports(database, bridges, used, history_days=90)
        return await imports.legacy(clan, LegacySource(file, ZoneInfo(zone)), quiet)


@pytest.fixture
def old(tmp_path: Path) -> OldBot:
    return OldBot(tmp_path / "old.db")


@pytest.fixture(autouse=True)
async def roster(village: Village) -> None:
    await village.settled({11: "No ob", 12: "Amber", 13: "Lantern"})


def left(result: ImportResult, what: str) -> dict[LeftOut, int]:
    return dict(result.tallies[what].left)


def numbers(result: ImportResult, what: str) -> tuple[int, int]:
    tally = result.tallies[what]
    assert tally.read == tally.taken + tally.left.total()
    return tally.read, tally.taken


@pytest.mark.parametrize("is_migrated", [True, False])
async def test_all_of_a_good_file_is_taken_in_both_schemas(
    database: Database, clan: Clan, place: Place, tmp_path: Path, *, is_migrated: bool
) -> None:
    old = OldBot(tmp_path / "both.db", is_migrated=is_migrated)
    old.members("noob", "amber")
    for number in range(1, 5):
        at = BEGIN + number * DAY
        raw = raw_of(11, at, 1_000 * number, {"zulrah": 10 * number})
        old.snapshot(number, "noob", at, raw, member=1, bosses={"zulrah": 10 * number})
    for number in range(30):
        old.message(BEGIN + number * HOUR, 50, "gz", "amber", number=number, member=2)
    old.message(BEGIN + 31 * HOUR, 51, "anyone for tob?", "stranger")
    result = await taken(database, clan, old.path)
    assert numbers(result, "members") == (2, 2)
    assert numbers(result, "snapshots") == (4, 4)
    assert numbers(result, "boss kills") == (4, 4)
    assert numbers(result, "messages") == (31, 31)
    assert one(place, "SELECT count(*) FROM observations WHERE player_id = 11") == 4
    assert one(place, "SELECT max(kills_earned) FROM observations") == 30
    assert one(place, "SELECT count(*) FROM messages") == 31
    assert one(place, "SELECT sum(messages) FROM author_days") == 31
    assert one(place, "SELECT count(*) FROM questions") == 1
    assert (result.messages, result.linked_now) == (31, 30)
    assert result.linked_before == (30 if is_migrated else 0)


async def test_a_second_run_takes_nothing_and_changes_nothing(
    database: Database, clan: Clan, place: Place, old: OldBot
) -> None:
    old.members("noob", "gone")
    old.alias(1, 1, "No ob")
    old.snapshot(1, "noob", BEGIN, raw_of(11, BEGIN, 5, ZULRAH), member=1, bosses=ZULRAH)
    old.snapshot(2, "gone", BEGIN, raw_of(77, BEGIN, 5, ZULRAH), member=2)
    old.message(BEGIN, 50, "what is bis?")
    first = await taken(database, clan, old.path)
    before = contents(place)
    again = await taken(database, clan, old.path)
    assert contents(place) == before
    assert [tally.taken for name, tally in again.tallies.items() if name != "members"] == [0] * 4
    assert again.linked_now == first.linked_now
    assert left(again, "snapshots") == {LeftOut.KNOWN: 2}
    assert left(again, "boss kills") == {LeftOut.KNOWN: 1}


async def test_what_moved_to_the_archive_is_not_taken_again(
    database: Database, clan: Clan, place: Place, old: OldBot
) -> None:
    old.members("noob")
    for number in range(1, 5):
        at = BEGIN + number * HOUR
        old.snapshot(number, "noob", at, raw_of(11, at, 1_000 * number, {}), member=1)
        old.message(BEGIN + number * SECOND, 50, "gz", number=number)
    await taken(database, clan, old.path)
    await archiving.move(database, NOW)
    before = contents(place)
    again = await taken(database, clan, old.path)
    assert left(again, "messages") == {LeftOut.KNOWN: 4}
    assert left(again, "snapshots") == {LeftOut.KNOWN: 4}
    assert contents(place) == before


async def test_words_are_never_stored(
    database: Database, clan: Clan, path: Path, old: OldBot
) -> None:
    old.message(BEGIN, 50, "a canary sings xyzzy?")
    await taken(database, clan, old.path)
    with closing(sqlite3.connect(path)) as read:
        assert "xyzzy" not in "\n".join(read.iterdump())


async def test_each_message_that_stays_out_says_why(
    database: Database, clan: Clan, old: OldBot
) -> None:
    async with database.writing() as connection:
        await privacy.opt_out(connection, clan.clan_id, 60, NOW)
    old.message(BEGIN, 50, "hi")
    old.message(BEGIN, 60, "not me", number=1)
    old.message(BEGIN, 50, "elsewhere", number=2, guild=2)
    old.message(BEGIN, 50, "nowhere", number=3, guild=None)
    old.message(BEGIN, 50, "small id", id=5)
    old.message(BEGIN, 50, "no channel", number=4, channel="what")
    old.message(NOW + 3 * DAY, 50, "to come")
    await Privacy(database, Clock(NOW)).forget(clan, 70)
    old.message(BEGIN, 70, "forget me", number=6)
    result = await taken(database, clan, old.path)
    assert numbers(result, "messages") == (8, 1)
    assert left(result, "messages") == {
        LeftOut.OPTED_OUT: 1,
        LeftOut.ELSEWHERE: 2,
        LeftOut.NO_ID: 2,
        LeftOut.TO_COME: 1,
        LeftOut.FORGOTTEN: 1,
    }


async def test_each_snapshot_that_stays_out_says_why(
    database: Database, clan: Clan, old: OldBot
) -> None:
    good = raw_of(11, BEGIN, 5, ZULRAH)
    old.snapshot(1, "noob", BEGIN, good)
    old.snapshot(2, "noob", BEGIN, good)
    old.snapshot(3, "who", BEGIN, None, xp=5)
    old.snapshot(4, "amber", "sometime", None, xp=5)
    old.snapshot(5, "amber", BEGIN, None)
    old.snapshot(6, "noob", BEGIN, raw_of(11, NOW + 9 * DAY, 5, ZULRAH))
    old.snapshot(7, "noob", BEGIN, raw_of(11, BEGIN + DAY, 5, {"zulrah": 10**15}))
    old.snapshot(8, "lantern", BEGIN, raw_of(13, BEGIN, 9, {}))
    old.snapshot(9, "lantern", BEGIN, raw_of(99, BEGIN, 9, {}))
    old.snapshot(10, "lantern", BEGIN, "", xp=9)
    result = await taken(database, clan, old.path)
    assert numbers(result, "snapshots") == (10, 3)
    assert left(result, "snapshots") == {
        LeftOut.TWICE: 1,
        LeftOut.NOBODY: 1,
        LeftOut.NO_TIME: 1,
        LeftOut.NO_NUMBERS: 2,
        LeftOut.TO_COME: 1,
        LeftOut.SEVERAL: 1,
    }
    assert result.tallies["snapshots"].named[LeftOut.NOBODY] == {"who": 1}


async def test_where_the_text_is_cut_the_columns_tell(
    database: Database, clan: Clan, place: Place, old: OldBot
) -> None:
    cut = raw_of(11, BEGIN, 5, ZULRAH)[:150]
    old.snapshot(1, "noob", BEGIN, cut, xp=500, kills=40, bosses={"zulrah": 30, "vorkath": 9})
    old.snapshot(2, "amber", f"{BEGIN:%Y-%m-%d %H:%M:%S}", None, xp=700, kills=12)
    result = await taken(database, clan, old.path, "America/New_York")
    assert numbers(result, "boss kills") == (2, 2)
    found = rows(place, "SELECT player_id, xp, kills, ehp, seen_at FROM observations ORDER BY 1")
    assert [(row["player_id"], row["xp"], row["kills"], row["ehp"]) for row in found] == [
        (11, 500, 40, -1.0),
        (12, 700, 12, -1.0),
    ]
    local = BEGIN.replace(tzinfo=ZoneInfo("America/New_York"))
    assert found[1]["seen_at"] == int(local.timestamp() * 1000)


def reading(at: datetime, kills: int) -> MetricReading:
    return MetricReading(
        at,
        {
            MetricKind.SKILL: {"overall": kills, "attack": kills},
            MetricKind.BOSS: {"zulrah": kills},
            MetricKind.ACTIVITY: {"clue_scrolls_all": 3},
            MetricKind.COMPUTED: {"ehp": 1.5, "ehb": 2.5},
        },
    )


@pytest.mark.parametrize("ours", [(), (2, 6), (1,), (8,)])
async def test_older_snapshots_among_ours_are_as_if_all_had_come_in_order(
    database: Database, clan: Clan, place: Place, old: OldBot, ours: tuple[int, ...]
) -> None:
    kills = {1: 20, 2: 30, 3: -1, 4: 35, 5: 50, 6: 45, 7: 60, 8: 60}
    async with database.writing() as connection:
        await store_readings(connection, {11: [reading(BEGIN + n * DAY, kills[n]) for n in ours]})
        whole = [reading(BEGIN + n * DAY, many) for n, many in kills.items()]
        await store_readings(connection, {12: whole})
    for n in (3, 1, 8, 2, 7, 5, 4, 6):
        at = BEGIN + n * DAY
        old.snapshot(n, "noob", at, raw_of(11, at, kills[n], {"zulrah": kills[n]}))
    result = await taken(database, clan, old.path)
    assert numbers(result, "snapshots") == (8, 8 - len(ours))
    for table in ("observations", "metric_changes", "present_values"):
        mine, theirs = (
            [
                {name: value for name, value in row.items() if name != "player_id"}
                for row in rows(place, f"SELECT * FROM {table} WHERE player_id = ?", who)  # noqa: S608
            ]
            for who in (11, 12)
        )
        assert mine == theirs


async def test_people_who_are_gone_come_as_former_members_with_their_names(
    database: Database, clan: Clan, place: Place, old: OldBot
) -> None:
    old.members("noob", "longgone")
    old.alias(1, 2, "Long Gone")
    old.alias(2, 2, "LongGone#1234", "discord")
    old.snapshot(1, "longgone", BEGIN, raw_of(77, BEGIN, 5, ZULRAH), member=2)
    old.snapshot(2, "erased", BEGIN, raw_of(78, BEGIN, 5, ZULRAH))
    result = await taken(database, clan, old.path)
    assert left(result, "names") == {LeftOut.NO_NAME: 1}
    async with database.reading() as connection:
        places = {
            each.player_id: each
            for each in await players.places(connection, clan.clan_id, with_former=True)
        }
    assert (places[77].name, places[77].role, places[77].left_at) == (
        "Long Gone",
        "prospector",
        BEGIN,
    )
    assert (places[78].name, places[78].left_at) == ("erased", BEGIN)
    assert places[11].left_at is None
    known = rows(place, "SELECT wom_key FROM player_names WHERE player_id = 77")
    assert [row["wom_key"] for row in known] == ["long gone"]


async def test_lines_of_a_relay_are_by_who_spoke(
    database: Database, clan: Clan, place: Place, old: OldBot
) -> None:
    for number in range(8):
        name = ("No ob", "Amber")[number % 2]
        at = BEGIN + number * HOUR
        old.message(at, RELAY, f"**{name}**: anyone for tob?", name.lower().replace(" ", ""))
    old.message(BEGIN + 9 * HOUR, RELAY, "Amber has received a drop: Twisted bow.", "amber")
    result = await taken(database, clan, old.path)
    assert numbers(result, "messages")[0] == 9
    assert result.linked_now == 8
    said = rows(
        place,
        "SELECT bridge_name, count(*) AS many FROM messages JOIN authors ON authors.id = author_id"
        " GROUP BY 1 ORDER BY 1",
    )
    assert [(row["bridge_name"], row["many"]) for row in said] == [("amber", 4), ("no ob", 4)]
    assert one(place, "SELECT count(*) FROM authors WHERE discord_user_id = ?", RELAY) == 0


async def test_what_the_bot_has_read_itself_counts_once_and_nobody_is_renamed(
    database: Database, clan: Clan, place: Place, old: OldBot, known_clans: Clans
) -> None:
    channel_info = ChannelInfo(900, "general", "text")
    number = old.message(NOW - DAY, 50, "hi", "oldname")
    old.message(NOW - 2 * DAY, 50, "hi", "oldname")
    heard = IncomingMessage(number, channel_info, 50, "New Name", "handle", NOW - DAY)
    await Intake(database, known_clans, Clock(NOW)).store(clan, [heard])
    result = await taken(database, clan, old.path)
    assert left(result, "messages") == {LeftOut.KNOWN: 1}
    assert result.messages == 2
    assert one(place, "SELECT name FROM authors WHERE discord_user_id = 50") == "New Name"
    assert one(place, "SELECT messages FROM author_totals") == 2


async def test_rollups_are_what_the_facts_make(
    database: Database, clan: Clan, place: Place, old: OldBot
) -> None:
    for number in range(2_300):
        words = "what is bis?" if number % 7 == 0 else "gz"
        old.message(BEGIN + number * 40 * SECOND, 50 + number % 5, words, number=number)
    await taken(database, clan, old.path)
    found = kept(place)
    assert len(found.facts) == 2_300
    assert sum(counts[0] for counts in found.days.values()) == 2_300
    assert sum(found.clan_hours.values()) == 2_300
    answered = sum(each is not None for each in found.answers.values())
    assert answered == sum(counts[2] for counts in found.totals.values()) > 0


async def test_the_time_that_was_kept_counts_as_seen_and_holes_do_not(
    database: Database, known_clans: Clans, place: Place, old: OldBot
) -> None:
    clan = await known_clans.found(GUILD, "Iron Cabbage")
    async with database.writing() as connection:
        await clans.change(connection, clan.clan_id, listened_at=None)
    for hour in [*range(48), *range(480, 528)]:
        old.message(BEGIN + hour * HOUR, 50, "gz")
    await taken(database, clan, old.path)
    now = await known_clans.of_guild(GUILD)
    assert now is not None
    assert now.listened_at == BEGIN + 527 * HOUR
    blind = rows(place, "SELECT started_at, ended_at, is_read, channel_id FROM blind_spots")
    start, end = BEGIN + 48 * HOUR, BEGIN + 480 * HOUR
    assert blind == [
        {
            "started_at": int(start.timestamp() * 1000),
            "ended_at": int(end.timestamp() * 1000),
            "is_read": 0,
            "channel_id": None,
        }
    ]


@pytest.mark.only_sqlite
async def test_a_full_disk_leaves_what_was_taken_and_a_later_run_takes_the_rest(
    database: Database, clan: Clan, place: Place, old: OldBot
) -> None:
    old.message(BEGIN, 50, "hi")
    before = contents(place)
    with full_disk(), pytest.raises(DatabaseFull):
        await taken(database, clan, old.path)
    assert contents(place) == before
    assert numbers(await taken(database, clan, old.path), "messages") == (1, 1)


HOSTILE = [
    "{" * 5_000,
    '{"playerId": 1e400, "data": []}',
    '{"playerId": 11, "data": {"skills": {"overall": {"experience": NaN}}}}',
    json.dumps({"playerId": True, "data": {"skills": [1, 2]}}),
    '{"playerId": 99999999999999999999}',
    "null",
    '"playerId": -5',
]


async def test_hostile_names_and_json_stop_nothing(
    database: Database, clan: Clan, place: Place, old: OldBot
) -> None:
    for number, raw in enumerate(HOSTILE, start=1):
        old.snapshot(number, "no\u202eob\0", text_of(BEGIN), raw)
    names = ["", "\0", "'; DROP TABLE authors; --", "[bold]x[/bold]", "\u202e", "x" * 5_000]
    for number, name in enumerate(names):
        old.message(BEGIN, 50 + number, "gz", name, number=number)
    old.message(BEGIN, 90, "bytes", b"\xff\xfe", number=50)  # type: ignore[arg-type]
    old.put("clan_members", [{"id": 1, "username": "\0", "role": None}])
    result = await taken(database, clan, old.path)
    assert numbers(result, "messages") == (7, 7)
    assert numbers(result, "snapshots")[0] == len(HOSTILE)
    assert one(place, "SELECT count(*) FROM observations") == 0


async def test_another_file_is_no_database_of_the_old_bot(path: Path) -> None:
    with pytest.raises(NotLegacy, match="not a database of the old bot"):
        LegacyFile(path)

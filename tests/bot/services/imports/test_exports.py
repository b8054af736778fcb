"""Exported channels brought over: JSON by ids, CSV only where the bot has nothing of its own."""

import csv
from datetime import timedelta
from pathlib import Path

import pytest

from bot.clan.imported import LeftOut
from bot.services.chat import Bridges, ChannelInfo, IncomingMessage, Intake
from bot.services.imports import ImportResult, Imports, export_files
from bot.services.setup import Clan, Clans
from storage import archiving, authors, clans
from storage.engine import Database
from tests.bot.demo.conftest import Clock
from tests.bot.services.contents import contents, one, rows
from tests.bot.services.imports.builder import BEGIN, export, exported
from tests.storage.rows import DAY, HOUR, NOW, Place

SERVER, PLACE = 5 << 22, 1_000_000_000_000_000_123
ANNE, BEN = 100_000_001, 100_000_002
MS = timedelta(milliseconds=1)


@pytest.fixture
async def clan(known_clans: Clans) -> Clan:
    return await known_clans.found(SERVER, "Iron Cabbage")


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    made = tmp_path / "exports"
    made.mkdir()
    return made


async def taken(database: Database, clan: Clan, folder: Path) -> ImportResult:
    clock = Clock(NOW)
    bridges = Bridges(database, Intake(database, Clans(database, clock), clock))
    imports = Imports(database, bridges, clock, history_days=90)
    return await imports.exports(clan, export_files(folder), lambda *_: None)


def table(folder: Path, *rows: tuple[object, ...], name: str | None = None) -> None:
    file = folder / (name or f"The Clan - Text - pvm [{PLACE}].csv")
    with file.open("w", encoding="utf-8-sig", newline="") as opened:
        writer = csv.writer(opened)
        writer.writerow(["AuthorID", "Author", "Date", "Content", "Attachments", "Reactions"])
        writer.writerows((*row, "", "") for row in rows)


async def has_read(database: Database, clan: Clan) -> None:
    """Let the bot have read the channel from a day ago on."""
    clock = Clock(NOW)
    intake = Intake(database, Clans(database, clock), clock)
    (message,) = [
        IncomingMessage(
            int(exported(NOW - DAY, ANNE, "")["id"]),
            ChannelInfo(PLACE, "pvm", "text"),
            ANNE,
            "Anne",
            "anne",
            NOW - DAY,
        )
    ]
    await intake.store(clan, [message])
    async with database.writing() as connection:
        known = await authors.channels(connection, clan.clan_id)
        await authors.move_cursors(
            connection, {clan.clan_id: {known[PLACE].channel_id: message.message_id}}
        )
        await clans.change(connection, clan.clan_id, listened_at=NOW)


async def test_json_is_taken_by_its_ids_and_what_is_no_persons_message_is_not(
    database: Database, clan: Clan, place: Place, folder: Path
) -> None:
    asked = exported(BEGIN, ANNE, "what is bis?")
    replied = exported(
        BEGIN + HOUR, BEN, "fang", type="Reply", reference={"messageId": asked["id"]}
    )
    bot = exported(BEGIN, 100_000_009, "beep", number=1)
    bot["author"]["isBot"] = True
    export(
        folder,
        [
            asked,
            replied,
            bot,
            exported(BEGIN, BEN, "joined", number=2, type="GuildMemberJoin"),
            exported(BEGIN, BEN, "no id", number=3) | {"id": "x"},
            exported(NOW + 3 * DAY, BEN, "to come"),
            "what",  # type: ignore[list-item]
        ],
    )
    export(folder, [exported(BEGIN, ANNE, "elsewhere", number=9)], guild=7 << 22, name="b.json")
    export(folder, [asked], name="c.json")
    result = await taken(database, clan, folder)
    tally = result.tallies["messages"]
    assert (tally.read, tally.taken) == (9, 2)
    assert dict(tally.left) == {
        LeftOut.BOT: 2,
        LeftOut.NO_ID: 2,
        LeftOut.TO_COME: 1,
        LeftOut.ELSEWHERE: 1,
        LeftOut.KNOWN: 1,
    }
    (question,) = rows(place, "SELECT answer_id FROM questions")
    assert question["answer_id"] == int(replied["id"])
    assert one(place, "SELECT handle FROM authors WHERE discord_user_id = ?", BEN) == f"user{BEN}"
    before = contents(place)
    assert (await taken(database, clan, folder)).tallies["messages"].taken == 0
    assert contents(place) == before


async def test_a_file_that_is_cut_off_gives_what_it_has(
    database: Database, clan: Clan, folder: Path
) -> None:
    file = export(folder, [exported(BEGIN + n * HOUR, ANNE, "gz") for n in range(9)])
    file.write_bytes(file.read_bytes()[:-300])
    (folder / "none.json").write_text("[" * 9, "utf-8")
    (folder / "binary.csv").write_bytes(b"\xff\xfe\x00" * 40)
    result = await taken(database, clan, folder)
    tally = result.tallies["messages"]
    assert tally.taken in {7, 8}
    assert tally.left[LeftOut.UNREADABLE] == 3


async def test_csv_is_taken_only_from_before_what_the_bot_has_read(
    database: Database, clan: Clan, place: Place, folder: Path
) -> None:
    await has_read(database, clan)
    at = BEGIN.isoformat()
    table(
        folder,
        (ANNE, "anne", at, "what is bis?"),
        (ANNE, "anne", at, "again"),
        (BEN, "ben", (NOW - DAY).isoformat(), "read since"),
        (BEN, "ben", "01/02/2025 10:00", "no zone"),
        ("x", "ben", at, "no author"),
    )
    table(folder, (ANNE, "anne", at, "where"), name="unknown.csv")
    result = await taken(database, clan, folder)
    tally = result.tallies["messages"]
    assert (tally.read, tally.taken) == (6, 2)
    assert dict(tally.left) == {
        LeftOut.READ_SINCE: 1,
        LeftOut.NO_TIME: 1,
        LeftOut.NO_ID: 1,
        LeftOut.UNKNOWN_CHANNEL: 1,
    }
    before = contents(place)
    assert (await taken(database, clan, folder)).tallies["messages"].taken == 0
    assert contents(place) == before


async def test_csv_ends_where_the_bot_began_though_that_moved_to_the_archive(
    database: Database, clan: Clan, folder: Path
) -> None:
    await has_read(database, clan)
    await archiving.move(database, NOW)
    table(
        folder,
        (ANNE, "anne", BEGIN.isoformat(), "gz"),
        (ANNE, "anne", (NOW - DAY).isoformat(), "read since"),
    )
    left = (await taken(database, clan, folder)).tallies["messages"].left
    assert dict(left) == {LeftOut.READ_SINCE: 1}


@pytest.mark.parametrize("is_archived", [False, True])
async def test_json_after_csv_counts_the_same_messages_once(  # noqa: PLR0913
    database: Database, clan: Clan, place: Place, folder: Path, tmp_path: Path, *, is_archived: bool
) -> None:
    await has_read(database, clan)
    table(folder, *((ANNE, "anne", (BEGIN + n * MS).isoformat(), "gz") for n in range(5)))
    await taken(database, clan, folder)
    if is_archived:
        await archiving.move(database, NOW)
    other = tmp_path / "json"
    other.mkdir()
    messages = [exported(BEGIN + n * MS, ANNE, "gz") for n in range(6)]
    export(other, messages, channel=PLACE)
    result = await taken(database, clan, other)
    assert result.tallies["messages"].taken == 1
    assert one(place, "SELECT sum(messages) FROM author_days") == 7


@pytest.mark.parametrize("is_archived", [False, True])
@pytest.mark.parametrize("is_whole", [True, False])
async def test_with_a_channel_missing_the_time_counts_as_not_seen(  # noqa: PLR0913
    database: Database, clan: Clan, place: Place, folder: Path, *, is_whole: bool, is_archived: bool
) -> None:
    await has_read(database, clan)
    if is_archived:
        await archiving.move(database, NOW)
    channel = PLACE if is_whole else 6 << 22
    export(folder, [exported(BEGIN + n * HOUR, ANNE, "gz") for n in range(9)], channel=channel)
    known = await Clans(database, Clock(NOW)).of_guild(SERVER)
    assert known is not None
    result = await taken(database, known, folder)
    assert result.is_partial is not is_whole
    first = one(place, "SELECT min(started_at) FROM blind_spots WHERE NOT is_read")
    seen_for = 9 if is_whole else 0
    assert first == int((BEGIN + seen_for * HOUR).timestamp() * 1000)


def test_a_folder_is_searched_and_json_comes_first(folder: Path) -> None:
    (folder / "more").mkdir()
    for name in ("a.csv", "more/b.JSON", "c.html", "d.json"):
        (folder / name).write_text("", "utf-8")
    assert [each.name for each in export_files(folder)] == ["d.json", "b.JSON", "a.csv"]
    assert export_files(folder / "a.csv") == (folder / "a.csv",)
    assert export_files(folder / "c.html") == ()

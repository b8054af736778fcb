"""A channel that repeats the clan chat: who speaks there counts, and no word of it is kept."""

from dataclasses import dataclass, replace
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest

from bot.clan.bridge import pattern
from bot.clan.broadcasts import BroadcastKind
from bot.clan.persons import AuthorNames, PlayerNames, persons
from bot.services.chat import NO_USER, Bridge, Bridges, Flushed, IncomingMessage, Intake, Posted
from bot.services.setup import Clan, Clans
from storage import authors, players
from storage.columns import first_snowflake
from storage.engine import Database
from tests.bot.demo.conftest import Clock
from tests.bot.services.contents import contents, one, rows
from tests.bot.services.talk import BRIDGE, MINUTE, PVM, heard, kept, spoken, told
from tests.bot.services.village import Village
from tests.storage.rows import NOW

UTC_ZONE = ZoneInfo("UTC")


@dataclass
class Hall:
    """A clan whose channel 300 is a bridge."""

    intake: Intake
    bridges: Bridges
    known_clans: Clans
    clan: Clan
    path: Path

    def posted(self, line: str, number: int = 1) -> IncomingMessage | None:
        """Return what a webhook's line is heard as."""
        bridge = self.bridges.at(1, BRIDGE.discord_channel_id)
        assert bridge is not None
        return bridge.heard(Posted(first_snowflake(NOW) + number, BRIDGE, NOW, [line]))

    async def stored(self, *lines: str) -> Flushed:
        found = [self.posted(line, number) for number, line in enumerate(lines)]
        return await self.intake.store(self.clan, [each for each in found if each is not None])


@pytest.fixture
async def hall(
    database: Database, known_clans: Clans, clan: Clan, clock: Clock, path: Path
) -> Hall:
    intake = Intake(database, known_clans, clock)
    bridges = Bridges(database, intake)
    await bridges.declare(clan, BRIDGE, "bold")
    return Hall(intake, bridges, known_clans, clan, path)


async def test_talk_counts_for_the_speaker_and_the_game_for_the_player(hall: Hall) -> None:
    done = await hall.stored(
        "**No ob**: anyone for a raid?",
        "**no_OB**: nobody then",
        "**Zezima** received a drop: Abyssal whip (1,300,000 coins).",
        "Zezima has reached Slayer level 99.",
        "Zezima has a funny feeling like he's being followed.",
        "The weather is fine.",
    )
    assert done == Flushed(stored=2, told=3)
    messages = rows(
        hall.path, "SELECT * FROM messages JOIN authors a ON a.id = author_id ORDER BY message_id"
    )
    assert [(row["bridge_name"], row["name"], row["flags"]) for row in messages] == [
        ("no ob", "No ob", 3),
        ("no ob", "No ob", 2),
    ]
    events = rows(
        hall.path, "SELECT * FROM broadcasts JOIN authors a ON a.id = author_id ORDER BY message_id"
    )
    assert [(row["bridge_name"], row["kind"]) for row in events] == [
        ("zezima", "drop"),
        ("zezima", "level"),
        ("zezima", "pet"),
    ]
    assert one(hall.path, "SELECT count(*) FROM author_totals") == 1


async def test_no_word_of_it_is_kept(hall: Hall) -> None:
    await hall.stored("**No ob**: my secret plan", "**No ob** received a drop: Secret whip")
    everything = str(contents(hall.path)).lower()
    assert "secret" not in everything
    assert "whip" not in everything


async def test_what_somebody_says_is_talk_even_when_it_reads_like_a_broadcast(hall: Hall) -> None:
    found = hall.posted("**No ob**: Zezima received a drop: Twisted bow")
    assert found is not None
    assert (found.name, found.told, found.user_id) == ("No ob", None, NO_USER)


@pytest.mark.parametrize(
    "line",
    [
        "**@everyone**: look",
        "**<@123>**: hi",
        "**[click](https://bad.example)**: hi",
        "**a name far too long**: hi",
        "just words",
        "",
    ],
)
async def test_a_line_of_nobody_who_can_exist_is_left_out(hall: Hall, line: str) -> None:
    assert hall.posted(line) is None


async def test_markdown_that_belongs_to_a_name_stays_in_it(hall: Hall) -> None:
    found = hall.posted(r"**\_\_Bold\_\_**: hi @everyone")
    assert found is not None
    assert found.name == "__Bold__"


async def test_a_notice_about_nobody_is_an_event_of_nobody(hall: Hall) -> None:
    line = "To talk in your clan's channel, start each line of chat with // or /c."
    assert await hall.stored(line) == Flushed(told=1)
    (event,) = rows(hall.path, "SELECT * FROM broadcasts")
    assert (event["author_id"], event["kind"]) == (None, "other")


async def test_the_same_lines_again_and_as_something_else_change_nothing(hall: Hall) -> None:
    lines = ("**No ob**: hi", "No ob has completed a quest: Cook's Assistant")
    await hall.stored(*lines)
    before = contents(hall.path)
    assert await hall.stored(*lines) == Flushed()
    await hall.bridges.declare(hall.clan, BRIDGE, r"(?P<name>\w+) (?P<text>.+)")
    assert await hall.stored(*lines) == Flushed()
    after = contents(hall.path)
    # The clan's revision is raised: who a speaker is may be another from now on.
    changed = {table for table in after if after[table] != before[table]}
    assert changed == {"channels", "clans"}


async def test_deletes_take_out_talk_and_broadcasts_and_keep_them_out(hall: Hall) -> None:
    lines = [
        spoken(1, "No ob", asks=True),
        spoken(2, "Zezima", NOW + MINUTE),
        spoken(3, "Zezima", told=BroadcastKind.DROP),
    ]
    await hall.intake.store(hall.clan, lines)
    assert kept(hall.path) == told(lines, UTC_ZONE)
    assert kept(hall.path).answers[lines[0].message_id] is not None
    gone = [each.message_id for each in lines[1:]]
    assert await hall.intake.store(hall.clan, [], gone) == Flushed(removed=2)
    assert kept(hall.path) == told(lines[:1], UTC_ZONE)
    assert await hall.intake.store(hall.clan, lines) == Flushed()


async def test_a_bridge_that_does_not_count_brings_nothing(hall: Hall) -> None:
    await hall.known_clans.set_counted(hall.clan, BRIDGE.discord_channel_id, is_counted=False)
    assert await hall.stored("**No ob**: hi", "No ob has left the clan.") == Flushed()
    assert rows(hall.path, "SELECT * FROM authors") == []


async def test_people_and_speakers_answer_each_other(hall: Hall) -> None:
    lines = [spoken(1, "No ob", asks=True), heard(2, at=NOW + MINUTE, channel_info=BRIDGE)]
    await hall.intake.store(hall.clan, lines)
    assert kept(hall.path) == told(lines, UTC_ZONE)
    assert kept(hall.path).totals[1] == (1, 0, 1)


async def test_only_the_named_one_may_speak(hall: Hall) -> None:
    await hall.bridges.declare(hall.clan, BRIDGE, "bold", 77)
    bridge = hall.bridges.at(1, BRIDGE.discord_channel_id)
    assert bridge is not None
    assert bridge.takes(77)
    assert not bridge.takes(78)
    assert replace(bridge, source_id=None).takes(78)


async def test_a_bridge_is_known_again_after_a_restart_and_gone_when_it_ended(
    hall: Hall, database: Database
) -> None:
    restarted = Bridges(database, hall.intake)
    assert restarted.at(1, BRIDGE.discord_channel_id) is None
    (channel_id,) = await restarted.of_clan(hall.clan)
    assert channel_id == BRIDGE.discord_channel_id
    assert restarted.at(1, channel_id) == hall.bridges.at(1, channel_id)
    await restarted.end(hall.clan, channel_id)
    assert restarted.at(1, channel_id) is None
    assert await hall.bridges.of_clan(hall.clan) == {}


async def test_a_pattern_that_cannot_be_used_is_refused_and_changes_nothing(hall: Hall) -> None:
    with pytest.raises(ValueError, match="groups name and text"):
        await hall.bridges.declare(hall.clan, PVM, "(.*): (.*)")
    assert (await hall.bridges.of_clan(hall.clan)).keys() == {BRIDGE.discord_channel_id}


async def test_a_stored_pattern_that_is_refused_by_now_is_passed_over(hall: Hall) -> None:
    async with hall.intake._database.writing() as connection:
        await connection.exec_driver_sql("UPDATE channels SET bridge_pattern = '('")
    assert await hall.bridges.of_clan(hall.clan) == {}


async def test_a_speaker_becomes_known_by_itself_when_the_name_does(
    hall: Hall, village: Village
) -> None:
    await village.settled({7: "Newer Name"})
    await hall.stored("**Older_Name**: hi", "**Stranger**: hello")

    async def known() -> dict[str | None, int]:
        async with village.database.reading() as connection:
            writers = await authors.writers(connection, hall.clan.clan_id)
            names = await players.names(connection, hall.clan.clan_id)
        who = persons(
            [PlayerNames(7, "Newer Name", tuple(names[7]))],
            [AuthorNames(each.author_id, None, each.bridge_name) for each in writers],
            [],
        )
        names_of = {each.author_id: each.bridge_name for each in writers}
        return {names_of[author]: person.main for author, person in who.by_author.items()}

    assert await known() == {}
    before = kept(hall.path)
    async with village.database.writing() as connection:
        await players.note_names(connection, [(7, "older name", "Older Name")], NOW)
    assert await known() == {"older name": 7}
    assert kept(hall.path) == before


def test_the_first_line_that_says_something_decides() -> None:
    bridge = Bridge("clan-chat", pattern("bold"), None, "Iron Cabbage")
    found = bridge.heard(Posted(1, BRIDGE, NOW, ["nothing", "**No ob**: hi", "**Zezima**: no"]))
    assert found is not None
    assert found.name == "No ob"

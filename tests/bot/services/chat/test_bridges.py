"""A channel that repeats the clan chat: who speaks there counts, and no word of it is kept."""

from dataclasses import dataclass, replace
from datetime import timedelta
from zoneinfo import ZoneInfo

import pytest

from bot.clan.bridge import pattern
from bot.clan.broadcasts import BroadcastKind
from bot.clan.name_matches import AuthorNames, PlayerNames
from bot.clan.persons import persons
from bot.services.chat import NO_USER, Bridge, Bridges, Flushed, IncomingMessage, Intake, Posted
from bot.services.chat.facts import LINE_STEP
from bot.services.setup import Clan, Clans
from storage import authors, players
from storage.columns import first_snowflake
from storage.engine import Database
from tests.bot.demo.conftest import Clock
from tests.bot.services.contents import contents, one, rows
from tests.bot.services.talk import BRIDGE, MINUTE, PVM, heard, kept, spoken, told
from tests.bot.services.village import Village
from tests.storage.rows import NOW, Place

UTC_ZONE = ZoneInfo("UTC")


@dataclass
class Hall:
    """A clan whose channel 300 is a bridge."""

    intake: Intake
    bridges: Bridges
    known_clans: Clans
    clan: Clan
    place: Place

    def posted(self, line: str, number: int = 1) -> IncomingMessage | None:
        """Return what a webhook's line is heard as."""
        bridge = self.bridges.at(1, BRIDGE.discord_channel_id)
        assert bridge is not None
        found = bridge.heard(Posted(first_snowflake(NOW) + number, BRIDGE, NOW, [line]))
        return next(iter(found), None)

    async def stored(self, *lines: str) -> Flushed:
        found = [self.posted(line, number) for number, line in enumerate(lines)]
        return await self.intake.store(self.clan, [each for each in found if each is not None])


@pytest.fixture
async def hall(
    database: Database, known_clans: Clans, clan: Clan, clock: Clock, place: Place
) -> Hall:
    intake = Intake(database, known_clans, clock)
    bridges = Bridges(database, intake)
    await bridges.declare(clan, BRIDGE, "bold")
    return Hall(intake, bridges, known_clans, clan, place)


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
        hall.place, "SELECT * FROM messages JOIN authors a ON a.id = author_id ORDER BY message_id"
    )
    assert [(row["bridge_name"], row["name"], row["flags"]) for row in messages] == [
        ("no ob", "No ob", 3),
        ("no ob", "No ob", 2),
    ]
    events = rows(
        hall.place,
        "SELECT * FROM broadcasts JOIN authors a ON a.id = author_id ORDER BY message_id",
    )
    assert [(row["bridge_name"], row["kind"]) for row in events] == [
        ("zezima", "drop"),
        ("zezima", "level"),
        ("zezima", "pet"),
    ]
    assert one(hall.place, "SELECT count(*) FROM author_totals") == 1


async def test_no_word_of_it_is_kept(hall: Hall) -> None:
    await hall.stored("**No ob**: my secret plan", "**No ob** received a drop: Secret whip")
    everything = str(contents(hall.place)).lower()
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
    (event,) = rows(hall.place, "SELECT * FROM broadcasts")
    assert (event["author_id"], event["kind"]) == (None, "other")


async def test_the_same_lines_again_and_as_something_else_change_nothing(hall: Hall) -> None:
    lines = ("**No ob**: hi", "No ob has completed a quest: Cook's Assistant")
    await hall.stored(*lines)
    before = contents(hall.place)
    assert await hall.stored(*lines) == Flushed()
    await hall.bridges.declare(hall.clan, BRIDGE, r"(?P<name>\w+) (?P<text>.+)")
    assert await hall.stored(*lines) == Flushed()
    after = contents(hall.place)
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
    assert kept(hall.place) == told(lines, UTC_ZONE)
    assert kept(hall.place).answers[lines[0].message_id] is not None
    gone = [each.message_id for each in lines[1:]]
    assert await hall.intake.store(hall.clan, [], gone) == Flushed(removed=2)
    assert kept(hall.place) == told(lines[:1], UTC_ZONE)
    assert await hall.intake.store(hall.clan, lines) == Flushed()


async def test_a_bridge_that_does_not_count_brings_nothing(hall: Hall) -> None:
    await hall.known_clans.set_counted(hall.clan, BRIDGE.discord_channel_id, is_counted=False)
    assert await hall.stored("**No ob**: hi", "No ob has left the clan.") == Flushed()
    assert rows(hall.place, "SELECT * FROM authors") == []


async def test_people_and_speakers_answer_each_other(hall: Hall) -> None:
    lines = [spoken(1, "No ob", asks=True), heard(2, at=NOW + MINUTE, channel_info=BRIDGE)]
    await hall.intake.store(hall.clan, lines)
    assert kept(hall.place) == told(lines, UTC_ZONE)
    assert kept(hall.place).totals[1] == (1, 0, 1)


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
    before = kept(hall.place)
    async with village.database.writing() as connection:
        await players.note_names(connection, [(7, "older name", "Older Name")], NOW)
    assert await known() == {"older name": 7}
    assert kept(hall.place) == before


def a_bridge(source: str = "bold") -> Bridge:
    return Bridge("clan-chat", pattern(source), None, "Iron Cabbage")


def test_two_lines_in_one_post_are_two_and_what_says_nothing_is_none() -> None:
    lines = "nothing\n**No ob**: hi\n\n**Zezima**: where?\nZezima has left the clan."
    found = a_bridge().heard(Posted(70, BRIDGE, NOW, [lines]))
    assert [(each.message_id, each.post_id, each.name, each.is_question) for each in found] == [
        (70, 70, "No ob", False),
        (70 + LINE_STEP, 70, "Zezima", True),
        (70 + 2 * LINE_STEP, 70, "Zezima", False),
    ]
    assert [each.told for each in found] == [None, None, BroadcastKind.LEFT]


def test_a_pattern_may_read_a_post_of_two_lines_as_one() -> None:
    bridge = a_bridge(r"(?P<name>[^\n]+)\n(?P<text>.*)")
    (found,) = bridge.heard(Posted(70, BRIDGE, NOW, ["No ob\nhi"]))
    assert found.name == "No ob"


async def test_a_post_that_is_deleted_is_gone_with_all_its_lines(hall: Hall) -> None:
    bridge = hall.bridges.at(1, BRIDGE.discord_channel_id)
    assert bridge is not None
    first = first_snowflake(NOW)
    lines = "**No ob**: hi\n**Zezima**: yo\nZezima has left the clan."
    post = bridge.heard(Posted(first, BRIDGE, NOW, [lines]))
    beside = replace(heard(0, 5), message_id=first + LINE_STEP * 5)
    assert await hall.intake.store(hall.clan, [*post, beside]) == Flushed(stored=3, told=1)
    assert await hall.intake.store(hall.clan, post) == Flushed()
    hall.intake.take_back(1, [first])
    assert (await hall.intake.flush()).removed == 3
    assert [row["message_id"] for row in rows(hall.place, "SELECT * FROM messages")] == [
        beside.message_id
    ]
    for each in post:
        assert hall.intake.hear(1, each)
    assert await hall.intake.flush() == Flushed()


async def test_a_post_that_is_deleted_before_it_is_written_is_not_written(hall: Hall) -> None:
    first = first_snowflake(NOW)
    for each in a_bridge().heard(Posted(first, BRIDGE, NOW, ["**No ob**: hi\n**Zezima**: yo"])):
        hall.intake.hear(1, each)
    hall.intake.take_back(1, [first])
    assert (await hall.intake.flush()).stored == 0


RELAYS = (901, 902, 903)


def test_ten_lines_by_three_relays_are_ten() -> None:
    bridge, ids = a_bridge(), iter(range(1_000))
    found = [
        each
        for number in range(10)
        for late, relay in enumerate(RELAYS)
        for each in bridge.heard(
            Posted(
                next(ids),
                BRIDGE,
                NOW + number * MINUTE + late * timedelta(seconds=4),
                [f"**No ob**: gz {number // 2}"],
                relay_id=relay,
            )
        )
    ]
    assert [each.sent_at for each in found] == [NOW + number * MINUTE for number in range(10)]


def test_whoever_says_the_same_twice_says_two_lines_by_however_many_relays() -> None:
    bridge = a_bridge()
    counted = [
        len(bridge.heard(Posted(number, BRIDGE, NOW, ["**No ob**: gz"], relay_id=relay)))
        for number, relay in enumerate([901, 901, 902, 903, 903, 902])
    ]
    assert counted == [1, 1, 0, 0, 0, 0]


@pytest.mark.parametrize(
    ("relay", "late", "line", "is_heard"),
    [
        (902, 10, "**no_OB**: gz", False),
        (902, 10.001, "**No ob**: gz", True),
        (902, -10, "**No ob**: gz", False),
        (901, 1, "**No ob**: gz", True),
        (902, 1, "**No ob**: gz!", True),
        (902, 1, "**Zezima**: gz", True),
    ],
)
def test_only_the_same_words_of_the_same_speaker_by_another_relay_within_ten_seconds_are_one_line(
    relay: int,
    late: float,
    line: str,
    is_heard: bool,  # noqa: FBT001 - a claim's value
) -> None:
    bridge = a_bridge()
    assert bridge.heard(Posted(1, BRIDGE, NOW, ["**No ob**: gz"], relay_id=901))
    at = NOW + timedelta(seconds=late)
    assert bool(bridge.heard(Posted(2, BRIDGE, at, [line], relay_id=relay))) is is_heard


def test_what_was_left_out_is_left_out_when_it_is_read_again() -> None:
    bridge = a_bridge()
    posts = [
        Posted(number, BRIDGE, NOW, ["**No ob**: gz"], relay_id=900 + number) for number in (1, 2)
    ]
    first = [len(bridge.heard(each)) for each in posts]
    again = [len(bridge.heard(each)) for each in reversed(posts)]
    assert (first, again) == ([1, 0], [0, 1])


async def test_two_channels_of_one_clan_may_repeat_the_same_lines(hall: Hall) -> None:
    await hall.bridges.declare(hall.clan, PVM, "bold")
    found = [
        hall.bridges.at(1, channel_info.discord_channel_id).heard(  # type: ignore[union-attr]
            Posted(number, channel_info, NOW, ["Zezima has left the clan."], relay_id=900 + number)
        )
        for number, channel_info in enumerate([BRIDGE, PVM])
    ]
    assert [len(each) for each in found] == [1, 0]

"""The bot itself: what it asks Discord for, what it loads, where it speaks, how it ends."""

from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import discord
import pytest
from simcord import Env

from bot.app import EVERYTHING, NOTHING, ClanBot, intents
from bot.clan.digest_slots import Delivery
from bot.clan.notices import Notice
from bot.clan.posting import PostingChannel
from bot.demo.world import make_world
from bot.reports.documents import Document
from bot.services.publish import ChannelPost, DigestMessage, PostResult
from bot.shown_commands import are_shown
from tests.cogs.town import START, Town, opened_town


class Recorder:
    """A timetable that only remembers what was asked of it."""

    def __init__(self) -> None:
        self.said: list[str] = []

    def start(self) -> None:
        self.said.append("start")

    def stop(self) -> None:
        self.said.append("stop")


@pytest.fixture
async def town(tmp_path: Path) -> AsyncIterator[Town]:
    async with opened_town(
        tmp_path, make_world(seed=3, members=5, days=5, now=START), None
    ) as opened:
        yield opened


def test_without_content_nothing_is_asked_that_has_to_be_granted() -> None:
    assert intents(EVERYTHING).message_content
    assert intents(EVERYTHING).members
    asked = intents(NOTHING)
    assert not asked.message_content
    assert not asked.members
    assert asked.guild_messages


async def test_every_cog_is_loaded_and_nobody_can_be_pinged(town: Town) -> None:
    bot = town.env.bot
    assert isinstance(bot, ClanBot)
    names = (
        "boards.commands",
        "clanstats",
        "desk",
        "help",
        "intake",
        "leave.commands",
        "links.commands",
        "me.commands",
        "presence",
        "privacy.commands",
        "questions.commands",
        "review.commands",
        "settings.commands",
        "shown",
    )
    assert sorted(bot.extensions) == [f"cogs.{name}" for name in names]
    allowed = bot.allowed_mentions
    assert allowed is not None
    assert not any((allowed.everyone, allowed.users, allowed.roles, allowed.replied_user))


async def test_a_server_is_a_clan_from_the_moment_it_is_seen(town: Town) -> None:
    other = town.env.create_guild("Second Clan")
    await town.env.settle()
    found = await town.services.clans.of_guild(other.id)
    assert found is not None
    assert found.name == "Second Clan"


async def test_the_timetable_runs_while_the_bot_does(town: Town) -> None:
    timetable = Recorder()
    bot = ClanBot(town.services, timetable=timetable)
    await town.env.restart_bot(bot)
    assert timetable.said == ["start"]
    await bot.close()
    assert timetable.said == ["start", "stop"]


async def test_what_was_heard_is_written_when_the_bot_closes(town: Town) -> None:
    await town.member.send(town.general, "hello")
    await town.env.bot.close()
    assert (await town.services.upkeep.status(await town.clan())).messages == 1


async def test_commands_can_be_shown_to_one_server_alone(town: Town) -> None:
    await town.env.restart_bot(ClanBot(town.services, guild_id=town.guild.id))
    result = await town.officer.slash(town.general, "clanstats status")
    assert result.ephemeral


async def test_where_words_are_not_granted_everything_but_questions_works(town: Town) -> None:
    await town.env.restart_bot(ClanBot(town.services, granted=NOTHING))
    await town.member.send(town.general, "how do I get there?")
    await town.services.intake.flush()
    assert (await town.services.upkeep.status(await town.clan())).messages == 1
    panel = (await town.leader.slash(town.general, "clanstats setup")).response
    assert panel is not None
    assert "Message Content Intent" in str(panel.components)


async def test_refused_intents_are_told_to_whoever_starts_the_bot(town: Town) -> None:
    await town.env.shutdown()
    strict = Env(ClanBot(town.services), approved_intents=discord.Intents.default())
    with pytest.raises(discord.PrivilegedIntentsRequired):
        await strict.start()


async def test_a_notice_is_posted_in_the_report_channel(town: Town) -> None:
    bot = town.env.bot
    assert isinstance(bot, ClanBot)
    await town.services.places.post_in(await town.clan(), PostingChannel.REPORT, town.general.id)
    await bot.speak(Notice(town.guild.id, "The roster shrank by half @everyone"))
    posted = town.general.last_message
    assert posted is not None
    assert posted.content.startswith("The roster shrank")
    assert not posted.mention_everyone


@pytest.mark.parametrize(
    ("is_for_officers", "is_set"), [(True, True), (False, True), (True, False)]
)
async def test_what_is_for_officers_is_posted_in_their_channel_or_nowhere(
    town: Town,
    is_for_officers: bool,  # noqa: FBT001 - a row of the table
    is_set: bool,  # noqa: FBT001 - likewise
) -> None:
    bot, places = town.env.bot, town.services.places
    assert isinstance(bot, ClanBot)
    officers = town.guild.create_text_channel("officers")
    await town.env.settle()
    await places.post_in(await town.clan(), PostingChannel.REPORT, town.general.id)
    if is_set:
        await places.post_in(await town.clan(), PostingChannel.OFFICERS, officers.id)
    await bot.speak(Notice(town.guild.id, "A new claim", officers_only=is_for_officers))
    assert town.general.last_message is None
    assert (officers.last_message is not None) is is_set


@pytest.mark.parametrize("reason", ["no channel", "gone", "forbidden", "no clan", "elsewhere"])
async def test_a_notice_that_cannot_be_posted_is_only_logged(town: Town, reason: str) -> None:
    bot = town.env.bot
    assert isinstance(bot, ClanBot)
    guild_id = town.guild.id
    if reason == "gone":
        await town.services.places.post_in(await town.clan(), PostingChannel.REPORT, 12345)
    if reason == "forbidden":
        await town.services.places.post_in(
            await town.clan(), PostingChannel.REPORT, town.general.id
        )
        town.env.inject_error("POST", "/channels/*/messages", status=403, code=50013)
    if reason == "no clan":
        guild_id = 1
    elsewhere = town.env.create_guild("Another clan", owner=town.env.create_user("stranger"))
    theirs = elsewhere.create_text_channel("general")
    if reason == "elsewhere":
        await town.env.settle()
        await town.services.places.post_in(await town.clan(), PostingChannel.REPORT, theirs.id)
    await bot.speak(Notice(guild_id, "hello"))
    assert town.general.last_message is None
    assert theirs.last_message is None


async def test_while_discord_fails_it_is_said_that_nobody_was_told(town: Town) -> None:
    bot = town.env.bot
    assert isinstance(bot, ClanBot)
    await town.services.places.post_in(await town.clan(), PostingChannel.REPORT, town.general.id)
    town.env.inject_error("POST", "/channels/*/messages", status=500, code=0)
    with pytest.raises(discord.HTTPException):
        await bot.speak(Notice(town.guild.id, "hello"))
    assert town.general.last_message is None


@pytest.mark.parametrize(
    ("status", "code", "delivery", "words"),
    [
        (None, 0, Delivery.POSTED, ""),
        (403, 50013, Delivery.REFUSED, "lacks View Channel, Send Messages or Attach Files"),
        (404, 10003, Delivery.REFUSED, "the channel is gone"),
        (400, 50035, Delivery.REFUSED, "Discord refused it"),
    ],
)
async def test_a_digest_is_posted_with_its_picture_or_it_is_said_why_not(
    town: Town, status: int | None, code: int, delivery: Delivery, words: str
) -> None:
    bot = town.env.bot
    assert isinstance(bot, ClanBot)
    if status is not None:
        town.env.inject_error("POST", "/channels/*/messages", status=status, code=code)
    message = DigestMessage("@everyone the week", Document("report.png", b"png", "A chart"))
    found = await bot.post(ChannelPost(town.guild.id, town.general.id, message))
    assert found.delivery is delivery
    assert words in found.refusal
    posted = town.general.last_message
    assert (posted is not None) is (status is None)
    if posted is not None:
        assert not posted.mention_everyone
        assert [each.filename for each in posted.attachments] == ["report.png"]


async def test_a_digest_goes_into_no_channel_that_is_gone_or_another_server_s(town: Town) -> None:
    bot = town.env.bot
    assert isinstance(bot, ClanBot)
    elsewhere = town.env.create_guild("Another clan", owner=town.env.create_user("stranger"))
    theirs = elsewhere.create_text_channel("general")
    await town.env.settle()
    for guild_id, channel_id in ((town.guild.id, 12345), (town.guild.id, theirs.id), (1, 2)):
        found = await bot.post(ChannelPost(guild_id, channel_id, DigestMessage("the week")))
        assert found == PostResult(
            Delivery.REFUSED, "the channel is gone, or the bot cannot see it"
        )
    assert theirs.last_message is None


ME: dict[str, Any] = {
    "name": "me",
    "type": 1,
    "description": "Show your card",
    "nsfw": False,
    "default_member_permissions": None,
    "contexts": [0],
    "integration_types": [0],
    "options": [{"type": 4, "name": "period", "description": "How far back", "min_value": 0}],
}
KEPT = {**ME, "id": "1", "application_id": "2", "version": "3", "dm_permission": False, "new": 5}


@pytest.mark.parametrize(
    ("known", "same"),
    [
        ([KEPT], True),
        ([{key: each for key, each in KEPT.items() if key != "nsfw"}], True),
        ([{**KEPT, "guild_id": "7", "contexts": None, "integration_types": None}], True),
        ([{**KEPT, "contexts": None}], False),
        ([{**KEPT, "description": "Show yours"}], False),
        ([{**KEPT, "options": []}], False),
        (
            [{**KEPT, "options": [{**ME["options"][0], "choices": [{"name": "a", "value": 1}]}]}],
            False,
        ),
        ([{**KEPT, "options": [{**ME["options"][0], "min_value": 1}]}], False),
        ([{**KEPT, "type": 2}], False),
        ([KEPT, {**KEPT, "name": "old"}], False),
        ([], False),
    ],
)
def test_commands_are_compared_by_what_they_say(
    known: list[dict[str, Any]],
    same: bool,  # noqa: FBT001 - a row of the table
) -> None:
    assert are_shown([ME], known) is same

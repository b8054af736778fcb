"""Messages that arrive, that arrived while the bot was away, and that are taken back."""

import asyncio
import io
from datetime import timedelta
from typing import Any

import discord
import pytest
from simcord.builders import ChannelHandle

from bot.app import ClanBot
from bot.services.chat import ChannelInfo
from cogs import _history
from cogs._messages import Place, channel_info_of
from storage import authors, blind_spots
from storage.authors import Writer
from tests.cogs.town import Town, words


async def counted(town: Town) -> int:
    await town.env.settle()
    await town.services.intake.flush()
    return (await town.services.upkeep.status(await town.clan())).messages


def unheard(town: Town, where: ChannelHandle, how_many: int) -> list[int]:
    """Let a member write while nobody listens; return the message ids."""
    return [
        town.env.backend.create_message(where.id, town.member.id, f"message {number}").id
        for number in range(how_many)
    ]


async def away(town: Town) -> None:
    """Take the bot off the line, without a word to it."""
    await town.env._detach_bot()


async def test_each_message_counts_once(bare_town: Town) -> None:
    town = bare_town
    await town.member.send(town.general, "hello")
    await town.officer.send(town.general, "hi")
    assert await counted(town) == 2
    await town.restart()
    assert await counted(town) == 2


async def test_what_was_written_while_the_bot_was_away_counts_once(bare_town: Town) -> None:
    town = bare_town
    await town.member.send(town.general, "before")
    assert await counted(town) == 1
    await away(town)
    unheard(town, town.general, 250)
    await town.restart()
    await town.member.send(town.general, "after")
    assert await counted(town) == 252
    await town.restart()
    assert await counted(town) == 252


async def test_what_was_heard_but_never_written_is_read_after_a_crash(bare_town: Town) -> None:
    town = bare_town
    await town.member.send(town.general, "heard")
    await town.restart()
    assert await counted(town) == 1


async def test_deleted_messages_leave_the_count(bare_town: Town) -> None:
    town = bare_town
    sent = [await town.member.send(town.general, f"{number}") for number in range(5)]
    assert await counted(town) == 5
    await town.member.delete(sent[0])
    assert await counted(town) == 4
    channel = town.env.bot.get_channel(town.general.id)
    assert isinstance(channel, discord.TextChannel)
    await channel.delete_messages(sent[1:3])
    assert await counted(town) == 2


async def test_bots_webhooks_and_notices_do_not_count(bare_town: Town) -> None:
    town = bare_town
    robot = town.guild.add_member(town.env.create_user("robot", bot=True))
    await robot.send(town.general, "beep")
    await town.guild.create_webhook(town.general).send("**Zezima**: hello from the game")
    assert await counted(town) == 0
    await town.restart()
    assert await counted(town) == 0


async def test_voice_stage_and_announcement_channels_count(bare_town: Town) -> None:
    town = bare_town
    for where in (
        town.guild.create_voice_channel("voice"),
        town.guild.create_stage_channel("stage"),
        town.guild.create_news_channel("news"),
    ):
        await town.member.send(where, "here")
        unheard(town, where, 2)
    await town.restart()
    assert await counted(town) == 9


async def test_threads_and_forum_posts_count_live_and_afterwards(bare_town: Town) -> None:
    town = bare_town
    channel = town.env.bot.get_channel(town.general.id)
    assert isinstance(channel, discord.TextChannel)
    forum = town.env.bot.get_channel(town.guild.create_forum_channel("ideas").id)
    assert isinstance(forum, discord.ForumChannel)
    thread = await channel.create_thread(name="raids", type=discord.ChannelType.public_thread)
    post = (await forum.create_thread(name="a bingo", content="by the bot")).thread
    places = [town.general, *town.general.threads, *town.guild.channels["ideas"].threads]
    assert {place.id for place in places[1:]} == {thread.id, post.id}
    for place in places:
        await town.member.send(place, "live")
    assert await counted(town) == 3
    await away(town)
    for place in places:
        unheard(town, place, 3)
    await town.restart()
    assert await counted(town) == 12


async def test_a_thread_that_was_archived_meanwhile_is_read(bare_town: Town) -> None:
    town = bare_town
    channel = town.env.bot.get_channel(town.general.id)
    assert isinstance(channel, discord.TextChannel)
    thread = await channel.create_thread(name="raids", type=discord.ChannelType.public_thread)
    (place,) = town.general.threads
    await town.env.advance_time(60)
    unheard(town, place, 3)
    await thread.edit(archived=True)
    await town.restart()
    assert await counted(town) == 3


async def test_a_channel_that_becomes_readable_is_read_from_its_beginning(bare_town: Town) -> None:
    town = bare_town
    nothing = discord.PermissionOverwrite(view_channel=False)
    secret = town.guild.create_text_channel("secret", overwrites={town.guild.default_role: nothing})
    await away(town)
    unheard(town, secret, 4)
    await town.restart()
    assert await counted(town) == 0
    secret._channel.overwrites.clear()
    await town.restart()
    assert await counted(town) == 4


async def missed(town: Town) -> list[str | None]:
    await town.env.settle()
    async with town.services.upkeep._database.reading() as connection:
        found = await blind_spots.blindness(connection, (await town.clan()).clan_id, town.env.now())
    return [each.channel for each in found]


async def test_a_channel_that_was_lost_is_missed_until_it_is_gone(bare_town: Town) -> None:
    town = bare_town
    nothing = discord.PermissionOverwrite(view_channel=False)
    channel = town.guild.create_text_channel("raids", overwrites={town.guild.default_role: nothing})
    shut = list(channel._channel.overwrites)
    unheard(town, channel, 1)
    await town.restart()
    assert await missed(town) == []
    channel._channel.overwrites.clear()
    await town.restart()
    assert await counted(town) == 1
    channel._channel.overwrites.extend(shut)
    await town.restart()
    assert await missed(town) == ["raids"]
    town.env.backend.delete_channel(channel.id)
    await town.restart()
    assert await missed(town) == []


async def test_a_channel_that_is_deleted_while_the_bot_runs_is_not_missed_any_more(
    bare_town: Town,
) -> None:
    town = bare_town
    nothing = discord.PermissionOverwrite(view_channel=False)
    channel = town.guild.create_text_channel("raids", overwrites={town.guild.default_role: nothing})
    shut = list(channel._channel.overwrites)
    channel._channel.overwrites.clear()
    unheard(town, channel, 1)
    await town.restart()
    assert await counted(town) == 1
    channel._channel.overwrites.extend(shut)
    await town.restart()
    assert await missed(town) == ["raids"]
    town.env.backend.delete_channel(channel.id)
    assert await missed(town) == []


def reading_in(town: Town) -> dict[int, asyncio.Task[None]]:
    """Return what is being read, by server."""
    assert isinstance(town.env.bot, ClanBot)
    found: dict[int, asyncio.Task[None]] = vars(town.env.bot.get_cog("Listener"))["_reading"]
    return found


async def has_read(town: Town) -> None:
    """Wait until nothing of the server is being read."""
    if town.guild.id in reading_in(town):
        await reading_in(town)[town.guild.id]


async def test_a_channel_is_read_as_soon_as_the_bot_may(bare_town: Town) -> None:
    town = bare_town
    nothing = discord.PermissionOverwrite(view_channel=False)
    everybody = town.guild.default_role
    secret = town.guild.create_text_channel("secret", overwrites={everybody: nothing})
    await away(town)
    unheard(town, secret, 4)
    await town.restart()
    assert await counted(town) == 0
    town.env.backend.delete_overwrite(secret.id, everybody.id)
    await town.env.settle()
    await has_read(town)
    assert await counted(town) == 4


@pytest.mark.parametrize("how", ["given", "edited"])
async def test_a_channel_is_read_as_soon_as_a_role_lets_the_bot(bare_town: Town, how: str) -> None:
    town, backend = bare_town, bare_town.env.backend
    nothing = discord.PermissionOverwrite(view_channel=False)
    shows = discord.PermissionOverwrite(view_channel=True)
    role = town.guild.create_role("Reader")
    overwrites: dict[Any, discord.PermissionOverwrite] = {town.guild.default_role: nothing}
    if how == "given":
        overwrites |= {role: shows}
    me = town.guild.me
    assert me is not None
    if how != "given":
        backend.add_member_role(town.guild.id, me.id, role.id)
    secret = town.guild.create_text_channel("secret", overwrites=overwrites)
    await away(town)
    unheard(town, secret, 4)
    await town.restart()
    assert await counted(town) == 0
    if how == "given":
        backend.add_member_role(town.guild.id, me.id, role.id)
    else:
        admin = discord.Permissions(administrator=True).value
        backend.edit_role(town.guild.id, role.id, {"permissions": admin})
    await town.env.settle()
    assert await counted(town) == 4


async def test_what_was_deleted_while_the_bot_was_away_leaves_the_count(bare_town: Town) -> None:
    town, backend = bare_town, bare_town.env.backend
    town.services.backfill._compared = timedelta(days=3)
    raids = town.guild.create_text_channel("raids")
    said = unheard(town, town.general, 10)
    unheard(town, raids, 7)
    await town.restart()
    assert await counted(town) == 17
    await away(town)
    for message_id in said[::3]:
        backend.delete_message(town.general.id, message_id)
    backend.delete_channel(raids.id)
    await town.restart()
    assert await counted(town) == 6


async def test_a_channel_that_is_deleted_takes_its_messages_out_of_the_count(
    bare_town: Town,
) -> None:
    town, backend = bare_town, bare_town.env.backend
    raids = town.guild.create_text_channel("raids")
    channel = town.env.bot.get_channel(town.general.id)
    assert isinstance(channel, discord.TextChannel)
    thread = await channel.create_thread(name="t", type=discord.ChannelType.public_thread)
    await town.env.settle()
    (place,) = town.general.threads
    for where in (town.general, raids, place):
        await town.member.send(where, "hello")
    assert await counted(town) == 3
    backend.delete_channel(raids.id)
    assert await counted(town) == 2
    await thread.delete()
    assert await counted(town) == 1


async def test_a_server_that_is_gone_is_not_listened_to(bare_town: Town) -> None:
    town = bare_town
    await town.env.settle()
    intake, bot = town.services.intake, town.env.bot
    assert intake.listens(town.guild.id)
    guild = bot.get_guild(town.guild.id)
    for lost in ("guild_unavailable", "guild_remove"):
        bot.dispatch(lost, guild)
        await town.env.settle()
        assert not intake.listens(town.guild.id)
        bot.dispatch("guild_available", guild)
        await town.env.settle()
        await has_read(town)
        assert intake.listens(town.guild.id)


async def test_questions_are_told_and_their_answers_credited(bare_town: Town) -> None:
    town = bare_town
    asked = await town.member.send(town.general, "how do I start raids?")
    await town.officer.send(town.general, "read the guide", reply_to=asked)
    await counted(town)
    writers = {each.name: each for each in await everybody(town)}
    assert writers["member"].questions == 1
    assert writers["officer"].answers == 1


async def everybody(town: Town) -> list[Writer]:
    async with town.services.upkeep._database.reading() as connection:
        return await authors.writers(connection, (await town.clan()).clan_id)


async def test_a_history_that_fails_is_read_a_minute_later(
    bare_town: Town, journal: io.StringIO
) -> None:
    town = bare_town
    await away(town)
    unheard(town, town.general, 3)
    town.env.inject_error("GET", "/channels/*/messages", status=400, times=1)
    await town.restart()
    assert await counted(town) == 0
    assert "channel=general" in journal.getvalue()
    assert "Amber Lanterns" in journal.getvalue()
    await town.env.advance_time(61)
    assert await counted(town) == 3


@pytest.mark.parametrize(
    ("status", "lacks"), [(403, "Read Message History"), (503, "did not answer (503)")]
)
async def test_a_channel_whose_archived_threads_cannot_be_listed_costs_only_those(
    bare_town: Town, status: int, lacks: str
) -> None:
    town = bare_town
    other = town.guild.create_text_channel("pvm")
    channel = town.env.bot.get_channel(town.general.id)
    assert isinstance(channel, discord.TextChannel)
    await town.env.advance_time(60)
    thread = await channel.create_thread(name="raids", type=discord.ChannelType.public_thread)
    (place,) = town.general.threads
    await thread.edit(archived=True)
    await away(town)
    for where in (town.general, other, place):
        unheard(town, where, 3)
    listing = f"/channels/{town.general.id}/threads/archived/public"
    town.env.inject_error("GET", listing, status=status, times=None)
    await town.restart()
    assert await counted(town) == 6
    said = words((await town.officer.slash(town.general, "clanstats status")).response)
    assert "#general is not read to the end" in said
    assert lacks in said
    town.env.backend.faults.clear()
    await town.env.advance_time(61)
    assert await counted(town) == 9
    said = words((await town.officer.slash(town.general, "clanstats status")).response)
    assert "not read to the end" not in said


async def test_a_channel_that_cannot_be_told_costs_itself_alone(
    bare_town: Town, monkeypatch: pytest.MonkeyPatch
) -> None:
    town = bare_town
    other = town.guild.create_text_channel("pvm")
    await away(town)
    for where in (town.general, other):
        unheard(town, where, 3)

    def told(place: Place) -> ChannelInfo:
        if place.id == town.general.id:
            raise ValueError("overwrites that nobody understands")
        return channel_info_of(place)

    monkeypatch.setattr(_history, "channel_info_of", told)
    await town.restart()
    assert await counted(town) == 6


async def test_status_says_which_channel_lacks_which_permission(bare_town: Town) -> None:
    town = bare_town
    denied = {
        "raids": discord.PermissionOverwrite(read_message_history=False),
        "staff": discord.PermissionOverwrite(view_channel=False, send_messages=True),
    }
    for name, overwrite in denied.items():
        town.guild.create_text_channel(name, overwrites={town.guild.default_role: overwrite})
    lounge = town.guild.create_voice_channel("lounge")
    await town.env.settle()
    channel = town.env.bot.get_channel(lounge.id)
    assert isinstance(channel, discord.VoiceChannel)
    mute = discord.PermissionOverwrite(connect=False, send_messages=True)
    await channel.set_permissions(channel.guild.default_role, overwrite=mute)
    await town.restart()
    said = words((await town.officer.slash(town.general, "clanstats status")).response)
    assert "#raids (Read Message History is missing)" in said
    assert "#lounge (Connect is missing)" in said
    assert "#staff" not in said


async def test_history_that_fails_is_tried_again_for_as_long_as_the_bot_runs(
    bare_town: Town,
) -> None:
    town = bare_town
    other = town.guild.create_text_channel("pvm")
    await away(town)
    for where in (town.general, other):
        unheard(town, where, 3)
    town.env.inject_error("GET", f"/channels/{town.general.id}/messages", status=503, times=None)
    await town.restart()
    assert await counted(town) == 3
    for pause_s in (60, 300, 900, 3600, 3600, 3600):
        await town.env.advance_time(pause_s + 1)
    assert await counted(town) == 3
    town.env.backend.faults.clear()
    await town.env.advance_time(3601)
    assert await counted(town) == 6


async def test_threads_are_read_though_discord_does_not_list_them(bare_town: Town) -> None:
    town = bare_town
    channel = town.env.bot.get_channel(town.general.id)
    assert isinstance(channel, discord.TextChannel)
    await channel.create_thread(name="raids", type=discord.ChannelType.public_thread)
    (place,) = town.general.threads
    await away(town)
    for where in (town.general, place):
        unheard(town, where, 2)
    town.env.inject_error("GET", "/guilds/*/threads/active", status=500, times=1)
    await town.restart()
    assert await counted(town) == 4
    await town.env.advance_time(61)
    assert await counted(town) == 4


async def test_what_does_not_fit_is_read_from_the_history(
    bare_town: Town, monkeypatch: pytest.MonkeyPatch
) -> None:
    town = bare_town
    monkeypatch.setattr("bot.services.chat.intake._MOST_HEARD", 2)
    for number in range(5):
        await town.member.send(town.general, f"{number}")
    assert await counted(town) == 5

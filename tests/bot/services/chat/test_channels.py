"""Channels that are left out, and the one where the bot speaks."""

from bot.clan.posting import PostingChannel
from bot.services.chat import ChannelInfo, Channels
from bot.services.setup import Clan, Clans
from storage.engine import Database

GENERAL, SPAM = ChannelInfo(10, "general", "text"), ChannelInfo(11, "spam", "text")


async def test_a_channel_can_be_left_out_before_anybody_wrote_there(
    database: Database, clan: Clan
) -> None:
    places = Channels(database)
    assert await places.left_out(clan) == frozenset()
    await places.leave_out(clan, [SPAM])
    assert await places.left_out(clan) == {11}


async def test_what_is_left_out_later_replaces_what_was_before(
    database: Database, clan: Clan
) -> None:
    places = Channels(database)
    await places.leave_out(clan, [SPAM])
    await places.leave_out(clan, [GENERAL])
    assert await places.left_out(clan) == {10}
    await places.leave_out(clan, [])
    assert await places.left_out(clan) == frozenset()


async def test_one_clans_channels_are_not_anothers(
    database: Database, known_clans: Clans, clan: Clan
) -> None:
    other = await known_clans.found(2, "Other")
    await Channels(database).leave_out(clan, [SPAM])
    assert await Channels(database).left_out(other) == frozenset()


async def test_the_bot_speaks_where_it_was_told_and_nowhere_else(
    database: Database, known_clans: Clans, clan: Clan
) -> None:
    places = Channels(database)
    await places.post_in(clan, PostingChannel.REPORT, 42)
    told = await known_clans.of_guild(clan.guild_id)
    assert told is not None
    assert told.report_channel_id == 42
    await places.post_in(clan, PostingChannel.REPORT, None)
    silent = await known_clans.of_guild(clan.guild_id)
    assert silent is not None
    assert silent.report_channel_id is None


async def test_notices_go_where_it_was_told(
    database: Database, known_clans: Clans, clan: Clan
) -> None:
    await Channels(database).post_in(clan, PostingChannel.NOTICES, 43)
    told = await known_clans.of_guild(clan.guild_id)
    assert told is not None
    assert (told.notice_channel_id, told.report_channel_id) == (43, None)

"""What a clan decides about its channels: whose messages count, and where the bot may speak."""

from collections.abc import Collection, Sequence

from bot.clan.posting import PostingChannel
from bot.services.chat.counted import delete_channel, settle_channels
from bot.services.chat.facts import note_channels
from bot.services.chat.intake import ChannelInfo
from bot.services.setup import Clan
from storage import authors, blind_spots, clans
from storage.conflicts import begins_again
from storage.engine import Database


class Channels:
    """Keeps what was decided about channels."""

    def __init__(self, database: Database) -> None:
        self._database = database

    async def left_out(self, clan: Clan) -> frozenset[int]:
        """Return the Discord ids of the channels whose messages are not counted."""
        async with self._database.reading() as connection:
            places = await authors.channels(connection, clan.clan_id)
        return frozenset(key for key, place in places.items() if not place.is_counted)

    @begins_again
    async def leave_out(self, clan: Clan, channel_infos: Sequence[ChannelInfo]) -> None:
        """Count messages everywhere, past ones too, but not in these channels and their threads."""
        unwanted = {channel_info.discord_channel_id for channel_info in channel_infos}
        async with self._database.writing() as connection:
            await note_channels(connection, {clan.clan_id: channel_infos})
            for channel_id, place in (await authors.channels(connection, clan.clan_id)).items():
                if place.is_counted is (channel_id in unwanted):
                    await authors.set_counted(
                        connection, clan.clan_id, channel_id, is_counted=not place.is_counted
                    )
        await settle_channels(self._database, clan)

    async def settle(self, clan: Clan) -> None:
        """Go on with what a stop of the process left half counted."""
        await settle_channels(self._database, clan)

    @begins_again
    async def forget_gone(self, clan: Clan, listed: Collection[int]) -> None:
        """Miss nothing any more of channels that are not among all those that Discord lists."""
        async with self._database.writing() as connection:
            await blind_spots.forget_gone(connection, clan.clan_id, listed)

    async def forget_deleted(self, clan: Clan, discord_channel_id: int) -> None:
        """Count nothing any more of a channel or thread that was deleted, and miss nothing."""
        await delete_channel(self._database, clan, discord_channel_id)

    @begins_again
    async def post_in(self, clan: Clan, kind: PostingChannel, channel_id: int | None) -> None:
        """Post what is of a kind in a Discord channel or thread from now on, or nowhere."""
        async with self._database.writing() as connection:
            await clans.change(connection, clan.clan_id, **{kind.value: channel_id})

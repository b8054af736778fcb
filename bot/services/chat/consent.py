"""Who may be counted: not those who opted out, and nothing written before its author was forgotten.

Who was forgotten stands in the database, so that no history brings it back, in whatever process.
"""

from collections.abc import Collection
from datetime import datetime

from bot.clan.forgotten import speaker_key, user_key
from bot.clan.names import wom_key
from bot.services.chat.facts import NO_USER, IncomingMessage, Said, only_if
from bot.services.setup import Clan, OfClans
from storage import forgotten, privacy
from storage.engine import Connection


async def not_forgotten(connection: Connection, said: Said) -> Said:
    """Return the messages but those that were written before their author was forgotten."""
    until = await forgotten.among(
        connection,
        {clan.clan_id: {_key(clan.guild_id, each) for each in heard} for clan, heard in said},
    )

    def is_after(clan: Clan, each: IncomingMessage) -> bool:
        end = until[clan.clan_id].get(_key(clan.guild_id, each))
        return end is None or each.sent_at > end

    return only_if(said, is_after)


def _key(guild_id: int, heard: IncomingMessage) -> str:
    if heard.user_id == NO_USER:
        return speaker_key(guild_id, heard.name)
    return user_key(guild_id, heard.user_id)


async def willing(connection: Connection, said: Said) -> Said:
    """Return the messages of those who did not opt out, neither here nor in the clan chat."""
    users, speakers = {}, {}
    for clan, heard in said:
        users[clan.clan_id] = {each.user_id for each in heard if each.user_id != NO_USER}
        speakers[clan.clan_id] = {wom_key(each.name) for each in heard if each.user_id == NO_USER}
    silent = await privacy.opted_out(connection, users)
    mute = await privacy.opted_out_speakers(connection, speakers)
    return only_if(
        said,
        lambda clan, each: (
            each.user_id not in silent[clan.clan_id]
            and (each.user_id != NO_USER or wom_key(each.name) not in mute[clan.clan_id])
        ),
    )


async def forgotten_until(
    connection: Connection, asked: OfClans[Collection[int]]
) -> dict[int, dict[int, datetime]]:
    """Return by clan until when the past of users is forgotten, of those of whom it is."""
    keys = {
        clan.clan_id: {user_key(clan.guild_id, user_id): user_id for user_id in user_ids}
        for clan, user_ids in asked
    }
    found = await forgotten.among(connection, keys)
    return {
        clan_id: {keys[clan_id][key]: until for key, until in those.items()}
        for clan_id, those in found.items()
    }

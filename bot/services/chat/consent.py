"""Who may be counted: not those who opted out, and nothing written before its author was forgotten.

Who was forgotten stands in the database, so that no history brings it back, in whatever process.
"""

from collections.abc import Collection, Sequence
from datetime import datetime

from bot.clan.forgotten import speaker_key, user_key
from bot.clan.names import wom_key
from bot.services.chat.facts import NO_USER, IncomingMessage
from bot.services.setup import Clan
from storage import forgotten, privacy
from storage.engine import Connection


async def not_forgotten(
    connection: Connection, clan: Clan, heard: Sequence[IncomingMessage]
) -> list[IncomingMessage]:
    """Return the messages but those that were written before their author was forgotten."""
    keys = [_key(clan.guild_id, each) for each in heard]
    until = await forgotten.among(connection, clan.clan_id, set(keys))
    return [
        each
        for each, key in zip(heard, keys, strict=True)
        if key not in until or each.sent_at > until[key]
    ]


def _key(guild_id: int, heard: IncomingMessage) -> str:
    if heard.user_id == NO_USER:
        return speaker_key(guild_id, heard.name)
    return user_key(guild_id, heard.user_id)


async def willing(
    connection: Connection, clan_id: int, heard: Sequence[IncomingMessage]
) -> list[IncomingMessage]:
    """Return the messages of those who did not opt out, neither here nor in the clan chat."""
    users = {each.user_id for each in heard if each.user_id != NO_USER}
    speakers = {wom_key(each.name) for each in heard if each.user_id == NO_USER}
    silent = await privacy.opted_out(connection, clan_id, users)
    mute = await privacy.opted_out_speakers(connection, clan_id, speakers)
    return [
        each
        for each in heard
        if each.user_id not in silent
        and (each.user_id != NO_USER or wom_key(each.name) not in mute)
    ]


async def forgotten_until(
    connection: Connection, clan: Clan, user_ids: Collection[int]
) -> dict[int, datetime]:
    """Return until when the past of users is forgotten, of those of whom it is."""
    keys = {user_key(clan.guild_id, user_id): user_id for user_id in user_ids}
    found = await forgotten.among(connection, clan.clan_id, keys)
    return {keys[key]: until for key, until in found.items()}

"""What was deleted while nobody listened: what is stored against what Discord has now."""

from collections.abc import Set as AbstractSet
from datetime import datetime
from functools import partial

from bot.services.chat.counted import delete_channel
from bot.services.chat.history import History, each_of
from bot.services.setup import Clan
from storage import authors, left_out
from storage.columns import first_snowflake
from storage.engine import Database


async def stored_since(
    database: Database, clan: Clan, since: datetime
) -> dict[int, frozenset[int]]:
    """Return the ids of what is stored since an instant, by the Discord ids of channels.

    To be read before Discord is asked: what is heard later is not missing there.
    """
    async with database.reading() as connection:
        places = await authors.channels(connection, clan.clan_id)
        ids = [each.channel_id for each in places.values()]
        found = await left_out.stored_since(connection, clan.clan_id, ids, first_snowflake(since))
    return {
        key: frozenset(found[each.channel_id])
        for key, each in places.items()
        if each.channel_id in found
    }


async def delete_gone(
    database: Database,
    clan: Clan,
    history: History,
    here: AbstractSet[int],
    lately: AbstractSet[int],
) -> None:
    """Take what was written in channels that were deleted meanwhile out of every count.

    `here` are those that Discord lists; of the others it is asked one by one, for a list may lack
    something. It lists no old threads: they are asked for where anybody wrote `lately`.
    """
    async with database.reading() as connection:
        places = await authors.channels(connection, clan.clan_id)
        unlisted = [
            each
            for key, each in places.items()
            if key not in here and (each.parent_id is None or key in lately)
        ]
        ids = [each.channel_id for each in unlisted]
        full = await left_out.with_anything(connection, clan.clan_id, ids) if ids else set()
    asked = [each.discord_channel_id for each in unlisted if each.channel_id in full]
    answers = await each_of([partial(history.is_gone, each) for each in asked])
    for discord_channel_id, is_gone in zip(asked, answers, strict=True):
        if is_gone is True:
            await delete_channel(database, clan, discord_channel_id)

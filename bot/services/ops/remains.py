"""What is kept of people who were forgotten, though nothing of it should be; and its end."""

import asyncio
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta

from bot.clan.forgotten import speaker_key, user_key
from bot.services.chat import Intake
from bot.services.setup import Clan, Clans, Clock
from storage import authors, forgotten, privacy, remains
from storage.engine import Connection, Database

_MESSAGES_AT_ONCE = 100
_DAY = timedelta(days=1)


@dataclass(frozen=True, slots=True)
class Remains:
    """What is kept of a clan's forgotten people from before: authors and users, each until when.

    `unknown` are those who stand only in the file outside the database.
    """

    authors: Mapping[int, datetime]
    users: Mapping[int, datetime]
    unknown: int


async def remains_of(database: Database, clan: Clan) -> Remains:
    """Return what should be gone."""
    file = forgotten.file_of(database)
    remembered = {} if file is None else await asyncio.to_thread(forgotten.remembered, file)
    async with database.reading() as connection:
        return await _remains_of(connection, clan, remembered)


async def _remains_of(
    connection: Connection, clan: Clan, remembered: forgotten.KeysByServer
) -> Remains:
    keys = await forgotten.of_clan(connection, clan.clan_id)
    here = {key: at for (guild_id, key), at in remembered.items() if guild_id == clan.guild_id}
    unknown = sum(key not in keys or keys[key] < at for key, at in here.items())
    if not keys:
        return Remains({}, {}, unknown)
    users = {
        user_id: keys[key]
        for user_id in await privacy.users(connection, clan.clan_id)
        if (key := user_key(clan.guild_id, user_id)) in keys
    }
    theirs = {}
    for each in await authors.writers(connection, clan.clan_id):
        if each.bridge_name is not None:
            until = keys.get(speaker_key(clan.guild_id, each.bridge_name))
        else:
            until = users.get(each.discord_user_id or 0)
        if until is not None:
            theirs[each.author_id] = until
    first = await remains.first_kept(connection, clan.clan_id, theirs)
    days = await remains.first_there(connection, clan.clan_id, users)
    return Remains(
        {who: until for who, until in theirs.items() if who in first and first[who] <= until},
        {
            who: until
            for who, until in users.items()
            if who in days and days[who] < until.date() - _DAY
        },
        unknown,
    )


async def delete_remains(database: Database, clock: Clock, clan: Clan) -> None:
    """Take out what is left of those whom the database knows as forgotten."""
    intake = Intake(database, Clans(database, clock), clock)
    found = await remains_of(database, clan)

    async def drop(connection: Connection) -> None:
        for user_id, until in found.users.items():
            first = until.date() - _DAY
            await remains.drop_presence(connection, clan.clan_id, user_id, first)

    await database.write(drop)
    for author_id, until in found.authors.items():
        while ids := await _kept_until(database, clan, author_id, until):
            await intake.store(clan, (), ids)


async def _kept_until(database: Database, clan: Clan, author_id: int, until: datetime) -> list[int]:
    async with database.reading() as connection:
        return await remains.kept_until(
            connection, clan.clan_id, author_id, until, _MESSAGES_AT_ONCE
        )

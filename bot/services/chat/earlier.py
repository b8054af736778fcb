"""Messages of an older history: stored once, beside what was heard, as if they had been heard then.

Who opted out or was forgotten stays out, and so does what was written where nothing counts. Nobody
is renamed by what they were called long ago.
"""

from collections.abc import Sequence
from datetime import timedelta
from enum import StrEnum

from bot.services.chat.answers import settle_answers
from bot.services.chat.consent import not_forgotten, willing
from bot.services.chat.facts import NO_USER, IncomingMessage, put_in
from bot.services.setup import Clan, as_it_is
from storage import authors, bridges, messages
from storage.columns import ids_within
from storage.conflicts import begins_again
from storage.engine import Connection, Database

_CLOSE = timedelta(days=30)
"""So far apart messages may lie to be looked for by one stretch of time, not each by its id."""


class EarlierOutcome(StrEnum):
    """What became of a message of an older history."""

    NEW = "new"
    KNOWN = "known"
    FORGOTTEN = "forgotten"
    OPTED_OUT = "opted out"
    NOT_COUNTED = "not counted"


@begins_again
async def store_earlier(
    database: Database, clan: Clan, heard: Sequence[IncomingMessage]
) -> dict[int, EarlierOutcome]:
    """Store messages in one transaction with all that follows; return what became of each, by id.

    Stored again, none is new.
    """
    async with database.writing() as connection:
        clan = await as_it_is(connection, clan)
        ids = sorted(each.message_id for each in heard)
        known = await _known(connection, clan.clan_id, ids) if ids else set()
        fresh = [each for each in heard if each.message_id not in known]
        ((_, kept),) = await not_forgotten(connection, [(clan, fresh)])
        ((_, wanted),) = await willing(connection, [(clan, kept)])
        added = await _put_in(connection, clan, wanted)
    known.intersection_update(ids)
    outcomes = dict.fromkeys(ids, EarlierOutcome.FORGOTTEN)
    outcomes |= dict.fromkeys(known, EarlierOutcome.KNOWN)
    outcomes |= {each.message_id: EarlierOutcome.OPTED_OUT for each in kept}
    outcomes |= {each.message_id: EarlierOutcome.NOT_COUNTED for each in wanted}
    return outcomes | dict.fromkeys(added, EarlierOutcome.NEW)


async def _known(connection: Connection, clan_id: int, ids: Sequence[int]) -> set[int]:
    """Return which of some ids, in their order, are a clan's messages or broadcasts."""
    span = ids_within(_CLOSE)
    if ids[-1] - ids[0] > span:
        known = (await messages.known_ids(connection, {clan_id: ids}))[clan_id]
    else:
        known = await messages.ids_between(connection, clan_id, ids[0], ids[-1])
    return known | await bridges.told_between(connection, clan_id, ids[0], ids[-1])


async def _put_in(
    connection: Connection, clan: Clan, heard: Sequence[IncomingMessage]
) -> list[int]:
    """Store messages that are new, and return the ids of those that count."""
    if not heard:
        return []
    named = await _as_they_are_called(connection, clan, heard)
    since = min(each.sent_at for each in heard)
    added = (await put_in(connection, [(clan, named)], (), since))[clan.clan_id]
    await settle_answers(connection, [(clan, added.facts)])
    told = [each.message_id for each in added.told]
    return [*(each.message.message_id for each in added.facts), *told]


async def _as_they_are_called(
    connection: Connection, clan: Clan, heard: Sequence[IncomingMessage]
) -> list[IncomingMessage]:
    """Return the messages with the names that users who are known have now, and those of one."""
    users = {each.user_id for each in heard if each.user_id != NO_USER}
    names = {each.user_id: (each.name, each.handle) for each in heard}
    names |= await authors.names_of(connection, clan.clan_id, users)
    return [
        each if each.user_id == NO_USER else each.called(*names[each.user_id]) for each in heard
    ]

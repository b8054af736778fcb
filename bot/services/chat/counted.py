"""What is counted is what was written in the channels that count; the rest is kept aside, or gone.

All of it goes in small steps, each one right by itself: a stop in between is gone on with later.
"""

from collections.abc import Awaitable, Callable, Collection, Mapping

from bot.services.chat.answers import drop_credits, fact_of, settle_answers
from bot.services.setup import Clan, as_it_is
from storage import authors, blind_spots, left_out, messages
from storage.authors import ChannelRow
from storage.conflicts import begins_again
from storage.engine import Connection, Database
from storage.messages import Stored

_AT_ONCE = 250  # some milliseconds of work between two breaths of the event loop

_Step = Callable[[Connection, Clan, int], Awaitable[int | None]]
"""Does a little from a message id on; returns up to which it got, None when nothing is left."""


def is_counted(place: ChannelRow, places: Mapping[int, ChannelRow]) -> bool:
    """Return whether a channel counts; a thread follows its channel."""
    parent = places.get(place.parent_id) if place.parent_id else None
    return place.is_counted and (parent is None or parent.is_counted)


async def settle_channels(database: Database, clan: Clan) -> None:
    """Let exactly that be counted which was written where it counts."""
    for step in (_set_aside, _put_back):
        await _to_the_end(database, clan, step)


@begins_again
async def delete_channel(database: Database, clan: Clan, discord_channel_id: int) -> None:
    """Take all that was written in a deleted channel, and in its threads, out of every count.

    Nothing of it is missed any more, and nothing kept.
    """
    async with database.writing() as connection:
        await blind_spots.forget_channel(connection, clan.clan_id, discord_channel_id)
        places = await authors.channels(connection, clan.clan_id)
        gone = [
            each.channel_id
            for each in places.values()
            if discord_channel_id in {each.discord_channel_id, each.parent_id}
        ]
        await left_out.empty(connection, clan.clan_id, gone)

    async def take_out(connection: Connection, clan: Clan, after_id: int) -> int | None:
        found = await left_out.counted_in(connection, clan.clan_id, gone, after_id, _AT_ONCE)
        await _take_out(connection, clan, found)
        return found[-1].message_id if found else None

    if gone:
        await _to_the_end(database, clan, take_out)


async def _to_the_end(database: Database, clan: Clan, step: _Step) -> None:
    reached: int | None = 0
    while reached is not None:
        reached = await _do(database, clan, step, reached)


@begins_again
async def _do(database: Database, clan: Clan, step: _Step, reached: int) -> int | None:
    async with database.writing() as connection:
        return await step(connection, await as_it_is(connection, clan), reached)


async def _set_aside(connection: Connection, clan: Clan, after_id: int) -> int | None:
    shut = await _channels(connection, clan, counted=False)
    if not shut:
        return None
    found = await left_out.counted_in(connection, clan.clan_id, shut, after_id, _AT_ONCE)
    await _take_out(connection, clan, found)
    await left_out.keep(connection, clan.clan_id, found)
    return found[-1].message_id if found else None


async def _put_back(connection: Connection, clan: Clan, after_id: int) -> int | None:
    counted = await _channels(connection, clan, counted=True)
    found = await left_out.kept_of(connection, clan.clan_id, counted, after_id, _AT_ONCE)
    ids = [each.message_id for each in found]
    await left_out.let_go(connection, {clan.clan_id: ids})
    known = (await messages.known_ids(connection, {clan.clan_id: ids}))[clan.clan_id]
    facts = [fact_of(each, clan.zone) for each in found if each.message_id not in known]
    await messages.add(connection, {clan.clan_id: facts})
    await settle_answers(connection, [(clan, facts)])
    return found[-1].message_id if found else None


async def _take_out(connection: Connection, clan: Clan, found: Collection[Stored]) -> None:
    facts = [fact_of(each, clan.zone) for each in found]
    gone = [each.message_id for each in found]
    await drop_credits(connection, [(clan, gone)])
    await messages.remove(connection, {clan.clan_id: facts})
    await settle_answers(connection, [(clan, facts)])


async def _channels(connection: Connection, clan: Clan, *, counted: bool) -> list[int]:
    places = await authors.channels(connection, clan.clan_id)
    return [each.channel_id for each in places.values() if is_counted(each, places) is counted]

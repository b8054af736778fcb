"""What was heard, and how it becomes facts: of counted channels only, and once by message id."""

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import NamedTuple

from bot.services.answers import drop_credits, fact_of
from bot.services.clans import Clan
from storage import authors, messages
from storage.engine import Connection
from storage.messages import Fact, Flag, Stored


class Spot(NamedTuple):
    """A place on Discord where people write: text channel, thread, forum post, voice chat."""

    discord_channel_id: int
    name: str
    kind: str
    parent_id: int | None = None
    is_readable: bool = True


@dataclass(frozen=True, slots=True)
class Heard:
    """A message as it arrived, already without its words."""

    message_id: int
    spot: Spot
    user_id: int
    name: str
    handle: str
    sent_at: datetime
    is_question: bool = False
    reply_to: int | None = None


async def channel_of(connection: Connection, clan: Clan, spot: Spot) -> int:
    """Note a place as it is now, and return its channel id."""
    await authors.note_place(
        connection,
        clan.clan_id,
        spot.discord_channel_id,
        name=spot.name,
        kind=spot.kind,
        parent_id=spot.parent_id,
        is_readable=spot.is_readable,
    )
    places = await authors.places(connection, clan.clan_id)
    return places[spot.discord_channel_id].channel_id


async def put_in(
    connection: Connection, clan: Clan, heard: Sequence[Heard], refused: Collection[int]
) -> list[Fact]:
    """Store what is new of counted channels and return it as facts."""
    known = await messages.known_ids(connection, [each.message_id for each in heard])
    fresh = [
        each for each in heard if each.message_id not in known and each.message_id not in refused
    ]
    channels = await _counted_channels(connection, clan, {each.spot for each in fresh})
    counted = [each for each in fresh if each.spot.discord_channel_id in channels]
    people = {each.user_id: (each.name, each.handle) for each in counted}
    author_ids = await authors.author_ids(connection, clan.clan_id, people)
    facts = [
        fact_of(
            Stored(
                each.message_id,
                author_ids[each.user_id],
                channels[each.spot.discord_channel_id],
                each.sent_at,
                Flag.QUESTION if each.is_question else 0,
                each.reply_to,
            ),
            clan.zone,
        )
        for each in counted
    ]
    await messages.add(connection, clan.clan_id, facts)
    return facts


async def _counted_channels(
    connection: Connection, clan: Clan, spots: Collection[Spot]
) -> dict[int, int]:
    """Return channel ids by Discord id of the places that count; a thread follows its parent."""
    places = await authors.places(connection, clan.clan_id)
    for spot in spots:
        if spot.discord_channel_id not in places:
            await channel_of(connection, clan, spot)
    if any(spot.discord_channel_id not in places for spot in spots):
        places = await authors.places(connection, clan.clan_id)
    found = {}
    for spot in spots:
        place = places[spot.discord_channel_id]
        parent = places.get(place.parent_id) if place.parent_id else None
        if place.is_counted and (parent is None or parent.is_counted):
            found[spot.discord_channel_id] = place.channel_id
    return found


async def take_out(connection: Connection, clan: Clan, message_ids: Collection[int]) -> list[Fact]:
    """Remove those of the messages that are the clan's, and return them as facts."""
    if not message_ids:
        return []
    gone = await messages.stored(connection, clan.clan_id, sorted(message_ids))
    facts = [fact_of(message, clan.zone) for message in gone]
    ids = [message.message_id for message in gone]
    await drop_credits(connection, clan.clan_id, clan.zone, ids)
    await messages.remove(connection, clan.clan_id, facts)
    return facts

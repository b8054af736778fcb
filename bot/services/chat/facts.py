"""What was heard, and how it becomes facts: of counted channels only, and once by message id.

What the game told of a player becomes a broadcast and never a message.
"""

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime
from typing import NamedTuple

from bot.clan.broadcasts import BroadcastKind
from bot.clan.names import wom_key
from bot.services.chat.answers import drop_credits, fact_of
from bot.services.chat.counted import is_counted
from bot.services.chat.speakers import Borne, borne_by, speaker_at
from bot.services.setup import Clan
from storage import authors, bridges, left_out, messages
from storage.authors import ChannelRow
from storage.bridges import BroadcastRow, Speaker
from storage.columns import storable
from storage.engine import Connection
from storage.messages import Flag, MessageRow, Stored

NO_USER = 0
"""Who wrote is no user of Discord but a speaker of the clan chat, known by name alone."""


MOST_CHANNELS = 10_000
"""How many channels and threads of a clan are kept, unless whoever runs the bot says otherwise."""

MOST_LINES = 10
"""How many lines of a relay's post count."""

LINE_STEP = 1 << 17
"""How far apart the ids of a post's lines are: within its millisecond, by bits of the worker.

What Discord gives an id next to the post's is another message.
"""


def posts_of(message_id: int) -> set[int]:
    """Return the ids that the post may have on Discord of which a message is a line."""
    return {message_id - line * LINE_STEP for line in range(MOST_LINES)}


class ChannelInfo(NamedTuple):
    """A place on Discord where people write: text channel, thread, forum post, voice chat.

    `viewers` are the users who can write there although the bot cannot read it, when any of them is
    an ordinary member; None is everybody.
    """

    discord_channel_id: int
    name: str
    kind: str
    parent_id: int | None = None
    is_readable: bool = True
    viewers: frozenset[int] | None = frozenset()


@dataclass(frozen=True, slots=True)
class IncomingMessage:
    """A message as it arrived, already without its words.

    With NO_USER it came through a bridge and `name` is the player's; `told` is what the game told
    of them, if it was the game that spoke. A broadcast may be about nobody: then `name` is empty.
    `line` numbers the lines of one post from 0. The id of a `stand_in` is not Discord's own.
    """

    message_id: int
    channel_info: ChannelInfo
    user_id: int
    name: str
    handle: str
    sent_at: datetime
    is_question: bool = False
    reply_to: int | None = None
    told: BroadcastKind | None = None
    line: int = 0
    stand_in: bool = False

    def __post_init__(self) -> None:
        """Let names be such as a database takes: one that is not would hold up all the others."""
        for part in ("name", "handle"):
            object.__setattr__(self, part, storable(getattr(self, part)))

    @property
    def post_id(self) -> int:
        """Return the id of the message on Discord."""
        return self.message_id - self.line * LINE_STEP

    def called(self, name: str, handle: str) -> "IncomingMessage":
        """Return the same by somebody of those names."""
        return (
            self
            if (self.name, self.handle) == (name, handle)
            else replace(self, name=name, handle=handle)
        )


@dataclass(frozen=True, slots=True)
class IntakeResult:
    """What came of what was heard: messages and broadcasts, and the newest post by channel."""

    facts: tuple[MessageRow, ...] = ()
    told: tuple[BroadcastRow, ...] = ()
    newest_ids: Mapping[int, int] = field(default_factory=dict)


async def note_channel(connection: Connection, clan: Clan, channel_info: ChannelInfo) -> None:
    """Note a channel as it is now."""
    await authors.note_place(
        connection,
        clan.clan_id,
        channel_info.discord_channel_id,
        name=channel_info.name,
        kind=channel_info.kind,
        parent_id=channel_info.parent_id,
        is_readable=channel_info.is_readable,
    )


async def channel_of(connection: Connection, clan: Clan, channel_info: ChannelInfo) -> int:
    """Note a channel as it is now, and return its id."""
    await note_channel(connection, clan, channel_info)
    places = await authors.channels(connection, clan.clan_id)
    return places[channel_info.discord_channel_id].channel_id


async def put_in(  # noqa: PLR0913, PLR0917 - what was heard, and what of it is wanted
    connection: Connection,
    clan: Clan,
    heard: Sequence[IncomingMessage],
    refused: Collection[int],
    now: datetime,
    most_channels: int = MOST_CHANNELS,
) -> IntakeResult:
    """Store what is new of counted channels and return it; a clan has so many of them at most."""
    known = await messages.known_ids(connection, clan.clan_id, [each.message_id for each in heard])
    spoken = [each.message_id for each in heard if each.user_id == NO_USER]
    known |= await bridges.known_ids(connection, clan.clan_id, spoken)
    fresh = [each for each in heard if each.message_id not in known and each.post_id not in refused]
    # In the order in which they were met, so that the same history gives the same ids.
    met = dict.fromkeys(each.channel_info for each in fresh)
    channels = await _counted_channels(connection, clan, met, most_channels)
    counted = [each for each in fresh if each.channel_info.discord_channel_id in channels]
    known_authors = await _authors(connection, clan, counted, now)
    kept = IntakeResult(
        tuple(
            fact_of(_stored(each, known_authors, channels), clan.zone)
            for each in counted
            if each.told is None
        ),
        tuple(_told(each, known_authors, channels) for each in counted if each.told is not None),
        dict(
            sorted(
                (channels[each.channel_info.discord_channel_id], each.post_id) for each in counted
            )
        ),
    )
    await messages.add(connection, clan.clan_id, kept.facts)
    await bridges.add(connection, clan.clan_id, kept.told)
    return kept


class _Authors(NamedTuple):
    """Author ids of users by Discord id, and of speakers; and who bore their names when."""

    users: dict[int, int]
    speakers: dict[Speaker, int]
    borne: Borne

    def speaker(self, heard: IncomingMessage) -> Speaker:
        """Return who speaks in a line of the clan chat."""
        return speaker_at(self.borne, wom_key(heard.name), heard.sent_at)


async def _authors(
    connection: Connection, clan: Clan, heard: Sequence[IncomingMessage], now: datetime
) -> _Authors:
    users = {each.user_id: (each.name, each.handle) for each in heard if each.user_id != NO_USER}
    # Backwards, so that of several ways to write a name the first one stands.
    spoke = [each for each in reversed(heard) if each.user_id == NO_USER and each.name]
    borne = await borne_by(connection, clan, (wom_key(each.name) for each in spoke))
    speakers = {speaker_at(borne, wom_key(each.name), each.sent_at): each.name for each in spoke}
    return _Authors(
        await authors.author_ids(connection, clan.clan_id, users, now),
        await bridges.speaker_ids(connection, clan.clan_id, speakers),
        borne,
    )


def _stored(each: IncomingMessage, known: _Authors, channels: dict[int, int]) -> Stored:
    through_bridge = each.user_id == NO_USER
    return Stored(
        each.message_id,
        known.speakers[known.speaker(each)] if through_bridge else known.users[each.user_id],
        channels[each.channel_info.discord_channel_id],
        each.sent_at,
        (Flag.QUESTION if each.is_question else 0)
        | (Flag.BRIDGE if through_bridge else 0)
        | (Flag.FURTHER if each.line else 0)
        | (Flag.STAND_IN if each.stand_in else 0),
        each.reply_to,
    )


def _told(each: IncomingMessage, known: _Authors, channels: dict[int, int]) -> BroadcastRow:
    return BroadcastRow(
        each.message_id,
        channels[each.channel_info.discord_channel_id],
        known.speakers.get(known.speaker(each)),
        str(each.told),
        each.sent_at,
    )


def kept_channels(places: Iterable[ChannelRow]) -> int:
    """Return how many channels and threads a clan has, without those that are gone."""
    return sum(not place.is_gone for place in places)


async def _counted_channels(
    connection: Connection, clan: Clan, channel_infos: Collection[ChannelInfo], most: int
) -> dict[int, int]:
    """Return channel ids by Discord id of the places that count; a thread follows its parent."""
    places = await authors.channels(connection, clan.clan_id)
    new = [each for each in channel_infos if each.discord_channel_id not in places]
    for channel_info in new[: max(most - kept_channels(places.values()), 0)]:
        await note_channel(connection, clan, channel_info)
    if new:
        places = await authors.channels(connection, clan.clan_id)
    found = {}
    for channel_info in channel_infos:
        place = places.get(channel_info.discord_channel_id)
        if place is None:
            continue  # one too many
        # Of one that was deleted meanwhile nothing counts, not even what was heard before.
        if is_counted(place, places) and not place.is_gone:
            found[channel_info.discord_channel_id] = place.channel_id
    return found


async def take_out(
    connection: Connection, clan: Clan, message_ids: Collection[int]
) -> tuple[list[MessageRow], int]:
    """Remove those of the messages that are the clan's, with all their lines.

    Return them as facts, and how many were removed in all.
    """
    if not message_ids:
        return [], 0
    ids = sorted({each + n * LINE_STEP for each in message_ids for n in range(MOST_LINES)})
    gone = [
        each
        for each in await messages.stored(connection, clan.clan_id, ids)
        if each.message_id in message_ids or each.flags & Flag.FURTHER
    ]
    facts = [fact_of(message, clan.zone) for message in gone]
    await drop_credits(
        connection, clan.clan_id, clan.zone, [message.message_id for message in gone]
    )
    await messages.remove(connection, clan.clan_id, facts)
    removed = len(facts) + await bridges.remove(connection, clan.clan_id, ids)
    return facts, removed + await left_out.let_go(connection, clan.clan_id, ids)

"""What was heard, and how it becomes facts: of counted channels only, and once by message id.

What the game told of a player becomes a broadcast and never a message.
"""

from collections.abc import Callable, Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime
from typing import NamedTuple, TypeAlias

from bot.clan.broadcasts import BroadcastKind
from bot.clan.names import wom_key
from bot.services.chat.answers import drop_credits, fact_of
from bot.services.chat.counted import is_counted
from bot.services.chat.speakers import Borne, borne_by, speaker_at
from bot.services.setup import Clan, OfClans
from storage import authors, bridges, left_out, messages
from storage.authors import ChannelRow
from storage.bridges import BroadcastRow, Speaker
from storage.columns import storable
from storage.engine import Connection
from storage.given import ByClan
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


Said: TypeAlias = OfClans[Sequence[IncomingMessage]]
"""What was said in a few clans."""


def only_if(said: Said, counts: Callable[[Clan, IncomingMessage], bool]) -> Said:
    """Return of what was said only what counts in its clan."""
    return [(clan, [each for each in heard if counts(clan, each)]) for clan, heard in said]


@dataclass(frozen=True, slots=True)
class IntakeResult:
    """What came of what was heard: messages and broadcasts, and the newest post by channel."""

    facts: tuple[MessageRow, ...] = ()
    told: tuple[BroadcastRow, ...] = ()
    newest_ids: Mapping[int, int] = field(default_factory=dict)


async def note_channels(connection: Connection, met: ByClan[Iterable[ChannelInfo]]) -> None:
    """Note channels of clans as they are now."""
    noted = {
        clan_id: {
            each.discord_channel_id: {
                "name": each.name,
                "kind": each.kind,
                "parent_id": each.parent_id,
                "is_readable": each.is_readable,
            }
            for each in channel_infos
        }
        for clan_id, channel_infos in met.items()
    }
    await authors.note_places(connection, noted)


async def channel_of(connection: Connection, clan: Clan, channel_info: ChannelInfo) -> int:
    """Note a channel as it is now, and return its id."""
    await note_channels(connection, {clan.clan_id: [channel_info]})
    number = channel_info.discord_channel_id
    places = await authors.places(connection, {clan.clan_id: [number]})
    return places[clan.clan_id][number].channel_id


async def put_in(
    connection: Connection,
    said: Said,
    refused: Collection[tuple[int, int]],
    now: datetime,
    most_channels: int = MOST_CHANNELS,
) -> dict[int, IntakeResult]:
    """Store what is new of counted channels and return it by clan.

    A clan has so many channels at most. What is `refused` are posts of servers.
    """
    fresh = await _fresh(connection, said, refused)
    channels = await _counted_channels(connection, fresh, most_channels)
    counted = only_if(
        fresh,
        lambda clan, each: each.channel_info.discord_channel_id in channels[clan.clan_id],
    )
    known = await _authors(connection, counted, now)
    kept = {
        clan.clan_id: _kept(clan, heard, known[clan.clan_id], channels[clan.clan_id])
        for clan, heard in counted
    }
    await messages.add(connection, {clan_id: each.facts for clan_id, each in kept.items()})
    await bridges.add(connection, {clan_id: each.told for clan_id, each in kept.items()})
    return kept


async def _fresh(connection: Connection, said: Said, refused: Collection[tuple[int, int]]) -> Said:
    """Return the messages that are not stored yet and not refused."""
    ids, spoken = {}, {}
    for clan, heard in said:
        ids[clan.clan_id] = [each.message_id for each in heard]
        spoken[clan.clan_id] = [each.message_id for each in heard if each.user_id == NO_USER]
    known = await messages.known_ids(connection, ids)
    told = await bridges.known_ids(connection, spoken)
    return only_if(
        said,
        lambda clan, each: (
            each.message_id not in known[clan.clan_id]
            and each.message_id not in told[clan.clan_id]
            and (clan.guild_id, each.post_id) not in refused
        ),
    )


def _kept(
    clan: Clan, heard: Sequence[IncomingMessage], known: "_Authors", channels: Mapping[int, int]
) -> IntakeResult:
    newest = sorted(
        (channels[each.channel_info.discord_channel_id], each.post_id) for each in heard
    )
    return IntakeResult(
        tuple(
            fact_of(_stored(each, known, channels), clan.zone)
            for each in heard
            if each.told is None
        ),
        tuple(_told(each, known, channels) for each in heard if each.told is not None),
        dict(newest),
    )


class _Authors(NamedTuple):
    """Author ids of users by Discord id, and of speakers; and who bore their names when."""

    users: dict[int, int]
    speakers: dict[Speaker, int]
    borne: Borne

    def speaker(self, heard: IncomingMessage) -> Speaker:
        """Return who speaks in a line of the clan chat."""
        return speaker_at(self.borne, wom_key(heard.name), heard.sent_at)


async def _authors(connection: Connection, said: Said, now: datetime) -> dict[int, _Authors]:
    users = {
        clan.clan_id: {
            each.user_id: (each.name, each.handle) for each in heard if each.user_id != NO_USER
        }
        for clan, heard in said
    }
    # Backwards, so that of several ways to write a name the first one stands.
    spoke = {
        clan.clan_id: [each for each in reversed(heard) if each.user_id == NO_USER and each.name]
        for clan, heard in said
    }
    borne = await borne_by(
        connection,
        {clan_id: {wom_key(each.name) for each in lines} for clan_id, lines in spoke.items()},
    )
    speakers = {
        clan_id: {
            speaker_at(borne[clan_id], wom_key(each.name), each.sent_at): each.name
            for each in lines
        }
        for clan_id, lines in spoke.items()
    }
    by_user = await authors.author_ids(connection, users, now)
    by_speaker = await bridges.speaker_ids(connection, speakers)
    return {each: _Authors(by_user[each], by_speaker[each], borne[each]) for each in users}


def _stored(each: IncomingMessage, known: _Authors, channels: Mapping[int, int]) -> Stored:
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


def _told(each: IncomingMessage, known: _Authors, channels: Mapping[int, int]) -> BroadcastRow:
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
    connection: Connection, said: Said, most: int
) -> dict[int, dict[int, int]]:
    """Return by clan the channel ids by Discord id of the places that count.

    A thread follows its parent.
    """
    # In the order in which they were met, so that the same history gives the same ids.
    met = {
        clan.clan_id: {each.channel_info.discord_channel_id: each.channel_info for each in heard}
        for clan, heard in said
    }
    places = await authors.places(connection, met)
    new = {
        clan_id: [each for number, each in infos.items() if number not in places[clan_id]]
        for clan_id, infos in met.items()
    }
    if any(new.values()):
        kept = await authors.kept_channels(connection, met)
        room = {clan_id: max(most - kept[clan_id], 0) for clan_id in met}
        await note_channels(connection, {each: new[each][: room[each]] for each in new})
        places = await authors.places(connection, met)
    # One too many is nowhere. Of one that was deleted meanwhile nothing counts, not even what was
    # heard before.
    return {
        clan_id: {
            number: place.channel_id
            for number, place in places[clan_id].items()
            if number in infos and is_counted(place, places[clan_id]) and not place.is_gone
        }
        for clan_id, infos in met.items()
    }


async def take_out(
    connection: Connection, asked: OfClans[Collection[int]]
) -> tuple[dict[int, list[MessageRow]], int]:
    """Remove those of the messages that are the clans' own, with all their lines.

    Return them as facts by clan, and how many were removed in all.
    """
    ids = {
        clan.clan_id: sorted({each + n * LINE_STEP for each in posts for n in range(MOST_LINES)})
        for clan, posts in asked
    }
    stored = await messages.stored(connection, ids)
    gone = {
        clan.clan_id: [
            fact_of(each, clan.zone)
            for each in stored[clan.clan_id]
            if each.message_id in posts or each.flags & Flag.FURTHER
        ]
        for clan, posts in asked
    }
    await drop_credits(
        connection,
        [(clan, [fact.message.message_id for fact in gone[clan.clan_id]]) for clan, _ in asked],
    )
    await messages.remove(connection, gone)
    removed = sum(map(len, gone.values())) + await bridges.remove(connection, ids)
    return gone, removed + await left_out.let_go(connection, ids)

"""A made-up world put into a database by the bot's own rules and queries, years in seconds.

What the bot would have polled and heard is stored as it would have stored it, so that a rebuild or
a further poll finds nothing to correct.
"""

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from itertools import islice, pairwise
from typing import Any

from bot.clan.activity import ChangeKind
from bot.clan.bridge import DEFAULT, pattern
from bot.clan.gains import Headline
from bot.clan.metrics import SKILLS, MetricKind
from bot.clan.names import wom_key
from bot.clan.observing import HEADLINE_METRICS, MetricReading, observed
from bot.clan.ranks import compare
from bot.demo.cast import ChannelKind, MadeUpMessage, MadeUpPlayer
from bot.demo.hiscores import ACTIVITIES, BOSSES, METRICS
from bot.demo.updates import changes
from bot.demo.world import World
from bot.services.chat import Bridge, ChannelInfo, IncomingMessage, Intake, Posted, Zones
from bot.services.setup import Clan, Clans
from storage import clans, metrics, players, snapshots
from storage.engine import Database
from storage.players import MembershipEventRow
from storage.snapshots import News, ObservationRow

BRIDGE_PATTERN = DEFAULT
"""How the made-up webhook repeats the clan chat."""

_NEWS_AT_ONCE = 4_000
_MESSAGES_AT_ONCE = 5_000
_KINDS: Mapping[str, MetricKind] = (
    dict.fromkeys(("overall", *SKILLS), MetricKind.SKILL)
    | dict.fromkeys(ACTIVITIES, MetricKind.ACTIVITY)
    | dict.fromkeys(BOSSES, MetricKind.BOSS)
    | dict.fromkeys(("ehp", "ehb"), MetricKind.COMPUTED)
)


@dataclass(frozen=True, slots=True)
class Cast:
    """Which Discord server, users and channels (by the world's own index) play the world."""

    guild_id: int
    users: Mapping[int, int]
    channels: Mapping[int, int]


def own_cast(world: World) -> Cast:
    """Return the cast with the ids that the world made up itself, on server 1."""
    return Cast(
        1,
        {user.index: user.user_id for user in world.users},
        {channel.index: channel.channel_id for channel in world.channels},
    )


async def seed(
    database: Database,
    world: World,
    cast: Cast,
    *,
    messages_a_day: float | None = None,
    progress: Callable[[str], None] = lambda _: None,
) -> Clan:
    """Store the world's whole past and return its clan; the schema must be there already."""
    known_clans = Clans(database, lambda: world.now)
    clan = await known_clans.found(cast.guild_id, world.clan_name)
    await known_clans.join_group(clan, world.group_id, world.clan_name)
    await Zones(database).set_zone(clan, world.zone.key)
    progress("members")
    await _seed_members(database, world, clan)
    progress("snapshots")
    await _seed_snapshots(database, world)
    seeded = await known_clans.of_guild(cast.guild_id)
    if seeded is None:
        raise LookupError("the clan that was just made is gone")
    progress("messages")
    intake = Intake(database, known_clans, lambda: world.now)
    heard = _heard(world, cast, messages_a_day)
    while batch := list(islice(heard, _MESSAGES_AT_ONCE)):
        await intake.store(seeded, batch)
    async with database.writing() as connection:
        await clans.change(connection, seeded.clan_id, listened_at=world.now)
    return await known_clans.of_guild(cast.guild_id) or seeded


async def _seed_members(database: Database, world: World, clan: Clan) -> None:
    async with database.writing() as connection:
        await players.note_players(
            connection, [_player(each, world.now) for each in world.players], world.now
        )
        for each in world.players:
            for since in each.names:
                if since.since_at <= world.now:
                    key = (each.player_id, wom_key(since.value), since.value)
                    await players.note_names(connection, [key], since.since_at)
        await players.put_in(
            connection, clan.clan_id, [_membership(each, world.now) for each in world.players]
        )
        await players.note_events(
            connection,
            clan.clan_id,
            [event for each in world.players for event in _events(each, world)],
        )
        await clans.change(
            connection,
            clan.clan_id,
            role_orders=[[role, index] for index, role in enumerate(world.ladder)],
            polled_at=world.now,
            history_from=world.start_at,
        )


async def _seed_snapshots(database: Database, world: World) -> None:
    async with database.writing() as connection:
        kinds = {name: _KINDS[name] for name in METRICS if name not in HEADLINE_METRICS}
        found = await metrics.metric_ids(connection, kinds)
        ids = {name: number for name, (number, _) in found.items()}
        news = (item for each in world.players for item in _news(each, ids))
        while batch := list(islice(news, _NEWS_AT_ONCE)):
            await snapshots.store(connection, batch)


def _news(player: MadeUpPlayer, ids: Mapping[str, int]) -> Iterator[News]:
    values: dict[MetricKind, dict[str, float]] = {kind: {} for kind in MetricKind}
    present: dict[str, float] = {}
    last: Headline | None = None
    for seen_at, changed in changes(player):
        for name, value in changed.items():
            values[_KINDS[name]][name] = value
        item = observed(last, present, MetricReading(seen_at, values))
        if item is not None:
            last = item.headline
            present |= item.changed
            yield News(
                ObservationRow(player.player_id, *last),
                {ids[name]: value for name, value in item.changed.items()},
            )


def _player(player: MadeUpPlayer, now: datetime) -> dict[str, Any]:
    updates = player.observed_at
    return {
        "player_id": player.player_id,
        "name": player.name_at(now),
        "wom_key": wom_key(player.name_at(now)),
        "account_type": player.account_type,
        "status": player.status_now(now),
        "updated_at": updates[-1] if updates else None,
        "changed_at": _changed_at(player),
    }


def _changed_at(player: MadeUpPlayer) -> datetime | None:
    """Return the latest update that showed anything new."""
    seen = [at for at, changed in changes(player) if changed]
    return seen[-1] if seen else None


def _membership(player: MadeUpPlayer, now: datetime) -> dict[str, Any]:
    stay = player.stay_at(now)
    left = [each.to_at for each in player.stays if each.to_at is not None]
    held = [since for since in player.roles if since.since_at <= now] or [player.roles[0]]
    return {
        "player_id": player.player_id,
        "role": held[-1].value,
        "joined_at": player.joined_at,
        "role_since_at": held[-1].since_at,
        "left_at": None if stay is not None else max(left),
    }


def _events(player: MadeUpPlayer, world: World) -> Iterator[MembershipEventRow]:
    """Yield what the polls would have noticed of a player since the world began."""
    for number, stay in enumerate(player.stays):
        kind = ChangeKind.RETURNED if number else ChangeKind.JOINED
        yield MembershipEventRow(
            player.player_id, kind, stay.from_at, None, player.role_at(stay.from_at)
        )
        if stay.to_at is not None:
            yield MembershipEventRow(player.player_id, ChangeKind.LEFT, stay.to_at)
    for before, after in _steps([(each.value, each.since_at) for each in player.roles]):
        kind = compare(before, after[0], world.ladder)
        yield MembershipEventRow(player.player_id, kind, after[1], before, after[0])
    if player.status == "archived":
        return  # WOM's own name for it is no rename
    for before, after in _steps([(each.value, each.since_at) for each in player.names]):
        yield MembershipEventRow(player.player_id, ChangeKind.RENAMED, after[1], before, after[0])


def _steps(
    history: Sequence[tuple[str, datetime]],
) -> Iterator[tuple[str, tuple[str, datetime]]]:
    return ((before[0], after) for before, after in pairwise(history))


def _heard(world: World, cast: Cast, messages_a_day: float | None) -> Iterator[IncomingMessage]:
    """Yield what the bot would have heard: people anywhere, and who speaks through the bridge."""
    channel_infos = {
        channel.index: ChannelInfo(
            cast.channels[channel.index], channel.name, _channel_kind(channel.kind)
        )
        for channel in world.channels
    }
    bridges = {
        channel.index: Bridge(channel.name, pattern(BRIDGE_PATTERN), None, world.clan_name)
        for channel in world.channels
        if channel.kind is ChannelKind.BRIDGE
    }
    ids: dict[int, int] = {}
    for message in world.messages(messages_a_day=messages_a_day):
        channel_info = channel_infos[message.channel]
        if message.is_bot:
            bridge = bridges.get(message.channel)
            if bridge is not None:
                yield from bridge.heard(_posted(message, channel_info))
        elif message.user is not None:
            yield _one(message, world, cast, channel_info, ids)


def _posted(message: MadeUpMessage, channel_info: ChannelInfo) -> Posted:
    return Posted(message.message_id, channel_info, message.sent_at, [message.text])


def _one(
    message: MadeUpMessage, world: World, cast: Cast, channel_info: ChannelInfo, ids: dict[int, int]
) -> IncomingMessage:
    user = world.users[message.user or 0]
    ids[message.number] = message.message_id
    return IncomingMessage(
        message.message_id,
        channel_info,
        cast.users[user.index],
        user.display_name,
        user.name,
        message.sent_at,
        message.is_question,
        None if message.reply_to is None else ids.get(message.reply_to),
    )


def _channel_kind(kind: ChannelKind) -> str:
    return "voice" if kind is ChannelKind.VOICE else "text"

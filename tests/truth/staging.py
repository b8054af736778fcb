"""A town put into a database as the bot would have put it there, look by look, word by word.

Only what could be seen is stored: what WOM looked at, and what was said while somebody listened.
"""

from collections.abc import Iterator, Mapping
from datetime import timedelta
from itertools import islice, pairwise
from typing import Any

from bot.clan.activity import ChangeKind
from bot.clan.gains import Headline
from bot.clan.metrics import MetricKind
from bot.clan.names import wom_key
from bot.clan.observing import HEADLINE_METRICS, MetricReading, observed
from bot.clan.spans import day_of
from bot.demo.careers import LADDER
from bot.demo.cast import from_ms, snowflake
from bot.services.chat import NO_USER, ChannelInfo, IncomingMessage, Intake
from bot.services.people import Leaves, Links, Visitor, Whom
from bot.services.setup import Clan, Clans
from storage import blind_spots, clans, links, metrics, players, presence, snapshots
from storage.engine import Connection, Database
from storage.links import StandingLink, StoredState
from storage.players import MembershipEventRow
from storage.snapshots import News, ObservationRow
from tests.truth.lives import NOW, Account, Life, Line, Town, said_in_turn

GUILD_ID = 1
_CHANNEL, _BRIDGE = ChannelInfo(1_001, "general", "text"), ChannelInfo(1_002, "clan-chat", "text")
_KINDS: Mapping[str, MetricKind] = {
    "overall": MetricKind.SKILL,
    "attack": MetricKind.SKILL,
    "zulrah": MetricKind.BOSS,
    "vorkath": MetricKind.BOSS,
    "chambers_of_xeric": MetricKind.BOSS,
    "tombs_of_amascut": MetricKind.BOSS,
    "league_points": MetricKind.ACTIVITY,
    "clue_scrolls_all": MetricKind.ACTIVITY,
}
_OFFICER, _AT_ONCE = 9_999, 5_000


def user_id(index: int) -> int:
    """Return the Discord id of a user by index."""
    return 80_000_000_000_000_000 + index


async def stage(database: Database, town: Town) -> Clan:
    """Store all that was seen of a town and return its clan; the schema must be there already."""
    known_clans = Clans(database, lambda: NOW)
    clan = await known_clans.found(GUILD_ID, "Strange Town")
    await known_clans.join_group(clan, 77, "Strange Town")
    async with database.writing() as connection:
        await _members(connection, clan, town)
        await _snapshots(connection, town)
        await _links(connection, clan, town)
    clan = await known_clans.of_guild(GUILD_ID) or clan
    await _messages(database, known_clans, clan, town)
    await _voice(database, clan, town)
    await _outages(database, clan, town)
    await _wishes(database, clan, town)
    return await known_clans.of_guild(GUILD_ID) or clan


async def _wishes(database: Database, clan: Clan, town: Town) -> None:
    """Let people claim accounts and go on leave."""
    desk, leaves = Links(database, lambda: NOW), Leaves(database, lambda: NOW)
    for life in town.lives:
        names = dict(_shown(life))
        for _, user in life.claimed:
            visitor = Visitor(user_id(user), names[user], names[user])
            await desk.claim(clan, visitor, life.accounts[0].names[-1].value)
        if life.away:
            whom = Whom(player_id=life.accounts[0].player_id)
            await leaves.go(clan, whom, ("today", "3 weeks"), reason=None, by=_OFFICER)


def _accounts(town: Town) -> Iterator[Account]:
    return (account for life in town.lives for account in life.accounts)


async def _members(connection: Connection, clan: Clan, town: Town) -> None:
    accounts = list(_accounts(town))
    await players.note_players(connection, [_player(each) for each in accounts], NOW)
    for each in accounts:
        for since in each.names:
            key = (each.player_id, wom_key(since.value), since.value)
            await players.note_names(connection, [key], since.since_at)
    await players.put_in(connection, clan.clan_id, [_membership(each) for each in accounts])
    events = [event for each in accounts for event in _events(each)]
    await players.note_events(connection, clan.clan_id, events)
    await clans.change(
        connection,
        clan.clan_id,
        role_orders=[[role, index] for index, role in enumerate(LADDER)],
        polled_at=NOW,
        history_from=NOW - timedelta(days=town.watched_days),
    )


def _player(account: Account) -> dict[str, Any]:
    return {
        "player_id": account.player_id,
        "name": account.names[-1].value,
        "wom_key": wom_key(account.names[-1].value),
        "account_type": "regular",
        "status": account.status,
        "updated_at": from_ms(account.looks[-1]) if account.looks else None,
        "changed_at": None,
    }


def _membership(account: Account) -> dict[str, Any]:
    return {
        "player_id": account.player_id,
        "role": account.role,
        "joined_at": account.stays[0].from_at,
        "role_since_at": account.stays[0].from_at,
        "left_at": account.stays[-1].to_at,
    }


def _events(account: Account) -> Iterator[MembershipEventRow]:
    for number, stay in enumerate(account.stays):
        kind = ChangeKind.RETURNED if number else ChangeKind.JOINED
        yield MembershipEventRow(account.player_id, kind, stay.from_at, None, account.role)
        if stay.to_at is not None:
            yield MembershipEventRow(account.player_id, ChangeKind.LEFT, stay.to_at)
    for before, after in pairwise(account.names):
        yield MembershipEventRow(
            account.player_id, ChangeKind.RENAMED, after.since_at, before.value, after.value
        )


async def _snapshots(connection: Connection, town: Town) -> None:
    kept = {name: kind for name, kind in _KINDS.items() if name not in HEADLINE_METRICS}
    found = await metrics.metric_ids(connection, kept)
    ids = {name: number for name, (number, _) in found.items()}
    for account in _accounts(town):
        await snapshots.store(connection, list(_news(account, ids)))


def _news(account: Account, ids: Mapping[str, int]) -> Iterator[News]:
    present: dict[str, float] = {}
    last: Headline | None = None
    columns = [account.values(name, account.looks) for name in account.begins]
    for at_ms, *row in zip(account.looks, *columns, strict=True):
        values: dict[MetricKind, dict[str, float]] = {kind: {} for kind in MetricKind}
        for name, value in zip(account.begins, row, strict=True):
            values[_KINDS.get(name, MetricKind.COMPUTED)][name] = value
        item = observed(last, present, MetricReading(from_ms(at_ms), values))
        if item is not None:
            last = item.headline
            present |= item.changed
            changed = {ids[name]: value for name, value in item.changed.items()}
            yield News(ObservationRow(account.player_id, *last), changed)


async def _links(connection: Connection, clan: Clan, town: Town) -> None:
    for life in town.lives:
        for player_id, user in life.linked:
            is_main = player_id == life.accounts[0].player_id
            link = StandingLink(player_id, user_id(user), StoredState.CONFIRMED, is_main=is_main)
            await links.confirm(connection, clan.clan_id, link, _OFFICER, NOW)
        if life.has_no_discord:
            await links.set_no_discord(
                connection, clan.clan_id, life.accounts[0].player_id, has_none=True
            )


async def _messages(database: Database, known_clans: Clans, clan: Clan, town: Town) -> None:
    intake = Intake(database, known_clans, lambda: NOW)
    names = {number: name for life in town.lives for number, name in _shown(life)}
    owners = {account.player_id: account for account in _accounts(town)}
    heard = (line for life in town.lives for line in town.heard(life))
    incoming = (
        _incoming(number, line, names, owners) for number, line in enumerate(said_in_turn(heard))
    )
    while batch := list(islice(incoming, _AT_ONCE)):
        await intake.store(clan, batch)


def _shown(life: Life) -> Iterator[tuple[int, str]]:
    """Yield what the users of a human are called; a second one bears the account's name."""
    for nth, user in enumerate(life.users):
        yield user, life.accounts[0].names[-1].value if nth else f"somebody {user}"


def _incoming(
    number: int, line: Line, names: Mapping[int, str], owners: Mapping[int, Account]
) -> IncomingMessage:
    at, message_id = from_ms(line.at_ms), snowflake(line.at_ms, number)
    if line.user is not None:
        name = names[line.user]
        return IncomingMessage(message_id, _CHANNEL, user_id(line.user), name, name, at)
    name = _name_at(owners[line.player_id or 0], line.at_ms)
    return IncomingMessage(message_id, _BRIDGE, NO_USER, name, name, at)


def _name_at(account: Account, at_ms: int) -> str:
    held = [each.value for each in account.names if each.since_at <= from_ms(at_ms)]
    return held[-1] if held else account.names[0].value


async def _voice(database: Database, clan: Clan, town: Town) -> None:
    seconds = {
        (user_id(life.users[0]), day_of(NOW - timedelta(days=day), clan.zone)): minutes * 60
        for life in town.lives
        for day, minutes in life.voice_days.items()
    }
    async with database.writing() as connection:
        await presence.add(connection, {clan.clan_id: seconds})
        since = NOW - timedelta(days=town.watched_days)
        await clans.change(connection, clan.clan_id, presence_from=since)


async def _outages(database: Database, clan: Clan, town: Town) -> None:
    async with database.writing() as connection:
        for begins_ms, ends_ms in town.deaf:
            begins_at, ends_at = from_ms(begins_ms), from_ms(ends_ms)
            await blind_spots.go_blind(connection, clan.clan_id, None, begins_at, "away")
            await blind_spots.see_again(connection, clan.clan_id, None, ends_at)
        await clans.change(connection, clan.clan_id, listened_at=NOW)

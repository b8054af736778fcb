"""The clans this bot serves: their WOM group, zone, permissions and places that are counted."""

from collections.abc import AsyncIterator, Awaitable, Callable, Collection, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from operator import attrgetter
from typing import Any, TypeAlias, TypeVar
from zoneinfo import ZoneInfo

from bot.clan.posting import PostingChannel
from bot.clan.rank_table import RankTable, fingerprint, rank_table
from bot.clan.ranks import Caller, Permissions
from bot.clan.shards import Shards
from storage import authors, clan_rows, clans, links, players
from storage.clans import NO_SERVER, ClanRow, Only
from storage.conflicts import begins_again
from storage.engine import Connection, Database
from storage.messages import in_few

_T = TypeVar("_T")

Clock = Callable[[], datetime]

_PAGE = 100
_ALL = Shards()


@dataclass(frozen=True, slots=True)
class Clan:
    """One Discord server joined to one WOM group.

    From `presence_from` on days with a sign of life are kept, if the clan keeps any. Since
    `removed_at` the bot is not in the server, if it was removed from it.
    """

    clan_id: int
    guild_id: int
    wom_group_id: int | None
    name: str
    zone: ZoneInfo
    permissions: Permissions
    created_at: datetime
    polled_at: datetime | None
    listened_at: datetime | None
    report_channel_id: int | None
    forget_after_days: int | None = None
    notice_channel_id: int | None = None
    role_orders: tuple[tuple[str, int], ...] = ()
    ranks_confirmed_at: datetime | None = None
    keeps_presence: bool = True
    presence_from: datetime | None = None
    removed_at: datetime | None = None
    officer_channel_id: int | None = None
    officers_told_at: datetime | None = None
    zone_chosen: bool = False

    def posts_in(self, kind: PostingChannel) -> int | None:
        """Return the id of the channel or thread that was chosen for posts of a kind."""
        channel_id: int | None = getattr(self, kind.value)
        return channel_id


OfClans: TypeAlias = Sequence[tuple[Clan, _T]]
"""Something of each of a few clans, each of them once."""

Narrows = Callable[[Sequence[Clan]], Awaitable[Sequence[Clan]]]
"""Returns those of some clans for whom there is something to do, by few queries for all."""


async def as_they_are(found: Sequence[Clan]) -> Sequence[Clan]:
    """Return the clans, all of them."""
    return found


class Clans:
    """Finds clans by their Discord server and changes what they decide for themselves."""

    def __init__(self, database: Database, clock: Clock) -> None:
        self._database = database
        self._clock = clock

    @begins_again
    async def found(self, guild_id: int, name: str) -> Clan:
        """Return the clan of a server in which the bot is, making it when it is new."""
        async with self._database.writing() as connection:
            return _clan(await clans.found(connection, guild_id, name, self._clock()))

    async def of_guild(self, guild_id: int) -> Clan | None:
        """Return the clan of a Discord server, or None when it was never set up."""
        async with self._database.reading(is_quick=True) as connection:
            row = await clans.of_guild(connection, guild_id)
        return None if row is None else _clan(row)

    async def of_guilds(self, guild_ids: Collection[int]) -> dict[int, Clan]:
        """Return the clans of some Discord servers by server, of those that were ever set up."""
        found: dict[int, Clan] = {}
        for few in in_few(sorted(guild_ids)):
            async with self._database.reading(is_quick=True) as connection:
                rows = await clans.of_guilds(connection, few)
            found |= {row.guild_id: _clan(row) for row in rows}
        return found

    async def ungreeted(self) -> frozenset[int]:
        """Return the servers of the clans that were neither greeted nor ever polled."""
        async with self._database.reading() as connection:
            return frozenset(await clans.ungreeted(connection))

    async def known(self) -> tuple[Clan, ...]:
        """Return all clans, those whose server the bot has left too."""
        async with self._database.reading() as connection:
            return tuple(_clan(row) for row in await clans.every(connection))

    async def removed_before(self, before: datetime) -> tuple[Clan, ...]:
        """Return the clans from whose server the bot was removed by an instant."""
        async with self._database.reading() as connection:
            return tuple(map(_clan, await clans.removed_before(connection, before)))

    async def every(self) -> tuple[Clan, ...]:
        """Return the clans that are served: the bot is in their server.

        The one without a server is, as long as there is no other.
        """
        known = await self.known()
        served = [each for each in known if each.removed_at is None]
        if any(each.guild_id != NO_SERVER for each in known):
            served = [each for each in served if each.guild_id != NO_SERVER]
        return tuple(served)

    async def each(
        self,
        part: tuple[int, int] | None = None,
        only: Only = Only.ALL,
        narrows: Narrows = as_they_are,
    ) -> AsyncIterator[Clan]:
        """Yield the clans in whose server the bot is, or a part (number, of) of them.

        A page of them is read at a time, and narrowed to those for whom something is to be done;
        none is held while the caller is at work.
        """
        after: int | None = 0
        while after is not None:
            async with self._database.reading() as connection:
                rows, after = await clans.served(connection, after, _PAGE, part, only)
            for clan in await narrows([_clan(row) for row in rows]):
                yield clan

    @begins_again
    async def be_in(self, servers: Mapping[int, str], shards: Shards = _ALL) -> None:
        """Note in which servers the bot is (by id, with names), and that it is in no other.

        With shards in no other of theirs: of those on others, other processes know.
        """
        now, on = self._clock(), (shards.count, shards.ids)
        async with self._database.writing() as connection:
            await clans.be_in(connection, servers, now, on)

    @begins_again
    async def leave(self, guild_id: int) -> None:
        """Note that the bot was removed from a server; its clan goes on when it is back in time."""
        async with self._database.writing() as connection:
            await clans.leave(connection, guild_id, self._clock())

    @begins_again
    async def greet(self, clan: Clan) -> bool:
        """Note that a clan is greeted; return whether it had not been before."""
        async with self._database.writing() as connection:
            return await clans.greet(connection, clan.clan_id, self._clock())

    @begins_again
    async def told_officers(self, clan: Clan) -> None:
        """Note that officers were told now what waits for them."""
        async with self._database.writing() as connection:
            await clans.change(connection, clan.clan_id, officers_told_at=self._clock())

    async def is_served(self, group_id: int) -> bool:
        """Return whether a clan in whose server the bot is has this group."""
        async with self._database.reading() as connection:
            return await clans.is_served(connection, group_id)

    @begins_again
    async def adopt(self, clan: Clan, group_id: int | None) -> Clan:
        """Give a clan the group of the settings, unless it has one, and return it as it is then.

        The clan that the command line made for that group, when nobody knew the server, is merged
        into it.
        """
        async with self._database.writing() as connection:
            ours = await clans.of_guild(connection, clan.guild_id)
            lone = await clans.of_guild(connection, NO_SERVER)
            is_other = clan.guild_id != NO_SERVER
            if ours and lone and is_other and ours.wom_group_id in {None, lone.wom_group_id}:
                await clan_rows.merge(connection, lone, ours)
        clan = await self.of_guild(clan.guild_id) or clan
        is_chosen = ours is not None and ours.wom_group_id is not None
        if group_id is None or is_chosen or clan.wom_group_id == group_id:
            return clan
        await self.join_group(clan, group_id, clan.name)
        return await self.of_guild(clan.guild_id) or clan

    @begins_again
    async def join_group(self, clan: Clan, group_id: int, name: str) -> None:
        """Join the clan to a WOM group; the next poll reads everything afresh.

        Members of a group that was joined before leave, so that the new roster is no loss of them.
        """
        async with self._database.writing() as connection:
            before = await clans.of_guild(connection, clan.guild_id)
            if before is not None and before.wom_group_id not in {None, group_id}:
                gone = [place.player_id for place in await players.places(connection, clan.clan_id)]
                await players.take_out(connection, clan.clan_id, gone, self._clock())
                # What the ranks of another group mean, nobody has confirmed yet.
                await clans.change(
                    connection, clan.clan_id, history_from=None, ranks_confirmed_at=None
                )
            await clans.change(
                connection,
                clan.clan_id,
                wom_group_id=group_id,
                name=name,
                details_etag=None,
                hiscores_etag=None,
            )

    @begins_again
    async def set_permissions(self, clan: Clan, permissions: Permissions) -> None:
        """Set who may do what."""
        async with self._database.writing() as connection:
            await clans.change(connection, clan.clan_id, permissions=permissions.to_dict())

    @begins_again
    async def set_discord_roles(
        self,
        clan: Clan,
        **roles: Any,  # noqa: ANN401 - fields of Permissions
    ) -> None:
        """Let other Discord roles make officers or leadership (`discord_officers`, ...).

        Everything else stays as it is at that moment, whoever changed it since the clan was read.
        """
        async with self._database.writing() as connection:
            row = await clans.of_guild(connection, clan.guild_id)
            held = clan.permissions if row is None else Permissions.from_dict(row.permissions)
            changed = replace(held, **roles)
            await clans.change(connection, clan.clan_id, permissions=changed.to_dict())

    @begins_again
    async def set_counted(self, clan: Clan, channel_id: int, *, is_counted: bool) -> None:
        """Count the messages of a Discord channel from now on, or stop."""
        async with self._database.writing() as connection:
            await authors.set_counted(connection, clan.clan_id, channel_id, is_counted=is_counted)

    async def caller(
        self, clan: Clan, user_id: int, roles: frozenset[int], *, owner: bool, manager: bool
    ) -> Caller:
        """Return who asks, with the WOM roles of the accounts that an officer confirmed."""
        async with self._database.reading(is_quick=True) as connection:
            held = await links.confirmed_roles(connection, clan.clan_id, user_id)
        counts = clan.ranks_confirmed_at is not None
        return Caller(owner, manager, roles, frozenset(held), ranks_count=counts)

    async def ranks(self, clan: Clan) -> RankTable:
        """Return which ranks would give rights, and to how many members."""
        async with self._database.reading() as connection:
            held = await players.held_roles(connection, clan.clan_id)
        return rank_table(held, clan.permissions)

    @begins_again
    async def confirm_ranks(self, clan: Clan, shown: str) -> bool:
        """Let the WOM ranks give rights, if the table is still the one that was shown.

        `shown` is its fingerprint; return whether it is.
        """
        async with self._database.writing() as connection:
            row = await clans.of_guild(connection, clan.guild_id)
            held = await players.held_roles(connection, clan.clan_id)
            permissions = Permissions.from_dict(row.permissions) if row else clan.permissions
            if fingerprint(rank_table(held, permissions)) != shown:
                return False
            await clans.change(connection, clan.clan_id, ranks_confirmed_at=self._clock())
            return True

    @begins_again
    async def take_back_ranks(self, clan: Clan) -> None:
        """Let Discord roles and Manage Server alone give rights again."""
        async with self._database.writing() as connection:
            await clans.change(connection, clan.clan_id, ranks_confirmed_at=None)


async def clans_in(connection: Connection, guild_ids: Collection[int]) -> list[Clan]:
    """Return the clans of a few Discord servers as a transaction has them, by clan id."""
    rows = await clans.of_guilds(connection, guild_ids)
    return sorted(map(_clan, rows), key=attrgetter("clan_id"))


async def each_as_it_is(connection: Connection, few: Sequence[Clan]) -> list[Clan]:
    """Return clans with their zones of this moment: whoever holds one may have held it long."""
    rows = await clans.of_guilds(connection, {each.guild_id for each in few})
    zones = {row.guild_id: ZoneInfo(row.zone) for row in rows}
    return [replace(each, zone=zones.get(each.guild_id, each.zone)) for each in few]


async def as_it_is(connection: Connection, clan: Clan) -> Clan:
    """Return one clan with its zone of this moment."""
    return (await each_as_it_is(connection, [clan]))[0]


def _clan(row: ClanRow) -> Clan:
    return Clan(
        clan_id=row.clan_id,
        guild_id=row.guild_id,
        wom_group_id=row.wom_group_id,
        name=row.name,
        zone=ZoneInfo(row.zone),
        permissions=Permissions.from_dict(row.permissions),
        created_at=row.created_at,
        polled_at=row.polled_at,
        listened_at=row.listened_at,
        report_channel_id=row.report_channel_id,
        forget_after_days=row.forget_after_days,
        notice_channel_id=row.notice_channel_id,
        role_orders=tuple(row.role_orders),
        ranks_confirmed_at=row.ranks_confirmed_at,
        keeps_presence=row.keeps_presence,
        presence_from=row.presence_from,
        removed_at=row.removed_at,
        officer_channel_id=row.officer_channel_id,
        officers_told_at=row.officers_told_at,
        zone_chosen=row.zone_chosen,
    )

"""What each clan is judged by: its newest policy, and how that is changed.

Every change is a new version, so that a case can say by which one it was judged.
"""

from datetime import datetime

from bot.clan.clan_settings import ClanSettings, Draft, permissions_fault
from bot.clan.policy import DEFAULT_POLICY, Policy
from bot.clan.ranks import Caller, Permissions, ladder
from bot.services.setup.clans import Clan, Clock
from storage import clans, policies
from storage.engine import Connection, Database
from storage.errors import Overtaken
from storage.policies import Version


class NotAllowed(ValueError):
    """Whoever saved may not change the permissions in that way; the words say why."""


class Outdated(Exception):
    """Somebody else changed the policy meanwhile; `newest` is what holds now."""

    def __init__(self, newest: Policy) -> None:
        super().__init__("Somebody changed the settings meanwhile: look at them again.")
        self.newest = newest


class Policies:
    """Reads and changes policies."""

    def __init__(self, database: Database, clock: Clock) -> None:
        self._database = database
        self._clock = clock

    async def of(self, clan: Clan) -> Policy:
        """Return what the clan is judged by now."""
        async with self._database.reading() as connection:
            return await policy_of(connection, clan)

    async def history(self, clan: Clan, how_many: int = 10) -> list[Version]:
        """Return the clan's newest versions, the newest first; none when nothing was changed."""
        async with self._database.reading() as connection:
            return await policies.history(connection, clan.clan_id, how_many)

    async def clan_settings(self, clan: Clan) -> ClanSettings:
        """Return all that leadership settled, as it holds now."""
        async with self._database.reading() as connection:
            return await _clan_settings_of(connection, clan)

    async def settle(self, clan: Clan, draft: Draft, caller: Caller, by: int) -> None:
        """Make a draft hold, all of it or nothing.

        Raises Outdated when anything of it is another meanwhile, NotAllowed for permissions that
        the caller may not change so.
        """
        try:
            await self._database.write(
                lambda connection: _settle(connection, clan, draft, caller, (by, self._clock()))
            )
        except Overtaken as error:
            raise Outdated(await self.of(clan)) from error


async def _settle(
    connection: Connection, clan: Clan, draft: Draft, caller: Caller, made: tuple[int, datetime]
) -> None:
    """Write a draft if it was drawn from what holds now; `made` are by whom and when."""
    newest, clan_settings = await _clan_settings_of(connection, clan), draft.proposed
    if newest != draft.base:
        raise Outdated(newest.policy)
    if fault := permissions_fault(caller, newest.permissions, clan_settings.permissions):
        raise NotAllowed(fault)
    if clan_settings.policy != newest.policy:
        version = Version(clan_settings.policy.version, clan_settings.policy.to_dict(), *made)
        await policies.add(connection, clan.clan_id, version)
    await clans.change(
        connection,
        clan.clan_id,
        permissions=clan_settings.permissions.to_dict(),
        report_channel_id=clan_settings.report_channel_id,
        notice_channel_id=clan_settings.notice_channel_id,
        officer_channel_id=clan_settings.officer_channel_id,
    )


async def _clan_settings_of(connection: Connection, clan: Clan) -> ClanSettings:
    row = await clans.of_guild(connection, clan.guild_id)
    if row is None:
        raise LookupError(f"guild {clan.guild_id} has no clan")
    return ClanSettings(
        await policy_of(connection, clan),
        Permissions.from_dict(row.permissions),
        row.report_channel_id,
        row.notice_channel_id,
        row.officer_channel_id,
    )


async def policy_of(connection: Connection, clan: Clan) -> Policy:
    """Return what the clan is judged by now."""
    newest = await policies.newest(connection, clan.clan_id)
    return DEFAULT_POLICY if newest is None else Policy.from_dict(newest.content)


def ladder_of(clan: Clan, policy: Policy) -> tuple[str, ...]:
    """Return the clan's ladder: WOM's own order, else the one set by hand, else the tiers."""
    if clan.role_orders or not policy.ladder:
        return ladder(clan.role_orders, clan.permissions)
    return policy.ladder

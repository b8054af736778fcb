"""What each clan is judged by: its newest policy, and how that is changed.

Every change is a new version, so that a case can say by which one it was judged.
"""

import json
from collections.abc import Mapping
from typing import Any

from bot.clan.policy import DEFAULT_POLICY, Policy, differences
from bot.clan.ranks import ladder
from bot.reports.documents import Document
from bot.services.clans import Clan, Clock
from storage import policies
from storage.engine import Connection, Database
from storage.policies import Version

_LARGEST_FILE = 200_000


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

    async def save(self, clan: Clan, policy: Policy, by: int) -> tuple[str, ...]:
        """Make a policy, changed from the newest one, the clan's; return what that changes.

        Raises Outdated when it was changed from an older one.
        """
        async with self._database.writing() as connection:
            before = await policy_of(connection, clan)
            if policy.version != before.version + 1:
                raise Outdated(before)
            version = Version(policy.version, policy.to_dict(), by, self._clock())
            await policies.add(connection, clan.clan_id, version)
        return differences(before, policy)


async def policy_of(connection: Connection, clan: Clan) -> Policy:
    """Return what the clan is judged by now."""
    newest = await policies.newest(connection, clan.clan_id)
    return DEFAULT_POLICY if newest is None else Policy.from_dict(newest.content)


def ladder_of(clan: Clan, policy: Policy) -> tuple[str, ...]:
    """Return the clan's ladder: WOM's own order, else the one set by hand, else the tiers."""
    if clan.role_orders or not policy.ladder:
        return ladder(clan.role_orders, clan.gates)
    return policy.ladder


def exported(policy: Policy, clan: Clan) -> Document:
    """Return policy and gates as a file that `imported` takes."""
    content: Mapping[str, Any] = {"policy": policy.to_dict(), "gates": clan.gates.to_dict()}
    return Document("clanstats_settings.json", (json.dumps(content, indent=2) + "\n").encode())

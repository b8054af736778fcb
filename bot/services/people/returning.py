"""Who seems to be back from leave: they wrote or gained, and are only asked about it."""

from collections.abc import Mapping
from datetime import datetime

from bot.clan.leave import Leave
from storage import absences, links
from storage.engine import Connection
from storage.links import StandingLink, StoredState


async def signs_of(
    connection: Connection, clan_id: int, away: Mapping[int, tuple[Leave, datetime]]
) -> dict[int, datetime]:
    """Return when each was seen last, of those who were, by absence id.

    `away` holds the leaves of today by absence id, each with the instant from which signs count.
    """
    if not away:
        return {}
    users = {leave.user_id for leave, _ in away.values() if leave.user_id is not None}
    wrote = await absences.last_written(connection, clan_id, users)
    standing = await links.of_clan(connection, clan_id)
    accounts = {number: _accounts(leave, standing) for number, (leave, _) in away.items()}
    since = {each: away[number][1] for number, mine in accounts.items() for each in mine}
    rose = await absences.last_risen(connection, clan_id, since)
    found = {}
    for number, (leave, counts_from) in away.items():
        seen = [rose[each] for each in accounts[number] if each in rose]
        seen += [wrote[user] for user in (leave.user_id,) if user in wrote]
        last = max(seen, default=counts_from)
        if last > counts_from:
            found[number] = last
    return found


def _accounts(leave: Leave, standing: list[StandingLink]) -> tuple[int, ...]:
    """Return the players whom a leave is about."""
    own = () if leave.player_id is None else (leave.player_id,)
    return own + tuple(
        link.player_id
        for link in standing
        if link.discord_user_id == leave.user_id and link.state == StoredState.CONFIRMED
    )

"""Looking at somebody's accounts again before a notice or a removal, behind whatever poll runs.

A few are asked for at once, the others wait. What cannot be asked for is said, never guessed.
"""

import asyncio
from collections.abc import Sequence
from datetime import timedelta
from typing import NamedTuple

from bot.clan import looking
from bot.clan.gains import gains_between
from bot.clan.looking import MOST_AT_ONCE, AccountGain, LookedAgain, StaleAccount
from bot.clan.spans import Span
from bot.services.game.faults import fault_words
from bot.services.game.poll import Poll, PollUnderWay
from bot.services.game.snapshots import checked_details, store_details
from bot.services.people import IdentityCache, read_identity
from bot.services.setup import Clan, Clock
from storage import snapshots
from storage.conflicts import begins_again
from storage.engine import Database
from storage.snapshots import ObservationRow
from wom.client import WomClient
from wom.errors import PlayerTooSoon, WomError, WomRefused
from wom.models import PlayerDetails

_PATIENCE = timedelta(minutes=2)
_SLOW = "Wise Old Man takes too long to answer"
_OTHER_ACCOUNT = "Wise Old Man knows another account by that name"
_REFUSED = "Wise Old Man refused"


class _Asked(NamedTuple):
    """One account that was asked for: what WOM knows now, or why it does not say."""

    account: StaleAccount
    details: PlayerDetails | None = None
    why: str = ""


class Looking:
    """Has accounts looked at again and stores what that shows; `patience` is for all together."""

    def __init__(  # noqa: PLR0913 - whom it asks, and where it stores
        self,
        database: Database,
        wom: WomClient,
        poll: Poll,
        clock: Clock,
        identities: IdentityCache | None = None,
        *,
        patience: timedelta = _PATIENCE,
    ) -> None:
        self._database = database
        self._wom = wom
        self._poll = poll
        self._clock = clock
        self._identities = identities
        self._patience = patience
        self._at_once = asyncio.Semaphore(MOST_AT_ONCE)

    async def stale(self, clan: Clan, *player_ids: int) -> tuple[StaleAccount, ...]:
        """Return whichever accounts of some players' persons have no recent snapshot.

        Accounts outside the clan are among them.
        """
        async with self._database.reading() as connection:
            identity = await read_identity(connection, clan, cache=self._identities)
            by_player = (await identity.persons()).by_player
            persons = [by_player[each] for each in player_ids if each in by_player]
            ids = dict.fromkeys(player_id for each in persons for player_id in each.players)
            seen = await snapshots.newest(connection, list(ids))
        names = {each: identity.name_of(each) for each in ids}
        return looking.stale(
            names, {each: row.seen_at for each, row in seen.items()}, self._clock()
        )

    async def look(self, clan: Clan, accounts: Sequence[StaleAccount]) -> LookedAgain:
        """Have accounts looked at now, store it, and return what it showed."""
        try:
            found = await self._ask_all(clan, accounts)
        except PollUnderWay:
            found = [TimeoutError() for _ in accounts]
        asked = [each for each in found if isinstance(each, _Asked)]
        stopped = next((_why(each) for each in found if isinstance(each, BaseException)), None)
        rose = await self._store([each for each in asked if each.details is not None])
        looked = {each.account.player_id for each in asked if each.details is not None}
        left = [each.seen_at for each in accounts if each.player_id not in looked]
        return LookedAgain(
            rose,
            tuple((each.account.name, each.why) for each in asked if each.details is None),
            stopped,
            min((at for at in left if at is not None), default=self._clock()) if left else None,
        )

    async def _ask_all(
        self, clan: Clan, accounts: Sequence[StaleAccount]
    ) -> list[_Asked | BaseException]:
        """Ask for all, once no poll runs, and return what each came to while patience lasts."""
        async with self._poll.turn_of(clan):
            tasks = [asyncio.create_task(self._ask(each)) for each in accounts]
            _, late = await asyncio.wait(tasks, timeout=self._patience.total_seconds())
            for each in late:
                each.cancel()
            return await asyncio.gather(*tasks, return_exceptions=True)

    async def _ask(self, account: StaleAccount) -> _Asked:
        """Have one account looked at; raises WomError for what the others would meet too."""
        async with self._at_once:
            try:
                details = await self._wom.update_player(account.name)
            except PlayerTooSoon:  # somebody else had it looked at within the minute
                details = await self._wom.player(account.player_id)
            except WomRefused:
                return _Asked(account, why=_REFUSED)
        if details.id != account.player_id:
            return _Asked(account, why=_OTHER_ACCOUNT)
        why = checked_details(details, self._clock())
        if why.reading is None:
            return _Asked(account, why=why.why or _REFUSED)
        return _Asked(account, details)

    @begins_again
    async def _store(self, asked: Sequence[_Asked]) -> tuple[AccountGain, ...]:
        found = {each.account: each.details for each in asked if each.details is not None}
        if not found:
            return ()
        player_ids = [account.player_id for account in found]
        async with self._database.writing() as connection:
            before = await snapshots.newest(connection, player_ids)
            await store_details(connection, list(found.values()), self._clock())
            after = await snapshots.newest(connection, player_ids)
        rises = [
            _rise(account.name, before.get(account.player_id), after[account.player_id])
            for account in found
        ]
        return tuple(each for each in rises if each is not None)


def _why(error: BaseException) -> str:
    """Return why Wise Old Man could not be asked; what nobody expected is raised."""
    if isinstance(error, WomError):
        # What comes behind the first sentence is about a command, and here nothing is given up.
        return (fault_words(error) or _REFUSED).partition(". ")[0].rstrip(".")
    if isinstance(error, TimeoutError | asyncio.CancelledError):
        return _SLOW
    raise error


def _rise(name: str, before: ObservationRow | None, after: ObservationRow) -> AccountGain | None:
    """Return what was gained between two snapshots; None for nothing that anybody knows of."""
    if before is None or before.seen_at >= after.seen_at:
        return None
    gains = gains_between(before, after, Span(before.seen_at, after.seen_at))
    xp, kills = gains.xp or 0, gains.kills or 0
    return AccountGain(name, xp, kills) if xp or kills else None

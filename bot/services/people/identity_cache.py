"""Who is who is worked out once per clan and revision, and reused until somebody changes it.

The revision is read first, in the moment that the answer is of. What changes by the hour (what
WOM says of an account) or by the second (what was written) is read each time and put in.
"""

import asyncio
from collections import OrderedDict
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from weakref import WeakValueDictionary

from bot.services.people.identity import Identity, Visitor, read_afresh
from bot.services.people.resolved import Resolved, with_statuses, with_totals
from bot.services.setup import Clan, Clock
from storage import authors, identity_revision
from storage.authors import Total, total_of
from storage.engine import Connection, is_writing
from storage.identity_revision import Status, status_of

MOST_CLANS = 64
IDLE = timedelta(minutes=30)


@dataclass(frozen=True, slots=True)
class _Kept:
    """What holds for a revision, the numbers that were put in last, and when it was asked for."""

    revision: int
    resolved: Resolved
    statuses: list[Status]
    totals: list[Total]
    asked_at: datetime


class IdentityCache:
    """Keeps what was worked out of some clans, those asked for last, and only for a while."""

    def __init__(self, clock: Clock, *, most: int = MOST_CLANS, idle: timedelta = IDLE) -> None:
        self._clock = clock
        self._most = most
        self._idle = idle
        self._kept: OrderedDict[int, _Kept] = OrderedDict()
        self._working: WeakValueDictionary[int, asyncio.Lock] = WeakValueDictionary()

    def __len__(self) -> int:
        return len(self._kept)

    async def read(
        self,
        connection: Connection,
        clan: Clan,
        *,
        names_only: bool = False,
        without_chat: bool = False,
    ) -> Resolved:
        """Return who is who in a clan at the connection's moment, numbers too.

        For `names_only` the numbers need not be new, and are not read for it; `without_chat` those
        of what was written.
        """
        current = await identity_revision.read(
            connection, clan.clan_id, with_statuses=not names_only
        )
        if current is None:
            return await _worked_out(connection, clan)
        kept = self._of(clan, current.revision)
        if kept is None:
            # Whoever asks meanwhile waits for the same work.
            async with self._working.setdefault(clan.clan_id, asyncio.Lock()):
                kept = self._of(clan, current.revision)
                if kept is None:
                    return await self._work_out(connection, clan, current.revision)
        if not names_only:
            totals = kept.totals
            if not without_chat:
                totals = await authors.totals(connection, clan.clan_id)
            kept = _refreshed(kept, current.statuses, totals)
        self._keep(clan, replace(kept, asked_at=self._clock()))
        return kept.resolved

    def forget(self, clan: Clan) -> None:
        """Keep nothing of a clan any more: somebody in it had themselves forgotten."""
        self._kept.pop(clan.clan_id, None)

    def let_go(self) -> None:
        """Forget the clans that nobody asked for in a while."""
        last = self._clock() - self._idle
        while self._kept and next(iter(self._kept.values())).asked_at < last:
            self._kept.popitem(last=False)

    def _of(self, clan: Clan, revision: int) -> _Kept | None:
        kept = self._kept.get(clan.clan_id)
        return kept if kept is not None and kept.revision == revision else None

    async def _work_out(self, connection: Connection, clan: Clan, revision: int) -> Resolved:
        """Work everything out, and keep it if it is surely what everybody sees at the revision."""
        resolved = await _worked_out(connection, clan)
        # What is being written may never come to be. And a database may show each statement its
        # own moment, as PostgreSQL does: then a write in between is noticed by the revision.
        again = await identity_revision.read(connection, clan.clan_id, with_statuses=False)
        if again is not None and again.revision == revision and not is_writing(connection):
            members = sorted((*resolved.places.values(), *resolved.former))
            statuses = [status_of(member) for member in members]
            totals = [total_of(writer) for writer in resolved.writers]
            self._keep(clan, _Kept(revision, resolved, statuses, totals, self._clock()))
        return resolved

    def _keep(self, clan: Clan, kept: _Kept) -> None:
        """Keep what is newest; an answer that began before a change may end after it."""
        other = self._kept.get(clan.clan_id)
        if other is None or other.revision <= kept.revision:
            self._kept[clan.clan_id] = kept
            self._kept.move_to_end(clan.clan_id)
        while len(self._kept) > self._most:
            self._kept.popitem(last=False)
        self.let_go()


async def read_identity(  # noqa: PLR0913 - whose, for whom, and how much of it
    connection: Connection,
    clan: Clan,
    visitor: Visitor | None = None,
    cache: IdentityCache | None = None,
    *,
    names_only: bool = False,
    without_chat: bool = False,
) -> Identity:
    """Return what is known of a clan's identities, with whoever asks among its authors.

    Whoever never wrote is put in for this answer alone. With a cache and for `names_only` what was
    written, and what WOM says of the accounts, may be older; `without_chat` what was written.
    """
    if cache is None:
        identity = await read_afresh(connection, clan)
    else:
        shared = await cache.read(
            connection, clan, names_only=names_only, without_chat=without_chat
        )
        identity = Identity.of(connection, clan, shared)
    return identity if visitor is None else identity.asked_by(visitor)


async def _worked_out(connection: Connection, clan: Clan) -> Resolved:
    identity = await read_afresh(connection, clan)
    return await asyncio.to_thread(identity.resolve)


def _refreshed(kept: _Kept, statuses: list[Status], totals: list[Total]) -> _Kept:
    """Return it with the numbers of now, itself when they are the same."""
    if statuses != kept.statuses:
        resolved = with_statuses(kept.resolved, statuses)
        kept = replace(kept, resolved=resolved, statuses=statuses)
    if totals != kept.totals:
        before = {total[0]: total for total in kept.totals}
        changed = [total for total in totals if before.get(total[0]) != total]
        kept = replace(kept, resolved=with_totals(kept.resolved, changed), totals=totals)
    return kept

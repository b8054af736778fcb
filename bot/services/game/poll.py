"""Polling Wise Old Man: one request when nothing changed, two for everybody's full stats.

Everything is fetched before anything is written, and written in one transaction: a poll that is
killed leaves nothing behind, and one that is repeated writes nothing new. The roster waits for
nobody's numbers, and neither for the past. Of one clan there is one poll at a time: in this process
they wait for each other, and beside another process only the one writes that still finds what it
read.
"""

import asyncio
from collections.abc import AsyncIterator, Iterable, Mapping, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import Any
from weakref import WeakValueDictionary

import structlog

from bot.clan.activity import Change
from bot.clan.membership import Place, RosterNews, roster_news
from bot.clan.plausible import AHEAD
from bot.clan.policy import Policy
from bot.clan.renames import RenamePair
from bot.clan.spans import hour_of
from bot.services.chat import part_speakers
from bot.services.game.first_year import Filled, fill_history
from bot.services.game.group_facts import (
    MOST_MEMBERS,
    Answers,
    Failure,
    disowned,
    event_of,
    failures,
    must_fit,
    place_of,
    player_row,
    stale_players,
    unseen,
    who_left,
)
from bot.services.game.outside import look_outside
from bot.services.game.renames import RenameResult, Renaming, newly_borne, write_settled
from bot.services.game.snapshots import all_checked, forget_later, store_readings
from bot.services.setup import Clan, Clock, ladder_of, policy_of
from storage import clans, players, snapshots
from storage.clans import ClanRow
from storage.conflicts import begins_again
from storage.engine import Connection, Database
from wom.client import WomClient, asking_for, behind_others
from wom.errors import WomError
from wom.models import GroupDetails
from wom.wire import NotModified

__all__ = ["GAP", "Failure", "NoGroup", "Poll", "PollResult", "PollUnderWay"]

_TURN = timedelta(minutes=10)  # waited for the one before; the poll of a year takes two minutes
GAP = timedelta(days=2)
"""After so long without a poll the looks in between are read too, as for a new clan."""

_log = structlog.get_logger()


@dataclass(frozen=True, slots=True)
class PollResult:
    """What a poll did. `doubt` says why a roster was not believed; then nothing was written.

    `overtaken` says what somebody else stored meanwhile; then nothing was written either.
    `unfilled` is why the first year could not be read yet; the next poll asks for it again.
    `held` may be renames: the one who left is a member still, the one who joined not yet.
    """

    members: int
    updated: int = 0
    unchanged: int = 0
    failed: tuple[Failure, ...] = ()
    changes: tuple[Change, ...] = ()
    doubt: str | None = None
    overtaken: str | None = None
    filled_from: datetime | None = None
    unfilled: WomError | None = None
    held: tuple[RenamePair, ...] = ()


class NoGroup(Exception):
    """The clan has no WOM group yet."""

    def __init__(self, clan: str) -> None:
        super().__init__(f"{clan} is not joined to a Wise Old Man group yet: run /clanstats setup")


class PollUnderWay(Exception):
    """Another poll of the clan did not end for as long as we wait."""

    def __init__(self, clan: str) -> None:
        super().__init__(f"{clan} is being read already and that takes long: try again later")


class _Overtaken(Exception):
    """What this poll compared with is no longer what is stored; nothing was written."""


@dataclass(frozen=True, slots=True)
class _Known:
    """What the database knows before a poll."""

    clan: ClanRow
    group_id: int
    places: Mapping[int, players.MemberRow]
    policy: Policy

    def lacks_history(self, now: datetime) -> bool:
        """Return whether there may be looks that nobody read: before the clan came, or in a gap."""
        polled_at = self.clan.polled_at
        has_gap = polled_at is not None and now - polled_at > GAP
        return has_gap or self.clan.history_from is None

    @property
    def present(self) -> int:
        return sum(place.left_at is None for place in self.places.values())

    def overtaken_by(self, clan: ClanRow | None, places: Sequence[players.MemberRow]) -> str | None:
        """Return what was stored since, in words, or None when all is as it was."""
        if clan is None or clan.wom_group_id != self.group_id:
            return "the clan was joined to another Wise Old Man group meanwhile"
        polled = (clan.polled_at, clan.details_etag, clan.hiscores_etag)
        before = (self.clan.polled_at, self.clan.details_etag, self.clan.hiscores_etag)
        if polled != before or _roster(places) != _roster(self.places.values()):
            return "another poll of the clan was stored meanwhile"
        return None


class Poll:
    """Asks WOM about a clan and stores what is new; `turn` is how long one waits for another."""

    def __init__(
        self,
        database: Database,
        wom: WomClient,
        clock: Clock,
        *,
        turn: timedelta = _TURN,
        most_members: int = MOST_MEMBERS,
    ) -> None:
        self._database, self._wom, self._clock = database, wom, clock
        self._turn, self._most_members = turn, most_members
        self._turns: WeakValueDictionary[int, asyncio.Lock] = WeakValueDictionary()
        self._renaming = Renaming(database, wom)

    async def poll(self, clan: Clan, *, believe: bool = False) -> PollResult:
        """Bring the clan's roster and snapshots up to what WOM knows; `believe` whoever is missing.

        Raises NoGroup, PollUnderWay, and WomError when WOM gave no usable answer; then nothing was
        written but, where it gave the roster and nobody's numbers, the roster. The history of a new
        clan comes after it: without that a poll is a good one.
        """
        async with self.turn_of(clan):
            known = await self._known(clan)
            try:
                result = await self._poll(clan, known, believe=believe)
            except _Overtaken as error:
                _log.warning("poll overtaken", clan=clan.name, reason=str(error))
                return PollResult(known.present, overtaken=str(error))
            lacks_history = known.lacks_history(self._clock())
            if lacks_history and result.doubt is None and result.members:
                filled = await self._fill_history(clan, known.group_id)
                result = replace(result, filled_from=filled.since, unfilled=filled.trouble)
            await look_outside(self._database, self._wom, clan, known.places, self._clock())
            return result

    @asynccontextmanager
    async def turn_of(self, clan: Clan) -> AsyncIterator[None]:
        """Have only one of those who come for a clan inside; PollUnderWay when that takes long."""
        turn = self._turns.setdefault(clan.clan_id, asyncio.Lock())
        try:
            async with asyncio.timeout(self._turn.total_seconds()):
                await turn.acquire()
        except TimeoutError as error:
            raise PollUnderWay(clan.name) from error
        try:
            with asking_for(str(clan.clan_id)):
                yield
        finally:
            turn.release()

    async def _poll(self, clan: Clan, known: _Known, *, believe: bool) -> PollResult:
        answers = await self._ask(known.group_id, known)
        if answers is None:
            await self._note_poll(clan, known)
            return PollResult(known.present, unchanged=known.present)
        settled = await self._settled(clan, known, answers, believe=believe)
        doubt = settled.news.doubt
        if doubt is not None:
            _log.warning("roster not believed", clan=clan.name, doubt=doubt)
            await self._note_poll(clan, known)
            return PollResult(known.present, unchanged=known.present, doubt=doubt)
        updated = await self._write(clan, known, answers, settled)
        if answers.trouble is not None:
            raise answers.trouble
        failed = failures(answers)
        members = {member.player_id for member in answers.details.memberships}
        news = answers.readings.keys()
        return PollResult(
            len(members),
            updated,
            len(members - news - failed.keys()),
            tuple(failed.values()),
            settled.news.changes,
            held=settled.held,
        )

    async def update_all(self, clan: Clan, code: str) -> int:
        """Ask WOM to refresh every member that is a day old, and return how many it queued."""
        if clan.wom_group_id is None:
            raise NoGroup(clan.name)
        return (await self._wom.update_all(clan.wom_group_id, code)).count

    async def _known(self, clan: Clan) -> _Known:
        async with self._database.reading() as connection:
            row, places = await _stored(connection, clan)
            policy = await policy_of(connection, clan)
        if row is None or row.wom_group_id is None:
            raise NoGroup(clan.name)
        return _Known(row, row.wom_group_id, {place.player_id: place for place in places}, policy)

    async def _ask(self, group_id: int, known: _Known) -> Answers | None:
        """Return what WOM answered, or None when nothing changed since the last time."""
        details = await self._wom.group(group_id, known.clan.details_etag)
        if isinstance(details, NotModified):
            return None
        must_fit(details.value, self._most_members)
        seen = await self._seen(details.value)
        stale = frozenset(stale_players(details.value, seen))
        fresh_details = (details.value, details.etag, details.unreadable)
        if not stale:
            return Answers(*fresh_details, stale, {}, {}, known.clan.hiscores_etag)
        try:
            hiscores = await self._wom.hiscores(group_id, known.clan.hiscores_etag)
        except WomError as error:
            return Answers(*fresh_details, stale, {}, {}, None, error)
        if isinstance(hiscores, NotModified):
            return Answers(*fresh_details, stale, {}, {}, hiscores.etag)
        fresh = unseen(hiscores.value, details.value, seen)
        checks = await asyncio.to_thread(all_checked, fresh, self._clock())
        readings = {who: each.reading for who, each in checks.items() if each.reading is not None}
        refused = {who: each.why for who, each in checks.items() if each.why is not None}
        return Answers(*fresh_details, stale, readings, refused, hiscores.etag)

    async def _seen(self, details: GroupDetails) -> dict[int, snapshots.ObservationRow]:
        """Return the newest snapshot of each; none that is still to come and that WOM disowns."""
        ids = [member.player_id for member in details.memberships]
        async with self._database.reading() as connection:
            seen = await snapshots.newest(connection, ids)
        now = self._clock()
        ahead = disowned(details, seen, now)
        if not ahead:
            return seen
        _log.warning("snapshots that are still to come are taken out", players=len(ahead))
        await forget_later(self._database, ahead, now + AHEAD)
        async with self._database.reading() as connection:
            return await snapshots.newest(connection, ids)

    async def _fill_history(self, clan: Clan, group_id: int) -> Filled:
        """Have the first year of everybody stored, and note it if the group is still the same."""
        async with self._database.reading() as connection:
            here = [place.player_id for place in await players.places(connection, clan.clan_id)]
        hour_at = hour_of(self._clock(), clan.zone)
        with behind_others():
            filled = await fill_history(self._database, self._wom, group_id, here, hour_at)
        if filled.trouble is not None:
            _log.warning("history not read", clan=clan.name, reason=str(filled.trouble))
            return filled

        async def note(connection: Connection) -> None:
            now = await clans.of_guild(connection, clan.guild_id)
            if now is not None and now.wom_group_id == group_id:
                await clans.change(connection, clan.clan_id, history_from=filled.since)

        await self._database.write(note)
        return filled

    async def _settled(
        self, clan: Clan, known: _Known, answers: Answers, *, believe: bool
    ) -> RenameResult:
        now = self._clock()
        details = answers.details
        places = {
            pid: Place(*(getattr(place, name) for name in Place._fields))
            for pid, place in known.places.items()
        }
        orders = tuple(_orders(known, details))
        steps = ladder_of(replace(clan, role_orders=orders), known.policy)
        fresh = [place_of(member) for member in details.memberships]
        if answers.unreadable:
            # Whoever could not be read is not gone: keep everybody that the answer does not name.
            here = {place.player_id for place in fresh}
            fresh += [
                place for pid, place in places.items() if pid not in here and not place.left_at
            ]
        news = roster_news(places, fresh, steps, now, believed=believe)
        polled_at = known.clan.polled_at
        return await self._renaming.settle(
            known.group_id, clan.clan_id, places, news, polled_at, now
        )

    async def _write(
        self, clan: Clan, known: _Known, answers: Answers, settled: RenameResult
    ) -> int:
        now, news = self._clock(), settled.news
        clan_id, details = clan.clan_id, answers.details
        here = [each.player for each in details.memberships]
        fresh_players = [player_row(each, known.places.get(each.id)) for each in here]

        async def put(connection: Connection) -> int:
            await _must_be_as_read(connection, clan, known)
            await players.note_players(connection, _new_rows(known, fresh_players), now)
            await players.put_in(connection, clan_id, _new_places(known, news))
            for left_at, gone in who_left(news.changes).items():
                await players.take_out(connection, clan_id, gone, left_at)
            await players.note_events(
                connection, clan_id, [event_of(each) for each in news.changes]
            )
            await write_settled(connection, clan_id, settled)
            if keys := newly_borne(settled):
                await part_speakers(connection, clan, keys)
            history = {"history_from": None} if known.lacks_history(now) else {}
            readings = {who: [reading] for who, reading in answers.readings.items()}
            updated = await store_readings(connection, readings)
            # Whoever is held or was not read is looked at again, even when nothing else is new.
            missed = any(each.is_passing for each in failures(answers).values())
            is_whole = answers.trouble is None and not answers.unreadable and not missed
            await clans.change(
                connection,
                clan_id,
                name=details.name or known.clan.name,
                role_orders=[list(order) for order in _orders(known, details)],
                polled_at=now if answers.trouble is None else known.clan.polled_at,
                details_etag=answers.details_etag if is_whole and not settled.held else None,
                hiscores_etag=answers.hiscores_etag if is_whole else None,
                **history,
            )
            return updated

        return await self._database.write(put)

    @begins_again
    async def _note_poll(self, clan: Clan, known: _Known) -> None:
        async with self._database.writing() as connection:
            await _must_be_as_read(connection, clan, known)
            await clans.change(connection, clan.clan_id, polled_at=self._clock())


async def _must_be_as_read(connection: Connection, clan: Clan, known: _Known) -> None:
    """Raise _Overtaken unless all is still as it was read."""
    if overtaken := known.overtaken_by(*await _stored(connection, clan)):
        raise _Overtaken(overtaken)


async def _stored(
    connection: Connection, clan: Clan
) -> tuple[ClanRow | None, list[players.MemberRow]]:
    """Return the clan and its members, former ones included, as the database has them."""
    row = await clans.of_guild(connection, clan.guild_id)
    return row, await players.places(connection, clan.clan_id, with_former=True)


def _roster(places: Iterable[players.MemberRow]) -> set[tuple[object, ...]]:
    """Return who is or was in the clan as what and since when: what a poll compares with."""
    return {
        (place.player_id, place.role, place.joined_at, place.role_since_at, place.left_at)
        for place in places
    }


def _new_rows(known: _Known, rows: Sequence[dict[str, Any]]) -> list[dict[str, Any]]:
    """Return the rows (of players or of memberships) that differ from what is stored."""
    return [
        row
        for row in rows
        if (place := known.places.get(row["player_id"])) is None
        or any(getattr(place, column) != value for column, value in row.items())
    ]


def _new_places(known: _Known, news: RosterNews) -> list[dict[str, Any]]:
    """Return the memberships that differ from what is stored."""
    kept = ("player_id", "role", "joined_at", "role_since_at")
    rows = [{name: getattr(place, name) for name in kept} for place in news.present]
    return _new_rows(known, [row | {"left_at": None} for row in rows])


def _orders(known: _Known, details: GroupDetails) -> list[tuple[str, int]]:
    """Return the group's order of roles; the one we know where WOM does not say."""
    if details.role_orders is None:
        return known.clan.role_orders
    return [(order.role, order.index) for order in details.role_orders]

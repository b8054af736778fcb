"""Leave of absence: who is away, and who seems to be back.

A leave ends by itself or by a person's word; what is seen of somebody meanwhile is only asked
about. Reasons go to the person and to officers.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date, datetime
from typing import NamedTuple

from bot.clan.leave import (
    Absentees,
    Leave,
    away_on,
    later_end,
    leave_between,
    may_ask,
    signs_count_from,
)
from bot.clan.showing import shown
from bot.clan.spans import DAY, day_of
from bot.services.people.finding import find_member
from bot.services.people.returning import signs_of
from bot.services.setup import Clan, Clock
from storage import absences, links, players, privacy
from storage.absences import AbsenceRow
from storage.conflicts import begins_again
from storage.engine import Connection, Database
from storage.links import StoredState

_PAST = 90 * DAY


class Whom(NamedTuple):
    """Whose leave it is: a Discord user's, or that of a player whose user nobody confirmed."""

    user_id: int | None = None
    player_id: int | None = None


@dataclass(frozen=True, slots=True)
class ListedLeave:
    """A leave with what only the person and officers may see.

    `player` is the name when it is a player's. `sign_at` is when somebody on leave was seen; with
    `asks` nobody was asked about that yet.
    """

    absence_id: int
    leave: Leave
    reason: str | None
    player: str | None = None
    sign_at: datetime | None = None
    asks: bool = False


@dataclass(frozen=True, slots=True)
class LeaveList:
    """The leaves of today, those to come, and those of the last months, newest first."""

    current: tuple[ListedLeave, ...]
    coming: tuple[ListedLeave, ...]
    past: tuple[ListedLeave, ...]


class Leaves:
    """Sets, changes and ends leaves; days are those of the clan's calendar."""

    def __init__(self, database: Database, clock: Clock) -> None:
        self._database = database
        self._clock = clock

    async def away_today(self, clan: Clan) -> Absentees:
        """Return who is away today."""
        today = self._today(clan)
        async with self._database.reading() as connection:
            rows = await absences.of_clan(connection, clan.clan_id, today)
        return away_on(map(leave_of, rows), today)

    async def listed(self, clan: Clan) -> LeaveList:
        """Return the clan's leaves as officers see them."""
        today = self._today(clan)
        async with self._database.reading() as connection:
            rows = await absences.of_clan(connection, clan.clan_id, today - _PAST)
            rows = list(await _shown(connection, clan, rows))
            places = await players.places(connection, clan.clan_id, with_former=True)
            signs = await signs_of(connection, clan.clan_id, _away(rows, clan, today))
        names = {place.player_id: place.name for place in places}
        found = [_listed(row, clan, signs.get(row.absence_id), names) for row in rows]
        return LeaveList(
            current=tuple(sorted((x for x in found if x.leave.covers(today)), key=_last_day)),
            coming=tuple(x for x in found if today < x.leave.from_on <= x.leave.last_on),
            past=tuple(
                sorted((x for x in found if x.leave.last_on < today), key=_last_day, reverse=True)
            ),
        )

    async def whom(self, clan: Clan, name: str) -> Whom | None:
        """Return whose leave that of a player is; None when nobody bears the name."""
        async with self._database.reading() as connection:
            place = await find_member(connection, clan, name)
            if place is None:
                return None
            for link in await links.of_clan(connection, clan.clan_id):
                is_theirs = link.player_id == place.player_id and link.discord_user_id > 0
                # Below zero it is a speaker of the clan chat, who is nobody on Discord.
                if is_theirs and link.state == StoredState.CONFIRMED:
                    return Whom(user_id=link.discord_user_id)
        return Whom(player_id=place.player_id)

    @begins_again
    async def go(
        self, clan: Clan, whom: Whom, days: tuple[str, str], *, reason: str | None, by: int
    ) -> Leave:
        """Set a leave from the first to the last day, as they were typed.

        A standing leave that it touches becomes part of it. Raises ValueError, with words for
        whoever typed, when the days are none.
        """
        from_on, until_on = leave_between(*days, self._today(clan))
        news = {"until_on": until_on, "set_by": by, "set_at": self._clock(), "asked_at": None}
        if reason is not None:
            news["reason"] = reason
        async with self._database.writing() as connection:
            before = [
                row
                for row in await self._standing(connection, clan, whom)
                if row.from_on <= until_on and leave_of(row).last_on >= from_on - DAY
            ]
            if before:
                news["from_on"] = from_on = min(from_on, before[0].from_on)
                news |= {"discord_user_id": whom.user_id, "player_id": whom.player_id}
                first, *others = (row.absence_id for row in before)
                await absences.change(connection, clan.clan_id, first, **news)
                await absences.call_off(connection, clan.clan_id, others)
            else:
                news |= {"from_on": from_on, "reason": reason}
                news |= {"discord_user_id": whom.user_id, "player_id": whom.player_id}
                await absences.add(connection, clan.clan_id, news)
        return Leave(whom.user_id, whom.player_id, from_on, until_on, by)

    @begins_again
    async def come_back(self, clan: Clan, whom: Whom, *, only_today: bool = False) -> Leave | None:
        """End today's leave or, without one, call off the next; None when there is neither."""
        today = self._today(clan)
        async with self._database.writing() as connection:
            standing = await self._standing(connection, clan, whom)
            over = [row for row in standing if leave_of(row).covers(today)]
            if not only_today:
                over = over or standing[:1]
            for row in over:
                await self._end(connection, clan, row)
        return leave_of(over[0]) if over else None

    @begins_again
    async def end(self, clan: Clan, absence_id: int) -> Leave | None:
        """End a leave or call it off; None when it is over already."""
        async with self._database.writing() as connection:
            row = await self._one(connection, clan, absence_id)
            if row is None:
                return None
            await self._end(connection, clan, row)
        return leave_of(row)

    @begins_again
    async def extend(self, clan: Clan, absence_id: int, until_text: str, by: int) -> Leave | None:
        """Set another last day; None when the leave is over, ValueError when the day is none.

        Leaves that would begin within it become part of it, with their own days.
        """
        async with self._database.writing() as connection:
            row = await self._one(connection, clan, absence_id)
            if row is None:
                return None
            until_on = later_end(leave_of(row), until_text, self._today(clan))
            whom = Whom(row.discord_user_id, row.player_id)
            within = [
                each
                for each in await self._standing(connection, clan, whom)
                if each.absence_id != absence_id and row.from_on <= each.from_on <= until_on
            ]
            if within:
                until_on = max(until_on, *(leave_of(each).last_on for each in within))
                others = [each.absence_id for each in within]
                await absences.call_off(connection, clan.clan_id, others)
            news = {"until_on": until_on, "set_by": by, "set_at": self._clock(), "asked_at": None}
            await absences.change(connection, clan.clan_id, absence_id, **news)
        return leave_of(row._replace(until_on=until_on, set_by=by))

    async def question(self, clan: Clan, user_id: int) -> ListedLeave | None:
        """Return the leave of a user who seems to be back and should be asked, if any."""
        today = self._today(clan)
        async with self._database.reading() as connection:
            rows = await self._standing(connection, clan, Whom(user_id=user_id))
            signs = await signs_of(connection, clan.clan_id, _away(rows, clan, today))
        found = [_listed(row, clan, signs.get(row.absence_id), {}) for row in rows]
        return next((each for each in found if each.asks), None)

    @begins_again
    async def asked(self, clan: Clan, absence_id: int) -> None:
        """Note that somebody was asked, so that nobody asks again for a while."""
        async with self._database.writing() as connection:
            await absences.change(connection, clan.clan_id, absence_id, asked_at=self._clock())

    def _today(self, clan: Clan) -> date:
        return day_of(self._clock(), clan.zone)

    async def _standing(self, connection: Connection, clan: Clan, whom: Whom) -> list[AbsenceRow]:
        """Return somebody's leaves that are not over, the first one first.

        A user's are those, too, that were set for an account before its link was confirmed.
        """
        today = self._today(clan)
        rows = await absences.of_clan(connection, clan.clan_id, today)
        theirs = {whom}
        if whom.user_id is not None and any(row.player_id is not None for row in rows):
            theirs |= {
                Whom(player_id=link.player_id)
                for link in await links.of_clan(connection, clan.clan_id)
                if link.discord_user_id == whom.user_id and link.state == StoredState.CONFIRMED
            }
        return [
            row
            for row in rows
            if Whom(row.discord_user_id, row.player_id) in theirs and _is_ahead(row, today)
        ]

    async def _one(self, connection: Connection, clan: Clan, absence_id: int) -> AbsenceRow | None:
        today = self._today(clan)
        rows = await absences.of_clan(connection, clan.clan_id, today)
        mine = (row for row in rows if row.absence_id == absence_id and _is_ahead(row, today))
        return next(mine, None)

    async def _end(self, connection: Connection, clan: Clan, row: AbsenceRow) -> None:
        today = self._today(clan)
        if row.from_on >= today:
            await absences.call_off(connection, clan.clan_id, [row.absence_id])
        else:
            await absences.change(connection, clan.clan_id, row.absence_id, ended_on=today)


async def _shown(
    connection: Connection, clan: Clan, rows: list[AbsenceRow]
) -> tuple[AbsenceRow, ...]:
    """Return the leaves of those who did not opt out."""
    users = {row.discord_user_id for row in rows if row.discord_user_id is not None}
    quiet = (await privacy.opted_out(connection, {clan.clan_id: users}))[clan.clan_id]
    hidden = await privacy.hidden_players(connection, clan.clan_id)
    ours = shown(rows, hidden, lambda row: row.player_id)
    return shown(ours, quiet, lambda row: row.discord_user_id)


def leave_of(row: AbsenceRow) -> Leave:
    """Return a stored leave without what is private."""
    return Leave(
        row.discord_user_id, row.player_id, row.from_on, row.until_on, row.set_by, row.ended_on
    )


def _is_ahead(row: AbsenceRow, today: date) -> bool:
    leave = leave_of(row)
    return leave.last_on >= max(today, leave.from_on)


def _last_day(listed: ListedLeave) -> date:
    return listed.leave.last_on


def _away(rows: Iterable[AbsenceRow], clan: Clan, today: date) -> dict[int, tuple[Leave, datetime]]:
    return {
        row.absence_id: (leave, signs_count_from(leave, row.set_at, clan.zone))
        for row in rows
        for leave in [leave_of(row)]
        if leave.covers(today)
    }


def _listed(
    row: AbsenceRow, clan: Clan, sign_at: datetime | None, names: Mapping[int, str]
) -> ListedLeave:
    leave = leave_of(row)
    since = signs_count_from(leave, row.set_at, clan.zone)
    return ListedLeave(
        row.absence_id,
        leave,
        row.reason,
        None if row.player_id is None else names.get(row.player_id),
        sign_at,
        may_ask(sign_at, since, row.asked_at),
    )

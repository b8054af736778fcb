"""Exemptions: whom leadership keeps out of the lists of the inactive, why, and until when."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

from bot.clan import leave
from bot.clan.days import parse_day
from bot.clan.leave import Exempt, exempt_on
from bot.clan.showing import shown
from bot.clan.spans import day_of
from bot.services.people.finding import find_member
from bot.services.setup import Clan, Clock, ladder_of, policy_of
from storage import exemptions, players, privacy
from storage.conflicts import begins_again
from storage.engine import Connection, Database
from storage.exemptions import ExemptionRow


class Unfit(ValueError):
    """An exemption that cannot be, with what would be right."""


@dataclass(frozen=True, slots=True)
class Held:
    """A standing exemption: of a player by name or of a role, and how many members it keeps out."""

    exemption_id: int
    player: str | None
    role: str | None
    reason: str
    until_on: date | None
    members: int


class Exemptions:
    """Adds, lists and ends exemptions; days are those of the clan's calendar."""

    def __init__(self, database: Database, clock: Clock) -> None:
        self._database = database
        self._clock = clock

    async def exempt_today(self, clan: Clan) -> Exempt:
        """Return who is exempt today."""
        today = self._today(clan)
        async with self._database.reading() as connection:
            rows = await exemptions.standing(connection, clan.clan_id, today)
        return exempt_on(
            (leave.Exemption(row.player_id, row.role, row.reason, row.until_on) for row in rows),
            today,
        )

    async def listed(self, clan: Clan) -> tuple[Held, ...]:
        """Return the standing exemptions of those who did not opt out, the oldest first."""
        async with self._database.reading() as connection:
            hidden = await privacy.hidden_players(connection, clan.clan_id)
            rows = await exemptions.standing(connection, clan.clan_id, self._today(clan))
            return await _held(connection, clan, shown(rows, hidden, lambda row: row.player_id))

    async def roles(self, clan: Clan) -> tuple[str, ...]:
        """Return the roles that members hold, highest first; those on no ladder follow by name."""
        async with self._database.reading(is_quick=True) as connection:
            places = await players.places(connection, clan.clan_id)
            ladder = ladder_of(clan, await policy_of(connection, clan))
        held = {place.role for place in places}
        ranked = [role for role in ladder if role in held]
        return (*ranked, *sorted(held - set(ranked)))

    @begins_again
    async def add(
        self,
        clan: Clan,
        who: tuple[str | None, str | None],
        *,
        reason: str,
        until_text: str | None,
        by: int,
    ) -> Held:
        """Exempt a player by name, or a role: one of the two; a standing exemption is replaced.

        Raises Unfit when neither is known, ValueError when the day is none.
        """
        today = self._today(clan)
        until_on = None if until_text is None else parse_day(until_text, today)
        if until_on is not None and until_on < today:
            raise Unfit(f"{until_on} is past; an exemption lasts until today or later")
        async with self._database.writing() as connection:
            player_id, role = await self._target(connection, clan, *who)
            for row in await exemptions.standing(connection, clan.clan_id, today):
                if (row.player_id, row.role) == (player_id, role):
                    await exemptions.end(connection, clan.clan_id, row.exemption_id, self._clock())
            added = {
                "player_id": player_id,
                "role": role,
                "reason": reason,
                "until_on": until_on,
                "set_by": by,
                "set_at": self._clock(),
            }
            number = await exemptions.add(connection, clan.clan_id, added)
            rows = await exemptions.standing(connection, clan.clan_id, today)
            added_now = [row for row in rows if row.exemption_id == number]
            return (await _held(connection, clan, added_now))[0]

    @begins_again
    async def end(self, clan: Clan, exemption_id: int) -> ExemptionRow | None:
        """End an exemption and return what it was; None when it had ended."""
        async with self._database.writing() as connection:
            rows = await exemptions.standing(connection, clan.clan_id, self._today(clan))
            row = next((each for each in rows if each.exemption_id == exemption_id), None)
            if row is not None:
                await exemptions.end(connection, clan.clan_id, exemption_id, self._clock())
        return row

    async def _target(
        self, connection: Connection, clan: Clan, player: str | None, role: str | None
    ) -> tuple[int | None, str | None]:
        if (player is None) == (role is None):
            raise Unfit("name a player or a role, one of them")
        if player is not None:
            place = await find_member(connection, clan, player)
            if place is None:
                raise Unfit("no member of the clan has that name; pick one from the list")
            return place.player_id, None
        held = {place.role for place in await players.places(connection, clan.clan_id)}
        ladder = ladder_of(clan, await policy_of(connection, clan))
        wanted = (role or "").strip().casefold().replace(" ", "_")
        if wanted not in held.union(ladder):
            raise Unfit("the clan has no such role; pick one from the list")
        return None, wanted

    def _today(self, clan: Clan) -> date:
        return day_of(self._clock(), clan.zone)


async def _held(
    connection: Connection, clan: Clan, rows: Sequence[ExemptionRow]
) -> tuple[Held, ...]:
    """Return exemptions with how many members each keeps out."""
    places = await players.places(connection, clan.clan_id)
    found = []
    for row in rows:
        roles = sum(place.role == row.role for place in places)
        here = sum(place.player_id == row.player_id for place in places)
        kept_out = roles if row.player_id is None else here
        found.append(
            Held(row.exemption_id, row.player, row.role, row.reason, row.until_on, kept_out)
        )
    return tuple(found)

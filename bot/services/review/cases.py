"""What people decide about suggestions, and what WOM, time and new activity end by themselves.

A press is judged by what is so now, in the transaction that writes it: nothing is done twice.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from datetime import datetime
from typing import NamedTuple, Protocol

from bot.clan.case_actions import ActionContext, CaseAction, CaseOutcome, by_itself, pressed
from bot.clan.cases import OVER, WAITING, Case, CaseKind, Life, Move, open_case
from bot.clan.decisions import Refusal
from bot.clan.showing import shown
from bot.services.people import IdentityCache, member_called
from bot.services.review.answers import Judged, Unsuggested
from bot.services.review.case_store import cases_of, ended_cases, keep, standing_cases
from bot.services.review.context import ReviewContext
from bot.services.setup import Clan, Clock, ladder_of, policy_of
from bot.services.view import read_people
from storage import forgetting, players, privacy
from storage.engine import Connection, Database
from storage.errors import Overtaken

__all__ = ["FORGOTTEN", "CaseAction", "Cases", "Decided", "Judges", "Named"]

FORGOTTEN = forgetting.NOBODY
"""Stands in a history for whoever had themselves forgotten."""

_AT_ONCE = Refusal("Somebody else decided on this at the same moment. Look at it again.")
_NOTHING_OPEN = Refusal("There is no case of that kind to reopen.")
_SOMEBODY = "a former member"


class Judges(Protocol):
    """Whoever says what is suggested at this moment."""

    async def suggestion(
        self, clan: Clan, kind: CaseKind, player_id: int, days: int | None = None
    ) -> Judged:
        """Return what a case would be opened with, or why none would be."""

    async def living(self, clan: Clan) -> Mapping[int, Life]:
        """Return who of the players shows life, by player id."""


class Named(NamedTuple):
    """A case with the player's present name."""

    case: Case
    name: str


@dataclass(frozen=True, slots=True)
class Decided:
    """What came of a press: the case as it is now, or why nothing was done.

    `name` is None for nobody of this clan; `by` the Discord user who stands in the way. What was
    `read` for it serves whoever shows the list again.
    """

    name: str | None
    case: Case | None
    refusal: str | None = None
    by: int | None = None
    read: ReviewContext | None = field(default=None, compare=False, repr=False)


class Cases:
    """Keeps the clan's memory of what was decided."""

    def __init__(
        self,
        database: Database,
        judges: Judges,
        clock: Clock,
        identities: IdentityCache | None = None,
    ) -> None:
        self._database = database
        self._judges = judges
        self._clock = clock
        self._identities = identities

    async def decide(
        self,
        clan: Clan,
        action: CaseAction,
        who: int,
        *,
        why: str = "",
        until_at: datetime | None = None,
    ) -> Decided:
        """Carry out what somebody pressed, as far as it can be by what is so now."""
        offer, read = await self._offer(clan, action)
        now = self._clock()
        numbers = offer.last.numbers if isinstance(offer, Case) else ()
        said = ActionContext(who, now, why, until_at, numbers)
        try:
            async with self._database.writing() as connection:
                return replace(await _decided(connection, clan, action, said, offer), read=read)
        except Overtaken:
            async with self._database.reading() as connection:
                _, names = await _members(connection, clan)
            return Decided(names.get(action.player_id), None, _AT_ONCE.words, read=read)

    async def standing(self, clan: Clan) -> tuple[Named, ...]:
        """Return the cases that are not over, in the order in which they were opened."""
        async with self._database.reading() as connection:
            return await _listed(connection, clan, await standing_cases(connection, clan))

    async def closed(self, clan: Clan, how_many: int) -> tuple[Named, ...]:
        """Return the newest cases that are over, the one that ended last first."""
        async with self._database.reading() as connection:
            return await _listed(connection, clan, await ended_cases(connection, clan, how_many))

    async def of_person(self, clan: Clan, player_id: int) -> tuple[Named, ...]:
        """Return all cases of a player and of the same person's other accounts, oldest first."""
        async with self._database.reading() as connection:
            people = await read_people(connection, clan, cache=self._identities, names_only=True)
            persons = people.persons.by_player
            mine = persons[player_id].players if player_id in persons else ()
            return await _named(
                connection, clan, await cases_of(connection, clan, {player_id, *mine})
            )

    async def player_called(self, clan: Clan, name: str) -> int | None:
        """Return the member who bears or bore a name, or else the former member; None if none."""
        async with self._database.reading() as connection:
            places = await players.places(connection, clan.clan_id, with_former=True)
            names = await players.names(connection, clan.clan_id)
        here = [place for place in places if place.left_at is None]
        found = member_called(here, names, name) or member_called(places, names, name)
        return None if found is None else found.player_id

    async def after_poll(self, clan: Clan) -> tuple[Named, ...]:
        """Write what WOM, new activity and time did to the standing cases; return which ended."""
        async with self._database.reading() as connection:
            found = await standing_cases(connection, clan)
        if not found:
            return ()
        is_asked = any(case.kind is CaseKind.INACTIVITY and case.state in WAITING for case in found)
        life = await self._judges.living(clan) if is_asked else {}
        async with self._database.writing() as connection:
            ended = await _ended(connection, clan, life, self._clock())
            return await _named(connection, clan, ended)

    async def _offer(
        self, clan: Clan, action: CaseAction
    ) -> tuple[Case | Refusal, ReviewContext | None]:
        """Return the case that would be opened now, or why none would, and what was read for it."""
        if action.move is Move.REOPEN:
            return _NOTHING_OPEN, None
        found, read = await self._judges.suggestion(
            clan, action.kind, action.player_id, action.days
        )
        if isinstance(found, Unsuggested):
            return Refusal(found.words), read
        opened = open_case(
            action.kind,
            found.player_id,
            found.role,
            self._clock(),
            policy_version=found.policy_version,
            target=found.target,
            numbers=found.numbers,
        )
        return opened, read


async def _decided(
    connection: Connection,
    clan: Clan,
    action: CaseAction,
    said: ActionContext,
    offer: Case | Refusal,
) -> Decided:
    """Judge a press by what is so in this transaction, and write what it changes."""
    policy = await policy_of(connection, clan)
    roles, names = await _members(connection, clan)
    # Since the card was drawn, another account may have become the person's main one.
    player_id = offer.player_id if isinstance(offer, Case) else action.player_id
    found = await cases_of(connection, clan, {action.player_id, player_id})
    known = next((case for case in reversed(found) if case.kind is action.kind), None)
    if known is not None and known.state not in OVER:
        player_id = known.player_id
    came = pressed(
        action,
        said,
        known,
        offer,
        role=roles.get(player_id),
        ladder=ladder_of(clan, policy),
        rules=policy.cases,
    )
    case = await _write(connection, clan, came, known)
    name = names.get(player_id)
    if came.refusal is None:
        return Decided(name, case)
    return Decided(name, case, came.refusal.words, came.refusal.by)


async def _write(
    connection: Connection, clan: Clan, came: CaseOutcome, known: Case | None
) -> Case | None:
    """Write the histories that have grown, and return the case as it is kept."""
    case = came.case
    for each in came.grown:
        lines = 0 if known is None or each.case_id is None else known.revision
        kept = await keep(connection, clan, each, lines)
        case = kept if each is came.case else case
    return case


async def _ended(
    connection: Connection, clan: Clan, life: Mapping[int, Life], now: datetime
) -> tuple[Case, ...]:
    """Write what happened to the standing cases by itself, and return those that ended."""
    roles, _ = await _members(connection, clan)
    ladder = ladder_of(clan, await policy_of(connection, clan))
    ended = []
    for case in await standing_cases(connection, clan):
        player_id = case.player_id
        after = by_itself(case, roles.get(player_id), ladder, now, life.get(player_id))
        if after != case:
            await keep(connection, clan, after, case.revision)
        if after.state in OVER:
            ended.append(after)
    return tuple(ended)


async def _listed(connection: Connection, clan: Clan, found: tuple[Case, ...]) -> tuple[Named, ...]:
    """Return cases for a list, on which nobody stands who opted out."""
    hidden = await privacy.hidden_players(connection, clan.clan_id)
    return await _named(connection, clan, shown(found, hidden, lambda case: case.player_id))


async def _named(connection: Connection, clan: Clan, found: tuple[Case, ...]) -> tuple[Named, ...]:
    _, names = await _members(connection, clan)
    return tuple(Named(case, names.get(case.player_id, _SOMEBODY)) for case in found)


async def _members(connection: Connection, clan: Clan) -> tuple[dict[int, str], dict[int, str]]:
    """Return the roles of the present members, and the names of all who ever were members."""
    places = await players.places(connection, clan.clan_id, with_former=True)
    roles = {place.player_id: place.role for place in places if place.left_at is None}
    return roles, {place.player_id: place.name for place in places}

"""What people decide about suggestions, and what WOM, time and new activity end by themselves.

A press is judged by what is so now, in the transaction that writes it: nothing is done twice.
"""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime
from typing import NamedTuple, Protocol

from bot.clan.case_actions import ActionContext, CaseAction, CaseOutcome, by_itself, pressed
from bot.clan.cases import OVER, WAITING, Case, CaseKind, Life, Move, open_case
from bot.clan.decisions import Refusal
from bot.clan.showing import shown
from bot.services.people import IdentityCache, member_called
from bot.services.review.answers import Judged, Suggestion, Unsuggested
from bot.services.review.case_store import cases_of, ended_cases, keep, standing_cases
from bot.services.review.context import ReviewContext
from bot.services.setup import Clan, Clock, ladder_of, policy_of
from bot.services.view import read_people
from storage import forgetting, players, privacy
from storage.conflicts import begins_again
from storage.engine import Connection, Database
from storage.errors import Overtaken

__all__ = ["FORGOTTEN", "CaseAction", "Cases", "Decided", "Judges", "Named"]

FORGOTTEN = forgetting.NOBODY
"""Stands in a history for whoever had themselves forgotten."""

_AT_ONCE = Refusal("Somebody else decided on this at the same moment. Look at it again.")
_NOTHING_OPEN = Refusal("There is no case of that kind to reopen.")
_TWICE = Refusal("They were picked twice, by two accounts: it was decided once.")
_SOMEBODY = "a former member"


class Judges(Protocol):
    """Whoever says what is suggested at this moment."""

    async def suggestions(
        self, clan: Clan, kind: CaseKind, player_ids: Sequence[int], days: int | None = None
    ) -> Judged:
        """Return what a case about each player would be opened with, or why none would be."""

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
        (decided,) = await self.decide_many(clan, [action], who, why=why, until_at=until_at)
        return decided

    async def decide_many(
        self,
        clan: Clan,
        actions: Sequence[CaseAction],
        who: int,
        *,
        why: str = "",
        until_at: datetime | None = None,
    ) -> tuple[Decided, ...]:
        """Carry out what somebody pressed for several people; what one is refused stops no other.

        Everything is read once for each kind and written in one transaction, in which each person
        is judged by what is so there.
        """
        if not actions:
            return ()
        found_now = await self._offers(clan, actions)
        offers = [found_now.get(each, _Offer()) for each in actions]
        word = ActionContext(who, self._clock(), why, until_at)
        asked = [(each, offer.case) for each, offer in zip(actions, offers, strict=True)]
        try:
            found = await self._write(clan, asked, word)
        except Overtaken:
            found = await self._apart(clan, asked, word)
        return tuple(
            replace(each, read=offer.read) for each, offer in zip(found, offers, strict=True)
        )

    async def _write(
        self, clan: Clan, asked: Sequence["_Asked"], word: ActionContext
    ) -> list["Decided"]:
        return await self._database.write(
            lambda connection: _decided(connection, clan, asked, word)
        )

    async def _apart(
        self, clan: Clan, asked: Sequence["_Asked"], word: ActionContext
    ) -> list["Decided"]:
        """Decide on each by itself, after another process wrote about one of them."""
        found = []
        for each in asked:
            try:
                found += await self._write(clan, [each], word)
            except Overtaken:
                async with self._database.reading() as connection:
                    _, names = await _members(connection, clan)
                name = names.get(each[0].player_id)
                found.append(Decided(name, None, _AT_ONCE.words))
        return found

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

    @begins_again
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

    async def _offers(
        self, clan: Clan, actions: Sequence[CaseAction]
    ) -> dict[CaseAction, "_Offer"]:
        """Return the cases that would be opened now, or why not, and what was read for each kind.

        A case that is to be open again needs nothing to be suggested.
        """
        opening: dict[tuple[CaseKind, int | None], list[CaseAction]] = {}
        for each in actions:
            if each.move is not Move.REOPEN:
                opening.setdefault((each.kind, each.days), []).append(each)
        found: dict[CaseAction, _Offer] = {}
        for (kind, days), mine in opening.items():
            ids = [each.player_id for each in mine]
            judged, read = await self._judges.suggestions(clan, kind, ids, days)
            now = self._clock()
            for action, suggested in zip(mine, judged, strict=True):
                found[action] = _Offer(_opened(action, suggested, now), read)
        return found


class _Offer(NamedTuple):
    """The case that a press would open, or why it would not; and what was read to know."""

    case: Case | Refusal = _NOTHING_OPEN
    read: ReviewContext | None = None


_Asked = tuple[CaseAction, Case | Refusal]


def _opened(action: CaseAction, found: Suggestion | Unsuggested, now: datetime) -> Case | Refusal:
    """Return the case that a press would open, or why it would not."""
    if isinstance(found, Unsuggested):
        return Refusal(found.words)
    return open_case(
        action.kind,
        found.player_id,
        found.role,
        now,
        policy_version=found.policy_version,
        target=found.target,
        numbers=found.numbers,
    )


async def _decided(
    connection: Connection, clan: Clan, asked: Sequence[_Asked], word: ActionContext
) -> list[Decided]:
    """Judge presses by what is so in this transaction, and write what they change at once."""
    policy = await policy_of(connection, clan)
    roles, names = await _members(connection, clan)
    by_player = await _by_player(connection, clan, asked)
    ladder = ladder_of(clan, policy)
    grown: list[tuple[Case, int]] = []
    found: list[tuple[str | None, CaseOutcome]] = []
    decided: set[tuple[CaseKind, int]] = set()
    for action, offer in asked:
        # Since the card was drawn, another account may have become the person's main one.
        player_id = offer.player_id if isinstance(offer, Case) else action.player_id
        known = _newest(by_player, action.kind, {action.player_id, player_id})
        if known is not None and known.state not in OVER:
            player_id = known.player_id
        if (action.kind, player_id) in decided:
            found.append((names.get(player_id), CaseOutcome(None, _TWICE)))
            continue
        decided.add((action.kind, player_id))
        numbers = offer.last.numbers if isinstance(offer, Case) else ()
        came = pressed(
            action,
            word._replace(numbers=numbers),
            known,
            offer,
            role=roles.get(player_id),
            ladder=ladder,
            rules=policy.cases,
        )
        grown += [(each, _lines_kept(each, known)) for each in came.grown]
        found.append((names.get(player_id), came))
    kept = await keep(connection, clan, grown)
    as_kept = {id(case): now for (case, _), now in zip(grown, kept, strict=True)}
    return [_answer(name, came, as_kept) for name, came in found]


def _answer(name: str | None, came: CaseOutcome, as_kept: Mapping[int, Case]) -> Decided:
    case = came.case if came.case is None else as_kept.get(id(came.case), came.case)
    if came.refusal is None:
        return Decided(name, case)
    return Decided(name, case, came.refusal.words, came.refusal.by)


async def _by_player(
    connection: Connection, clan: Clan, asked: Sequence[_Asked]
) -> dict[int, list[Case]]:
    """Return the cases of all players whom presses are about, by player, oldest first."""
    offered = {offer.player_id for _, offer in asked if isinstance(offer, Case)}
    found: dict[int, list[Case]] = {}
    for case in await cases_of(connection, clan, offered | {each.player_id for each, _ in asked}):
        found.setdefault(case.player_id, []).append(case)
    return found


def _newest(
    by_player: Mapping[int, Sequence[Case]], kind: CaseKind, player_ids: Collection[int]
) -> Case | None:
    """Return the case of a kind that was opened last about some accounts of one person."""
    theirs = [case for each in player_ids for case in by_player.get(each, ()) if case.kind is kind]
    return max(theirs, key=lambda case: case.case_id or 0, default=None)


def _lines_kept(case: Case, known: Case | None) -> int:
    """Return how many lines of a case that has grown are kept already."""
    return 0 if known is None or case.case_id is None else known.revision


async def _ended(
    connection: Connection, clan: Clan, life: Mapping[int, Life], now: datetime
) -> tuple[Case, ...]:
    """Write what happened to the standing cases by itself, and return those that ended."""
    roles, _ = await _members(connection, clan)
    ladder = ladder_of(clan, await policy_of(connection, clan))
    grown = []
    for case in await standing_cases(connection, clan):
        player_id = case.player_id
        after = by_itself(case, roles.get(player_id), ladder, now, life.get(player_id))
        if after != case:
            grown.append((after, case.revision))
    return tuple(case for case in await keep(connection, clan, grown) if case.state in OVER)


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

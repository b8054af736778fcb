"""What the leaders of the made-up clan decided before the demo begins, and what came of it.

Each case is opened with what was suggested then and goes on by the rules of cases alone, so that a
further poll finds nothing to correct.
"""

from collections.abc import Collection, Iterable, Iterator, Mapping
from datetime import datetime, timedelta
from itertools import count, cycle
from typing import NamedTuple

from bot.clan.cases import Case, CaseKind, Life, Move, after_life, after_wom, open_case
from bot.clan.decisions import Refusal, decide
from bot.clan.enforcement import LIVING, judge
from bot.clan.policy import Policy
from bot.demo.cast import MadeUpPlayer, Persona, Since, to_ms
from bot.demo.world import World
from bot.services.review import (
    ReviewContext,
    Unsuggested,
    context_of,
    inactivity_of,
    keep,
    promotions_of,
    suggested,
)
from bot.services.setup import Clan, policy_of
from bot.services.view import read_view, verdict_query
from storage.engine import Connection, Database

_LONG_AGO, _SEEN_AGAIN, _EARLIER, _LATELY = (timedelta(days=days) for days in (88, 74, 40, 6))
"""How long before the demo leaders looked at their lists, or a poll saw who was back."""
_BEFORE_LEAVING = timedelta(hours=2)
_BETWEEN_DECISIONS = timedelta(minutes=7)


class _Made(NamedTuple):
    """What leaders made of a suggestion, and the reason that they gave."""

    kind: CaseKind
    move: Move
    why: str = ""


_NOTICED = _Made(CaseKind.INACTIVITY, Move.NOTICE)
_REMOVED = _Made(CaseKind.INACTIVITY, Move.APPROVE)
_SNOOZED = _Made(CaseKind.INACTIVITY, Move.SNOOZE, "A friend of theirs asks them this week")
_DISMISSED = _Made(
    CaseKind.INACTIVITY, Move.DISMISS, "Broke a wrist and told us so; back when it has healed"
)
_APPROVED = _Made(CaseKind.PROMOTION, Move.APPROVE)
_NOT_YET = _Made(
    CaseKind.PROMOTION, Move.NOT_YET, "Has not come to an event yet; look again after the next one"
)


async def decide_before(
    database: Database,
    clan: Clan,
    world: World,
    user_ids: Mapping[int, int],
    apart: Collection[int],
) -> None:
    """Store the decisions of the past months; none of them is about the players `apart`."""
    async with database.reading() as connection:
        past = _Past(clan, world, await policy_of(connection, clan), user_ids, apart)
        cases = await past.cases(connection)
    async with database.writing() as connection:
        for case in sorted(cases, key=lambda case: case.history[0].at):
            await keep(connection, clan, [(case, 0)])


class _Past:
    """Tells a story about each of some people, as far as the clan has somebody for it."""

    def __init__(
        self,
        clan: Clan,
        world: World,
        policy: Policy,
        user_ids: Mapping[int, int],
        apart: Collection[int],
    ) -> None:
        leaders = [user for user in world.users if user.persona is Persona.LEADER]
        self._clan, self._world, self._policy = clan, world, policy
        self._deciding = cycle([user_ids[user.index] for user in leaders])
        self._stories = count()
        self._taken = {*apart, *(each for user in leaders for each in user.player_ids)}
        self._present = {player.player_id: player for player in world.present(world.now)}

    async def cases(self, connection: Connection) -> list[Case]:
        """Return what was decided, and what WOM and new activity made of it until now."""
        now = self._world.now
        found = [await self._came_back(connection), await self._left(connection)]
        then = await self._look(connection, now - _EARLIER)
        found.append(self._rose(then))
        found.append(self._decided(then, _DISMISSED, self._gone(then)))
        then = await self._look(connection, now - _LATELY)
        found.append(self._decided(then, _SNOOZED, self._gone(then)))
        found.append(self._decided(then, _APPROVED, self._overdue(then)))
        found.append(self._decided(then, _NOT_YET, self._overdue(then)))
        return [case for case in found if case is not None]

    async def _came_back(self, connection: Connection) -> Case | None:
        """Tell of a notice, after which somebody was seen again."""
        now = self._world.now
        then = await self._look(connection, now - _LONG_AGO, silence_only=True)
        after = await self._look(connection, now - _SEEN_AGAIN, silence_only=True)
        lives = _lives(after)
        back = (each for each in _silent(then) if each in lives and each in self._present)
        case = self._decided(then, _NOTICED, back)
        return None if case is None else after_life(case, lives[case.player_id], after.at)

    async def _left(self, connection: Connection) -> Case | None:
        """Tell of the last one who was surely silent and then removed."""
        left = {each.player_id: at for each in self._world.players if (at := _drifted_until(each))}
        for player_id, at in sorted(left.items(), key=lambda each: each[1], reverse=True):
            then = await self._look(connection, at - _BEFORE_LEAVING, silence_only=True)
            them = (each for each in _silent(then) if each == player_id)
            case = self._decided(then, _REMOVED, them)
            if case is not None:
                return after_wom(case, None, then.ladder, at)
        return None

    def _rose(self, then: ReviewContext) -> Case | None:
        """Tell of the approved promotion that was done in the game the soonest."""
        rises = {
            player_id: rise
            for player_id, target in _promising(then)
            if (rise := self._next_rise(player_id, then.at)) and rise.value == target
        }
        soonest = sorted(rises, key=lambda each: rises[each].since_at)
        case = self._decided(then, _APPROVED, soonest)
        if case is None:
            return None
        role, since_at = rises[case.player_id]
        return after_wom(case, role, then.ladder, since_at)

    def _gone(self, then: ReviewContext) -> Iterator[int]:
        """Return who was silent and is to this day."""
        here = (self._present.get(each) for each in _silent(then))
        return (each.player_id for each in here if each and self._world.silent_since(each))

    def _overdue(self, then: ReviewContext) -> Iterator[int]:
        """Return who was suggested and has risen nowhere to this day."""
        found = (player_id for player_id, _ in _promising(then) if player_id in self._present)
        return (each for each in found if self._next_rise(each, then.at) is None)

    def _next_rise(self, player_id: int, after: datetime) -> Since | None:
        player = self._present.get(player_id)
        rises = () if player is None else player.roles
        now = self._world.now
        return next((each for each in rises if after < each.since_at <= now), None)

    def _decided(self, then: ReviewContext, made: _Made, who: Iterable[int]) -> Case | None:
        """Return the case of the first one who is in no story yet, opened and decided at once."""
        player_id = next((each for each in who if each not in self._taken), None)
        if player_id is None:
            return None
        self._taken.update(each.player_id for each in then.by_player()[player_id].accounts)
        kind, move, why = made
        found = suggested(then, kind, player_id)
        if isinstance(found, Unsuggested):
            return None
        at = then.at + next(self._stories) * _BETWEEN_DECISIONS
        opened = open_case(
            kind,
            found.player_id,
            found.role,
            at,
            policy_version=found.policy_version,
            target=found.target,
            numbers=found.numbers,
        )
        after = decide(opened, move, next(self._deciding), at, why=why, rules=self._policy.cases)
        return None if isinstance(after, Refusal) else after

    async def _look(
        self, connection: Connection, at: datetime, *, silence_only: bool = False
    ) -> ReviewContext:
        query = verdict_query(self._policy, at, silence_only=silence_only)
        view = await read_view(connection, self._clan, query)
        return context_of(view, self._policy, silence_only=silence_only)


def _silent(then: ReviewContext) -> Iterator[int]:
    return (each.profile.main.player_id for each in inactivity_of(then).sure)


def _promising(then: ReviewContext) -> Iterator[tuple[int, str]]:
    """Return who was suggested, and for which rank, the strongest first."""
    return ((each.profile.main.player_id, each.next_rank) for each in promotions_of(then).cases)


def _lives(then: ReviewContext) -> dict[int, Life]:
    """Return what those did who show life, by the ids of their main accounts."""
    judged = ((each, judge(each, then.policy, then.at)) for each in then.profiles)
    return {
        each.main.player_id: Life(each.seen_at, judgement.reasons[0])
        for each, judgement in judged
        if judgement.verdict in LIVING and each.seen_at is not None
    }


def _drifted_until(player: MadeUpPlayer) -> datetime | None:
    """Return when somebody left who was silent to the end; None of everybody else."""
    left_at = player.stays[-1].to_at
    if left_at is None or not player.lulls:
        return None
    return left_at if player.lulls[-1].to_ms == to_ms(left_at) else None

"""Whom the rules would promote in made-up clans, beside who truly is there and for how long.

`python -m tests.truth.promotions` asks it of clans of every size, and prints a table and the goals.
Truth comes from the world alone: when somebody played and wrote, whoever saw it or not.
"""

import argparse
import sys
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from concurrent.futures import ProcessPoolExecutor
from dataclasses import dataclass
from datetime import date, timedelta
from itertools import chain, product

from bot.clan.policy import DEFAULT_POLICY, STEADY_DAYS, Signal
from bot.clan.promotion import PromotionCase, Promotions, promotion_cases
from bot.clan.ranks import below_officers, gives_rights, next_rank, rank_of
from bot.clan.spans import DAY, day_of
from bot.demo.cast import MadeUpMessage, Persona, from_ms
from bot.demo.world import World, make_world
from tests.bot.clan.made_up import profiles_of
from tests.truth.life import is_steady
from tests.truth.trial import DAYS, NOW

SIZES = (20, 40, 75, 150, 300)
MOST_QUALIFYING, LEAST_STEADY, LEAST_FOUND = 0.12, 0.9, 0.8
_RULES = DEFAULT_POLICY.promotion
_FADED = frozenset({Persona.FADING, Persona.SLUMPED})
_DUE_DAYS = 90


@dataclass(frozen=True, slots=True)
class Life:
    """The days of the last eight weeks on which somebody truly played, and truly wrote."""

    played: frozenset[date]
    wrote: frozenset[date]

    def is_steady(self, today: date) -> bool:
        """Return whether they were there on half of all days, of the last four weeks, and two."""
        return is_steady({(today - each).days for each in self.played | self.wrote})

    def is_on_both_sides(self) -> bool:
        """Return whether they truly did what the usual steady bar asks of both sides."""
        bar = _RULES.steady
        return len(self.played) >= bar.game_days and len(self.wrote) >= bar.chat_days


def lives_of(world: World, said: Iterable[MadeUpMessage]) -> Mapping[int, Life]:
    """Return the life of each present member by player id; whoever has several accounts has one."""
    today = day_of(world.now, world.zone)
    played: dict[int, set[date]] = {}
    wrote: dict[int, set[date]] = {}
    human = {each.player_id: _human(each.user, each.player_id) for each in world.players}
    since_ms = int((world.now - (STEADY_DAYS + 1) * DAY).timestamp() * 1000)
    for player in world.players:
        found = played.setdefault(human[player.player_id], set())
        late = (at_ms for at_ms in player.played_ms if at_ms >= since_ms)
        instants = (from_ms(at_ms) for at_ms in late)
        found |= {day_of(at, world.zone) for at in instants if at <= world.now}
    for message in said:
        who = message.user if message.player_id is None else human[message.player_id]
        if who is not None and world.now - message.sent_at < (STEADY_DAYS + 1) * DAY:
            wrote.setdefault(who, set()).add(day_of(message.sent_at, world.zone))
    first = today - (STEADY_DAYS - 1) * DAY

    def late_ones(days: Iterable[date]) -> frozenset[date]:
        return frozenset(each for each in days if each >= first)

    return {
        each.player_id: Life(
            late_ones(played.get(human[each.player_id], ())),
            late_ones(wrote.get(human[each.player_id], ())),
        )
        for each in world.present(world.now)
    }


def _human(user: int | None, player_id: int) -> int:
    return -player_id if user is None else user


def due(world: World, lives: Mapping[int, Life]) -> frozenset[int]:
    """Return who truly is steady on both sides and may rise: long enough here and in their rank."""
    today = day_of(world.now, world.zone)
    highest = rank_of(below_officers(world.ladder) or "", world.ladder) or 0
    found = set()
    for player in world.present(world.now):
        life = lives[player.player_id]
        target = next_rank(player.role_at(world.now), world.ladder)
        may_rise = target is not None and (rank_of(target, world.ladder) or 0) >= highest
        is_long = world.now - max(player.stays[-1].from_at, player.roles[-1].since_at) >= (
            timedelta(days=_DUE_DAYS)
        )
        is_here = player.player_id not in world.away and player.player_id not in world.alts
        if may_rise and is_long and is_here and life.is_steady(today) and life.is_on_both_sides():
            found.add(player.player_id)
    return frozenset(found)


Tally = Counter[str]


def judge_clan(seed: int, members: int) -> Tally:
    """Return the counts of one made-up clan, to be summed.

    In clans of even seeds every Discord user is linked, in the others every second one.
    """
    world = make_world(seed=seed, members=members, days=DAYS, now=NOW)
    said = list(world.messages(texts=False))
    profiles = profiles_of(world, said, all_known=seed % 2 == 0)
    found = promotion_cases(profiles, world.ladder, DEFAULT_POLICY, NOW)
    lives = lives_of(world, said)
    told = tally(world, found, lives)
    told["members"] = len(world.present(NOW))
    told["clans"] = 1
    return told


def tally(world: World, found: Promotions, lives: Mapping[int, Life]) -> Tally:
    """Return what the lists hold, beside the truth."""
    today = day_of(world.now, world.zone)
    ids = [_ids(some) for some in found]
    first, listed = ids[0], frozenset(chain(*ids))
    qualified = (*found.cases, *found.others)
    wanted = due(world, lives)
    told: Tally = Counter()
    told["first"] = len(first)
    told["qualified"] = len(qualified)
    told["just under"] = len(found.just_under)
    told["steady on the first"] = sum(lives[each].is_steady(today) for each in first)
    told["due"] = len(wanted)
    told["due and listed"] = len(wanted & listed)
    told["too many on the first"] = len(first) > max(len(world.present(NOW)) // 20, 5)
    told["spammers before a steady one"] = _behind_a_spammer(world, first, lives, today)
    for case in chain(*found):
        told.update(_wrongs(world, case, qualifies=case in qualified))
    return told


def _ids(cases: Sequence[PromotionCase]) -> list[int]:
    return [case.profile.main.player_id for case in cases]


def _wrongs(world: World, case: PromotionCase, *, qualifies: bool) -> Iterator[str]:
    """Yield what a leader would laugh at."""
    player_id = case.profile.main.player_id
    persona = world.truth[player_id]
    if not qualifies:
        return
    if persona in _FADED:
        yield "faded"
    if persona is Persona.GHOST:
        yield "ghosts"
    player = next(each for each in world.players if each.player_id == player_id)
    if world.now - player.joined_at < _RULES.tenure_asked(case.profile.main.role) * DAY:
        yield "too new"
    if gives_rights(case.next_rank) and not (
        Signal.STEADY in case.signals and len(case.signals) > 1
    ):
        yield "towards an officer's rank by one signal"


def _behind_a_spammer(
    world: World, first: Sequence[int], lives: Mapping[int, Life], today: date
) -> int:
    """Return how many truly steady members the first list has behind a spammer."""
    is_spammer = [world.truth[each] is Persona.SPAMMER for each in first]
    start = is_spammer.index(True) if True in is_spammer else len(first)
    return sum(
        lives[each].is_steady(today)
        for each, spams in zip(first[start:], is_spammer[start:], strict=True)
        if not spams
    )


NEVER = (
    "too many on the first",
    "faded",
    "ghosts",
    "too new",
    "spammers before a steady one",
    "towards an officer's rank by one signal",
)
"""What must not happen once in any clan."""


def missed_goals(told: Tally) -> list[str]:
    """Return the goals that the counts miss; none when all hold."""
    goals = {
        "at most 12% qualify": told["qualified"] <= MOST_QUALIFYING * told["members"],
        "nine in ten on the first list are truly steady": (
            told["steady on the first"] >= LEAST_STEADY * told["first"]
        ),
        "four in five of those who are due are on a list": (
            told["due and listed"] >= LEAST_FOUND * told["due"]
        ),
    }
    return [goal for goal, holds in goals.items() if not holds] + [
        wrong for wrong in NEVER if told[wrong]
    ]


def main() -> None:
    """Judge clans of every size, and write a line for each size to the standard output."""
    asked = argparse.ArgumentParser(prog="python -m tests.truth.promotions", description=__doc__)
    asked.add_argument("--clans", type=int, default=40, help="of each size")
    asked.add_argument("--first-seed", type=int, default=100)
    asked.add_argument("--processes", type=int, default=2)
    given = asked.parse_args()
    seeds = range(given.first_seed, given.first_seed + given.clans)
    with ProcessPoolExecutor(given.processes) as pool:
        each = list(pool.map(judge_clan, *zip(*product(seeds, SIZES), strict=True)))
    for number, size in enumerate(SIZES):
        told = sum(each[number :: len(SIZES)], start=Counter())
        sys.stdout.write(f"{size}: {dict(told)} missed: {missed_goals(told)}\n")


if __name__ == "__main__":
    main()

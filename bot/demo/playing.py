"""How a made-up player plays: sessions that raise skills, kills and clues, kept as changes only.

A session counts at its end, as the hiscores do; nothing ever falls.
"""

from dataclasses import dataclass
from random import Random
from typing import NamedTuple

from bot.clan.metrics import SKILLS
from bot.demo.cast import DAY_MS, Lull
from bot.demo.hiscores import (
    BOSSES,
    CLUE_SHARES,
    CLUES,
    KILLS_PER_HOUR,
    XP_PER_HOUR,
)
from bot.demo.ledger import Ledger
from bot.demo.people import Habit
from bot.demo.rhythm import likely, liveliness, skill_of_the_week, waking_ms

_COMBAT = ("attack", "strength", "defence", "ranged", "magic", "hitpoints")
_COMBAT_XP_PER_HOUR = 14_000
_FINDS_CLUES, _FINDS_SLOTS, _FOLLOWS_THE_EVENT, _PLAYS_TWICE = 0.12, 0.10, 0.30, 0.30


class Tastes(NamedTuple):
    """What one player likes to do."""

    skills: tuple[str, ...]
    bosses: tuple[str, ...]
    style: str


@dataclass(frozen=True, slots=True)
class Gamer:
    """Somebody at play: lots, habit and tastes, and the ledger that play writes."""

    rng: Random
    habit: Habit
    tastes: Tastes
    ledger: Ledger

    def session(self, hours: float, at_ms: int) -> None:
        """Play for a while and log out at an instant."""
        rng, efficient_hours = self.rng, hours * self.habit.pace
        if likely(rng, self.habit.bossing):
            self._kill(efficient_hours, at_ms)
        else:
            self._train(efficient_hours, at_ms)
        if likely(rng, _FINDS_CLUES):
            done = rng.randrange(1, 4)
            self.ledger.add(f"clue_scrolls_{rng.choices(CLUES, CLUE_SHARES)[0]}", done, at_ms)
            self.ledger.add("clue_scrolls_all", done, at_ms)
        if likely(rng, _FINDS_SLOTS):
            self.ledger.add("collections_logged", rng.randrange(1, 3), at_ms)
        self.ledger.close(at_ms)

    def _kill(self, hours: float, at_ms: int) -> None:
        rng, bosses = self.rng, self.tastes.bosses
        boss = bosses[min(int(rng.expovariate(0.5)), len(bosses) - 1)]
        kills = int(hours * KILLS_PER_HOUR[boss] + rng.random())
        if kills:
            self.ledger.add(boss, kills, at_ms)
        xp = int(hours * _COMBAT_XP_PER_HOUR * rng.uniform(0.7, 1.3))
        self.ledger.train(self.tastes.style, xp, at_ms)
        self.ledger.train("hitpoints", xp // 3, at_ms)

    def _train(self, hours: float, at_ms: int) -> None:
        rng, skills = self.rng, self.tastes.skills
        skill = skills[min(int(rng.expovariate(0.4)), len(skills) - 1)]
        asked = skill_of_the_week(at_ms // DAY_MS, SKILLS)
        if asked and likely(rng, _FOLLOWS_THE_EVENT):
            skill = asked
        xp = int(hours * XP_PER_HOUR[skill] * rng.uniform(0.7, 1.2))
        self.ledger.train(skill, xp, at_ms)
        if skill in _COMBAT or skill == "slayer":
            self.ledger.train(self.tastes.style, xp // 2, at_ms)
            self.ledger.train("hitpoints", xp // 3, at_ms)
        elif skill == "runecrafting":
            self.ledger.add("guardians_of_the_rift", int(hours * 5), at_ms)


def play(
    rng: Random, habit: Habit, lulls: tuple[Lull, ...], offset_hours: int, span_ms: tuple[int, int]
) -> Ledger:
    """Play through [from, to) in ms and return the ledger."""
    progress = min(1.0, max(0.0, rng.gauss(habit.progress, 0.08)))
    tastes = _tastes(rng, progress, only_bosses=habit.bossing >= 1)
    keenness = rng.uniform(0.75, 1.25)
    start_ms, end_ms = span_ms
    ledger = Ledger(rng, progress, start_ms, tastes.bosses)
    gamer = Gamer(rng, habit, tastes, ledger)
    for day in range(start_ms // DAY_MS, end_ms // DAY_MS + 1):
        if not likely(rng, habit.play_chance * keenness * liveliness(day)):
            continue
        sessions = 1 + likely(rng, _PLAYS_TWICE)
        for at_ms in sorted(day * DAY_MS + waking_ms(rng, offset_hours) for _ in range(sessions)):
            if start_ms < at_ms < end_ms and not any(lull.covers(at_ms) for lull in lulls):
                gamer.session(habit.hours / sessions * rng.uniform(0.4, 1.6) * keenness, at_ms)
    return ledger


def _tastes(rng: Random, progress: float, *, only_bosses: bool) -> Tastes:
    slowest = 25 if only_bosses else 0
    bosses = [boss for boss in BOSSES if KILLS_PER_HOUR[boss] >= slowest]
    return Tastes(
        skills=tuple(rng.sample(SKILLS, 10)),
        bosses=tuple(rng.sample(bosses, 4 + int(14 * progress))),
        style=rng.choice(_COMBAT[:5]),
    )

"""What a made-up player has: the true values, and beside them what the hiscores list of them.

Only changes are kept, and nothing ever falls.
"""

from array import array
from collections.abc import Iterable
from random import Random
from typing import cast

from bot.clan.metrics import SKILLS
from bot.demo.cast import ValueHistory
from bot.demo.hiscores import (
    BOSSES,
    CLUE_SHARES,
    CLUES,
    KILLS_PER_HOUR,
    METRICS,
    RANKED_FROM,
    RANKED_OVERALL_XP,
    RANKED_XP,
    SKILL_XP_CAP,
    UNRATED,
    XP_PER_HOUR,
    listed,
    overall_of,
)
from bot.demo.rhythm import likely

_FLOATS = frozenset({"ehp", "ehb"})
_HITPOINTS_AT_FIRST = 1_154
_SLOW_KILLS_PER_HOUR = 10


class Ledger:
    """A player's values while they are being made up: the truth, and what the hiscores list."""

    def __init__(self, rng: Random, progress: float, at_ms: int, bosses: Iterable[str]) -> None:
        self.skills = {skill: _first_xp(rng, skill, progress) for skill in SKILLS}
        self.counts = dict.fromkeys(RANKED_FROM, 0)
        _first_kills(rng, progress, self.counts, bosses)
        _first_activities(rng, progress, self.counts)
        self.ehp = sum(xp / XP_PER_HOUR[skill] for skill, xp in self.skills.items())
        self.ehb = sum(
            self.counts[boss] / KILLS_PER_HOUR[boss] for boss in BOSSES if boss not in UNRATED
        )
        self._ranked_sum = sum(xp for xp in self.skills.values() if xp >= RANKED_XP)
        self.played_ms: array[int] = array("q")
        self._at: dict[str, array[int]] = {}
        self._values: dict[str, array[float]] = {}
        self._start_ms = at_ms
        self._first = self._all_listed()

    def train(self, skill: str, gained: int, at_ms: int) -> None:
        """Add experience to a skill, and with it to the whole account and to EHP."""
        before = self.skills[skill]
        after = min(SKILL_XP_CAP, before + gained)
        if after <= before:
            return
        self.skills[skill] = after
        self.ehp += (after - before) / XP_PER_HOUR[skill]
        if after >= RANKED_XP:
            self._ranked_sum += after - before if before >= RANKED_XP else after
            self._note(skill, after, at_ms)

    def add(self, metric: str, times: int, at_ms: int) -> None:
        """Add kills of a boss or scores of an activity."""
        count = self.counts[metric] + times
        self.counts[metric] = count
        if count >= RANKED_FROM[metric]:
            self._note(metric, count, at_ms)
        rate = KILLS_PER_HOUR.get(metric)
        if rate and metric not in UNRATED:
            self.ehb += times / rate

    def close(self, at_ms: int) -> None:
        """End a session: list the sums that it changed."""
        self.played_ms.append(at_ms)
        self._note("overall", listed(self._ranked_sum, RANKED_OVERALL_XP), at_ms)
        self._note("ehp", round(self.ehp, 5), at_ms)
        self._note("ehb", round(self.ehb, 5), at_ms)

    def paths(self) -> dict[str, ValueHistory]:
        """Return all metrics in WOM's order, each with its changes."""
        start = array("q", [self._start_ms])
        paths: dict[str, ValueHistory] = {}
        for metric in METRICS:
            at = self._at.get(metric)
            if at is None:
                paths[metric] = ValueHistory(start, self._column(metric))
            else:
                paths[metric] = ValueHistory(at, self._values[metric])
        return paths

    def _all_listed(self) -> dict[str, float]:
        return {
            "overall": overall_of(self.skills),
            **{skill: listed(xp, RANKED_XP) for skill, xp in self.skills.items()},
            **{metric: listed(self.counts[metric], RANKED_FROM[metric]) for metric in self.counts},
            "ehp": round(self.ehp, 5),
            "ehb": round(self.ehb, 5),
        }

    def _column(self, metric: str) -> "array[float]":
        code = "d" if metric in _FLOATS else "q"
        return cast("array[float]", array(code, [self._first[metric]]))

    def _note(self, metric: str, value: float, at_ms: int) -> None:
        values = self._values.get(metric)
        if values is None:
            values = self._values[metric] = self._column(metric)
            self._at[metric] = array("q", [self._start_ms])
        if values[-1] != value:
            values.append(value)
            self._at[metric].append(at_ms)


def _first_xp(rng: Random, skill: str, progress: float) -> int:
    xp = min(SKILL_XP_CAP, int(10 ** rng.gauss(2.3 + 4.1 * progress, 0.5)))
    if skill == "sailing":
        return xp // 20 if likely(rng, 0.5) else 0
    return max(_HITPOINTS_AT_FIRST, xp) if skill == "hitpoints" else xp


def _first_kills(
    rng: Random, progress: float, counts: dict[str, int], bosses: Iterable[str]
) -> None:
    known = set(bosses) | set(rng.sample(BOSSES, int(40 * progress**2)))
    for boss in BOSSES:
        if boss in known:
            ease = 0.4 if KILLS_PER_HOUR[boss] < _SLOW_KILLS_PER_HOUR else 1.0
            counts[boss] = int(10 ** rng.gauss(0.6 + 1.5 * progress, 0.6) * ease)


def _first_activities(rng: Random, progress: float, counts: dict[str, int]) -> None:
    for tier, share in zip(CLUES, CLUE_SHARES, strict=True):
        done = int(share * 10 ** rng.gauss(2.2 * progress - 1.0, 0.4))
        counts[f"clue_scrolls_{tier}"] = done
        counts["clue_scrolls_all"] += done
    counts["collections_logged"] = int(rng.uniform(0.5, 1.1) * 1_100 * progress)
    if likely(rng, 0.3):
        counts["last_man_standing"] = rng.randrange(300, 1_400)
    if likely(rng, 0.25):
        counts["soul_wars_zeal"] = rng.randrange(100, 9_000)
    if likely(rng, progress**3 / 3):
        counts["colosseum_glory"] = rng.randrange(2_000, 45_000)

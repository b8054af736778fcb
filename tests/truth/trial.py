"""One made-up clan before all rules: what each of them says, beside what is true.

In clans of even seeds every Discord user is linked, in the others every second one.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from enum import StrEnum

from bot.clan.enforcement import inactivity
from bot.clan.policy import DEFAULT_POLICY
from bot.clan.promotion import promotion_cases
from bot.demo.cast import Persona
from bot.demo.world import make_world
from tests.bot.clan.made_up import linked_users, profiles_of
from tests.truth import replaced
from tests.truth.life import Truth, truth_of

NOW = datetime(2026, 5, 15, 12, tzinfo=UTC)
DAYS = 100
"""How long each clan was watched: longer than the eight weeks that steadiness looks back."""


class Rule(StrEnum):
    """The rules by the words of the tables: those of bot/clan, and those they replaced."""

    OURS = "ClanStats"
    NAMES = "0 messages and under 10k XP, by names"
    WRITERS = "top 10% by messages of 30 days"
    RAIDERS = "lifetime raids, at least 50 and top 15%"


@dataclass(frozen=True, slots=True)
class Trial:
    """What the rules say of one clan, by player id; those suggested are in the rule's order."""

    personas: Mapping[int, Persona]
    truth: Truth
    inactive: Mapping[Rule, frozenset[int]]
    suggested: Mapping[Rule, tuple[int, ...]]


def trial(seed: int, members: int) -> Trial:
    """Make a clan up and let every rule judge it."""
    world = make_world(seed=seed, members=members, days=DAYS, now=NOW)
    said = list(world.messages(texts=False))
    all_known = seed % 2 == 0
    profiles = profiles_of(world, said, all_known=all_known)
    silent = inactivity(profiles, world.ladder, DEFAULT_POLICY, NOW).sure
    found = promotion_cases(profiles, world.ladder, DEFAULT_POLICY, NOW)
    rising = (*found.cases, *found.others)
    return Trial(
        personas=world.truth,
        truth=truth_of(world, said, linked_users(world, all_known=all_known)),
        inactive={
            Rule.OURS: frozenset(each.player_id for row in silent for each in row.profile.accounts),
            Rule.NAMES: frozenset(each.player_id for each in replaced.inactive(world, said)),
        },
        suggested={
            Rule.OURS: tuple(case.profile.main.player_id for case in rising),
            Rule.WRITERS: tuple(each.player_id for each in replaced.top_writers(world, said)),
            Rule.RAIDERS: tuple(each.player_id for each in replaced.top_raiders(world)),
        },
    )

"""What Wise Old Man counts: kinds, names for people, and where Jagex's lists begin.

A metric that is not named here passes: its kind is where WOM put it, its name comes from its key.
"""

from enum import StrEnum
from functools import lru_cache

UNRANKED = -1
"""What WOM sends where Jagex did not list a player: not zero, but unknown below the threshold."""


class MetricKind(StrEnum):
    """The four sections of a snapshot."""

    SKILL = "skill"
    BOSS = "boss"
    ACTIVITY = "activity"
    COMPUTED = "computed"


RAID_MODES = (
    ("CoX", ("chambers_of_xeric", "chambers_of_xeric_challenge_mode")),
    ("ToB", ("theatre_of_blood", "theatre_of_blood_hard_mode")),
    ("ToA", ("tombs_of_amascut", "tombs_of_amascut_expert")),
)
"""The raids as players call them, each with its modes."""
RAIDS = frozenset(mode for _, modes in RAID_MODES for mode in modes)

SEASONAL = frozenset({"league_points", "deadman_points", "grid_points"})
"""What rises in a world that lasts for a season, and says nothing of the game that we watch."""

XP_AT_99 = 13_034_431
"""What a skill has at its highest level."""

SKILLS = (
    "attack", "defence", "strength", "hitpoints", "ranged", "prayer", "magic", "cooking",
    "woodcutting", "fletching", "fishing", "firemaking", "crafting", "smithing", "mining",
    "herblore", "agility", "thieving", "slayer", "farming", "runecrafting", "hunter",
    "construction", "sailing",
)  # fmt: skip
"""The 24 skills in the order of the game's own panel; newer ones follow behind them."""

_THRESHOLDS = {
    "mimic": 1,
    "tzkal_zuk": 1,
    "last_man_standing": 500,
    "pvp_arena": 2525,
    "soul_wars_zeal": 200,
    "colosseum_glory": 300,
    "collections_logged": 500,
    "bounty_hunter_hunter": 2,
    "bounty_hunter_rogue": 2,
    "guardians_of_the_rift": 2,
}
_BOSS_THRESHOLD = 5

_NAMES = {
    "overall": "Total XP",
    "ehp": "EHP",
    "ehb": "EHB",
    "tzkal_zuk": "TzKal-Zuk",
    "tztok_jad": "TzTok-Jad",
    "kreearra": "Kree'Arra",
    "kril_tsutsaroth": "K'ril Tsutsaroth",
    "vetion": "Vet'ion",
    "calvarion": "Calvar'ion",
    "phosanis_nightmare": "Phosani's Nightmare",
    "pvp_arena": "PvP Arena",
    "amoxliatl": "Amoxliatl",
    "theatre_of_blood_hard_mode": "Theatre of Blood (Hard)",
    "tombs_of_amascut_expert": "Tombs of Amascut (Expert)",
    "chambers_of_xeric_challenge_mode": "Chambers of Xeric (CM)",
}
_SMALL = frozenset({"of", "the"})


def threshold(metric: str, kind: MetricKind) -> int:
    """Return the smallest value that Jagex lists, after WOM's own table (contract, section 6)."""
    if kind is MetricKind.BOSS or kind is MetricKind.ACTIVITY:
        return _THRESHOLDS.get(metric, _BOSS_THRESHOLD if kind is MetricKind.BOSS else 1)
    return 1


@lru_cache(1024)
def display_name(metric: str) -> str:
    """Return the metric's name as players write it."""
    known = _NAMES.get(metric)
    if known:
        return known
    words = metric.split("_")
    return " ".join(
        word if word in _SMALL and place else word.capitalize() for place, word in enumerate(words)
    )

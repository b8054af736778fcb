"""The game's hiscores as the made-up clan needs them: every metric in WOM's order, and its pace.

The order of METRICS is that of WOM's answers; a snapshot always names all of them.
"""

from bisect import bisect_right
from collections.abc import Mapping
from itertools import accumulate

from bot.clan.metrics import SKILLS, UNRANKED, MetricKind, threshold

ACTIVITIES = (
    "bounty_hunter_hunter", "bounty_hunter_rogue", "clue_scrolls_all", "clue_scrolls_beginner",
    "clue_scrolls_easy", "clue_scrolls_medium", "clue_scrolls_hard", "clue_scrolls_elite",
    "clue_scrolls_master", "last_man_standing", "pvp_arena", "soul_wars_zeal",
    "guardians_of_the_rift", "colosseum_glory", "collections_logged",
)  # fmt: skip

CLUES = ("beginner", "easy", "medium", "hard", "elite", "master")
CLUE_SHARES = (5, 14, 25, 30, 14, 6)
"""How often each tier of clue is done, against the others."""

KILLS_PER_HOUR: Mapping[str, float] = {
    "abyssal_sire": 50, "alchemical_hydra": 30, "amoxliatl": 85, "araxxor": 40, "artio": 60,
    "barrows_chests": 22, "brutus": 250, "bryophyta": 9, "callisto": 142, "calvarion": 55,
    "cerberus": 65, "chambers_of_xeric": 3.5, "chambers_of_xeric_challenge_mode": 3,
    "chaos_elemental": 120, "chaos_fanatic": 100, "commander_zilyana": 60, "corporeal_beast": 60,
    "crazy_archaeologist": 75, "dagannoth_prime": 105, "dagannoth_rex": 105,
    "dagannoth_supreme": 105, "deranged_archaeologist": 80, "doom_of_mokhaiotl": 20,
    "duke_sucellus": 39, "general_graardor": 58, "giant_mole": 125, "grotesque_guardians": 37,
    "hespori": 60, "kalphite_queen": 55, "king_black_dragon": 130, "kraken": 100, "kreearra": 40,
    "kril_tsutsaroth": 65, "lunar_chests": 18, "mad_angel": 16, "maggot_king": 24, "mimic": 60,
    "nex": 23.5, "nightmare": 14, "phosanis_nightmare": 9.6, "obor": 12, "phantom_muspah": 30,
    "sarachnis": 110, "scorpia": 130, "scurrius": 70, "shellbane_gryphon": 95, "skotizo": 45,
    "sol_heredit": 2.7, "spindel": 55, "tempoross": 9, "the_gauntlet": 10,
    "the_corrupted_gauntlet": 7.2, "the_hueycoatl": 20, "the_leviathan": 31,
    "the_royal_titans": 55, "the_whisperer": 22, "theatre_of_blood": 3.2,
    "theatre_of_blood_hard_mode": 3, "thermonuclear_smoke_devil": 150, "tombs_of_amascut": 3.7,
    "tombs_of_amascut_expert": 3, "tzkal_zuk": 1, "tztok_jad": 2.5, "vardorvis": 39,
    "venenatis": 80, "vetion": 50, "vorkath": 34, "wintertodt": 13, "yama": 18, "zalcano": 25,
    "zulrah": 46,
}  # fmt: skip
"""What an efficient player kills in an hour, after WOM's own rates where WOM has one."""

UNRATED = frozenset({"mad_angel", "maggot_king", "tempoross", "wintertodt", "zalcano"})
"""Bosses that WOM counts without giving efficient hours for them."""

XP_PER_HOUR: Mapping[str, int] = {
    "attack": 130_000, "defence": 130_000, "strength": 130_000, "hitpoints": 60_000,
    "ranged": 400_000, "prayer": 700_000, "magic": 250_000, "cooking": 500_000,
    "woodcutting": 120_000, "fletching": 450_000, "fishing": 95_000, "firemaking": 400_000,
    "crafting": 380_000, "smithing": 350_000, "mining": 90_000, "herblore": 420_000,
    "agility": 70_000, "thieving": 250_000, "slayer": 85_000, "farming": 300_000,
    "runecrafting": 100_000, "hunter": 180_000, "construction": 600_000, "sailing": 110_000,
}  # fmt: skip
"""What an efficient player trains in an hour."""

BOSSES = tuple(KILLS_PER_HOUR)
METRICS = ("overall", *SKILLS, *ACTIVITIES, *BOSSES, "ehp", "ehb")
SKILL_XP_CAP = 200_000_000
RANKED_XP = 300
"""The least XP with which the made-up hiscores list a skill."""
RANKED_OVERALL_XP = 20_000
"""The least sum of ranked skills with which they list an account as a whole."""

RANKED_FROM: Mapping[str, int] = {
    **{boss: threshold(boss, MetricKind.BOSS) for boss in BOSSES},
    **{activity: threshold(activity, MetricKind.ACTIVITY) for activity in ACTIVITIES},
}

_XP_OF_LEVEL = (
    0,
    *(int(points / 4) for points in accumulate(int(n + 300 * 2 ** (n / 7)) for n in range(1, 99))),
)


def level_of(xp: int) -> int:
    """Return the level, 1-99, that experience gives; 1 when unranked."""
    return max(1, bisect_right(_XP_OF_LEVEL, xp))


def listed(true_value: int, ranked_from: int) -> int:
    """Return what the hiscores show of a value: the value itself, or -1 below the threshold."""
    return true_value if true_value >= ranked_from else UNRANKED


def overall_of(skills: Mapping[str, int]) -> int:
    """Return the listed sum of the ranked skills, given the true XP of each."""
    return listed(sum(xp for xp in skills.values() if xp >= RANKED_XP), RANKED_OVERALL_XP)

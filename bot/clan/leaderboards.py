"""Leaderboards: what can be ranked, how people call it, and who stands where.

Who has none, or whose number is unknown, has no place: they are counted, with the reason.
"""

import re
from collections import Counter
from collections.abc import Collection, Iterable, Iterator, Mapping
from datetime import datetime
from enum import StrEnum
from typing import NamedTuple

from bot.clan.metrics import SEASONAL, display_name

OVERALL, KILLS, EHP, EHB = "overall", "kills", "ehp", "ehb"
MESSAGES, ACTIVE_DAYS, ANSWERS, VOICE = "messages", "active_days", "answers", "voice_minutes"

HEADLINES = (OVERALL, KILLS, EHP, EHB)
CHAT = (MESSAGES, ACTIVE_DAYS, ANSWERS, VOICE)
"""What is a person's, and stands with their main account."""

ALL_TIME = 0
"""The period that ranks by what somebody has, not by what they gained."""

_TITLES = {
    OVERALL: "Total XP",
    KILLS: "Boss kills",
    EHP: "EHP",
    EHB: "EHB",
    MESSAGES: "Messages",
    ACTIVE_DAYS: "Active days",
    ANSWERS: "Questions answered",
    VOICE: "Voice minutes",
}
_MOST, _LONGEST_KEY = 25, 40
_NICKNAMES: Mapping[str, str] = {
    OVERALL: "xp|exp|experience|overall",
    KILLS: "kc|kills|bosses|pvm",
    EHP: "efficient hours played",
    EHB: "efficient hours bossed",
    MESSAGES: "msgs|chat|talk",
    ACTIVE_DAYS: "days|activity",
    ANSWERS: "answers|helpers|help",
    VOICE: "vc|voice|call",
    "hitpoints": "hp|health",
    "defence": "def|defense",
    "attack": "att|atk",
    "strength": "str",
    "ranged": "range",
    "prayer": "pray",
    "magic": "mage",
    "runecrafting": "rc|runecraft",
    "woodcutting": "wc",
    "firemaking": "fm",
    "construction": "con|cons",
    "agility": "agi",
    "herblore": "herb",
    "thieving": "thiev",
    "slayer": "slay",
    "hunter": "hunt",
    "fletching": "fletch",
    "farming": "farm",
    "smithing": "smith",
    "crafting": "craft",
    "cooking": "cook",
    "fishing": "fish",
    "sailing": "sail",
    "chambers_of_xeric": "cox|raids|raids 1|olm",
    "chambers_of_xeric_challenge_mode": "cox cm|cm|cm cox",
    "theatre_of_blood": "tob|raids 2|verzik",
    "theatre_of_blood_hard_mode": "hmt|tob hm|hm tob",
    "tombs_of_amascut": "toa|raids 3|wardens",
    "tombs_of_amascut_expert": "toa expert|expert toa",
    "tztok_jad": "jad|fight caves",
    "tzkal_zuk": "zuk|inferno",
    "sol_heredit": "colosseum|sol",
    "commander_zilyana": "sara|zily|saradomin|gwd",
    "general_graardor": "bandos|gwd",
    "kreearra": "arma|armadyl|kree|gwd",
    "kril_tsutsaroth": "zammy|zamorak|kril|gwd",
    "nex": "gwd",
    "corporeal_beast": "corp",
    "king_black_dragon": "kbd",
    "kalphite_queen": "kq",
    "giant_mole": "mole",
    "dagannoth_rex": "dks|rex",
    "dagannoth_prime": "dks|prime",
    "dagannoth_supreme": "dks|supreme",
    "grotesque_guardians": "gg|dusk|dawn",
    "alchemical_hydra": "hydra",
    "abyssal_sire": "sire",
    "thermonuclear_smoke_devil": "thermy",
    "phosanis_nightmare": "pnm|phosani",
    "nightmare": "nm",
    "the_corrupted_gauntlet": "cg|cgaunt",
    "the_gauntlet": "gaunt",
    "duke_sucellus": "duke|dt2",
    "the_leviathan": "levi|dt2",
    "the_whisperer": "whisp|dt2",
    "vardorvis": "vard|dt2",
    "wintertodt": "wt",
    "tempoross": "temp",
    "barrows_chests": "barrows",
    "guardians_of_the_rift": "gotr|rifts closed",
    "last_man_standing": "lms",
    "soul_wars_zeal": "sw",
    "collections_logged": "clog|collection log",
    "clue_scrolls_all": "clues|clue all",
    "clue_scrolls_beginner": "clue beginner|beginner clues",
    "clue_scrolls_easy": "clue easy|easy clues",
    "clue_scrolls_medium": "clue medium|medium clues",
    "clue_scrolls_hard": "clue hard|hard clues",
    "clue_scrolls_elite": "clue elite|elite clues",
    "clue_scrolls_master": "clue master|master clues",
}
"""What players call metrics, beside their names and the first letters of these."""


class Unplaced(StrEnum):
    """Why somebody has no place."""

    NOT_ON_HISCORES = "not on the hiscores"
    ENTERED = "new on the hiscores"
    NOT_SEEN = "not seen in this period"
    OLD_START = "last seen too long before it"
    NO_DISCORD = "not known on Discord"


class Score(NamedTuple):
    """Somebody's number, or why it is unknown.

    `total` is what they have now, and `since` from when on the number counts where that is not the
    start of the period.
    """

    player_id: int
    name: str
    value: float | None
    total: float | None = None
    since: datetime | None = None
    why: Unplaced | None = None


class Placed(NamedTuple):
    """Somebody's place; who has as much shares it."""

    place: int
    score: Score


class Ranking(NamedTuple):
    """Who has a place, the best first; `zeros` have none of it, `left_out` are unknown, by why."""

    placed: tuple[Placed, ...]
    zeros: tuple[Score, ...]
    left_out: Mapping[Unplaced, int]

    def of(self, player_ids: Collection[int]) -> tuple[Placed, ...]:
        """Return the places of some accounts, the best first."""
        return tuple(each for each in self.placed if each.score.player_id in player_ids)

    def is_shared(self, place: int) -> bool:
        """Return whether several have a place."""
        return sum(each.place == place for each in self.placed) > 1

    def left_out_words(self, nothing: str) -> tuple[str, ...]:
        """Return how many are not listed, and why; `nothing` is said of who has none."""
        counted = [f"{self.left_out[why]} {why}" for why in Unplaced if self.left_out.get(why)]
        return (*([f"{len(self.zeros)} {nothing}"] if self.zeros else []), *counted)


def ranked(scores: Iterable[Score]) -> Ranking:
    """Return who stands where: 1, 2, 2, 4. Who has none, or is unknown, stands nowhere."""
    known: list[Score] = []
    left_out: Counter[Unplaced] = Counter()
    for each in scores:
        if each.value is None:
            left_out[each.why or Unplaced.NOT_SEEN] += 1
        else:
            known.append(each)
    known.sort(key=lambda each: (-(each.value or 0), each.name.casefold(), each.player_id))
    placed: list[Placed] = []
    for number, score in enumerate((each for each in known if each.value), 1):
        is_tied = placed and placed[-1].score.value == score.value
        placed.append(Placed(placed[-1].place if is_tied else number, score))
    return Ranking(tuple(placed), tuple(each for each in known if not each.value), left_out)


def metric_title(metric: str) -> str:
    """Return what a metric is called on a leaderboard."""
    return _TITLES.get(metric) or display_name(metric)


def metrics_called(typed: str, metrics: Iterable[str]) -> tuple[str, ...]:
    """Return up to 25 metrics that may be meant by what was typed, the likeliest first.

    `metrics` are Wise Old Man's own names; what it adds works by its name.
    """
    wanted = _plain(typed)
    found = []
    for order, metric in enumerate(_offered(metrics)):
        likeness = _likeness(wanted, metric)
        if likeness is not None:
            found.append((likeness, order, metric))
    return tuple(metric for _, _, metric in sorted(found)[:_MOST])


def metric_called(typed: str, metrics: Iterable[str]) -> str | None:
    """Return the metric that is meant: by its very name, or the only one that is like it."""
    offered = _offered(metrics)
    if typed in offered:
        return typed
    wanted = _plain(typed)
    exact = [metric for metric in offered if _likeness(wanted, metric) == 0]
    found = exact or metrics_called(typed, metrics)
    return found[0] if len(found) == 1 else None


def _offered(metrics: Iterable[str]) -> dict[str, None]:
    """Return all that can be ranked: our own first, then by the title."""
    theirs = {
        each
        for each in metrics
        if each not in SEASONAL and len(each) <= _LONGEST_KEY and ":" not in each
    }
    return dict.fromkeys((*_TITLES, *sorted(theirs - _TITLES.keys(), key=metric_title)))


def _likeness(wanted: str, metric: str) -> int | None:
    """Return how like what was typed a metric is called, 0 for the very name; None for not."""
    if not wanted:
        return 1
    return min((each for name in _names(metric) if (each := _like(wanted, name)) < 4), default=None)  # noqa: PLR2004 - see below


def _like(wanted: str, name: str) -> int:
    """Return 0 for the same, 1 for its beginning, 2 for its words begun, 3 inside, 4 for not."""
    if name == wanted:
        return 0
    if name.startswith(wanted):
        return 1
    words = name.split()
    if all(any(word.startswith(part) for word in words) for part in wanted.split()):
        return 2
    return 3 if wanted in name else 4


def _names(metric: str) -> Iterator[str]:
    yield _plain(metric_title(metric))
    yield _plain(metric)
    words = metric.split("_")
    if len(words) > 2:  # noqa: PLR2004 - two letters are too few to be meant
        yield "".join(word[0] for word in words if word)
    yield from filter(None, _NICKNAMES.get(metric, "").split("|"))


def _plain(text: str) -> str:
    return " ".join(re.sub(r"[^a-z0-9]+", " ", text.casefold().replace("'", "")).split())

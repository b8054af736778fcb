"""What somebody types into a form of the settings, as the value that is meant.

What could be meant otherwise is asked again: 10.000 is ten to some and ten thousand to others.
"""

import re
from collections.abc import Collection
from fractions import Fraction

from bot.clan.plain import limits
from bot.clan.policy import DEFAULT_POLICY
from bot.clan.thresholds import THRESHOLDS
from bot.clan.wording import role_words

_STEPS = {"": 1, "k": 10**3, "m": 10**6, "b": 10**9}
_NUMBER = re.compile(r"(-?(?:[0-9]{1,3}(?:,[0-9]{3})+|[0-9]+(?:\.[0-9]+(?=[kmb]))?))([kmb]?)")
_GAPS = re.compile(r"[\s_']")
_BETWEEN_RANKS = re.compile(r"[\n,;>]")
_APART = re.compile(r"[\s_'-]")
_LONGEST = 20
_NAMED = 12


def allowed(path: str) -> tuple[int, int]:
    """Return the least and the most that a number of the policy may be."""
    *parts, name = path.split(".")
    part: object = DEFAULT_POLICY
    for each in parts:
        part = getattr(part, each)
    return limits(part, "window_days" if name == "limits" else name)


def entered(path: str, text: str) -> int:
    """Return the number that somebody typed for a threshold: 10000, 10,000 or 10k.

    Raises ValueError saying what is right.
    """
    least, most = allowed(path)
    threshold = THRESHOLDS[path]
    number = _number(text, threshold.unit)
    if number is not None and least <= number <= most:
        return number
    raise ValueError(
        f"{threshold.label} takes a whole number from {least:,} to {threshold.says(most)}, "
        f"not {_short(text)}"
    )


def _number(text: str, unit: str) -> int | None:
    """Return the whole number, or None; a dot is only for 1.5k, for 10.000 may mean either."""
    bare = _GAPS.sub("", text).lower().removesuffix(unit.lower())
    found = _NUMBER.fullmatch(bare)
    if found is None or len(text) > _LONGEST:
        return None
    number = Fraction(found[1].replace(",", "")) * _STEPS[found[2]]
    return int(number) if number.denominator == 1 else None


def _short(text: str) -> str:
    words = " ".join(text.split())
    return repr(words if len(words) <= _LONGEST else f"{words[:_LONGEST]}\N{HORIZONTAL ELLIPSIS}")


def entered_ranks(path: str, text: str, known: Collection[str]) -> tuple[str, ...]:
    """Return the ranks that somebody typed, one a line or with commas between, once each.

    Raises ValueError naming those that are not known, and some that are.
    """
    typed = [" ".join(each.split()) for each in _BETWEEN_RANKS.split(text)]
    by_look = {_looks(rank): rank for rank in known}
    found = [by_look.get(_looks(each), "") for each in typed if each]
    unknown = [each for each in typed if each and _looks(each) not in by_look]
    if not unknown:
        return tuple(dict.fromkeys(found))
    some = ", ".join(map(role_words, sorted(known)[:_NAMED]))
    more = ", and more" if len(known) > _NAMED else ""
    raise ValueError(
        f"{THRESHOLDS[path].label} takes ranks that somebody here has, or that are named in these "
        f"settings, not {_short(unknown[0])}; known are {some}{more}"
    )


def _looks(rank: str) -> str:
    return _APART.sub("", rank).lower()

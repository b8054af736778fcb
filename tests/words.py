"""How text that people read has to be, by PRODUCT's rule 7; what breaks it is said."""

import re
from collections.abc import Iterator

LONGEST_SENTENCE = 200
MOST_SMALL_LINES = 2

_CODE = re.compile(
    r"```.*?```|`[^`]*`|https?://\S+|<[@#:/a-z][^<>\s]*>|<t:-?\d+(?::\w)?>", re.DOTALL
)
"""What is copied, typed or drawn by Discord, and no prose."""
_KEY = re.compile(r"\b[a-z][a-z0-9]*(?:_[a-z0-9]+)+\b(?!\.\w)")
_ONES = (
    "account|answer|case|chart|channel|claim|command|day|file|hour|kill|line|member|message|minute"
    "|month|name|officer|page|pair|player|poll|question|rank|role|second|snapshot|week|year"
)
_ONE_OF_MANY = re.compile(rf"(?<![\d.,:/-])1 (?:(?:{_ONES})s|people)\b")
_MANY_OF_ONE = re.compile(rf"(?<![\d.,:/-])(?:0|[2-9]|\d{{2,}}) (?:{_ONES}|person)\b(?!-)")
_SENTENCE = re.compile(r"(?<=[.!?:;])\s+|\n| \N{MIDDLE DOT} ")
_OURS = re.compile(
    r"\b(?:gates?|deeds?|left in peace|kick done|of its own accord|nobody has named|worth a word"
    r"|told (?:once|under)|holds before|both sides counted|the usual settings)\b",
    re.IGNORECASE,
)
"""Our own nouns, and turns of phrase that nobody says aloud."""


def faults(text: str) -> Iterator[str]:
    """Yield what is wrong with a text that somebody reads."""
    prose = _CODE.sub("x", text).replace("\\_", "_")
    for what, pattern in (
        ("a raw key", _KEY),
        ("one of something in the plural", _ONE_OF_MANY),
        ("several of something in the singular", _MANY_OF_ONE),
        ("a word of ours", _OURS),
    ):
        for found in pattern.finditer(prose):
            yield f"{what}: {found[0]!r} in {_around(prose, found)!r}"
    for sentence in _SENTENCE.split(prose):
        if len(sentence.strip()) > LONGEST_SENTENCE:
            yield f"a sentence of {len(sentence)} characters: {sentence.strip()!r}"


def footer_faults(text: str) -> Iterator[str]:
    """Yield the small print at the end of an answer where there is too much of it."""
    lines = [line for line in text.splitlines() if line.strip()]
    small = 0
    for line in reversed(lines):
        if not line.startswith("-# "):
            break
        small += 1
    if small > MOST_SMALL_LINES:
        yield f"{small} lines of small print at the end: {lines[-small:]}"


def _around(text: str, found: re.Match[str]) -> str:
    return text[max(0, found.start() - 40) : found.end() + 40].replace("\n", " / ")

"""How pages are read: what they tell of commands and settings, where links lead, what is typed.

tests/test_docs.py compares it with what is so.
"""

import re
import shlex
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping
from importlib.util import find_spec
from pathlib import Path
from typing import Any, NamedTuple

import typer
from typer.main import get_command

from bot.cli import app

LONGEST_SENTENCE = 200
EVERYWHERE = {"--verbose"}
"""Options of every command of the command line, which are told once."""
FENCE = re.compile(r"^```(\w*)\n(.*?)^```", re.MULTILINE | re.DOTALL)
LINK = re.compile(r"\[[^\]]*\]\(([^)\s]+)\)|<(?:img|a)\b[^>]*(?:src|href)=\"([^\"]+)\"")
_CANNOT_BE_TYPED: type[Exception] = typer.BadParameter.__mro__[1]
"""What click raises on a line that it does not take; typer brings click under its own name."""
_SHELLS = {"", "sh", "bash", "console", "powershell", "bat"}


class Told(NamedTuple):
    """What the reference says of one command."""

    who: str
    options: frozenset[str]


def text_of(page: Path) -> str:
    return page.read_text("utf-8")


def reference(page: str) -> dict[str, Told]:
    """Return what is told under each heading that is a command in backticks."""
    parts = re.split(r"^#+ `([^`]+)`$", page, flags=re.MULTILINE)
    told = {}
    for name, rest in zip(parts[1::2], parts[2::2], strict=True):
        body = re.split(r"^#", rest, maxsplit=1, flags=re.MULTILINE)[0]
        who = re.search(r"^\*\*Who may:\*\* (.+)\.$", body, re.MULTILINE)
        options = re.findall(r"^\| `([^`]+)` \|", body, re.MULTILINE)
        told[name.removeprefix("/")] = Told(who[1] if who else "", frozenset(options))
    return told


def typed(program: typer.Typer = app) -> Mapping[str, Any]:
    """Return the commands of a command line, as typer's own click has them."""
    group: Any = get_command(program)
    return dict(group.commands)


def in_terminal(commands: Mapping[str, Any]) -> dict[str, Told]:
    """Return what has to be told of each command of the command line."""
    return {
        f"clanstats {name}": Told("", frozenset(map(_written, command.params)) - EVERYWHERE)
        for name, command in commands.items()
    }


def _written(parameter: Any) -> str:  # noqa: ANN401 - typer's own click, or another
    """Return an option as it is typed, and an argument in capitals."""
    longest = str(max(parameter.opts, key=len))
    return longest if longest.startswith("-") else longest.upper()


def keys_of(page: str) -> dict[str, str]:
    """Return each key of the table of settings with what holds without it."""
    rows = re.findall(r"^\| `([A-Z_]+)` \| (\S.*?) \| \S.* \|$", page, re.MULTILINE)
    return {key: "" if usual == "not set" else usual.strip("`") for key, usual in rows}


def anchors(page: str) -> set[str]:
    """Return what can stand behind # in a link to a page, as GitHub makes it of the headings."""
    seen: Counter[str] = Counter()
    found = set()
    for heading in re.findall(r"^#+ (.+)$", FENCE.sub("", page), re.MULTILINE):
        slug = re.sub(r"[^\w\- ]", "", heading.lower()).replace(" ", "-")
        found.add(f"{slug}-{seen[slug]}" if seen[slug] else slug)
        seen[slug] += 1
    return found


def broken_links(page: Path, text: str) -> Iterator[str]:
    for link in ("".join(each) for each in LINK.findall(FENCE.sub("", text))):
        if re.match(r"(https?|mailto):", link):
            continue
        path, _, anchor = link.partition("#")
        target = (page.parent / path).resolve() if path else page
        if not target.exists():
            yield f"{page.name}: {link} leads nowhere"
        elif anchor and anchor not in anchors(text_of(target) if path else text):
            yield f"{page.name}: {link} has no such heading"


def lines_to_type(text: str) -> Iterator[str]:
    """Yield every command that a page has somebody type, in blocks and in sentences."""
    for language, block in FENCE.findall(text):
        if language in _SHELLS:
            for line in block.splitlines():
                yield from (each.strip() for each in re.split(r"&&|;", line.split(" # ")[0]))
    yield from re.findall(r"`((?:clanstats|python -m) [^`]+)`", FENCE.sub("", text))


def mistyped(line: str) -> Iterator[str]:
    """Tell what is wrong with a line that starts one of our own programs."""
    program, *words = [word.strip('"') for word in shlex.split(line, posix=False)] or [""]
    if program.endswith("python") and words[:1] == ["-m"] and words[1].startswith("tests"):
        if find_spec(words[1]) is None:
            yield f"{line}: there is no {words[1]}"
        return
    if not re.fullmatch(r"(.*[/\\])?clanstats", program) or not words or words[0] == "--help":
        return
    name, *rest = words
    if name not in typed():
        yield f"{line}: there is no command {name}"
        return
    try:
        typed()[name].make_context(name, rest)
    except _CANNOT_BE_TYPED as error:
        # A sentence may name a command without all that it needs, and a file that is not here.
        if not re.search("does not exist|Missing|requires an argument", str(error)):
            yield f"{line}: {error}"


def unknown_commands(text: str, known: Iterable[str]) -> Iterator[str]:
    """Tell the slash commands that a page names and the bot does not have."""
    names = frozenset(known)
    groups = {name.split()[0] for name in names if " " in name}
    for said in re.findall(r"`/([a-z][a-z-]*(?: [a-z-]+)?)[^`]*`", FENCE.sub("", text)):
        first = said.split()[0]
        if said not in names | groups and (first in groups or first not in names):
            yield f"/{said}"


def long_sentences(text: str) -> Iterator[str]:
    prose = re.sub(r"\]\([^)]*\)", "]", FENCE.sub("", text))
    for paragraph in re.split(r"\n\s*\n|\n(?=[*|#\d])|\|", prose):
        for sentence in re.split(r"(?<=[.!?:])\s", " ".join(paragraph.split())):
            if len(sentence) > LONGEST_SENTENCE:
                yield sentence

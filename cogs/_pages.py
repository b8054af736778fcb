"""Lines on pages, and what a message keeps about itself in the ids of its controls."""

from collections.abc import Iterable, Iterator, Sequence

import discord


def pages_of(lines: Iterable[str], room: int) -> list[list[str]]:
    """Return the lines on as few pages as take them, in their order; at least one page."""
    pages: list[list[str]] = [[]]
    left = room
    for line in lines:
        if len(line) >= left and pages[-1]:
            pages.append([])
            left = room
        pages[-1].append(line)
        left -= len(line) + 1
    return pages


def marked(message: discord.Message | None, mark: str) -> str | None:
    """Return what a message keeps behind a mark and a colon in one of its ids, or None."""
    ids = () if message is None else _custom_ids(message.components)
    begin = f"{mark}:"
    return next((each.removeprefix(begin) for each in ids if each.startswith(begin)), None)


def _custom_ids(components: Sequence[object]) -> Iterator[str]:
    for part in components:
        custom_id = getattr(part, "custom_id", None)
        if custom_id:
            yield custom_id
        yield from _custom_ids(getattr(part, "children", ()))

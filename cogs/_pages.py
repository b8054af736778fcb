"""Lines on pages."""

from collections.abc import Iterable


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

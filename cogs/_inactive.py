"""The list of /inactive: the sure first, then who cannot be told yet, then who is left in peace.

Each row says since when nothing was seen, of which numbers, and what was decided about it before.
"""

from collections.abc import Sequence
from dataclasses import replace
from typing import Any

import discord

from bot.clan.names import escaped
from bot.clan.wording import plural
from bot.reports.definitions import inactive_words
from bot.services.review import InactivityReview, ReviewContext
from bot.services.setup import Clan
from bot.wiring import Services
from cogs._deciding_keys import (
    Act,
    Button,
    Key,
    ReviewState,
    ReviewTab,
    button,
    row,
    sheet,
    tabs,
    turns,
)
from cogs._deciding_lists import names_to_copy, names_to_update
from cogs._deciding_words import (
    ABOUT_ROOM,
    NOTE_ROOM,
    STRIP_ROOM,
    block,
    clipped,
    judged_by,
)
from cogs._inactive_rows import TELLERS
from cogs._replies import Box, small

SIZES = {ReviewTab.SURE: 4, ReviewTab.UNSURE: 8, ReviewTab.APART: 8, ReviewTab.REMOVE: 8}
"""How many stand on a page of each tab."""

_PAGES_LIKED = 3
_BLOCK_ROOM = 700
_TO_REMOVE = (
    "To be removed in the game, or removed a moment ago. Each closes by itself once Wise Old Man "
    "shows that they left."
)


async def inactive_view(
    services: Services,
    clan: Clan,
    at: ReviewState,
    note: str = "",
    before: ReviewContext | None = None,
) -> discord.ui.LayoutView:
    """Return the list as it is now; what was read `before` a decision is not read again."""
    return sheet(inactive_box(await services.review.inactive(clan, at.days, before), at, note))


def inactive_box(review: InactivityReview, at: ReviewState, note: str = "") -> Box:
    """Return a page of the list, or the last one where there are not so many."""
    entries = _listed(review, at.tab)
    size = SIZES[at.tab]
    pages = max(1, -(-len(entries) // size))
    at = replace(at, page=min(at.page, pages - 1))
    about = clipped([_about(review, at)], ABOUT_ROOM)
    box = Box(*filter(None, ("## Inactive", about, clipped([note], NOTE_ROOM)))).rule()
    say = TELLERS[at.tab]
    for each in entries[at.page * size : (at.page + 1) * size]:
        say(box, review, at, each)
    if not entries:
        box.say(nothing_words(review, at.tab))
    if at.tab is ReviewTab.REMOVE and entries:
        _say_names(box, review)
    if at.tab is ReviewTab.UNSURE and entries:
        box.add_item(_help_row(review, at))
    box.rule().add_item(tabs(at, _tab_labels(review)))
    box.add_item(row(*turns(at, pages), *_files_row(review, at)))
    return box.say(clipped([small(*map(escaped, review.evidence))], STRIP_ROOM))


def is_long(review: InactivityReview) -> bool:
    """Return whether the sure take more pages than somebody likes to turn."""
    return len(review.listed.sure) > _PAGES_LIKED * SIZES[ReviewTab.SURE]


def nothing_words(review: InactivityReview, tab: ReviewTab) -> str:
    """Return why a tab is empty, and where to look instead."""
    unsure = len(review.listed.needs_evidence)
    if tab is ReviewTab.SURE:
        said = "Nobody was silent on both sides for longer than the limit."
        more = f" Of {plural(unsure, 'member')} it cannot be told yet: see Needs evidence."
        return said + (more if unsure else "")
    return {
        ReviewTab.UNSURE: "Of everybody who was not seen it can be told whether they are inactive.",
        ReviewTab.APART: "Nobody who was not seen is away, exempt or snoozed.",
        ReviewTab.REMOVE: "Nobody waits to be removed.",
    }[tab]


def _listed(review: InactivityReview, tab: ReviewTab) -> Sequence[Any]:
    listed = review.listed
    return {
        ReviewTab.SURE: listed.sure,
        ReviewTab.UNSURE: listed.needs_evidence,
        ReviewTab.APART: listed.away_or_exempt,
        ReviewTab.REMOVE: review.to_remove,
    }[tab]


def _about(review: InactivityReview, at: ReviewState) -> str:
    if at.tab is ReviewTab.REMOVE:
        return small(_TO_REMOVE)
    words = dict(inactive_words(review.policy))
    said = words[
        {ReviewTab.SURE: "Sure", ReviewTab.UNSURE: "Needs evidence"}.get(at.tab, "Away or exempt")
    ]
    judged = judged_by(review.policy.version)
    if at.days is not None:
        judged += f" For {plural(at.days, 'day')} as asked, instead of the limits set there."
    return small(f"{said} {judged}")


def _say_names(box: Box, review: InactivityReview) -> None:
    names = block(names_to_copy(review, ReviewTab.REMOVE))
    if len(names) <= _BLOCK_ROOM:
        box.say(names)


def _help_row(review: InactivityReview, at: ReviewState) -> discord.ui.ActionRow[Any]:
    count = len(set(names_to_update(review)))
    update = button(Key(Act.UPDATE, at), f"Request WOM update ({count})", disabled=not count)
    return row(update, button(Key(Act.LINKS, at), "Open link queue"))


def _files_row(review: InactivityReview, at: ReviewState) -> list[Button]:
    if at.tab is ReviewTab.REMOVE:
        return [button(Key(Act.COPY, at), "Copy names", disabled=not review.to_remove)]
    return [
        button(Key(Act.COPY, at), "Copy sure names", disabled=not review.listed.sure),
        button(Key(Act.FILE, at), "Whole list"),
    ]


def _tab_labels(review: InactivityReview) -> dict[ReviewTab, str]:
    listed = review.listed
    return {
        ReviewTab.SURE: f"Sure {len(listed.sure)}",
        ReviewTab.UNSURE: f"Needs evidence {len(listed.needs_evidence)}",
        ReviewTab.APART: f"Away and exempt {len(listed.away_or_exempt)}",
        ReviewTab.REMOVE: f"To remove {len(review.to_remove)}",
    }

"""A tour of five minutes, for whoever opens the demo: whom to look as, what to type, what to see.

It stands in the terminal and, without its explanations, in the channel where commands are tried.
"""

from textwrap import fill
from typing import NamedTuple

from bot.demo.stage import StageSize


class GuideStep(NamedTuple):
    """One thing to try: as which viewer, which command, and what to look at."""

    viewer: str
    command: str
    look_at: str


GUIDE = (
    GuideStep(
        "officer",
        "/clanstats report",
        "How the clan's week went, against the week before. Open the Excel file. Nobody else sees "
        "the answer until you press Post here.",
    ),
    GuideStep(
        "leader",
        "/promotions",
        "A short list of who could rise, and why. Choose somebody under Details to see the "
        "evidence. Pick several and press Approve. Then open Approved: there are the names to copy "
        "into the game.",
    ),
    GuideStep(
        "leader",
        "/inactive",
        "Who is surely silent, in the game and on Discord. Those whom nobody can judge "
        "yet stand under Can't tell, with what is missing. Pick several and press Notice for a "
        "message to send.",
    ),
    GuideStep(
        "officer",
        "/clanstats alerts",
        "Who could use a hello: people who went quiet, and new people whom nobody has met.",
    ),
    GuideStep(
        "officer",
        "/clanstats activity",
        "When the clan is there, and the three best times for an event. Press Whom these times "
        "miss. /clanstats bosses and /clanstats questions look at the rest of the month.",
    ),
    GuideStep(
        "officer",
        "/clanstats links",
        "Who says which account is theirs. Confirm a few, and apply all sure pairs: the line at "
        "the bottom says how many members are linked.",
    ),
    GuideStep(
        "leader",
        "/clanstats settings",
        "Set Inactive after to 14 days and press What if: it shows whom that would flag today, and "
        "who would have been flagged three months ago and came back by themselves.",
    ),
    GuideStep(
        "member",
        "/me",
        "What every member gets: their own numbers, how long until they would be called inactive, "
        "and what is missing for the next rank.",
    ),
    GuideStep(
        "member",
        "/leaderboard",
        "Type cox as the metric. The first fifteen, ties and all, and your own place. Below them "
        "stands who is left out, and why.",
    ),
    GuideStep(
        "member",
        "/privacy show",
        "Everything that is kept about a member, in plain words. They can take it along or have it "
        "deleted.",
    ),
    GuideStep(
        "guest",
        "/promotions",
        "A refusal in words, with what to do about it. Every button asks again who presses it.",
    ),
)
"""In this order it takes about five minutes."""


_WIDTH = 78
_WELCOME = (
    "Welcome to the demo! Everything here is made up. Choose whom you look as under *Viewing as* "
    "and type a command. A tour of five minutes:"
)


def in_terminal(part: StageSize) -> str:
    """Return the tour as it is printed when the page is ready."""
    head = (
        f"The page shows the Discord of a made-up clan of {part.members} members. Choose whom you "
        'look as under "Viewing as", then type a command. A tour of five minutes:'
    )
    steps = (
        f"{number}. As the {each.viewer}, type {each.command}\n{_filled(each.look_at, indent=3)}"
        for number, each in enumerate(GUIDE, 1)
    )
    return "\n\n".join((_filled(head), *steps))


def in_channel() -> str:
    """Return the tour as the first message on the page."""
    steps = (f"{n}. as the **{each.viewer}** `{each.command}`" for n, each in enumerate(GUIDE, 1))
    last = "The terminal says what to look at in each answer."
    return "\n".join((_WELCOME, *steps, last))


def _filled(text: str, indent: int = 0) -> str:
    space = " " * indent
    return fill(text, _WIDTH, initial_indent=space, subsequent_indent=space)

"""What each button of /promotions and /inactive stands for: all of it is in the button's own id.

So a press after a restart does what the screen said, and no panel is kept in memory.
"""

import re
from dataclasses import dataclass, replace
from datetime import datetime
from enum import StrEnum
from typing import Any, Self

import discord

from bot.clan.cases import Case, CaseKind, Move, open_case
from bot.clan.decisions import possible_moves
from bot.clan.ranks import Permission

Button = discord.ui.Button[Any]

PERMISSIONS = {
    CaseKind.PROMOTION: Permission.PROMOTE,
    CaseKind.INACTIVITY: Permission.CALL_INACTIVE,
}
"""What somebody has to be allowed for each list and for every button of it."""

PATTERN = re.compile(
    r"case:(?P<kind>[a-z]+):(?P<tab>[a-z]+):(?P<page>\d+):(?P<days>\d+):(?P<person>\d+)"
    r":(?P<act>[a-z_]+):(?P<player>\d+):(?P<seen>\d+)"
)


class ReviewTab(StrEnum):
    """The parts of both lists; HISTORY is what `/clanstats cases` shows of one person."""

    SUGGESTED = "suggested"
    OTHERS = "others"
    UNDER = "under"
    APPROVED = "approved"
    SURE = "sure"
    UNSURE = "unsure"
    APART = "apart"
    REMOVE = "remove"
    HISTORY = "history"


class Act(StrEnum):
    """What a button does: a move of a case, or something that decides nothing."""

    APPROVE = "approve"
    NOT_YET = "not_yet"
    NOTICE = "notice"
    SNOOZE = "snooze"
    DISMISS = "dismiss"
    CLOSE = "close"
    REOPEN = "reopen"
    TAB = "tab"
    BACK = "back"
    HERE = "here"
    ON = "on"
    DETAILS = "details"
    COPY = "copy"
    FILE = "file"
    UPDATE = "update"
    LINKS = "links"


MOVES = {
    Act.APPROVE: Move.APPROVE,
    Act.NOT_YET: Move.NOT_YET,
    Act.NOTICE: Move.NOTICE,
    Act.SNOOZE: Move.SNOOZE,
    Act.DISMISS: Move.DISMISS,
    Act.CLOSE: Move.CLOSE,
    Act.REOPEN: Move.REOPEN,
}


@dataclass(frozen=True, slots=True)
class ReviewState:
    """A page of a list, or the details of one person (`person_id`) that were opened from it.

    `days` is the limit that was asked for instead of each rank's own.
    """

    kind: CaseKind
    tab: ReviewTab
    page: int = 0
    days: int | None = None
    person_id: int = 0


@dataclass(frozen=True, slots=True)
class Key:
    """One button: what it does, where it stands, and about whom.

    `seen` is the revision of the case that its card shows, 0 where there is none yet.
    """

    act: Act
    at: ReviewState
    player_id: int = 0
    seen: int = 0

    def about_person(self) -> ReviewState:
        """Return the place of the details of whom the button is about."""
        return replace(self.at, person_id=self.player_id)

    @property
    def custom_id(self) -> str:
        """Return all of it as an id that Discord keeps (under 100 characters)."""
        at = self.at
        parts = (at.kind, at.tab, at.page, at.days or 0, at.person_id)
        return ":".join(map(str, ("case", *parts, self.act, self.player_id, self.seen)))

    @classmethod
    def read(cls, told: re.Match[str]) -> Self:
        """Return what the id of a button stands for."""
        numbers = ("page", "days", "person", "player", "seen")
        page, days, person_id, player_id, seen = (int(told[name]) for name in numbers)
        at = ReviewState(
            CaseKind(told["kind"]), ReviewTab(told["tab"]), page, days or None, person_id
        )
        return cls(Act(told["act"]), at, player_id, seen)


def button(
    key: Key,
    label: str,
    style: discord.ButtonStyle = discord.ButtonStyle.secondary,
    *,
    disabled: bool = False,
) -> Button:
    """Return a button whose id says what it does."""
    return discord.ui.Button(label=label, custom_id=key.custom_id, style=style, disabled=disabled)


def row(*buttons: Button) -> discord.ui.ActionRow[Any]:
    """Return buttons beside each other, five at most."""
    return discord.ui.ActionRow(*buttons)


def sheet(box: discord.ui.Container[discord.ui.LayoutView]) -> discord.ui.LayoutView:
    """Return a message of one box that nobody keeps: its buttons are known by their ids alone."""
    view = discord.ui.LayoutView(timeout=None).add_item(box)
    view.stop()
    return view


def tabs(at: ReviewState, labels: dict[ReviewTab, str]) -> discord.ui.ActionRow[Any]:
    """Return a button for each tab, the present one marked."""
    primary, secondary = discord.ButtonStyle.primary, discord.ButtonStyle.secondary
    return row(
        *(
            button(
                Key(Act.TAB, ReviewState(at.kind, tab, 0, at.days)),
                label,
                primary if tab is at.tab else secondary,
            )
            for tab, label in labels.items()
        )
    )


def turns(at: ReviewState, pages: int) -> tuple[Button, Button, Button]:
    """Return the buttons that turn the page, with the counter between them."""

    def to(page: int) -> ReviewState:
        return ReviewState(at.kind, at.tab, page, at.days)

    last = pages - 1
    return (
        button(
            Key(Act.BACK, to(max(at.page - 1, 0))),
            "\N{BLACK LEFT-POINTING TRIANGLE}",
            disabled=at.page == 0,
        ),
        button(Key(Act.HERE, at), f"{at.page + 1} of {pages}", disabled=True),
        button(
            Key(Act.ON, to(min(at.page + 1, last))),
            "\N{BLACK RIGHT-POINTING TRIANGLE}",
            disabled=at.page == last,
        ),
    )


def revision_of(case: Case | None) -> int:
    """Return the revision that a card shows."""
    return 0 if case is None else case.revision


def moves_of(kind: CaseKind, case: Case | None, now: datetime) -> frozenset[Move]:
    """Return what can be done about somebody, whether or not there is a case already."""
    standing = case or open_case(kind, 0, "", now, policy_version=1)
    return frozenset(possible_moves(standing))

"""What became of a suggestion: a case, its states, and its history that only grows.

WOM, time and new activity end cases by themselves; what people do is in bot/clan/decisions.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from enum import StrEnum
from typing import NamedTuple

from bot.clan.ranks import rank_of
from bot.clan.wording import role_words


class CaseKind(StrEnum):
    """What a case is about."""

    PROMOTION = "promotion"
    INACTIVITY = "inactivity"


class CaseState(StrEnum):
    """Where a case stands.

    SECONDING waits for another officer; APPROVED waits for WOM to show that it happened in the
    game, which makes it DONE. CLOSED is over for any other reason.
    """

    OPEN = "open"
    SECONDING = "seconding"
    APPROVED = "approved"
    NOT_YET = "not yet"
    SNOOZED = "snoozed"
    NOTICED = "noticed"
    DISMISSED = "dismissed"
    DONE = "done"
    CLOSED = "closed"


OVER = frozenset({CaseState.DONE, CaseState.CLOSED})
WAITING = frozenset({CaseState.OPEN, CaseState.SECONDING, CaseState.NOTICED, CaseState.SNOOZED})


class Move(StrEnum):
    """What is done to a case. Of an inactive member APPROVE says: removed, or to be removed."""

    OPEN = "open"
    APPROVE = "approve"
    NOT_YET = "not yet"
    NOTICE = "notice"
    SNOOZE = "snooze"
    DISMISS = "dismiss"
    CLOSE = "close"
    REOPEN = "reopen"


class CaseEntry(NamedTuple):
    """One line of the history; `who` is a Discord user, or None for what WOM or time did.

    `numbers` are the sentences that were on the table then.
    """

    move: Move
    state: CaseState
    who: int | None
    at: datetime
    why: str = ""
    until_at: datetime | None = None
    numbers: tuple[str, ...] = ()


class Life(NamedTuple):
    """What somebody did who is not called silent, in words, and when they were seen last."""

    seen_at: datetime
    words: str


@dataclass(frozen=True, slots=True)
class Case:
    """A suggestion about one player, judged by one version of the policy.

    `role` was held when it was opened; `target` is the next rank of a promotion.
    """

    kind: CaseKind
    player_id: int
    role: str
    policy_version: int
    history: tuple[CaseEntry, ...]
    target: str | None = None
    case_id: int | None = None

    @property
    def last(self) -> CaseEntry:
        """Return the newest line of the history."""
        return self.history[-1]

    @property
    def state(self) -> CaseState:
        """Return where the case stands."""
        return self.last.state

    @property
    def until_at(self) -> datetime | None:
        """Return until when the present state holds, if it ends by itself."""
        return self.last.until_at

    @property
    def revision(self) -> int:
        """Return how often the case was touched; a card remembers which one it showed."""
        return len(self.history)


def open_case(  # noqa: PLR0913 - what is kept of the moment
    kind: CaseKind,
    player_id: int,
    role: str,
    now: datetime,
    *,
    policy_version: int,
    target: str | None = None,
    numbers: Iterable[str] = (),
    who: int | None = None,
) -> Case:
    """Return a new case with what was known when it was opened."""
    first = CaseEntry(Move.OPEN, CaseState.OPEN, who, now, numbers=tuple(numbers))
    return Case(kind, player_id, role, policy_version, (first,), target)


def after_wom(case: Case, role: str | None, ladder: Sequence[str], now: datetime) -> Case:
    """Return the case after a poll that shows the player's role, None when they have left."""
    if case.state in OVER:
        return case
    if role is None:
        done = case.kind is CaseKind.INACTIVITY
        return _by_itself(case, CaseState.DONE if done else CaseState.CLOSED, now, "left the clan")
    if case.kind is CaseKind.INACTIVITY or role == case.role:
        return case
    rank, target = rank_of(role, ladder), rank_of(case.target or "", ladder)
    if role == case.target or (rank is not None and target is not None and rank <= target):
        return _by_itself(case, CaseState.DONE, now, f"now {role_words(role)}")
    return _by_itself(case, CaseState.CLOSED, now, f"now {role_words(role)}, and judged anew")


def after_life(case: Case, life: Life, now: datetime) -> Case:
    """Return the case of somebody inactive who was seen since it was opened.

    What they did before is known to whoever opened it, perhaps by a shorter limit.
    """
    waits = case.kind is CaseKind.INACTIVITY and case.state in WAITING
    if waits and life.seen_at > case.history[0].at:
        return _by_itself(case, CaseState.CLOSED, now, f"active again: {life.words}")
    return case


def after_time(case: Case, now: datetime) -> Case:
    """Return the case once its time is over: the snoozed opens, "not yet" and dismissed close."""
    if case.until_at is None or now < case.until_at:
        return case
    if case.state is CaseState.SNOOZED:
        return extended(
            case, CaseEntry(Move.REOPEN, CaseState.OPEN, None, now, "the snooze is over")
        )
    return _by_itself(case, CaseState.CLOSED, now, "its time is over, and it is judged anew")


def rests_until(cases: Iterable[Case], kind: CaseKind, now: datetime) -> datetime | None:
    """Return until when a player is not suggested again for such a case, or None."""
    ends = [case.until_at for case in cases if case.kind is kind and case.until_at is not None]
    return max((end for end in ends if end > now), default=None)


def extended(case: Case, entry: CaseEntry) -> Case:
    """Return the case with one more line of history."""
    return replace(case, history=(*case.history, entry))


def _by_itself(case: Case, state: CaseState, now: datetime, why: str) -> Case:
    return extended(case, CaseEntry(Move.CLOSE, state, None, now, why))

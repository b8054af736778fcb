"""What people may do with a case, and the clear word for what cannot be done.

A press is judged by the case as it is now and not as the card showed it; nothing is done twice.
"""

from collections.abc import Iterable
from datetime import datetime, timedelta
from typing import NamedTuple

from bot.clan.cases import OVER, WAITING, Case, CaseEntry, CaseKind, CaseState, Move, extended
from bot.clan.policy import CasePolicy
from bot.clan.wording import ago


class Refusal(NamedTuple):
    """Why nothing was done, as a sentence; `by` is who did what stands in the way."""

    words: str
    by: int | None = None


_LEADS_TO = {
    Move.APPROVE: CaseState.APPROVED,
    Move.NOT_YET: CaseState.NOT_YET,
    Move.NOTICE: CaseState.NOTICED,
    Move.SNOOZE: CaseState.SNOOZED,
    Move.DISMISS: CaseState.DISMISSED,
    Move.CLOSE: CaseState.CLOSED,
    Move.REOPEN: CaseState.OPEN,
}
_OF_KIND = {
    CaseKind.PROMOTION: frozenset(
        {Move.APPROVE, Move.NOT_YET, Move.DISMISS, Move.CLOSE, Move.REOPEN}
    ),
    CaseKind.INACTIVITY: frozenset(
        {Move.APPROVE, Move.NOTICE, Move.SNOOZE, Move.DISMISS, Move.CLOSE, Move.REOPEN}
    ),
}
_NEEDS_WHY = frozenset({Move.NOT_YET, Move.DISMISS, Move.CLOSE})
_DONE_WORDS = {
    Move.OPEN: "opened this",
    Move.APPROVE: "approved this",
    Move.NOT_YET: 'said "not yet"',
    Move.NOTICE: "gave them a notice",
    Move.SNOOZE: "snoozed this",
    Move.DISMISS: "dismissed this",
    Move.CLOSE: "closed this",
    Move.REOPEN: "reopened this",
}
_USUAL = CasePolicy()


def decide(  # noqa: PLR0913 - who, when, why: all that a history needs
    case: Case,
    move: Move,
    who: int,
    when: datetime,
    *,
    why: str = "",
    until_at: datetime | None = None,
    seen: int | None = None,
    numbers: Iterable[str] = (),
    rules: CasePolicy = _USUAL,
) -> Case | Refusal:
    """Return the case after somebody's decision, or why it cannot be.

    `seen` is the revision that the card showed. Without `until_at` a decision holds for as long as
    the policy says.
    """
    refusal = (
        _stale(case, move, who, when, seen)
        or _impossible(case, move, who, when)
        or _incomplete(move, when, why, until_at)
    )
    if refusal is not None:
        return refusal
    state = _LEADS_TO[move]
    if move is Move.APPROVE and rules.second_officer and case.state is not CaseState.SECONDING:
        state = CaseState.SECONDING
    until = _until(move, when, until_at, rules)
    return extended(case, CaseEntry(move, state, who, when, why.strip(), until, tuple(numbers)))


def possible_moves(case: Case) -> tuple[Move, ...]:
    """Return what somebody can do with the case now: the buttons of its card."""
    return tuple(move for move in _LEADS_TO if _can(case, move))


def _can(case: Case, move: Move) -> bool:
    if move not in _OF_KIND[case.kind]:
        return False
    if move is Move.REOPEN:
        # What WOM or time ended is judged anew, if at all, as another case.
        ended_by_itself = case.state in OVER and case.last.who is None
        return case.state is not CaseState.OPEN and not ended_by_itself
    return case.state in WAITING or (move is Move.CLOSE and case.state is CaseState.APPROVED)


def _stale(case: Case, move: Move, who: int, when: datetime, seen: int | None) -> Refusal | None:
    """Return words for a second press, and for one on a card that shows what is no longer so."""
    last = case.last
    if seen == case.revision:
        return None
    if last.who == who and last.move is move:
        return Refusal(f"You {_DONE_WORDS[move]} already, {ago(last.at, when)} ago.", who)
    if seen is None:
        return None
    return Refusal(f"{_told(last, who, when)} Look at it again.", last.who)


def _impossible(case: Case, move: Move, who: int, when: datetime) -> Refusal | None:
    last = case.last
    if not _can(case, move):
        return Refusal(f"That cannot be done now. {_told(last, who, when)}", last.who)
    if case.state is CaseState.SECONDING and move is Move.APPROVE and last.who == who:
        return Refusal("You approved this; now a second officer has to agree.", who)
    return None


def _incomplete(move: Move, when: datetime, why: str, until_at: datetime | None) -> Refusal | None:
    if move in _NEEDS_WHY and not why.strip():
        return Refusal("Say why, so that others can understand it later.")
    if until_at is not None and until_at <= when:
        return Refusal("The day until which it holds has to lie ahead.")
    return None


def _until(
    move: Move, when: datetime, until_at: datetime | None, rules: CasePolicy
) -> datetime | None:
    usual_days = {
        Move.NOT_YET: rules.not_yet_days,
        Move.SNOOZE: rules.snooze_days,
        Move.DISMISS: rules.dismissed_days,
    }
    if move not in usual_days:
        return None
    return until_at or when + timedelta(days=usual_days[move])


def _told(entry: CaseEntry, who: int, when: datetime) -> str:
    """Return what an entry says to somebody: who did what, when and why."""
    why = f": {entry.why}" if entry.why else ""
    if entry.who is None:
        return f"This has been {entry.state} for {ago(entry.at, when)}{why}."
    subject = "You" if entry.who == who else "Somebody else"
    return f"{subject} {_DONE_WORDS[entry.move]} {ago(entry.at, when)} ago{why}."

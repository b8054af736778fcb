"""What a press on a card comes to: a case goes on, a new one is opened, or nothing is done.

First WOM, new activity and time have their say; only then does whoever pressed.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import NamedTuple

from bot.clan.cases import OVER, Case, CaseKind, Life, Move, after_life, after_time, after_wom
from bot.clan.decisions import Refusal, decide
from bot.clan.policy import CasePolicy

_JUST_NOW = timedelta(minutes=10)
_GONE = Refusal("They are not in the clan any more, so there is nothing to decide.")


@dataclass(frozen=True, slots=True)
class CaseAction:
    """What somebody pressed on a card.

    `seen` is the revision of the case that the card showed, 0 where there was no case yet; `days`
    the limit that an inactive member was listed by instead of their rank's own.
    """

    kind: CaseKind
    player_id: int
    move: Move
    seen: int = 0
    days: int | None = None


class ActionContext(NamedTuple):
    """Who says it, when, why, until when, and which numbers are on the table."""

    who: int
    when: datetime
    why: str = ""
    until_at: datetime | None = None
    numbers: tuple[str, ...] = ()


class CaseOutcome(NamedTuple):
    """The case as it stands now, why nothing was decided, and whose histories have grown."""

    case: Case | None
    refusal: Refusal | None
    grown: tuple[Case, ...] = ()


def pressed(  # noqa: PLR0913 - the press, and everything that it is judged by
    action: CaseAction,
    word: ActionContext,
    known: Case | None,
    offer: Case | Refusal,
    *,
    role: str | None,
    ladder: Sequence[str],
    rules: CasePolicy,
) -> CaseOutcome:
    """Return what comes of a press.

    `known` is the player's newest case of that kind, `offer` the case that would be opened now or
    why none would, `role` the player's in the clan or None when they are not in it.
    """
    now = None if known is None else by_itself(known, role, ladder, word.when)
    grown = () if now is None or now == known else (now,)
    if role is None:
        return CaseOutcome(now, _GONE, grown)
    if known is None or now is None or _makes_way(now, action, word.when):
        if isinstance(offer, Refusal):
            return CaseOutcome(now, offer, grown)
        case, seen = offer, offer.revision
    else:
        # What time did to a case since its card was drawn makes the card none the staler.
        case, seen = now, action.seen + now.revision - known.revision
    after = decide(
        case,
        action.move,
        word.who,
        word.when,
        why=word.why,
        until_at=word.until_at,
        seen=seen,
        # A new case has them in its first line already.
        numbers=word.numbers if case is now else (),
        rules=rules,
    )
    if isinstance(after, Refusal):
        return CaseOutcome(now, after, grown)
    return CaseOutcome(after, None, (after,) if case is now else (*grown, after))


def by_itself(
    case: Case, role: str | None, ladder: Sequence[str], now: datetime, life: Life | None = None
) -> Case:
    """Return the case after a poll: the player's role, None when they left, and signs of life."""
    shown = after_wom(case, role, ladder, now)
    if life is not None:
        shown = after_life(shown, life, now)
    return after_time(shown, now)


def _makes_way(case: Case, action: CaseAction, now: datetime) -> bool:
    """Return whether a case is over so that a card which showed none may open the next one.

    What somebody closed a moment ago was closed on such a card: the other presses on it are late.
    """
    if case.state not in OVER or action.seen:
        return False
    return case.last.who is None or now - case.last.at > _JUST_NOW

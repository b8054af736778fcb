"""The buttons under the history of one person: what was decided taken back, or a case closed.

Of each kind only the newest case can go on, and only by whoever may decide on that kind.
"""

from collections.abc import Collection, Iterable, Iterator

from bot.clan.cases import CaseKind
from bot.clan.decisions import possible_moves
from bot.services.review import Named
from cogs._deciding_keys import MOVES, Act, Button, Key, ReviewState, ReviewTab, button

_ACTS = {Act.REOPEN: "Take back", Act.CLOSE: "Close"}
_KINDS = {CaseKind.PROMOTION: "promotion", CaseKind.INACTIVITY: "inactivity"}


def newest(found: Iterable[Named], kind: CaseKind) -> Named | None:
    """Return the case of a kind that was opened last, of cases in the order of their opening."""
    return next((each for each in reversed([*found]) if each.case.kind is kind), None)


def decision_buttons(
    found: Collection[Named], person_id: int, page: int, kinds: Collection[CaseKind]
) -> Iterator[Button]:
    """Yield what somebody who may decide on some kinds can do, on a page of a person's history."""
    for kind in CaseKind:
        each = newest(found, kind)
        if each is None or kind not in kinds:
            continue
        possible = possible_moves(each.case)
        at = ReviewState(kind, ReviewTab.HISTORY, page, person_id=person_id)
        for act, label in _ACTS.items():
            if MOVES[act] in possible:
                key = Key(act, at, each.case.player_id, each.case.revision)
                yield button(key, f"{label}: {_KINDS[kind]}")

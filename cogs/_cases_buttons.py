"""The buttons under the history of one person: what was decided taken back, or a case closed.

Of each kind only the newest case can go on, and only by whoever may decide on that kind.
"""

from collections.abc import Collection, Iterable, Iterator

from bot.clan.cases import Kind
from bot.clan.decisions import possible_moves
from bot.services.cases import Named
from cogs._deciding_keys import MOVES, Act, At, Button, Key, Tab, button

_ACTS = {Act.REOPEN: "Take back", Act.CLOSE: "Close"}
_KINDS = {Kind.PROMOTION: "promotion", Kind.INACTIVITY: "inactivity"}


def newest(found: Iterable[Named], kind: Kind) -> Named | None:
    """Return the case of a kind that was opened last, of cases in the order of their opening."""
    return next((each for each in reversed([*found]) if each.case.kind is kind), None)


def decision_buttons(
    found: Collection[Named], person_id: int, page: int, kinds: Collection[Kind]
) -> Iterator[Button]:
    """Yield what somebody who may decide on some kinds can do, on a page of a person's history."""
    for kind in Kind:
        each = newest(found, kind)
        if each is None or kind not in kinds:
            continue
        possible = possible_moves(each.case)
        at = At(kind, Tab.HISTORY, page, person_id=person_id)
        for act, label in _ACTS.items():
            if MOVES[act] in possible:
                key = Key(act, at, each.case.player_id, each.case.revision)
                yield button(key, f"{label}: {_KINDS[kind]}")

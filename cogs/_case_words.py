"""Cases in words: what each waits for, and the lines of its history; officers alone see them.

Names and what people wrote go through names.escaped, and a mention here pings nobody.
"""

from collections.abc import Iterable, Sequence

from bot.clan.cases import Case, CaseEntry, CaseKind, CaseState, Move
from bot.clan.names import escaped
from bot.clan.wording import role_words
from bot.services.review import FORGOTTEN, Named
from cogs._deciding_filters import Part, Parts, parts_of, rank_part
from cogs._replies import when

_DOT = " \N{MIDDLE DOT} "
_CUT = "\N{HORIZONTAL ELLIPSIS}"
_LONGEST_WHY, _WHY_ON_A_LIST = 300, 80
_DONE = {
    Move.OPEN: "opened",
    Move.APPROVE: "approved",
    Move.NOT_YET: "not yet",
    Move.NOTICE: "notice given",
    Move.SNOOZE: "snoozed",
    Move.DISMISS: "dismissed",
    Move.CLOSE: "closed",
    Move.REOPEN: "reopened",
}
_REMOVED = "added to the removal list"
"""What an approval is called where somebody is removed, as its button is."""
_WAITS_FOR: tuple[tuple[str, frozenset[CaseState]], ...] = (
    ("Waiting for a decision", frozenset({CaseState.OPEN})),
    ("Waiting for a second officer", frozenset({CaseState.SECONDING})),
    ("Waiting for the game", frozenset({CaseState.APPROVED})),
    ("Noticed, waiting for a sign of life", frozenset({CaseState.NOTICED})),
    (
        "Excluded for a while",
        frozenset({CaseState.SNOOZED, CaseState.NOT_YET, CaseState.DISMISSED}),
    ),
)


def cases_on(cases: Iterable[Named]) -> Parts[Named]:
    """Return the cases of a list, by what they wait for, with the parts by kind, state and rank."""
    return parts_of(
        sorted(cases, key=_waits_for),
        lambda each: [Part(f"kind.{each.case.kind}", f"Kind: {each.case.kind}")],
        lambda each: [Part(f"state.{each.case.state}", f"State: {_state(each.case.state)}")],
        lambda each: [rank_part(each.case.role)],
    )


def standing_words(cases: Sequence[Named], shown: Sequence[Named]) -> list[str]:
    """Return a line for each standing case that is shown, under what it waits for.

    Beside that stands how many of all the cases do.
    """
    found = []
    for title, states in _WAITS_FOR:
        mine = [_line(each) for each in shown if each.case.state in states]
        count = sum(each.case.state in states for each in cases)
        found += _under(f"**{title}**  {count}", mine)
    return found


def ended_words(cases: Sequence[Named]) -> list[str]:
    """Return a line for each case that is over."""
    return [_line(each) for each in cases]


def case_option_words(named: Named) -> str:
    """Return what a case is about and where it stands, for a list to pick from."""
    return f"{_plain_kind(named.case)}, {_state(named.case.state)}"


def history_words(cases: Iterable[Named]) -> list[str]:
    """Return the whole history of each case, the newest case first, each in its own order."""
    found = []
    for each in sorted(cases, key=_opened, reverse=True):
        case = each.case
        judged = f"as {role_words(case.role)}, by version {case.policy_version} of the settings"
        title = f"**{_about(each)}**  {_state(case.state)}\n-# {escaped(judged)}"
        found += _under(title, [_told(entry, case.kind) for entry in case.history])
    return found


def newest_lines(cases: Iterable[Named], how_many: int) -> list[str]:
    """Return the newest lines of some histories, the newest first; without their numbers."""
    lines = [(entry.at, each, entry) for each in cases for entry in each.case.history]
    newest = sorted(lines, key=lambda line: line[0])[-how_many:]
    return [
        f"{_kind(each.case)}: {_said(entry, each.case.kind)}" for _, each, entry in reversed(newest)
    ]


def _under(title: str, lines: Sequence[str]) -> list[str]:
    """Return lines whose first one has a title above it, so that no page parts the two."""
    return [f"{title}\n{lines[0]}", *lines[1:]] if lines else []


def _waits_for(named: Named) -> int:
    """Return where in the list a case stands; those that are over stay in their order."""
    states = (states for _, states in _WAITS_FOR)
    return next((n for n, each in enumerate(states) if named.case.state in each), 0)


def _opened(named: Named) -> tuple[object, ...]:
    case = named.case
    return case.history[0].at, case.case_id or 0


def _line(named: Named) -> str:
    return f"**{_about(named)}**  {_said(named.case.last, named.case.kind, _WHY_ON_A_LIST)}"


def _about(named: Named) -> str:
    return f"{escaped(named.name)}{_DOT}{_kind(named.case)}"


def _kind(case: Case) -> str:
    return escaped(_plain_kind(case))


def _plain_kind(case: Case) -> str:
    if case.kind is CaseKind.INACTIVITY:
        return "inactive"
    return f"promotion to {role_words(case.target or '?')}"


def _told(entry: CaseEntry, kind: CaseKind) -> str:
    """Return a line of a history with the numbers that were on the table."""
    numbers = _DOT.join(escaped(each) for each in entry.numbers)
    return _said(entry, kind) + (f"\n-# {numbers}" if numbers else "")


def _said(entry: CaseEntry, kind: CaseKind, longest: int = _LONGEST_WHY) -> str:
    """Return what was done, by whom, when, why and until when."""
    until = "" if entry.until_at is None else f", until {when(entry.until_at, 'D')}"
    why = f": {_clipped(escaped(entry.why), longest)}" if entry.why else ""
    return f"{_action(entry, kind)} {when(entry.at)}{until}{why}"


def _state(state: CaseState) -> str:
    """Return where a case stands, as people say it."""
    return "waits for a second officer" if state is CaseState.SECONDING else str(state)


def _action(entry: CaseEntry, kind: CaseKind) -> str:
    if entry.who is None:
        done = "done in the game" if entry.state is CaseState.DONE else f"{entry.state} by itself"
        return "suggested" if entry.move is Move.OPEN else done
    is_kick = kind is CaseKind.INACTIVITY and entry.move is Move.APPROVE
    done = _REMOVED if is_kick else _DONE[entry.move]
    seconded = ", a second officer has to agree" if entry.state is CaseState.SECONDING else ""
    return f"{done} by {whom(entry.who)}{seconded}"


def whom(who: int) -> str:
    return "somebody who was forgotten" if who == FORGOTTEN else f"<@{who}>"


def _clipped(words: str, longest: int) -> str:
    if len(words) <= longest:
        return words
    return words[:longest].rstrip("\\") + _CUT

"""Every press is judged by the case as it is; what cannot be done has its clear word."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.clan.cases import OVER, Case, CaseKind, CaseState, Move, after_wom, open_case
from bot.clan.decisions import Refusal, decide, possible_moves
from bot.clan.policy import CasePolicy
from tests.bot.clan.portraits import LADDER, NOW, days

ANN, BOB = 1001, 1002
SOON, LATER = NOW + days(1), NOW + days(3)
STRICT = CasePolicy(second_officer=True)
RISE = open_case(CaseKind.PROMOTION, 7, "member", NOW, policy_version=1, target="administrator")
SILENCE = open_case(CaseKind.INACTIVITY, 7, "member", NOW, policy_version=1)
ALL = ("approve", "not yet", "notice", "snooze", "dismiss", "close", "reopen")


def decided(case: Case, move: Move, who: int = ANN, why: str = "because") -> Case:
    after = decide(case, move, who, SOON, why=why)
    assert isinstance(after, Case)
    return after


def refused(case: Case, move: Move, who: int = ANN, **fields: object) -> Refusal:
    after = decide(case, move, who, LATER, **({"why": "because"} | fields))  # type: ignore[arg-type]
    assert isinstance(after, Refusal)
    return after


@pytest.mark.parametrize(
    ("case", "move", "state", "holds_days"),
    [
        (RISE, Move.APPROVE, CaseState.APPROVED, None),
        (RISE, Move.NOT_YET, CaseState.NOT_YET, 30),
        (RISE, Move.DISMISS, CaseState.DISMISSED, 60),
        (RISE, Move.CLOSE, CaseState.CLOSED, None),
        (SILENCE, Move.APPROVE, CaseState.APPROVED, None),
        (SILENCE, Move.NOTICE, CaseState.NOTICED, None),
        (SILENCE, Move.SNOOZE, CaseState.SNOOZED, 14),
        (SILENCE, Move.DISMISS, CaseState.DISMISSED, 60),
    ],
)
def test_a_decision_is_kept_with_who_when_why_and_until(
    case: Case, move: Move, state: CaseState, holds_days: int | None
) -> None:
    after = decide(case, move, ANN, SOON, why=" because ", numbers=["4 messages"])
    assert isinstance(after, Case)
    assert after.history[:-1] == case.history
    last = after.last
    assert (last.move, last.state, last.who, last.at) == (move, state, ANN, SOON)
    assert (last.why, last.numbers) == ("because", ("4 messages",))
    assert last.until_at == (None if holds_days is None else SOON + days(holds_days))


def test_a_day_of_one_s_own_goes_before_the_policy_s() -> None:
    after = decide(SILENCE, Move.SNOOZE, ANN, SOON, until_at=LATER)
    assert isinstance(after, Case)
    assert after.until_at == LATER
    past = refused(SILENCE, Move.SNOOZE, until_at=SOON)
    assert past.words == "The day until which it holds has to lie ahead."


@pytest.mark.parametrize("move", [Move.NOT_YET, Move.DISMISS, Move.CLOSE])
def test_what_others_must_understand_needs_a_reason(move: Move) -> None:
    assert refused(RISE, move, why="  ").words.startswith("Say why")


def test_a_second_press_does_nothing_twice() -> None:
    approved = decided(RISE, Move.APPROVE)
    assert refused(approved, Move.APPROVE) == Refusal("You approved this already, 2 days ago.", ANN)
    assert refused(approved, Move.APPROVE, seen=1).words.startswith("You approved this already")


def test_two_officers_at_once_the_second_is_told_of_the_first() -> None:
    put_off = decided(RISE, Move.NOT_YET, why="too new")
    assert refused(put_off, Move.APPROVE, BOB, seen=1) == Refusal(
        'Somebody else said "not yet" 2 days ago: too new. Look at it again.', ANN
    )
    assert refused(put_off, Move.APPROVE, ANN, seen=1).words.startswith('You said "not yet"')
    assert refused(put_off, Move.APPROVE, BOB).words == (
        'That cannot be done now. Somebody else said "not yet" 2 days ago: too new.'
    )


def test_a_card_of_before_is_stale_even_where_the_deed_would_be_possible() -> None:
    noticed = decided(SILENCE, Move.NOTICE, why="")
    assert refused(noticed, Move.SNOOZE, BOB, seen=1).words == (
        "Somebody else gave them a notice 2 days ago. Look at it again."
    )
    assert isinstance(decide(noticed, Move.NOTICE, ANN, LATER, seen=2), Case)


def test_a_member_who_has_left_is_a_clear_word() -> None:
    gone = after_wom(RISE, None, LADDER, SOON)
    assert refused(gone, Move.APPROVE, seen=1).words == (
        "This has been closed for 2 days: left the clan. Look at it again."
    )
    assert refused(gone, Move.REOPEN).words == (
        "That cannot be done now. This has been closed for 2 days: left the clan."
    )


def test_a_second_officer_has_to_be_another_one() -> None:
    first = decide(RISE, Move.APPROVE, ANN, SOON, rules=STRICT)
    assert isinstance(first, Case)
    assert first.state is CaseState.SECONDING
    again = decide(first, Move.APPROVE, ANN, LATER, seen=2, rules=STRICT)
    assert again == Refusal("You approved this; now a second officer has to agree.", ANN)
    second = decide(first, Move.APPROVE, BOB, LATER, seen=2, rules=STRICT)
    assert isinstance(second, Case)
    assert second.state is CaseState.APPROVED
    withdrawn = decide(first, Move.REOPEN, ANN, LATER, seen=2, rules=STRICT)
    assert isinstance(withdrawn, Case)
    assert withdrawn.state is CaseState.OPEN


@pytest.mark.parametrize(
    ("case", "moves"),
    [
        (RISE, "approve, not yet, dismiss, close"),
        (SILENCE, "approve, notice, snooze, dismiss, close"),
        (decided(SILENCE, Move.NOTICE), "approve, notice, snooze, dismiss, close, reopen"),
        (decided(SILENCE, Move.SNOOZE), "approve, notice, snooze, dismiss, close, reopen"),
        (decided(RISE, Move.APPROVE), "close, reopen"),
        (decided(RISE, Move.NOT_YET), "reopen"),
        (decided(RISE, Move.DISMISS), "reopen"),
        (decided(RISE, Move.CLOSE), "reopen"),
        (after_wom(RISE, "onyx", LADDER, SOON), ""),
    ],
)
def test_a_card_offers_only_what_can_be_done(case: Case, moves: str) -> None:
    assert ", ".join(possible_moves(case)) == moves


presses = st.lists(
    st.tuples(st.sampled_from(list(Move)[1:]), st.sampled_from([ANN, BOB]), st.booleans()),
    max_size=8,
)


@given(st.sampled_from([RISE, SILENCE]), presses, st.sampled_from([STRICT, CasePolicy()]))
def test_whatever_is_pressed_history_only_grows_and_no_offer_is_refused(
    case: Case, pressed: list[tuple[Move, int, bool]], rules: CasePolicy
) -> None:
    for move, who, is_fresh in pressed:
        offered = move in possible_moves(case)
        seen = case.revision if is_fresh else case.revision - 1
        after = decide(case, move, who, SOON, why="why", seen=seen, rules=rules)
        if isinstance(after, Refusal):
            assert after.words.endswith(".")
            assert not (offered and is_fresh) or case.state is CaseState.SECONDING
        else:
            assert offered
            assert is_fresh
            assert after.history[:-1] == case.history
            assert after.state not in OVER or after.last.why
            case = after

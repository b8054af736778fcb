"""WOM, life and time speak before whoever pressed; and a late press opens nothing twice."""

from dataclasses import replace

import pytest

from bot.clan.case_actions import ActionContext, CaseAction, CaseOutcome, by_itself, pressed
from bot.clan.cases import Case, CaseEntry, CaseKind, CaseState, Life, Move, extended, open_case
from bot.clan.decisions import Refusal
from bot.clan.policy import CasePolicy
from tests.bot.clan.portraits import LADDER, NOW, days

ANN, BOB = 1001, 1002
SOON, LATER = NOW + days(1), NOW + days(3)
RISE = open_case(
    CaseKind.PROMOTION, 7, "member", NOW, policy_version=1, target="administrator", numbers=["then"]
)
SILENCE = open_case(CaseKind.INACTIVITY, 7, "member", NOW, policy_version=1)
UNWANTED = Refusal("Nobody suggests this.")


def after(
    case: Case, move: Move, state: CaseState, who: int | None = ANN, **fields: object
) -> Case:
    return extended(case, CaseEntry(move, state, who, SOON, "because", **fields))  # type: ignore[arg-type]


def press(  # noqa: PLR0913 - all that a press is judged by
    move: Move,
    known: Case | None,
    *,
    seen: int = 0,
    who: int = BOB,
    offer: Case | Refusal = RISE,
    role: str | None = "member",
    rules: CasePolicy = CasePolicy(),  # noqa: B008 - frozen
    late: float = 3,
) -> CaseOutcome:
    kind = CaseKind.PROMOTION if known is None else known.kind
    word = ActionContext(who, NOW + days(late), "so it is", numbers=("now",))
    made = CaseAction(kind, 7, move, seen)
    return pressed(made, word, known, offer, role=role, ladder=LADDER, rules=rules)


def test_a_first_press_opens_the_case_and_decides_on_it() -> None:
    came = press(Move.APPROVE, None)
    assert came.refusal is None
    assert came.case is not None
    assert [entry.state for entry in came.case.history] == [CaseState.OPEN, CaseState.APPROVED]
    assert [entry.numbers for entry in came.case.history] == [("then",), ()]
    assert came.grown == (came.case,)


def test_who_is_not_suggested_any_more_gets_no_case() -> None:
    assert press(Move.APPROVE, None, offer=UNWANTED) == CaseOutcome(None, UNWANTED)


def test_a_standing_case_goes_on_with_the_numbers_of_now() -> None:
    came = press(Move.APPROVE, RISE, seen=1, offer=UNWANTED)
    assert came.case is not None
    assert came.case.history[:-1] == RISE.history
    assert came.case.last.numbers == ("now",)


@pytest.mark.parametrize("seen", [0, 1])
def test_a_card_that_is_behind_is_refused_and_nothing_grows(seen: int) -> None:
    approved = after(RISE, Move.APPROVE, CaseState.APPROVED)
    came = press(Move.NOT_YET, approved, seen=seen)
    assert came.refusal == Refusal(
        "Somebody else approved this 2 days ago: because. Look at it again.", ANN
    )
    assert (came.case, came.grown) == (approved, ())


@pytest.mark.parametrize("known", [None, RISE, SILENCE])
def test_about_somebody_who_left_there_is_nothing_to_decide(known: Case | None) -> None:
    came = press(Move.APPROVE, known, seen=1, role=None)
    assert came.refusal is not None
    assert "not in the clan any more" in came.refusal.words
    assert came.grown == (() if known is None else (came.case,))
    assert came.case is None or came.case.last.why == "left the clan"


def test_what_wom_showed_meanwhile_is_kept_though_the_press_is_refused() -> None:
    came = press(Move.NOT_YET, after(RISE, Move.APPROVE, CaseState.APPROVED), seen=2, role="onyx")
    assert came.refusal is not None
    assert came.refusal.words.endswith("This has been done for under a minute: now Onyx.")
    assert [case.state for case in came.grown] == [CaseState.DONE]


def test_a_snooze_that_is_over_does_not_make_the_card_stale() -> None:
    snoozed = after(SILENCE, Move.SNOOZE, CaseState.SNOOZED, until_at=LATER)
    came = press(Move.NOTICE, snoozed, seen=2)
    assert came.refusal is None
    assert came.case is not None
    assert [entry.state for entry in came.case.history[1:]] == ["snoozed", "open", "noticed"]
    assert came.grown == (came.case,)


def test_once_a_cooldown_is_over_the_next_case_may_begin() -> None:
    put_off = replace(after(RISE, Move.NOT_YET, CaseState.NOT_YET, until_at=LATER), case_id=5)
    came = press(Move.APPROVE, put_off)
    assert came.refusal is None
    assert [(case.case_id, case.state) for case in came.grown] == [
        (5, CaseState.CLOSED),
        (None, CaseState.APPROVED),
    ]
    refused = press(Move.APPROVE, put_off, offer=UNWANTED)
    assert (refused.refusal, [case.case_id for case in refused.grown]) == (UNWANTED, [5])
    early = press(Move.APPROVE, put_off, late=2)
    assert early.refusal is not None
    assert 'said "not yet"' in early.refusal.words


def test_two_who_close_the_same_suggestion_close_one_case() -> None:
    closed = after(RISE, Move.CLOSE, CaseState.CLOSED)
    for who, told in ((ANN, "You closed this already"), (BOB, "Somebody else closed this")):
        came = press(Move.CLOSE, closed, who=who, late=1)
        assert came.refusal is not None
        assert came.refusal.words.startswith(told)
        assert came.refusal.by == ANN
    assert press(Move.CLOSE, closed, late=2).refusal is None


def test_what_somebody_closed_is_reopened_and_what_wom_ended_is_not() -> None:
    again = press(Move.REOPEN, after(RISE, Move.CLOSE, CaseState.CLOSED), seen=2, offer=UNWANTED)
    assert again.case is not None
    assert again.case.state is CaseState.OPEN
    ended = after(RISE, Move.CLOSE, CaseState.CLOSED, who=None)
    refused = press(Move.REOPEN, ended, seen=2, offer=UNWANTED)
    assert refused.refusal is not None
    assert refused.refusal.words.startswith("That cannot be done now.")


def test_the_second_officer_must_be_another_one() -> None:
    strict = CasePolicy(second_officer=True)
    first = press(Move.APPROVE, None, who=ANN, rules=strict).case
    assert first is not None
    assert first.state is CaseState.SECONDING
    refused = press(Move.APPROVE, first, seen=2, who=ANN, rules=strict).refusal
    assert refused is not None
    assert "second officer" in refused.words
    second = press(Move.APPROVE, first, seen=2, who=BOB, rules=strict).case
    assert second is not None
    assert second.state is CaseState.APPROVED


WROTE = Life(LATER, "wrote")


def test_by_itself_leaving_goes_before_life_and_life_before_time() -> None:
    snoozed = after(SILENCE, Move.SNOOZE, CaseState.SNOOZED, until_at=LATER)
    assert by_itself(snoozed, None, LADDER, LATER, WROTE).last.why == "left the clan"
    assert by_itself(snoozed, "member", LADDER, LATER, WROTE).last.why == "active again: wrote"
    assert by_itself(snoozed, "member", LADDER, LATER).last.why == "the snooze is over"
    assert by_itself(snoozed, "member", LADDER, SOON) is snoozed

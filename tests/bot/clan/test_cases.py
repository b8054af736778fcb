"""A case's history only grows; WOM, time and new activity end it by themselves."""

from datetime import datetime

import pytest

from bot.clan.cases import (
    OVER,
    Case,
    CaseEntry,
    CaseKind,
    CaseState,
    Life,
    Move,
    after_life,
    after_time,
    after_wom,
    extended,
    open_case,
    rests_until,
)
from tests.bot.clan.portraits import LADDER, NOW, days

LATER = NOW + days(3)
WROTE = Life(LATER, "wrote")


def promotion(state: CaseState = CaseState.OPEN, until_at: datetime | None = None) -> Case:
    case = open_case(
        CaseKind.PROMOTION,
        7,
        "member",
        NOW,
        policy_version=3,
        target="administrator",
        numbers=["why"],
    )
    if state is CaseState.OPEN:
        return case
    return extended(case, CaseEntry(Move.APPROVE, state, 1001, NOW, until_at=until_at))


def inactivity(state: CaseState = CaseState.OPEN, until_at: datetime | None = None) -> Case:
    case = open_case(CaseKind.INACTIVITY, 7, "member", NOW, policy_version=3, who=1001)
    return extended(case, CaseEntry(Move.NOTICE, state, 1001, NOW, until_at=until_at))


def test_a_case_keeps_what_was_known_when_it_was_opened() -> None:
    case = promotion()
    assert case.history == (CaseEntry(Move.OPEN, CaseState.OPEN, None, NOW, numbers=("why",)),)
    assert (case.state, case.until_at, case.revision) == (CaseState.OPEN, None, 1)
    assert (case.target, case.policy_version) == ("administrator", 3)


@pytest.mark.parametrize(
    ("role", "state", "why"),
    [
        ("member", CaseState.APPROVED, ""),
        ("administrator", CaseState.DONE, "now Administrator"),
        ("onyx", CaseState.DONE, "now Onyx"),
        ("prospector", CaseState.CLOSED, "now Prospector, and judged anew"),
        ("unheard_of", CaseState.CLOSED, "now Unheard Of, and judged anew"),
        (None, CaseState.CLOSED, "left the clan"),
    ],
)
def test_a_promotion_is_done_when_wom_shows_the_rank_or_a_higher_one(
    role: str | None, state: CaseState, why: str
) -> None:
    after = after_wom(promotion(CaseState.APPROVED), role, LADDER, LATER)
    assert (after.state, after.last.why) == (state, why)


def test_a_rank_that_is_not_on_the_ladder_is_reached_by_its_name() -> None:
    assert after_wom(promotion(), "administrator", (), LATER).state is CaseState.DONE
    assert after_wom(promotion(), "onyx", (), LATER).state is CaseState.CLOSED


def test_an_inactive_member_is_done_with_when_wom_shows_that_they_left() -> None:
    assert after_wom(inactivity(), None, LADDER, LATER).state is CaseState.DONE
    assert after_wom(inactivity(), "onyx", LADDER, LATER) == inactivity()


@pytest.mark.parametrize("state", sorted(OVER))
def test_what_is_over_stays_so(state: CaseState) -> None:
    for case in (promotion(state), inactivity(state)):
        assert after_wom(case, None, LADDER, LATER) is case
        assert after_life(case, WROTE, LATER) is case


def test_new_activity_closes_a_case_of_inactivity_that_waits() -> None:
    after = after_life(inactivity(CaseState.NOTICED), WROTE, LATER)
    assert (after.state, after.last.who) == (CaseState.CLOSED, None)
    assert after.last.why == "active again: wrote"
    approved = inactivity(CaseState.APPROVED)
    assert after_life(approved, WROTE, LATER) is approved
    assert after_life(promotion(), WROTE, LATER) == promotion()


def test_what_they_did_before_a_case_was_opened_does_not_close_it() -> None:
    noticed = inactivity(CaseState.NOTICED)
    before = Life(noticed.history[0].at, "wrote")
    assert after_life(noticed, before, LATER) is noticed


def test_time_opens_what_was_snoozed_and_closes_what_was_put_off() -> None:
    assert after_time(inactivity(CaseState.SNOOZED, LATER), LATER).state is CaseState.OPEN
    assert after_time(promotion(CaseState.NOT_YET, LATER), LATER).state is CaseState.CLOSED
    assert after_time(promotion(CaseState.DISMISSED, LATER), LATER).state is CaseState.CLOSED
    early = promotion(CaseState.NOT_YET, LATER)
    assert after_time(early, LATER - days(1)) is early
    assert after_time(promotion(), LATER) == promotion()


def test_a_player_rests_until_the_last_decision_of_the_kind_is_over() -> None:
    cases = [
        promotion(CaseState.NOT_YET, LATER),
        promotion(CaseState.DISMISSED, LATER + days(2)),
        inactivity(CaseState.SNOOZED, LATER + days(9)),
        promotion(),
    ]
    assert rests_until(cases, CaseKind.PROMOTION, NOW) == LATER + days(2)
    assert rests_until(cases, CaseKind.INACTIVITY, NOW) == LATER + days(9)
    assert rests_until(cases, CaseKind.PROMOTION, LATER + days(2)) is None

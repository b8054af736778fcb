"""What each deed makes of links: nobody takes what is sure, and whoever comes second is told."""

from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.clan import linking
from bot.clan.linking import (
    MOST_OPEN_CLAIMS,
    LinkAction,
    LinkPair,
    LinkRefusal,
    LinkState,
    Ruling,
    Tied,
    Ties,
    own_matter,
)

NOW = datetime(2026, 11, 20, tzinfo=UTC)
BEFORE = NOW - timedelta(days=3)
ANN, BEN, OFFICER = 101, 102, 999
SPEAKER = linking.speaker_key(7)


def tied(
    player_id: int, user_id: int, state: LinkState = LinkState.CLAIMED, *, main: bool = False
) -> Tied:
    decided = {} if state is LinkState.CLAIMED else {"decided_at": BEFORE, "decided_by": OFFICER}
    return Tied(player_id, user_id, state, BEFORE, main, **decided)  # type: ignore[arg-type]


def of(*ties: Tied) -> dict[LinkPair, Tied]:
    return {tie.pair: tie for tie in ties}


def after(ties: Ties, ruling: Ruling) -> dict[LinkPair, Tied]:
    assert ruling.refusal is None
    return {**ties, **of(*ruling.changes)}


def states(ties: Ties) -> dict[LinkPair, LinkState]:
    return {pair: tie.state for pair, tie in ties.items()}


def test_a_claim_is_a_claim_and_nothing_more() -> None:
    ruling = linking.claimed({}, LinkPair(1, ANN), NOW)
    assert ruling == Ruling((Tied(1, ANN, LinkState.CLAIMED, NOW),))


@pytest.mark.parametrize(
    ("tie", "refusal"),
    [
        (tied(1, ANN), LinkRefusal.YOURS),
        (tied(1, ANN, LinkState.CONFIRMED), LinkRefusal.YOURS),
        (tied(1, BEN, LinkState.CONFIRMED), LinkRefusal.TAKEN),
        (tied(1, ANN, LinkState.REJECTED), LinkRefusal.REJECTED),
    ],
)
def test_a_claim_is_refused_for_what_is_decided(tie: Tied, refusal: LinkRefusal) -> None:
    assert linking.claimed(of(tie), LinkPair(1, ANN), NOW) == Ruling(refusal=refusal)


@pytest.mark.parametrize("tie", [tied(1, BEN), tied(1, BEN, LinkState.REJECTED), tied(1, SPEAKER)])
def test_a_claim_beside_another_s_claim_stands(tie: Tied) -> None:
    assert linking.claimed(of(tie), LinkPair(1, ANN), NOW).refusal is None


def test_what_has_ended_can_be_claimed_again() -> None:
    ties = of(tied(1, ANN, LinkState.ENDED))
    assert after(ties, linking.claimed(ties, LinkPair(1, ANN), NOW)) == of(
        Tied(1, ANN, LinkState.CLAIMED, NOW)
    )


def test_nobody_claims_the_whole_clan() -> None:
    ties = of(*(tied(player, ANN) for player in range(1, MOST_OPEN_CLAIMS + 1)))
    assert linking.claimed(ties, LinkPair(99, ANN), NOW).refusal is LinkRefusal.TOO_MANY
    assert linking.claimed(ties, LinkPair(99, BEN), NOW).refusal is None


def test_three_claims_wait_at_most_and_what_an_officer_kept_is_none_of_them() -> None:
    assert MOST_OPEN_CLAIMS == 3
    ties = of(*(tied(player, ANN) for player in (1, 2)), tied(3, ANN, main=True))
    ties = after(ties, linking.claimed(ties, LinkPair(4, ANN), NOW))
    assert linking.claimed(ties, LinkPair(5, ANN), NOW).refusal is LinkRefusal.TOO_MANY


def test_who_was_known_by_name_keeps_that_account_when_another_is_confirmed() -> None:
    ruling = linking.confirmed({}, LinkPair(2, ANN), OFFICER, NOW, by_name=1)
    assert ruling.changes[1:] == (Tied(1, ANN, LinkState.CLAIMED, NOW, is_main=True),)
    own = of(tied(1, ANN))
    kept = linking.confirmed(own, LinkPair(2, ANN), OFFICER, NOW, by_name=1).changes[1:]
    assert kept == (tied(1, ANN, main=True),)
    ended = of(tied(1, ANN, LinkState.ENDED))
    (again,) = linking.confirmed(ended, LinkPair(2, ANN), OFFICER, NOW, by_name=1).changes[1:]
    assert again == Tied(1, ANN, LinkState.CLAIMED, NOW, is_main=True)
    with_links = of(tied(5, ANN, LinkState.CONFIRMED))
    assert (
        len(linking.confirmed(with_links, LinkPair(2, ANN), OFFICER, NOW, by_name=1).changes) == 1
    )
    assert len(linking.confirmed({}, LinkPair(1, ANN), OFFICER, NOW, by_name=1).changes) == 1


def test_a_claim_is_pending_until_an_officer_makes_it_more() -> None:
    assert tied(1, ANN).is_pending
    assert not tied(1, ANN, main=True).is_pending
    assert not tied(1, ANN, LinkState.CONFIRMED).is_pending


@pytest.mark.parametrize("action", LinkAction)
def test_nobody_decides_in_their_own_matter_but_everybody_may_give_up(action: LinkAction) -> None:
    for state in (LinkState.CLAIMED, LinkState.CONFIRMED, LinkState.ENDED):
        ties = of(tied(1, ANN, state))
        assert own(action, LinkPair(1, ANN), ties) is (action is not LinkAction.END)
    assert not own(action, LinkPair(1, BEN), {})
    assert not own(action, LinkPair(1, BEN), of(tied(1, ANN, LinkState.REJECTED)))


def test_who_claims_an_account_confirms_another_s_claim_on_it_but_rejects_none() -> None:
    ties = of(tied(1, ANN), tied(1, BEN))
    assert not own(LinkAction.CONFIRM, LinkPair(1, BEN), ties)
    assert own(LinkAction.REJECT, LinkPair(1, BEN), ties)


def test_a_speaker_is_one_s_own_matter_when_the_account_is() -> None:
    assert own(LinkAction.CONFIRM, LinkPair(1, SPEAKER), of(tied(1, ANN, LinkState.CONFIRMED)))
    assert not own(LinkAction.CONFIRM, LinkPair(1, SPEAKER), of(tied(1, BEN, LinkState.CONFIRMED)))


def test_the_owner_of_the_server_may_confirm_their_own_and_no_more() -> None:
    may = {
        action for action in LinkAction if not own(action, LinkPair(1, ANN), {}, owns_server=True)
    }
    assert may == {LinkAction.CONFIRM, LinkAction.CONFIRM_ALL, LinkAction.MARK_ALT, LinkAction.END}


@pytest.mark.parametrize("action", LinkAction)
def test_who_bears_an_account_s_name_decides_about_nobody_else_s_link_to_it(
    action: LinkAction,
) -> None:
    confirming = {LinkAction.CONFIRM, LinkAction.CONFIRM_ALL, LinkAction.MARK_ALT}
    found = own_matter(action, LinkPair(1, BEN), {}, ANN, owns_server=False, bears_name=True)
    assert found is (action not in confirming)
    speaker = own_matter(action, LinkPair(1, SPEAKER), {}, ANN, owns_server=False, bears_name=True)
    assert speaker is (action is not LinkAction.END)
    assert not own_matter(
        LinkAction.END, LinkPair(1, ANN), {}, ANN, owns_server=False, bears_name=True
    )


def own(action: LinkAction, pair: LinkPair, ties: Ties, *, owns_server: bool = False) -> bool:
    return own_matter(action, pair, ties, ANN, owns_server=owns_server)


def test_confirming_one_claim_ends_the_others() -> None:
    ties = of(tied(1, ANN), tied(1, BEN, main=True), tied(2, BEN), tied(1, SPEAKER))
    found = after(ties, linking.confirmed(ties, LinkPair(1, ANN), OFFICER, NOW))
    assert states(found) == {
        LinkPair(1, ANN): LinkState.CONFIRMED,
        LinkPair(1, BEN): LinkState.ENDED,
        LinkPair(2, BEN): LinkState.CLAIMED,
        LinkPair(1, SPEAKER): LinkState.CLAIMED,
    }
    assert not found[LinkPair(1, BEN)].is_main
    sure = found[LinkPair(1, ANN)]
    assert (sure.claimed_at, sure.decided_at, sure.decided_by) == (BEFORE, NOW, OFFICER)


def test_the_second_officer_is_told_and_changes_nothing() -> None:
    ties = of(tied(1, ANN, LinkState.CONFIRMED))
    for action, pair, refusal in (
        (linking.confirmed, LinkPair(1, ANN), LinkRefusal.ALREADY),
        (linking.confirmed, LinkPair(1, BEN), LinkRefusal.TAKEN),
        (linking.rejected, LinkPair(1, ANN), LinkRefusal.CHANGED),
    ):
        assert action(ties, pair, OFFICER, NOW) == Ruling(refusal=refusal)
    rejected = of(tied(1, ANN, LinkState.REJECTED))
    assert linking.rejected(rejected, LinkPair(1, ANN), OFFICER, NOW).refusal is LinkRefusal.ALREADY


def test_an_officer_may_confirm_what_was_rejected_before() -> None:
    ties = of(tied(1, ANN, LinkState.REJECTED))
    found = after(ties, linking.confirmed(ties, LinkPair(1, ANN), OFFICER, NOW))
    assert found[LinkPair(1, ANN)].state is LinkState.CONFIRMED


def test_a_pair_that_nobody_claimed_can_be_rejected() -> None:
    (wrong,) = linking.rejected({}, LinkPair(1, ANN), OFFICER, NOW).changes
    assert (wrong.state, wrong.decided_by) == (LinkState.REJECTED, OFFICER)


def test_unlinking_ends_claims_and_confirmed_links_and_nothing_else() -> None:
    for state in LinkState:
        ties = of(tied(1, ANN, state, main=True))
        ruling = linking.unlinked(ties, LinkPair(1, ANN), ANN, NOW)
        if state in {LinkState.CLAIMED, LinkState.CONFIRMED}:
            (ended,) = ruling.changes
            assert (ended.state, ended.is_main, ended.decided_by) == (LinkState.ENDED, False, ANN)
        else:
            assert ruling.refusal is LinkRefusal.NOT_LINKED
    assert linking.unlinked({}, LinkPair(1, ANN), ANN, NOW).refusal is LinkRefusal.NOT_LINKED


def test_a_person_has_one_main_account() -> None:
    ties = of(tied(1, ANN, main=True), tied(2, ANN, LinkState.CONFIRMED), tied(3, BEN, main=True))
    found = after(ties, linking.made_main(ties, LinkPair(2, ANN)))
    assert [pair for pair, tie in found.items() if tie.is_main] == [
        LinkPair(2, ANN),
        LinkPair(3, BEN),
    ]
    assert linking.made_main(found, LinkPair(2, ANN)).refusal is LinkRefusal.ALREADY
    assert linking.made_main(found, LinkPair(2, BEN)).refusal is LinkRefusal.NOT_LINKED


def test_an_alt_is_confirmed_beside_the_main_account() -> None:
    ties = of(tied(1, ANN, LinkState.CONFIRMED))
    found = after(ties, linking.marked_alt(ties, LinkPair(2, ANN), OFFICER, NOW, main=1))
    assert (found[LinkPair(1, ANN)].is_main, found[LinkPair(2, ANN)].is_main) == (True, False)
    assert found[LinkPair(2, ANN)].state is LinkState.CONFIRMED
    again = linking.marked_alt(found, LinkPair(2, ANN), OFFICER, NOW, main=1)
    assert again.refusal is LinkRefusal.ALREADY


def test_the_main_account_marked_as_alt_gives_way_to_the_other() -> None:
    ties = of(tied(1, ANN, LinkState.CONFIRMED, main=True), tied(2, ANN, LinkState.CONFIRMED))
    found = after(ties, linking.marked_alt(ties, LinkPair(1, ANN), OFFICER, NOW, main=2))
    assert (found[LinkPair(1, ANN)].is_main, found[LinkPair(2, ANN)].is_main) == (False, True)


def test_an_alt_of_somebody_known_by_name_makes_that_account_a_claim() -> None:
    found = after({}, linking.marked_alt({}, LinkPair(2, ANN), OFFICER, NOW, main=1, by_name=1))
    assert states(found) == {
        LinkPair(2, ANN): LinkState.CONFIRMED,
        LinkPair(1, ANN): LinkState.CLAIMED,
    }
    assert found[LinkPair(1, ANN)].is_main


def test_an_alt_of_somebody_who_claims_their_own_name_is_kept_once() -> None:
    ties = of(tied(1, ANN))
    ruling = linking.marked_alt(ties, LinkPair(2, ANN), OFFICER, NOW, main=1, by_name=1)
    assert [change.pair for change in ruling.changes] == [LinkPair(2, ANN), LinkPair(1, ANN)]
    assert after(ties, ruling)[LinkPair(1, ANN)].is_main


@pytest.mark.parametrize(("pair", "main"), [(LinkPair(1, ANN), None), (LinkPair(1, ANN), 1)])
def test_somebody_s_only_account_is_no_alt(pair: LinkPair, main: int | None) -> None:
    assert linking.marked_alt({}, pair, OFFICER, NOW, main).refusal is LinkRefusal.NO_MAIN


def test_an_account_that_is_taken_is_nobody_else_s_alt() -> None:
    ties = of(tied(2, BEN, LinkState.CONFIRMED))
    assert (
        linking.marked_alt(ties, LinkPair(2, ANN), OFFICER, NOW, main=1).refusal
        is LinkRefusal.TAKEN
    )


def test_a_speaker_is_one_player_but_a_player_may_speak_under_many_names() -> None:
    ties = after({}, linking.confirmed({}, LinkPair(1, SPEAKER), OFFICER, NOW))
    assert linking.confirmed(ties, LinkPair(2, SPEAKER), OFFICER, NOW).refusal is LinkRefusal.TAKEN
    assert linking.confirmed(ties, LinkPair(1, SPEAKER - 1), OFFICER, NOW).refusal is None
    assert linking.confirmed(ties, LinkPair(1, ANN), OFFICER, NOW).refusal is None
    assert (
        linking.marked_alt(ties, LinkPair(1, SPEAKER), OFFICER, NOW, 2).refusal
        is LinkRefusal.NO_MAIN
    )


def test_of_two_people_for_one_account_neither_is_confirmed() -> None:
    pairs = [LinkPair(1, ANN), LinkPair(1, BEN), LinkPair(2, BEN), LinkPair(3, BEN)]
    rivals = dict.fromkeys(pairs[:2], LinkRefusal.RIVALS)
    for action in (LinkAction.CONFIRM, LinkAction.MARK_ALT, LinkAction.CONFIRM_ALL):
        assert linking.asked_in_vain(action, pairs) == rivals
    assert linking.asked_in_vain(LinkAction.REJECT, pairs) == {}
    assert linking.asked_in_vain(LinkAction.CONFIRM, [*pairs[:1], *pairs[:1]]) == {}


def test_of_two_accounts_for_one_speaker_neither_is_confirmed() -> None:
    pairs = [LinkPair(1, SPEAKER), LinkPair(2, SPEAKER)]
    rivals = dict.fromkeys(pairs, LinkRefusal.RIVALS)
    assert linking.asked_in_vain(LinkAction.CONFIRM, pairs) == rivals
    many_names = [LinkPair(1, SPEAKER), LinkPair(1, SPEAKER - 1), LinkPair(1, ANN)]
    assert linking.asked_in_vain(LinkAction.CONFIRM, many_names) == {}


def test_half_a_pair_names_nobody_to_decide_about() -> None:
    halves = [LinkPair(1, 0), LinkPair(0, ANN)]
    nobody = dict.fromkeys(halves, LinkRefusal.NOBODY)
    for action in (LinkAction.CONFIRM, LinkAction.REJECT):
        assert linking.asked_in_vain(action, [*halves, LinkPair(1, ANN)]) == nobody


PAIRS = st.builds(LinkPair, st.integers(1, 3), st.sampled_from([ANN, BEN, 103]))
ACTIONS = st.lists(
    st.tuples(st.sampled_from(["claim", "confirm", "reject", "unlink", "main", "alt"]), PAIRS),
    max_size=30,
)


def ruled(ties: Ties, action: str, pair: LinkPair) -> Ruling:
    mine = [tie.player_id for tie in ties.values() if tie.stands and tie.user_id == pair.user_id]
    main = next((each for each in mine if each != pair.player_id), None)
    if action == "claim":
        return linking.claimed(ties, pair, NOW)
    if action == "main":
        return linking.made_main(ties, pair)
    if action == "alt":
        return linking.marked_alt(ties, pair, OFFICER, NOW, main)
    decided = {
        "confirm": linking.confirmed,
        "reject": linking.rejected,
        "unlink": linking.unlinked,
    }
    return decided[action](ties, pair, OFFICER, NOW)


@given(ACTIONS)
def test_whatever_is_done_a_player_is_confirmed_for_one_and_a_person_has_one_main(
    actions: list[tuple[str, LinkPair]],
) -> None:
    ties: dict[LinkPair, Tied] = {}
    for action, pair in actions:
        ruling = ruled(ties, action, pair)
        assert bool(ruling.changes) is (ruling.refusal is None)
        ties |= of(*ruling.changes)
        sure = [tie.player_id for tie in ties.values() if tie.state is LinkState.CONFIRMED]
        mains = [tie.user_id for tie in ties.values() if tie.is_main]
        assert len(sure) == len(set(sure))
        assert len(mains) == len(set(mains))
        assert all(tie.stands for tie in ties.values() if tie.is_main)

"""What each deed makes of links: nobody takes what is sure, and whoever comes second is told."""

from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.clan import linking
from bot.clan.linking import MOST_OPEN_CLAIMS, LinkDeed, Pair, Refusal, Ruling, State, Tied, Ties

NOW = datetime(2026, 11, 20, tzinfo=UTC)
BEFORE = NOW - timedelta(days=3)
ANN, BEN, OFFICER = 101, 102, 999
SPEAKER = linking.speaker_key(7)


def tied(player_id: int, user_id: int, state: State = State.CLAIMED, *, main: bool = False) -> Tied:
    decided = {} if state is State.CLAIMED else {"decided_at": BEFORE, "decided_by": OFFICER}
    return Tied(player_id, user_id, state, BEFORE, main, **decided)  # type: ignore[arg-type]


def of(*ties: Tied) -> dict[Pair, Tied]:
    return {tie.pair: tie for tie in ties}


def after(ties: Ties, ruling: Ruling) -> dict[Pair, Tied]:
    assert ruling.refusal is None
    return {**ties, **of(*ruling.changes)}


def states(ties: Ties) -> dict[Pair, State]:
    return {pair: tie.state for pair, tie in ties.items()}


def test_a_claim_is_a_claim_and_nothing_more() -> None:
    ruling = linking.claimed({}, Pair(1, ANN), NOW)
    assert ruling == Ruling((Tied(1, ANN, State.CLAIMED, NOW),))


@pytest.mark.parametrize(
    ("tie", "refusal"),
    [
        (tied(1, ANN), Refusal.YOURS),
        (tied(1, ANN, State.CONFIRMED), Refusal.YOURS),
        (tied(1, BEN, State.CONFIRMED), Refusal.TAKEN),
        (tied(1, ANN, State.REJECTED), Refusal.REJECTED),
    ],
)
def test_a_claim_is_refused_for_what_is_decided(tie: Tied, refusal: Refusal) -> None:
    assert linking.claimed(of(tie), Pair(1, ANN), NOW) == Ruling(refusal=refusal)


@pytest.mark.parametrize("tie", [tied(1, BEN), tied(1, BEN, State.REJECTED), tied(1, SPEAKER)])
def test_a_claim_beside_another_s_claim_stands(tie: Tied) -> None:
    assert linking.claimed(of(tie), Pair(1, ANN), NOW).refusal is None


def test_what_has_ended_can_be_claimed_again() -> None:
    ties = of(tied(1, ANN, State.ENDED))
    assert after(ties, linking.claimed(ties, Pair(1, ANN), NOW)) == of(
        Tied(1, ANN, State.CLAIMED, NOW)
    )


def test_nobody_claims_the_whole_clan() -> None:
    ties = of(*(tied(player, ANN) for player in range(1, MOST_OPEN_CLAIMS + 1)))
    assert linking.claimed(ties, Pair(99, ANN), NOW).refusal is Refusal.TOO_MANY
    assert linking.claimed(ties, Pair(99, BEN), NOW).refusal is None


def test_three_claims_wait_at_most_and_what_an_officer_kept_is_none_of_them() -> None:
    assert MOST_OPEN_CLAIMS == 3
    ties = of(*(tied(player, ANN) for player in (1, 2)), tied(3, ANN, main=True))
    ties = after(ties, linking.claimed(ties, Pair(4, ANN), NOW))
    assert linking.claimed(ties, Pair(5, ANN), NOW).refusal is Refusal.TOO_MANY


def test_who_was_known_by_name_keeps_that_account_when_another_is_confirmed() -> None:
    ruling = linking.confirmed({}, Pair(2, ANN), OFFICER, NOW, by_name=1)
    assert ruling.changes[1:] == (Tied(1, ANN, State.CLAIMED, NOW, is_main=True),)
    own = of(tied(1, ANN))
    kept = linking.confirmed(own, Pair(2, ANN), OFFICER, NOW, by_name=1).changes[1:]
    assert kept == (tied(1, ANN, main=True),)
    ended = of(tied(1, ANN, State.ENDED))
    (again,) = linking.confirmed(ended, Pair(2, ANN), OFFICER, NOW, by_name=1).changes[1:]
    assert again == Tied(1, ANN, State.CLAIMED, NOW, is_main=True)
    with_links = of(tied(5, ANN, State.CONFIRMED))
    assert len(linking.confirmed(with_links, Pair(2, ANN), OFFICER, NOW, by_name=1).changes) == 1
    assert len(linking.confirmed({}, Pair(1, ANN), OFFICER, NOW, by_name=1).changes) == 1


def test_a_claim_is_pending_until_an_officer_makes_it_more() -> None:
    assert tied(1, ANN).is_pending
    assert not tied(1, ANN, main=True).is_pending
    assert not tied(1, ANN, State.CONFIRMED).is_pending


@pytest.mark.parametrize("deed", LinkDeed)
def test_nobody_decides_in_their_own_matter_but_everybody_may_give_up(deed: LinkDeed) -> None:
    for state in (State.CLAIMED, State.CONFIRMED, State.ENDED):
        ties = of(tied(1, ANN, state))
        assert own(deed, Pair(1, ANN), ties) is (deed is not LinkDeed.END)
    assert not own(deed, Pair(1, BEN), {})
    assert not own(deed, Pair(1, BEN), of(tied(1, ANN, State.REJECTED)))


def test_who_claims_an_account_confirms_another_s_claim_on_it_but_rejects_none() -> None:
    ties = of(tied(1, ANN), tied(1, BEN))
    assert not own(LinkDeed.CONFIRM, Pair(1, BEN), ties)
    assert own(LinkDeed.REJECT, Pair(1, BEN), ties)


def test_a_speaker_is_one_s_own_matter_when_the_account_is() -> None:
    assert own(LinkDeed.CONFIRM, Pair(1, SPEAKER), of(tied(1, ANN, State.CONFIRMED)))
    assert not own(LinkDeed.CONFIRM, Pair(1, SPEAKER), of(tied(1, BEN, State.CONFIRMED)))


def test_the_owner_of_the_server_may_confirm_their_own_and_no_more() -> None:
    may = {deed for deed in LinkDeed if not own(deed, Pair(1, ANN), {}, owns_server=True)}
    assert may == {LinkDeed.CONFIRM, LinkDeed.CONFIRM_ALL, LinkDeed.MARK_ALT, LinkDeed.END}


def own(deed: LinkDeed, pair: Pair, ties: Ties, *, owns_server: bool = False) -> bool:
    return linking.own_matter(deed, pair, ties, ANN, owns_server=owns_server)


def test_confirming_one_claim_ends_the_others() -> None:
    ties = of(tied(1, ANN), tied(1, BEN, main=True), tied(2, BEN), tied(1, SPEAKER))
    found = after(ties, linking.confirmed(ties, Pair(1, ANN), OFFICER, NOW))
    assert states(found) == {
        Pair(1, ANN): State.CONFIRMED,
        Pair(1, BEN): State.ENDED,
        Pair(2, BEN): State.CLAIMED,
        Pair(1, SPEAKER): State.CLAIMED,
    }
    assert not found[Pair(1, BEN)].is_main
    sure = found[Pair(1, ANN)]
    assert (sure.claimed_at, sure.decided_at, sure.decided_by) == (BEFORE, NOW, OFFICER)


def test_the_second_officer_is_told_and_changes_nothing() -> None:
    ties = of(tied(1, ANN, State.CONFIRMED))
    for deed, pair, refusal in (
        (linking.confirmed, Pair(1, ANN), Refusal.ALREADY),
        (linking.confirmed, Pair(1, BEN), Refusal.TAKEN),
        (linking.rejected, Pair(1, ANN), Refusal.CHANGED),
    ):
        assert deed(ties, pair, OFFICER, NOW) == Ruling(refusal=refusal)
    rejected = of(tied(1, ANN, State.REJECTED))
    assert linking.rejected(rejected, Pair(1, ANN), OFFICER, NOW).refusal is Refusal.ALREADY


def test_an_officer_may_confirm_what_was_rejected_before() -> None:
    ties = of(tied(1, ANN, State.REJECTED))
    found = after(ties, linking.confirmed(ties, Pair(1, ANN), OFFICER, NOW))
    assert found[Pair(1, ANN)].state is State.CONFIRMED


def test_a_pair_that_nobody_claimed_can_be_rejected() -> None:
    (wrong,) = linking.rejected({}, Pair(1, ANN), OFFICER, NOW).changes
    assert (wrong.state, wrong.decided_by) == (State.REJECTED, OFFICER)


def test_unlinking_ends_claims_and_confirmed_links_and_nothing_else() -> None:
    for state in State:
        ties = of(tied(1, ANN, state, main=True))
        ruling = linking.unlinked(ties, Pair(1, ANN), ANN, NOW)
        if state in {State.CLAIMED, State.CONFIRMED}:
            (ended,) = ruling.changes
            assert (ended.state, ended.is_main, ended.decided_by) == (State.ENDED, False, ANN)
        else:
            assert ruling.refusal is Refusal.NOT_LINKED
    assert linking.unlinked({}, Pair(1, ANN), ANN, NOW).refusal is Refusal.NOT_LINKED


def test_a_person_has_one_main_account() -> None:
    ties = of(tied(1, ANN, main=True), tied(2, ANN, State.CONFIRMED), tied(3, BEN, main=True))
    found = after(ties, linking.made_main(ties, Pair(2, ANN)))
    assert [pair for pair, tie in found.items() if tie.is_main] == [Pair(2, ANN), Pair(3, BEN)]
    assert linking.made_main(found, Pair(2, ANN)).refusal is Refusal.ALREADY
    assert linking.made_main(found, Pair(2, BEN)).refusal is Refusal.NOT_LINKED


def test_an_alt_is_confirmed_beside_the_main_account() -> None:
    ties = of(tied(1, ANN, State.CONFIRMED))
    found = after(ties, linking.marked_alt(ties, Pair(2, ANN), OFFICER, NOW, main=1))
    assert (found[Pair(1, ANN)].is_main, found[Pair(2, ANN)].is_main) == (True, False)
    assert found[Pair(2, ANN)].state is State.CONFIRMED
    again = linking.marked_alt(found, Pair(2, ANN), OFFICER, NOW, main=1)
    assert again.refusal is Refusal.ALREADY


def test_the_main_account_marked_as_alt_gives_way_to_the_other() -> None:
    ties = of(tied(1, ANN, State.CONFIRMED, main=True), tied(2, ANN, State.CONFIRMED))
    found = after(ties, linking.marked_alt(ties, Pair(1, ANN), OFFICER, NOW, main=2))
    assert (found[Pair(1, ANN)].is_main, found[Pair(2, ANN)].is_main) == (False, True)


def test_an_alt_of_somebody_known_by_name_makes_that_account_a_claim() -> None:
    found = after({}, linking.marked_alt({}, Pair(2, ANN), OFFICER, NOW, main=1, by_name=1))
    assert states(found) == {Pair(2, ANN): State.CONFIRMED, Pair(1, ANN): State.CLAIMED}
    assert found[Pair(1, ANN)].is_main


def test_an_alt_of_somebody_who_claims_their_own_name_is_kept_once() -> None:
    ties = of(tied(1, ANN))
    ruling = linking.marked_alt(ties, Pair(2, ANN), OFFICER, NOW, main=1, by_name=1)
    assert [change.pair for change in ruling.changes] == [Pair(2, ANN), Pair(1, ANN)]
    assert after(ties, ruling)[Pair(1, ANN)].is_main


@pytest.mark.parametrize(("pair", "main"), [(Pair(1, ANN), None), (Pair(1, ANN), 1)])
def test_somebody_s_only_account_is_no_alt(pair: Pair, main: int | None) -> None:
    assert linking.marked_alt({}, pair, OFFICER, NOW, main).refusal is Refusal.NO_MAIN


def test_an_account_that_is_taken_is_nobody_else_s_alt() -> None:
    ties = of(tied(2, BEN, State.CONFIRMED))
    assert linking.marked_alt(ties, Pair(2, ANN), OFFICER, NOW, main=1).refusal is Refusal.TAKEN


def test_a_speaker_is_one_player_but_a_player_may_speak_under_many_names() -> None:
    ties = after({}, linking.confirmed({}, Pair(1, SPEAKER), OFFICER, NOW))
    assert linking.confirmed(ties, Pair(2, SPEAKER), OFFICER, NOW).refusal is Refusal.TAKEN
    assert linking.confirmed(ties, Pair(1, SPEAKER - 1), OFFICER, NOW).refusal is None
    assert linking.confirmed(ties, Pair(1, ANN), OFFICER, NOW).refusal is None
    assert linking.marked_alt(ties, Pair(1, SPEAKER), OFFICER, NOW, 2).refusal is Refusal.NO_MAIN


PAIRS = st.builds(Pair, st.integers(1, 3), st.sampled_from([ANN, BEN, 103]))
DEEDS = st.lists(
    st.tuples(st.sampled_from(["claim", "confirm", "reject", "unlink", "main", "alt"]), PAIRS),
    max_size=30,
)


def ruled(ties: Ties, deed: str, pair: Pair) -> Ruling:
    mine = [tie.player_id for tie in ties.values() if tie.stands and tie.user_id == pair.user_id]
    main = next((each for each in mine if each != pair.player_id), None)
    if deed == "claim":
        return linking.claimed(ties, pair, NOW)
    if deed == "main":
        return linking.made_main(ties, pair)
    if deed == "alt":
        return linking.marked_alt(ties, pair, OFFICER, NOW, main)
    decided = {
        "confirm": linking.confirmed,
        "reject": linking.rejected,
        "unlink": linking.unlinked,
    }
    return decided[deed](ties, pair, OFFICER, NOW)


@given(DEEDS)
def test_whatever_is_done_a_player_is_confirmed_for_one_and_a_person_has_one_main(
    deeds: list[tuple[str, Pair]],
) -> None:
    ties: dict[Pair, Tied] = {}
    for deed, pair in deeds:
        ruling = ruled(ties, deed, pair)
        assert bool(ruling.changes) is (ruling.refusal is None)
        ties |= of(*ruling.changes)
        sure = [tie.player_id for tie in ties.values() if tie.state is State.CONFIRMED]
        mains = [tie.user_id for tie in ties.values() if tie.is_main]
        assert len(sure) == len(set(sure))
        assert len(mains) == len(set(mains))
        assert all(tie.stands for tie in ties.values() if tie.is_main)

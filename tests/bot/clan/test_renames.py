"""Whether who left and who joined at one instant is one player under a new name."""

from datetime import timedelta

import pytest

from bot.clan.activity import Change, ChangeKind
from bot.clan.membership import Place, RosterNews
from bot.clan.renames import (
    HELD_FOR,
    Filed,
    Mistaken,
    RenamePair,
    dated,
    held_back,
    mistaken,
    pairs,
    put_right,
    undecided,
)
from tests.builders import NOW

HOUR = timedelta(hours=1)
SYNCED = NOW - HOUR
LEFT = Change(ChangeKind.LEFT, 1, "Old Name", NOW)
JOINED = Change(ChangeKind.JOINED, 2, "new name", NOW, after="member")
TOLD = {(1, ChangeKind.LEFT): SYNCED, (2, ChangeKind.JOINED): SYNCED}
PAIR = RenamePair(
    Change(ChangeKind.LEFT, 1, "Old Name", SYNCED),
    Change(ChangeKind.JOINED, 2, "new name", SYNCED, after="member"),
)
FILED = Filed(1, "Old_Name", "New-Name", "pending")


def test_who_left_and_who_joined_at_the_same_instant_may_be_one() -> None:
    assert pairs([LEFT, JOINED], TOLD, NOW - 2 * HOUR) == (PAIR,)
    assert PAIR.at == SYNCED


def test_another_instant_makes_two_of_them() -> None:
    told = TOLD | {(2, ChangeKind.JOINED): SYNCED + timedelta(milliseconds=1)}
    assert pairs([LEFT, JOINED], told, NOW - 2 * HOUR) == ()


def test_what_nobody_dated_is_no_pair() -> None:
    assert pairs([LEFT, JOINED], {}, NOW - 2 * HOUR) == ()
    assert pairs([LEFT, JOINED], TOLD, None) == ()


def test_a_role_that_changed_at_that_instant_is_no_part_of_it() -> None:
    promoted = Change(ChangeKind.PROMOTED, 2, "new name", NOW)
    assert pairs([LEFT, promoted], TOLD, NOW - 2 * HOUR) == ()


@pytest.mark.parametrize(("polled", "found"), [(HOUR, 1), (HELD_FOR, 0), (HELD_FOR + HOUR, 0)])
def test_what_was_held_at_the_last_poll_still_has_its_own_instant(
    polled: timedelta, found: int
) -> None:
    assert len(pairs([LEFT, JOINED], TOLD, SYNCED + polled)) == found


def test_of_several_at_once_everybody_who_left_meets_everybody_who_joined() -> None:
    other = Change(ChangeKind.LEFT, 3, "Third", NOW)
    found = pairs([LEFT, JOINED, other], TOLD | {(3, ChangeKind.LEFT): SYNCED}, NOW - 2 * HOUR)
    assert {(pair.gone.player_id, pair.came.player_id) for pair in found} == {(1, 2), (3, 2)}


def test_a_pair_dates_its_two_changes_and_no_other() -> None:
    rose = Change(ChangeKind.PROMOTED, 1, "Old Name", NOW)
    assert dated([LEFT, rose, JOINED], [PAIR]) == (PAIR.gone, rose, PAIR.came)


@pytest.mark.parametrize(
    ("status", "held"), [("pending", True), ("approved", True), ("denied", False), ("odd", False)]
)
def test_a_pair_is_held_unless_its_name_change_is_denied(status: str, *, held: bool) -> None:
    filed = FILED._replace(status=status)
    assert undecided([PAIR], [filed], NOW) == ((PAIR,) if held else ())


def test_a_change_that_was_denied_and_filed_again_is_open() -> None:
    assert undecided([PAIR], [FILED._replace(status="denied"), FILED], NOW) == (PAIR,)


@pytest.mark.parametrize(
    "filed",
    [
        FILED._replace(player_id=2),
        FILED._replace(old_name="older name"),
        FILED._replace(new_name="newer name"),
    ],
)
def test_a_change_of_somebody_else_or_of_another_name_holds_nobody(filed: Filed) -> None:
    assert undecided([PAIR], [filed], NOW) == ()


def test_after_three_days_nobody_is_held() -> None:
    assert undecided([PAIR], [FILED], SYNCED + HELD_FOR - HOUR) == (PAIR,)
    assert undecided([PAIR], [FILED], SYNCED + HELD_FOR) == ()


def test_what_is_held_back_is_neither_told_nor_stored() -> None:
    third = Change(ChangeKind.LEFT, 3, "Third", NOW)
    news = RosterNews(
        (Place(2, "new name", "member", NOW), Place(4, "Fourth", "member", NOW)),
        (LEFT, JOINED, third),
    )
    assert held_back(news, [PAIR]) == RosterNews((Place(4, "Fourth", "member", NOW),), (third,))


KNOWN = {
    1: Place(1, "Old Name", "member", NOW, left_at=SYNCED),
    2: Place(2, "new name", "member", NOW),
}
BACK = (
    Change(ChangeKind.RETURNED, 1, "New Name", NOW),
    Change(ChangeKind.RENAMED, 1, "New Name", NOW, "Old Name", "New Name"),
    Change(ChangeKind.LEFT, 2, "new name", NOW),
)


def test_who_was_told_as_two_and_is_back_under_the_others_name_is_one() -> None:
    found = mistaken(BACK, KNOWN, {2: SYNCED})
    assert found == (Mistaken(1, 2, SYNCED),)
    assert put_right(RosterNews(changes=BACK), found).changes == (BACK[1],)


@pytest.mark.parametrize("missing", range(3))
def test_without_any_one_of_the_signs_they_stay_two(missing: int) -> None:
    changes = [change for number, change in enumerate(BACK) if number != missing]
    assert mistaken(changes, KNOWN, {2: SYNCED}) == ()


def test_who_joined_at_another_time_is_somebody_else() -> None:
    assert mistaken(BACK, KNOWN, {2: SYNCED - HOUR}) == ()
    assert mistaken(BACK, KNOWN, {}) == ()


def test_whoever_bore_the_others_name_in_between_is_one_with_them() -> None:
    back = (
        Change(ChangeKind.RETURNED, 1, "Newer Still", NOW),
        Change(ChangeKind.RENAMED, 1, "Newer Still", NOW, "Old Name", "Newer Still"),
        Change(ChangeKind.LEFT, 2, "new name", NOW),
    )
    assert mistaken(back, KNOWN, {2: SYNCED}) == ()
    borne = {1: {"old name", "new name"}, 7: {"new name"}}
    assert mistaken(back, KNOWN, {2: SYNCED}, borne) == (Mistaken(1, 2, SYNCED),)
    assert mistaken(back, KNOWN, {2: SYNCED - HOUR}, borne) == ()

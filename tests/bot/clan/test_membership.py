from collections.abc import Mapping
from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.clan.activity import Change, ChangeKind
from bot.clan.membership import Place, RosterNews, roster_news, unsynced_since

NOW = datetime(2026, 11, 20, 12, 0, tzinfo=UTC)
YEAR = timedelta(days=365)
LADDER = ("owner", "zenyte", "member", "prospector")


def place(player_id: int, name: str = "", role: str = "member") -> Place:
    return Place(player_id, name or f"Player {player_id}", role, NOW - YEAR, NOW - YEAR)


def known(*places: Place) -> Mapping[int, Place]:
    return {each.player_id: each for each in places}


CLAN = tuple(place(player_id) for player_id in range(1, 11))
UNSEEN = tuple(each._replace(role_since_at=None) for each in CLAN)


def news(*fresh: Place, of: Mapping[int, Place] | None = None) -> RosterNews:
    return roster_news(known(*CLAN) if of is None else of, fresh, LADDER, NOW)


def test_the_same_roster_again_is_no_news() -> None:
    assert news(*CLAN) == RosterNews(CLAN)


def test_against_an_empty_roster_everybody_was_there_already() -> None:
    """And since when they hold their role nobody knows."""
    assert news(*CLAN, of={}) == RosterNews(UNSEEN)


def test_where_everybody_has_left_the_next_roster_is_a_beginning_too() -> None:
    gone = known(*(each._replace(left_at=NOW - YEAR) for each in CLAN))
    assert news(*CLAN, of=gone) == RosterNews(UNSEEN)


def test_who_is_not_known_has_joined() -> None:
    found = news(*CLAN, place(11, "Fresh", "prospector"))
    assert found.changes == (Change(ChangeKind.JOINED, 11, "Fresh", NOW, after="prospector"),)
    assert found.present[-1].role_since_at == NOW, "whatever Wise Old Man says of the row"


def test_who_is_missing_has_left_under_the_name_that_is_known() -> None:
    found = news(*CLAN[1:])
    assert found.changes == (Change(ChangeKind.LEFT, 1, "Player 1", NOW),)
    assert found.present == CLAN[1:]


def test_who_left_before_does_not_leave_again() -> None:
    former = place(99)._replace(left_at=NOW - YEAR)
    assert news(*CLAN, of=known(*CLAN, former)) == RosterNews(CLAN)


@pytest.mark.parametrize(
    ("role", "kind"),
    [
        ("zenyte", ChangeKind.PROMOTED),
        ("prospector", ChangeKind.DEMOTED),
        ("quester", ChangeKind.ROLE),
    ],
)
def test_a_role_rises_falls_or_just_changes_from_now_on(role: str, kind: ChangeKind) -> None:
    found = news(place(1, role=role), *CLAN[1:])
    assert found.changes == (Change(kind, 1, "Player 1", NOW, "member", role),)
    assert found.present[0].role_since_at == NOW


def test_a_role_that_stays_keeps_the_day_since_when_it_is_held() -> None:
    fresh = place(1)._replace(role_since_at=NOW)
    assert news(fresh, *CLAN[1:]).present[0].role_since_at == NOW - YEAR


def test_a_player_keeps_their_place_under_a_new_name() -> None:
    found = news(place(1, "Brand New"), *CLAN[1:])
    assert found.changes == (
        Change(ChangeKind.RENAMED, 1, "Brand New", NOW, "Player 1", "Brand New"),
    )


@pytest.mark.parametrize("written", ["player 1", "Player_1", "PLAYER-1"])
def test_another_spelling_of_the_same_name_is_no_rename(written: str) -> None:
    assert news(place(1, written), *CLAN[1:]).changes == ()


def test_who_comes_back_returns_with_everything_else_that_changed() -> None:
    former = place(1)._replace(left_at=NOW - timedelta(days=9))
    found = news(*CLAN[1:], place(1, "Again", "zenyte"), of=known(*CLAN[1:], former))
    assert [change.kind for change in found.changes] == [
        ChangeKind.RETURNED,
        ChangeKind.RENAMED,
        ChangeKind.PROMOTED,
    ]
    assert found.present[-1].left_at is None


@pytest.mark.parametrize(
    ("before", "after", "kept"),
    [(3, 1, 3), (1, 3, 3), (None, 1, 1), (1, None, 1), (None, None, None)],
)
def test_the_earliest_day_of_joining_that_was_ever_known_is_kept(
    before: int | None, after: int | None, kept: int | None
) -> None:
    def joined(years: int | None) -> Place:
        return place(1)._replace(joined_at=None if years is None else NOW - years * YEAR)

    (found,) = news(joined(after), of=known(joined(before))).present
    assert found.joined_at == joined(kept).joined_at


@pytest.mark.parametrize("size", [20, 35, 300, 1000])
def test_a_fifth_of_the_roster_may_leave_at_once_and_not_one_more(size: int) -> None:
    clan = tuple(place(player_id) for player_id in range(1, size + 1))
    assert len(news(*clan[size // 5 :], of=known(*clan)).changes) == size // 5
    doubted = news(*clan[size // 5 + 1 :], of=known(*clan))
    words = f"{size // 5 + 1} of {size} members are missing from WOM's answer"
    assert doubted == RosterNews(doubt=words)


@pytest.mark.parametrize("size", [4, 6, 12])
def test_of_a_small_clan_four_may_leave_at_once_but_never_all(size: int) -> None:
    clan = tuple(place(player_id) for player_id in range(1, size + 1))
    most = min(4, size - 1)
    assert len(news(*clan[most:], of=known(*clan)).changes) == most
    doubted = news(*clan[most + 1 :], of=known(*clan)).doubt
    assert doubted == f"{most + 1} of {size} members are missing from WOM's answer"


TWENTY = tuple(place(player_id) for player_id in range(1, 21))


@pytest.mark.parametrize(
    ("gone", "more", "believed"), [(0, 19, True), (0, 20, False), (4, 16, False)]
)
def test_a_roster_that_is_mostly_of_strangers_is_not_believed(
    gone: int, more: int, *, believed: bool
) -> None:
    """As after a sync from another clan that only added: nobody, or hardly anybody, is gone."""
    strangers = [place(player_id) for player_id in range(500, 500 + more)]
    found = news(*TWENTY[gone:], *strangers, of=known(*TWENTY))
    if believed:
        assert len(found.changes) == more
        return
    size = 20 - gone + more
    words = f"{more} of the {size} members in WOM's answer were never in the clan"
    assert found == RosterNews(doubt=words)
    trusted = roster_news(known(*TWENTY), (*TWENTY, *strangers), LADDER, NOW, believed=True)
    assert trusted.doubt is None


def test_a_small_clan_may_grow_as_fast_as_it_likes() -> None:
    crowd = tuple(place(player_id) for player_id in range(1, 200))
    assert len(news(*crowd, of=known(*crowd[:19])).changes) == 180


def test_many_who_come_back_are_no_strangers() -> None:
    former = tuple(place(player_id)._replace(left_at=NOW - YEAR) for player_id in range(100, 150))
    back = [each._replace(left_at=None) for each in former]
    assert len(news(*TWENTY, *back, of=known(*TWENTY, *former)).changes) == 50


def test_those_who_left_long_ago_do_not_make_a_loss_look_small() -> None:
    former = (place(player_id)._replace(left_at=NOW - YEAR) for player_id in range(100, 200))
    assert news(*CLAN[5:], of=known(*CLAN, *former)).doubt is not None


@given(
    st.sets(st.integers(1, 30)),
    st.sets(st.integers(1, 30)),
    st.sets(st.integers(1, 30)),
)
def test_what_is_written_makes_the_next_look_at_the_same_roster_no_news(
    before: set[int], after: set[int], left: set[int]
) -> None:
    of = {
        player_id: place(player_id)._replace(left_at=NOW - YEAR if player_id in left else None)
        for player_id in before
    }
    fresh = [place(player_id, role="zenyte") for player_id in after]
    found = news(*fresh, of=of)
    if found.doubt is not None:
        assert (found.present, found.changes) == ((), ())
        return
    assert {each.player_id for each in found.present} == after
    again = {**of, **{each.player_id: each for each in found.present}}
    again |= {
        change.player_id: of[change.player_id]._replace(left_at=NOW)
        for change in found.changes
        if change.kind is ChangeKind.LEFT
    }
    assert news(*fresh, of=again) == RosterNews(found.present)


def test_an_account_that_goes_to_the_archive_or_comes_back_was_not_renamed() -> None:
    archived = place(1, "archive42733")
    assert news(archived, *CLAN[1:]).changes == ()
    back = news(*CLAN, of=known(archived, *CLAN[1:]))
    assert back.changes == ()
    assert back.present[0].name == "Player 1"


def test_a_name_that_only_begins_like_the_archives_is_a_name() -> None:
    (change,) = news(place(1, "archive king"), *CLAN[1:]).changes
    assert change.kind is ChangeKind.RENAMED


def test_a_roster_that_somebody_believes_may_lose_everybody_but_one() -> None:
    found = roster_news(known(*CLAN), CLAN[:1], LADDER, NOW, believed=True)
    assert (found.doubt, len(found.changes)) == (None, 9)


DAY = timedelta(days=1)


@pytest.mark.parametrize(
    ("members", "changed", "began", "since"),
    [
        (20, 61, 300, 61),
        (20, 60, 300, None),
        (19, 61, 300, None),
        (20, None, 61, 61),
        (20, None, 60, None),
        (20, 400, 61, 61),
        (20, 400, 30, None),
    ],
)
def test_a_list_on_which_nothing_moves_for_two_months_is_odd(
    members: int, changed: int | None, began: int, since: int | None
) -> None:
    changed_at = None if changed is None else NOW - changed * DAY
    found = unsynced_since(members, changed_at, NOW - began * DAY, NOW)
    assert found == (None if since is None else NOW - since * DAY)

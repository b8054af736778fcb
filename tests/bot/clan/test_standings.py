"""Members stand by messages, then XP; unknown comes last and is never zero."""

from dataclasses import replace
from datetime import UTC, datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.clan.gains import UNKNOWN, Gains
from bot.clan.spans import Period
from bot.clan.standings import Chat, Member, Roster, ahead_on_both, in_house_order, place

NOW = datetime(2026, 5, 1, tzinfo=UTC)


def member(
    player_id: int, messages: int | None = None, xp: int | None = None, name: str | None = None
) -> Member:
    chat = None if messages is None else {Period.MONTH: Chat(messages)}
    return Member(player_id, name or f"P{player_id}", "member", NOW, chat=chat, total_xp=xp)


def test_chats_add_up() -> None:
    assert sum([Chat(1, 2, 3, 4), Chat(10, 20, 30, 40)], Chat()) == Chat(11, 22, 33, 44)


def test_a_chat_adds_to_nothing_else() -> None:
    with pytest.raises(TypeError):
        Chat(1) + 1


def test_nobody_wrote_on_more_days_than_a_span_has() -> None:
    # Seven days from noon to noon touch eight dates.
    assert Chat(active_days=8).days_of(Period.WEEK) == 7
    assert Chat(active_days=3).days_of(Period.WEEK) == 3


def test_a_member_nobody_observed_is_unknown_not_zero() -> None:
    stranger = member(1)
    assert stranger.gains(Period.WEEK) is UNKNOWN
    assert stranger.messages(Period.WEEK) is None
    assert ahead_on_both([stranger], Period.WEEK) == {}


def test_a_member_whose_chat_is_seen_and_empty_wrote_zero() -> None:
    assert member(1, messages=5).messages(Period.WEEK) == 0


def test_a_roster_finds_members_by_player() -> None:
    one, two = member(1), member(2)
    assert Roster((one, two), NOW).by_player() == {1: one, 2: two}


def test_messages_go_before_xp_and_unknown_comes_last() -> None:
    unlinked, silent, rich, poor, chatty = (
        member(1, None, 900),
        member(2, 0, 900),
        member(3, 5, 900),
        member(4, 5, None),
        member(5, 6, 1),
    )
    ordered = in_house_order((unlinked, silent, rich, poor, chatty))
    assert ordered == (chatty, rich, poor, silent, unlinked)


def test_equals_stand_by_name_whatever_the_case() -> None:
    assert in_house_order((member(1, name="zed"), member(2, name="Abe")))[0].name == "Abe"


@given(st.permutations([member(n, n % 3 or None, n % 2 or None) for n in range(1, 9)]))
def test_the_house_order_does_not_depend_on_arrival(members: list[Member]) -> None:
    fixed = in_house_order(tuple(sorted(members, key=lambda each: each.player_id)))
    assert in_house_order(tuple(members)) == fixed


def test_most_active_is_who_is_ahead_on_both_sides_and_not_on_one_alone() -> None:
    def on_both(player_id: int, messages: int | None, xp: int | None) -> Member:
        chat = None if messages is None else {Period.WEEK: Chat(messages)}
        game = {Period.WEEK: Gains(xp=xp, kills=0, since=NOW)}
        return Member(player_id, f"P{player_id}", "member", NOW, game=game, chat=chat)

    chatty, both, grinder = on_both(1, 900, 10), on_both(2, 50, 700), on_both(3, 2, 9_000)
    older = {Period.WEEK: Gains(xp=10**9, kills=0, since=NOW, thin=True)}
    thin = replace(on_both(4, 10**6, 1), game=older)
    unknown = (on_both(5, None, 5), on_both(6, 5, None), thin)
    shares = ahead_on_both([chatty, both, grinder, *unknown], Period.WEEK)
    assert shares == {1: 1 / 3, 2: 2 / 3, 3: 1 / 3}
    silent, idle = on_both(7, 0, 10**9), on_both(8, 10**9, 0)
    assert ahead_on_both([both, silent, idle], Period.WEEK) == {2: 2 / 3}


def test_ties_share_the_better_place_and_who_has_none_or_is_unknown_has_none() -> None:
    values = {1: 5.0, 2: 9.0, 3: 5.0, 4: None, 5: 1.0, 6: 0}
    assert [place(values, key) for key in (2, 1, 3, 5, 4, 6, 99)] == [
        (1, 4),
        (2, 4),
        (2, 4),
        (4, 4),
        None,
        None,
        None,
    ]


def test_whoever_is_somebody_else_s_account_is_an_alt() -> None:
    assert not member(1).is_alt
    assert replace(member(1), alt_of="Main").is_alt

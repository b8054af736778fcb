"""How much of a clan is known, in words that say what to do next."""

from datetime import UTC, datetime

import pytest

from bot.clan.coverage import (
    Linked,
    full_words,
    link_words,
    linked,
    message_words,
    next_step,
)
from bot.clan.standings import Link, Member, MessageCounts, Roster

NOW = datetime(2026, 11, 20, tzinfo=UTC)


def member(number: int, link: Link, *, no_discord: bool = False) -> Member:
    return Member(number, f"P{number}", "member", NOW, link=link, has_no_discord=no_discord)


def test_every_kind_of_link_is_counted_and_who_has_no_discord_stands_apart() -> None:
    known = (Link.CONFIRMED, Link.NAME, Link.NONE, Link.CONFIRMED)
    members = [member(number, link) for number, link in enumerate(known)]
    members.append(member(10, Link.NONE, no_discord=True))
    heard = MessageCounts(10, 9, 4, 2)
    found = linked(Roster(tuple(members), NOW, conflicts=2, claims=4), heard, 7)
    assert found == Linked(2, 4, 1, 1, 1, 2, 7, heard)
    assert (found.known, found.reachable) == (3, 4)
    assert (heard.messages, heard.attributed) == (14, 11)


def test_the_strip_says_how_many_are_linked_and_how_surely() -> None:
    assert link_words(Linked(confirmed=96, unlinked=4)) == "96% of members linked"
    assert link_words(Linked(6, 5, 3, 1)) == "90% of members linked (60% confirmed)"
    assert link_words(Linked(confirmed=3, without_discord=5)) == "100% of members linked"
    assert link_words(Linked()) == "no members known"


def test_messages_are_mentioned_only_where_some_are_nobody_s() -> None:
    assert list(message_words(Linked(heard=MessageCounts(10, 10, 5, 5)))) == []
    assert list(message_words(Linked(heard=MessageCounts(10, 10, 10, 5)))) == [
        "75% of messages by known members"
    ]


def test_the_whole_coverage_tells_discord_and_clan_chat_apart() -> None:
    found = Linked(6, 5, 3, 1, 3, heard=MessageCounts(10, 9, 4, 2))
    assert full_words(found) == (
        (
            "90% of members linked (60% confirmed): 6 confirmed, 3 by name, 1 not linked, "
            "3 without Discord, 5 claims waiting"
        ),
        "Messages by known members: 90% on Discord, 50% in the clan chat",
    )
    assert full_words(Linked()) == ()
    assert len(full_words(Linked(confirmed=1, heard=MessageCounts(bridge=3)))) == 2


@pytest.mark.parametrize(
    ("found", "step"),
    [
        (Linked(confirmed=5), None),
        (Linked(sure_pairs=12, by_name=12), "confirm 12 sure pairs"),
        (Linked(claims=1), "decide on 1 claim"),
        (Linked(by_name=3, unlinked=2), "confirm 3 members known by name"),
        (Linked(by_name=1, unlinked=2), "link 2 members"),
        (Linked(conflicts=1), "settle 1 conflict"),
        (Linked(without_discord=9), None),
    ],
)
def test_what_would_raise_it_most_is_said(found: Linked, step: str | None) -> None:
    assert next_step(found) == step

from dataclasses import replace

from bot.clan.spans import Period
from bot.reports.pictures import CardNumber, card_facts
from tests.builders import NOW, UNSEEN, Week, card, member


def test_a_card_shows_four_numbers_with_their_places() -> None:
    mine = card(member(week=Week(xp=70_000, kills=14, messages=70)))

    assert card_facts(mine) == (
        CardNumber("XP gained", 300_000, "#3 of 305 · 3 EHP"),
        CardNumber("Boss kills", 60, "#3 of 305 · 3 EHB"),
        CardNumber("Messages", 300, "#3 of 305"),
        CardNumber("Questions answered", 20, "#3 of 305 · 15 asked"),
    )


def test_a_member_whom_nobody_saw_has_no_numbers_and_no_places() -> None:
    facts = card_facts(replace(card(member(week=UNSEEN)), places={}))

    assert [fact.value for fact in facts] == [None] * 4
    assert [fact.below for fact in facts] == [""] * 4


def test_a_linked_member_who_wrote_nothing_has_zero_messages() -> None:
    silent = replace(member(), chat={})

    assert card_facts(card(silent))[2].value == 0


def test_a_cards_span_ends_with_the_hour_of_now() -> None:
    span = replace(card(), period=Period.WEEK).span

    assert span.end == NOW.replace(hour=19, minute=0)
    assert span.length.days == 7

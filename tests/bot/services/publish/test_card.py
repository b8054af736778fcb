"""A member's card: whose it is, what it says, and what it must not say."""

from datetime import timedelta

import pytest

from bot.clan.spans import Period
from bot.clan.standings import Link
from bot.reports.pictures import Card
from bot.reports.style import evidence_words
from bot.reports.worker import Inline
from bot.services.publish import Cards
from bot.services.view import Visitor
from storage import players
from storage.links import StoredState
from tests.bot.services.talk import MINUTE
from tests.bot.services.village import Village, counted
from tests.storage.rows import DAY, HOUR, NOW, a_player

ME = Visitor(11, "Somebody", "somebody")


@pytest.fixture
def cards(village: Village) -> Cards:
    database = village.database
    return Cards(database, Inline(), village.clock)


async def card_of(
    cards: Cards, village: Village, whose: str | Visitor, period: Period = Period.WEEK
) -> Card | None:
    if isinstance(whose, Visitor):
        files = await cards.of_visitor(village.clan, whose, period)
    else:
        files = await cards.of_player(village.clan, whose, period)
    return None if files is None else files.card


async def name_of(cards: Cards, village: Village, whose: str | Visitor) -> str | None:
    card = await card_of(cards, village, whose)
    return None if card is None else card.member.name


async def test_my_own_account_is_the_linked_one(cards: Cards, village: Village) -> None:
    await village.settled({1: "One", 2: "Two"})
    await village.linked(2, ME.user_id)
    await village.called(ME.user_id, "Somebody")
    card = await card_of(cards, village, ME)
    assert card is not None
    assert (card.member.name, card.accounts, card.member.link) == ("Two", ("Two",), Link.CONFIRMED)


async def test_of_several_accounts_the_main_one_shows_and_all_are_named(
    cards: Cards, village: Village
) -> None:
    await village.settled({1: "One", 2: "Two", 3: "Three"})
    await village.called(ME.user_id, "Somebody")
    await village.linked(1, ME.user_id, state=StoredState.CLAIMED)
    await village.linked(2, ME.user_id)
    await village.linked(3, ME.user_id, is_main=True)
    card = await card_of(cards, village, ME)
    assert card is not None
    assert card.accounts == ("Three", "Two")


async def test_without_a_link_the_name_decides_even_for_who_never_wrote(
    cards: Cards, village: Village
) -> None:
    await village.settled({1: "Some Body", 2: "Two"})
    assert await name_of(cards, village, Visitor(11, "somebody", "x")) == "Some Body"
    assert await name_of(cards, village, Visitor(12, "stranger", "x")) is None


async def test_a_name_that_could_be_two_players_is_nobodys(cards: Cards, village: Village) -> None:
    await village.settled({1: "No ob", 2: "Noob"})
    assert await name_of(cards, village, Visitor(11, "[IC] noob", "x")) is None


async def test_a_player_linked_to_somebody_else_is_not_mine_by_name(
    cards: Cards, village: Village
) -> None:
    await village.settled({1: "Somebody"})
    await village.linked(1, 99)
    assert await name_of(cards, village, ME) is None


async def test_a_player_is_found_by_every_spelling_and_by_an_old_name(
    cards: Cards, village: Village
) -> None:
    await village.settled({1: "Fresh Name", 2: "Two"})
    async with village.database.writing() as connection:
        await players.note_names(connection, [(1, "old name", "Old Name")], NOW - 9 * DAY)
    for written in ("fresh_name", "FRESH NAME", "old-name"):
        assert await name_of(cards, village, written) == "Fresh Name"
    assert await name_of(cards, village, "nobody") is None


async def test_an_old_name_that_somebody_else_bears_now_is_theirs(
    cards: Cards, village: Village
) -> None:
    await village.settled({1: "Fresh", 2: "Taken"})
    async with village.database.writing() as connection:
        await players.note_names(connection, [(1, "taken", "Taken")], NOW - 9 * DAY)
    assert await name_of(cards, village, "Taken") == "Taken"


async def test_an_old_name_of_two_present_players_is_nobodys(
    cards: Cards, village: Village
) -> None:
    await village.settled({1: "One", 2: "Two"})
    async with village.database.writing() as connection:
        old = [(who, "shared", "Shared") for who in (1, 2)]
        await players.note_names(connection, old, NOW - 9 * DAY)
    assert await name_of(cards, village, "Shared") is None


async def test_a_card_never_shows_a_member_of_another_clan(cards: Cards, village: Village) -> None:
    other = await village.known_clans.found(2, "Other")
    elsewhere = Village(village.database, village.known_clans, village.clock, other)
    await elsewhere.settled({5: "Theirs"})
    await elsewhere.linked(5, ME.user_id)
    assert await name_of(cards, village, "Theirs") is None
    assert await name_of(cards, village, ME) is None
    assert await cards.names_like(village.clan, "") == ()
    assert await cards.names_like(other, "the") == ("Theirs",)


async def test_who_left_has_no_card(cards: Cards, village: Village) -> None:
    await village.settled({1: "One"}, left_at=NOW)
    assert await name_of(cards, village, "One") is None


async def test_a_card_says_the_place_in_the_clan_of_who_has_any(
    cards: Cards, village: Village
) -> None:
    await village.settled({1: "One", 2: "Two", 3: "Three", 4: "Four"})
    for who, gained in [(1, 50), (2, 70), (3, 50)]:
        await village.seen(who, NOW - 7.5 * DAY, 100, zulrah=10)
        await village.seen(who, NOW - DAY, 100 + gained, zulrah=10 if who == 1 else 12)
    await village.linked(1, 11)
    await village.linked(4, 14)
    await village.wrote(14, NOW, NOW)
    await village.wrote(11, NOW)
    card = await card_of(cards, village, "One")
    assert card is not None
    assert card.places == {"xp": (2, 3), "messages": (2, 2)}
    unknown = await card_of(cards, village, "Three")
    assert unknown is not None
    assert unknown.places == {"xp": (2, 3), "kills": (1, 2)}


async def test_ninety_days_with_gaps_where_nothing_was_seen(cards: Cards, village: Village) -> None:
    await village.settled({1: "One"})
    await village.linked(1, 11)
    for days, xp, kills in [(90.2, 100, 1), (89, 150, 2), (30, 400, 4), (29, 400, 4), (0, 900, 9)]:
        await village.seen(1, NOW - days * DAY, xp, zulrah=kills)
    await village.wrote(11, NOW - 40 * DAY, NOW, NOW - HOUR)
    await village.wrote(12, NOW - 60 * DAY)
    card = await card_of(cards, village, "One", Period.QUARTER)
    assert card is not None
    today = NOW.date()
    lines = {line.day: line[1:4] for line in card.trend}
    assert sorted(lines) == [today - days * DAY for days in range(89, -1, -1)]
    assert lines[today - 89 * DAY] == (None, 50, 1)
    assert lines[today - 40 * DAY] == (1, None, None)
    assert lines[today - 30 * DAY] == (0, 250, 2)
    assert lines[today - 29 * DAY] == (0, 0, 0)
    assert lines[today] == (2, 500, 5)
    assert card.hours[NOW.weekday()][NOW.hour] == 1
    assert sum(map(sum, card.hours)) == 3


async def test_before_anybody_was_heard_messages_are_unknown_and_not_zero(
    cards: Cards, village: Village
) -> None:
    await village.settled({1: "One"})
    await village.linked(1, 11)
    await village.called(11, "Somebody")
    await village.wrote(12, NOW - 10 * DAY)
    card = await card_of(cards, village, "One", Period.MONTH)
    assert card is not None
    lines = {line.day: line.messages for line in card.trend}
    assert lines[NOW.date() - 11 * DAY] is None
    assert lines[NOW.date() - 10 * DAY] == 0


async def test_who_was_never_updated_has_no_age_of_the_numbers(
    cards: Cards, village: Village
) -> None:
    await village.settled({1: "One"})
    never = a_player(1, "One") | {"updated_at": None}
    async with village.database.writing() as connection:
        await players.note_players(connection, [never], NOW)
    files = await cards.of_player(village.clan, "One", Period.WEEK)
    assert files is not None
    assert files.evidence == ("never updated on WOM", "not linked to a Discord user")


@pytest.mark.parametrize(
    ("updated", "said"),
    [
        (9 * DAY, "WOM 9 days old"),
        (2 * HOUR, "WOM 2 h old · newest snapshot 9 days old"),
    ],
)
async def test_the_age_of_a_stale_account_is_told_once_and_two_ages_both(
    cards: Cards, village: Village, updated: timedelta, said: str
) -> None:
    await village.settled({1: "One"})
    await village.seen(1, NOW - 9 * DAY, 100)
    async with village.database.writing() as connection:
        changed = a_player(1, "One") | {"updated_at": NOW - updated}
        await players.note_players(connection, [changed], NOW)
    files = await cards.of_player(village.clan, "One", Period.WEEK)
    assert files is not None
    ages = [each for each in files.evidence if each.endswith(" old") and "baseline" not in each]
    assert evidence_words(ages) == said


async def test_evidence_of_both_sides_stands_under_the_card(cards: Cards, village: Village) -> None:
    await village.settled({1: "One"})
    await village.changed(polled_at=NOW)
    files = await cards.of_player(village.clan, "One", Period.WEEK)
    assert files is not None
    assert files.evidence[0].startswith("WOM ")
    assert "no snapshot stored yet" in files.evidence
    assert "not linked to a Discord user" in files.evidence
    assert files.chart.content.startswith(b"\x89PNG")


async def test_names_that_hold_the_text_are_offered_old_and_discord_ones_too(
    cards: Cards, village: Village
) -> None:
    await village.settled({1: "Zezima", 2: "Ezra", 3: "Bob", 4: "Carl"})
    async with village.database.writing() as connection:
        await players.note_names(connection, [(3, "fez", "Fez")], NOW - 9 * DAY)
    await village.called(14, "Mezza")
    await village.linked(4, 14)
    assert await cards.names_like(village.clan, "ez") == ("Ezra", "Bob", "Carl", "Zezima")
    assert await cards.names_like(village.clan, "") == ("Bob", "Carl", "Ezra", "Zezima")
    assert await cards.names_like(village.clan, "qq") == ()


async def test_at_most_twenty_five_names_are_offered(cards: Cards, village: Village) -> None:
    await village.settled({who: f"Name {who}" for who in range(1, 41)})
    assert len(await cards.names_like(village.clan, "name")) == 25


async def test_a_card_asks_as_many_questions_in_a_large_clan_as_in_a_small_one(
    cards: Cards, village: Village
) -> None:
    sent = []
    for size in (5, 50):
        await village.settled({who: f"Name {who}" for who in range(1, size + 1)})
        for who in range(1, size + 1):
            await village.linked(who, 100 + who)
            await village.wrote(100 + who, NOW - who * MINUTE)
        with counted(village.database) as statements:
            assert await card_of(cards, village, "Name 1") is not None
        sent.append(len(statements))
    assert sent[0] == sent[1] < 25


async def test_how_somebody_stands_is_looked_up_only_where_it_is_asked_for(
    cards: Cards, village: Village
) -> None:
    await village.settled({1: "One"})
    await village.called(ME.user_id, "Somebody")
    await village.linked(1, ME.user_id)
    for judged in (True, False):
        for files in (
            await cards.of_visitor(village.clan, ME, Period.WEEK, judged=judged),
            await cards.of_player(village.clan, "One", Period.WEEK, judged=judged),
        ):
            assert files is not None
            assert (files.standing is not None) is judged
            assert files.standing is None or files.standing.profile.main.name == "One"

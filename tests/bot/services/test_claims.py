"""What a claim and a name must not do to anybody, asked of all that judges, lists or tells."""

import json
from dataclasses import replace
from typing import Any

import pytest

from bot.clan.claims import Effect, allows
from bot.clan.enforcement import Need
from bot.clan.linking import MOST_OPEN_CLAIMS
from bot.clan.profiles import Profile
from bot.clan.spans import Period
from bot.clan.standings import Link, Roster
from bot.reports.worker import Inline
from bot.services.chat import Intake
from bot.services.people import Leaves, Links, Whom
from bot.services.privacy import Dossier
from bot.services.publish import CardFiles, Cards
from bot.services.review import Review, read_context
from bot.services.view import Visitor, roster_of
from storage import privacy
from storage.links import StoredState
from tests.bot.services.review.test_review import at_home
from tests.bot.services.talk import heard
from tests.bot.services.village import OFFICER, Village
from tests.storage.rows import DAY, NOW

VICTIM, THIEF = Visitor(101, "Player 1", "victim"), Visitor(666, "Thief", "thief")


@pytest.fixture
def links(village: Village) -> Links:
    return Links(village.database, village.clock)


@pytest.fixture
def cards(village: Village) -> Cards:
    database = village.database
    return Cards(database, Inline(), village.clock)


async def known_by_name(village: Village, players: int = 1) -> None:
    """Settle talking members who are known by their name alone, and the thief, who talks too."""
    for who in range(1, players + 1):
        await village.settled({who: f"Player {who}"})
        seen = (NOW - days * DAY for days in range(60, -1, -5))
        await village.seen_often(who, dict.fromkeys(seen, 1_000_000))
        await village.wrote(100 + who, *(NOW - days * DAY for days in range(1, 90, 4)))
        await village.called(100 + who, f"Player {who}")
    await village.wrote(THIEF.user_id, NOW - DAY)
    await village.called(THIEF.user_id, THIEF.name)


async def numbers(village: Village) -> tuple[Roster, tuple[Profile, ...]]:
    """Return all that reports show and all that the rules judge by."""
    async with village.database.reading() as connection:
        context = await read_context(connection, village.clan, NOW)
    return roster_of(context.view, [Period.MONTH]), context.profiles


async def own_card(cards: Cards, village: Village, who: Visitor) -> CardFiles | None:
    return await cards.of_self(village.clan, who, Period.MONTH)


async def on_lists(village: Village) -> dict[str, list[str]]:
    found = (await Review(village.database, village.clock).inactive(village.clan)).listed
    return {
        "sure": [row.profile.main.name for row in found.sure],
        "needs": [row.profile.main.name for row in found.cant_tell],
        "apart": [row.profile.main.name for row in found.away_or_exempt],
    }


async def test_a_claim_on_a_talking_member_known_by_name_changes_no_number_and_no_verdict(
    village: Village, links: Links
) -> None:
    await known_by_name(village)
    before = await numbers(village)
    assert before[0].by_player()[1].messages(Period.MONTH)
    await links.claim(village.clan, THIEF, "Player 1")
    (roster, profiles), (was, were) = await numbers(village), before
    assert (roster.members, roster.heard, profiles) == (was.members, was.heard, were)
    assert await on_lists(village) == {"sure": [], "needs": [], "apart": []}
    assert roster.conflicts == 1


async def test_a_claim_on_one_s_own_name_costs_nothing(village: Village, links: Links) -> None:
    await known_by_name(village)
    before = await numbers(village)
    await links.claim(village.clan, VICTIM, "Player 1")
    (roster, profiles), (was, were) = await numbers(village), before
    assert (roster.members, roster.heard, profiles) == (was.members, was.heard, were)
    assert (roster.claims, roster.conflicts) == (1, 0)


async def test_claims_and_opting_out_hide_nobody(village: Village, links: Links) -> None:
    await known_by_name(village, 6)
    before = await numbers(village)
    asked = [await links.claim(village.clan, THIEF, f"Player {who}") for who in range(1, 7)]
    assert sum(each.refusal is None for each in asked) == MOST_OPEN_CLAIMS
    async with village.database.writing() as connection:
        await privacy.opt_out(connection, village.clan.clan_id, THIEF.user_id, NOW)
    roster, profiles = await numbers(village)
    assert (roster.members, profiles) == (before[0].members, before[1])
    assert not any(member.is_hidden for member in roster.members)


async def test_a_name_hides_no_account_and_a_confirmed_link_does(village: Village) -> None:
    await known_by_name(village)
    async with village.database.writing() as connection:
        await privacy.opt_out(connection, village.clan.clan_id, VICTIM.user_id, NOW)
    (member,) = (await numbers(village))[0].members
    assert (member.is_hidden, member.chat, member.link) == (False, None, Link.NONE)
    await village.linked(1, VICTIM.user_id)
    (member,) = (await numbers(village))[0].members
    assert (member.is_hidden, member.chat, member.link) == (True, None, Link.CONFIRMED)


async def test_the_victim_keeps_their_card_also_after_they_claim_it_themselves(
    village: Village, links: Links, cards: Cards
) -> None:
    await known_by_name(village)
    await links.claim(village.clan, THIEF, "Player 1")
    for claims in ((), ("Player 1",)):
        made = await own_card(cards, village, VICTIM)
        assert made is not None
        assert (made.card.member.name, made.claims, made.is_shared) == ("Player 1", claims, True)
        assert made.card.member.messages(Period.MONTH)
        assert made.standing is not None
        assert made.standing.slack.chat_days
        await links.claim(village.clan, VICTIM, "Player 1")


async def test_a_claimant_sees_the_account_on_their_own_card_without_how_it_stands(
    village: Village, links: Links, cards: Cards
) -> None:
    await known_by_name(village)
    assert await own_card(cards, village, THIEF) is None
    await links.claim(village.clan, THIEF, "Player 1")
    made = await own_card(cards, village, THIEF)
    assert made is not None
    assert (made.claims, made.standing, made.is_shared) == (("Player 1",), None, False)
    # Others see nothing of it: for them nobody knows who the claimant is.
    assert await cards.of_visitor(village.clan, THIEF, Period.MONTH) is None


async def test_a_claim_beside_a_confirmed_account_is_named_on_that_card(
    village: Village, links: Links, cards: Cards
) -> None:
    await known_by_name(village)
    await village.settled({7: "Mine"})
    await village.linked(7, THIEF.user_id)
    await links.claim(village.clan, THIEF, "Player 1")
    made = await own_card(cards, village, THIEF)
    assert made is not None
    assert (made.card.member.name, made.card.accounts) == ("Mine", ("Mine",))
    assert (made.claims, made.is_shared) == (("Player 1",), True)


@pytest.mark.parametrize("how", [Link.CLAIMED, Link.NAME, Link.CONFIRMED])
async def test_only_who_is_confirmed_can_be_called_silent(village: Village, how: Link) -> None:
    await at_home(village, 1)
    assert (await on_lists(village))["sure"] == ["Player 1"]
    if how is not Link.CONFIRMED:
        state = StoredState.CLAIMED if how is Link.CLAIMED else StoredState.CONFIRMED
        async with village.database.writing() as connection:
            await connection.exec_driver_sql("DELETE FROM links")
        if how is Link.NAME:
            await village.called(VICTIM.user_id, "Player 1")
        else:
            await village.linked(1, VICTIM.user_id, state=state)
    found = await on_lists(village)
    assert found["sure"] == (["Player 1"] if allows(how, Effect.SILENCE) else [])
    assert found["needs"] == ([] if allows(how, Effect.SILENCE) else ["Player 1"])


async def test_who_is_known_by_name_only_needs_a_link_that_says_why(village: Village) -> None:
    await at_home(village, 1)
    async with village.database.writing() as connection:
        await connection.exec_driver_sql("DELETE FROM links")
    await village.called(VICTIM.user_id, "Player 1")
    listed = (await Review(village.database, village.clock).inactive(village.clan)).listed
    (row,) = listed.cant_tell
    assert Need.LINK in row.judgement.needs
    assert "chat: known by name only: no officer has confirmed it" in row.judgement.reasons


@pytest.mark.parametrize("how", [Link.CLAIMED, Link.NAME, Link.CONFIRMED])
async def test_a_leave_protects_the_accounts_that_are_confirmed(
    village: Village, how: Link
) -> None:
    await known_by_name(village)
    user = VICTIM.user_id if how is not Link.CLAIMED else THIEF.user_id
    if how is not Link.NAME:
        state = StoredState.CLAIMED if how is Link.CLAIMED else StoredState.CONFIRMED
        await village.linked(1, user, state=state)
    leaves = Leaves(village.database, village.clock)
    await leaves.go(village.clan, Whom(user_id=user), ("today", "2 weeks"), reason=None, by=user)
    (_, profiles) = await numbers(village)
    (profile,) = profiles
    assert (profile.leave is not None) is allows(how, Effect.LEAVE)
    sure = await Links(village.database, village.clock).is_confirmed(village.clan, user)
    assert sure is allows(how, Effect.LEAVE)


@pytest.mark.parametrize("how", [Link.CLAIMED, Link.NAME, Link.CONFIRMED])
async def test_what_is_stored_about_an_account_is_told_to_whom_it_is_confirmed_for(
    village: Village, how: Link
) -> None:
    await known_by_name(village)
    if how is not Link.NAME:
        state = StoredState.CLAIMED if how is Link.CLAIMED else StoredState.CONFIRMED
        await village.linked(1, VICTIM.user_id, state=state)
    days, whose = ("today", "2 weeks"), Whom(player_id=1)
    leaves = Leaves(village.database, village.clock)
    await leaves.go(village.clan, whose, days, reason="surgery", by=OFFICER)
    made = await Dossier(village.database, village.clock).export(village.clan, VICTIM.user_id)
    found: dict[str, Any] = json.loads(made.content)
    assert ("surgery" in made.content.decode()) is allows(how, Effect.EXPORT)
    assert ("observations" in found) is allows(how, Effect.EXPORT)


@pytest.mark.parametrize("how", [Link.CLAIMED, Link.NAME, Link.CONFIRMED])
async def test_only_a_confirmed_link_gives_the_rights_of_the_rank(
    village: Village, how: Link
) -> None:
    await known_by_name(village)
    if how is not Link.NAME:
        state = StoredState.CLAIMED if how is Link.CLAIMED else StoredState.CONFIRMED
        await village.linked(1, VICTIM.user_id, state=state)
    caller = await village.known_clans.caller(
        village.clan, VICTIM.user_id, frozenset(), owner=False, manager=False
    )
    assert bool(caller.wom_roles) is allows(how, Effect.AUTHORITY)


async def test_a_gain_of_an_account_that_is_only_claimed_asks_nobody_whether_they_are_back(
    village: Village, links: Links
) -> None:
    await known_by_name(village)
    await links.claim(village.clan, THIEF, "Player 1")
    leaves, whose = Leaves(village.database, village.clock), Whom(user_id=THIEF.user_id)
    await leaves.go(village.clan, whose, ("today", "2 weeks"), reason=None, by=THIEF.user_id)
    village.clock.now = NOW + 4 * DAY
    for days in (3, 4):
        await village.seen(1, NOW + days * DAY, days * 9_000_000)
    assert await leaves.question(village.clan, THIEF.user_id) is None
    await village.linked(1, THIEF.user_id)
    assert await leaves.question(village.clan, THIEF.user_id) is not None


async def test_renaming_oneself_takes_no_number_no_card_and_no_verdict_from_whom_the_name_is(
    village: Village, cards: Cards
) -> None:
    await known_by_name(village)
    before = await numbers(village)
    village.clock.now = NOW + 8 * DAY
    clan, intake = village.clan, Intake(village.database, village.known_clans, village.clock)
    line = heard(99_000, THIEF.user_id, NOW - 2 * DAY)
    await intake.store(clan, [replace(line, name="Player 1", handle="thief")])
    (roster, profiles), (was, were) = await numbers(village), before
    assert (roster.members, profiles) == (was.members, were)
    assert roster.conflicts == 1
    made = await own_card(cards, village, VICTIM)
    assert made is not None
    assert (made.card.member.name, made.is_shared) == ("Player 1", True)
    thief = replace(THIEF, name="Player 1")
    assert await own_card(cards, village, thief) is None


async def test_a_stranger_who_bears_the_name_since_a_moment_ago_gets_no_card(
    village: Village, cards: Cards
) -> None:
    await known_by_name(village)
    async with village.database.writing() as connection:
        await connection.exec_driver_sql("UPDATE authors SET named_at = 0")
    stranger = Visitor(999_999, "Player 1", "stranger")
    assert await own_card(cards, village, stranger) is None
    assert await cards.of_visitor(village.clan, stranger, Period.MONTH) is None
    made = await own_card(cards, village, VICTIM)
    assert made is not None
    assert made.card.member.name == "Player 1"

"""Claims and officers' decisions on a real database: who may, who is told, what is undone."""

import asyncio
from collections.abc import Sequence
from datetime import datetime

import pytest
from structlog.testing import capture_logs

from bot.clan.linking import LinkAction, LinkPair, LinkRefusal, LinkState
from bot.clan.persons import Persons
from bot.clan.ranks import Authority
from bot.clan.standings import Link
from bot.services.people import GuildMember, LinkResult, Links, Officer, read_identity, read_ties
from bot.services.view import Visitor
from storage import links as stored
from storage import players
from tests.bot.services import village as village_of
from tests.bot.services.village import Village
from tests.storage.rows import DAY, HOUR, NOW, a_player

ANN, BEN = Visitor(11, "Ann", "ann"), Visitor(12, "Ben", "ben")
OTHER_OFFICER = Officer(998)
OFFICER = Officer(village_of.OFFICER)


@pytest.fixture
def links(village: Village) -> Links:
    return Links(village.database, village.clock)


async def persons(village: Village) -> Persons:
    async with village.database.reading() as connection:
        return await (await read_identity(connection, village.clan)).persons()


async def states(village: Village) -> dict[LinkPair, LinkState]:
    async with village.database.reading() as connection:
        ties = await read_ties(connection, village.clan)
    return {pair: tie.state for pair, tie in ties.items()}


async def log(village: Village) -> list[tuple[str, int, LinkPair]]:
    async with village.database.reading() as connection:
        noted = await stored.actions(connection, village.clan.clan_id, 100)
    return [
        (
            each.event.action,
            each.by_user_id,
            LinkPair(each.event.player_id, each.event.discord_user_id),
        )
        for each in reversed(noted)
    ]


def done(answers: Sequence[LinkResult]) -> int:
    """Return for how many something was done."""
    return sum(each.refusal is None for each in answers)


async def may_as(village: Village, user_id: int) -> frozenset[str]:
    caller = await village.known_clans.caller(
        village.clan, user_id, frozenset(), owner=False, manager=False
    )
    return caller.wom_roles


async def test_a_claim_changes_nothing_and_gives_no_right(village: Village, links: Links) -> None:
    await village.settled({1: "One"}, role="owner")
    assert await links.claim(village.clan, ANN, "one") == LinkResult("One", partner="Ann")
    found = await persons(village)
    assert (found.links, found.claims) == ({1: Link.NONE}, {ANN.user_id: (1,)})
    assert await may_as(village, ANN.user_id) == frozenset()
    assert await log(village) == [(LinkAction.CLAIM, ANN.user_id, LinkPair(1, ANN.user_id))]
    await links.confirm(village.clan, LinkPair(1, ANN.user_id), OFFICER)
    assert await may_as(village, ANN.user_id) == {"owner"}


async def test_an_account_is_claimed_by_an_old_name_too(village: Village, links: Links) -> None:
    await village.settled({1: "Old Name", 2: "Two"})
    async with village.database.writing() as connection:
        await players.note_players(connection, [a_player(1, "New Name")], NOW + HOUR)
    assert (await links.claim(village.clan, ANN, "OLD_NAME")).player == "New Name"
    assert await states(village) == {LinkPair(1, ANN.user_id): LinkState.CLAIMED}


async def test_claims_wait_until_they_are_decided_disputed_ones_too(
    village: Village, links: Links
) -> None:
    await village.settled({1: "One", 2: "Two"})
    await links.claim(village.clan, ANN, "One")
    await links.claim(village.clan, BEN, "One")
    await links.claim(village.clan, BEN, "Two")
    names = [each.name for each in await links.waiting_claims(village.clan)]
    assert names == ["One", "One", "Two"]
    await links.confirm(village.clan, LinkPair(2, BEN.user_id), OFFICER)
    await links.reject(village.clan, LinkPair(1, ANN.user_id), OFFICER)
    (left,) = await links.waiting_claims(village.clan)
    assert left.name == "One"


async def test_a_claim_is_refused_with_the_reason(village: Village, links: Links) -> None:
    await village.settled({1: "One", 2: "Two"})
    await village.settled({3: "Gone"}, left_at=NOW - DAY)
    await village.linked(2, BEN.user_id)
    await links.claim(village.clan, ANN, "One")
    await links.reject(village.clan, LinkPair(2, BEN.user_id), OFFICER)
    for name, refusal in (
        ("Nobody", LinkRefusal.UNKNOWN),
        ("Gone", LinkRefusal.UNKNOWN),
        ("One", LinkRefusal.YOURS),
        ("Two", LinkRefusal.TAKEN),
    ):
        assert (await links.claim(village.clan, ANN, name)).refusal is refusal
    assert await states(village) == {
        LinkPair(2, BEN.user_id): LinkState.CONFIRMED,
        LinkPair(1, ANN.user_id): LinkState.CLAIMED,
    }
    assert len(await log(village)) == 1


async def test_what_an_officer_rejected_is_not_claimed_again(
    village: Village, links: Links
) -> None:
    await village.settled({1: "One"})
    await links.claim(village.clan, ANN, "One")
    await links.reject(village.clan, LinkPair(1, ANN.user_id), OFFICER)
    assert (await links.claim(village.clan, ANN, "One")).refusal is LinkRefusal.REJECTED
    assert (await persons(village)).links == {1: Link.NONE}


async def test_two_claims_are_a_conflict_and_confirming_one_ends_the_other(
    village: Village, links: Links
) -> None:
    await village.settled({1: "One"})
    for who in (ANN, BEN):
        await links.claim(village.clan, who, "One")
    assert (await persons(village)).links == {1: Link.NONE}
    answer = await links.confirm(village.clan, LinkPair(1, BEN.user_id), OFFICER)
    assert (answer.refusal, answer.ended) == (None, 1)
    assert (await persons(village)).by_user.keys() == {BEN.user_id}
    assert (await links.claim(village.clan, ANN, "One")).refusal is LinkRefusal.TAKEN


async def test_who_unlinks_is_not_matched_again_by_the_name(village: Village, links: Links) -> None:
    await village.settled({1: "One"})
    await village.called(ANN.user_id, "One")
    assert (await persons(village)).links == {1: Link.NAME}
    await links.claim(village.clan, ANN, "One")
    assert await links.unlink(village.clan, ANN.user_id, "one") == LinkResult("One", partner="One")
    assert (await persons(village)).links == {1: Link.NONE}
    assert (await links.unlink(village.clan, ANN.user_id, "One")).refusal is LinkRefusal.NOT_LINKED
    assert (await links.unlink(village.clan, BEN.user_id, "One")).refusal is LinkRefusal.NOT_LINKED


async def test_one_can_unlink_a_confirmed_account_that_left_the_clan(
    village: Village, links: Links
) -> None:
    await village.settled({1: "One"}, left_at=NOW - DAY)
    await village.linked(1, ANN.user_id)
    assert await links.linked(village.clan, ANN.user_id) == ("One",)
    assert (await links.unlink(village.clan, ANN.user_id, "One")).refusal is None
    assert await links.linked(village.clan, ANN.user_id) == ()


async def test_the_account_known_by_name_stays_when_another_is_claimed_and_then_confirmed(
    village: Village, links: Links
) -> None:
    await village.settled({1: "Ann", 2: "Annes Alt"})
    await village.called(ANN.user_id, "Ann")
    await links.claim(village.clan, ANN, "Annes Alt")
    person = (await persons(village)).by_user[ANN.user_id]
    assert (person.players, person.link) == ((1,), Link.NAME)
    answer = await links.confirm(village.clan, LinkPair(2, ANN.user_id), OFFICER)
    assert answer.kept == "Ann"
    found = await persons(village)
    assert found.by_user[ANN.user_id].players == (1, 2)
    assert found.links == {1: Link.NAME, 2: Link.CONFIRMED}


async def test_two_officers_at_once_do_nothing_double(village: Village, links: Links) -> None:
    await village.settled({1: "One"})
    await links.claim(village.clan, ANN, "One")
    await links.claim(village.clan, BEN, "One")
    answers = await asyncio.gather(
        links.confirm(village.clan, LinkPair(1, ANN.user_id), OFFICER),
        links.confirm(village.clan, LinkPair(1, ANN.user_id), OTHER_OFFICER),
        links.confirm(village.clan, LinkPair(1, BEN.user_id), OTHER_OFFICER),
    )
    assert sorted(str(each.refusal) for each in answers) == ["None", "already", "taken"]
    actions = [action for action, *_ in await log(village)]
    assert actions.count(LinkAction.CONFIRM) == 2  # the one that was meant, and the claim it ended


@pytest.mark.parametrize("prior", ["nothing", "claim", "conflict", "rejected", "name"])
async def test_undo_restores_exactly_what_was(village: Village, links: Links, prior: str) -> None:
    await village.settled({1: "One", 2: "Two"})
    if prior == "name":
        await village.called(ANN.user_id, "Two")
    if prior in {"claim", "conflict", "rejected"}:
        await links.claim(village.clan, ANN, "One")
    if prior == "conflict":
        await links.claim(village.clan, BEN, "One")
    if prior == "rejected":
        await links.reject(village.clan, LinkPair(1, ANN.user_id), OFFICER)
    async with village.database.reading() as connection:
        before = await stored.every(connection, village.clan.clan_id)
    village.clock.now = NOW + HOUR
    await links.confirm(village.clan, LinkPair(1, ANN.user_id), OFFICER)
    last = (await links.queue(village.clan, [])).last_action
    assert last is not None
    assert (last.action, last.player, last.by_user_id) == (
        LinkAction.CONFIRM,
        "One",
        OFFICER.user_id,
    )
    assert await links.undo(village.clan, last.action_id, OTHER_OFFICER) is None
    async with village.database.reading() as connection:
        assert await stored.every(connection, village.clan.clan_id) == before
    assert (await log(village))[-1][:2] == (LinkAction.UNDO, OTHER_OFFICER.user_id)
    assert await links.undo(village.clan, last.action_id, OFFICER) is LinkRefusal.CHANGED


async def test_what_was_changed_since_cannot_be_undone(village: Village, links: Links) -> None:
    await village.settled({1: "One", 2: "Two"})
    pair = LinkPair(1, ANN.user_id)
    await links.confirm(village.clan, pair, OFFICER)
    last = (await links.queue(village.clan, [])).last_action
    assert last is not None
    await links.unlink(village.clan, ANN.user_id, "One")
    assert await links.undo(village.clan, last.action_id, OFFICER) is LinkRefusal.CHANGED
    assert await states(village) == {pair: LinkState.ENDED}
    assert (await links.queue(village.clan, [])).last_action is None


@pytest.mark.parametrize("left_at", [None, NOW - DAY])
async def test_nobody_touches_a_claim_or_link_of_a_rank_above_their_own(
    village: Village, links: Links, left_at: datetime | None
) -> None:
    await village.settled({1: "Boss"}, role="owner", left_at=left_at)
    await village.linked(1, BEN.user_id, state=stored.StoredState.CLAIMED)
    below, pair = Officer(ANN.user_id, Authority.OFFICER), LinkPair(1, BEN.user_id)
    for action in (links.reject, links.make_main, links.end):
        assert (await action(village.clan, pair, below)).refusal is LinkRefusal.ABOVE, action
    await links.reject(village.clan, pair, OFFICER)
    last = (await links.queue(village.clan, [])).last_action
    assert last is not None
    assert await links.undo(village.clan, last.action_id, below) is LinkRefusal.ABOVE
    assert await states(village) == {pair: LinkState.REJECTED}


async def test_an_officer_leaves_the_mark_of_no_discord_on_their_leaders_alone(
    village: Village, links: Links
) -> None:
    await village.settled({1: "Boss"}, role="owner")
    below = Officer(ANN.user_id, Authority.OFFICER)
    answer = await links.mark_discord(village.clan, 1, below, has_none=True)
    assert answer.refusal is LinkRefusal.ABOVE


async def test_nobody_confirms_rejects_or_undoes_their_own_link(
    village: Village, links: Links
) -> None:
    await village.settled({1: "One", 2: "Two"})
    me, mine = Officer(ANN.user_id), LinkPair(1, ANN.user_id)
    await links.claim(village.clan, ANN, "One")
    for action in (links.confirm, links.mark_alt, links.reject, links.make_main):
        assert (await action(village.clan, mine, me)).refusal is LinkRefusal.OWN, action
    by_hand = await links.link_by_hand(village.clan, ANN.user_id, "Two", me)
    assert by_hand.refusal is LinkRefusal.OWN
    assert done(await links.confirm_all(village.clan, [mine, LinkPair(2, BEN.user_id)], me)) == 1
    await links.confirm(village.clan, mine, OFFICER)
    await links.end(village.clan, mine, OFFICER)
    last = (await links.queue(village.clan, [])).last_action
    assert last is not None
    assert await links.undo(village.clan, last.action_id, me) is LinkRefusal.OWN
    assert (await states(village))[mine] is LinkState.ENDED


async def test_everybody_may_give_up_their_own_link_whatever_its_rank(
    village: Village, links: Links
) -> None:
    await village.settled({1: "Boss"}, role="owner")
    await village.linked(1, ANN.user_id)
    me = Officer(ANN.user_id, Authority.OFFICER)
    assert (await links.end(village.clan, LinkPair(1, ANN.user_id), me)).refusal is None
    assert await states(village) == {LinkPair(1, ANN.user_id): LinkState.ENDED}


async def test_the_owner_of_the_server_confirms_their_own_and_that_stands_in_the_log(
    village: Village, links: Links
) -> None:
    await village.settled({1: "Boss"}, role="owner")
    mine, me = LinkPair(1, ANN.user_id), Officer(ANN.user_id, owns_server=True)
    await links.claim(village.clan, ANN, "Boss")
    assert (await links.reject(village.clan, mine, me)).refusal is LinkRefusal.OWN
    with capture_logs() as logged:
        assert (await links.confirm(village.clan, mine, me)).refusal is None
    assert [(each["event"], each["user"]) for each in logged] == [
        ("confirmed their own account", ANN.user_id)
    ]
    assert (await log(village))[-1] == (LinkAction.CONFIRM, ANN.user_id, mine)


async def test_making_an_alt_the_main_account_is_not_for_who_stands_below_the_main_one(
    village: Village, links: Links
) -> None:
    await village.settled({1: "Boss"}, role="owner")
    await village.settled({2: "Alt"})
    await village.linked(1, BEN.user_id, is_main=True)
    await village.linked(2, BEN.user_id)
    below = Officer(ANN.user_id, Authority.OFFICER)
    answer = await links.make_main(village.clan, LinkPair(2, BEN.user_id), below)
    assert answer.refusal is LinkRefusal.ABOVE


async def test_an_alt_of_somebody_whose_main_account_is_only_claimed_can_be_marked(
    village: Village, links: Links
) -> None:
    await village.settled({1: "One", 2: "Two"})
    await links.claim(village.clan, ANN, "One")
    assert (await links.mark_alt(village.clan, LinkPair(2, ANN.user_id), OFFICER)).refusal is None
    await links.confirm(village.clan, LinkPair(1, ANN.user_id), OFFICER)
    assert (await persons(village)).by_user[ANN.user_id].players == (1, 2)


async def test_an_officer_sees_the_claims_of_somebody_beside_what_counts(
    village: Village, links: Links
) -> None:
    await village.settled({1: "One", 2: "Two", 3: "Three"})
    await village.linked(2, ANN.user_id)
    await village.linked(3, ANN.user_id, state=stored.StoredState.CLAIMED)
    accounts = await links.accounts(village.clan, ANN)
    assert [(each.name, each.link, each.counts) for each in accounts] == [
        ("Two", Link.CONFIRMED, True),
        ("Three", Link.CLAIMED, False),
    ]


async def test_a_claim_on_another_s_name_is_a_conflict_with_both_in_the_queue(
    village: Village, links: Links
) -> None:
    await village.settled({1: "Zezima"})
    await village.called(ANN.user_id, "Zezima")
    assert (await links.claim(village.clan, BEN, "Zezima")).rivals
    queue = await links.queue(village.clan, [])
    (conflict,) = queue.conflicts
    assert {each.pair.user_id for each in conflict.partners} == {ANN.user_id, BEN.user_id}
    assert (queue.claims, queue.sure_pairs) == ((), ())
    await links.confirm(village.clan, LinkPair(1, ANN.user_id), OFFICER)
    assert (await links.queue(village.clan, [])).conflicts == ()
    assert (await states(village))[LinkPair(1, BEN.user_id)] is LinkState.ENDED


async def test_nobody_confirms_a_rank_above_their_own(village: Village, links: Links) -> None:
    await village.settled({1: "Boss"}, role="owner")
    await village.settled({2: "Two"})
    below = Officer(998, Authority.OFFICER)
    pair = LinkPair(1, ANN.user_id)
    for action in (links.confirm, links.mark_alt, links.end):
        assert (await action(village.clan, pair, below)).refusal is LinkRefusal.ABOVE
    assert done(await links.confirm_all(village.clan, [pair, LinkPair(2, BEN.user_id)], below)) == 1
    await links.confirm(village.clan, pair, OFFICER)
    await links.end(village.clan, pair, OFFICER)
    last = (await links.queue(village.clan, [])).last_action
    assert last is not None
    assert await links.undo(village.clan, last.action_id, below) is LinkRefusal.ABOVE
    assert await may_as(village, ANN.user_id) == frozenset()


async def test_deeds_are_undone_one_after_the_other(village: Village, links: Links) -> None:
    await village.settled({1: "One", 2: "Two"})
    await links.confirm(village.clan, LinkPair(1, ANN.user_id), OFFICER)
    await links.mark_discord(village.clan, 2, OFFICER, has_none=True)
    for action in (LinkAction.NO_DISCORD, LinkAction.CONFIRM):
        queue = await links.queue(village.clan, [])
        assert queue.last_action is not None
        assert queue.last_action.action is action
        assert await links.undo(village.clan, queue.last_action.action_id, OFFICER) is None
    queue = await links.queue(village.clan, [])
    assert (queue.last_action, queue.without_discord) == (None, frozenset())
    assert await states(village) == {}


async def test_no_discord_is_marked_and_taken_back(village: Village, links: Links) -> None:
    await village.settled({1: "One"})
    mark = links.mark_discord
    assert (await mark(village.clan, 1, OFFICER, has_none=True)).refusal is None
    assert (await mark(village.clan, 1, OFFICER, has_none=True)).refusal is LinkRefusal.ALREADY
    assert (await links.queue(village.clan, [])).without_discord == {1}
    assert (await mark(village.clan, 1, OFFICER, has_none=False)).refusal is None
    assert (await mark(village.clan, 5, OFFICER, has_none=True)).refusal is LinkRefusal.UNKNOWN
    assert (await links.queue(village.clan, [])).without_discord == frozenset()


async def test_no_discord_is_marked_for_many_at_once_and_taken_back_at_once(
    village: Village, links: Links
) -> None:
    await village.settled({number: f"P{number}" for number in range(1, 8)})
    await village.settled({8: "Boss"}, role="owner")
    await village.settled({9: "Gone"}, left_at=NOW)
    await village.linked(7, OFFICER.user_id)
    below = Officer(OFFICER.user_id, Authority.OFFICER)
    await links.mark_discord(village.clan, 1, OFFICER, has_none=True)
    asked = [*range(1, 10), 99]
    marks = [LinkPair(each, 0) for each in asked]
    mark, clan = LinkAction.NO_DISCORD, village.clan
    assert done(await links.decide_many(clan, mark, marks, below)) == 5
    queue = await links.queue(village.clan, [])
    assert queue.without_discord == {1, 2, 3, 4, 5, 6}
    assert done(await links.decide_many(clan, mark, marks, below)) == 0
    assert queue.last_action is not None
    assert len(queue.last_action.pairs) == 5
    undone = await links.undo(village.clan, queue.last_action.action_id, below)
    assert undone is None
    assert (await links.queue(village.clan, [])).without_discord == {1}


async def test_an_officer_called_like_an_account_decides_about_nobody_else_s_link_to_it(
    village: Village, links: Links
) -> None:
    await village.settled({1: "One"})
    await village.called(OFFICER.user_id, "\N{CROWN} One \N{CROWN}")
    await links.claim(village.clan, ANN, "One")
    pair = LinkPair(1, ANN.user_id)
    assert (await links.reject(village.clan, pair, OFFICER)).refusal is LinkRefusal.OWN
    marked = await links.mark_discord(village.clan, 1, OFFICER, has_none=True)
    assert marked.refusal is LinkRefusal.OWN
    assert (await links.confirm(village.clan, pair, OTHER_OFFICER)).refusal is None
    assert (await links.end(village.clan, pair, OFFICER)).refusal is LinkRefusal.OWN
    action_id = (await links.queue(village.clan, [])).last_action
    assert action_id is not None
    assert await links.undo(village.clan, action_id.action_id, OFFICER) is LinkRefusal.OWN
    assert (await links.end(village.clan, pair, OTHER_OFFICER)).refusal is None


@pytest.mark.parametrize("role", ["owner", "onyx", "member"])
async def test_an_account_that_gives_rights_is_no_sure_pair_whatever_somebody_calls_themself(
    village: Village, links: Links, role: str
) -> None:
    await village.settled({1: "One"}, role=role)
    member = GuildMember(ANN.user_id, "One", "ann")
    queue = await links.queue(village.clan, [member])
    assert [each.pair for each in queue.sure_pairs] == (
        [LinkPair(1, ANN.user_id)] if role == "member" else []
    )
    likely = [each.pair for entry in queue.unmatched_players for each in entry.partners]
    assert likely == ([] if role == "member" else [LinkPair(1, ANN.user_id)])


async def test_officers_link_by_hand_mark_alts_and_choose_the_main_account(
    village: Village, links: Links
) -> None:
    await village.settled({1: "One", 2: "Two"})
    assert (await links.link_by_hand(village.clan, 11, "oNe", OFFICER)).refusal is None
    assert (await links.link_by_hand(village.clan, 11, "Three", OFFICER)).player == "Three"
    assert (await links.mark_alt(village.clan, LinkPair(2, 11), OFFICER)).refusal is None
    accounts = await links.accounts(village.clan, ANN)
    assert [(each.name, each.link) for each in accounts] == [
        ("One", Link.CONFIRMED),
        ("Two", Link.CONFIRMED),
    ]
    await links.make_main(village.clan, LinkPair(2, 11), OFFICER)
    assert [each.name for each in await links.accounts(village.clan, ANN)] == ["Two", "One"]
    await links.end(village.clan, LinkPair(2, 11), OFFICER)
    assert [each.name for each in await links.accounts(village.clan, ANN)] == ["One"]
    assert (
        await links.mark_alt(village.clan, LinkPair(1, 11), OFFICER)
    ).refusal is LinkRefusal.NO_MAIN
    unknown = [
        await links.confirm(village.clan, LinkPair(9, 11), OFFICER),
        await links.mark_alt(village.clan, LinkPair(9, 11), OFFICER),
        await links.link_by_hand(village.clan, 11, "Nine", OFFICER),
    ]
    assert {each.refusal for each in unknown} == {LinkRefusal.UNKNOWN}


async def test_one_clan_s_links_are_not_another_s(village: Village, links: Links) -> None:
    other = await village.known_clans.found(2, "Other")
    elsewhere = Village(village.database, village.known_clans, village.clock, other)
    await village.settled({1: "One"})
    await elsewhere.settled({1: "One"})
    await links.confirm(village.clan, LinkPair(1, ANN.user_id), OFFICER)
    await links.mark_discord(village.clan, 1, OFFICER, has_none=True)
    assert await states(elsewhere) == {}
    assert (await links.claim(other, BEN, "One")).refusal is None
    queue = await links.queue(other, [])
    assert (queue.last_action, queue.without_discord) == (None, frozenset())


async def test_what_one_of_several_is_refused_stops_no_other_and_all_is_undone_at_once(
    village: Village, links: Links
) -> None:
    await village.settled({1: "One", 2: "Two", 3: "Three", 4: "Four", 5: "Five"})
    await village.settled({6: "Boss"}, role="owner")
    await village.settled({7: "Gone"}, left_at=NOW)
    await village.linked(5, 90)
    below = Officer(OFFICER.user_id, Authority.OFFICER)
    asked = {
        LinkPair(1, ANN.user_id): None,
        LinkPair(2, OFFICER.user_id): LinkRefusal.OWN,
        LinkPair(6, BEN.user_id): LinkRefusal.ABOVE,
        LinkPair(7, BEN.user_id): LinkRefusal.UNKNOWN,
        LinkPair(5, BEN.user_id): LinkRefusal.TAKEN,
        LinkPair(3, BEN.user_id): LinkRefusal.RIVALS,
        LinkPair(3, 13): LinkRefusal.RIVALS,
        LinkPair(0, 14): LinkRefusal.NOBODY,
        LinkPair(4, BEN.user_id): None,
    }
    before = await states(village)
    answers = await links.decide_many(village.clan, LinkAction.CONFIRM, [*asked], below)
    assert [each.refusal for each in answers] == [*asked.values()]
    assert [each.player for each in answers[:3]] == ["One", "Two", "Boss"]
    confirmed = {pair for pair, refusal in asked.items() if refusal is None}
    now = await states(village)
    assert {pair for pair in now if pair not in before} == confirmed
    last = (await links.queue(village.clan, [])).last_action
    assert last is not None
    assert {*last.pairs} == confirmed
    assert await links.undo(village.clan, last.action_id, below) is None
    assert await states(village) == before


async def test_two_alts_of_one_person_are_marked_at_once_beside_the_main_account(
    village: Village, links: Links
) -> None:
    await village.settled({1: "One", 2: "Two", 3: "Three"})
    await village.called(ANN.user_id, "One")
    alts = [LinkPair(2, ANN.user_id), LinkPair(3, ANN.user_id)]
    first, second = await links.decide_many(village.clan, LinkAction.MARK_ALT, alts, OFFICER)
    assert (first.refusal, second.refusal) == (None, None)
    assert (first.kept, second.kept) == ("One", "")
    ann = (await persons(village)).by_user[ANN.user_id]
    assert (ann.main, {*ann.players}) == (1, {1, 2, 3})


async def test_several_are_rejected_at_once_and_a_confirmed_one_is_left_as_it_is(
    village: Village, links: Links
) -> None:
    await village.settled({1: "One", 2: "Two"})
    await village.linked(2, BEN.user_id)
    pairs = [LinkPair(1, ANN.user_id), LinkPair(2, BEN.user_id)]
    answers = await links.decide_many(village.clan, LinkAction.REJECT, pairs, OFFICER)
    assert [each.refusal for each in answers] == [None, LinkRefusal.CHANGED]
    assert (await states(village))[pairs[0]] is LinkState.REJECTED
    assert (await states(village))[pairs[1]] is LinkState.CONFIRMED


@pytest.mark.parametrize("action", [LinkAction.CONFIRM, LinkAction.REJECT, LinkAction.NO_DISCORD])
async def test_ten_cost_hardly_more_statements_than_one(
    village: Village, links: Links, action: LinkAction
) -> None:
    await village.settled({number: f"P{number}" for number in range(1, 12)})
    pairs = [LinkPair(number, 100 + number) for number in range(1, 12)]
    sent = []
    for asked in (pairs[:1], pairs[1:]):
        with village_of.counted(village.database) as statements:
            answers = await links.decide_many(village.clan, action, asked, OFFICER)
        assert done(answers) == len(asked)
        sent.append(len(statements))
    # Of what is noted the first event names the action, the others are written together.
    assert sent[1] <= sent[0] + 1
    last = (await links.queue(village.clan, [])).last_action
    assert last is not None
    with village_of.counted(village.database) as statements:
        assert await links.undo(village.clan, last.action_id, OFFICER) is None
    assert len(statements) <= sent[0] + 6

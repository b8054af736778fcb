"""A claim from end to end, and what opening the reports to members must not open with them."""

import json
from dataclasses import replace

import pytest
from simcord.actors import MemberActor
from simcord.results import InteractionResult, ResponseMessage

from bot.clan.linking import LinkPair, LinkState
from bot.clan.ranks import DEFAULT_PERMISSIONS, Authority
from bot.demo.cast import MadeUpPlayer
from bot.services.people import Officer, Whom, read_ties
from tests.cogs.deciding import ids
from tests.cogs.test_links import claimed, decide, name_of, players, press
from tests.cogs.test_me import hero, quiet_player
from tests.cogs.town import START, Town, words

MEMBERS, OFFICERS = ("guest", "member"), ("officer", "leader", "owner")
REASON = "surgery"


async def opened(town: Town) -> None:
    """Let every member of the clan see the reports; make the member one."""
    clan = await town.clan()
    permissions = replace(clan.permissions, see_reports=Authority.MEMBER)
    await town.services.clans.set_permissions(clan, permissions)
    await confirmed(town, town.member, players(town)[0])


async def confirmed(town: Town, who: MemberActor, player: MadeUpPlayer) -> None:
    pair = LinkPair(player.player_id, who.id)
    answer = await town.services.links.confirm(await town.clan(), pair, Officer(town.owner.id))
    assert answer.refusal is None


async def state_of(town: Town, who: MemberActor, player: MadeUpPlayer) -> LinkState | None:
    async with town.services.links._database.reading() as connection:
        ties = await read_ties(connection, await town.clan())
    tie = ties.get(LinkPair(player.player_id, who.id))
    return None if tie is None else tie.state


def owner_account(town: Town) -> MadeUpPlayer:
    return next(each for each in town.world.present(START) if each.role_at(START) == "owner")


def said_by(result: InteractionResult) -> str:
    found = [each for each in (result.response, *result.followups) if each is not None]
    return "\n".join(map(words, found))


async def panel_of(town: Town, who: MemberActor) -> ResponseMessage:
    result = await who.slash(town.general, "clanstats links")
    assert result.response is not None
    return result.response


@pytest.mark.parametrize("who", [*MEMBERS, *OFFICERS])
async def test_whoever_reads_reports_decides_no_links_by_that(town: Town, who: str) -> None:
    await opened(town)
    actor: MemberActor = getattr(town, who)
    report = await actor.slash(town.general, "clanstats status")
    assert ("Only members of the clan may" in said_by(report)) is (who == "guest")
    for result in (
        await actor.slash(town.general, "clanstats links"),
        await actor.context_menu(town.general, "Link account", town.guest),
    ):
        refused = "Only officers may decide whose account is whose" in said_by(result)
        assert refused is (who in MEMBERS)


async def test_a_reader_who_could_decide_before_changes_nothing_by_the_buttons_left(
    town: Town,
) -> None:
    await opened(town)
    clan, player = await town.clan(), players(town)[1]
    both = replace(clan.permissions, decide_links=Authority.MEMBER)
    await claimed(town, town.guest, name_of(player))
    await town.services.clans.set_permissions(clan, both)
    panel = await panel_of(town, town.member)
    await town.services.clans.set_permissions(clan, clan.permissions)
    before = words(panel)
    selects = ("pick", "choose", "details")
    buttons = [each for each in ids(panel) if each.split(":")[1] not in selects]
    assert len(buttons) > 3
    for custom_id in buttons:
        result = await town.member.click(panel, custom_id=custom_id)
        assert "Only officers may decide" in said_by(result), custom_id
    assert words(panel) == before
    assert await state_of(town, town.guest, player) is LinkState.CLAIMED


async def test_who_lost_the_right_meanwhile_decides_nothing(town: Town) -> None:
    await opened(town)
    player = players(town)[1]
    await claimed(town, town.guest, name_of(player))
    panel = await panel_of(town, town.officer)
    clan = await town.clan()
    permissions = replace(clan.permissions, discord_officers=frozenset())
    await town.services.clans.set_permissions(clan, permissions)
    result = await press(town, panel, "links:decide:confirm")
    assert "Only officers may decide" in said_by(result)
    assert await state_of(town, town.guest, player) is LinkState.CLAIMED


async def test_a_member_who_sees_reports_neither_exports_nor_forgets_a_stranger(town: Town) -> None:
    await opened(town)
    clan, stranger = await town.clan(), players(town)[1]
    leave = Whom(player_id=stranger.player_id)
    days = ("today", "2 weeks")
    await town.services.leaves.go(clan, leave, days, reason=REASON, by=town.officer.id)
    await claimed(town, town.member, name_of(stranger))
    result = await town.member.slash(town.general, "privacy export")
    assert result.response is not None
    (file,) = result.response.attachments
    text = (await file.read()).decode()
    assert REASON not in text
    accounts = {each["player"] for each in json.loads(text)["accounts"]}
    assert accounts == {name_of(players(town)[0])}
    forget = await town.member.slash(town.general, "privacy forget")
    assert forget.response is not None
    await town.member.click(forget.response, label="Delete")
    listed = await town.services.leaves.listed(clan)
    assert [each.reason for each in listed.current] == [REASON]


@pytest.mark.parametrize("who", MEMBERS)
async def test_a_member_who_sees_reports_neither_reads_nor_sets_leave_nor_cases_nor_exemptions(
    town: Town, who: str
) -> None:
    await opened(town)
    actor: MemberActor = getattr(town, who)
    for command, options in (
        ("clanstats away", {}),
        ("clanstats away", {"player": "x", "from": "today", "until": "2 weeks"}),
        ("clanstats exempt", {"player": "x", "reason": "y"}),
        ("clanstats retention", {"days": 1}),
        ("clanstats cases", {}),
        ("clanstats settings", {}),
        ("inactive", {}),
        ("promotions", {}),
    ):
        result = await actor.slash(town.general, command, **options)
        assert "Only " in said_by(result), command


@pytest.mark.parametrize("who", ["officer", "leader"])
async def test_nobody_confirms_or_rejects_their_own_claim_at_the_button(
    town: Town, who: str
) -> None:
    actor, player = getattr(town, who), players(town)[1]
    await claimed(town, actor, name_of(player))
    panel = await panel_of(town, actor)
    for action in ("confirm", "reject", "mark as alt"):
        await decide(town, panel, action, who=actor)
        assert "you cannot decide about your own account" in words(panel), action
    assert await state_of(town, actor, player) is LinkState.CLAIMED
    other = town.owner if who == "leader" else town.leader
    panel = await panel_of(town, other)
    await decide(town, panel, "confirm", who=other)
    assert await state_of(town, actor, player) is LinkState.CONFIRMED


async def test_the_owner_of_the_server_confirms_their_own_claim(town: Town) -> None:
    player = owner_account(town)
    await claimed(town, town.owner, name_of(player))
    panel = await panel_of(town, town.owner)
    await decide(town, panel, "confirm", (player, town.owner), who=town.owner)
    assert await state_of(town, town.owner, player) is LinkState.CONFIRMED


async def test_an_officer_rejects_no_claim_of_the_owner(town: Town) -> None:
    player = owner_account(town)
    await claimed(town, town.owner, name_of(player))
    panel = await panel_of(town, town.officer)
    await decide(town, panel, "reject")
    assert "gives more rights than yours" in words(panel)
    assert await state_of(town, town.owner, player) is LinkState.CLAIMED


async def test_an_officer_does_not_undo_what_leadership_ended_of_their_own(town: Town) -> None:
    player, clan = players(town)[1], await town.clan()
    await confirmed(town, town.officer, player)
    pair = LinkPair(player.player_id, town.officer.id)
    await town.services.links.end(clan, pair, Officer(town.leader.id))
    panel = await panel_of(town, town.officer)
    await press(town, panel, "links:undo")
    assert "That concerns your own account" in words(panel)
    assert await state_of(town, town.officer, player) is LinkState.ENDED


async def test_a_guest_s_claim_is_on_their_own_card_and_can_t_be_posted(town: Town) -> None:
    player = players(town)[1]
    said = words((await claimed(town, town.guest, name_of(player))).response)
    assert "You claim" in said
    assert "once an officer has confirmed it" in said
    card = words((await town.guest.slash(town.general, "me")).response)
    assert "**Claimed**" in card
    assert "Post here" not in card
    assert "Before you are called inactive" not in card
    others = await town.officer.context_menu(town.general, "Clan card", town.guest)
    assert "I do not know which member that is" in said_by(others)


async def test_a_victim_keeps_their_card_and_both_are_told_that_an_officer_decides(
    town: Town,
) -> None:
    victim, name = await hero(town), quiet_player(town).name_at(START)
    said = words((await claimed(town, town.guest, name)).response)
    assert "Somebody else claims it or has its name: an officer decides" in said
    for _ in range(2):
        card = words((await victim.slash(town.general, "me")).response)
        assert "**Messages**  40" in card
        assert "Before you are called inactive" in card
        await claimed(town, victim, name)
    panel = await panel_of(town, town.officer)
    assert "Conflicts 1" in words(panel)


async def test_a_fourth_claim_is_refused_in_words(town: Town) -> None:
    names = [name_of(each) for each in players(town)[1:5]]
    for name in names[:3]:
        assert "You claim" in words((await claimed(town, town.guest, name)).response)
    refused = words((await claimed(town, town.guest, names[3])).response)
    assert "You have 3 claims waiting" in refused


async def test_a_leave_without_a_confirmed_account_says_that_it_protects_none(town: Town) -> None:
    dates = {"from": "today", "until": "2 weeks"}
    mine = await town.guest.slash(town.general, "away", **dates)
    assert "No account is confirmed yet" in said_by(mine)
    theirs = await town.officer.slash(town.general, "clanstats away", member=town.guest, **dates)
    assert "No account of theirs is confirmed" in said_by(theirs)
    await confirmed(town, town.guest, players(town)[1])
    again = await town.guest.slash(town.general, "away", **dates)
    assert "No account is confirmed yet" not in said_by(again)


async def test_links_may_be_left_to_leadership_alone(town: Town) -> None:
    clan = await town.clan()
    permissions = replace(clan.permissions, decide_links=Authority.LEADERSHIP)
    await town.services.clans.set_permissions(clan, permissions)
    refused = await town.officer.slash(town.general, "clanstats links")
    assert "Only the clan's leadership may decide whose account is whose" in said_by(refused)
    assert DEFAULT_PERMISSIONS.decide_links is Authority.OFFICER


@pytest.mark.parametrize("who", ["member", *OFFICERS])
async def test_who_reads_reports_posts_them_only_as_an_officer(town: Town, who: str) -> None:
    await opened(town)
    actor: MemberActor = getattr(town, who)
    shown = await actor.slash(town.general, "clanstats report")
    assert "Clan report" in said_by(shown)
    assert ("Post here" in said_by(shown)) is (who in OFFICERS)
    posted = await actor.slash(town.general, "clanstats report", visibility="summary")
    refused = "Only officers may post the clan's reports" in said_by(posted)
    assert refused is (who not in OFFICERS)
    assert ("Here it is, for everybody" in said_by(posted)) is (who in OFFICERS)


async def test_a_report_is_not_posted_by_the_button_of_who_was_an_officer(town: Town) -> None:
    await opened(town)
    await confirmed(town, town.officer, players(town)[1])
    shown = (await town.officer.slash(town.general, "clanstats report")).response
    assert shown is not None
    clan = await town.clan()
    lost = replace(clan.permissions, discord_officers=frozenset())
    await town.services.clans.set_permissions(clan, lost)
    result = await town.officer.click(shown, label="Post here")
    assert "Only officers may post the clan's reports" in said_by(result)

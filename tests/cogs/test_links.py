"""Who says who they are, and what officers make of it; each press asks the gate again."""

from dataclasses import replace
from typing import Any

import pytest
from simcord.actors import MemberActor
from simcord.components import walk_components
from simcord.results import InteractionResult, ResponseMessage

from bot.clan.linking import LinkPair
from bot.clan.ranks import DEFAULT_PERMISSIONS
from bot.demo.cast import MadeUpPlayer
from bot.services.people import Officer
from tests.cogs.deciding import ids, options, picks, player_of, refusal_of, select
from tests.cogs.town import START, Town, newest, words

_WITH_RIGHTS = {*DEFAULT_PERMISSIONS.tier_1, *DEFAULT_PERMISSIONS.officer_roles}


def players(town: Town) -> list[MadeUpPlayer]:
    """Return members who never had another name, nor any right."""
    return [
        each
        for each in town.world.present(START)
        if len(each.names) == 1 and each.role_at(START) not in _WITH_RIGHTS
    ]


def name_of(player: MadeUpPlayer) -> str:
    return player.name_at(START)


def escaped(text: str) -> str:
    return text.replace("_", "\\_")


async def claimed(town: Town, who: MemberActor, player: str) -> InteractionResult:
    result = await who.slash(town.general, "link", player=player)
    assert result.ephemeral
    return result


def names(*players: MadeUpPlayer) -> list[str]:
    """Return how players are named in an answer."""
    return [f"**{escaped(name_of(each))}**" for each in players]


def field_of(shown: InteractionResult) -> str:
    """Return the one field of a form."""
    assert shown.modal is not None
    (field,) = [
        each for each in walk_components(shown.modal["components"]) if each["type"] in {4, 5}
    ]
    return str(field["custom_id"])


async def queue(town: Town, tab: str = "") -> ResponseMessage:
    result = await town.officer.slash(town.general, "clanstats links")
    assert result.ephemeral
    assert result.response is not None
    if tab:
        await press(town, result.response, f"links:tab:{tab}")
    return result.response


async def press(
    town: Town, panel: ResponseMessage, start: str, who: MemberActor | None = None
) -> InteractionResult:
    """Press the one button whose id begins so."""
    found = {each for each in ids(panel) if each.startswith(f"{start}:")}
    assert len(found) == 1, (start, ids(panel))
    return await (who or town.officer).click(panel, custom_id=found.pop())


async def decide(
    town: Town,
    panel: ResponseMessage,
    action: str,
    *picked: tuple[MadeUpPlayer, MemberActor] | str,
    who: MemberActor | None = None,
) -> InteractionResult:
    """Pick pairs, or the first one if none is named, and press what is done with them."""
    officer = who or town.officer
    name = next(iter(ids(panel))).partition(":")[0]
    values = [each if isinstance(each, str) else value_of(*each) for each in picked]
    await select(town, panel, "pick", *(values or picks(panel)[:1]), who=officer)
    return await press(town, panel, f"{name}:decide:{action}", officer)


def value_of(player: MadeUpPlayer, who: MemberActor) -> str:
    return f"{player.player_id}.{who.id}"


def controls(panel: ResponseMessage) -> dict[str, dict[str, Any]]:
    return {
        part["custom_id"]: part for part in walk_components(panel.components) if "custom_id" in part
    }


def fits(panel: ResponseMessage) -> bool:
    parts = list(walk_components(panel.components))
    texts = sum(len(part["content"]) for part in parts if "content" in part)
    picks = [len(part["options"]) for part in parts if "options" in part]
    return len(parts) <= 40 and texts <= 4000 and all(1 <= count <= 25 for count in picks)


async def rights(town: Town, who: MemberActor) -> frozenset[str]:
    clan = await town.clan()
    caller = await town.services.clans.caller(clan, who.id, frozenset(), owner=False, manager=False)
    return caller.wom_roles


async def test_a_member_claims_the_owner_s_account_and_gains_no_right(town: Town) -> None:
    owner = next(each for each in town.world.present(START) if each.role_at(START) == "owner")
    result = await claimed(town, town.guest, name_of(owner))
    assert "You claim" in words(result.response)
    assert await rights(town, town.guest) == frozenset()
    for command in ("clanstats links", "clanstats status", "clanstats setup"):
        refused = await town.guest.slash(town.general, command)
        assert "Only " in words(refused.response)
    menu = await town.guest.context_menu(town.general, "Link account", town.guest)
    assert "Only officers may" in words(menu.response)
    panel = await queue(town)
    for action in ("confirm", "mark as alt"):
        await decide(town, panel, action)
        assert "gives more rights than yours" in words(panel)
    assert await rights(town, town.guest) == frozenset()
    result = await town.leader.slash(town.general, "clanstats links")
    assert result.response is not None
    await decide(town, result.response, "confirm", (owner, town.guest), who=town.leader)
    assert await rights(town, town.guest) == {"owner"}


async def test_an_officer_cannot_make_themself_the_owner(town: Town) -> None:
    owner = next(each for each in town.world.present(START) if each.role_at(START) == "owner")
    menu = await town.officer.context_menu(town.general, "Link account", town.officer)
    assert menu.response is not None
    shown = await press(town, menu.response, "accounts:hand:user")
    await town.officer.submit_modal(shown, {field_of(shown): name_of(owner)})
    assert "gives more rights than yours" in words(menu.response)
    assert await rights(town, town.officer) == frozenset()


async def test_a_claim_is_answered_in_words_whatever_becomes_of_it(town: Town) -> None:
    mine, other = map(name_of, players(town)[:2])
    assert "You claim" in words((await claimed(town, town.member, mine)).response)
    assert "linked to you already" in words((await claimed(town, town.member, mine)).response)
    nobody = await claimed(town, town.member, "@everyone *x*")
    assert "Nobody in the clan is or was called" in words(nobody.response)
    assert "@everyone" not in words(nobody.response)
    clan = await town.clan()
    pair = LinkPair(players(town)[1].player_id, town.guest.id)
    await town.services.links.confirm(clan, pair, Officer(town.officer.id))
    assert "confirmed for somebody else" in words(
        (await claimed(town, town.member, other)).response
    )
    await town.services.links.reject(
        clan, LinkPair(players(town)[2].player_id, town.member.id), Officer(town.officer.id)
    )
    rejected = await claimed(town, town.member, name_of(players(town)[2]))
    assert "is not yours" in words(rejected.response)


async def test_names_are_offered_while_typing_old_ones_too(town: Town) -> None:
    renamed = next(each for each in town.world.present(START) if len(each.names) > 1)
    old = renamed.names[0].value
    offered = await town.member.autocomplete(town.general, "link", "player", old[:5])
    assert name_of(renamed) in [each["name"] for each in offered]
    assert await town.member.autocomplete(town.general, "unlink", "player", "") == []
    await claimed(town, town.member, old)
    offered = await town.member.autocomplete(town.general, "unlink", "player", "")
    assert [each["name"] for each in offered] == [name_of(renamed)]


async def test_unlink_without_a_name_takes_the_only_account_or_asks(town: Town) -> None:
    none = await town.member.slash(town.general, "unlink")
    assert "No account is linked to you" in words(none.response)
    one, two = map(name_of, players(town)[:2])
    for name in (one, two):
        await claimed(town, town.member, name)
    which = await town.member.slash(town.general, "unlink")
    assert "Say which" in words(which.response)
    await town.member.slash(town.general, "unlink", player=one)
    last = await town.member.slash(town.general, "unlink")
    assert f"**{escaped(two)}** is no longer linked" in words(last.response)
    wrong = await town.member.slash(town.general, "unlink", player=one)
    assert "is not linked to you" in words(wrong.response)


async def test_two_people_claim_one_account_and_an_officer_decides(town: Town) -> None:
    name = name_of(players(town)[0])
    for who in (town.member, town.guest):
        await claimed(town, who, name)
    panel = await queue(town)
    said = words(panel)
    assert "## Conflicts" in said
    assert "Conflicts 1" in said
    (player,) = {player_of(each) for each in picks(panel)}
    both = [value_of(players(town)[0], who) for who in (town.member, town.guest)]
    await decide(town, panel, "confirm", *both)
    assert "you picked two people for it. Pick one." in words(panel)
    assert player == players(town)[0].player_id
    await decide(town, panel, "confirm", (players(town)[0], town.guest))
    said = f"Confirmed: **{escaped(name)}** for **guest**. 1 other claim ended."
    assert said in words(panel)
    assert "Conflicts 0" in words(panel)
    assert fits(panel)
    refused = await claimed(town, town.member, name)
    assert "confirmed for somebody else" in words(refused.response)


async def test_a_rejected_pair_is_not_suggested_again(town: Town) -> None:
    name = name_of(players(town)[0])
    town.guild.add_member(town.env.create_user("someone"), nick=f"{name} | GMT")
    await town.env.settle()
    panel = await queue(town, "people")
    suggested = f"**{escaped(name)}** \N{MIDDLE DOT} 95%"
    assert suggested in words(panel)
    await decide(town, panel, "reject")
    assert "not suggested again" in words(panel)
    assert suggested not in words(panel)
    await press(town, panel, "links:undo")
    assert "everything is as it was" in words(panel)
    assert suggested in words(panel)


async def test_every_press_asks_the_gate_again(town: Town) -> None:
    for player in players(town)[:6]:
        await town.services.links.confirm(
            await town.clan(), LinkPair(player.player_id, town.guest.id), Officer(town.officer.id)
        )
    await claimed(town, town.member, name_of(players(town)[7]))
    town.guild.add_member(town.env.create_user("sure"), nick=name_of(players(town)[8]))
    await town.env.settle()
    for tab in ("claims", "players", "sure"):
        await town.appoint()
        panel = await queue(town, tab)
        await town.services.clans.set_permissions(await town.clan(), DEFAULT_PERMISSIONS)
        before = words(panel)
        assert len(ids(panel)) > 6
        for custom_id in ids(panel):
            if options := controls(panel)[custom_id].get("options"):
                value = options[0]["value"]
                result = await town.officer.select(panel, [value], custom_id=custom_id)
            else:
                result = await town.officer.click(panel, custom_id=custom_id)
            assert "Only officers may" in refusal_of(result), custom_id
        assert words(panel) == before


async def test_a_form_asks_the_gate_when_it_is_sent(town: Town) -> None:
    panel = await queue(town, "people")
    await select(town, panel, "pick", picks(panel)[0], who=town.officer)
    shown = await press(town, panel, "links:hand:user")
    await town.services.clans.set_permissions(await town.clan(), DEFAULT_PERMISSIONS)
    name = name_of(players(town)[0])
    result = await town.officer.submit_modal(shown, {field_of(shown): name})
    assert "Only officers may" in words(newest(result))


async def test_a_press_after_a_restart_acts_on_what_is_on_the_screen(town: Town) -> None:
    first, second = players(town)[:2]
    await claimed(town, town.member, name_of(first))
    await claimed(town, town.guest, name_of(second))
    panel = await queue(town)
    await select(town, panel, "pick", value_of(second, town.guest), who=town.officer)
    await town.restart()
    await press(town, panel, "links:decide:confirm")
    assert f"Confirmed: **{escaped(name_of(second))}** for **guest**" in words(panel)
    await town.restart()
    await press(town, panel, "links:undo")
    assert "everything is as it was" in words(panel)
    assert "Claims 2" in words(panel)


async def test_two_officers_press_at_once_and_the_second_is_told(town: Town) -> None:
    await claimed(town, town.member, name_of(players(town)[0]))
    mine, theirs = await queue(town), await queue(town)
    await decide(town, mine, "confirm")
    await decide(town, theirs, "confirm")
    assert "was done already" in words(theirs)
    stale = await queue(town)
    await press(town, mine, "links:undo")
    await press(town, stale, "links:undo")
    assert "undone or changed meanwhile" in words(stale)


async def test_all_sure_pairs_are_shown_and_then_applied_in_one_press(town: Town) -> None:
    chosen = players(town)[:3]
    for number, player in enumerate(chosen):
        town.guild.add_member(town.env.create_user(f"user{number}"), nick=name_of(player))
    await town.env.settle()
    panel = await queue(town)
    assert "3 pairs have the same name on Discord and in the game." in words(panel)
    await press(town, panel, "links:tab:sure")
    for name in names(*chosen):
        assert f"{name} <@" in words(panel)
    assert "Confirm all 3" in words(panel)
    late = town.guild.add_member(town.env.create_user("late"), nick=name_of(players(town)[3]))
    await town.env.settle()
    await press(town, panel, "links:apply")
    assert "has changed meanwhile: nothing was confirmed" in words(panel)
    assert not await rights(town, late)
    await town.restart()
    await press(town, panel, "links:apply")
    assert "4 pairs confirmed: " in words(panel)
    assert all(f"{name} for **" in words(panel) for name in names(*chosen))
    assert await rights(town, late)
    assert "sure pair" not in words(panel)
    await press(town, panel, "links:undo")
    assert not await rights(town, late)
    assert fits(panel)


async def test_of_the_sure_pairs_a_wrong_one_is_rejected_before_the_rest_is_confirmed(
    town: Town,
) -> None:
    wrong, right = players(town)[:2]
    users = [
        town.guild.add_member(town.env.create_user(f"user{player.player_id}"), nick=name_of(player))
        for player in (wrong, right)
    ]
    await town.env.settle()
    panel = await queue(town, "sure")
    await decide(town, panel, "reject", (wrong, users[0]))
    assert "Rejected, and not suggested again" in words(panel)
    await press(town, panel, "links:apply")
    assert [bool(await rights(town, each)) for each in users] == [False, True]


async def test_the_answer_says_of_each_of_many_what_was_done_and_why_not(town: Town) -> None:
    mine, others = players(town)[0], players(town)[1:3]
    await claimed(town, town.officer, name_of(mine))
    for who, player in zip((town.member, town.guest), others, strict=True):
        await claimed(town, who, name_of(player))
    panel = await queue(town, "claims")
    await decide(town, panel, "confirm", *picks(panel))
    own, one, other = names(mine, *others)
    said = words(panel)
    assert f"Confirmed: {one} for **member**, {other} for **guest**." in said
    assert f"Not done for {own}: you cannot decide about your own account." in said
    assert "Claims 1" in said
    await press(town, panel, "links:undo")
    assert "Claims 3" in words(panel)


async def test_a_list_shows_one_rank_or_how_sure_it_is(town: Town) -> None:
    sure = players(town)[0]
    town.guild.add_member(town.env.create_user("sure"), nick=name_of(sure))
    town.guild.add_member(town.env.create_user("like"), nick=f"{name_of(players(town)[1])} | GMT")
    await town.env.settle()
    panel = await queue(town, "players")
    labels = options(panel, "choose")
    keys = {label.rpartition(" (")[0]: value for label, value in labels.items()}
    assert {"Everybody", "Sure", "Likely", "No suggestion"} <= {*keys}
    await select(town, panel, "choose", keys["Sure"], who=town.officer)
    assert [player_of(each) for each in picks(panel)] == [sure.player_id]
    await decide(town, panel, "confirm")
    assert "Nobody is left of what was chosen" in words(panel)
    rank = next(key for key in keys.values() if key.startswith("rank."))
    await select(town, panel, "choose", rank, who=town.officer)
    role = rank.removeprefix("rank.")
    shown = {player_of(each) for each in picks(panel)}
    roles = {each.role_at(START) for each in town.world.present(START) if each.player_id in shown}
    assert roles == {role}


async def test_link_by_hand_takes_a_name_or_a_user(town: Town) -> None:
    first = players(town)[0]
    panel = await queue(town, "people")
    result = await press(town, panel, "links:hand:user")
    assert "Pick one person" in refusal_of(result)
    await select(town, panel, "pick", picks(panel)[0], who=town.officer)
    shown = await press(town, panel, "links:hand:user")
    await town.officer.submit_modal(shown, {field_of(shown): name_of(first)})
    assert f"Confirmed: {names(first)[0]} for" in words(panel)
    await select(town, panel, "pick", picks(panel)[0], who=town.officer)
    shown = await press(town, panel, "links:hand:user")
    await town.officer.submit_modal(shown, {field_of(shown): "no such"})
    assert "Nobody in the clan is or was called **no such**" in words(panel)
    await press(town, panel, "links:tab:players")
    await select(town, panel, "pick", picks(panel)[0], who=town.officer)
    shown = await press(town, panel, "links:hand:player")
    await town.restart()
    await town.officer.submit_modal(shown, {field_of(shown): [town.guest]})
    assert "for **guest**" in words(panel)


async def test_no_discord_is_marked_for_many_at_once_and_taken_back(town: Town) -> None:
    panel = await queue(town, "players")
    assert fits(panel)
    values = picks(panel)
    assert len(values) == 10
    await decide(town, panel, "no Discord", *values)
    done = len((await town.services.links.queue(await town.clan(), [])).without_discord)
    assert 0 < done <= len(values)
    assert "Marked as having no Discord: " in words(panel)
    await press(town, panel, "links:undo")
    assert not (await town.services.links.queue(await town.clan(), [])).without_discord
    await decide(town, panel, "no Discord", values[0])
    await press(town, panel, "links:last")
    assert "no Discord" in words(panel)
    await decide(town, panel, "has Discord", picks(panel)[-1])
    assert "No longer marked as having no Discord" in words(panel)
    assert not (await town.services.links.queue(await town.clan(), [])).without_discord
    assert fits(panel)


async def test_many_are_marked_after_a_restart_and_by_nobody_who_lost_the_right(town: Town) -> None:
    panel = await queue(town, "players")
    await select(town, panel, "pick", picks(panel)[0], who=town.officer)
    await town.restart()
    clan = await town.clan()
    lost = replace(clan.permissions, discord_officers=frozenset())
    await town.services.clans.set_permissions(clan, lost)
    await press(town, panel, "links:decide:no Discord")
    assert not (await town.services.links.queue(clan, [])).without_discord
    await town.services.clans.set_permissions(clan, clan.permissions)
    await press(town, panel, "links:decide:no Discord")
    assert len((await town.services.links.queue(clan, [])).without_discord) == 1


async def test_everybody_whom_somebody_may_be_stands_under_details(town: Town) -> None:
    player = players(town)[0]
    for number in range(3):
        user = town.env.create_user(f"user{number}")
        town.guild.add_member(user, nick=f"{name_of(player)}{number}")
    await town.env.settle()
    panel = await queue(town, "players")
    assert "2 more under Details" in words(panel)
    result = await select(town, panel, "details", str(player.player_id), who=town.officer)
    shown = newest(result)
    assert f"## Whose account is {escaped(name_of(player))}?" in words(shown)
    assert len(picks(shown)) == 3
    await decide(town, shown, "reject", picks(shown)[2])
    assert len(picks(shown)) == 2
    form = await press(town, shown, "accounts:hand:player")
    assert field_of(form) == "user"
    await decide(town, shown, "confirm", picks(shown)[1])
    assert f"Confirmed: {names(player)[0]} for" in words(shown)
    assert fits(shown)


async def test_the_accounts_of_a_user_are_one_right_click_away(town: Town) -> None:
    first, second = players(town)[:2]
    for player in (first, second):
        await claimed(town, town.member, name_of(player))
    result = await town.officer.context_menu(town.general, "Link account", town.member)
    panel = result.response
    assert panel is not None
    assert "## Accounts of member" in words(panel)
    for player, action, said in (
        (first, "confirm", "Confirmed: {} for **member**"),
        (second, "make main", "Main account now: {} for **member**"),
        (first, "end", "No longer linked: {} and **member**"),
    ):
        await decide(town, panel, action, (player, town.member))
        assert said.format(*names(player)) in words(panel)
    assert fits(panel)


async def test_a_server_of_hundreds_stays_within_discord_s_limits(town: Town) -> None:
    for number in range(60):
        town.guild.add_member(
            town.env.create_user(f"many{number}"), nick=f"*_`~| @here {number} " * 2
        )
    await town.env.settle()
    for number, player in enumerate(players(town)):
        town.guild.add_member(town.env.create_user(f"like{number}"), nick=f"{name_of(player)}1")
    await town.env.settle()
    panel = await queue(town)
    for tab in ("people", "players", "speakers", "claims", "conflicts"):
        await press(town, panel, f"links:tab:{tab}")
        assert fits(panel), tab
    await press(town, panel, "links:tab:people")
    for _ in range(3):
        await press(town, panel, "links:on")
        assert fits(panel)
    assert "@here" not in words(panel)
    await press(town, panel, "links:back")
    assert "3 of " in words(panel)


@pytest.mark.parametrize("command", ["clanstats links", "link"])
async def test_a_server_without_a_group_is_told_what_is_missing(
    bare_town: Town, command: str
) -> None:
    options = {"player": "Somebody"} if command == "link" else {}
    result = await bare_town.leader.slash(bare_town.general, command, **options)
    assert "no Wise Old Man group yet" in words(result.response)

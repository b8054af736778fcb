"""WOM ranks give rights once somebody with Manage Server confirmed them, and not before."""

from dataclasses import replace
from typing import Any

import pytest
from simcord.actors import MemberActor
from simcord.components import walk_components
from simcord.results import ResponseMessage

from bot.clan.linking import LinkPair
from bot.demo.cast import MadeUpPlayer
from bot.services.people import Officer
from tests.cogs.test_claims import said_by
from tests.cogs.test_setup import picked, turned
from tests.cogs.town import START, Town, control, words

CONFIRM, TAKE_BACK = 0, 1


def holder(town: Town, *roles: str) -> MadeUpPlayer:
    return next(each for each in town.world.present(START) if each.role_at(START) in roles)


async def given(town: Town, who: MemberActor, player: MadeUpPlayer) -> None:
    pair = LinkPair(player.player_id, who.id)
    result = await town.services.links.confirm(await town.clan(), pair, Officer(town.owner.id))
    assert result.refusal is None


async def panel_of(town: Town, who: MemberActor | None = None) -> ResponseMessage:
    return await turned(town, "roles", who=who)


def choices(panel: ResponseMessage) -> list[dict[str, Any]]:
    (pick,) = [
        each
        for each in walk_components(panel.components)
        if each.get("custom_id") == control(panel, "setup:ranks")
    ]
    options: list[dict[str, Any]] = pick["options"]
    return options


async def chosen(town: Town, panel: ResponseMessage, which: int) -> None:
    value = choices(panel)[which]["value"]
    await picked(town, panel, "ranks", [value])


@pytest.fixture
async def unsure(town: Town) -> Town:
    """Return a clan whose ranks nobody confirmed yet."""
    await town.services.clans.take_back_ranks(await town.clan())
    return town


async def opens(town: Town, who: MemberActor, command: str) -> bool:
    return "Only " not in said_by(await who.slash(town.general, command))


@pytest.mark.parametrize(
    ("command", "roles"),
    [
        ("clanstats status", ("onyx", "administrator")),
        ("promotions", ("owner", "deputy_owner", "zenyte", "dragonstone")),
    ],
)
async def test_a_rank_opens_a_command_only_after_it_was_confirmed(
    unsure: Town, command: str, roles: tuple[str, ...]
) -> None:
    town = unsure
    await given(town, town.guest, holder(town, *roles))
    assert not await opens(town, town.guest, command)
    await chosen(town, await panel_of(town), CONFIRM)
    assert await opens(town, town.guest, command)
    await chosen(town, await panel_of(town), TAKE_BACK)
    assert not await opens(town, town.guest, command)


@pytest.mark.parametrize("who", ["owner", "leader", "officer"])
async def test_discord_roles_and_manage_server_give_rights_without_it(
    unsure: Town, who: str
) -> None:
    assert await opens(unsure, getattr(unsure, who), "clanstats status")


@pytest.mark.parametrize("who", ["officer", "member", "guest"])
async def test_only_manage_server_confirms_at_command_and_button(unsure: Town, who: str) -> None:
    town, actor = unsure, getattr(unsure, who)
    await given(town, actor, holder(town, "owner"))
    assert "Manage Server" in said_by(await actor.slash(town.general, "clanstats setup"))
    seats = town.env.backend.get_guild(town.guild.id).members
    own = list(seats[actor.id].role_ids)
    seats[actor.id].role_ids[:] = seats[town.leader.id].role_ids
    panel = await panel_of(town, actor)
    seats[actor.id].role_ids[:] = own
    value = choices(panel)[CONFIRM]["value"]
    pressed = await picked(town, panel, "ranks", [value], actor)
    assert "Manage Server" in said_by(pressed)
    assert (await town.clan()).ranks_confirmed_at is None


async def test_a_right_that_was_lost_is_lost_at_the_buttons_left(town: Town) -> None:
    await given(town, town.guest, holder(town, "owner", "zenyte"))
    result = await town.guest.slash(town.general, "clanstats links")
    assert result.response is not None
    panel = result.response
    await town.services.clans.take_back_ranks(await town.clan())
    tab = next(
        each["custom_id"]
        for each in walk_components(panel.components)
        if str(each.get("custom_id", "")).startswith("links:")
        and not each.get("disabled")
        and each["type"] == 2
    )
    assert "Only officers may" in said_by(await town.guest.click(panel, custom_id=tab))


async def test_the_table_is_shown_with_its_holders_before_it_is_confirmed(unsure: Town) -> None:
    town = unsure
    here = [each.role_at(START) for each in town.world.present(START)]
    said = words(await panel_of(town)).replace("\\", "")
    for role in ("owner", "dragonstone"):
        assert here.count(role) == 1
        assert f"{role.capitalize()}, 1 member: leadership?" in said
    assert "Held by nobody: Deputy Owner, Zenyte" in said
    assert "they give no rights yet" in said
    status = words((await town.officer.slash(town.general, "clanstats status")).response)
    assert "they give no rights yet" in status
    assert "/clanstats setup" in status
    await chosen(town, panel := await panel_of(town), CONFIRM)
    said = words(panel).replace("\\", "")
    assert "they give rights" in said
    assert "Owner, 1 member: leadership; " in said
    status = words((await town.officer.slash(town.general, "clanstats status")).response)
    assert "give no rights" not in status


async def test_what_changed_since_it_was_shown_is_not_confirmed(unsure: Town) -> None:
    town = unsure
    panel = await panel_of(town)
    before = choices(panel)[CONFIRM]["value"]
    clan = await town.clan()
    wider = replace(clan.permissions, officer_roles=clan.permissions.officer_roles | {"member"})
    await town.services.clans.set_permissions(clan, wider)
    await picked(town, panel, "ranks", [before])
    assert "The ranks changed since they were shown" in words(panel)
    assert (await town.clan()).ranks_confirmed_at is None
    await chosen(town, panel, CONFIRM)
    assert (await town.clan()).ranks_confirmed_at is not None


async def test_a_panel_from_before_a_restart_still_confirms(unsure: Town) -> None:
    panel = await panel_of(unsure)
    await unsure.restart()
    await chosen(unsure, panel, CONFIRM)
    assert (await unsure.clan()).ranks_confirmed_at is not None


async def test_a_refusal_sends_nobody_to_link_while_ranks_give_nothing(unsure: Town) -> None:
    said = said_by(await unsure.guest.slash(unsure.general, "promotions"))
    assert "/link" not in said
    assert "Manage Server confirm" in said

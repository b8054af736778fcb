"""Every command stands in this table with its gate, is described, and refuses who may not."""

from collections.abc import AsyncIterator
from pathlib import Path

import discord
import pytest
from discord import app_commands
from simcord.actors import MemberActor
from simcord.results import InteractionResult

from bot.clan.ranks import Deed
from bot.demo.world import make_world
from tests.cogs.town import START, Town, opened_town, words

GATES = {
    "me": Deed.SEE_OWN,
    "member": Deed.SEE_OWN,
    "Clan card": Deed.SEE_OWN,
    "clanstats report": Deed.SEE_REPORTS,
    "clanstats status": Deed.SEE_REPORTS,
    "clanstats setup": Deed.SET_UP,
    "clanstats settings": Deed.MANAGE,
    "clanstats links": Deed.DECIDE_LINKS,
    "link": Deed.SEE_OWN,
    "unlink": Deed.SEE_OWN,
    "Link account": Deed.DECIDE_LINKS,
    "clanstats away": Deed.SET_LEAVE,
    "clanstats cases": Deed.KICK,
    "promotions": Deed.PROMOTE,
    "inactive": Deed.CALL_INACTIVE,
    "clanstats alerts": Deed.SEE_REPORTS,
    "clanstats audit": Deed.PROMOTE,
    "clanstats exempt": Deed.MANAGE,
    "clanstats retention": Deed.MANAGE,
    "away": Deed.SEE_OWN,
    "back": Deed.SEE_OWN,
    "privacy show": Deed.SEE_OWN,
    "privacy export": Deed.SEE_OWN,
    "privacy forget": Deed.SEE_OWN,
    "privacy opt-out": Deed.SEE_OWN,
    "privacy opt-in": Deed.SEE_OWN,
}
LET_IN = {
    Deed.SEE_OWN: {"owner", "leader", "officer", "member", "guest"},
    Deed.SEE_REPORTS: {"owner", "leader", "officer"},
    Deed.DECIDE_LINKS: {"owner", "leader", "officer"},
    Deed.SET_LEAVE: {"owner", "leader", "officer"},
    Deed.KICK: {"owner", "leader", "officer"},
    Deed.PROMOTE: {"owner", "leader"},
    Deed.CALL_INACTIVE: {"owner", "leader"},
    Deed.MANAGE: {"owner", "leader"},
    Deed.SET_UP: {"owner", "leader"},
}
REFUSALS = {
    Deed.SEE_REPORTS: "Only officers may",
    Deed.DECIDE_LINKS: "Only officers may",
    Deed.SET_LEAVE: "Only officers may",
    Deed.KICK: "Only officers may",
    Deed.PROMOTE: "Only the clan's leadership may",
    Deed.CALL_INACTIVE: "Only the clan's leadership may",
    Deed.MANAGE: "Only the clan's leadership may",
    Deed.SET_UP: "Only people with Manage Server",
}
_MENUS = ("Clan card", "Link account")
_OPTIONS: dict[str, dict[str, object]] = {
    "member": {"player": "nobody"},
    "link": {"player": "nobody"},
    "away": {"from": "today", "until": "2 weeks"},
    "clanstats retention": {"days": 0},
}

Command = app_commands.Command[discord.ext.commands.Cog, ..., None] | app_commands.ContextMenu


@pytest.fixture
async def town(tmp_path: Path) -> AsyncIterator[Town]:
    """A server that the bot has just joined: gates come before numbers."""
    async with opened_town(
        tmp_path, make_world(seed=3, members=5, days=5, now=START), None
    ) as opened:
        yield opened


def commands_of(town: Town) -> dict[str, Command]:
    tree = town.env.bot.tree  # type: ignore[attr-defined]
    found = {
        command.qualified_name: command
        for command in tree.walk_commands()
        if isinstance(command, app_commands.Command)
    }
    menus = tree.get_commands(type=discord.AppCommandType.user)
    return found | {menu.name: menu for menu in menus}


async def ask(town: Town, who: MemberActor, name: str) -> InteractionResult:
    if name in _MENUS:
        return await who.context_menu(town.general, name, town.member)
    return await who.slash(town.general, name, **_OPTIONS.get(name, {}))


async def test_every_command_has_its_gate_in_the_table(town: Town) -> None:
    assert commands_of(town).keys() == GATES.keys()


async def test_every_command_and_option_is_described(town: Town) -> None:
    for name, command in commands_of(town).items():
        if isinstance(command, app_commands.Command):
            assert len(command.description) > 10, name
            assert command.description.endswith("."), name
            assert all(len(str(each.description)) > 3 for each in command.parameters), name


@pytest.mark.parametrize("name", GATES)
async def test_each_command_lets_in_those_who_may_and_nobody_else(town: Town, name: str) -> None:
    deed = GATES[name]
    for seat in ("owner", "leader", "officer", "member", "guest"):
        result = await ask(town, getattr(town, seat), name)
        assert result.ephemeral
        refused = deed in REFUSALS and REFUSALS[deed] in words(result.response)
        assert refused is (seat not in LET_IN[deed]), seat


@pytest.mark.parametrize("name", [name for name in GATES if name not in _MENUS])
async def test_in_a_direct_message_each_command_names_the_right_place(
    town: Town, name: str
) -> None:
    result = await town.leader.user.slash(name, **_OPTIONS.get(name, {}))
    assert "works in your clan's server" in words(result.response)


async def test_names_cannot_be_offered_in_a_direct_message(town: Town) -> None:
    assert await town.leader.user.autocomplete("member", "player", "a") == []

"""Every command stands in this table with its gate, is described, and refuses who may not."""

from collections.abc import AsyncIterator
from pathlib import Path

import discord
import pytest
from discord import app_commands
from simcord.actors import MemberActor
from simcord.backend.errors import SetupError
from simcord.results import InteractionResult

from bot.clan.ranks import Permission
from bot.demo.world import make_world
from tests.cogs.town import START, Town, opened_town, words
from tests.cogs.wire import in_order

PERMISSIONS = {
    "help": Permission.SEE_OWN,
    "me": Permission.SEE_OWN,
    "member": Permission.SEE_OWN,
    "leaderboard": Permission.SEE_OWN,
    "compare": Permission.SEE_OWN,
    "Compare with me": Permission.SEE_OWN,
    "Clan card": Permission.SEE_OWN,
    "clanstats report": Permission.SEE_REPORTS,
    "clanstats status": Permission.SEE_REPORTS,
    "clanstats setup": Permission.SET_UP,
    "clanstats settings": Permission.MANAGE,
    "clanstats links": Permission.DECIDE_LINKS,
    "link": Permission.SEE_OWN,
    "unlink": Permission.SEE_OWN,
    "Link account": Permission.DECIDE_LINKS,
    "Mark as question": Permission.SEE_OWN,
    "Mark as answered": Permission.SEE_OWN,
    "Not a question": Permission.SEE_OWN,
    "clanstats away": Permission.SET_LEAVE,
    "clanstats cases": Permission.KICK,
    "promotions": Permission.PROMOTE,
    "inactive": Permission.CALL_INACTIVE,
    "clanstats activity": Permission.SEE_REPORTS,
    "clanstats alerts": Permission.SEE_REPORTS,
    "clanstats questions": Permission.SEE_REPORTS,
    "clanstats bosses": Permission.SEE_REPORTS,
    "clanstats newcomers": Permission.SEE_REPORTS,
    "clanstats dashboard": Permission.SEE_REPORTS,
    "clanstats audit": Permission.PROMOTE,
    "clanstats exempt": Permission.MANAGE,
    "clanstats retention": Permission.MANAGE,
    "away": Permission.SEE_OWN,
    "back": Permission.SEE_OWN,
    "privacy show": Permission.SEE_OWN,
    "privacy export": Permission.SEE_OWN,
    "privacy forget": Permission.SEE_OWN,
    "privacy opt-out": Permission.SEE_OWN,
    "privacy opt-in": Permission.SEE_OWN,
}
LET_IN = {
    Permission.SEE_OWN: {"owner", "leader", "officer", "member", "guest"},
    Permission.SEE_REPORTS: {"owner", "leader", "officer"},
    Permission.DECIDE_LINKS: {"owner", "leader", "officer"},
    Permission.SET_LEAVE: {"owner", "leader", "officer"},
    Permission.KICK: {"owner", "leader", "officer"},
    Permission.PROMOTE: {"owner", "leader"},
    Permission.CALL_INACTIVE: {"owner", "leader"},
    Permission.MANAGE: {"owner", "leader"},
    Permission.SET_UP: {"owner", "leader"},
}
REFUSALS = {
    Permission.SEE_REPORTS: "Only officers may",
    Permission.DECIDE_LINKS: "Only officers may",
    Permission.SET_LEAVE: "Only officers may",
    Permission.KICK: "Only officers may",
    Permission.PROMOTE: "Only the clan's leadership may",
    Permission.CALL_INACTIVE: "Only the clan's leadership may",
    Permission.MANAGE: "Only the clan's leadership may",
    Permission.SET_UP: "Only people with Manage Server",
}
_MENUS = ("Clan card", "Link account", "Compare with me")
_MESSAGE_MENUS = ("Mark as question", "Mark as answered", "Not a question")
_OPTIONS: dict[str, dict[str, object]] = {
    "member": {"player": "nobody"},
    "leaderboard": {"metric": "nothing at all"},
    "compare": {"a": "nobody", "b": "nobody else"},
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
    kinds = (discord.AppCommandType.user, discord.AppCommandType.message)
    return found | {menu.name: menu for kind in kinds for menu in tree.get_commands(type=kind)}


async def ask(town: Town, who: MemberActor, name: str) -> InteractionResult:
    if name in _MENUS:
        return await who.context_menu(town.general, name, town.member)
    if name in _MESSAGE_MENUS:
        message = await town.member.send(town.general, "anyone for tob?")
        return await who.context_menu(town.general, name, message)
    return await who.slash(town.general, name, **_OPTIONS.get(name, {}))


async def test_every_command_has_its_gate_in_the_table(town: Town) -> None:
    assert commands_of(town).keys() == PERMISSIONS.keys()


async def test_every_command_and_option_is_described(town: Town) -> None:
    for name, command in commands_of(town).items():
        if isinstance(command, app_commands.Command):
            assert len(command.description) > 10, name
            assert command.description.endswith("."), name
            assert all(len(str(each.description)) > 3 for each in command.parameters), name


async def test_no_command_takes_a_text_without_an_end(town: Town) -> None:
    for name, command in commands_of(town).items():
        if isinstance(command, app_commands.Command):
            texts = [
                each
                for each in command.parameters
                if each.type is discord.AppCommandOptionType.string and not each.choices
            ]
            assert all(int(each.max_value or 6_000) <= 200 for each in texts), name


async def test_every_command_is_acknowledged_before_anything_is_read(
    town: Town, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Discord waits for three seconds, and the database may be busy for longer."""
    happened = in_order(monkeypatch, town.services.intake._database)
    for name in PERMISSIONS:
        happened.clear()
        await ask(town, town.member, name)
        assert happened[:2] == ["answered", "read"], name


@pytest.mark.parametrize("name", PERMISSIONS)
async def test_each_command_lets_in_those_who_may_and_nobody_else(town: Town, name: str) -> None:
    permission = PERMISSIONS[name]
    for seat in ("owner", "leader", "officer", "member", "guest"):
        result = await ask(town, getattr(town, seat), name)
        assert result.ephemeral
        refused = permission in REFUSALS and REFUSALS[permission] in words(result.response)
        assert refused is (seat not in LET_IN[permission]), seat


@pytest.mark.parametrize(
    "name", [name for name in PERMISSIONS if name not in {*_MENUS, *_MESSAGE_MENUS}]
)
async def test_no_command_is_offered_in_a_direct_message(town: Town, name: str) -> None:
    with pytest.raises(SetupError, match="reason: context"):
        await town.leader.user.slash(name, **_OPTIONS.get(name, {}))

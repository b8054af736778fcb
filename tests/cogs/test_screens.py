"""Every screen as Discord sends it back: each of its controls is pressed, and none is at a loss.

What is on a screen comes back with a press as JSON, with every id as text: see tests/cogs/wire.py.
"""

import io
import re
from collections.abc import Iterator
from typing import Any

import discord
import pytest
from simcord.actors import MemberActor
from simcord.components import walk_components
from simcord.results import InteractionResult, ResponseMessage

from tests.cogs.deciding import judged_by
from tests.cogs.test_audit import everybody_is_an_officer
from tests.cogs.test_bridge import hall
from tests.cogs.test_inactive import hushed
from tests.cogs.test_me import quiet_player
from tests.cogs.test_promotions import MANY
from tests.cogs.town import START, Town, words
from tests.cogs.wire import as_sent

__all__ = ["hushed"]

_BUTTON, _TEXT_SELECT, _FIELD, _USERS, _ROLES, _CHANNELS = 2, 3, 4, 5, 6, 8
_SELECTS = frozenset({_TEXT_SELECT, _USERS, _ROLES, _CHANNELS})
_MOST_PRESSES = 40

SCREENS: dict[str, frozenset[str]] = {
    "clanstats setup": frozenset({"setup:bridge", "bridge:preset", "bridge:own", "bridge:again"}),
    "clanstats settings": frozenset({"settings:section", "settings:export"}),
    "clanstats links": frozenset({"links:pick", "links:hand"}),
    "clanstats alerts": frozenset({"alerts:choose:kind::#"}),
    "clanstats audit": frozenset({"audit:on:#:#", "audit:last:#:#"}),
    "clanstats cases": frozenset({"cases:tab:closed:standing:#:#"}),
    "clanstats away": frozenset({"away:extend", "away:end"}),
    "clanstats exempt": frozenset({"exempt:end"}),
    "clanstats report": frozenset({"report:post:#"}),
    "promotions": frozenset(
        {
            "promotions:decide:approve:suggested:#:",
            "promotions:ask:not yet:suggested:#:",
            "promotions:decide:reopen:approved:#:",
        }
    ),
    "inactive": frozenset(
        {
            "inactive:ask:snooze:sure:#::",
            "inactive:notice::sure:#::",
            "inactive:decide:reopen:remove:#::",
            "inactive:workbook::sure:#::",
        }
    ),
    "privacy forget": frozenset({"privacy:forget"}),
    "me": frozenset({"card:post:#"}),
}
"""Every command that shows controls, with some that a walk through its pages has to meet."""


async def chief(town: Town, *, all_officers: bool = True) -> MemberActor:
    """Return a leader who plays, is away, and has set up and decided something of each kind."""
    player = quiet_player(town)
    manager = town.guild.create_role("Manager", permissions=discord.Permissions(manage_guild=True))
    who = town.guild.add_member(
        town.env.create_user("chief"),
        nick=player.name_at(START),
        roles=[town.leadership_role, manager],
    )
    await town.env.settle()
    await hall(town)
    if all_officers:
        await everybody_is_an_officer(town)
    await who.slash(town.general, "away", **{"from": "today", "until": "2 weeks"})
    await who.slash(town.general, "clanstats exempt", role=player.role_at(START), reason="events")
    return who


@pytest.mark.parametrize("restarts", [False, True], ids=["running", "restarted"])
@pytest.mark.parametrize("command", SCREENS)
async def test_every_control_answers_to_a_screen_as_discord_sends_it_back(
    hushed: Town,
    journal: io.StringIO,
    command: str,
    restarts: bool,  # noqa: FBT001 - a row of the table
) -> None:
    # Towards an officer's rank nobody is suggested by default.
    town, who = hushed, await chief(hushed, all_officers=command != "promotions")
    await judged_by(town, promotion=MANY)
    shown = await who.slash(town.general, command)
    panel = _answers(shown)[0]
    pressed: set[str] = set()
    while len(pressed) < _MOST_PRESSES and (control := next(_not_yet(panel, pressed), None)):
        pressed.add(_kind(control))
        if restarts:
            await town.restart()
        for answer in _answers(await _pressed(town, who, panel, control)):
            assert "Choose the channel first" not in words(answer)
            assert "Pick people in the list above" not in words(answer)
    assert pressed >= SCREENS[command]
    assert journal.getvalue() == ""


def test_ids_are_sent_as_text_and_everything_else_as_it_is() -> None:
    menu = {"type": 8, "id": 7, "default_values": [{"id": 900000000000000001, "type": "channel"}]}
    assert as_sent({"components": (menu,), "pinned": True, "n": None}) == {
        "components": [
            {
                "type": 8,
                "id": 7,
                "default_values": [{"id": "900000000000000001", "type": "channel"}],
            }
        ],
        "pinned": True,
        "n": None,
    }


def _not_yet(panel: ResponseMessage, pressed: set[str]) -> Iterator[dict[str, Any]]:
    """Yield the controls whose like was not pressed yet."""
    for part in walk_components(panel.components):
        is_control = part["type"] in {_BUTTON, *_SELECTS} and not part.get("disabled")
        if is_control and "custom_id" in part and _kind(part) not in pressed:
            yield part


def _kind(control: dict[str, Any]) -> str:
    """Return what a control does, whomever it is about and whatever part of a list is shown."""
    told = re.sub(r":(?:rank|signal|state|need)\.[^:]*$", ":", str(control["custom_id"]))
    return re.sub(r"-?\d+", "#", told)


async def _pressed(
    town: Town, who: MemberActor, panel: ResponseMessage, control: dict[str, Any]
) -> InteractionResult:
    """Press a control; a form that it opens is sent as it is, a gap in it filled with a number."""
    custom_id, kind = control["custom_id"], control["type"]
    if kind == _BUTTON:
        await _somebody_picked(who, panel)
        result = await who.click(panel, custom_id=custom_id)
    else:
        picks: dict[int, Any] = {
            _USERS: town.member,
            _ROLES: town.officer_role,
            _CHANNELS: town.general,
        }
        picked = control["options"][-1]["value"] if kind == _TEXT_SELECT else picks[kind]
        result = await who.select(panel, [picked], custom_id=custom_id)
    if result.modal is None:
        return result
    parts = list(walk_components(result.modal["components"]))
    texts = {
        each["custom_id"]: each.get("value") or "7" for each in parts if each["type"] == _FIELD
    }
    users = {each["custom_id"]: [town.member] for each in parts if each["type"] == _USERS}
    lists = {
        each["custom_id"]: [o["value"] for o in each["options"] if o.get("default")]
        for each in parts
        if each["type"] == _TEXT_SELECT
    }
    return await who.submit_modal(result, texts | users | lists)


async def _somebody_picked(who: MemberActor, panel: ResponseMessage) -> None:
    """Pick the last one of whoever can be picked: what a button does is done with them."""
    for part in walk_components(panel.components):
        if ":pick:" in str(part.get("custom_id", "")):
            await who.select(panel, [part["options"][-1]["value"]], custom_id=part["custom_id"])
            return


def _answers(result: InteractionResult) -> list[ResponseMessage]:
    return [each for each in (result.response, *result.followups) if each is not None]

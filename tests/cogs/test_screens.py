"""Every screen as Discord sends it back: each of its controls is pressed, and none is at a loss.

What is on a screen comes back with a press as JSON, with every id as text: see tests/cogs/wire.py.
"""

import io
import re
from collections.abc import Iterator
from typing import Any

import discord
import pytest
from simcord.actors import MemberActor, _component_interaction
from simcord.components import walk_components
from simcord.results import InteractionResult, ResponseMessage

from cogs.screens import Screen
from tests.cogs.deciding import judged_by, on_picked, picks, player_of
from tests.cogs.test_audit import everybody_is_an_officer
from tests.cogs.test_bridge import hall
from tests.cogs.test_inactive import hushed
from tests.cogs.test_me import quiet_player
from tests.cogs.test_promotions import MANY
from tests.cogs.town import START, Town, words
from tests.cogs.wire import as_sent, in_order
from tests.words import faults, footer_faults

__all__ = ["hushed"]

_BUTTON, _TEXT_SELECT, _FIELD, _USERS, _ROLES, _CHANNELS = 2, 3, 4, 5, 6, 8
_SELECTS = frozenset({_TEXT_SELECT, _USERS, _ROLES, _CHANNELS})
_MOST_PRESSES, _MOST_RESTARTS = 60, 16
_PAGES = "settings:section"
_TURNS = re.compile(r":(tab|section|turn|back|end|show|undo|reopen|discard|apply)\b|:(here|on):")

SCREENS: dict[str, str] = {
    "clanstats setup": (
        "digest:day:monthly digest:hour digest:interval digest:link digest:preview "
        "setup:again setup:channel setup:digest setup:end setup:group setup:invite_in "
        "setup:leadership "
        "setup:left_out setup:officers setup:own setup:post_invite "
        "setup:posting:notice_channel_id setup:posting:officer_channel_id "
        "setup:posting:report_channel_id "
        "setup:keep_presence setup:stop_presence setup:sure:stop_presence "
        "setup:preset setup:ranks setup:tab:bridge "
        "setup:tab:channels setup:tab:list setup:tab:next setup:tab:roles setup:zone"
    ),
    "clanstats settings": (
        "settings:bar settings:discard settings:export settings:highest settings:limit "
        "settings:numbers:asked settings:numbers:audit settings:numbers:bossing "
        "settings:numbers:carry settings:numbers:cases settings:numbers:fading "
        "settings:numbers:grinding settings:numbers:lists settings:numbers:pillar "
        "settings:numbers:silence settings:numbers:steady-activity settings:numbers:steady-time "
        "settings:numbers:velocity settings:place:notice_channel_id "
        "settings:place:officer_channel_id settings:place:report_channel_id settings:save "
        "settings:second_officer:on "
        "settings:section:alerts settings:section:audit settings:section:cases "
        "settings:section:channels settings:section:gates settings:section:inactivity "
        "settings:section:ladder settings:section:promotions settings:section:roles "
        "settings:section:steady settings:several:alerts.on "
        "settings:several:promotion.comparison_ranks settings:several:promotion.recruit_roles "
        "settings:several:promotion.signals settings:tiers settings:what_if "
        "settings:who_may:decide_links settings:who_may:kick settings:who_may:manage "
        "settings:who_may:promote settings:who_may:see_reports"
    ),
    "clanstats links": (
        "accounts:decide:confirm accounts:decide:end accounts:decide:make_main "
        "accounts:decide:mark_as_alt accounts:hand:user accounts:pick accounts:undo "
        "links:choose:filter links:decide:confirm links:decide:has_discord "
        "links:decide:mark_as_alt links:decide:no_discord links:decide:reject links:details "
        "links:first links:hand:player links:hand:user links:last links:on links:pick "
        "links:tab:claims links:tab:conflicts links:tab:people links:tab:players "
        "links:tab:speakers links:undo"
    ),
    "clanstats activity": (
        "activity:choose:hours activity:choose:period activity:missed activity:post "
        "activity:posted:summary"
    ),
    "clanstats bosses": "bosses:choose:period bosses:post bosses:posted:summary",
    "clanstats alerts": "alerts:choose:filter alerts:copy",
    "clanstats questions": (
        "questions:choose:period questions:post questions:posted:helpers questions:tab:helpers "
        "questions:tab:open questions:tab:waits"
    ),
    "clanstats newcomers": (
        "newcomers:choose:period newcomers:post newcomers:posted:funnel "
        "newcomers:tab:funnel newcomers:tab:unanswered newcomers:tab:welcomes"
    ),
    "clanstats audit": "audit:first audit:back audit:on audit:last",
    "clanstats cases": "cases:tab:closed cases:tab:standing",
    "clanstats away": "away:end away:extend away:tab:coming away:tab:now away:tab:past",
    "clanstats exempt": "exempt:end",
    "clanstats report": "report:export:csv report:export:json report:post report:posted:summary",
    "promotions": (
        "promotions:ask:not_yet promotions:copy promotions:decide:approve promotions:decide:reopen "
        "promotions:details promotions:pick promotions:tab:approved promotions:tab:others "
        "promotions:tab:suggested promotions:tab:under"
    ),
    "inactive": (
        "inactive:ask:dismiss inactive:ask:snooze inactive:copy inactive:decide:approve "
        "inactive:decide:reopen inactive:details inactive:file inactive:notice inactive:pick "
        "inactive:tab:apart inactive:tab:remove inactive:tab:sure inactive:tab:unsure "
        "inactive:workbook"
    ),
    "privacy forget": "privacy:forget",
    "me": "card:post card:posted:card",
    "leaderboard": (
        "board:choose:period board:first board:last board:on board:post board:posted:board"
    ),
    "two members side by side": "compare:choose:period compare:post compare:posted:comparison",
    "the history of a player": "cases:close cases:reopen cases:tab:closed cases:tab:standing",
    "are you back": "return:returned",
}
"""Every screen, with the controls that a walk through its pages has to press."""

OPTIONS: dict[str, dict[str, object]] = {"leaderboard": {"metric": "xp"}}
"""What a command has to be given."""

ELSEWHERE = {
    "links:apply": "test_links.py",
    "accounts:decide:reject": "test_links.py",
    "accounts:hand:player": "test_links.py",
    "alerts:details": "test_alerts.py",
    "card:unposted": "test_report.py",
    "board:unposted": "test_report.py",
    "compare:unposted": "test_report.py",
    "cases:ask": "test_cases_buttons.py",
    "cases:decide": "test_cases_buttons.py",
    "cases:history": "test_cases_buttons.py",
    "privacy:stop": "test_privacy.py",
    "report:posted:workbook": "test_report.py",
    "questions:unposted": "test_questions.py",
    "newcomers:posted:welcomes": "test_newcomers.py",
    "newcomers:unposted": "test_newcomers.py",
    "report:unposted": "test_report.py",
    "activity:unposted": "test_report.py",
    "bosses:unposted": "test_report.py",
    "return:still_away": "test_away.py",
    "settings:ladder": "settings/test_screen.py",
    "settings:no_bar": "settings/test_screen.py",
    "digest:day:weekly": "test_digest.py",
    "digest:switch": "test_digest.py",
    "setup:join": "test_setup.py",
    "setup:group:other": "test_setup.py",
    "inactive:links": "test_inactive.py",
    "inactive:update": "test_inactive.py",
    "inactive:second": "test_inactive.py",
    "promotions:second": "test_promotions.py",
    "status:believed": "test_status.py",
    "promotion:ask": "test_promotions.py",
    "promotion:decide": "test_promotions.py",
    "promotion:second": "test_promotions.py",
}
"""Controls that stand on a screen only where something is so, and the tests that press them."""


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


async def typed(town: Town, who: MemberActor, command: str) -> InteractionResult:
    """Show a screen by its command."""
    return await who.slash(town.general, command, **OPTIONS.get(command, {}))


async def decided(town: Town, who: MemberActor, _command: str) -> InteractionResult:
    """Show the history of a player about whom something was decided."""
    panel = _answers(await who.slash(town.general, "inactive"))[0]
    first = picks(panel)[0]
    await on_picked(town, panel, "inactive:decide:approve", first, who=who)
    name = next(
        each.name_at(START)
        for each in town.world.present(START)
        if each.player_id == player_of(first)
    )
    return await who.slash(town.general, "clanstats cases", player=name)


async def side_by_side(town: Town, who: MemberActor, _command: str) -> InteractionResult:
    """Show two members side by side."""
    first, second = (each.name_at(START) for each in town.world.present(START)[:2])
    return await who.slash(town.general, "compare", a=first, b=second)


async def asked_back(town: Town, who: MemberActor, _command: str) -> InteractionResult:
    """Show the question whether somebody on leave, who was seen, is back."""
    await town.env.advance_time(2 * 86_400)
    await who.send(town.general, "only looking in")
    await town.services.intake.flush()
    return await who.slash(town.general, "privacy show")


SHOWN = {
    "two members side by side": side_by_side,
    "the history of a player": decided,
    "are you back": asked_back,
}
"""How a screen is shown that has no command of its own."""


@pytest.mark.parametrize("restarts", [False, True], ids=["running", "restarted"])
@pytest.mark.parametrize("command", SCREENS)
async def test_every_control_answers_to_a_screen_as_discord_sends_it_back(
    hushed: Town,
    journal: io.StringIO,
    monkeypatch: pytest.MonkeyPatch,
    command: str,
    restarts: bool,  # noqa: FBT001 - a row of the table
) -> None:
    # Towards an officer's rank nobody is suggested by default.
    town, who = hushed, await chief(hushed, all_officers=command != "promotions")
    await judged_by(town, promotion=MANY)
    shown = await SHOWN.get(command, typed)(town, who, command)
    panels, wrong = _answers(shown), unclear(shown)
    pressed: set[str] = set()
    happened = in_order(monkeypatch, town.services.intake._database)
    most = _MOST_RESTARTS if restarts else _MOST_PRESSES
    while len(pressed) < most and (found := next(_not_yet(panels, pressed), None)):
        panel, control = found
        pressed.add(_kind(control))
        if restarts:
            await town.restart()
        result = await _pressed(town, who, panel, control, happened, wrong)
        for answer in _answers(result):
            assert "Choose the channel first" not in words(answer)
            assert "Pick people in the list above" not in words(answer)
        wrong |= unclear(result)
        panels += [each for each in _answers(result) if each not in panels]
    wanted = set(SCREENS[command].split())
    if restarts and len(wanted) > most:
        assert len(pressed) == most
    else:
        assert wanted - pressed == set()
    assert journal.getvalue() == ""
    people = tuple(f"a raw key: {each.display_name!r}" for each in town.world.users)
    wrong = {each for each in wrong if not each.startswith(people)}
    assert not wrong, "\n".join(sorted(wrong))


def unclear(result: InteractionResult) -> set[str]:
    """Return what in an answer, or in a form that it opened, nobody would say aloud."""
    found: set[str] = set()
    for answer in _answers(result):
        found.update(*map(faults, _texts(answer.components)), faults(answer.content))
        own = [
            str(each["content"]) for each in walk_components(answer.components) if "content" in each
        ]
        found.update(footer_faults("\n".join(own)))
    if result.modal is not None:
        found.update(
            *map(faults, _texts(result.modal["components"])), faults(result.modal["title"])
        )
    return found


def _texts(components: list[dict[str, Any]]) -> Iterator[str]:
    """Yield all texts of the parts of a message or form, and of what can be picked."""
    keys = ("content", "label", "placeholder", "description")
    for part in walk_components(components):
        for each in (part, *part.get("options", ())):
            yield from (str(each[key]) for key in keys if each.get(key))


async def test_whatever_a_guest_presses_is_answered(town: Town) -> None:
    """What an older version sent has no listener any more; the rest every screen's test presses."""
    shown = _answers(await town.leader.slash(town.general, "clanstats cases"))[0]
    posted = town.env.backend.get_message(town.general.id, shown.id)
    old = {
        (2, "case:promotion:suggested:0:0:0:approve:1:0"),
        (2, "queue:at:x:0:0:0"),
        (3, "of:another:version"),
    }
    for kind, custom_id in sorted(old):
        result = await _component_interaction(
            town.guest,
            posted,
            {"custom_id": custom_id, "component_type": kind, "values": []},
        )
        assert result.acknowledged, custom_id


async def test_nothing_waits_in_memory_for_a_press(town: Town) -> None:
    assert not town.env.bot.persistent_views


FILLED_IN = frozenset(
    {
        *("said", "noticed", "closed", "extended", "numbered", "limited", "ordered", "ranked"),
        *("group_named", "zone_named", "own_pattern", "linked"),
    }
)
"""Handlers of forms, which follow from the controls that open them."""


def _screens() -> dict[str, type[Screen[Any, Any]]]:
    """Return the screens that stand on the kit, by the name in their controls' ids."""
    return {
        each.controls.name: each
        for each in _lowest_of(Screen)
        if each.__module__.startswith("cogs.")
    }


def _lowest_of(kind: type[Any]) -> Iterator[type[Any]]:
    """Yield the kinds that have none below them."""
    below = kind.__subclasses__()
    if not below:
        yield kind
    for each in below:
        yield from _lowest_of(each)


def test_every_handler_of_a_screen_stands_in_the_table() -> None:
    shown = {*(kind for kinds in SCREENS.values() for kind in kinds.split()), *ELSEWHERE}
    pressed = {":".join(each.split(":")[:2]) for each in shown}
    own = {
        f"{name}:{act}"
        for name, screen in _screens().items()
        for act in screen._handlers
        if not hasattr(Screen, act) and act not in FILLED_IN
    }
    assert own
    assert own <= pressed


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


def _not_yet(
    panels: list[ResponseMessage], pressed: set[str]
) -> Iterator[tuple[ResponseMessage, dict[str, Any]]]:
    """Yield the controls whose like was not pressed yet; last those that turn to another page."""
    found = [
        (panel, each)
        for panel in panels
        for part in walk_components(panel.components)
        if part["type"] in {_BUTTON, *_SELECTS} and not part.get("disabled") and "custom_id" in part
        for each in _choices(part)
        if _kind(each) not in pressed
    ]
    yield from sorted(found, key=lambda each: bool(_TURNS.search(_kind(each[1]))))


def _choices(control: dict[str, Any]) -> Iterator[dict[str, Any]]:
    """Yield a control, and one that turns to any of several pages once for each of them."""
    if not control["custom_id"].startswith(f"{_PAGES}:"):
        yield control
        return
    for option in control["options"]:
        yield {**control, "options": [option]}


def _kind(control: dict[str, Any]) -> str:
    """Return what a control does, whomever it is about and whatever part of a list is shown."""
    custom_id = str(control["custom_id"])
    name, _, rest = custom_id.partition(":")
    if name in _screens():
        act, argument, *_ = rest.split(":")
        if f"{name}:{act}" == _PAGES:
            argument = control["options"][0]["value"]
        words_only = argument.lower() if re.fullmatch(r"[A-Za-z][A-Za-z_.\- ]*", argument) else ""
        return ":".join(filter(None, (name, act, words_only.replace(" ", "_"))))
    return re.sub(r"-?\d+", "#", custom_id)


async def _pressed(  # noqa: PLR0913, PLR0917 - what is pressed, and what is watched
    town: Town,
    who: MemberActor,
    panel: ResponseMessage,
    control: dict[str, Any],
    happened: list[str],
    wrong: set[str],
) -> InteractionResult:
    """Press a control; a form that it opens is sent as it is, a gap in it filled with a number.

    Whatever is not answered by a form is acknowledged before anything is read. What in the form
    nobody would say aloud is added to what is `wrong`.
    """
    custom_id, kind = control["custom_id"], control["type"]
    happened.clear()
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
        assert happened[0] == "answered", custom_id
        return result
    wrong |= unclear(result)
    happened.clear()
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
    sent = await who.submit_modal(result, texts | users | lists)
    assert happened[0] == "answered", custom_id
    return sent


async def _somebody_picked(who: MemberActor, panel: ResponseMessage) -> None:
    """Pick the last one of whoever can be picked: what a button does is done with them."""
    for part in walk_components(panel.components):
        if ":pick:" in str(part.get("custom_id", "")):
            await who.select(panel, [part["options"][-1]["value"]], custom_id=part["custom_id"])
            return


def _answers(result: InteractionResult) -> list[ResponseMessage]:
    return [each for each in (result.response, *result.followups) if each is not None]

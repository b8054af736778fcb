"""A screen under the real bot: permission, handlers, picks and forms, restarts included."""

import io
import sys
from dataclasses import dataclass, replace

import discord
import pytest
from simcord.components import walk_components
from simcord.results import InteractionResult, ResponseMessage

from bot.app import ClanBot
from bot.clan.ranks import Permission
from bot.wiring import Services
from cogs._permissions import Interaction
from cogs._replies import Box
from cogs.screens import (
    Acknowledge,
    Choice,
    Controls,
    Field,
    Next,
    Press,
    Rendered,
    Screen,
    add_screens,
    pressed,
)
from cogs.screens.controls import option
from cogs.screens.state import StateText
from tests.cogs.town import Town, control, newest, words
from tests.cogs.wire import in_order

NAMES = ("Ann", "Bob", "Cat")
WHO_MAY = {"see": Permission.SEE_REPORTS, "promote": Permission.PROMOTE}


@dataclass(frozen=True, slots=True)
class TrialState:
    page: int = 0
    word: str = "nothing"


CONTROLS = Controls("trial", TrialState)


class TrialScreen(Screen[TrialState, str]):
    controls = CONTROLS
    permission = Permission.SEE_REPORTS

    def __init__(self, services: Services) -> None:
        super().__init__(services)
        self.reads = 0

    async def read(self, _interaction: Interaction, state: TrialState) -> str:
        self.reads += 1
        return f"read {state.word}"

    def render(self, state: TrialState, answer: str, note: str = "") -> Rendered:
        options = [option(each, each) for each in NAMES]
        box = Box("## Trial", answer, note)
        box.control(CONTROLS.picks(state, "Who?", options))
        box.add_item(
            discord.ui.ActionRow(
                CONTROLS.button("greet", state, "Greet"),
                CONTROLS.button("name", state, "Name"),
                CONTROLS.button("lead", state, "Lead"),
                CONTROLS.button("fail", state, "Fail"),
                CONTROLS.button("gone", state, "Gone"),
            )
        )
        box.add_item(
            discord.ui.ActionRow(
                CONTROLS.button("late", state, "Late"),
                CONTROLS.button("age", state, "Age"),
                CONTROLS.button("by_argument", state, "See", argument="see"),
                CONTROLS.button("by_argument", state, "Promote", argument="promote"),
            )
        )
        return Rendered(box.add_item(CONTROLS.pages(state, 3)))

    def instead(self, act: str, press: Press[TrialState]) -> Next[TrialState, str] | None:
        is_old = press.state.word == "old"
        return Next(TrialState(), f"Out of date: not {act}.") if is_old else None

    @pressed()
    async def age(self, press: Press[TrialState]) -> Next[TrialState, str]:
        return Next(replace(press.state, word="old"))

    @pressed(acknowledge=Acknowledge.ANSWER)
    async def greet(self, press: Press[TrialState]) -> None:
        await press.tell(f"Hello {' and '.join(press.picked('pick')) or 'nobody'}.")

    @pressed(acknowledge=Acknowledge.FORM)
    async def name(self, press: Press[TrialState]) -> None:
        people = [option(each, each, is_default=each in press.picked("pick")) for each in NAMES]
        await press.ask(
            "named",
            "A name for whoever was picked in the list above",
            Choice("people", "For", people, is_several=True),
            Field("name", "Name", default="Dan", placeholder="Whatever you call them"),
        )

    @pressed()
    async def named(self, press: Press[TrialState]) -> Next[TrialState, str]:
        name, people = press.filled["name"], " and ".join(press.chosen["people"])
        return Next(replace(press.state, word=name), f"Named {name} for {people}.", "handed on")

    @pressed(acknowledge=Acknowledge.FORM)
    async def late(self, press: Press[TrialState]) -> Next[TrialState, str]:
        return Next(press.state, "Too late for a form.")

    @pressed(permission=lambda argument: WHO_MAY[argument])
    async def by_argument(self, press: Press[TrialState]) -> Next[TrialState, str]:
        return Next(press.state, f"Passed: {press.argument}.")

    @pressed(permission=Permission.PROMOTE)
    async def lead(self, press: Press[TrialState]) -> Next[TrialState, str]:
        return Next(press.state, "Led.")

    @pressed()
    async def fail(self, _press: Press[TrialState]) -> None:
        raise LookupError("on purpose")


def listening(town: Town) -> TrialScreen:
    """Have the bot of now listen to a screen of that name."""
    screen = TrialScreen(town.services)
    assert isinstance(town.env.bot, ClanBot)
    add_screens(town.env.bot, screen)
    return screen


def test_who_is_asked_whether_they_are_sure_needs_what_the_answer_needs(town: Town) -> None:
    asks = listening(town).permission_for
    assert asks(StateText("sure", "lead", "")) is Permission.PROMOTE
    assert asks(StateText("sure", "greet", "")) is Permission.SEE_REPORTS


@pytest.fixture
async def shown(town: Town, monkeypatch: pytest.MonkeyPatch) -> ResponseMessage:
    """The screen, as an officer's /clanstats status shows it here."""
    screen = listening(town)

    async def answer(_services: Services, interaction: Interaction) -> None:
        await screen.show(interaction, TrialState())

    monkeypatch.setattr(sys.modules["cogs.clanstats"], "status_answer", answer)
    answered = (await town.officer.slash(town.general, "clanstats status")).response
    assert answered is not None
    assert answered.ephemeral
    return answered


async def click(town: Town, shown: ResponseMessage, act: str) -> InteractionResult:
    return await town.officer.click(shown, custom_id=control(shown, f"trial:{act}"))


async def pick(town: Town, shown: ResponseMessage, *names: str) -> None:
    await town.officer.select(shown, list(names), custom_id=control(shown, "trial:pick"))


@pytest.mark.parametrize("restarts", [False, True], ids=["running", "restarted"])
async def test_what_is_picked_is_kept_in_the_message_and_nothing_is_read(
    town: Town,
    shown: ResponseMessage,
    restarts: bool,  # noqa: FBT001 - a row of the table
) -> None:
    screen = listening(town)
    await pick(town, shown, "Ann", "Cat")
    if restarts:
        await town.restart()
        screen = listening(town)
    greeted = await click(town, shown, "greet")
    assert words(newest(greeted)) == "Hello Ann and Cat."
    assert newest(greeted).ephemeral
    await pick(town, shown)
    assert words(newest(await click(town, shown, "greet"))) == "Hello nobody."
    assert screen.reads == 0
    assert "read nothing" in words(shown)


@pytest.mark.parametrize("restarts", [False, True], ids=["running", "restarted"])
async def test_a_form_is_taken_after_a_restart_as_well(
    town: Town,
    shown: ResponseMessage,
    restarts: bool,  # noqa: FBT001 - a row of the table
) -> None:
    await click(town, shown, "on")
    await pick(town, shown, "Ann", "Bob")
    asked = await click(town, shown, "name")
    assert asked.modal is not None
    assert (
        asked.modal["title"]
        == "A name for whoever was picked in the list ab\N{HORIZONTAL ELLIPSIS}"
    )
    chosen = [
        each["value"]
        for part in walk_components(asked.modal["components"])
        for each in part.get("options", ())
        if each.get("default")
    ]
    assert chosen == ["Ann", "Bob"]
    if restarts:
        await town.restart()
        listening(town)
    await town.officer.submit_modal(asked, {"name": " Eve ", "people": ["Bob", "Cat"]})
    said = words(shown)
    assert "handed on" in said
    assert "Named Eve for Bob and Cat." in said
    assert "2 of 3" in said


async def test_instead_of_a_form_what_is_shown_may_change(
    town: Town, shown: ResponseMessage
) -> None:
    assert (await click(town, shown, "late")).modal is None
    assert "Too late for a form." in words(shown)


async def test_what_is_out_of_date_is_shown_anew_and_nothing_is_done(
    town: Town, shown: ResponseMessage, monkeypatch: pytest.MonkeyPatch
) -> None:
    happened = in_order(monkeypatch, town.services.intake._database)
    for act in ("name", "greet", "lead"):
        await click(town, shown, "age")
        assert "read old" in words(shown)
        happened.clear()
        pressed = await click(town, shown, act)
        assert happened[0] == "answered", "before anything is read"
        if act == "lead":
            assert "Only the clan's leadership may" in words(newest(pressed))
            assert "read old" in words(shown)
        else:
            assert pressed.modal is None
            assert f"Out of date: not {act}." in words(shown)
            assert "read nothing" in words(shown)


async def test_a_permission_may_depend_on_what_a_control_is_about(
    town: Town, shown: ResponseMessage
) -> None:
    await click(town, shown, "by_argument:see")
    assert "Passed: see." in words(shown)
    refused = await click(town, shown, "by_argument:promote")
    assert "Only the clan's leadership may" in words(newest(refused))
    assert "Passed: promote." not in words(shown)


async def test_a_press_reads_once_or_not_at_all_when_the_handler_did(
    town: Town, shown: ResponseMessage
) -> None:
    await town.restart()
    screen = listening(town)
    await click(town, shown, "on")
    assert screen.reads == 1
    await town.officer.submit_modal(
        await click(town, shown, "name"), {"name": "Eve", "people": ["Ann"]}
    )
    assert screen.reads == 1


async def test_a_handler_asks_for_its_own_permission(town: Town, shown: ResponseMessage) -> None:
    refused = await click(town, shown, "lead")
    assert "Only the clan's leadership may" in words(newest(refused))
    assert "Led." not in words(shown)
    permissions = (await town.clan()).permissions
    leads = replace(permissions, discord_leadership=frozenset({town.officer_role.id}))
    await town.services.clans.set_permissions(await town.clan(), leads)
    await click(town, shown, "lead")
    assert "Led." in words(shown)


async def test_who_may_no_more_is_refused_at_every_press_and_form(
    town: Town, shown: ResponseMessage
) -> None:
    asked = await click(town, shown, "name")
    permissions = replace((await town.clan()).permissions, discord_officers=frozenset())
    await town.services.clans.set_permissions(await town.clan(), permissions)
    before = words(shown)
    for refused in (
        await click(town, shown, "on"),
        await town.officer.submit_modal(asked, {"name": "Eve", "people": ["Ann"]}),
    ):
        assert newest(refused).ephemeral
        assert "Only officers may" in words(newest(refused))
    assert words(shown) == before


async def test_a_control_that_is_gone_by_now_says_what_to_do(
    town: Town, shown: ResponseMessage
) -> None:
    answered = await click(town, shown, "gone")
    assert "Run the command again." in words(newest(answered))


async def test_what_goes_wrong_is_explained_with_a_reference(
    town: Town, shown: ResponseMessage, journal: io.StringIO
) -> None:
    answered = await click(town, shown, "fail")
    (said,) = answered.followups
    assert "Something went wrong on our side" in words(said)
    assert "on purpose" in journal.getvalue()
    journal.seek(0)
    journal.truncate()
    town.env.errors.clear()

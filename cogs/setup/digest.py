"""The digest's page of the setup: when it is posted, with which link, how it looks, on or off."""

import re
from dataclasses import dataclass
from typing import Any, NamedTuple

import discord

from bot.clan.diagnosis import Finding
from bot.clan.digest_slots import (
    LAST_DAY,
    WEEKDAYS,
    DigestInterval,
    DigestPlan,
    next_slot,
)
from bot.clan.names import escaped
from bot.clan.ranks import Permission
from bot.reports.documents import Document
from bot.services.game import unready
from bot.services.publish import DigestMessage
from cogs._permissions import Interaction, clan_of
from cogs._replies import Box, picture, small, when
from cogs.screens import (
    Acknowledge,
    Controls,
    Field,
    Next,
    Press,
    Rendered,
    Screen,
    option,
    pressed,
)
from cogs.setup.words import finding_line

_LINK = re.compile(r"https?://[^\s<>()\[\]]+")
_LONGEST_LINK = 300
_MONTH_DAYS = (*range(1, 25), LAST_DAY)
"""As many as a select takes: a day that some months lack would be their last anyway."""

_MEANS = (
    "It tells the report channel how the clan did: totals beside those before, new faces, quiet "
    "wins, records and thanks to helpers. It never says who was silent, and pings nobody."
)
_OFFICERS = (
    "At the same time officers read in their own channel what waits: claims, newcomers, cases, jobs"
)
_PREVIEW_FIRST = "Look at the preview: the button that switches it on stands below it."
_NOT_A_LINK = "That is no link. Write it in full, like `https://example.org/clan`."


@dataclass(frozen=True, slots=True)
class DigestSetupState:
    """Whether the digest is shown as it would be posted now."""

    is_preview: bool = False


class DigestFound(NamedTuple):
    """When the digest is posted, how that goes, when it is due next, and how it looks, if asked."""

    plan: DigestPlan
    lines: tuple[Finding, ...]
    next_line: str
    preview: DigestMessage | None = None


DigestNext = Next[DigestSetupState, DigestFound]
_CONTROLS = Controls("digest", DigestSetupState)


class DigestScreen(Screen[DigestSetupState, DigestFound]):
    """When the clan's digest is posted, and how it looks."""

    controls = _CONTROLS
    permission = Permission.SET_UP
    is_heavy = True

    async def read(self, interaction: Interaction, state: DigestSetupState) -> DigestFound:
        """Return what the clan chose, and with a preview how it would look now."""
        clan, digests = clan_of(interaction), self.services.digests
        plan = (await digests.state(clan)).plan
        lines = await digests.findings(clan)
        due_at = next_slot(plan, self.services.clock(), clan.zone)
        preview = await digests.for_members(clan) if state.is_preview else None
        return DigestFound(plan, lines, f"{when(due_at, 'F')}, {when(due_at)}", preview)

    def render(self, state: DigestSetupState, answer: DigestFound, note: str = "") -> Rendered:
        """Return what was chosen with its controls, and the preview below it."""
        plan = answer.plan
        box = Box("## Digest", small(_MEANS))
        if note:
            box.say(note)
        box.rule().say(*map(finding_line, answer.lines))
        box.say(f"**When**  {plan.words}, by the clan's clock")
        if plan.is_on:
            box.say(f"**Next**  {answer.next_line}")
        box.control(_interval_select(state, plan))
        box.control(_day_select(state, plan))
        box.control(_hour_select(state, plan))
        link = escaped(plan.link) if plan.link else "none"
        box.beside(f"**Link to the dashboard**  {link}", _CONTROLS.button("link", state, "Change"))
        box.say(small(_OFFICERS))
        documents = _preview(box, answer.preview) if answer.preview else ()
        box.rule().add_item(discord.ui.ActionRow(*_buttons(state, plan)))
        if not plan.is_on and not state.is_preview:
            box.say(small(_PREVIEW_FIRST))
        return Rendered(box, documents)

    @pressed()
    async def interval(self, press: Press[DigestSetupState]) -> DigestNext:
        """Post it every week or every month, from the first day of either."""
        (picked,) = press.values
        interval = DigestInterval(picked)
        day = 0 if interval is DigestInterval.WEEKLY else 1
        plan = (await self.services.digests.state(press.clan)).plan
        await self.services.digests.plan_as(press.clan, interval, day, plan.hour)
        return Next(DigestSetupState())

    @pressed()
    async def day(self, press: Press[DigestSetupState]) -> DigestNext:
        """Post it on another day of the week or month that was shown."""
        (picked,) = press.values
        plan = (await self.services.digests.state(press.clan)).plan
        # Somebody may have picked the other interval since it was shown.
        if press.argument == plan.interval:
            await self.services.digests.plan_as(press.clan, plan.interval, int(picked), plan.hour)
        return Next(DigestSetupState())

    @pressed()
    async def hour(self, press: Press[DigestSetupState]) -> DigestNext:
        """Post it at another hour."""
        (picked,) = press.values
        plan = (await self.services.digests.state(press.clan)).plan
        await self.services.digests.plan_as(press.clan, plan.interval, plan.day, int(picked))
        return Next(DigestSetupState())

    @pressed(acknowledge=Acknowledge.FORM)
    async def link(self, press: Press[DigestSetupState]) -> None:
        """Ask where the clan's dashboard is."""
        plan = (await self.services.digests.state(press.clan)).plan
        field = Field(
            "link",
            "Link to the clan's dashboard",
            "Everybody who reads the digest can open it. Leave it empty for none.",
            plan.link or "",
            longest=_LONGEST_LINK,
            is_required=False,
        )
        await press.ask("linked", "Link to the dashboard", field)

    @pressed()
    async def linked(self, press: Press[DigestSetupState]) -> DigestNext | None:
        """Show the link in the digest, if it is one."""
        text = press.filled["link"]
        if text and not _LINK.fullmatch(text):
            await press.tell(_NOT_A_LINK)
            return None
        await self.services.digests.link_to(press.clan, text or None)
        return Next(DigestSetupState())

    @pressed()
    async def preview(self, press: Press[DigestSetupState]) -> DigestNext:
        """Show how it would look now; nothing is posted."""
        if words := unready(press.clan):
            return Next(DigestSetupState(), words)
        return Next(DigestSetupState(is_preview=True))

    @pressed()
    async def switch(self, press: Press[DigestSetupState]) -> DigestNext:
        """Post it from now on, or no more."""
        is_on = press.argument == "on"
        await self.services.digests.switch(press.clan, is_on=is_on)
        words = "Switched on. Nothing is posted before its time." if is_on else "Switched off."
        return Next(DigestSetupState(), words)


def _interval_select(state: DigestSetupState, plan: DigestPlan) -> discord.ui.Select[Any]:
    labels = {DigestInterval.WEEKLY: "Every week", DigestInterval.MONTHLY: "Every month"}
    options = [
        option(label, each, is_default=each is plan.interval) for each, label in labels.items()
    ]
    return _CONTROLS.select("interval", state, "How often", options)


def _day_select(state: DigestSetupState, plan: DigestPlan) -> discord.ui.Select[Any]:
    if plan.interval is DigestInterval.WEEKLY:
        labels = dict(enumerate(WEEKDAYS))
    else:
        labels = {each: f"Day {each} of the month" for each in _MONTH_DAYS}
        labels[LAST_DAY] = "The last day of the month"
    options = [
        option(label, str(each), is_default=each == plan.day) for each, label in labels.items()
    ]
    return _CONTROLS.select("day", state, "Which day", options, argument=plan.interval.value)


def _hour_select(state: DigestSetupState, plan: DigestPlan) -> discord.ui.Select[Any]:
    options = [
        option(f"{each:02}:00", str(each), is_default=each == plan.hour) for each in range(24)
    ]
    return _CONTROLS.select("hour", state, "Which hour", options)


def _preview(box: Box, message: DigestMessage) -> tuple[Document, ...]:
    box.rule().say(small("Preview: how it would look now"), message.text)
    if message.picture is None:
        return ()
    box.add_item(picture(message.picture))
    return (message.picture,)


def _buttons(state: DigestSetupState, plan: DigestPlan) -> list[discord.ui.Button[Any]]:
    buttons = [_CONTROLS.button("preview", state, "Preview")]
    if plan.is_on:
        buttons.append(_CONTROLS.button("switch", state, "Switch off", argument="off"))
    elif state.is_preview:
        success = discord.ButtonStyle.success
        buttons.append(_CONTROLS.button("switch", state, "Switch on", argument="on", style=success))
    return buttons

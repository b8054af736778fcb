"""The settings as one panel: pages, the draft of what is changed, the what-if, and saving it.

Nothing holds before it is saved, and nobody changes who is flagged without having seen whom.
"""

from collections.abc import Iterator
from typing import Any, cast

import discord

from bot.clan.ranks import Caller, Permission
from bot.clan.wording import plural
from bot.services.setup import NotAllowed, Outdated, exported
from bot.wiring import Services
from cogs._permissions import Interaction, clan_of
from cogs._replies import Box, files, small, tell, when
from cogs._settings_controls import SectionPick
from cogs._settings_pages import draw
from cogs._settings_sheets import PAGES, Section
from cogs._settings_state import SettingsSession, SettingsView, session_of
from cogs._settings_what_if import what_if_said
from cogs._settings_words import GONE, changes_said, label_of

_MORE = "\N{HORIZONTAL ELLIPSIS}"
_LOOK_FIRST = "This changes who is flagged or suggested: Save comes after What if"
_STILL_ASKING = "What if is still being worked out: wait for it, then press again."
_LONGEST_NOTE = 1_400
_TICK = "\N{WHITE HEAVY CHECK MARK}"


class SettingsPanel(SettingsView):
    """The panel; lasting, the twin that answers when the draft of an old one is gone."""

    def __init__(
        self, services: Services, session: SettingsSession, note: str = "", *, lasting: bool = False
    ) -> None:
        super().__init__(services, Permission.MANAGE, lasting=lasting)
        self.session = session
        self._is_lasting = lasting
        self.add_item(_box(session, note))

    async def interaction_check(self, interaction: Interaction, /) -> bool:
        """Check the permission; whoever presses an old panel is given a fresh one."""
        if not await super().interaction_check(interaction):
            return False
        if self.session.is_asking:
            await tell(interaction, _STILL_ASKING)
            return False
        if self._is_lasting:
            session = await session_of(self.services, interaction, _section_of(interaction))
            panel = SettingsPanel(self.services, session, GONE)
            await interaction.edit_original_response(view=panel)
        return not self._is_lasting

    def opens_form(self, interaction: Interaction) -> bool:
        """Return whether a form is the answer; to a press on an old panel it is a fresh one."""
        return not self._is_lasting and super().opens_form(interaction)

    async def show(self, interaction: Interaction, note: str = "") -> None:
        """Show the page as it is now, with a note."""
        box = _box(self.session, note)
        self.clear_items()
        self.add_item(box)
        await interaction.edit_original_response(view=self)


def settings_twins(services: Services) -> Iterator[SettingsPanel]:
    """Yield a lasting twin of each page: between them they have every control there is."""
    for section in PAGES:
        yield SettingsPanel(services, SettingsSession(section=section), lasting=True)


class WhatIfButton(discord.ui.Button[SettingsView]):
    """Shows what the draft would change."""

    def __init__(self, session: SettingsSession) -> None:
        super().__init__(
            label=f"What if{_MORE}",
            custom_id="settings:what-if",
            style=discord.ButtonStyle.primary
            if session.needs_look
            else discord.ButtonStyle.secondary,
            disabled=not (session.is_ready and session.draft.touches_lists),
        )

    async def callback(self, interaction: Interaction) -> None:
        """Ask, and show the answer with the draft under it."""
        panel = self.view
        if panel is None:
            return
        session = panel.session
        policy = session.clan_settings.policy
        session.is_asking = True
        try:
            async with panel.services.turns.of(interaction.user.id):
                asked = panel.services.review.what_if(clan_of(interaction), policy)
                session.what_if = await asked
        finally:
            session.is_asking = False
        session.looked_at, session.section = policy, Section.WHAT_IF
        await panel.show(interaction)


class SaveButton(discord.ui.Button[SettingsView]):
    """Makes the draft hold."""

    def __init__(self, session: SettingsSession) -> None:
        super().__init__(
            label="Save",
            custom_id="settings:save",
            style=discord.ButtonStyle.success,
            disabled=session.needs_look or not session.draft.changes,
        )

    async def callback(self, interaction: Interaction) -> None:
        """Save all of it, or say why not and keep the draft."""
        panel = self.view
        if panel is not None:
            note = _LOOK_FIRST
            if not panel.session.needs_look:
                note = await _saved(panel, interaction)
            await panel.show(interaction, note)


class DiscardButton(discord.ui.Button[SettingsView]):
    """Forgets the draft."""

    def __init__(self, session: SettingsSession) -> None:
        super().__init__(
            label="Discard",
            custom_id="settings:discard",
            disabled=not session.draft.changes and not session.typed,
        )

    async def callback(self, interaction: Interaction) -> None:
        """Show what holds."""
        panel = self.view
        if panel is not None:
            section = panel.session.section
            panel.session = await session_of(panel.services, interaction, section)
            await panel.show(interaction, "The draft is discarded: nothing was changed.")


class ExportButton(discord.ui.Button[SettingsView]):
    """Gives the settings as a file."""

    def __init__(self) -> None:
        super().__init__(label="Export", custom_id="settings:export")

    async def callback(self, interaction: Interaction) -> None:
        """Send what holds as a file, privately."""
        panel = self.view
        if panel is None:
            return
        clan = clan_of(interaction)
        document = exported(await panel.services.policies.of(clan), clan)
        draft = " The draft is not in it." if panel.session.draft.changes else ""
        await interaction.followup.send(
            f"The settings as they hold now.{draft} Read it in with `/clanstats settings file:`.",
            files=files(document),
            ephemeral=True,
        )


async def _saved(panel: SettingsView, interaction: Interaction) -> str:
    """Save the draft of a panel, or set it on what holds meanwhile; return what became of it."""
    session, clan = panel.session, clan_of(interaction)
    before = session.draft.base.policy.version
    policies, caller = panel.services.policies, cast("Caller", interaction.extras["caller"])
    try:
        await policies.settle(clan, session.draft, caller, interaction.user.id)
    except NotAllowed as fault:
        return f"Nothing was saved. {fault}"
    except Outdated:
        newest = await policies.clan_settings(clan)
        session.draft, lost = session.draft.onto(newest)
        kept = "Your changes stand on top of them: look again and save."
        if lost:
            names = ", ".join(label_of(change.key) for change in lost)
            kept = f"They changed the same as you, so theirs holds for: {names}."
        return f"Nothing was saved: somebody else changed the settings meanwhile. {kept}"
    lines = changes_said(session.draft.changes)
    panel.session = await session_of(panel.services, interaction, session.section)
    version = panel.session.clan_settings.policy.version
    as_version = f", version {version}" if version != before else ""
    return "\n".join([f"{_TICK} **Saved**{as_version}:", *lines])


def _box(session: SettingsSession, note: str) -> Box:
    title = "What if" if session.section is Section.WHAT_IF else PAGES[session.section].title
    box = Box(f"## Settings: {title}", small(*_state(session)))
    if note:
        box.say(*_fitting(note))
    box.control(SectionPick(session.section)).rule()
    changes = session.draft.changes
    if session.section is not Section.WHAT_IF:
        draw(box, session)
    elif session.what_if is not None:
        box.say("\n\n".join(what_if_said(session.what_if, changes)))
    box.rule()
    if changes:
        box.say("**Not saved yet**", *changes_said(changes))
    if session.needs_look:
        box.say(small(_LOOK_FIRST))
    row: discord.ui.ActionRow[Any] = discord.ui.ActionRow(
        WhatIfButton(session), SaveButton(session), DiscardButton(session), ExportButton()
    )
    return box.add_item(row)


def _state(session: SettingsSession) -> Iterator[str]:
    version = session.draft.base.policy.version
    if session.made is None:
        yield "Default settings"
    else:
        by, at = session.made
        who = f"<@{by}>" if by else "somebody who left"
        yield f"Version {version}, by {who} {when(at)}"
    count = len(session.draft.changes)
    yield f"{plural(count, 'change')} not saved" if count else "Changes apply after Save"


def _fitting(note: str) -> Iterator[str]:
    """Yield the lines of a note that leave room for the page."""
    room = _LONGEST_NOTE
    for line in note.splitlines():
        room -= len(line)
        if room < 0:
            yield _MORE
            return
        yield line


def _section_of(interaction: Interaction) -> Section:
    """Return the page that a press asks for, or else the one that the message shows."""
    told = dict(interaction.data or {})
    if told.get("custom_id") == "settings:section":
        (picked,) = cast("list[str]", told["values"])
        return Section(picked)
    components = interaction.message.components if interaction.message else []
    return next(_shown(components), Section.INACTIVITY)


def _shown(components: list[Any]) -> Iterator[Section]:
    for part in components:
        if getattr(part, "custom_id", None) == "settings:section":
            yield from (Section(each.value) for each in part.options if each.default)
        yield from _shown(getattr(part, "children", []))

"""What is pressed on the pages of the settings: each press opens a form or changes the draft."""

import discord

from cogs._panels import OpensForm
from cogs._permissions import Interaction
from cogs._replies import open_form
from cogs._settings_forms import LadderForm, NumbersForm, TiersForm
from cogs._settings_sheets import PAGES, SHEETS, Section, identity
from cogs._settings_state import SettingsView

_MORE = "\N{HORIZONTAL ELLIPSIS}"


class SectionPick(discord.ui.Select[SettingsView]):
    """Turns to another page."""

    def __init__(self, section: Section) -> None:
        options = [
            discord.SelectOption(
                label=page.title, value=key, description=page.about, default=key is section
            )
            for key, page in PAGES.items()
        ]
        super().__init__(
            custom_id="settings:section",
            placeholder="Back to a page",
            options=options,
            id=identity("section", section),
        )

    async def callback(self, interaction: Interaction) -> None:
        """Show the page."""
        if self.view is not None:
            self.view.session.section = Section(self.values[0])
            await self.view.show(interaction)


class SheetButton(OpensForm, discord.ui.Button[SettingsView]):
    """Opens a form of numbers."""

    def __init__(self, key: str) -> None:
        super().__init__(label=f"Change{_MORE}", custom_id=f"settings:form:{key}")
        self._key = key

    async def callback(self, interaction: Interaction) -> None:
        """Ask for the numbers, on the page of steady bars those of the picked rank."""
        if self.view is not None:
            is_bar = SHEETS[self._key].paths[0].startswith("promotion.steady.")
            rank = self.view.session.rank if is_bar else None
            await open_form(interaction, NumbersForm(self.view, self._key, rank))


class LadderButton(OpensForm, discord.ui.Button[SettingsView]):
    """Opens the form for the order of the ranks."""

    def __init__(self) -> None:
        super().__init__(label=f"Change{_MORE}", custom_id="settings:ladder")

    async def callback(self, interaction: Interaction) -> None:
        """Ask for the order."""
        if self.view is not None:
            await open_form(interaction, LadderForm(self.view))


class TiersButton(OpensForm, discord.ui.Button[SettingsView]):
    """Opens the form for the ranks that lead."""

    def __init__(self) -> None:
        super().__init__(label=f"Change{_MORE}", custom_id="settings:tiers")

    async def callback(self, interaction: Interaction) -> None:
        """Ask for the ranks."""
        if self.view is not None:
            await open_form(interaction, TiersForm(self.view))


class SecondOfficerButton(discord.ui.Button[SettingsView]):
    """Asks a second person to agree, or not any more."""

    def __init__(self, *, is_on: bool) -> None:
        super().__init__(
            label="Turn off" if is_on else "Turn on", custom_id="settings:second-officer"
        )

    async def callback(self, interaction: Interaction) -> None:
        """Switch it in the draft."""
        if self.view is not None:
            session = self.view.session
            is_on = session.clan_settings.policy.cases.second_officer
            session.draft = session.draft.having(cases={"second_officer": not is_on})
            await self.view.show(interaction)


class NoBarButton(discord.ui.Button[SettingsView]):
    """Takes a rank's own bar away."""

    def __init__(self, *, has_one: bool) -> None:
        super().__init__(label="As everybody", custom_id="settings:no-bar", disabled=not has_one)

    async def callback(self, interaction: Interaction) -> None:
        """Let the usual bar hold for the rank."""
        if self.view is not None:
            session = self.view.session
            if session.rank is not None:
                session.draft = session.draft.barring(session.rank, None)
            await self.view.show(interaction)

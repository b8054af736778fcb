"""Setup's first line: which WOM group the clan is, by number, address or name.

The group is known to WOM before anything is stored, and read at once.
"""

from collections.abc import Iterable, Sequence

import discord

from bot.clan.names import escaped
from bot.clan.ranks import Permission
from bot.clan.wording import plural
from bot.services.game import PollResult
from bot.services.ops import poll_clan
from bot.services.setup import FoundGroup, groups_called
from cogs._panels import OpensForm, Panel, PanelForm
from cogs._permissions import Interaction, clan_of
from cogs._replies import open_form, tell

_CHOICES = 25


class RedrawnSetup(Panel):
    """A panel that shows what was decided on it."""

    async def redraw(
        self, interaction: Interaction, note: str = "", found: Sequence[FoundGroup] = ()
    ) -> None:
        """Show the panel as it is now, with a note, and with groups to pick from."""
        raise NotImplementedError


class GroupButton(OpensForm, discord.ui.Button[RedrawnSetup]):
    """Opens the form for the WOM group."""

    def __init__(self, *, chosen: bool) -> None:
        super().__init__(
            label="Change" if chosen else "Choose group",
            custom_id="setup:group",
            style=discord.ButtonStyle.secondary if chosen else discord.ButtonStyle.primary,
        )

    async def callback(self, interaction: Interaction) -> None:
        """Ask for the group."""
        if self.view is not None:
            await open_form(interaction, _GroupForm(self.view))


class _GroupForm(PanelForm):
    group: discord.ui.TextInput["_GroupForm"]

    def __init__(self, panel: RedrawnSetup) -> None:
        super().__init__(panel.services, Permission.SET_UP, "Wise Old Man group")
        self._panel = panel
        self.group = discord.ui.TextInput(min_length=1, max_length=80)
        self.add_item(
            discord.ui.Label(
                text="Number, address or name",
                description="The number is the last part of the address on wiseoldman.net",
                component=self.group,
            )
        )

    async def on_submit(self, interaction: Interaction, /) -> None:
        """Join the group that was meant, or show those that may have been."""
        text = self.group.value.strip()
        found = await groups_called(self.services.wom, text) if text else ()
        if not found:
            await tell(
                interaction,
                f"Wise Old Man knows no group **{escaped(text)}**. Take the number from the end of "
                "the group's address, like `wiseoldman.net/groups/1234`.",
            )
        elif len(found) == 1:
            await join(interaction, self._panel, found[0])
        else:
            note = f"**{plural(len(found), 'group')}** could be meant: pick yours."
            await self._panel.redraw(interaction, note, found[:_CHOICES])


class GroupPick(discord.ui.Select[RedrawnSetup]):
    """Picks one of several groups."""

    def __init__(self, found: Iterable[FoundGroup]) -> None:
        options = [
            discord.SelectOption(
                label=each.name[:100],
                value=str(each.group_id),
                description=f"{plural(each.members, 'member')}, number {each.group_id}",
            )
            for each in found
        ]
        super().__init__(
            custom_id="setup:pick", placeholder="Which group is yours?", options=options
        )

    async def callback(self, interaction: Interaction) -> None:
        """Join the group that was picked."""
        if self.view is None:
            return
        found = await groups_called(self.view.services.wom, self.values[0])
        if found:
            await join(interaction, self.view, found[0])
        else:
            await tell(interaction, "That group is gone from Wise Old Man. Choose another.")


async def join(interaction: Interaction, panel: RedrawnSetup, group: FoundGroup) -> None:
    """Join the clan to a group and read it, saying so before and after."""
    services, clan = panel.services, clan_of(interaction)
    await services.clans.join_group(clan, group.group_id, group.name)
    name = f"**{escaped(group.name)}**"
    members = plural(group.members, "member")
    await panel.redraw(
        interaction, f"\u23f3 Reading {name}, {members}, with a year of history\u2026"
    )
    note = f"{name} is joined, but could not be read yet."
    trace = interaction.extras["trace"]
    try:
        clan = await services.clans.found(clan.guild_id, clan.name)
        async with services.upkeep.run("poll", clan.clan_id, trace) as outcome:
            result = await poll_clan(services.poll, services.cases, clan, outcome)
        note = _read_words(name, result)
    finally:
        await panel.redraw(interaction, note)


def _read_words(name: str, result: PollResult) -> str:
    if result.doubt is not None:
        return f"{name} is joined, but its roster was not believed: {escaped(result.doubt)}"
    if result.overtaken is not None:
        return f"{name} is joined. This reading was not kept: {result.overtaken}."
    missing = f", {len(result.failed)} of them without numbers" if result.failed else ""
    later = (
        " Wise Old Man does not tell the year before yet; each poll asks again."
        if result.unfilled is not None
        else ""
    )
    return f"{name} is joined: **{plural(result.members, 'member')}** found{missing}.{later}"

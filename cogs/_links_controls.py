"""What can be pressed in the queue of links: each carries out one decision on what is picked.

The pair is read from the message, the rest anew; then the queue is drawn as it is afterwards.
"""

from collections.abc import Awaitable, Callable
from dataclasses import replace

import discord

from bot.clan.linking import LinkAction, LinkPair
from bot.clan.ranks import Permission
from bot.clan.wording import plural
from bot.services.people import LinkResult, Links, Officer
from bot.services.setup import Clan
from cogs._guild_members import guild_members_in, member_in, officer_in
from cogs._links_state import LinksState, LinksTab, fingerprint
from cogs._links_turning import RedrawnQueue
from cogs._links_words import applied_words, done_words, undone_words
from cogs._panels import OpensForm, PanelForm
from cogs._permissions import Interaction, clan_of
from cogs._replies import open_form

_STYLES = {
    LinkAction.CONFIRM: discord.ButtonStyle.success,
    LinkAction.REJECT: discord.ButtonStyle.danger,
    LinkAction.END: discord.ButtonStyle.danger,
}
_LABELS = {
    LinkAction.CONFIRM: "Confirm",
    LinkAction.REJECT: "Reject",
    LinkAction.MARK_ALT: "Mark as alt",
    LinkAction.MAKE_MAIN: "Make main",
    LinkAction.END: "Unlink",
    LinkAction.NO_DISCORD: "No Discord",
    LinkAction.HAS_DISCORD: "Has Discord",
}


class ActionButton(discord.ui.Button[RedrawnQueue]):
    """Does one thing with the picked pair."""

    def __init__(self, permission: LinkAction, *, disabled: bool = False) -> None:
        super().__init__(
            label=_LABELS[permission],
            custom_id=f"links:do:{permission.name.lower()}",
            style=_STYLES.get(permission, discord.ButtonStyle.secondary),
            disabled=disabled,
        )
        self._permission = permission

    async def callback(self, interaction: Interaction) -> None:
        """Do it, and say what became of it."""
        if self.view is None:
            return
        at = LinksState.read(interaction.message)
        done = _doer(self.view.services.links, self._permission)
        answer = await done(clan_of(interaction), at.picked, officer_in(interaction))
        name = await partner_name(interaction, at.picked.user_id, answer)
        await self.view.redraw(
            interaction,
            replace(at, picked=LinkPair(0, 0)),
            done_words(self._permission, answer, name),
        )


def _doer(
    links: Links, permission: LinkAction
) -> Callable[[Clan, LinkPair, Officer], Awaitable[LinkResult]]:
    async def mark(clan: Clan, pair: LinkPair, by: Officer) -> LinkResult:
        has_none = permission is LinkAction.NO_DISCORD
        return await links.mark_discord(clan, pair.player_id, by, has_none=has_none)

    return {
        LinkAction.CONFIRM: links.confirm,
        LinkAction.REJECT: links.reject,
        LinkAction.MARK_ALT: links.mark_alt,
        LinkAction.MAKE_MAIN: links.make_main,
        LinkAction.END: links.end,
    }.get(permission, mark)


async def partner_name(interaction: Interaction, user_id: int, answer: LinkResult) -> str:
    """Return what somebody is called on this server, or else where they were heard."""
    member = await member_in(interaction, user_id)
    return member.display_name if member else answer.partner or "somebody who left"


class HandButton(OpensForm, discord.ui.Button[RedrawnQueue]):
    """Opens the form in which a partner is named."""

    def __init__(self, *, disabled: bool = False) -> None:
        super().__init__(label="Link by hand", custom_id="links:hand", disabled=disabled)

    async def callback(self, interaction: Interaction) -> None:
        """Ask for the partner of whoever is picked."""
        if self.view is not None:
            at = LinksState.read(interaction.message)
            form = _UserForm if at.tab is LinksTab.PLAYERS else _NameForm
            await open_form(interaction, form(self.view, at))


class _HandForm(PanelForm):
    def __init__(self, panel: RedrawnQueue, at: LinksState) -> None:
        super().__init__(panel.services, Permission.DECIDE_LINKS, "Link by hand")
        self._panel = panel
        self._at = at

    async def _redraw(self, interaction: Interaction, user_id: int, answer: LinkResult) -> None:
        name = await partner_name(interaction, user_id, answer)
        note = done_words(LinkAction.CONFIRM, answer, name)
        await self._panel.redraw(interaction, replace(self._at, picked=LinkPair(0, 0)), note)


class _NameForm(_HandForm):
    name: discord.ui.TextInput["_NameForm"]

    def __init__(self, panel: RedrawnQueue, at: LinksState) -> None:
        super().__init__(panel, at)
        self.name = discord.ui.TextInput(min_length=1, max_length=30)
        self.add_item(
            discord.ui.Label(
                text="RuneScape name",
                description="Of a member of the clan, now or before",
                component=self.name,
            )
        )

    async def on_submit(self, interaction: Interaction, /) -> None:
        """Confirm the member of that name."""
        user_id = self._at.picked.user_id
        answer = await self.services.links.link_by_hand(
            clan_of(interaction), user_id, self.name.value, officer_in(interaction)
        )
        await self._redraw(interaction, user_id, answer)


class _UserForm(_HandForm):
    user: discord.ui.UserSelect["_UserForm"]

    def __init__(self, panel: RedrawnQueue, at: LinksState) -> None:
        super().__init__(panel, at)
        self.user = discord.ui.UserSelect()
        self.add_item(discord.ui.Label(text="Whose account it is", component=self.user))

    async def on_submit(self, interaction: Interaction, /) -> None:
        """Confirm the picked user."""
        (user,) = self.user.values
        pair = LinkPair(self._at.picked.player_id, user.id)
        links = self.services.links
        answer = await links.confirm(clan_of(interaction), pair, officer_in(interaction))
        await self._redraw(interaction, user.id, answer)


class SureButton(discord.ui.Button[RedrawnQueue]):
    """Shows the sure pairs; nothing is applied yet."""

    def __init__(self, count: int = 0) -> None:
        super().__init__(
            label=f"Apply all {plural(count, 'sure pair')}\N{HORIZONTAL ELLIPSIS}",
            custom_id="links:sure",
            style=discord.ButtonStyle.success,
        )

    async def callback(self, interaction: Interaction) -> None:
        """Show the list."""
        if self.view is not None:
            await self.view.redraw(interaction, LinksState(LinksTab.SURE))


class ApplyButton(discord.ui.Button[RedrawnQueue]):
    """Confirms the sure pairs that were listed."""

    def __init__(self, count: int = 0) -> None:
        super().__init__(
            label=f"Confirm {'it' if count == 1 else f'all {count}'}",
            custom_id="links:apply",
            style=discord.ButtonStyle.success,
            disabled=not count,
        )

    async def callback(self, interaction: Interaction) -> None:
        """Confirm them, if the list is still the one that was shown."""
        if self.view is None:
            return
        at, clan, links = (
            LinksState.read(interaction.message),
            clan_of(interaction),
            self.view.services.links,
        )
        pairs = (await links.queue(clan, await guild_members_in(interaction))).sure_pairs
        if fingerprint(pairs) != at.sure:
            note = "The list has changed meanwhile: nothing was applied. Look at it again."
            await self.view.redraw(interaction, LinksState(LinksTab.SURE), note)
            return
        asked = [each.pair for each in pairs]
        done = await links.confirm_all(clan, asked, officer_in(interaction))
        note = applied_words(done, len(asked) - done)
        await self.view.redraw(
            interaction, LinksState(LinksTab.SURE) if done < len(asked) else LinksState(), note
        )


class UndoButton(discord.ui.Button[RedrawnQueue]):
    """Takes back what its label says."""

    def __init__(self, label: str = "Undo") -> None:
        super().__init__(label=label, custom_id="links:undo")

    async def callback(self, interaction: Interaction) -> None:
        """Restore what was before."""
        if self.view is None:
            return
        at, links = LinksState.read(interaction.message), self.view.services.links
        refusal = await links.undo(clan_of(interaction), at.action_id, officer_in(interaction))
        await self.view.redraw(
            interaction, replace(at, picked=LinkPair(0, 0)), undone_words(refusal)
        )

"""What every panel and form has: the permission at each press, and one door for errors.

A panel that is sent ends after a quarter of an hour; its lasting twin, given to the bot when the
cog is loaded, answers presses on it ever after, restarts included.
"""

from collections.abc import Iterator, Sequence

import discord

from bot.clan.ranks import Permission
from bot.wiring import Services
from cogs._errors import explain
from cogs._permissions import Interaction, check_permission
from cogs._replies import acknowledge

_SENT_FOR = 15 * 60.0


class OpensForm:
    """A control that answers with a form: then the form is the first answer, and none before it."""


class _Watched:
    """Acknowledges, checks the permission before anything happens, explains what goes wrong."""

    services: Services
    permission: Permission

    async def interaction_check(self, interaction: Interaction, /) -> bool:
        """Acknowledge before anything is read, then check the permission."""
        if not self.opens_form(interaction):
            await acknowledge(interaction)
        return await check_permission(interaction, self.services.clans, self.permission)

    def opens_form(self, _interaction: Interaction) -> bool:
        """Return whether the answer is a form."""
        return False

    async def on_error(self, interaction: Interaction, error: Exception, /, *_: object) -> None:
        """Explain what went wrong."""
        await explain(interaction, error)


class Panel(_Watched, discord.ui.LayoutView):
    """An answer with controls."""

    def __init__(
        self, services: Services, permission: Permission, *, lasting: bool = False
    ) -> None:
        super().__init__(timeout=None if lasting else _SENT_FOR)
        self.services = services
        self.permission = permission

    def opens_form(self, interaction: Interaction) -> bool:
        """Return whether what was pressed answers with a form."""
        pressed = dict(interaction.data or {}).get("custom_id")
        forms = (each for each in self.walk_children() if isinstance(each, OpensForm))
        return any(getattr(each, "custom_id", None) == pressed for each in forms)


class PanelForm(_Watched, discord.ui.Modal):
    """Something to fill in; the permission is checked when it is sent."""

    def __init__(self, services: Services, permission: Permission, title: str) -> None:
        super().__init__(title=title, timeout=_SENT_FOR)
        self.services = services
        self.permission = permission


def marked(message: discord.Message | None, mark: str) -> str | None:
    """Return what a message keeps behind a mark and a colon in one of its ids, or None."""
    ids = () if message is None else _custom_ids(message.components)
    begin = f"{mark}:"
    return next((each.removeprefix(begin) for each in ids if each.startswith(begin)), None)


def _custom_ids(components: Sequence[object]) -> Iterator[str]:
    for part in components:
        custom_id = getattr(part, "custom_id", None)
        if custom_id:
            yield custom_id
        yield from _custom_ids(getattr(part, "children", ()))

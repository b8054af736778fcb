"""/clanstats audit: how officers do, and in which hours of the week none of them is around.

Which page is shown stands in the message alone; whatever is shown was read at that moment.
"""

import discord

from bot.clan.ranks import Permission
from bot.services.publish import AuditFiles
from bot.services.setup import Clan
from bot.wiring import Services
from cogs._audit_words import hours_lines, measure, officer_pages, summary
from cogs._pages import page_of, turning
from cogs._panels import Panel
from cogs._permissions import Interaction, clan_of
from cogs._replies import Box, files, picture, small

_KIND = "audit"
_ROOM = 1_700


async def audit_answer(services: Services, interaction: Interaction) -> None:
    """Show the audit from its beginning."""
    made = await services.audits.files(clan_of(interaction))
    panel = AuditPanel(services, clan_of(interaction), made)
    await interaction.followup.send(view=panel, files=panel.files())


class AuditPanel(Panel):
    """An audit with its controls; without one, the lasting twin that only listens."""

    def __init__(
        self,
        services: Services,
        clan: Clan | None = None,
        made: AuditFiles | None = None,
        page: int = 0,
    ) -> None:
        super().__init__(services, Permission.PROMOTE, lasting=made is None)
        self._made = made
        if clan is None or made is None:
            self.add_item(turning(_KIND, self.turn))
            return
        pages = officer_pages(made.review, _ROOM)
        here = min(page, len(pages) - 1)
        box = _box(clan, made, pages[here])
        if len(pages) > 1:
            box.add_item(turning(_KIND, self.turn, here, len(pages)))
        self.add_item(box.say(small(*made.review.evidence)))

    def files(self) -> list[discord.File]:
        """Return the picture as a file to send."""
        chart = None if self._made is None else self._made.chart
        return [] if chart is None else files(chart)

    async def turn(self, interaction: Interaction, step: int) -> None:
        """Show the page before or after, as everything is now."""
        clan = clan_of(interaction)
        async with self.services.turns.of(interaction.user.id):
            made = await self.services.audits.files(clan)
        page = max(0, page_of(_KIND, interaction.message) + step)
        panel = AuditPanel(self.services, clan, made, page)
        await interaction.edit_original_response(view=panel, attachments=panel.files())


def _box(clan: Clan, made: AuditFiles, blocks: list[str]) -> Box:
    review = made.review
    box = Box("## Officers", *filter(None, [summary(review)]), measure(review))
    box.rule()
    for block in blocks:
        box.say(block)
    box.rule().say(*hours_lines(made, clan))
    return box if made.chart is None else box.add_item(picture(made.chart))

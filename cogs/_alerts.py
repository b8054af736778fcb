"""/clanstats alerts: who may be glad of a word, the gravest first; a whole kind at a press.

A leader's own silence is for leadership to hear, as the audit of officers is.
"""

from collections.abc import Sequence

import discord

from bot.clan.alert_groups import AlertGroup, alert_groups
from bot.clan.labels import ALERTS
from bot.clan.policy import AlertKind
from bot.clan.ranks import Permission
from bot.services.review import AlertReview
from bot.wiring import Services
from cogs._alerts_words import (
    kind_heading,
    kind_lines,
    names_of,
    overview_lines,
    summary,
)
from cogs._deciding_lists import send_lines
from cogs._pages import page_of, pages_of, turning, where_in
from cogs._panels import Panel
from cogs._permissions import Interaction, caller_may, clan_of
from cogs._replies import Box, small, tell, when

_KIND = "alerts"
_ROOM = 1_500
_EVERY = "every"
_NOBODY = "Nobody needs a word just now: nobody went quiet, and every newcomer was answered."
_ALL_OFF = "All alerts are off: leadership turns them on in `/clanstats settings`."


async def alerts_answer(services: Services, interaction: Interaction) -> None:
    """Show the first few of each kind."""
    review, found = await _read(services, interaction)
    await interaction.followup.send(view=AlertsPanel(services, review, found))


async def _read(
    services: Services, interaction: Interaction
) -> tuple[AlertReview, tuple[AlertGroup, ...]]:
    """Return the alerts as they are now, and as whoever asks may know them."""
    review = await services.review.alerts(clan_of(interaction))
    return review, alert_groups(
        review.alerts, of_leaders=caller_may(interaction, Permission.PROMOTE)
    )


class AlertsPanel(Panel):
    """The alerts with their controls; without any, the lasting twin that only listens."""

    def __init__(
        self,
        services: Services,
        review: AlertReview | None = None,
        found: Sequence[AlertGroup] = (),
        kind: str = "",
        page: int = 0,
    ) -> None:
        super().__init__(services, Permission.SEE_REPORTS, lasting=review is None)
        if review is None:
            for row in (discord.ui.ActionRow(_Pick(())), discord.ui.ActionRow(_Copy())):
                self.add_item(row)
            self.add_item(turning(_KIND, self.turn))
            return
        box = Box("## Worth a word", summary(found) if found else _nothing(review))
        one = next((each for each in found if each.kind == kind), None)
        if one is not None:
            self._show_kind(box, one, page)
        elif found:
            for block in overview_lines(found):
                box.rule().say(block)
        if found:
            box.rule().control(_Pick(found, kind if one else "")).control(_Copy(one))
        asked = small(f"as of {when(review.as_of)}", "a hello, never a verdict")
        self.add_item(box.say(asked, small(*review.evidence)))

    async def turn(self, interaction: Interaction, step: int) -> None:
        """Show the page before or after."""
        page = max(0, page_of(_KIND, interaction.message) + step)
        await self.show(interaction, where_in(_KIND, interaction.message), page)

    async def show(self, interaction: Interaction, kind: str, page: int = 0) -> None:
        """Show one kind, or all of them, as everything is now."""
        review, found = await _read(self.services, interaction)
        panel = AlertsPanel(self.services, review, found, kind, page)
        await interaction.edit_original_response(view=panel)

    def _show_kind(self, box: Box, found: AlertGroup, page: int) -> None:
        pages = pages_of(kind_lines(found), _ROOM)
        here = min(page, len(pages) - 1)
        box.rule().say(kind_heading(found)).say(*pages[here])
        box.add_item(turning(_KIND, self.turn, here, len(pages), found.kind))


def _nothing(review: AlertReview) -> str:
    return _NOBODY if review.policy.alerts.on else _ALL_OFF


class _Pick(discord.ui.Select[AlertsPanel]):
    def __init__(self, found: Sequence[AlertGroup], kind: str = "") -> None:
        options = [
            discord.SelectOption(label="The first few of each", value=_EVERY, default=not kind)
        ]
        options += [
            discord.SelectOption(
                label=f"{ALERTS[each.kind].title} ({len(each.people)})",
                value=each.kind,
                default=each.kind == kind,
            )
            for each in found
        ]
        super().__init__(
            custom_id="alerts:pick", placeholder="Show all of one kind", options=options
        )

    async def callback(self, interaction: Interaction) -> None:
        """Show what was picked."""
        if self.view is not None:
            picked = self.values[0]
            await self.view.show(interaction, "" if picked == _EVERY else picked)


class _Copy(discord.ui.Button[AlertsPanel]):
    def __init__(self, found: AlertGroup | None = None) -> None:
        label = "Copy all names" if found is None else "Copy these names"
        super().__init__(label=label, custom_id="alerts:copy")

    async def callback(self, interaction: Interaction) -> None:
        """Send the names of what is shown."""
        if self.view is None:
            return
        kind = where_in(_KIND, interaction.message)
        _, found = await _read(self.view.services, interaction)
        asked = [each for each in found if not kind or each.kind == kind]
        names = names_of(asked)
        if not names:
            await tell(interaction, "Nobody is left there: the numbers have changed meanwhile.")
            return
        said = ALERTS[AlertKind(kind)].title if kind else "Everybody who is worth a word"
        await send_lines(interaction, names, "names", f"{said}:")

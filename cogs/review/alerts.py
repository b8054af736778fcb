"""/clanstats alerts: people to check in with, the gravest first; a whole kind at a press.

A leader's own silence is for leadership to hear, as the audit of officers is.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import NamedTuple

from bot.clan.alert_groups import AlertGroup, PersonAlert, alert_groups
from bot.clan.ranks import Permission
from bot.services.review import AlertReview
from cogs._deciding_filters import Parts, list_page, nobody_words
from cogs._deciding_lists import send_lines
from cogs._deciding_words import one_line
from cogs._permissions import Interaction, caller_may, clan_of
from cogs._replies import Box, small, when
from cogs.review.alerts_words import (
    alerts_on,
    details_lines,
    names_of,
    overview_lines,
    part_lines,
    summary,
)
from cogs.screens import PICK, Acknowledge, Controls, Press, Rendered, Screen, option, pressed

_NOBODY = "Nobody to check in with: nobody went quiet, and every newcomer was answered."
_ALL_OFF = "All alerts are off: leadership turns them on in `/clanstats settings`."


@dataclass(frozen=True, slots=True)
class AlertsState:
    """The first few of each kind, or a page of everybody of one kind or rank."""

    page: int = 0
    filter: str = ""


class AlertsFound(NamedTuple):
    """The alerts as they are now, and as whoever asks may know them."""

    review: AlertReview
    groups: Sequence[AlertGroup]


_CONTROLS = Controls("alerts", AlertsState)


class AlertsScreen(Screen[AlertsState, AlertsFound]):
    """The alerts of a clan."""

    controls = _CONTROLS
    permission = Permission.SEE_REPORTS

    async def read(self, interaction: Interaction, _state: AlertsState) -> AlertsFound:
        """Return the alerts as they are now."""
        review = await self.services.review.alerts(clan_of(interaction))
        leads = caller_may(interaction, Permission.PROMOTE)
        return AlertsFound(review, alert_groups(review.alerts, of_leaders=leads))

    def render(self, state: AlertsState, answer: AlertsFound, _note: str = "") -> Rendered:
        """Return the first few of each kind, or everybody of one."""
        review, groups = answer
        box = Box("## People to check in with", summary(groups) if groups else _nothing(review))
        parts = alerts_on(groups)
        if state.filter:
            state = _say_part(box, state, parts)
        else:
            for block in overview_lines(groups) if groups else ():
                box.rule().say(block)
        if groups or state.filter:
            labels = parts.labels(state.filter) | {"": "The first few of each"}
            box.rule().control(_CONTROLS.choice("filter", state, "Show one kind or rank", labels))
            copy = "Copy these names" if state.filter else "Copy all names"
            box.control(_CONTROLS.button("copy", state, copy))
        asked = small(f"as of {when(review.as_of)}", "a reason to say hello, nothing more")
        return Rendered(box.say(asked, small(*review.evidence)))

    @pressed(acknowledge=Acknowledge.ANSWER)
    async def copy(self, press: Press[AlertsState]) -> None:
        """Send the names of those who are picked or, where nobody is, of all that is shown."""
        _, groups = await self.read(press.interaction, press.state)
        parts, picked = alerts_on(groups), press.picked(PICK)
        chosen = parts.of(press.state.filter)
        mine = [each for each in chosen if not picked or _id_of(each) in picked]
        if not mine:
            await press.tell("Nobody is left there: the numbers have changed meanwhile.")
            return
        label = next((each.label for each in parts.by_part if each.key == press.state.filter), "")
        said = "The picked" if picked else label or "Everybody to check in with"
        await send_lines(press.interaction, names_of(mine), "names", f"{said}:")

    @pressed(acknowledge=Acknowledge.ANSWER)
    async def details(self, press: Press[AlertsState]) -> None:
        """Show all that is known of one person beside the list."""
        (player_id,) = press.values
        _, groups = await self.read(press.interaction, press.state)
        people = alerts_on(groups).rows
        found = next((each for each in people if _id_of(each) == player_id), None)
        if found is None:
            await press.tell("They are not on this list any more.")
            return
        await Rendered(Box(*details_lines(found))).send(press.interaction)


def _nothing(review: AlertReview) -> str:
    return _NOBODY if review.policy.alerts.on else _ALL_OFF


def _id_of(alert: PersonAlert) -> str:
    return str(alert.profile.main.player_id)


def _say_part(box: Box, state: AlertsState, parts: Parts[PersonAlert]) -> AlertsState:
    """Write a page of everybody of one kind or rank, and whom to pick of it."""
    state, count, rows, shown = list_page(parts, state)
    if not shown:
        box.rule().say(nobody_words(state, _NOBODY))
        return state
    for block in part_lines(rows, shown):
        box.rule().say(block)
    people = [option(one_line(each.profile.main.name), _id_of(each)) for each in shown]
    box.control(_CONTROLS.picks(state, "Pick people, to copy their names alone", people))
    box.control(_CONTROLS.select("details", state, "Details of one person", people))
    if count > 1:
        box.add_item(_CONTROLS.pages(state, count))
    return state

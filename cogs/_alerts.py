"""/clanstats alerts: people to check in with, the gravest first; a whole kind at a press.

A leader's own silence is for leadership to hear, as the audit of officers is.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import NamedTuple

from bot.clan.alert_groups import AlertGroup, alert_groups
from bot.clan.labels import ALERTS
from bot.clan.policy import AlertKind
from bot.clan.ranks import Permission
from bot.services.review import AlertReview
from cogs._alerts_words import (
    kind_heading,
    kind_lines,
    names_of,
    overview_lines,
    summary,
)
from cogs._deciding_lists import send_lines
from cogs._permissions import Interaction, caller_may, clan_of
from cogs._replies import Box, small, when
from cogs.screens import (
    Acknowledge,
    Controls,
    Press,
    Rendered,
    Screen,
    page_shown,
    pages_of,
    pressed,
)

_ROOM = 1_500
_NOBODY = "Nobody to check in with: nobody went quiet, and every newcomer was answered."
_ALL_OFF = "All alerts are off: leadership turns them on in `/clanstats settings`."


@dataclass(frozen=True, slots=True)
class AlertsState:
    """The first few of each kind, or a page of everybody of one kind."""

    kind: AlertKind | None = None
    page: int = 0


class AlertsFound(NamedTuple):
    """The alerts as they are now, and as whoever asks may know them."""

    review: AlertReview
    groups: Sequence[AlertGroup]


_CONTROLS = Controls[AlertsState]("alerts")


class AlertsScreen(Screen[AlertsState, AlertsFound]):
    """The alerts of a clan."""

    controls = _CONTROLS
    permission = Permission.SEE_REPORTS
    State = AlertsState

    async def read(self, interaction: Interaction, _state: AlertsState) -> AlertsFound:
        """Return the alerts as they are now."""
        review = await self.services.review.alerts(clan_of(interaction))
        leads = caller_may(interaction, Permission.PROMOTE)
        return AlertsFound(review, alert_groups(review.alerts, of_leaders=leads))

    def render(self, state: AlertsState, answer: AlertsFound, _note: str = "") -> Rendered:
        """Return the first few of each kind, or everybody of one."""
        review, groups = answer
        box = Box("## People to check in with", summary(groups) if groups else _nothing(review))
        one = next((each for each in groups if each.kind is state.kind), None)
        if one is not None:
            _show_kind(box, state, one)
        else:
            for block in overview_lines(groups) if groups else ():
                box.rule().say(block)
        if groups:
            shown = AlertsState() if one is None else state
            copy = "Copy all names" if one is None else "Copy these names"
            box.rule().control(_CONTROLS.choice("kind", shown, "Show one kind", _kinds(groups)))
            box.control(_CONTROLS.button("copy", shown, copy))
        asked = small(f"as of {when(review.as_of)}", "a reason to say hello, nothing more")
        return Rendered(box.say(asked, small(*review.evidence)))

    @pressed(acknowledge=Acknowledge.ANSWER)
    async def copy(self, press: Press[AlertsState]) -> None:
        """Send the names of what is shown."""
        _, groups = await self.read(press.interaction, press.state)
        kind = press.state.kind
        names = names_of([each for each in groups if kind is None or each.kind is kind])
        if not names:
            await press.tell("Nobody is left there: the numbers have changed meanwhile.")
            return
        said = "Everybody to check in with" if kind is None else ALERTS[kind].title
        await send_lines(press.interaction, names, "names", f"{said}:")


def _nothing(review: AlertReview) -> str:
    return _NOBODY if review.policy.alerts.on else _ALL_OFF


def _kinds(groups: Sequence[AlertGroup]) -> dict[str, str]:
    """Return what can be shown, by its value; nothing stands for all of them."""
    titles = {each.kind.value: f"{ALERTS[each.kind].title} ({len(each.people)})" for each in groups}
    return {"": "The first few of each", **titles}


def _show_kind(box: Box, state: AlertsState, group: AlertGroup) -> None:
    pages = pages_of(kind_lines(group), _ROOM)
    state, count = page_shown(state, len(pages), 1)
    box.rule().say(kind_heading(group)).say(*pages[state.page])
    if count > 1:
        box.add_item(_CONTROLS.pages(state, count))

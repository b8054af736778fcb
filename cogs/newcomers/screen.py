"""/clanstats newcomers: how far those who join get, whom nobody answered, and who welcomes.

Posted are numbers and who welcomes alone: nobody is shown as somebody who was not answered, neither
by name nor by a week in which hardly anybody joined.
"""

from dataclasses import dataclass
from enum import StrEnum
from typing import ClassVar, NamedTuple

from bot.clan.newcomers import FunnelStage
from bot.clan.ranks import Permission
from bot.clan.spans import Period
from bot.services.publish import NewcomersAnswer
from cogs._heads import as_of_line, clan_head, heard_line, period_labels
from cogs._permissions import Interaction, caller_may, clan_of
from cogs._replies import Box
from cogs.newcomers.words import (
    LEAST_POSTED,
    NOBODY,
    total_lines,
    unanswered_line,
    week_lines,
    welcomer_line,
)
from cogs.screens import Controls, PostedScreen, Rendered, counted_labels, page_shown

_SHOWN = 10
_WEEKS_SHOWN = 6
_ALL_ANSWERED = "Every newcomer who wrote was answered."
_NOT_HEARD = "Nobody knows yet what these newcomers wrote."
_NO_WELCOME = "There is nobody to thank for a welcome in this time."
_WHAT_IS_NOT = (
    "They wrote in their first 30 days. Nobody replied, and nobody else wrote there within 15 "
    "minutes. Say hi."
)


class NewcomersTab(StrEnum):
    """What of the newcomers is listed."""

    FUNNEL = "funnel"
    UNANSWERED = "unanswered"
    WELCOMES = "welcomes"


_TITLES = {NewcomersTab.UNANSWERED: "Nobody answered", NewcomersTab.WELCOMES: "Who welcomes"}


@dataclass(frozen=True, slots=True)
class NewcomersState:
    """A page of a tab, and of which period."""

    period: Period = Period.QUARTER
    tab: NewcomersTab = NewcomersTab.FUNNEL
    page: int = 0


class NewcomersFound(NamedTuple):
    """The newcomers of a clan."""

    clan: str
    answer: NewcomersAnswer
    may_post: bool = False


_CONTROLS = Controls("newcomers", NewcomersState)


class NewcomersScreen(PostedScreen[NewcomersState, NewcomersFound]):
    """What becomes of those who join a clan."""

    controls = _CONTROLS
    permission = Permission.SEE_REPORTS
    posting = Permission.POST_REPORTS
    is_heavy = True
    parts: ClassVar[dict[str, str]] = {
        "funnel": "Post the funnel",
        "welcomes": "Post who welcomes",
    }
    question = (
        "Everybody in this channel will see how far newcomers get, or who answers them first. Who "
        f"was not answered is not posted. Weeks with fewer than {LEAST_POSTED} newcomers show only "
        "how many joined. Nobody is pinged."
    )

    async def read(self, interaction: Interaction, state: NewcomersState) -> NewcomersFound:
        """Return the newcomers as they are now."""
        clan = clan_of(interaction)
        answer = await self.services.newcomers.joined(clan, state.period)
        return NewcomersFound(clan.name, answer, caller_may(interaction, self.posting))

    def render(self, state: NewcomersState, answer: NewcomersFound, _note: str = "") -> Rendered:
        """Return a page of the tab."""
        box, figures = _opening(answer), answer.answer.figures
        counts = {
            NewcomersTab.UNANSWERED: len(figures.unanswered),
            NewcomersTab.WELCOMES: len(figures.welcomers),
        }
        labels = {str(NewcomersTab.FUNNEL): "Funnel"} | counted_labels(_TITLES, counts)
        box.add_item(_CONTROLS.tabs(state, labels)).rule()
        _TABS[state.tab](box, state, answer.answer)
        box.rule().control(
            _CONTROLS.choice("period", state, "Show another period", period_labels())
        )
        if answer.may_post:
            box.control(self.post_button(state))
        return Rendered(_closing(box, answer))

    async def for_everybody(
        self, interaction: Interaction, state: NewcomersState, part: str
    ) -> Rendered:
        """Return the funnel with the page of weeks that is shown, or who welcomes most."""
        found = await self.read(interaction, state)
        box, answer = _opening(found).rule(), found.answer
        if part == NewcomersTab.WELCOMES:
            first = answer.figures.welcomers[:_SHOWN]
            lines = [welcomer_line(each, answer) for each in first]
            box.say("**Who welcomes**", *(lines or [_NO_WELCOME]))
        else:
            page = state.page if state.tab is NewcomersTab.FUNNEL else 0
            _say_weeks(box, NewcomersState(state.period, page=page), answer, LEAST_POSTED)
        return Rendered(_closing(box, found))


def _opening(found: NewcomersFound) -> Box:
    answer = found.answer
    return Box(
        *clan_head(found.clan, "Newcomers", answer.period),
        *heard_line(answer.heard_from, answer.span, answer.zone),
    )


def _closing(box: Box, found: NewcomersFound) -> Box:
    return box.say(as_of_line(found.answer.as_of, found.answer.evidence))


def _say_funnel(box: Box, state: NewcomersState, answer: NewcomersAnswer) -> None:
    state, pages = _say_weeks(box, state, answer)
    _say_pages(box, state, pages)


def _say_weeks(
    box: Box, state: NewcomersState, answer: NewcomersAnswer, least: int = 1
) -> tuple[NewcomersState, int]:
    """Write the whole funnel and a page of weeks; return that page and how many there are."""
    weeks = answer.figures.weeks
    state, pages = page_shown(state, len(weeks), _WEEKS_SHOWN)
    box.say(*total_lines(answer, least))
    shown = weeks[state.page * _WEEKS_SHOWN :][:_WEEKS_SHOWN]
    if shown:
        box.rule()
    for each in shown:
        box.say(*week_lines(each, least))
    return state, pages


def _say_unanswered(box: Box, state: NewcomersState, answer: NewcomersAnswer) -> None:
    figures = answer.figures
    state, pages = page_shown(state, len(figures.unanswered), _SHOWN)
    shown = figures.unanswered[state.page * _SHOWN :][:_SHOWN]
    if shown:
        box.say(_WHAT_IS_NOT, *(unanswered_line(each, answer) for each in shown))
    else:
        box.say(_none_unanswered(answer))
    _say_pages(box, state, pages)


def _none_unanswered(answer: NewcomersAnswer) -> str:
    """Return what an empty list means: that all were answered, or that nobody knows."""
    if not answer.figures.total.joined:
        return NOBODY
    is_known = answer.figures.total.stages[FunnelStage.WROTE].known
    return _ALL_ANSWERED if is_known else _NOT_HEARD


def _say_welcomes(box: Box, state: NewcomersState, answer: NewcomersAnswer) -> None:
    figures = answer.figures
    state, pages = page_shown(state, len(figures.welcomers), _SHOWN)
    shown = figures.welcomers[state.page * _SHOWN :][:_SHOWN]
    box.say(*([welcomer_line(each, answer) for each in shown] or [_NO_WELCOME]))
    _say_pages(box, state, pages)


def _say_pages(box: Box, state: NewcomersState, pages: int) -> None:
    if pages > 1:
        box.add_item(_CONTROLS.pages(state, pages))


_TABS = {
    NewcomersTab.FUNNEL: _say_funnel,
    NewcomersTab.UNANSWERED: _say_unanswered,
    NewcomersTab.WELCOMES: _say_welcomes,
}

"""/clanstats questions: what waits for an answer, how long that takes, and who gives it.

Posted are the times and the helpers alone: nobody is shown as somebody who was not answered, and a
channel may be known to few.
"""

from dataclasses import dataclass, replace
from enum import StrEnum
from typing import ClassVar, NamedTuple

import discord

from bot.clan.ranks import Permission
from bot.clan.spans import Period
from bot.clan.wording import plural
from bot.services.publish import QuestionsAnswer
from cogs._heads import as_of_line, clan_head, heard_line, period_labels
from cogs._permissions import Interaction, caller_may, clan_of
from cogs._replies import Box, small
from cogs.questions.words import (
    channel_lines,
    helper_line,
    hour_lines,
    open_line,
    summary_lines,
)
from cogs.screens import Controls, PostedScreen, Rendered, counted_labels, page_shown

_SHOWN = 10
_NONE_OPEN = "No question is open."
_NO_HELPERS = "There is nobody to thank for an answer in this time."
_NO_WORDS = (
    "Discord does not tell the bot what is written, so it notices no questions: "
    "`/clanstats setup` says how to change that."
)


class QuestionsTab(StrEnum):
    """What of the questions is listed."""

    OPEN = "open"
    HELPERS = "helpers"
    WAITS = "waits"


_TITLES = {
    QuestionsTab.OPEN: "Open",
    QuestionsTab.HELPERS: "Helpers",
}


@dataclass(frozen=True, slots=True)
class QuestionsState:
    """A page of a tab, and of which period."""

    period: Period = Period.MONTH
    tab: QuestionsTab = QuestionsTab.OPEN
    page: int = 0


class QuestionsFound(NamedTuple):
    """The questions without the open ones and channels that the reader cannot see.

    `unseen` are the open questions there. `hears` is whether questions are noticed at all.
    """

    clan: str
    guild_id: int
    answer: QuestionsAnswer
    unseen: int = 0
    may_post: bool = False
    hears: bool = True


_CONTROLS = Controls("questions", QuestionsState)


class QuestionsScreen(PostedScreen[QuestionsState, QuestionsFound]):
    """The questions of a clan."""

    controls = _CONTROLS
    permission = Permission.SEE_REPORTS
    posting = Permission.POST_REPORTS
    is_heavy = True
    parts: ClassVar[dict[str, str]] = {"helpers": "Post times and helpers"}
    question = (
        "Everybody in this channel will see how long answers take and who helps most. Open "
        "questions, who asked them, and channels are not posted. Nobody is pinged."
    )

    async def read(self, interaction: Interaction, state: QuestionsState) -> QuestionsFound:
        """Return the questions as they are now, as far as the caller sees their channels."""
        clan = clan_of(interaction)
        answer = await self.services.questions.asked(clan, state.period)
        seen = {key for key in answer.channels if _sees(interaction, answer, key)}
        figures = answer.figures
        visible = replace(
            figures,
            open=tuple(each for each in figures.open if each.channel_id in seen),
            channels=tuple(each for each in figures.channels if each.key in seen),
        )
        return QuestionsFound(
            clan.name,
            clan.guild_id,
            replace(answer, figures=visible),
            len(figures.open) - len(visible.open),
            caller_may(interaction, self.posting),
            interaction.client.intents.message_content,
        )

    def render(self, state: QuestionsState, answer: QuestionsFound, _note: str = "") -> Rendered:
        """Return a page of the tab under how long answers take."""
        box = _opening(answer)
        counts = {
            QuestionsTab.OPEN: len(answer.answer.figures.open),
            QuestionsTab.HELPERS: len(answer.answer.figures.helpers),
        }
        labels = counted_labels(_TITLES, counts) | {str(QuestionsTab.WAITS): "Longest waits"}
        box.rule().add_item(_CONTROLS.tabs(state, labels))
        _TABS[state.tab](box, state, answer)
        box.rule().control(
            _CONTROLS.choice("period", state, "Show another period", period_labels())
        )
        if answer.may_post:
            box.control(self.post_button(state))
        return Rendered(_closing(box, answer))

    async def for_everybody(
        self, interaction: Interaction, state: QuestionsState, _part: str
    ) -> Rendered:
        """Return how long answers take and who helps most."""
        found = await self.read(interaction, state)
        box = _opening(found).rule()
        first = found.answer.figures.helpers[:_SHOWN]
        lines = [helper_line(each, found.answer.names) for each in first]
        box.say("**Who helps**", *(lines or [_NO_HELPERS]))
        box.rule().say(*hour_lines(found.answer.figures, found.answer.zone))
        return Rendered(_closing(box, found))


def _opening(found: QuestionsFound) -> Box:
    answer = found.answer
    box = Box(
        *clan_head(found.clan, "Questions", answer.period),
        *heard_line(answer.heard_from, answer.span, answer.zone),
    )
    box.rule().say(*summary_lines(answer))
    return box if found.hears else box.say(_NO_WORDS)


def _closing(box: Box, found: QuestionsFound) -> Box:
    return box.say(as_of_line(found.answer.as_of, found.answer.evidence))


def _say_open(box: Box, state: QuestionsState, found: QuestionsFound) -> None:
    answer = found.answer
    state, pages = page_shown(state, len(answer.figures.open), _SHOWN)
    shown = answer.figures.open[state.page * _SHOWN :][:_SHOWN]
    lines = [open_line(each, answer, found.guild_id) for each in shown]
    box.say(*(lines or [_NONE_OPEN]))
    if found.unseen:
        unseen = plural(found.unseen, "open question")
        box.say(small(f"{unseen} in channels that you cannot see"))
    _say_pages(box, state, pages)


def _say_who_helps(box: Box, state: QuestionsState, found: QuestionsFound) -> None:
    answer = found.answer
    state, pages = page_shown(state, len(answer.figures.helpers), _SHOWN)
    shown = answer.figures.helpers[state.page * _SHOWN :][:_SHOWN]
    box.say(*([helper_line(each, answer.names) for each in shown] or [_NO_HELPERS]))
    _say_pages(box, state, pages)


def _say_waits(box: Box, _state: QuestionsState, found: QuestionsFound) -> None:
    answer = found.answer
    box.say(*hour_lines(answer.figures, answer.zone)).rule().say(*channel_lines(answer))


def _say_pages(box: Box, state: QuestionsState, pages: int) -> None:
    if pages > 1:
        box.add_item(_CONTROLS.pages(state, pages))


_TABS = {
    QuestionsTab.OPEN: _say_open,
    QuestionsTab.HELPERS: _say_who_helps,
    QuestionsTab.WAITS: _say_waits,
}


def _sees(interaction: Interaction, answer: QuestionsAnswer, key: int) -> bool:
    """Return whether the caller sees a channel now, or the channel of a thread that is closed."""
    guild, who = interaction.guild, interaction.user
    place = answer.channels[key]
    if guild is None or not isinstance(who, discord.Member):
        return False
    for channel_id in (place.discord_channel_id, place.parent_id):
        channel = None if channel_id is None else guild.get_channel_or_thread(channel_id)
        if isinstance(channel, discord.Thread) and channel.is_private():
            return channel.permissions_for(who).manage_threads
        if channel is not None:
            return channel.permissions_for(who).view_channel
    return False

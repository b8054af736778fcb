"""Two members side by side: their chart, what each leads in, the period, and "Post here"."""

from dataclasses import dataclass
from typing import ClassVar, NamedTuple

from bot.clan.names import escaped
from bot.clan.ranks import Permission
from bot.clan.spans import Period
from bot.services.publish import ComparisonFiles, NotCompared
from cogs._heads import period_labels, span_line
from cogs._permissions import Interaction, caller_may, clan_of
from cogs._replies import Box, picture, small
from cogs.boards.comparison_words import (
    best_lines,
    contest_line,
    lead_lines,
    refused_words,
    told_line,
)
from cogs.me import visitor
from cogs.screens import Controls, PostedScreen, Rendered


@dataclass(frozen=True, slots=True)
class ComparisonState:
    """Which two accounts are compared, by their ids, and over which period."""

    first: int = 0
    second: int = 0
    period: Period = Period.MONTH


class ComparisonFound(NamedTuple):
    """Two members side by side, and whether whoever asks may post it."""

    made: ComparisonFiles
    may_post: bool


_CONTROLS = Controls("compare", ComparisonState)


class ComparisonScreen(PostedScreen[ComparisonState, ComparisonFound | str]):
    """Two members for whoever asked; where they cannot be compared any more, why."""

    controls = _CONTROLS
    permission = Permission.SEE_OWN
    posting = Permission.POST_REPORTS
    is_heavy = True
    parts: ClassVar[dict[str, str]] = {"comparison": "Post the comparison"}
    question = (
        "Everybody in this channel will see both members side by side, with their names. Nobody "
        "is pinged."
    )

    async def read(self, interaction: Interaction, state: ComparisonState) -> ComparisonFound | str:
        """Return both as they are now."""
        pair, asker = (state.first, state.second), visitor(interaction.user)
        try:
            made = await self.services.comparisons.of_pair(
                clan_of(interaction), pair, state.period, asker
            )
        except NotCompared as refused:
            return refused_words(refused)
        return self.found(interaction, made)

    def found(self, interaction: Interaction, made: ComparisonFiles) -> ComparisonFound:
        """Return what is shown of a comparison to whoever asks; who opted out is not posted."""
        may_post = made.comparison.is_shared and caller_may(interaction, self.posting)
        return ComparisonFound(made, may_post)

    def render(
        self, state: ComparisonState, answer: ComparisonFound | str, _note: str = ""
    ) -> Rendered:
        """Return the comparison with its controls."""
        if isinstance(answer, str):
            return Rendered(Box(answer))
        box = comparison_box(answer.made)
        box.control(_CONTROLS.choice("period", state, "Period", period_labels()))
        if answer.may_post:
            box.control(self.post_button(state))
        return Rendered(box, (answer.made.chart,))

    async def for_everybody(
        self, interaction: Interaction, state: ComparisonState, _part: str
    ) -> Rendered | None:
        """Return both as everybody may see them; None where one opted out or left."""
        pair = (state.first, state.second)
        try:
            made = await self.services.comparisons.of_pair(clan_of(interaction), pair, state.period)
        except NotCompared:
            return None
        return Rendered(comparison_box(made), (made.chart,))


def state_of(made: ComparisonFiles) -> ComparisonState:
    """Return the state that shows a comparison again."""
    told = made.comparison
    return ComparisonState(told.first.player_id, told.second.player_id, told.period)


def comparison_box(made: ComparisonFiles) -> Box:
    """Return two members side by side: who leads in what, the chart, and every number."""
    told = made.comparison
    first, second = (escaped(side.name) for side in told.sides)
    box = Box(
        f"## {first} and {second}",
        f"**Compared**  {escaped(told.clan)}, last {told.period.words}",
        span_line(told.span.start, told.span.end),
        *lead_lines(told),
    )
    box.add_item(picture(made.chart))
    box.say(f"**{first}** to **{second}**", *map(contest_line, told.contests))
    box.rule().say("**Gained most in**", *best_lines(told))
    notes = [small(line)] if (line := told_line(told)) else []
    return box.say(*notes, small(*told.evidence))

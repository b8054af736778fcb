"""/clanstats activity: when the clan is there, where it talks, and when an event finds most people.

Whom a time misses is for officers: what is posted has nobody's silence in it, and no channel's.
"""

from dataclasses import dataclass, replace
from datetime import UTC, datetime
from typing import ClassVar, NamedTuple

from bot.clan.days import parse_past
from bot.clan.names import escaped
from bot.clan.ranks import Permission
from bot.clan.spans import WINDOWS, Period
from bot.services.game import unready
from bot.services.publish import ActivityFiles
from bot.wiring import Services
from cogs._heads import period_labels
from cogs._permissions import Interaction, caller_may, clan_of
from cogs._replies import Box, picture, small, tell
from cogs.activity.words import activity_blocks, heading, missed_blocks
from cogs.screens import Acknowledge, Controls, PostedScreen, Press, Rendered, pressed

SUMMARY = "summary"
LONGEST = 12
"""No event is looked for that takes longer, in hours."""
_LENGTHS = (1, 2, 3, 4, 6, 8, LONGEST)


@dataclass(frozen=True, slots=True)
class ActivityState:
    """Of which period, for events of how many hours, and which event (seconds since 1970)."""

    period: Period = Period.MONTH
    hours: int = 2
    event: int = 0


class ActivityFound(NamedTuple):
    """When the clan is there, and whether whoever asks may post it."""

    made: ActivityFiles
    may_post: bool


_CONTROLS = Controls("activity", ActivityState)


class ActivityScreen(PostedScreen[ActivityState, ActivityFound]):
    """When a clan is there, for the officer who asked."""

    controls = _CONTROLS
    permission = Permission.SEE_REPORTS
    posting = Permission.POST_REPORTS
    is_heavy = True
    parts: ClassVar[dict[str, str]] = {SUMMARY: "Post the summary"}
    question = (
        "The summary is the picture, the totals, the busiest channels and the best times. Whom a "
        "time suits or misses and which channels went quiet is not posted. Nobody is pinged."
    )

    async def read(self, interaction: Interaction, state: ActivityState) -> ActivityFound:
        """Return when the clan is there, as it is now."""
        made = await self._files(interaction, state)
        return ActivityFound(made, caller_may(interaction, self.posting))

    def render(self, state: ActivityState, answer: ActivityFound, _note: str = "") -> Rendered:
        """Return the picture and what stands in words, with what else can be asked."""
        made = answer.made
        box = _box(made)
        box.rule().control(
            _CONTROLS.choice("period", state, "Another period", period_labels(WINDOWS))
        )
        lengths = {str(each): f"Events of {each} h" for each in sorted({*_LENGTHS, state.hours})}
        box.control(_CONTROLS.choice("hours", state, "Events of another length", lengths))
        if made.report.times:
            box.control(_CONTROLS.button("missed", state, "Whom these times miss"))
        if answer.may_post:
            box.control(self.post_button(state))
        return Rendered(box.say(small(*made.report.evidence)), (made.chart,))

    async def for_everybody(
        self, interaction: Interaction, state: ActivityState, _part: str
    ) -> Rendered:
        """Return the summary as it is now, without anybody's silence."""
        made = await self._files(interaction, state)
        made = replace(made, report=made.report.for_everybody())
        return Rendered(_box(made).say(small(*made.report.evidence)), (made.chart,))

    @pressed(acknowledge=Acknowledge.ANSWER)
    async def missed(self, press: Press[ActivityState]) -> None:
        """Say beside the answer whom each time suits and misses, by name."""
        made = await self._files(press.interaction, press.state)
        blocks = missed_blocks(made.report)
        if not blocks:
            await press.tell("Nobody was seen often enough to say when they are there.")
            return
        box = Box("## Whom these times suit and miss", *blocks)
        await Rendered(box).send(press.interaction)

    async def _files(self, interaction: Interaction, state: ActivityState) -> ActivityFiles:
        event = datetime.fromtimestamp(state.event, UTC) if state.event else None
        return await self.services.activities.files(
            clan_of(interaction), state.period, state.hours, event
        )


def _box(made: ActivityFiles) -> Box:
    report = made.report
    box = Box(*heading(report)).add_item(picture(made.chart))
    for block in activity_blocks(report):
        box.say(block)
    return box


async def activity_answer(
    services: Services, interaction: Interaction, period: int, hours: int, event: str | None
) -> None:
    """Answer the command; a time of an event that nobody understands is told in words."""
    clan = clan_of(interaction)
    if words := unready(clan):
        await tell(interaction, words)
        return
    at = 0
    if event:
        try:
            at = int(parse_past(event, services.clock(), clan.zone).timestamp())
        except ValueError as error:
            words = str(error)
            await tell(interaction, f"{escaped(words[:1].upper() + words[1:])}.")
            return
    await ActivityScreen(services).show(interaction, ActivityState(Period(period), hours, at))

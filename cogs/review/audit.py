"""/clanstats audit: how officers do, and in which hours of the week none of them is around.

Which page is shown stands in the message alone; whatever is shown was read at that moment.
"""

from dataclasses import dataclass
from typing import NamedTuple

from bot.clan.ranks import Permission
from bot.services.publish import AuditFiles
from bot.services.setup import Clan
from cogs._permissions import Interaction, clan_of
from cogs._replies import Box, picture, small
from cogs.review.audit_words import hours_lines, measure, officer_pages, summary
from cogs.screens import Controls, Rendered, Screen, page_shown

_ROOM = 1_700


@dataclass(frozen=True, slots=True)
class AuditState:
    """A page of the officers."""

    page: int = 0


class AuditFound(NamedTuple):
    """The audit as it is now, and whose it is."""

    clan: Clan
    made: AuditFiles


_CONTROLS = Controls("audit", AuditState)


class AuditScreen(Screen[AuditState, AuditFound]):
    """The audit of a clan's officers."""

    controls = _CONTROLS
    permission = Permission.PROMOTE
    is_heavy = True

    async def read(self, interaction: Interaction, _state: AuditState) -> AuditFound:
        """Return the audit as it is now, with its picture."""
        clan = clan_of(interaction)
        return AuditFound(clan, await self.services.audits.files(clan))

    def render(self, state: AuditState, answer: AuditFound, _note: str = "") -> Rendered:
        """Return a page of officers, and the hours without any."""
        clan, made = answer
        pages = officer_pages(made.review, _ROOM)
        state, count = page_shown(state, len(pages), 1)
        box = _box(clan, made, pages[state.page])
        if count > 1:
            box.add_item(_CONTROLS.pages(state, count))
        box.say(small(*made.review.evidence))
        return Rendered(box, () if made.chart is None else (made.chart,))


def _box(clan: Clan, made: AuditFiles, blocks: list[str]) -> Box:
    review = made.review
    box = Box("## Officers", *filter(None, [summary(review)]), measure(review))
    box.rule()
    for block in blocks:
        box.say(block)
    box.rule().say(*hours_lines(made, clan))
    return box if made.chart is None else box.add_item(picture(made.chart))

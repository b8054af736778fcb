"""Who is exempt, why and until when, as leadership sees and ends it."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import NamedTuple
from zoneinfo import ZoneInfo

import discord

from bot.clan.leave import Exemption
from bot.clan.names import escaped
from bot.clan.ranks import Permission
from bot.clan.wording import first_few, plural, role_words
from bot.services.people import Held
from bot.services.setup import Clan
from bot.wiring import Services
from cogs._permissions import Interaction, clan_of
from cogs._replies import Box, small, tell
from cogs.leave import no_day, on_day
from cogs.screens import (
    Controls,
    Next,
    Press,
    Rendered,
    Screen,
    lines_shown,
    option,
    pressed,
)

_SHOWN, _ROOM = 15, 3_200
_NAMED = 5
_END = "End an exemption\N{HORIZONTAL ELLIPSIS}"
_NO_REASON = "the reason was forgotten"


@dataclass(frozen=True, slots=True)
class ExemptState:
    """A page of the exemptions."""

    page: int = 0


class ExemptFound(NamedTuple):
    """The exemptions of a clan as they are now."""

    clan: Clan
    held: Sequence[Held]


_CONTROLS = Controls("exempt", ExemptState)


class ExemptScreen(Screen[ExemptState, ExemptFound]):
    """Who is exempt, a line each, and where an exemption is ended."""

    controls = _CONTROLS
    permission = Permission.MANAGE

    async def read(self, interaction: Interaction, _state: ExemptState) -> ExemptFound:
        """Return the exemptions as they are now."""
        clan = clan_of(interaction)
        return ExemptFound(clan, await self.services.exemptions.listed(clan))

    def render(self, state: ExemptState, answer: ExemptFound, note: str = "") -> Rendered:
        """Return a page of exemptions, each of which can be ended."""
        clan, held = answer
        lines = [_line(each, clan) for each in held]
        state, pages, on_page = lines_shown(state, lines, _ROOM, _SHOWN)
        shown = held[on_page]
        box = Box("## Exemptions", small("Whoever is exempt is never called inactive."))
        if note:
            box.say(note)
        box.rule().say(*(lines[on_page] or ["Nobody is exempt."]))
        if shown:
            options = [_option(each) for each in shown]
            box.rule().control(_CONTROLS.select("end", state, _END, options))
        if pages > 1:
            box.add_item(_CONTROLS.pages(state, pages))
        hint = "`/clanstats exempt` with a player or a role, and a reason, adds one."
        return Rendered(box.say(small(hint)))

    @pressed()
    async def end(self, press: Press[ExemptState]) -> Next[ExemptState, ExemptFound]:
        """End the exemption that was picked."""
        (picked,) = press.values
        ended = await self.services.exemptions.end(press.clan, int(picked))
        name = "" if ended is None else escaped(ended.player or role_words(ended.role or ""))
        note = f"**{name}** is not exempt any more." if name else "That had ended already."
        return Next(press.state, note)


async def exempt_answer(
    services: Services,
    interaction: Interaction,
    who: tuple[str | None, str | None],
    reason: str | None,
    until: str | None,
) -> None:
    """Exempt a player or a role, or list who is exempt when neither is named."""
    clan, note = clan_of(interaction), ""
    if any((*who, reason, until)):
        if reason is None:
            await tell(interaction, "Say why: officers who meet it later want to know.")
            return
        try:
            held = await services.exemptions.add(
                clan, who, reason=reason, until_text=until, by=interaction.user.id
            )
        except ValueError as error:
            await tell(interaction, no_day(error))
            return
        note = f"Exempt from now on: {_line(held, clan)}"
    await ExemptScreen(services).show(interaction, ExemptState(), note)


async def left_out_line(services: Services, clan: Clan) -> str:
    """Return in one line how many are on leave and who is exempt; never why."""
    away = await services.leaves.away_today(clan)
    held = await services.exemptions.listed(clan)
    on_leave = len(away.users) + len(away.players)
    names = first_few([f"{escaped(held_name(each))}{_holders(each)}" for each in held], _NAMED)
    return f"{on_leave or 'nobody'} on leave \N{MIDDLE DOT} exempt: {names or 'nobody'}"


def exempt_words(held: Exemption, zone: ZoneInfo) -> str:
    """Return that somebody is exempt, as officers see it: by whom or what, until when and why."""
    whose = "" if held.role is None else f" as {role_words(held.role)}"
    until = f" until {on_day(held.until_on, zone)}" if held.until_on else ""
    return f"exempt{whose}{until}: {escaped(held.reason) or _NO_REASON}"


def held_name(held: Held) -> str:
    """Return who is exempt: a player's name, or a role."""
    return held.player or f"role {role_words(held.role or '')}"


def _holders(held: Held) -> str:
    return "" if held.player else f" ({plural(held.members, 'member')})"


def _line(held: Held, clan: Clan) -> str:
    gone = " (left the clan)" if held.player and not held.members else ""
    until = f"until {on_day(held.until_on, clan.zone)}" if held.until_on else "until it is ended"
    reason = escaped(held.reason) or _NO_REASON
    return f"**{escaped(held_name(held))}**{_holders(held)}{gone}  {until} \N{MIDDLE DOT} {reason}"


def _option(held: Held) -> discord.SelectOption:
    return option(held_name(held), str(held.exemption_id), held.reason)

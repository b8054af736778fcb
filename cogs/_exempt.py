"""Who is exempt, why and until when, as leadership sees and ends it."""

from collections.abc import Sequence
from zoneinfo import ZoneInfo

import discord

from bot.clan.leave import Exemption
from bot.clan.names import escaped
from bot.clan.ranks import Permission
from bot.clan.wording import first_few, plural, role_words
from bot.services.people import Held
from bot.services.setup import Clan
from bot.wiring import Services
from cogs._leave import no_day, on_day
from cogs._panels import Panel
from cogs._permissions import Interaction, clan_of
from cogs._replies import Box, small, tell

_CHOICES = 25
_NAMED = 5
_NO_REASON = "the reason was forgotten"


class ExemptPanel(Panel):
    """The list with its control; without exemptions, the lasting twin that only listens."""

    def __init__(self, services: Services, box: Box | None = None) -> None:
        super().__init__(services, Permission.MANAGE, lasting=box is None)
        if box is not None:
            self.add_item(box)
            return
        row: discord.ui.ActionRow[ExemptPanel] = discord.ui.ActionRow(
            _EndExemption([discord.SelectOption(label="-")])
        )
        self.add_item(row)


async def exempt_panel(services: Services, clan: Clan, note: str = "") -> ExemptPanel:
    """Return the list of the clan's exemptions."""
    return ExemptPanel(services, _box(clan, await services.exemptions.listed(clan), note))


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
    await interaction.followup.send(view=await exempt_panel(services, clan, note))


async def left_out_line(services: Services, clan: Clan) -> str:
    """Return in one line how many are on leave and who is exempt; never why."""
    away = await services.leaves.away_today(clan)
    held = await services.exemptions.listed(clan)
    on_leave = len(away.users) + len(away.players)
    names = first_few([f"{escaped(held_name(each))}{_holders(each)}" for each in held], _NAMED)
    return f"{on_leave or 'nobody'} on leave \N{MIDDLE DOT} exempt: {names or 'nobody'}"


def _box(clan: Clan, held: Sequence[Held], note: str) -> Box:
    box = Box("## Exemptions", small("Whoever is exempt is never called inactive."))
    if note:
        box.say(note)
    box.rule().say(*(_line(each, clan) for each in held) if held else ("Nobody is exempt.",))
    if held:
        box.rule().control(_EndExemption([_option(each) for each in held[:_CHOICES]]))
    hint = "`/clanstats exempt` with a player or a role, and a reason, adds one."
    return box.say(small(hint))


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
    return discord.SelectOption(
        label=held_name(held)[:100],
        value=str(held.exemption_id),
        description=held.reason[:100] or None,
    )


class _EndExemption(discord.ui.Select[ExemptPanel]):
    def __init__(self, options: Sequence[discord.SelectOption]) -> None:
        super().__init__(
            custom_id="exempt:end",
            placeholder="End an exemption\N{HORIZONTAL ELLIPSIS}",
            options=[*options],
        )

    async def callback(self, interaction: Interaction) -> None:
        """End the picked exemption."""
        if self.view is None:
            return
        services, clan = self.view.services, clan_of(interaction)
        ended = await services.exemptions.end(clan, int(self.values[0]))
        name = "" if ended is None else escaped(ended.player or role_words(ended.role or ""))
        note = f"**{name}** is not exempt any more." if name else "That had ended already."
        await interaction.edit_original_response(view=await exempt_panel(services, clan, note))

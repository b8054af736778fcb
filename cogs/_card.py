"""A member's card as Discord shows it."""

from collections.abc import Iterable, Sequence
from functools import partial

import discord

from bot.clan.claims import Effect, allows
from bot.clan.names import escaped
from bot.clan.ranks import Permission
from bot.clan.spans import Period
from bot.clan.standings import Member
from bot.clan.wording import plural, role_words, short
from bot.reports.pictures import Card, card_facts
from bot.reports.style import date_words, slot_words
from bot.services.publish import CardFiles
from bot.services.view import Visitor
from bot.wiring import Services
from cogs._exempt import exempt_words
from cogs._leave import away_words
from cogs._permissions import Interaction, clan_of
from cogs._posting import PostPanel, Shown
from cogs._replies import Box, listed, picture, small, when

_USUAL_TYPES = ("regular", "unknown")


class CardPanel(PostPanel):
    """One's own card; how one stands is on it, and not on what is posted."""

    kind = "card"

    def __init__(
        self,
        services: Services,
        periods: Iterable[Period],
        shown: Shown | None = None,
        owner_id: int | None = None,
        posted: Shown | None = None,
    ) -> None:
        super().__init__(services, Permission.SEE_OWN, periods, shown, owner_id)
        self.shown = posted

    async def afresh(self, interaction: Interaction, period: Period) -> Shown | None:
        """Return the card of whoever pressed, as it is now."""
        made = await self.services.cards.of_visitor(
            clan_of(interaction), visitor(interaction.user), period
        )
        if made is None:
            return None
        note = await standing_note(self.services, interaction, made.card.member, reasons=False)
        return card_shown(made, note)


def visitor(user: discord.User | discord.Member) -> Visitor:
    """Return a Discord user as the services know them."""
    return Visitor(user.id, user.display_name, user.name)


async def standing_note(
    services: Services, interaction: Interaction, member: Member, *, reasons: bool
) -> str:
    """Return until when somebody is away and, with `reasons`, why they are exempt."""
    clan = clan_of(interaction)
    away = await services.leaves.away_today(clan)
    user_id = member.discord_user_id if allows(member.link, Effect.LEAVE) else None
    leave = away.leave_of(user_id, [member.player_id])
    parts = [] if leave is None else [away_words(leave, clan.zone)]
    if reasons:
        exempt = await services.exemptions.exempt_today(clan)
        held = exempt.exemption_of(member.player_id, member.role)
        parts += [] if held is None else [exempt_words(held, clan.zone)]
    return " \N{MIDDLE DOT} ".join(f"**{part[:1].upper()}{part[1:]}**" for part in parts)


def claim_lines(made: CardFiles) -> list[str]:
    """Return which accounts whoever looks at their own card claims, and what that means."""
    if not made.claims:
        return []
    names = ", ".join(map(escaped, made.claims))
    means = "Only you see that. An officer decides; until then a claim changes nothing."
    return [f"**Claimed**  {names}", small(means)]


def card_shown(made: CardFiles, note: str = "", standing: Sequence[str] = ()) -> Shown:
    """Return a card and its chart as an answer.

    The note says what everybody may know, `standing` what the reader alone may.
    """
    return Shown(partial(_box, made, note, tuple(standing)), (made.chart,))


def _box(made: CardFiles, note: str, standing: Sequence[str]) -> Box:
    """Return who it is, the numbers with their places in the clan, the picture, the small print."""
    card = made.card
    box = Box(f"## {escaped(card.member.name)}", _who(card), *([note] if note else []))
    box.say(small(_since(card)))
    box.rule().say(f"**Last {card.period.words}**", *(_fact(*fact) for fact in card_facts(card)))
    box.say(*_always(card))
    if standing:
        box.rule().say(*standing)
    box.add_item(picture(made.chart))
    return box.say(small(*made.evidence))


def _who(card: Card) -> str:
    member = card.member
    kinds = [] if member.account_type in _USUAL_TYPES else [role_words(member.account_type)]
    return " \N{MIDDLE DOT} ".join([role_words(member.role), *kinds, escaped(card.clan)])


def _since(card: Card) -> str:
    joined_at = card.member.joined_at
    return "" if joined_at is None else f"in the clan since {when(joined_at, 'D')}"


def _fact(label: str, value: float | None, below: str) -> str:
    return f"**{label}**  {short(value)}" + (f"  \N{MIDDLE DOT}  {below}" if below else "")


def _always(card: Card) -> list[str]:
    """Return what is not about the period: totals, best hours, accounts."""
    member = card.member
    since = f" since {date_words(card.heard_from)}" if card.heard_from else ""
    totals = (
        f"{short(member.total_xp)} XP",
        f"{short(member.total_kills)} boss kills",
        f"{short(member.total_messages)} messages{since}",
    )
    lines = [listed("In all", totals, "")]
    if card.best_hours:
        hours = [slot_words(slot) for slot in card.best_hours]
        lines.append(f"**Writes most**  {', '.join(hours)} ({escaped(card.zone)})")
    if len(card.accounts) > 1:
        names = ", ".join(map(escaped, card.accounts))
        lines.append(f"**{plural(len(card.accounts), 'account')}**  {names}")
    return lines

"""A member's card as Discord shows it."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import ClassVar, NamedTuple

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
from cogs._permissions import Interaction, clan_of
from cogs._replies import Box, listed, picture, small, when
from cogs.leave import away_words
from cogs.me.standing import own_lines
from cogs.review import exempt_words
from cogs.screens import Controls, PostedScreen, Rendered

_USUAL_TYPES = ("regular", "unknown")
_NO_CARD = "There is no card of you. `/link` says which account is yours."


@dataclass(frozen=True, slots=True)
class CardState:
    """Of which period the card is."""

    period: Period = Period.MONTH


class CardFound(NamedTuple):
    """One's own card; the note is for everybody."""

    made: CardFiles
    note: str


_CONTROLS = Controls("card", CardState)


class CardScreen(PostedScreen[CardState, CardFound | None]):
    """One's own card; how one stands is on it, and not on what is posted."""

    controls = _CONTROLS
    permission = Permission.SEE_OWN
    posting = Permission.SEE_OWN
    is_heavy = True
    parts: ClassVar[dict[str, str]] = {"card": "Post my card"}
    question = (
        "Everybody in this channel will see your card, without what only you see: how you stand "
        "and what you claim. Nobody is pinged."
    )

    async def read(self, interaction: Interaction, state: CardState) -> CardFound | None:
        """Return the card of whoever asks as it is now, None when they have none."""
        asker = visitor(interaction.user)
        made = await self.services.cards.of_self(clan_of(interaction), asker, state.period)
        if made is None:
            return None
        member = made.card.member
        note = await standing_note(self.services, interaction, member, reasons=False)
        return CardFound(made, note)

    def render(self, state: CardState, answer: CardFound | None, _note: str = "") -> Rendered:
        """Return the card as only its owner sees it, with its button if it may be posted."""
        if answer is None:
            return Rendered(Box(_NO_CARD))
        made, standing = answer.made, claim_lines(answer.made)
        standing += [] if made.standing is None else own_lines(made.standing)
        box = card_box(made, answer.note, standing)
        if made.is_shared:
            box.control(self.post_button(state))
        return Rendered(box, (made.chart,))

    async def for_everybody(
        self, interaction: Interaction, state: CardState, _part: str
    ) -> Rendered | None:
        """Return the card of whoever pressed as it is now, if everybody may see it."""
        found = await self.read(interaction, state)
        if found is None or not found.made.is_shared:
            return None
        return Rendered(card_box(found.made, found.note), (found.made.chart,))


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


def card_box(made: CardFiles, note: str = "", standing: Sequence[str] = ()) -> Box:
    """Return who it is, the numbers with their places in the clan, the picture, the small print.

    The note says what everybody may know, `standing` what the reader alone may.
    """
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

"""Deciding whose account is whose: once for all pairs that are picked, each by what is so then."""

from collections.abc import Mapping, Sequence
from typing import Any, NamedTuple, TypeVar

import discord

from bot.clan.linking import LinkAction, LinkPair, LinkRefusal
from bot.clan.ranks import Permission
from bot.services.people import LinkQueue, LinkResult
from cogs._deciding_words import NOTE_ROOM, clipped
from cogs._guild_members import guild_members_in, officer_in
from cogs._permissions import Interaction, clan_of
from cogs.links.rows import PairRow, pair_of
from cogs.links.words import done_words, undo_label, undone_words, unknown_words
from cogs.screens import (
    PICK,
    Acknowledge,
    Controls,
    Field,
    MemberField,
    Next,
    Press,
    Screen,
    pressed,
)

S = TypeVar("S")
A = TypeVar("A")

PICK_FIRST = "Pick people in the list above first, then press the button."
PICK_ONE = "Pick one person in the list above first, then press the button."
NAME, USER = "name", "user"
"""The fields of the forms."""
_NAMED = Field(NAME, "RuneScape name", "Of a member of the clan, now or before", longest=30)
_STYLES = {
    LinkAction.CONFIRM: discord.ButtonStyle.success,
    LinkAction.REJECT: discord.ButtonStyle.danger,
    LinkAction.END: discord.ButtonStyle.danger,
}
_LABELS = {
    LinkAction.CONFIRM: "Confirm",
    LinkAction.REJECT: "Reject",
    LinkAction.MARK_ALT: "Mark as alt",
    LinkAction.MAKE_MAIN: "Make main",
    LinkAction.END: "Unlink",
    LinkAction.NO_DISCORD: "No Discord",
    LinkAction.HAS_DISCORD: "Has Discord",
}


class Asked(NamedTuple):
    """The queue as it is now, what members of the server are called, and how good the data is."""

    queue: LinkQueue
    names: Mapping[int, str]
    evidence: tuple[str, ...]


class LinkingScreen(Screen[S, A]):
    """A screen on which links are decided on; the argument of a button is the action."""

    permission = Permission.DECIDE_LINKS

    async def asked(self, interaction: Interaction) -> Asked:
        """Return the queue as it is now."""
        clan, members = clan_of(interaction), await guild_members_in(interaction)
        queue = await self.services.links.queue(clan, members)
        names = {each.user_id: each.shown for each in members}
        return Asked(queue, names, await self.services.upkeep.evidence(clan))

    @pressed()
    async def decide(self, press: Press[S]) -> Next[S, A] | None:
        """Do one thing with everybody who is picked, and show what came of it."""
        pairs = [pair_of(each) for each in press.picked(PICK)]
        if not pairs:
            await press.tell(PICK_FIRST)
            return None
        return await self.decided(press, LinkAction(press.argument), pairs)

    async def decided(
        self, press: Press[S], action: LinkAction, pairs: Sequence[LinkPair]
    ) -> Next[S, A]:
        """Do one thing with pairs, and return what is shown then."""
        by = officer_in(press.interaction)
        answers = await self.services.links.decide_many(press.clan, action, pairs, by)
        return await self._said(press, action, pairs, answers)

    def whom_to_link(self, press: Press[S]) -> int | None:
        """Return the one user or player who is picked; None for nobody, and for several."""
        picked = [pair_of(each) for each in press.picked(PICK)]
        if len(picked) != 1:
            return None
        return picked[0].user_id if press.argument == USER else picked[0].player_id

    @pressed(acknowledge=Acknowledge.FORM)
    async def hand(self, press: Press[S]) -> None:
        """Ask for the partner of one user or player; the argument says which of them it is."""
        key = self.whom_to_link(press)
        if key is None:
            await press.tell(PICK_ONE)
            return
        field = _NAMED if press.argument == USER else MemberField(USER, "Whose account it is")
        await press.ask("linked", "Link by hand", field, argument=f"{press.argument}.{key}")

    @pressed()
    async def linked(self, press: Press[S]) -> Next[S, A]:
        """Confirm what was filled in."""
        about, _, key = press.argument.partition(".")
        if about != USER:
            (user,) = press.chosen[USER]
            return await self.decided(press, LinkAction.CONFIRM, [LinkPair(int(key), int(user))])
        name, by = press.filled[NAME], officer_in(press.interaction)
        answer = await self.services.links.link_by_hand(press.clan, int(key), name, by)
        if answer.refusal is LinkRefusal.UNKNOWN:
            return Next(press.state, unknown_words(name))
        return await self._said(press, LinkAction.CONFIRM, [LinkPair(0, int(key))], [answer])

    @pressed()
    async def undo(self, press: Press[S]) -> Next[S, A]:
        """Restore what was before the action that the button names."""
        by = officer_in(press.interaction)
        refusal = await self.services.links.undo(press.clan, int(press.argument), by)
        return Next(press.state, undone_words(refusal))

    async def _said(
        self,
        press: Press[S],
        action: LinkAction,
        pairs: Sequence[LinkPair],
        answers: Sequence[LinkResult],
    ) -> Next[S, A]:
        members = await guild_members_in(press.interaction)
        names = {each.user_id: each.shown for each in members}
        return Next(press.state, clipped([done_words(action, pairs, answers, names)], NOTE_ROOM))


def action_buttons(
    controls: Controls[Any], state: object, actions: Sequence[LinkAction], rows: Sequence[PairRow]
) -> list[discord.ui.Button[Any]]:
    """Return a button for each action; idle where no line has both halves of a pair."""
    idle = not any(all(row.pair) for row in rows)
    return [
        controls.button(
            "decide",
            state,
            _LABELS[action],
            argument=action,
            style=_STYLES.get(action, discord.ButtonStyle.secondary),
            disabled=idle,
        )
        for action in actions
    ]


def mark_buttons(
    controls: Controls[Any], state: object, rows: Sequence[PairRow], marked: frozenset[int]
) -> list[discord.ui.Button[Any]]:
    """Return what can be said of players: that they have no Discord, or have it after all."""
    present = {row.pair.player_id in marked for row in rows}
    possible = {LinkAction.NO_DISCORD: False, LinkAction.HAS_DISCORD: True}
    return [
        controls.button("decide", state, _LABELS[action], argument=action)
        for action, when_marked in possible.items()
        if when_marked in present
    ]


def hand_button(controls: Controls[Any], state: object, *, by_user: bool) -> discord.ui.Button[Any]:
    """Return the button that asks for the partner of a user, or of a player."""
    return controls.button(
        "hand", state, "Link by hand\N{HORIZONTAL ELLIPSIS}", argument=USER if by_user else "player"
    )


def undo_buttons(
    controls: Controls[Any], state: object, queue: LinkQueue
) -> list[discord.ui.Button[Any]]:
    """Return the button that takes back what officers did last, if there is anything."""
    last = queue.last_action
    if last is None:
        return []
    return [controls.button("undo", state, undo_label(last), argument=last.action_id)]

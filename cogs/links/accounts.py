"""Everybody whom one user, player or speaker may be; decided on there as well.

Of a user also the accounts that are theirs: by a right-click on them.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import NamedTuple

import discord

from bot.clan.linking import LinkAction
from bot.clan.names import escaped
from bot.services.view import Visitor
from cogs._deciding_words import NOTE_ROOM, clipped
from cogs._guild_members import member_in
from cogs._permissions import Interaction, clan_of
from cogs._replies import Box, small
from cogs.links.linking import (
    Asked,
    LinkingScreen,
    action_buttons,
    hand_button,
    mark_buttons,
    undo_buttons,
)
from cogs.links.rows import PairRow, rows_of_player, rows_of_speaker, rows_of_user
from cogs.links.words import row_line, row_option
from cogs.screens import Controls, Press, Rendered

_MOST = 10
_LEFT = "somebody who left"
_SETTLED = "This is settled: nobody is asked for any more."
_OF_USER = (LinkAction.CONFIRM, LinkAction.MARK_ALT, LinkAction.MAKE_MAIN, LinkAction.END)
_OF_SPEAKER = (LinkAction.CONFIRM, LinkAction.REJECT)
_OF_PLAYER = (LinkAction.CONFIRM, LinkAction.REJECT, LinkAction.MARK_ALT)


@dataclass(frozen=True, slots=True)
class AboutState:
    """Who it is about: a player, or else a user, or below zero a speaker."""

    player_id: int = 0
    user_id: int = 0

    @property
    def by_user(self) -> bool:
        """Return whether it is about a user or speaker, whose accounts are looked for."""
        return not self.player_id


class AccountsFound(NamedTuple):
    """Who somebody may be, and the queue around it."""

    asked: Asked
    rows: Sequence[PairRow]


_CONTROLS = Controls("accounts", AboutState)


class AccountsScreen(LinkingScreen[AboutState, AccountsFound]):
    """One user, player or speaker."""

    controls = _CONTROLS

    async def read(self, interaction: Interaction, state: AboutState) -> AccountsFound:
        """Return who somebody may be, as it is now."""
        asked = await self.asked(interaction)
        if state.player_id:
            return AccountsFound(asked, rows_of_player(asked.queue, state.player_id))
        if state.user_id < 0:
            return AccountsFound(asked, rows_of_speaker(asked.queue, state.user_id))
        member = await member_in(interaction, state.user_id)
        name = member.display_name if member else _LEFT
        visitor = Visitor(state.user_id, name, member.name if member else name)
        accounts = await self.services.links.accounts(clan_of(interaction), visitor)
        return AccountsFound(asked, rows_of_user(asked.queue, state.user_id, name, accounts))

    def render(self, state: AboutState, answer: AccountsFound, note: str = "") -> Rendered:
        """Return a line for each of them, with what can be decided."""
        (queue, names, evidence), rows = answer.asked, answer.rows[:_MOST]
        head = (f"## {_title(state, rows)}", clipped([note], NOTE_ROOM))
        box = Box(*filter(None, head)).rule()
        lines = [row_line(each, names, by_user=state.by_user) for each in rows]
        box.say(*(lines or [_SETTLED]))
        beside = []
        if rows:
            picks = [row_option(each, by_user=state.by_user) for each in rows]
            box.control(_CONTROLS.picks(state, "Pick accounts for the buttons below", picks))
            buttons = action_buttons(_CONTROLS, state, _actions(state), rows)
            box.add_item(discord.ui.ActionRow(*buttons))
            beside.append(hand_button(_CONTROLS, state, by_user=state.by_user))
        if rows and state.player_id:
            beside += mark_buttons(_CONTROLS, state, rows, queue.without_discord)
        if beside := [*beside, *undo_buttons(_CONTROLS, state, queue)]:
            box.add_item(discord.ui.ActionRow(*beside))
        return Rendered(box.say(small(*evidence)))

    def whom_to_link(self, press: Press[AboutState]) -> int | None:
        """Return whom the screen is about."""
        return press.state.player_id or press.state.user_id


def _title(state: AboutState, rows: Sequence[PairRow]) -> str:
    if state.player_id:
        return f"Whose account is {escaped(rows[0].player)}?" if rows else "Whose account is it?"
    if state.user_id < 0:
        return f"Which member is {escaped(rows[0].user)}?" if rows else "Which member is it?"
    return f"Accounts of {escaped(rows[0].user)}"


def _actions(state: AboutState) -> Sequence[LinkAction]:
    if state.player_id:
        return _OF_PLAYER
    return _OF_SPEAKER if state.user_id < 0 else _OF_USER

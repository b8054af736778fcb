"""Post here: what one person sees is shown to everybody, after asking what of it.

Nothing that was shown is kept, so what is posted is read at the press that posts it, also after a
restart; and only what everybody may see is read.
"""

from abc import abstractmethod
from collections.abc import Mapping
from contextlib import nullcontext, suppress
from typing import ClassVar, TypeVar

import discord

from bot.clan.ranks import Permission
from bot.gateway import CUT
from bot.recent import Recent
from bot.wiring import Services
from cogs._permissions import Interaction, turn_of
from cogs._replies import Box, tell
from cogs.screens.controls import Button
from cogs.screens.screen import Acknowledge, Next, Press, Rendered, Screen, pressed
from cogs.screens.state import StateText

S = TypeVar("S")
A = TypeVar("A")

_MOST_ANSWERED = 1_000
_NOTHING = "There is nothing to post any more. Run the command again."
_NOT_POSTED = "Nothing was posted."
CUT_OFF = (
    "The connection to Discord broke off. Look whether it stands in the channel before you post "
    "it again."
)


class PostedScreen(Screen[S, A]):
    """A screen with "Post here". `parts` is what can be posted, by its name in an id."""

    posting: ClassVar[Permission]
    parts: ClassVar[Mapping[str, str]]
    question: ClassVar[str]

    def __init__(self, services: Services) -> None:
        super().__init__(services)
        self._answered: Recent[int, None] = Recent(_MOST_ANSWERED)

    @abstractmethod
    async def for_everybody(self, interaction: Interaction, state: S, part: str) -> Rendered | None:
        """Return what everybody will see, as it is now; None when there is nothing to see."""

    def permission_for(self, told: StateText) -> Permission:
        """Return what a press asks for; posting has a permission of its own."""
        return self.posting if told.act in {"post", "posted"} else super().permission_for(told)

    def post_button(self, state: S) -> Button:
        """Return the button that asks what to post."""
        return self.controls.button("post", state, "Post here")

    async def show_everybody(self, interaction: Interaction, state: S, part: str) -> None:
        """Answer a command, acknowledged for its caller alone, with something for everybody."""
        if words := channel_words(interaction):
            await tell(interaction, words)
            return
        rendered = await self.for_everybody(interaction, state, part)
        # What comes first takes the place of the acknowledgement, and is as private.
        words = _NOTHING if rendered is None else "Here it is, for everybody."
        await interaction.edit_original_response(content=words)
        if rendered is not None:
            await rendered.send(interaction, for_everybody=True)

    @pressed(acknowledge=Acknowledge.ANSWER)
    async def post(self, press: Press[S]) -> None:
        """Ask what to post, unless nothing can be posted here."""
        if words := channel_words(press.interaction):
            await press.tell(words)
            return
        buttons = [
            self.controls.button("posted", press.state, label, argument=part)
            for part, label in self.parts.items()
        ]
        no = self.controls.button("unposted", press.state, "Post nothing")
        box = Box("**Post here for everybody?**", self.question)
        await Rendered(box.add_item(discord.ui.ActionRow(*buttons, no))).send(press.interaction)

    @pressed()
    async def unposted(self, press: Press[S]) -> None:
        """Post nothing."""
        await press.close(_NOT_POSTED)

    @pressed()
    async def posted(self, press: Press[S]) -> Next[S, A] | None:
        """Post what was chosen; a question is answered once, however often it is pressed."""
        message = press.interaction.message
        question = 0 if message is None else message.id
        if question in self._answered:
            return None
        self._answered[question] = None
        try:
            words = await self._post(press)
        except BaseException:
            self._answered.pop(question, None)
            raise
        # It is done, even if Discord will not show that.
        with suppress(discord.HTTPException, *CUT):
            await press.close(words)
        return None

    async def _post(self, press: Press[S]) -> str:
        """Post what was chosen, and return what came of it."""
        interaction = press.interaction
        if words := channel_words(interaction):
            return words
        turn = turn_of(interaction, self.services) if self.is_heavy else nullcontext()
        async with turn:
            rendered = await self.for_everybody(interaction, press.state, press.argument)
        if rendered is None:
            return _NOTHING
        try:
            await rendered.send(interaction, for_everybody=True)
        except CUT:
            return CUT_OFF
        return "Posted, with the numbers as they are now."


def channel_words(interaction: Interaction) -> str:
    """Return why nothing can be posted in a channel, and what to do; nothing where it can.

    Discord would let an answer through where it lets no message through: whoever closed a channel
    to the bot or to whoever pressed does not want it there.
    """
    in_thread = isinstance(interaction.channel, discord.Thread)
    writes = "send_messages_in_threads" if in_thread else "send_messages"
    theirs = interaction.permissions
    if not (theirs.administrator or getattr(theirs, writes)):
        return "You cannot write in this channel, so nothing is posted here for you."
    mine = interaction.app_permissions
    needed = {
        "view_channel": "View Channel",
        writes: "Send Messages in Threads" if in_thread else "Send Messages",
        "attach_files": "Attach Files",
    }
    lacks = [f"**{label}**" for name, label in needed.items() if not getattr(mine, name)]
    if not lacks or mine.administrator:
        return ""
    return (
        f"The bot lacks {' and '.join(lacks)} in this channel, so nothing is posted. Give it that "
        "in the channel's settings, or run the command in another channel."
    )

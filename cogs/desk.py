"""The front desk: whatever goes wrong with any command is explained in one place.

Whoever presses what nobody answers to any more is told so, instead of being left waiting.
"""

from contextlib import suppress
from typing import Any

import discord
from discord import app_commands
from discord.ext import commands

from cogs._errors import explain, outcome_of
from cogs._permissions import Interaction
from cogs._replies import tell

_GONE = "This is from an older answer and cannot be pressed any more. Run the command again."
_GONE_FORM = "This form waited too long, so nothing was changed. Run the command again."


async def setup(bot: commands.Bot) -> None:
    """Explain the errors of all commands, and answer the presses that nobody else does."""

    @bot.tree.error
    async def on_error(interaction: Interaction, error: app_commands.AppCommandError) -> None:
        await explain(interaction, error)
        bot.dispatch("app_command_failure", interaction, outcome_of(error))

    @bot.listen("on_interaction")
    async def answer_rest(interaction: Interaction) -> None:
        if interaction.response.is_done() or _is_answered(bot, interaction):
            return
        is_form = interaction.type is discord.InteractionType.modal_submit
        with suppress(discord.HTTPException):  # it was answered elsewhere, or waited too long
            await tell(interaction, _GONE_FORM if is_form else _GONE)


def _is_answered(bot: commands.Bot, interaction: Interaction) -> bool:
    """Return whether somebody of ours listens for what was pressed, sent or asked."""
    # discord.py keeps what it knows of its views to itself, and drops the rest without a word.
    store: Any = bot._connection._view_store  # noqa: SLF001 - see above
    forms, patterns, views = store._modals, store._dynamic_items, store._views  # noqa: SLF001
    told = dict(interaction.data or {})
    custom_id = str(told.get("custom_id"))
    # Forms of screens are known by their ids, as their controls are.
    if any(pattern.fullmatch(custom_id) for pattern in patterns):
        return True
    if interaction.type is discord.InteractionType.modal_submit:
        return custom_id in forms
    if interaction.type is not discord.InteractionType.component:
        return True
    key = (told.get("component_type"), custom_id)
    places = (interaction.message.id if interaction.message else None, None)
    found = [views.get(place, {}).get(key) for place in places]
    return any(_does_something(item) for item in found if item is not None)


def _does_something(item: discord.ui.Item[Any]) -> bool:
    """Return whether a control does more than show where one is, and its view still listens."""
    is_over = item.view is None or item.view.is_finished()
    return type(item).callback is not discord.ui.Item.callback and not is_over

"""How the bot hears presses on screens and what was filled in: by the id, restarts included."""

import re
from typing import Any, Self

import discord
from discord.ext import commands

from cogs._errors import explain, failure_of, outcome_of
from cogs._permissions import Interaction
from cogs.screens.forms import filled_in
from cogs.screens.screen import Screen
from cogs.screens.state import StateText

_Item = discord.ui.Item[Any]


def add_screens(bot: commands.Bot, *screens: Screen[Any, Any]) -> None:
    """Have the bot listen to everything that these screens can show."""
    for screen in screens:
        bot.add_dynamic_items(_listener(screen))
    bot.add_listener(_hearing_forms(screens), "on_interaction")


def _listener(screen: Screen[Any, Any]) -> type[discord.ui.DynamicItem[_Item]]:
    class ScreenControl(discord.ui.DynamicItem[_Item], template=screen.controls.pattern):
        """A button or select of the screen."""

        def __init__(self, item: _Item, told: StateText) -> None:
            super().__init__(item)
            self._told = told

        @classmethod
        async def from_custom_id(
            cls,
            _interaction: discord.Interaction[Any],
            item: discord.ui.Item[Any],
            match: re.Match[str],
            /,
        ) -> Self:
            """Return the control that was pressed."""
            return cls(item, StateText(match["act"], match["argument"], match["state"]))

        async def callback(self, interaction: Interaction) -> None:
            """Answer, and explain what goes wrong: nobody else would."""
            values = dict(interaction.data or {}).get("values", ())
            await _explained(interaction, screen, self._told, values=values)

    return ScreenControl


def _hearing_forms(screens: tuple[Screen[Any, Any], ...]) -> Any:  # noqa: ANN401 - a coroutine function
    async def on_interaction(interaction: Interaction) -> None:
        if interaction.type is not discord.InteractionType.modal_submit:
            return
        data: dict[str, Any] = dict(interaction.data or {})
        for screen in screens:
            told = screen.controls.read(str(data.get("custom_id", "")))
            if told is not None:
                filled = filled_in(data.get("components", ()))
                await _explained(interaction, screen, told, filled=filled)

    return on_interaction


async def _explained(
    interaction: Interaction,
    screen: Screen[Any, Any],
    told: StateText,
    **given: Any,  # noqa: ANN401 - of press
) -> None:
    error = await failure_of(screen.press(interaction, told, **given))
    if error is not None:
        await explain(interaction, error)
    client, name = interaction.client, screen.controls.name
    client.dispatch("screen_completion", interaction, name, outcome_of(error))

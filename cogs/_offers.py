"""What is offered while somebody types; from the local database only, since nobody waits here."""

from collections.abc import Callable, Iterable
from itertools import islice

from discord import app_commands

from bot.clan.names import match_key
from bot.clan.wording import role_words
from bot.services.setup import Clan
from bot.wiring import Services
from cogs._permissions import Interaction

_MOST = 25
_LONGEST = 100

Typed = app_commands.Range[str, 1, _LONGEST]
"""A name or a role as somebody types it: Discord takes no longer one, so nobody searches for it."""

Choices = list[app_commands.Choice[str]]


async def members_offered(services: Services, interaction: Interaction, typed: str) -> Choices:
    """Return the members whose names hold what was typed."""
    clan = await clan_typed_in(services, interaction)
    if clan is None:
        return []
    names = await services.cards.names_like(clan, typed)
    return choices(names)


async def roles_offered(services: Services, interaction: Interaction, typed: str) -> Choices:
    """Return the roles whose names hold what was typed, highest first."""
    clan = await clan_typed_in(services, interaction)
    if clan is None:
        return []
    wanted = match_key(typed) if typed else ""
    roles = await services.exemptions.roles(clan)
    return choices((each for each in roles if wanted in match_key(each)), role_words)


async def clan_typed_in(services: Services, interaction: Interaction) -> Clan | None:
    """Return the clan in whose server somebody types, if there is one."""
    guild = interaction.guild
    return None if guild is None else await services.clans.of_guild(guild.id)


def choices(values: Iterable[str], called: Callable[[str], str] = str) -> Choices:
    """Return the first values as Discord takes them, each under the name that it is called by."""
    return [
        app_commands.Choice(name=called(each)[:_LONGEST], value=each)
        for each in islice(values, _MOST)
    ]

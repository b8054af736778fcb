"""Which clans a command means, and which clan the settings' group belongs to."""

from bot.cli.context import CannotDo
from bot.services.setup import NO_SERVER, Clan
from bot.settings import Settings
from bot.wiring import Services


async def adopt_group(services: Services, settings: Settings) -> None:
    """Join WOM_GROUP_ID to the clan it is meant for, unless that clan has a group.

    That is the clan of DISCORD_GUILD_ID, else the only one there is; without any, one is made, and
    merged into the server's when the bot comes to know it.
    """
    if settings.wom_group_id is None:
        return
    clan = await _meant(services, settings)
    if clan is not None:
        await services.clans.adopt(clan, settings.wom_group_id)


async def _meant(services: Services, settings: Settings) -> Clan | None:
    known = await services.clans.every()
    guild_id = settings.discord_guild_id
    if guild_id is None and known:
        return known[0] if len(known) == 1 else None
    # The first poll gives the clan its real name.
    return await services.clans.found(guild_id or NO_SERVER, f"Group {settings.wom_group_id}")


async def clans_meant(services: Services, wanted: str | None) -> tuple[Clan, ...]:
    """Return the clans with this name or server id, or all that are served.

    CannotDo when there is none.
    """
    known = await services.clans.known()
    # What was made for a server that nobody had named is nobody's once there is one.
    known = tuple(each for each in known if each.guild_id != NO_SERVER) or known
    if not known:
        raise CannotDo(
            "There is no clan yet", "set WOM_GROUP_ID and run `clanstats poll`, or start the bot"
        )
    if wanted is None:
        return await services.clans.every() or known
    named = wanted.strip().casefold()
    found = tuple(clan for clan in known if named in {clan.name.casefold(), str(clan.guild_id)})
    if not found:
        raise CannotDo(f"No clan is called {wanted!r}", f"choose from {_listed(known)}")
    return found


async def one_clan(services: Services, wanted: str | None) -> Clan:
    """Return the one clan that is meant; CannotDo when it could be several or none."""
    found = await clans_meant(services, wanted)
    if len(found) > 1:
        raise CannotDo(f"{len(found)} clans could be meant", f"add --clan, one of {_listed(found)}")
    return found[0]


def _listed(clans: tuple[Clan, ...]) -> str:
    return ", ".join(f"{clan.name} ({clan.guild_id})" for clan in clans)

"""The made-up clan's whole past in a database: what was polled, heard, linked and decided."""

from collections.abc import Callable, Mapping

from bot.demo.absent import send_away
from bot.demo.calls import have_talked
from bot.demo.cast import ChannelKind, MadeUpUser, Persona
from bot.demo.decided import decide_before
from bot.demo.seed import BRIDGE_PATTERN, Cast, seed
from bot.demo.ties import tie
from bot.demo.world import World
from bot.services.chat import ChannelInfo
from bot.services.setup import Clan
from bot.settings import Settings
from bot.wiring import Services
from storage.engine import Database

Say = Callable[[str], None]


async def store_past(
    services: Services, settings: Settings, world: World, cast: Cast, say: Say
) -> Clan:
    """Store everything up to now and return the clan; `say` hears what is going on."""
    database = Database(settings.database_url)
    try:
        clan = await seed(database, world, cast, progress=lambda what: say(f"storing {what}"))
        await tie(database, clan, world, cast)
        await have_talked(database, clan, world, cast.users)
        await send_away(database, clan, world, cast.users)
        await decide_before(database, clan, world, cast.users, apart=_accounts(seats_of(world)))
    finally:
        await database.close()
    await _declare_bridge(services, clan, world, cast)
    return clan


def seats_of(world: World) -> dict[str, MadeUpUser]:
    """Return one person for each authority: leader, officer, member, and an unknown guest."""

    def first(*personas: Persona, playing: bool = True) -> MadeUpUser:
        return next(
            user
            for persona in personas
            for user in world.users
            if user.persona is persona and bool(user.player_ids) == playing
        )

    return {
        "leader": first(Persona.LEADER),
        "officer": first(Persona.OFFICER),
        "member": first(Persona.STEADY, Persona.CASUAL),
        "guest": first(Persona.GUEST, playing=False),
    }


def _accounts(seats: Mapping[str, MadeUpUser]) -> frozenset[int]:
    return frozenset(player_id for user in seats.values() for player_id in user.player_ids)


async def _declare_bridge(services: Services, clan: Clan, world: World, cast: Cast) -> None:
    """Declare the channel of the clan chat, as officers would have before anybody spoke there."""
    for channel in world.channels:
        if channel.kind is ChannelKind.BRIDGE:
            channel_info = ChannelInfo(cast.channels[channel.index], channel.name, "text")
            await services.bridges.declare(clan, channel_info, BRIDGE_PATTERN)

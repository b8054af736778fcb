"""A run of a job as log and database have it, whoever began it."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

from bot.journal import step
from bot.services.ops import Outcome, Upkeep
from bot.services.setup import Clan


@asynccontextmanager
async def recorded(
    upkeep: Upkeep, name: str, trace: str, clan: Clan | None = None
) -> AsyncIterator[Outcome]:
    """Log and record a run of a job around what is done inside; an exception passes."""
    clan_id, clan_name = (None, None) if clan is None else (clan.clan_id, clan.name)
    with step(name, clan=clan_name) as found:
        async with upkeep.run(name, clan_id, trace) as outcome:
            yield outcome
        found |= {"outcome": outcome.outcome, **outcome.detail}

"""When chat could not be seen: the bot was away, or a channel was shut to it."""

from bot.clan.evidence import Blind
from bot.clan.spans import Span
from bot.services.clans import Clan
from storage import runs
from storage.engine import Connection


async def blind_times(connection: Connection, clan: Clan, span: Span) -> tuple[Blind, ...]:
    """Return the times of the span in which chat could not be seen."""
    found = await runs.blindness(connection, clan.clan_id, span.start)
    return tuple(
        Blind(Span(spot.started_at, spot.ended_at or max(span.end, spot.started_at)), spot.channel)
        for spot in found
    )

"""When chat could not be seen: nobody listened and nobody read it since, or a channel was lost."""

from bot.clan.evidence import Blind, unread
from bot.clan.spans import Span
from bot.services.setup import Clan
from storage import clans, runs
from storage.engine import Connection


async def blind_times(connection: Connection, clan: Clan, span: Span) -> tuple[Blind, ...]:
    """Return the times of the span in which chat could not be seen, the clan's unread gap first."""
    found = await runs.blindness(connection, clan.clan_id, span.start)
    # As it is now: a bot in another process notes every minute up to when all was heard or read.
    known = await clans.of_guild(connection, clan.guild_id)
    lost = (
        Blind(
            Span(
                channel_info.started_at,
                channel_info.ended_at or max(span.end, channel_info.started_at),
            ),
            channel_info.channel,
        )
        for channel_info in found
    )
    return (*unread(known and known.listened_at, span), *lost)

"""Who was there without writing: days in voice, with a reaction or a command, up to one instant."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta

from bot.clan.evidence import USED_WITHIN
from bot.clan.spans import day_of, day_span
from bot.services.setup import Clan
from bot.services.view.query import Detail, ViewQuery
from storage import presence
from storage.engine import Connection
from storage.presence import PresentIn


@dataclass(frozen=True, slots=True)
class PresenceView:
    """Who was there, by Discord user: when last, and on how many days of each window.

    Before `kept_from` nothing of it was kept; None where the clan keeps none.
    """

    kept_from: datetime | None = None
    last_at: Mapping[int, datetime] = field(default_factory=dict)
    windows: Mapping[int, Mapping[int, PresentIn]] = field(default_factory=dict)


NO_PRESENCE = PresenceView()
"""What a view knows that was not asked for life."""


async def read_presence(connection: Connection, clan: Clan, query: ViewQuery) -> PresenceView:
    """Return who was there in the windows, and in the time in which people have used it lately."""
    if Detail.LIFE not in query.detail or not clan.keeps_presence:
        return NO_PRESENCE
    today = day_of(query.as_of, clan.zone)
    windows = sorted(query.windows)
    starts = [day_of(query.as_of - timedelta(days=days), clan.zone) for days in windows]
    first = min([day_of(query.as_of - USED_WITHIN, clan.zone), *starts])
    found = await presence.since(connection, clan.clan_id, first, today, starts)
    ends = {
        each.last_on: min(day_span(each.last_on, clan.zone).end, query.as_of)
        for each in found.values()
    }
    return PresenceView(
        kept_from=clan.presence_from,
        last_at={user_id: ends[each.last_on] for user_id, each in found.items()},
        windows={
            days: {user_id: each.stretches[number] for user_id, each in found.items()}
            for number, days in enumerate(windows)
        },
    )

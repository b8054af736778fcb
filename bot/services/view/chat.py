"""What was written by everybody up to one instant, and when nobody listened."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

from bot.clan.evidence import Blind, unheard
from bot.clan.policy import MONTH_DAYS, STEADY_DAYS
from bot.clan.questions import ANSWER_WINDOW
from bot.clan.spans import DAY, HOUR, Span, day_of
from bot.clan.standings import Chat
from bot.services.chat import blind_times
from bot.services.view.query import Looking
from bot.services.view.roster import written
from storage import chat, messages
from storage.engine import Connection

_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)


@dataclass(frozen=True, slots=True)
class ChatSight:
    """What was written; all by author id. `wrote` and `capped` by the days of a window first.

    `on_days` are the days of the eight weeks with a message, a bit each, and the answers then.
    `was_answered` tells of newcomers who wrote whether anybody answered. Before `heard_from`
    nobody listened.
    """

    wrote: Mapping[int, Mapping[int, Chat]]
    capped: Mapping[int, Mapping[int, int]]
    on_days: Mapping[int, tuple[int, int]]
    was_answered: Mapping[int, bool]
    heard_from: datetime | None
    blind: Sequence[Blind]


async def read_chat(connection: Connection, look: Looking, newcomers: Sequence[int]) -> ChatSight:
    """Return what was written; `newcomers` are the authors of whom it is asked who answered."""
    cid, at = look.clan.clan_id, look.at
    today = day_of(at, look.clan.zone)
    first = today - (STEADY_DAYS - 1) * DAY
    heard_from = await chat.first_hour(connection, cid, _EPOCH, at)
    # What was seen is graded up to now, while the windows end with the hour.
    graded = Span(look.longest.start - HOUR, look.longest.end)
    known = await blind_times(connection, look.clan, graded)
    return ChatSight(
        wrote=await written(connection, look.clan, look.spans),
        capped={} if look.silence_only else await _capped(connection, look),
        on_days=await chat.days_written(connection, cid, first, today + DAY),
        was_answered=await _answered(connection, look, newcomers),
        heard_from=heard_from,
        blind=(*known, *unheard(heard_from, graded)),
    )


async def _capped(connection: Connection, look: Looking) -> dict[int, dict[int, int]]:
    rules = look.policy.promotion
    return {
        days: await chat.capped_messages(
            connection,
            look.clan.clan_id,
            look.spans[days].start,
            look.spans[days].end,
            rules.hour_cap,
        )
        for days in {rules.pillar_days, MONTH_DAYS}
    }


async def _answered(
    connection: Connection, look: Looking, newcomers: Sequence[int]
) -> dict[int, bool]:
    if look.silence_only:
        return {}
    since = look.at - timedelta(days=look.policy.alerts.newcomer_days)
    return await messages.answered_authors(
        connection, look.clan.clan_id, newcomers, since, ANSWER_WINDOW
    )

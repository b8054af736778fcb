"""The three panels of an activity report: chat, game and voice by weekday and hour."""

from collections.abc import Callable, Sequence
from datetime import datetime
from typing import NamedTuple

from bot.clan.spans import Period, Span
from bot.clan.week_hours import GameHours, hours_seen, left_of, seen_week
from bot.reports.activity_report import WeekPanel, dated_words, since_words
from bot.services.publish.person_hours import instant_at
from bot.services.view import ClanView

_MINUTE = 60
_TOO_COARSE = "too few looks a day to know the hours"


class VoiceSeen(NamedTuple):
    """Seconds in voice by the quarter, and since when they are kept."""

    quarters: Sequence[tuple[datetime, int]]
    kept_from: datetime | None


def week_panels(
    view: ClanView,
    period: Period,
    people_span: Span,
    voice: VoiceSeen,
    game_since: Callable[[datetime], GameHours],
) -> tuple[WeekPanel, ...]:
    """Return chat, game and voice by weekday and hour; the game since `people_span` began."""
    span = Span(view.spans[period].start, view.as_of)
    lost = [each.span for each in view.blind(span) if each.where is None]
    return (
        _chat_panel(view, span, lost),
        _game_panel(view, span, people_span.start, game_since),
        _voice_panel(view, voice, span),
    )


def _game_panel(
    view: ClanView,
    span: Span,
    read_from: datetime,
    game_since: Callable[[datetime], GameHours],
) -> WeekPanel:
    zone = view.clan.zone
    # A year of looks at everybody is not read: the panel says since when it is.
    start = max(span.start, read_from)
    game = game_since(start)
    if game.is_too_coarse:
        return WeekPanel("Game", "gains seen:", seen_week((), frozenset(), zone), _TOO_COARSE)
    risen = ((instant_at(at), 1) for _, at in game.risen)
    seen = hours_seen(map(_moment, game.looked), zone)
    notes = since_words(start, span, zone.key), dated_words(len(game.risen), game.undated)
    note = "; ".join(each for each in notes if each)
    return WeekPanel("Game", "gains seen:", seen_week(risen, seen, zone), note)


def _chat_panel(view: ClanView, span: Span, lost: Sequence[Span]) -> WeekPanel:
    heard, zone = view.chat.heard_from, view.clan.zone
    hours = [(at, count) for at, count in view.chat.hours if at >= span.start]
    seen = [] if heard is None else left_of(_from(span, heard), lost)
    note = "nothing was heard yet" if heard is None else since_words(heard, span, zone.key)
    return WeekPanel("Chat", "messages:", seen_week(hours, hours_seen(seen, zone), zone), note)


def _voice_panel(view: ClanView, voice: VoiceSeen, span: Span) -> WeekPanel:
    zone, since = view.clan.zone, voice.kept_from
    if since is None:
        off = "switched off in /clanstats setup"
        note = "nothing was seen yet" if view.clan.keeps_presence else off
        return WeekPanel("Voice", "minutes:", seen_week((), frozenset(), zone), note)
    away = [
        Span(each.started_at, max(each.ended_at or span.end, each.started_at))
        for each in view.gaps
        if each.channel_id is None
    ]
    seen = hours_seen(left_of(_from(span, since), away), zone)
    week = seen_week([each for each in voice.quarters if each[0] >= span.start], seen, zone)
    minutes = tuple(
        tuple(None if number is None else number // _MINUTE for number in row) for row in week
    )
    return WeekPanel("Voice", "minutes:", minutes, since_words(since, span, zone.key))


def _from(span: Span, since: datetime) -> Span:
    return Span(min(max(span.start, since), span.end), span.end)


def _moment(at_ms: int) -> Span:
    return Span(instant_at(at_ms), instant_at(at_ms + 1))

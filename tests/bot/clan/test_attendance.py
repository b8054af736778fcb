"""An event stands beside the time around it and what is usual then; unknown is no zero."""

from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

from bot.clan.attendance import Turnout, event_spans, mean_of


def test_weeks_before_are_by_the_clan_s_clock() -> None:
    """Clocks went back on 25 October 2026 in Berlin: eight in the evening is another instant."""
    zone, at = ZoneInfo("Europe/Berlin"), datetime(2026, 10, 28, 19, 20, tzinfo=UTC)
    spans = event_spans(at, 2, zone)
    assert spans.during.start == at.replace(minute=0)
    assert spans.before.end == spans.during.start
    assert spans.after.start == spans.during.end
    assert {each.start.astimezone(zone).hour for each in spans.usual} == {20}
    assert {each.length for each in spans.usual} == {timedelta(hours=2)}


def test_one_week_is_not_usual() -> None:
    assert mean_of([Turnout(4, 2, None), Turnout(2, None, 3)]) == Turnout(3, None, None)

"""Whatever clock a clan goes by, the messages of a span and of a day are those that were sent."""

from collections import Counter
from datetime import UTC, date, datetime, timedelta
from random import Random
from zoneinfo import ZoneInfo

import pytest

from bot.clan.spans import Period, day_of
from bot.reports.worker import Inline
from bot.services.publish import Publish
from tests.bot.services.village import Village

CHANGES = [
    # zone, an instant near which its clocks change, or a day without a midnight begins
    ("Australia/Lord_Howe", "2025-04-05T15:00"),
    ("Australia/Lord_Howe", "2025-10-04T15:30"),
    ("Asia/Kathmandu", "2026-04-01T00:00"),
    ("Pacific/Chatham", "2026-04-04T14:00"),
    ("Pacific/Chatham", "2025-09-27T14:00"),
    ("America/Sao_Paulo", "2018-11-04T03:00"),
    ("America/Sao_Paulo", "2018-02-18T02:00"),
    ("Africa/Cairo", "2025-04-24T22:00"),
    ("Africa/Cairo", "2025-10-30T21:00"),
    ("America/Havana", "2025-11-02T05:00"),
    ("Asia/Pyongyang", "2018-05-04T15:00"),
    ("Pacific/Apia", "2011-12-30T10:00"),
]


def at(text: str) -> datetime:
    return datetime.fromisoformat(text).replace(tzinfo=UTC)


async def check(village: Village, now: datetime, sent: list[datetime], period: Period) -> None:
    """Hold the messages of a span, of the one before and of each day to what was sent."""
    village.clock.now = now
    publish = Publish(village.database, Inline(), village.clock)
    report, zone = await publish.clan_report(village.clan, period), village.clan.zone
    span, earlier = report.span, report.span.before(village.clan.zone)
    assert report.totals.messages == sum(instant in span for instant in sent)
    assert report.roster.members[0].messages(period) == report.totals.messages
    assert (report.before.messages or 0) == sum(instant in earlier for instant in sent)
    assert report.before.writers == any(instant in earlier for instant in sent)
    assert sum(map(sum, report.heatmap)) == report.totals.messages
    by_day = Counter(day_of(instant, zone) for instant in sent if instant < span.end)
    if period is Period.DAY:
        by_hour: Counter[tuple[date, int | None]] = Counter(
            _hour(instant, zone) for instant in sent if instant in span
        )
        shown: Counter[tuple[date, int | None]] = Counter()
        for line in report.trend:
            shown[line.day, line.hour] += line.messages or 0
        assert all(shown[key] == by_hour[key] for key in [*shown][1:])
        return
    told = {line.day: line.messages for line in report.trend if line.day >= min(by_day)}
    assert told == {day: by_day[day] for day in told}


def _hour(instant: datetime, zone: ZoneInfo) -> tuple[date, int]:
    local = instant.astimezone(zone)
    return local.date(), local.hour


@pytest.mark.parametrize(("zone", "change"), CHANGES)
async def test_the_messages_of_a_span_are_those_that_were_sent_in_it(
    village: Village, zone: str, change: str
) -> None:
    turn, chance = at(change), Random(change)  # noqa: S311 - made-up times
    village.clock.now = turn + timedelta(days=40)
    await village.changed(zone=zone, listened_at=village.clock.now)
    await village.settled({1: "Ann"}, joined_at=turn - timedelta(days=300))
    await village.linked(1, 11)
    minutes = {chance.randrange(-22_000, 12_000) for _ in range(100)}
    edges = {day * 1440 + each for day in (-14, -7, 0) for each in range(-90, 91, 10)}
    sent = sorted(turn + timedelta(minutes=each) for each in minutes | edges)
    await village.wrote(11, *sent)
    for later in (*range(-40, 130, 34), 3 * 1440 + 20, *range(7 * 1440 - 65, 7 * 1440 + 70, 27)):
        for period in (Period.DAY, Period.WEEK):
            await check(village, turn + timedelta(minutes=later), sent, period)


async def test_a_clock_that_moved_by_half_an_hour_counts_the_same_messages(
    village: Village,
) -> None:
    """Five messages at the start of the seven days were two, for the hour began before the span."""
    now = at("2025-04-08T03:20")
    village.clock.now = now
    await village.changed(zone="Australia/Lord_Howe", listened_at=now)
    await village.settled({1: "Ann"}, joined_at=now - timedelta(days=300))
    await village.linked(1, 11)
    first = now - timedelta(days=7) + timedelta(minutes=12)
    await village.wrote(11, *(first + timedelta(minutes=5 * number) for number in range(5)))
    publish = Publish(village.database, Inline(), village.clock)
    report = await publish.clan_report(village.clan, Period.WEEK)
    assert report.totals.messages == 5
    assert report.roster.members[0].messages(Period.WEEK) == 5

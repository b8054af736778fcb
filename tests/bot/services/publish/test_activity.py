"""Activity, worked out a second, slow way from each message and each look, comes to the same."""

from collections import Counter
from collections.abc import Awaitable, Callable, Iterable, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from itertools import pairwise
from random import Random

import pytest

from bot.clan.attendance import Turnout
from bot.clan.event_times import PersonHours, event_times
from bot.clan.metrics import MetricKind
from bot.clan.observing import MetricReading
from bot.clan.spans import Period
from bot.reports.activity_report import ActivityReport
from bot.reports.worker import Inline
from bot.services.chat import ChannelInfo, Intake
from bot.services.game import store_readings
from bot.services.people import IdentityCache
from bot.services.publish import Activities
from storage import presence, privacy
from tests.bot.services.talk import heard
from tests.bot.services.village import Village
from tests.storage.rows import DAY, HOUR, NOW

MEMBERS, STRANGERS = range(1, 19), (901, 902)
ALT, MAIN, UNLINKED = 2, 1, (17, 18)
CHANNELS = (
    ChannelInfo(100, "general", "text"),
    ChannelInfo(101, "raid on sunday", "thread", parent_id=100),
    *(ChannelInfo(200 + number, f"room {number}", "text") for number in range(7)),
)
EVENT = NOW.replace(hour=18, minute=30) - 3 * DAY
Sent = tuple[int, datetime, int]


@dataclass
class Told:
    """All that happened: (user, when, channel), looks of each player, minutes in voice."""

    sent: list[Sent] = field(default_factory=list)
    looks: dict[int, list[tuple[datetime, int, int]]] = field(default_factory=dict)
    voice: dict[datetime, int] = field(default_factory=dict)


def user_of(player_id: int) -> int:
    """Return whose account it is: the alt is that of the main account."""
    return 500 + (MAIN if player_id == ALT else player_id)


@pytest.fixture
async def told(village: Village) -> Told:
    """Return what happened over half a year in a clan whose clock went back an hour meanwhile."""
    await village.changed(zone="Europe/Amsterdam", keeps_presence=True)
    await village.settled({who: f"Player {who}" for who in MEMBERS})
    chance, found = Random(14), Told()  # noqa: S311 - made-up numbers
    linked = [who for who in MEMBERS if who not in UNLINKED]
    users = [*sorted({user_of(who) for who in linked}), *STRANGERS]
    for number, user in enumerate(users):
        # Whoever comes later in the list writes less, and the last ones only long ago.
        for _ in range(240 // (number + 1) + 3):
            ago = chance.uniform(45, 170) if number % 5 == 4 else chance.uniform(0, 170)
            at = (NOW - ago * DAY).replace(microsecond=0)
            place = chance.choice(CHANNELS[:-1])
            found.sent.append((user, at, place.discord_channel_id))
    for number in range(25):
        at = NOW - (50 + number / 2) * DAY
        found.sent.append((users[0], at, CHANNELS[-1].discord_channel_id))
    for minute in (-100, -20, 5, 40, 80, 130):
        found.sent += [
            (user, EVENT + timedelta(minutes=minute), 100) for user in users[: minute % 7]
        ]
    places = {each.discord_channel_id: each for each in CHANNELS}
    said = [
        heard(number, user, at, places[channel])
        for number, (user, at, channel) in enumerate(found.sent, 1)
    ]
    await Intake(village.database, village.known_clans, village.clock).store(village.clan, said)
    for who in linked:
        await village.linked(who, user_of(who), is_main=who == MAIN)
    found.looks = {who: looks_of(who, chance) for who in MEMBERS}
    quarters = sorted({chance.randrange(4 * 24 * 80) for _ in range(900)})
    found.voice = {_quarter(each): chance.randrange(60, 5_000) for each in quarters}
    async with village.database.writing() as connection:
        await store_readings(
            connection,
            {
                who: [
                    MetricReading(
                        at,
                        {
                            MetricKind.SKILL: {"overall": xp},
                            MetricKind.BOSS: {"zulrah": kills},
                            MetricKind.COMPUTED: {"ehp": 1.0, "ehb": 1.0},
                        },
                    )
                    for at, xp, kills in looks
                ]
                for who, looks in found.looks.items()
            },
        )
        await presence.add_voice(connection, {village.clan.clan_id: {_quarter(4 * 24 * 100): 0}})
        await presence.add_voice(connection, {village.clan.clan_id: found.voice})
    return found


def _quarter(number: int) -> datetime:
    return NOW - number * timedelta(minutes=15)


def looks_of(who: int, chance: Random) -> list[tuple[datetime, int, int]]:
    """Return when somebody was looked at; some of them play no more, and one was never seen."""
    at, xp, kills, found = NOW - 100 * DAY, 10_000, 50, []
    while at < NOW and who != MEMBERS[-1]:
        found.append((at, xp, kills))
        at += timedelta(hours=chance.choice((1, 2, 3, 20, 30, 40)), minutes=chance.randrange(60))
        if who % 6:
            xp += chance.choice((0, 0, 900))
            kills += chance.choice((0, 0, 0, 4))
    return found


@pytest.fixture
async def made(village: Village, told: Told) -> Callable[..., Awaitable[ActivityReport]]:
    assert told.sent
    cache = IdentityCache(village.clock)
    activities = Activities(village.database, Inline(), village.clock, cache)

    async def report(period: Period) -> ActivityReport:
        return await activities.report(village.clan, period, 2, EVENT)

    return report


def span_of(days: int, *, before: bool = False) -> tuple[datetime, datetime]:
    """Return so many times 24 hours that end with the hour that runs, or those before them."""
    end = NOW.replace(minute=0, second=0) + HOUR - (days * DAY if before else 0 * DAY)
    return end - days * DAY, end


def within(told: Iterable[Sent], span: tuple[datetime, datetime]) -> list[Sent]:
    return [each for each in told if span[0] <= each[1] < span[1]]


def played(looks: Sequence[tuple[datetime, int, int]], span: tuple[datetime, datetime]) -> bool:
    """Return whether anything rose from the last look before a span to the last one in it.

    A look that is much older than the span says nothing of it.
    """
    oldest = span[0] - max(DAY, (span[1] - span[0]) / 7)
    before = [each for each in looks if each[0] <= span[0]]
    upto = [each for each in looks if each[0] < span[1]]
    return bool(before) and before[-1][0] >= oldest and upto[-1][1:] != before[-1][1:]


@pytest.mark.parametrize("period", [Period.WEEK, Period.MONTH])
async def test_totals_are_those_of_the_slow_way(
    told: Told, made: Callable[..., Awaitable[ActivityReport]], period: Period
) -> None:
    report = await made(period)
    expected = {}
    own = {user_of(who) for who in MEMBERS if who not in UNLINKED}
    for side in (False, True):
        span = span_of(period.value, before=side)
        sent = within(told.sent, span)
        seconds = sum(each for at, each in told.voice.items() if span[0] <= at < span[1])
        expected[side] = (
            len(sent),
            len({user for user, _, _ in sent} & own),
            sum(played(looks, span) for looks in told.looks.values()),
            seconds / 3_600,
        )
    assert tuple(row.now for row in report.totals) == pytest.approx(expected[False])
    assert tuple(row.before for row in report.totals) == pytest.approx(expected[True])
    assert expected[False][2] < len(MEMBERS) - 1, "somebody was looked at and did nothing"


@pytest.mark.parametrize("period", [Period.WEEK, Period.MONTH])
async def test_channels_are_those_of_the_slow_way(
    told: Told, made: Callable[..., Awaitable[ActivityReport]], period: Period
) -> None:
    report = await made(period)
    counts = {}
    for side in (False, True):
        sent = within(told.sent, span_of(period.value, before=side))
        counts[side] = Counter(100 if channel == 101 else channel for _, _, channel in sent)
    names = {each.discord_channel_id: each.name for each in CHANNELS}
    ranked = sorted(counts[False], key=lambda each: (-counts[False][each], names[each]))
    assert [(each.discord_id, each.messages, each.before) for each in report.busiest] == [
        (each, counts[False][each], counts[True][each]) for each in ranked[:5]
    ]
    quiet = {
        each for each, was in counts[True].items() if was >= 20 and 4 * counts[False][each] <= was
    }
    assert {each.discord_id for each in report.quiet or ()} == quiet
    assert bool(quiet) is (period is Period.MONTH)


@pytest.mark.parametrize("period", [Period.WEEK, Period.MONTH])
async def test_hours_of_the_week_are_those_of_the_slow_way(
    village: Village, told: Told, made: Callable[..., Awaitable[ActivityReport]], period: Period
) -> None:
    report = await made(period)
    span, zone = span_of(period.value), village.clan.zone

    def slot(at: datetime) -> tuple[int, int]:
        return at.astimezone(zone).weekday(), at.astimezone(zone).hour

    chat = Counter(slot(at) for _, at, _ in within(told.sent, span))
    voice: Counter[tuple[int, int]] = Counter()
    for at, seconds in told.voice.items():
        if span[0] <= at < span[1]:
            voice[slot(at)] += seconds
    game: Counter[tuple[int, int]] = Counter()
    looked = set()
    for looks in told.looks.values():
        for one, other in pairwise(looks):
            middle = one[0] + (other[0] - one[0]) / 2
            if other[0] - one[0] <= timedelta(hours=3) and middle >= span[0]:
                looked.add(slot(middle))
                game[slot(middle)] += other[1:] != one[1:]
    shown = {panel.title: panel.week for panel in report.panels}
    for weekday in range(7):
        for hour in range(24):
            slot_of = weekday, hour
            # Of a week the hour that begins right now was not seen before.
            is_new = period is Period.WEEK and slot_of == slot(NOW)
            assert shown["Chat"][weekday][hour] == (None if is_new else chat[slot_of])
            assert shown["Game"][weekday][hour] == (game[slot_of] if slot_of in looked else None)
            assert shown["Voice"][weekday][hour] == (None if is_new else voice[slot_of] // 60)


async def test_an_event_s_turnout_is_that_of_the_slow_way(
    village: Village, told: Told, made: Callable[..., Awaitable[ActivityReport]]
) -> None:
    event = (await made(Period.MONTH)).event
    assert event is not None
    start = EVENT.replace(minute=0)
    before, during, after = (slow_turnout(told, start + moved * HOUR) for moved in (-2, 0, 2))
    local = start.astimezone(village.clan.zone)
    usual = [
        slow_turnout(told, (local - timedelta(weeks=weeks)).astimezone(UTC))
        for weeks in range(1, 5)
    ]
    assert event.during.messages
    assert event.during.people != event.during.messages
    assert (event.before, event.during, event.after) == (before, during, after)
    sides = zip(*usual, strict=True)
    assert tuple(event.usual) == pytest.approx([sum(side) / 4 for side in sides])


async def test_the_best_times_are_those_of_everybodys_own_hours(
    village: Village, told: Told, made: Callable[..., Awaitable[ActivityReport]]
) -> None:
    """Of each person in how many different hours of the clock they wrote or gained, by the slot."""
    report, zone = await made(Period.MONTH), village.clan.zone
    start, end = span_of(30)
    hours: dict[str, list[set[datetime]]] = {}

    def there(name: str, side: int, at: datetime) -> None:
        local = at.astimezone(zone).replace(minute=0, second=0, microsecond=0)
        hours.setdefault(name, [set(), set(), set()])[side].add(local)

    for user, at, _ in within(told.sent, (start, end)):
        there(f"User {user}" if user in STRANGERS else f"Player {user - 500}", 0, at)
    for who, looks in told.looks.items():
        for one, other in pairwise(looks):
            middle = one[0] + (other[0] - one[0]) / 2
            is_near = other[0] - one[0] <= timedelta(hours=3) and middle >= start
            if is_near and other[1:] != one[1:]:
                owner = user_of(who) - 500
                there(f"Player {owner}", 2 if who == ALT else 1, middle)
    people = []
    for name, sides in hours.items():
        slots: Counter[int] = Counter()
        for side in sides:
            slots |= Counter(24 * each.weekday() + each.hour for each in side)
        people.append(PersonHours(name, slots))
    expected = event_times(people, round((end - start) / timedelta(weeks=1)), 2)
    assert [(each.hour, each.suited, each.missed) for each in report.times] == [
        (each.hour, each.suited, each.missed) for each in expected
    ]
    assert [each.around for each in report.times] == pytest.approx(
        [each.around for each in expected]
    )
    assert report.people == sum(each.is_known for each in people)


async def test_who_opted_out_is_in_no_turnout(
    village: Village, told: Told, made: Callable[..., Awaitable[ActivityReport]]
) -> None:
    start = EVENT.replace(minute=0)
    gone = next(user for user, at, _ in told.sent if start <= at < start + 2 * HOUR)
    async with village.database.writing() as connection:
        await privacy.opt_out(connection, village.clan.clan_id, gone, NOW)
    event = (await made(Period.MONTH)).event
    assert event is not None
    assert event.during == slow_turnout(told, start, gone)
    assert event.during != slow_turnout(told, start)


def slow_turnout(told: Told, start: datetime, gone: int | None = None) -> Turnout:
    """Return who was there in two hours: an account of a person counts as the person."""
    span = start, start + 2 * HOUR
    sent = [each for each in within(told.sent, span) if each[0] != gone]
    seconds = sum(each for at, each in told.voice.items() if span[0] <= at < span[1])
    return Turnout(len(sent), len({user for user, _, _ in sent}), seconds / 60)


async def test_a_year_says_since_when_the_hours_of_the_game_are(
    made: Callable[..., Awaitable[ActivityReport]],
) -> None:
    report = await made(Period.YEAR)
    game = next(panel for panel in report.panels if panel.title == "Game")
    assert game.note.startswith("since 22 Aug 2026; ")
    assert "; the hour is known of " in game.note

"""Every member's both sides, with numbers known beforehand; unknown is never zero."""

import shutil
from datetime import UTC, datetime, timedelta
from pathlib import Path
from tempfile import TemporaryDirectory
from zoneinfo import ZoneInfo

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from bot.clan.gains import UNKNOWN
from bot.clan.spans import WINDOWS, Period, last
from bot.clan.standings import Chat, Link, Member, MessageCounts, Roster
from bot.services.setup import Clans
from bot.services.view import WEEKS, Detail, ViewQuery, gains_of, read_view, roster_of
from tests.bot.demo.conftest import Clock
from tests.bot.services.village import Village, counted
from tests.storage.rows import DAY, HOUR, NOW, opened

MS = timedelta(milliseconds=1)


async def read(village: Village, *periods: Period, weekly: bool = False) -> Roster:
    asked = periods or WINDOWS
    query = ViewQuery(
        village.clock.now,
        frozenset(asked),
        Detail.WEEKS if weekly else Detail.NONE,
        counted=asked[0] if len(asked) == 1 else None,
    )
    async with village.database.reading() as connection:
        return roster_of(await read_view(connection, village.clan, query), asked)


async def test_a_view_of_the_game_alone_has_the_same_gains_and_asks_nothing_of_chat(
    village: Village,
) -> None:
    await village.settled({1: "One"})
    await village.wrote(5, NOW - DAY)
    for days, xp in [(80, 1_000), (20, 5_000), (1, 7_000)]:
        await village.seen(1, NOW - days * DAY, xp, zulrah=xp // 100)
    month = frozenset({Period.MONTH})
    async with village.database.reading() as connection:
        alone = await read_view(connection, village.clan, ViewQuery(NOW, game_windows=month))
        both = await read_view(connection, village.clan, ViewQuery(NOW, month))
    assert gains_of(alone, Period.MONTH) == gains_of(both, Period.MONTH)
    assert (alone.chat.wrote, alone.events, alone.members) == ({}, (), both.members)


async def read_one(village: Village, *periods: Period) -> Member:
    return (await read(village, *periods)).by_player()[1]


async def test_gains_of_each_window_are_exact(village: Village) -> None:
    await village.settled({1: "One"})
    for days, xp, kills in [(400, 100, 10), (80, 1_000, 20), (20, 5_000, 25), (1, 7_000, 28)]:
        await village.seen(1, NOW - days * DAY, xp, zulrah=kills)
    member = await read_one(village)
    assert {period: (gains.xp, gains.kills) for period, gains in member.game.items()} == {
        Period.WEEK: (2_000, 3),
        Period.MONTH: (6_000, 8),
        Period.QUARTER: (6_900, 18),
        Period.YEAR: (6_900, 18),
    }
    week = member.gains(Period.WEEK)
    assert (week.since, week.partial, week.thin) == (NOW - 20 * DAY, False, True)
    assert week.ehp == pytest.approx(0.02)
    assert (member.total_xp, member.total_kills, member.total_ehp) == (7_000, 28, 0.07)


async def test_somebody_seen_only_inside_the_window_is_partial(village: Village) -> None:
    await village.settled({1: "One"})
    await village.seen(1, NOW - 3 * DAY, 100)
    await village.seen(1, NOW - 1 * DAY, 150)
    gains = (await read_one(village)).gains(Period.WEEK)
    assert (gains.xp, gains.partial, gains.since) == (50, True, NOW - 3 * DAY)


@pytest.mark.parametrize(("after_start", "gained"), [(-MS, 30), (timedelta(), 30), (MS, 130)])
async def test_the_baseline_is_what_was_seen_at_or_before_the_start(
    village: Village, after_start: timedelta, gained: int
) -> None:
    await village.settled({1: "One"})
    start = last(Period.WEEK, NOW, village.clan.zone).start
    await village.seen(1, start - 9 * DAY, 100)
    await village.seen(1, start + after_start, 200)
    await village.seen(1, NOW, 230)
    assert (await read_one(village, Period.WEEK)).gains(Period.WEEK).xp == gained


async def test_what_was_seen_after_now_is_not_known_yet(village: Village) -> None:
    await village.settled({1: "One"})
    await village.seen(1, NOW - 9 * DAY, 100)
    await village.seen(1, NOW - DAY, 150)
    await village.seen(1, NOW + DAY, 999)
    member = await read_one(village)
    assert (member.gains(Period.WEEK).xp, member.total_xp) == (50, 150)


async def test_who_was_never_seen_is_unknown_and_not_zero(village: Village) -> None:
    await village.settled({1: "One"})
    member = await read_one(village)
    assert set(member.game.values()) == {UNKNOWN}
    assert (member.total_xp, member.total_kills, member.total_ehp) == (None, None, None)
    assert (member.chat, member.total_messages, member.person) == (None, None, None)
    assert (member.wrote_at, member.link, member.weekly_messages) == (None, Link.NONE, ())


async def test_without_an_observation_in_the_window_its_gain_is_unknown(
    village: Village,
) -> None:
    await village.settled({1: "One"})
    await village.seen(1, NOW - 60 * DAY, 100)
    await village.seen(1, NOW - 20 * DAY, 300)
    member = await read_one(village)
    assert member.gains(Period.WEEK) == UNKNOWN
    assert member.gains(Period.MONTH).xp == 200
    assert member.total_xp == 300


async def test_unranked_totals_are_unknown(village: Village) -> None:
    await village.settled({1: "One"})
    await village.seen(1, NOW - 9 * DAY, -1, zulrah=5)
    await village.seen(1, NOW - DAY, -1, zulrah=8)
    member = await read_one(village)
    assert (member.total_xp, member.total_ehp, member.total_kills) == (None, None, 8)
    assert (member.gains(Period.WEEK).xp, member.gains(Period.WEEK).kills) == (None, 3)


async def test_a_linked_user_who_never_wrote_is_known_to_be_silent(village: Village) -> None:
    await village.settled({1: "One"})
    await village.called(7, "Somebody")
    await village.linked(1, 7)
    member = await read_one(village)
    assert member.messages(Period.WEEK) == 0
    assert (member.total_messages, member.link) == (0, Link.CONFIRMED)


async def test_messages_of_each_window_and_of_each_week(village: Village) -> None:
    await village.settled({1: "One", 2: "Two"})
    await village.linked(1, 7)
    await village.wrote(7, *[NOW - days * DAY for days in (0, 1, 10, 40, 88, 200)])
    members = (await read(village, weekly=True)).by_player()
    assert [members[1].messages(period) for period in WINDOWS[:3]] == [2, 3, 5]
    assert (members[1].total_messages, members[1].link) == (6, Link.CONFIRMED)
    assert members[1].wrote_at == NOW
    assert len(members[1].weekly_messages) == WEEKS
    assert members[1].weekly_messages[-2:] == (1, 2)
    assert sum(members[1].weekly_messages) == 5
    assert members[2].chat is None
    year = await read_one(village, Period.YEAR)
    assert year.messages(Period.YEAR) == 6


async def test_a_person_s_messages_stand_once_with_the_main_account(village: Village) -> None:
    await village.settled({1: "Alt", 2: "Main"})
    await village.linked(1, 7)
    await village.linked(2, 7, is_main=True)
    await village.wrote(7, NOW, NOW - DAY)
    await village.wrote(8, NOW)
    roster = await read(village)
    members = roster.by_player()
    assert (members[2].messages(Period.WEEK), members[2].alt_of) == (2, None)
    assert (members[1].chat, members[1].total_messages) == (None, None)
    assert (members[1].alt_of, members[1].is_alt) == ("Main", True)
    assert members[1].accounts == members[2].accounts == ("Main", "Alt")
    assert members[1].person == members[2].person == "User 7"
    assert roster.heard[Period.WEEK] == MessageCounts(discord=3, discord_attributed=2)


async def test_one_span_counts_questions_answers_and_active_days_too(village: Village) -> None:
    await village.settled({1: "One"})
    await village.linked(1, 7)
    await village.wrote(8, NOW - 2 * DAY, asks=True)
    await village.wrote(7, NOW - 2 * DAY + timedelta(minutes=1), NOW - 2 * DAY + 2 * HOUR)
    await village.wrote(7, NOW - DAY, asks=True)
    chat = (await read_one(village, Period.WEEK)).chat
    assert chat == {Period.WEEK: Chat(messages=3, questions=1, answers=1, active_days=2)}


@pytest.mark.parametrize(
    ("zone", "now"),
    [
        ("Europe/London", datetime(2026, 10, 26, 9, 20, tzinfo=UTC)),
        ("Europe/London", datetime(2026, 3, 30, 9, 20, tzinfo=UTC)),
        ("Asia/Kolkata", datetime(2026, 11, 20, 9, 20, tzinfo=UTC)),
        ("UTC", NOW),
    ],
)
async def test_windows_begin_and_end_with_an_hour_of_the_clans_clock(
    village: Village, zone: str, now: datetime
) -> None:
    await village.settled({1: "One"})
    await village.linked(1, 7)
    village.clock.now = now
    clan = await village.changed(zone=zone)
    span = last(Period.WEEK, now, clan.zone)
    assert span.length == 7 * DAY
    assert span.end.astimezone(clan.zone).minute == 0
    await village.wrote(7, span.start - MS, span.start, span.end - MS, span.end)
    assert (await read_one(village, Period.WEEK)).messages(Period.WEEK) == 2
    assert (await read_one(village)).messages(Period.WEEK) == 2


async def test_one_clan_never_shows_what_another_wrote_or_who_is_in_it(village: Village) -> None:
    other = await village.known_clans.found(2, "Other")
    await village.settled({1: "One"})
    await village.linked(1, 7)
    elsewhere = Village(village.database, village.known_clans, village.clock, other)
    elsewhere.numbers = village.numbers
    await elsewhere.settled({1: "One", 2: "Two"})
    await elsewhere.wrote(7, NOW)
    roster = await read(village)
    assert [member.player_id for member in roster.members] == [1]
    assert roster.members[0].messages(Period.WEEK) == 0
    assert (await read(elsewhere)).by_player()[1].chat is None


async def test_who_left_is_not_in_the_roster(village: Village) -> None:
    await village.settled({1: "One"})
    await village.settled({2: "Two"}, left_at=NOW - DAY)
    assert [member.player_id for member in (await read(village)).members] == [1]


async def test_the_number_of_statements_does_not_depend_on_the_number_of_members(
    village: Village,
) -> None:
    sent = []
    for size in (5, 50):
        await village.settled({who: f"Name {who}" for who in range(1, size + 1)})
        for who in range(1, size + 1):
            await village.linked(who, 100 + who)
            await village.wrote(100 + who, NOW)
            await village.seen(who, NOW - (60 - size) * HOUR, 100 * size)
        with counted(village.database) as statements:
            assert len((await read(village, weekly=True)).members) == size
        sent.append(len(statements))
    assert sent[0] == sent[1] < 30


ZONES = ["Europe/London", "Asia/Kolkata", "America/New_York", "UTC"]
AROUND_THE_CHANGE = datetime(2026, 10, 26, 3, 40, tzinfo=UTC)


@settings(
    deadline=None, max_examples=15, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
@given(
    st.sampled_from(ZONES),
    st.integers(0, 2_000),
    st.lists(st.integers(0, 34 * 24 * 60), min_size=1, max_size=40),
)
async def test_days_and_edges_together_count_exactly_the_messages_of_a_span(
    template: Path, zone: str, minutes: int, ages: list[int]
) -> None:
    now = AROUND_THE_CHANGE + timedelta(minutes=minutes)
    written = [now - timedelta(minutes=age) for age in ages]
    with TemporaryDirectory() as folder:
        path = Path(shutil.copy(template, folder))
        async with opened(path) as database:
            clock = Clock(now)
            known_clans = Clans(database, clock)
            village = Village(database, known_clans, clock, await known_clans.found(1, "One"))
            await village.changed(zone=zone)
            await village.settled({1: "One"})
            await village.linked(1, 7)
            await village.wrote(7, *written)
            periods = (Period.DAY, Period.WEEK, Period.MONTH)
            member = await read_one(village, *periods)
            for period in periods:
                span = last(period, now, ZoneInfo(zone))
                alone = await read_one(village, period)
                inside = sum(at in span for at in written)
                assert member.messages(period) == alone.messages(period) == inside

"""Leave on the clan's calendar: set, joined, ended, and asked about when somebody was seen."""

from datetime import date, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest

from bot.clan.leave import ASKED_AGAIN_AFTER, Leave
from bot.services.people import Leaves, ListedLeave, Whom
from bot.services.setup import Clan
from storage.engine import Database
from storage.links import StoredState
from tests.bot.demo.conftest import Clock
from tests.bot.services.village import OFFICER, Village
from tests.storage.rows import DAY, HOUR, NOW

ME = Whom(user_id=77)
TODAY = NOW.date()


@pytest.fixture
def leaves(database: Database, clock: Clock) -> Leaves:
    return Leaves(database, clock)


async def go(leaves: Leaves, clan: Clan, *days: str, whom: Whom = ME) -> Leave:
    return await leaves.go(clan, whom, (days[0], days[1]), reason="holiday", by=OFFICER)


async def current(leaves: Leaves, clan: Clan) -> ListedLeave:
    (found,) = (await leaves.listed(clan)).current
    return found


async def test_a_leave_that_touches_a_standing_one_becomes_one_with_it(
    leaves: Leaves, clan: Clan, clock: Clock
) -> None:
    await go(leaves, clan, "today", "in 9 days")
    await go(leaves, clan, "in 20 days", "in 25 days")
    clock.forward(3 * DAY)
    joined = await go(leaves, clan, "today", "in 18 days")
    assert (joined.from_on, joined.until_on) == (TODAY, TODAY + 21 * DAY)
    listed = await leaves.listed(clan)
    assert [each.leave.until_on for each in listed.current] == [TODAY + 21 * DAY]
    assert listed.coming == ()


async def test_a_leave_apart_from_the_standing_one_is_another(leaves: Leaves, clan: Clan) -> None:
    await go(leaves, clan, "today", "in 2 days")
    await go(leaves, clan, "in 9 days", "in 12 days")
    listed = await leaves.listed(clan)
    assert (len(listed.current), len(listed.coming)) == (1, 1)


async def test_a_reason_that_is_not_said_again_stays(leaves: Leaves, clan: Clan) -> None:
    await go(leaves, clan, "today", "in 2 days")
    await leaves.go(clan, ME, ("today", "in 9 days"), reason=None, by=77)
    assert (await current(leaves, clan)).reason == "holiday"


async def test_days_are_those_of_the_clans_clock_even_when_it_changes(
    leaves: Leaves, village: Village, clock: Clock
) -> None:
    clan = await village.changed(zone="America/New_York")
    night = ZoneInfo("America/New_York")
    clock.now = datetime(2026, 10, 31, 23, 30, tzinfo=night)  # clocks go back on 1 November
    leave = await go(leaves, clan, "today", "tomorrow")
    assert (leave.from_on, leave.until_on) == (date(2026, 10, 31), date(2026, 11, 1))
    away = []
    for hour in (0.25, 24.4, 24.6, 25.6):  # the day of the change has 25 hours
        clock.now = datetime(2026, 10, 31, 23, 30, tzinfo=night).astimezone(
            ZoneInfo("UTC")
        ) + timedelta(hours=hour)
        away.append(77 in (await leaves.away_today(clan)).users)
    assert away == [True, True, True, False]


async def test_coming_back_on_the_first_day_leaves_no_leave(leaves: Leaves, clan: Clan) -> None:
    await go(leaves, clan, "today", "in 2 days")
    assert await leaves.come_back(clan, ME) is not None
    listed = await leaves.listed(clan)
    assert (listed.current, listed.coming, listed.past) == ((), (), ())
    assert await leaves.come_back(clan, ME) is None


async def test_what_is_over_can_be_neither_ended_nor_made_longer(
    leaves: Leaves, clan: Clan, clock: Clock
) -> None:
    await go(leaves, clan, "today", "in 2 days")
    number = (await current(leaves, clan)).absence_id
    clock.forward(DAY)
    longer = await leaves.extend(clan, number, "1 week", OFFICER)
    assert longer is not None
    assert longer.until_on == TODAY + 9 * DAY
    assert await leaves.end(clan, number) is not None
    assert await leaves.end(clan, number) is None
    assert await leaves.extend(clan, number, "1 week", OFFICER) is None


async def test_a_leave_that_is_made_longer_takes_in_the_next_one(
    leaves: Leaves, clan: Clan, clock: Clock
) -> None:
    await go(leaves, clan, "today", "in 2 days")
    await go(leaves, clan, "in 6 days", "in 12 days")
    await go(leaves, clan, "in 30 days", "in 31 days")
    number = (await current(leaves, clan)).absence_id
    longer = await leaves.extend(clan, number, "1 week", OFFICER)
    assert longer is not None
    assert (longer.from_on, longer.until_on) == (TODAY, TODAY + 12 * DAY)
    assert (await current(leaves, clan)).leave.until_on == TODAY + 12 * DAY
    assert len((await leaves.listed(clan)).coming) == 1
    clock.forward(7 * DAY)
    assert await leaves.come_back(clan, ME) is not None
    assert (await leaves.away_today(clan)).users == {}


async def test_nobody_of_another_clan_is_touched(
    leaves: Leaves, clan: Clan, village: Village
) -> None:
    other = await village.known_clans.found(2, "Others")
    await go(leaves, clan, "today", "in 2 days")
    number = (await current(leaves, clan)).absence_id
    assert await leaves.end(other, number) is None
    assert await leaves.extend(other, number, "1 week", 1) is None
    assert (await leaves.away_today(other)).users == {}


async def test_a_message_on_a_later_day_of_leave_is_a_sign_and_asked_about_weekly(
    leaves: Leaves, village: Village, clock: Clock
) -> None:
    clan = village.clan
    await go(leaves, clan, "today", "in 40 days")
    await village.wrote(77, NOW + HOUR)
    clock.forward(2 * DAY)
    assert await leaves.question(clan, 77) is None
    (message,) = await village.wrote(77, clock.now)
    found = await leaves.question(clan, 77)
    assert found is not None
    assert found.sign_at == message.sent_at
    await leaves.asked(clan, found.absence_id)
    await village.wrote(77, clock.now + 3 * DAY)
    clock.forward(4 * DAY)
    assert await leaves.question(clan, 77) is None
    clock.forward(ASKED_AGAIN_AFTER)
    await village.wrote(77, clock.now)
    assert await leaves.question(clan, 77) is not None


async def test_a_gain_between_two_looks_of_the_leave_is_a_sign(
    leaves: Leaves, village: Village, clock: Clock
) -> None:
    clan = village.clan
    await village.settled({1: "Mossy Fox", 2: "Pure Gnome"})
    await village.linked(1, 77)
    for player_id in (1, 2):
        await village.seen(player_id, NOW - DAY, 1000)
    await go(leaves, clan, "today", "in 40 days")
    await go(leaves, clan, "today", "in 40 days", whom=Whom(player_id=2))
    await village.seen(1, NOW + 2 * DAY, 2000)  # may have been gained before
    clock.forward(5 * DAY)
    assert [each.sign_at for each in (await leaves.listed(clan)).current] == [None, None]
    for player_id in (1, 2):
        await village.seen(player_id, NOW + 3 * DAY, 3000)
    await village.seen(2, NOW + 4 * DAY, 4000)
    found = {each.player: each.sign_at for each in (await leaves.listed(clan)).current}
    assert found == {None: NOW + 3 * DAY, "Pure Gnome": NOW + 4 * DAY}


async def test_the_leave_of_a_confirmed_player_is_its_persons(
    leaves: Leaves, village: Village
) -> None:
    await village.settled({1: "Mossy Fox", 2: "Pure Gnome", 3: "Old Whale"})
    await village.linked(1, 77)
    await village.linked(2, 88, state=StoredState.CLAIMED)
    found = [await leaves.whom(village.clan, each) for each in ("mossy_fox", "PURE GNOME", "who")]
    assert found == [Whom(user_id=77), Whom(player_id=2), None]


async def test_who_is_linked_after_officers_set_a_leave_can_come_back_from_it(
    leaves: Leaves, village: Village
) -> None:
    clan = village.clan
    await village.settled({1: "Mossy Fox", 2: "Pure Gnome"})
    for player_id in (1, 2):
        await go(leaves, clan, "today", "in 9 days", whom=Whom(player_id=player_id))
    await village.linked(1, 77)
    await village.linked(2, 88, state=StoredState.CLAIMED)
    assert await leaves.come_back(clan, Whom(user_id=88)) is None
    assert await leaves.come_back(clan, ME) is not None
    assert await leaves.come_back(clan, ME) is None
    assert (await leaves.away_today(clan)).players.keys() == {2}


async def test_who_says_anew_how_long_takes_over_the_leave_that_officers_set(
    leaves: Leaves, village: Village
) -> None:
    clan = village.clan
    await village.settled({1: "Mossy Fox"})
    await go(leaves, clan, "today", "in 9 days", whom=Whom(player_id=1))
    await village.linked(1, 77)
    await go(leaves, clan, "today", "tomorrow")
    away = await leaves.away_today(clan)
    assert away.users.keys() == {77}
    assert away.players == {}


async def test_whoever_is_back_today_calls_off_nothing_to_come(leaves: Leaves, clan: Clan) -> None:
    await go(leaves, clan, "in 9 days", "in 12 days")
    assert await leaves.come_back(clan, ME, only_today=True) is None
    assert len((await leaves.listed(clan)).coming) == 1

"""A person of several authors has one cap, one day a day, and answers nobody but others."""

from datetime import datetime

import pytest

from bot.clan.policy import DEFAULT_POLICY, STEADY_DAYS, changed
from bot.clan.profiles import Profile
from bot.clan.spans import Period
from bot.clan.standings import Member
from bot.services.chat import IncomingMessage, Intake
from bot.services.view import ViewQuery, profiles_of, read_view, roster_of, verdict_query
from tests.bot.services.talk import BRIDGE, MINUTE, heard, spoken
from tests.bot.services.village import Village
from tests.storage.rows import DAY, HOUR, NOW

ME, OTHER = 11, 12
CAP = 20
POLICY = changed(DEFAULT_POLICY, promotion={"hour_cap": CAP})


@pytest.fixture
async def double(village: Village) -> Village:
    """One person who writes on Discord and under two names in the clan chat, and another one."""
    await village.settled({1: "Mossy Fox", 2: "Alt Fox", 3: "Pure Gnome"})
    for player, user in ((1, ME), (2, ME), (3, OTHER)):
        await village.linked(player, user, is_main=player == 1)
    return village


async def said(village: Village, *lines: IncomingMessage) -> None:
    intake = Intake(village.database, village.known_clans, village.clock)
    await intake.store(village.clan, list(lines))


async def seen(village: Village) -> tuple[dict[str, Profile], dict[str, Member]]:
    query = verdict_query(POLICY, NOW) | ViewQuery(
        NOW, frozenset({Period.MONTH}), counted=Period.MONTH
    )
    async with village.database.reading() as connection:
        view = await read_view(connection, village.clan, query)
    profiles = {each.main.name: each for each in profiles_of(view, POLICY)}
    roster = roster_of(view, [Period.MONTH])
    return profiles, {each.name: each for each in roster.members}


def many(
    count: int, at: datetime, first: int, name: str = "", user: int = 0
) -> list[IncomingMessage]:
    return [
        spoken(first + number, name, at + number * MINUTE)
        if name
        else heard(first + number, user, at + number * MINUTE)
        for number in range(count)
    ]


async def test_an_hour_counts_once_up_to_the_cap_whoever_of_them_wrote(double: Village) -> None:
    hour = (NOW - 2 * DAY).replace(minute=0, second=0, microsecond=0)
    await said(
        double,
        *many(15, hour, 100, user=ME),
        *many(15, hour, 200, name="Mossy Fox"),
        *many(15, hour, 300, name="Alt Fox"),
        *many(5, hour + HOUR, 400, name="Alt Fox"),
        *many(30, hour, 500, user=OTHER),
    )
    profiles, members = await seen(double)
    window = profiles["Mossy Fox"].window(30)
    assert (window.messages, window.capped) == (50, CAP + 5)
    other = profiles["Pure Gnome"].window(30)
    assert (other.messages, other.capped) == (30, CAP)
    assert members["Mossy Fox"].messages(Period.MONTH) == 50


async def test_a_day_on_which_both_wrote_is_one_active_day_and_two_days_are_two(
    double: Village,
) -> None:
    await said(
        double,
        heard(1, ME, NOW - 3 * DAY),
        spoken(2, "Mossy Fox", NOW - 3 * DAY + MINUTE),
        spoken(3, "Alt Fox", NOW - 5 * DAY),
        heard(4, OTHER, NOW - 3 * DAY),
    )
    profiles, members = await seen(double)
    assert members["Mossy Fox"].chat is not None
    assert members["Mossy Fox"].chat[Period.MONTH].active_days == 2
    assert members["Pure Gnome"].chat is not None
    assert members["Pure Gnome"].chat[Period.MONTH].active_days == 1
    assert sum(week.chat_days or 0 for week in profiles["Mossy Fox"].weeks) == 2


async def test_nobody_answers_their_own_question_by_any_account(double: Village) -> None:
    asked = heard(1, ME, NOW - DAY, BRIDGE, asks=True)
    await said(
        double,
        asked,
        spoken(2, "Mossy Fox", NOW - DAY + MINUTE),
        spoken(3, "Alt Fox", NOW - 2 * DAY, asks=True),
        heard(4, ME, NOW - 2 * DAY + MINUTE, BRIDGE),
        heard(5, OTHER, NOW - 3 * DAY, BRIDGE, asks=True),
        spoken(6, "Alt Fox", NOW - 3 * DAY + MINUTE),
    )
    profiles, members = await seen(double)
    assert profiles["Mossy Fox"].window(STEADY_DAYS).answers == 1
    assert members["Mossy Fox"].chat is not None
    assert members["Mossy Fox"].chat[Period.MONTH].answers == 1


async def test_a_newcomer_who_only_answers_themself_was_answered_by_nobody(
    double: Village,
) -> None:
    fresh = {"joined_at": NOW - 3 * DAY}
    await double.settled({1: "Mossy Fox"}, **fresh)
    await said(
        double,
        heard(1, ME, NOW - DAY, BRIDGE),
        spoken(2, "Mossy Fox", NOW - DAY + MINUTE),
    )
    assert (await seen(double))[0]["Mossy Fox"].was_answered is False
    await said(double, heard(3, OTHER, NOW - DAY + 2 * MINUTE, BRIDGE))
    assert (await seen(double))[0]["Mossy Fox"].was_answered is True

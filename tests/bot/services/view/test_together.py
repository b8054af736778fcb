"""A person of several authors has one cap, one day a day, and answers nobody but others."""

from datetime import datetime

import pytest

from bot.clan.activity import totals
from bot.clan.coverage import linked
from bot.clan.policy import DEFAULT_POLICY, STEADY_DAYS, changed
from bot.clan.profiles import Profile
from bot.clan.spans import Period
from bot.clan.standings import Member
from bot.services.chat import IncomingMessage, Intake
from bot.services.privacy import Privacy
from bot.services.view import (
    ClanView,
    Detail,
    ViewQuery,
    linked_roster,
    messages_of,
    profiles_of,
    read_view,
    roster_of,
    totals_in,
    verdict_query,
)
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


def busy_days() -> list[IncomingMessage]:
    """Return what both write, ask and answer: a part of it with several accounts on one day."""
    return [
        heard(1, ME, NOW - DAY, BRIDGE, asks=True),
        spoken(2, "Mossy Fox", NOW - DAY + MINUTE),
        spoken(3, "Alt Fox", NOW - 2 * DAY),
        heard(4, OTHER, NOW - DAY + 2 * MINUTE, BRIDGE),
        spoken(5, "Pure Gnome", NOW - HOUR),
        heard(6, OTHER, NOW - 40 * DAY),
        heard(7, ME, NOW - 41 * DAY),
    ]


async def looked(village: Village, among: frozenset[int] | None) -> ClanView:
    query = ViewQuery(
        NOW,
        frozenset({Period.WEEK, Period.MONTH}),
        Detail.WEEKS,
        counted=Period.MONTH,
        compared=Period.MONTH,
        among=among,
    )
    async with village.database.reading() as connection:
        return await read_view(connection, village.clan, query)


@pytest.mark.parametrize("asked", [{1}, {2}, {3}, {1, 3}, set()])
async def test_who_is_asked_about_wrote_what_they_wrote_among_all(
    double: Village, asked: set[int]
) -> None:
    await said(double, *busy_days())
    everybody, few = await looked(double, None), await looked(double, frozenset(asked))
    persons = everybody.people.persons.by_player
    theirs = {player for each in asked for player in persons[each].players}
    authors = {author for each in asked for author in persons[each].authors}
    for whole, part in (
        (everybody.chat.wrote[Period.WEEK], few.chat.wrote[Period.WEEK]),
        (everybody.chat.wrote[Period.MONTH], few.chat.wrote[Period.MONTH]),
        (everybody.chat.earlier, few.chat.earlier),
    ):
        told, known = messages_of(few, part), messages_of(everybody, whole)
        assert {who: told[who] for who in theirs} == {who: known[who] for who in theirs}
        assert part.keys() <= authors
    assert few.chat.weekly == {
        who: weeks for who, weeks in everybody.chat.weekly.items() if who in authors
    }
    assert few.chat.heard_from == everybody.chat.heard_from


def test_two_questions_about_some_are_one_about_all_of_them() -> None:
    one, other = ViewQuery(NOW, among=frozenset({1})), ViewQuery(NOW, among=frozenset({2}))
    assert (one | other).among == frozenset({1, 2})
    assert (one | ViewQuery(NOW)).among is None


async def test_sums_without_members_are_those_of_the_members(double: Village) -> None:
    await double.seen(1, NOW - 40 * DAY, 10, zulrah=1)
    await double.seen(1, NOW - DAY, 50, zulrah=7)
    await said(double, *busy_days())
    await Privacy(double.database, double.clock).opt_out(double.clan, OTHER)
    view = await looked(double, None)
    members, known = roster_of(view, [Period.MONTH]), linked_roster(view, Period.MONTH)
    assert totals_in(view, Period.MONTH, 7) == totals(members.members, Period.MONTH, 7)
    assert linked(known) == linked(members)
    assert known.heard == members.heard
    assert (known.conflicts, known.claims) == (members.conflicts, members.claims)

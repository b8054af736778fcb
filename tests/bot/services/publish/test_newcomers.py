"""What becomes of a clan's newcomers, held against the facts counted by hand, one by one."""

import random
from collections import Counter
from datetime import datetime, timedelta
from itertools import count

import pytest

from bot.clan.newcomers import FunnelStage, Reached
from bot.clan.policy import AlertKind
from bot.clan.spans import Period
from bot.services.chat import IncomingMessage, Intake
from bot.services.publish import Newcomers, NewcomersAnswer
from bot.services.review import Review
from bot.services.setup import Clans
from storage import players, privacy
from storage.players import MembershipEventRow
from tests.bot.services.talk import GENERAL, MINUTE, PVM, heard
from tests.bot.services.village import Village
from tests.storage.rows import DAY, HOUR, NOW

PLACES = (GENERAL, PVM)
OLD_HAND = 900


@pytest.fixture
def newcomers(village: Village) -> Newcomers:
    return Newcomers(village.database, village.clock)


async def stored(village: Village, *messages: IncomingMessage) -> None:
    await Intake(village.database, village.known_clans, village.clock).store(village.clan, messages)


async def came(village: Village, who: int, ago: timedelta, user: int | None = None) -> None:
    """Have somebody join, who is linked to a user if one is given."""
    await village.settled({who: f"Player {who}"}, joined_at=NOW - ago)
    if user is not None:
        await village.linked(who, user)


async def listening(village: Village) -> None:
    """Have an old member whose message shows that the bot listened all along."""
    await stored(village, heard(1, OLD_HAND, NOW - 300 * DAY))


async def told(
    newcomers: Newcomers, village: Village, period: Period = Period.QUARTER
) -> NewcomersAnswer:
    return await newcomers.joined(village.clan, period)


async def test_the_funnel_is_that_of_the_messages_themselves(
    newcomers: Newcomers, village: Village
) -> None:
    chance = random.Random(11)  # noqa: S311 - the same clan every time
    await listening(village)
    joined = {who: NOW - 88 * DAY * chance.random() for who in range(1, 25)}
    for who, at in joined.items():
        await came(village, who, NOW - at, 100 + who if who % 4 else None)
    left = {who: joined[who] + chance.randrange(40) * DAY for who in (3, 5, 9, 13)}
    left = {who: at for who, at in left.items() if at < NOW}
    async with village.database.writing() as connection:
        for who, at in left.items():
            await players.take_out(connection, village.clan.clan_id, [who], at)
    said = _talk(chance, joined)
    await stored(village, *said)
    answer = await told(newcomers, village)
    found = {who: _by_hand(100 + who, at, said) for who, at in joined.items() if who % 4}
    linked = len(found)
    now_known = [who for who in found if joined[who] + 14 * DAY <= NOW]
    month = [who for who, at in joined.items() if at + 30 * DAY <= NOW]
    figures = answer.figures
    assert figures.total.joined == 24
    assert figures.total.unheard == 24 - linked
    assert figures.total.stages == {
        FunnelStage.LINKED: (linked, 24),
        FunnelStage.WROTE: (sum(bool(first) for first, _, _ in found.values()), linked),
        FunnelStage.ANSWERED: (sum(by is not None for _, by, _ in found.values()), linked),
        FunnelStage.BACK: (sum(found[who][2] for who in now_known), len(now_known)),
        FunnelStage.STAYED: (
            sum(who not in left or left[who] > joined[who] + 30 * DAY for who in month),
            len(month),
        ),
    }
    ignored = {who for who, (first, by, _) in found.items() if first and by is None}
    assert {each.who for each in figures.unanswered} == ignored
    assert answer.names == {who: f"Player {who}" for who in ignored}
    welcomes = Counter(by for _, by, _ in found.values() if by is not None)
    assert {answer.welcomers[each.who]: each.welcomed for each in figures.welcomers} == welcomes
    assert sum(each.joined for each in figures.weeks) == 24


def _talk(chance: random.Random, joined: dict[int, datetime]) -> list[IncomingMessage]:
    """Return what newcomers wrote, soon and late, and what was written after it or replied."""
    number, said = count(2), []
    for who, at in joined.items():
        for _ in range(chance.choice((0, 1, 3))):
            wrote_at = at + (chance.random() * 45 - 10) * DAY
            said.append(heard(next(number), 100 + who, wrote_at, chance.choice(PLACES)))
    for each in list(said):
        by, after = chance.choice((OLD_HAND, 901, 102)), chance.randrange(1, 40) * MINUTE
        if chance.random() < 0.4:
            said.append(heard(next(number), by, each.sent_at + after, each.channel_info))
        if chance.random() < 0.2:
            reply, at = each.message_id, each.sent_at + after * 90
            said.append(heard(next(number), by, at, GENERAL, reply_to=reply))
    return [each for each in said if each.sent_at < NOW]


def _by_hand(
    user: int, joined_at: datetime, said: list[IncomingMessage]
) -> tuple[bool, str | None, bool]:
    """Return whether somebody wrote, who answered first, and whether they were back."""
    start, end = joined_at - 14 * DAY, joined_at + 30 * DAY
    mine = [each for each in said if each.user_id == user and start <= each.sent_at < end]
    answers = [
        other
        for each in mine
        for other in said
        if other.user_id != user
        if other.reply_to == each.message_id
        or (
            other.channel_info == each.channel_info
            and each.message_id < other.message_id
            and other.sent_at - each.sent_at < 15 * MINUTE
        )
    ]
    first = min(answers, key=lambda each: each.message_id, default=None)
    by = None if first is None else _name(first.user_id)
    first_day, after = joined_at + 7 * DAY, joined_at + 14 * DAY
    return bool(mine), by, any(first_day <= each.sent_at < after for each in mine)


def _name(user: int) -> str:
    return f"Player {user - 100}" if user < OLD_HAND else f"User {user}"


async def test_whom_alerts_call_unanswered_is_unanswered_here(
    newcomers: Newcomers, village: Village
) -> None:
    await listening(village)
    said = []
    for who in range(1, 9):
        await came(village, who, who * DAY, 100 + who)
        said.append(heard(who, 100 + who, NOW - who * DAY + HOUR))
        if who % 3 == 0:
            said.append(heard(50 + who, OLD_HAND, said[-1].sent_at + 14 * MINUTE))
    await stored(village, *said)
    alerts = (await Review(village.database, village.clock).alerts(village.clan)).alerts
    called = {x.profile.main.player_id for x in alerts if x.kind is AlertKind.UNANSWERED}
    found = (await told(newcomers, village)).figures
    assert {each.who for each in found.unanswered} == called == {1, 2, 4, 5, 7, 8}


async def test_a_second_account_makes_nobody_new(newcomers: Newcomers, village: Village) -> None:
    await village.settled({1: "Main"}, joined_at=NOW - 200 * DAY)
    await village.linked(1, 11)
    await came(village, 2, 3 * DAY, 11)
    await came(village, 3, 3 * DAY, 13)
    await came(village, 4, 2 * DAY, 13)
    assert (await told(newcomers, village)).figures.total.joined == 1


async def test_whose_day_nobody_knows_is_in_no_week_and_counted(
    newcomers: Newcomers, village: Village
) -> None:
    await village.settled({1: "Undated"}, joined_at=None)
    await came(village, 2, -HOUR)
    answer = await told(newcomers, village)
    assert answer.figures.total.joined == 0
    assert answer.undated == 1


async def test_nobody_answers_themself_by_another_account(
    newcomers: Newcomers, village: Village
) -> None:
    await listening(village)
    await came(village, 1, 3 * DAY, 11)
    await village.called(11, "One")
    question = heard(2, 11, NOW - 2 * DAY)
    await stored(village, question, heard(3, 11, NOW - DAY, reply_to=question.message_id))
    found = await told(newcomers, village)
    assert [each.who for each in found.figures.unanswered] == [1]


async def test_who_left_and_came_back_did_not_stay(newcomers: Newcomers, village: Village) -> None:
    await listening(village)
    await came(village, 1, 60 * DAY, 11)
    await came(village, 2, 60 * DAY, 12)
    async with village.database.writing() as connection:
        events = [
            MembershipEventRow(1, "left", NOW - 50 * DAY),
            MembershipEventRow(1, "returned", NOW - 10 * DAY, after="member"),
        ]
        await players.note_events(connection, village.clan.clan_id, events)
    found = await told(newcomers, village)
    assert found.figures.total.stages[FunnelStage.STAYED] == Reached(1, 2)


async def test_who_opted_out_is_in_no_figure(newcomers: Newcomers, village: Village) -> None:
    await listening(village)
    await came(village, 1, 3 * DAY, 11)
    await came(village, 2, 3 * DAY, 12)
    first = heard(2, 12, NOW - 2 * DAY)
    await stored(
        village,
        heard(1, 11, NOW - 2 * DAY - HOUR),
        first,
        heard(3, 13, first.sent_at + MINUTE, reply_to=first.message_id),
    )
    async with village.database.writing() as connection:
        for user in (11, 13):
            await privacy.opt_out(connection, village.clan.clan_id, user, NOW)
    found = await told(newcomers, village)
    assert found.figures.total.joined == 1
    assert found.figures.total.unheard == 0
    assert found.figures.total.stages[FunnelStage.LINKED] == Reached(1, 1)
    assert found.figures.total.stages[FunnelStage.ANSWERED] == Reached(1, 1)
    assert found.figures.unanswered == ()
    assert found.figures.welcomers == ()
    assert "Player 1" not in repr(found)


async def test_before_anybody_listened_a_silence_is_unknown(
    newcomers: Newcomers, village: Village
) -> None:
    await came(village, 1, 40 * DAY, 11)
    await came(village, 2, 5 * DAY, 12)
    await stored(village, heard(1, OLD_HAND, NOW - 20 * DAY))
    stages = (await told(newcomers, village)).figures.total.stages
    assert stages[FunnelStage.WROTE] == Reached(0, 1)
    assert stages[FunnelStage.BACK] == Reached(0, 0)
    assert stages[FunnelStage.STAYED] == Reached(1, 1)


async def test_another_clan_s_newcomers_are_not_ours(
    newcomers: Newcomers, village: Village, known_clans: Clans
) -> None:
    other = await known_clans.found(2, "Other")
    theirs = Village(village.database, village.known_clans, village.clock, other)
    await came(theirs, 1, 3 * DAY, 11)
    assert (await told(newcomers, village)).figures.total.joined == 0
    assert (await newcomers.joined(other, Period.QUARTER)).figures.total.joined == 1

"""The digest of a small clan, and that each slot is posted once, whatever happens in between."""

import random

import pytest

from bot.clan.diagnosis import Severity
from bot.clan.digest import ClaimWaiting
from bot.clan.digest_slots import Delivery, DigestAudience, DigestInterval
from bot.clan.metrics import XP_AT_99
from bot.digesting import STEPS
from bot.reports.worker import Inline
from bot.services.chat import Intake
from bot.services.people import Links, Visitor
from bot.services.publish import DigestMessage, Digests, OfficersSource, PostResult
from bot.services.review import Review
from bot.services.setup import Clans
from storage import blind_spots, players
from storage.players import MembershipEventRow
from tests.bot.services.publish.test_report import busy
from tests.bot.services.talk import MINUTE, heard
from tests.bot.services.village import Village
from tests.storage.rows import DAY, HOUR, NOW

__all__ = ["busy"]

MEMBERS, OFFICERS = DigestAudience
POSTED = PostResult(Delivery.POSTED)
WRITTEN_NOT_KNOWN = "Messages are not known"


def digests_of(village: Village) -> Digests:
    return Digests(village.database, Inline(), village.clock)


async def for_officers(village: Village, *late: str) -> str:
    found = await officers_digest(village, *late)
    return "" if found is None else found.text


async def officers_digest(village: Village, *late: str) -> DigestMessage | None:
    claims = await Links(village.database, village.clock).waiting_claims(village.clan)
    alerts = (await Review(village.database, village.clock).alerts(village.clan)).alerts
    source = OfficersSource([ClaimWaiting(*each) for each in claims], alerts, late)
    return await digests_of(village).for_officers(village.clan, source, STEPS)


@pytest.fixture
def digests(village: Village) -> Digests:
    return digests_of(village)


async def text(village: Village) -> str:
    return (await digests_of(village).for_members(village.clan)).text


async def joins(village: Village, player_id: int, kind: str = "joined") -> None:
    async with village.database.writing() as connection:
        event = MembershipEventRow(player_id, kind, NOW - DAY)
        await players.note_events(connection, village.clan.clan_id, [event])


async def test_the_week_stands_beside_the_one_before(busy: Village) -> None:
    said = await text(busy)
    assert "XP gained **650** (+117%)" in said
    assert "Boss kills **4** (+100%)" in said
    # Chat was heard first within the week before: that is no week to compare with.
    assert "Messages **5** \N{MIDDLE DOT} Members active **2**" in said
    await busy.wrote(11, NOW - 20 * DAY)
    assert "Messages **5** (+400%)" in await text(busy)


async def test_a_month_is_told_where_the_clan_wants_one(busy: Village, digests: Digests) -> None:
    await digests.plan_as(busy.clan, DigestInterval.MONTHLY, 1, 9)
    said = await text(busy)
    assert "the last 30 days" in said
    assert "XP gained **950**" in said


async def test_who_came_is_named_and_nobody_who_left_again_or_opted_out(busy: Village) -> None:
    await busy.settled({4: "Gone", 5: "Hidden", 6: "Old Friend"})
    for each in (3, 4, 5):
        await joins(busy, each)
    await joins(busy, 6, "returned")
    await busy.linked(5, 15)
    await busy.wrote(15, NOW - DAY)
    async with busy.database.writing() as connection:
        await players.take_out(connection, busy.clan.clan_id, [4], NOW)
        await connection.exec_driver_sql(
            "UPDATE authors SET opted_out_at = 1 WHERE discord_user_id = 15"
        )
    said = await text(busy)
    assert "**New faces**  Nobody. Say hi!" in said
    assert "**Back again**  Old Friend" in said
    assert "Hidden" not in said
    assert "Gone" not in said


async def test_wins_and_records_are_those_of_the_week(busy: Village) -> None:
    await busy.settled({7: "Leader"})
    for days, kills in ((8, 90), (1, 90)):
        await busy.seen(7, NOW - days * DAY, 10, zulrah=kills)
    await busy.seen(2, NOW - HOUR, 5_060, zulrah=101)
    said = await text(busy)
    assert "Two: 100 kills of Zulrah" in said
    assert "Two leads in Zulrah now, 101 kills" in said
    await busy.seen(1, NOW - HOUR, 2_000, attack=XP_AT_99, zulrah=15, vorkath=51)
    said = await text(busy)
    assert "One: 99 Attack" in said


def told_under(said: str, heading: str) -> tuple[list[str], int]:
    """Return what a line of the digest lists, and how many it only counts."""
    line = next((each for each in said.split("\n") if each.startswith(f"**{heading}**")), "")
    named, _, more = line.removeprefix(f"**{heading}**  ").partition(" and ")
    return [each for each in named.split(" \N{MIDDLE DOT} ") if each], int(
        more.removesuffix(" more") or 0
    )


@pytest.mark.parametrize("seed", range(4))
async def test_wins_and_records_are_those_of_the_slow_way(village: Village, seed: int) -> None:
    """Everybody is looked at twice; by hand stands what they had before, where that is known."""
    chance = random.Random(seed)  # noqa: S311 - the same clans every time
    values = {
        "Attack": (9 * 10**6, XP_AT_99, 200_000_000, 10**7),
        "Zulrah": (40, 99, 100, 249, 251),
    }
    wins: dict[int, str] = {}
    sides: dict[str, list[tuple[int, int | None, int]]] = {metric: [] for metric in values}
    await village.settled({who: f"Player {who}" for who in range(1, 15)})
    for who in range(1, 15):
        # Just before the week, in it, or so long before it that nobody knows what is of the week.
        ago = chance.choice((7.2, 7.2, 3, 20))
        drawn = {each: sorted(chance.sample(values[each], 2)) for each in values}
        pair = {each: (before, now + who) for each, (before, now) in drawn.items()}
        for days, number in ((ago, 0), (0.1, 1)):
            attack, zulrah = (pair[each][number] for each in values)
            await village.seen(who, NOW - days * DAY, 300_000_000, attack=attack, zulrah=zulrah)
        for metric, (before, now) in pair.items():
            sides[metric].append((now, None if ago > 8 else before, who))
        if ago < 8:
            skill = [
                goal
                for goal in (200_000_000, XP_AT_99)
                if pair["Attack"][0] < goal <= pair["Attack"][1]
            ]
            kills = [goal for goal in (250, 100) if pair["Zulrah"][0] < goal <= pair["Zulrah"][1]]
            if skill:
                reached = "200M XP in Attack" if skill[0] > XP_AT_99 else "99 Attack"
                wins[who] = f"Player {who}: {reached}"
            elif kills:
                wins[who] = f"Player {who}: {kills[0]} kills of Zulrah"
    records = set()
    for metric, found in sides.items():
        first, second = sorted(found, key=lambda each: -each[0])[:2]
        had = max(now if before is None else before for now, before, _ in found)
        if first[0] > second[0] and first[1] is not None and first[1] < had:
            records.add(f"Player {first[2]} leads in {metric} now")
    assert wins
    said = await text(village)
    named, more = told_under(said, "Quiet wins")
    assert set(named) <= set(wins.values())
    assert len(named) + more == len(wins)
    assert {each.partition(",")[0] for each in told_under(said, "Clan records")[0]} == records


async def test_helpers_are_thanked_by_name_unless_they_opted_out(busy: Village) -> None:
    question = heard(900, 12, NOW - 3 * HOUR, asks=True)
    answer = heard(901, 11, NOW - 3 * HOUR + MINUTE, reply_to=question.message_id)
    intake = Intake(busy.database, busy.known_clans, busy.clock)
    await intake.store(busy.clan, [question, answer])
    assert "**Thank you**  One, 1 question answered" in await text(busy)
    async with busy.database.writing() as connection:
        await connection.exec_driver_sql(
            "UPDATE authors SET opted_out_at = 1 WHERE discord_user_id = 11"
        )
    assert "Thank you" not in await text(busy)


async def test_of_a_clan_without_data_nothing_is_told_as_zero(village: Village) -> None:
    await village.changed(listened_at=None)
    said = await text(village)
    assert "XP and boss kills are not known" in said
    assert WRITTEN_NOT_KNOWN in said
    assert "**0**" not in said


async def test_a_week_without_wise_old_man_is_not_a_week_without_xp(busy: Village) -> None:
    busy.clock.forward(30 * DAY)
    await busy.changed(listened_at=busy.clock())
    said = await text(busy)
    assert "XP and boss kills are not known" in said
    assert "Messages **0**" in said


async def test_a_week_in_which_the_bot_was_away_is_not_a_week_without_messages(
    busy: Village,
) -> None:
    busy.clock.forward(30 * DAY)
    now = busy.clock()
    await busy.changed(listened_at=now)
    async with busy.database.writing() as connection:
        await blind_spots.be_away(connection, busy.clan.clan_id, now - 20 * DAY, now, "away")
    said = await text(busy)
    assert WRITTEN_NOT_KNOWN in said
    assert "Messages **" not in said


async def test_a_slot_is_claimed_once_and_stays_claimed_after_a_kill(
    village: Village, digests: Digests
) -> None:
    clan = await village.changed(report_channel_id=7)
    # Friday at noon, by the still clock.
    await digests.plan_as(clan, DigestInterval.WEEKLY, 4, 12)
    assert await digests.due(clan, MEMBERS) is None, "off until it is switched on"
    await digests.switch(clan, is_on=True)
    assert await digests.due(clan, MEMBERS) == NOW
    assert await digests.claim(clan, MEMBERS) == NOW
    again = digests_of(village)
    assert await again.due(clan, MEMBERS) is None
    assert await again.claim(clan, MEMBERS) is None
    village.clock.forward(HOUR)
    (line,) = await again.findings(clan)
    assert line.severity is Severity.WARNING
    assert "may not have been posted" in line.words
    assert await again.claim(clan, OFFICERS) == NOW, "each audience has its own"
    village.clock.forward(HOUR)
    other = (await again.findings(clan))[1]
    assert other.about == "Officers' digest"
    village.clock.forward(7 * DAY - 2 * HOUR)
    assert await again.claim(clan, MEMBERS) == NOW + 7 * DAY
    await again.note(clan, MEMBERS, NOW + 7 * DAY, POSTED)
    assert (await again.findings(clan))[0].severity is Severity.OK


async def test_what_is_switched_on_again_keeps_what_was_chosen(
    village: Village, digests: Digests
) -> None:
    clan = village.clan
    await digests.plan_as(clan, DigestInterval.MONTHLY, 31, 9)
    await digests.link_to(clan, "https://example.org")
    await digests.switch(clan, is_on=True)
    village.clock.forward(DAY)
    await digests.switch(clan, is_on=True)
    plan = (await digests.state(clan)).plan
    assert (plan.day, plan.hour, plan.link, plan.on_since) == (31, 9, "https://example.org", NOW)
    await digests.switch(clan, is_on=False)
    assert not (await digests.state(clan)).plan.is_on
    (line,) = await digests.findings(clan)
    assert line.words == "off: nothing is posted"


async def test_what_nobody_knows_is_not_noted_and_what_was_refused_is(
    village: Village, digests: Digests
) -> None:
    clan = await village.changed(report_channel_id=7)
    await digests.plan_as(clan, DigestInterval.WEEKLY, 4, 12)
    await digests.switch(clan, is_on=True)
    slot = await digests.claim(clan, MEMBERS)
    assert slot is not None
    await digests.note(clan, MEMBERS, slot, PostResult(Delivery.UNSURE, "cut off"))
    post = (await digests.state(clan)).posts[MEMBERS]
    assert (post.posted_at, post.refusal) == (None, None)
    await digests.note(clan, MEMBERS, slot, PostResult(Delivery.REFUSED, "no channel"))
    (line,) = await digests.findings(clan)
    assert line.words.endswith("was not posted: no channel")
    village.clock.forward(HOUR)
    assert await digests.claim(clan, MEMBERS) == slot


async def test_officers_hear_what_waits_and_nothing_that_they_heard_that_day(
    village: Village,
) -> None:
    await village.settled({1: "One", 2: "Two"})
    assert await for_officers(village) == ""
    links = Links(village.database, village.clock)
    await links.claim(village.clan, Visitor(900, "User", "user"), "One")
    village.clock.forward(2 * DAY)
    assert (await for_officers(village, "poll was never done")).splitlines()[1:] == [
        "1 claim waiting, the oldest for 2 days: One. Decide in `/clanstats links`.",
        "Late: poll was never done. `/clanstats status` says why.",
    ]
    await links.claim(village.clan, Visitor(901, "Other", "other"), "Two")
    village.clock.forward(HOUR)
    await Clans(village.database, village.clock).told_officers(village.clan)
    await village.changed()
    told = await for_officers(village)
    assert "One" in told
    assert "Two" not in told


async def test_a_newcomer_nobody_answered_is_told_once_a_day(village: Village) -> None:
    await village.settled({1: "New"}, joined_at=NOW - 3 * DAY)
    await village.linked(1, 11)
    await village.wrote(11, NOW - 2 * DAY)
    assert "1 newcomer nobody answered: New. Say hi" in await for_officers(village)
    assert await Review(village.database, village.clock).newly_unanswered(village.clan) == ("New",)
    assert await for_officers(village) == ""
    village.clock.forward(25 * HOUR)
    await village.changed(listened_at=village.clock())
    assert "New" in await for_officers(village)


@pytest.mark.parametrize(
    ("result", "left"),
    [
        (PostResult(Delivery.POSTED), 2),
        (PostResult(Delivery.REFUSED, "no channel"), 12),
        (PostResult(Delivery.UNSURE, "cut off"), 12),
    ],
)
async def test_newcomers_whom_a_digest_named_are_new_to_nobody_afterwards(
    village: Village, digests: Digests, result: PostResult, left: int
) -> None:
    names = {number: f"New {number}" for number in range(1, 13)}
    await village.settled(names, joined_at=NOW - 3 * DAY)
    for number in names:
        await village.linked(number, 10 + number)
        # Hours apart: what somebody writes next would be an answer.
        await village.wrote(10 + number, NOW - 2 * DAY + number * HOUR)
    clan = await village.changed(officer_channel_id=8)
    await digests.plan_as(clan, DigestInterval.WEEKLY, 4, 12)
    await digests.switch(clan, is_on=True)
    message = await officers_digest(village)
    assert message is not None
    assert "12 newcomers nobody answered" in message.text
    named = [name for name in names.values() if f"{name}," in message.text.replace(" and", ",")]
    assert len(named) == 10
    slot = await digests.claim(clan, OFFICERS)
    assert slot is not None
    await digests.note(clan, OFFICERS, slot, result, message.newcomers)
    new = await Review(village.database, village.clock).newly_unanswered(village.clan)
    assert len(new) == left
    assert result.delivery is not Delivery.POSTED or not {*new} & {*named}

"""Two members side by side by the real services, against figures that are counted by hand."""

from collections.abc import Mapping

import pytest

from bot.clan.comparing import Best, Lead, NotComparable
from bot.clan.spans import Period
from bot.reports.comparisons import MemberComparison
from bot.reports.worker import Inline
from bot.services.publish import Comparisons, NotCompared
from bot.services.view import Visitor
from storage import players
from storage.links import StoredState
from tests.bot.services.village import Village, counted
from tests.storage.rows import DAY, NOW

ME, OTHER = Visitor(11, "Somebody", "somebody"), Visitor(12, "Other", "other")


@pytest.fixture
def comparisons(village: Village) -> Comparisons:
    return Comparisons(village.database, Inline(), village.clock)


async def compared(
    comparisons: Comparisons,
    village: Village,
    first: str = "One",
    second: str = "Two",
    period: Period = Period.WEEK,
) -> MemberComparison:
    made = await comparisons.of_names(village.clan, (first, second), period, ME)
    return made.comparison


async def refused(
    comparisons: Comparisons, village: Village, first: str, second: str
) -> tuple[str, str]:
    with pytest.raises(NotCompared) as raised:
        await compared(comparisons, village, first, second)
    return raised.value.why, raised.value.name


async def played(village: Village, who: int, gained: int, **kills: int) -> None:
    """Have a player gain so much on each of three days of the last week, kills on the last."""
    start = dict.fromkeys(kills, 10)
    await village.seen(who, NOW - 7.2 * DAY, 1_000, attack=100, **start)
    for day in (6, 4):
        await village.seen(who, NOW - day * DAY, 1_000 + gained * (7 - day) // 2, **start)
    ended = {boss: 10 + count for boss, count in kills.items()}
    await village.seen(who, NOW - DAY, 1_000 + 3 * gained, attack=100 + gained, **ended)


def numbers(told: MemberComparison) -> Mapping[str, tuple[float | None, float | None]]:
    return {each.metric: (each.first, each.second) for each in told.contests}


async def test_both_sides_of_both_are_told_with_who_leads(
    comparisons: Comparisons, village: Village
) -> None:
    await village.settled({1: "One", 2: "Two", 3: "Other"})
    await played(village, 1, 3_000, zulrah=5, vorkath=7)
    await played(village, 2, 1_000, zulrah=20)
    await played(village, 3, 90_000, zulrah=900)
    for who, user in ((1, ME.user_id), (2, OTHER.user_id)):
        await village.linked(who, user)
    await village.wrote(ME.user_id, NOW - 20 * DAY, NOW - 2 * DAY)
    await village.wrote(OTHER.user_id, NOW - 3 * DAY, NOW - DAY, NOW - DAY)
    told = await compared(comparisons, village)
    assert numbers(told) == {
        "overall": (9_000, 3_000),
        "kills": (12, 20),
        "ehp": (pytest.approx(0.09), pytest.approx(0.03)),
        "ehb": (0, 0),
        "messages": (1, 3),
        "active_days": (1, 2),
        "answers": (0, 0),
    }
    assert told.leads() == (
        "One leads in XP and EHP.",
        "Two leads in boss kills, messages and active days.",
        "Equal in EHB and answers.",
    )
    assert told.first.skills == (Best("attack", 3_000),)
    assert told.first.bosses == (Best("vorkath", 7), Best("zulrah", 5))
    assert told.second.bosses == (Best("zulrah", 20),)
    assert told.told == ()
    assert told.is_shared


async def test_lines_end_at_what_was_gained_and_written_step_by_step(
    comparisons: Comparisons, village: Village
) -> None:
    await village.settled({1: "One", 2: "Two"})
    await played(village, 1, 3_000)
    await village.linked(1, ME.user_id)
    await village.wrote(ME.user_id, NOW - 20 * DAY, NOW - 2 * DAY, NOW - DAY)
    told = await compared(comparisons, village)
    xp, messages = told.races
    assert xp.first == (1_500, None, 4_500, None, None, 9_000, None)
    assert messages.first == (0, 0, 0, 0, 1, 2, 2)
    assert set(xp.second) == set(messages.second) == {None}


async def test_the_unknown_is_a_dash_led_by_nobody_and_says_why(
    comparisons: Comparisons, village: Village
) -> None:
    await village.settled({1: "One", 2: "Two", 3: "Late", 4: "Old"})
    await played(village, 1, 3_000)
    await village.seen(3, NOW - 3 * DAY, 500)
    await village.seen(3, NOW - DAY, 700)
    await village.seen(4, NOW - 90 * DAY, 500)
    await village.seen(4, NOW - DAY, 999_999)
    await village.linked(1, ME.user_id)
    await village.wrote(ME.user_id, NOW - DAY)
    unseen = await compared(comparisons, village)
    assert unseen.second.unknown == ("not seen in this period", "not known on Discord")
    assert {each.lead for each in unseen.contests} == {Lead.UNKNOWN}
    assert unseen.second.skills is None
    (note,) = unseen.notes
    assert note.startswith("messages since ")
    late = await compared(comparisons, village, "One", "Late")
    assert late.second.numbers["overall"] == 200
    assert late.second.since == NOW - 3 * DAY
    old = await compared(comparisons, village, "One", "Old")
    assert old.second.numbers["overall"] is None
    assert "last seen too long before this period" in old.second.unknown


async def test_before_anybody_was_heard_messages_are_unknown(
    comparisons: Comparisons, village: Village
) -> None:
    await village.settled({1: "One", 2: "Two"})
    await village.linked(1, ME.user_id)
    await village.called(ME.user_id, "Somebody")
    told = await compared(comparisons, village)
    assert numbers(told)["messages"] == (None, None)
    assert told.notes == ("no messages heard yet",)


async def test_who_cannot_be_compared_is_said(comparisons: Comparisons, village: Village) -> None:
    await village.settled({1: "One", 2: "Two", 3: "Main", 4: "Alt"})
    await village.settled({5: "Gone"}, left_at=NOW)
    await village.linked(3, OTHER.user_id, is_main=True)
    await village.linked(4, OTHER.user_id)
    await village.called(OTHER.user_id, "Other")
    async with village.database.writing() as connection:
        await players.note_names(connection, [(1, "was one", "Was One")], NOW - 9 * DAY)
    assert await refused(comparisons, village, "One", "nobody") == (NotComparable.UNKNOWN, "nobody")
    assert await refused(comparisons, village, "gone", "One") == (NotComparable.LEFT, "Gone")
    assert await refused(comparisons, village, "one", "ONE") == (NotComparable.SAME, "")
    assert await refused(comparisons, village, "One", "was one") == (NotComparable.SAME, "")
    assert await refused(comparisons, village, "Alt", "Main") == (NotComparable.SAME_PERSON, "")
    told = await compared(comparisons, village, "One", "Alt")
    assert "messages stand with Main" in told.second.unknown
    with pytest.raises(NotCompared):
        await comparisons.of_pair(village.clan, (1, 5), Period.WEEK, ME)


async def test_who_opted_out_is_seen_by_themselves_alone(
    comparisons: Comparisons, village: Village
) -> None:
    await village.settled({1: "One", 2: "Two"})
    await village.settled({3: "Gone"}, left_at=NOW)
    await played(village, 1, 3_000)
    for who in (1, 3):
        await village.linked(who, ME.user_id)
    await village.called(ME.user_id, "Somebody")
    await village.wrote(ME.user_id, NOW - DAY)
    async with village.database.writing() as connection:
        await connection.exec_driver_sql("UPDATE authors SET opted_out_at = 1")
    clan = village.clan
    for names in (("One", "Two"), ("Two", "One"), ("One", "One")):
        with pytest.raises(NotCompared) as raised:
            await comparisons.of_names(clan, names, Period.WEEK, OTHER)
        assert (raised.value.why, raised.value.name) == (NotComparable.OPTED_OUT, "")
    with pytest.raises(NotCompared) as raised:
        await comparisons.of_names(clan, ("Gone", "Two"), Period.WEEK, OTHER)
    assert raised.value.why is NotComparable.UNKNOWN
    with pytest.raises(NotCompared):
        await comparisons.of_pair(clan, (1, 2), Period.WEEK)
    own = await compared(comparisons, village)
    assert own.first.numbers["overall"] == 9_000
    assert own.first.numbers["messages"] is None
    assert "opted out, so no messages are counted" in own.first.unknown
    assert not own.is_shared


async def test_with_oneself_it_is_both_main_accounts(
    comparisons: Comparisons, village: Village
) -> None:
    await village.settled({1: "Main", 2: "Alt", 3: "Other", 4: "Claimed"})
    clan, period = village.clan, Period.WEEK
    with pytest.raises(NotCompared) as raised:
        await comparisons.with_self(clan, OTHER, period, ME)
    assert raised.value.why is NotComparable.NO_OWN_ACCOUNT
    await village.called(ME.user_id, "Somebody")
    await village.linked(4, ME.user_id, state=StoredState.CLAIMED)
    told = (await comparisons.with_self(clan, OTHER, period, ME)).comparison
    assert [side.name for side in told.sides] == ["Claimed", "Other"]
    await village.linked(1, ME.user_id, is_main=True)
    await village.linked(2, ME.user_id)
    told = (await comparisons.with_self(clan, OTHER, period, ME)).comparison
    assert [side.name for side in told.sides] == ["Main", "Other"]
    stranger = Visitor(13, "Stranger", "stranger")
    with pytest.raises(NotCompared) as raised:
        await comparisons.with_self(clan, stranger, period, ME)
    assert (raised.value.why, raised.value.name) == (NotComparable.NO_ACCOUNT, "Stranger")
    with pytest.raises(NotCompared) as raised:
        await comparisons.with_self(clan, ME, period, ME)
    assert raised.value.why is NotComparable.SAME


async def test_it_asks_as_much_of_a_large_clan_as_of_a_small_one(
    comparisons: Comparisons, village: Village
) -> None:
    sent = []
    for size in (5, 50):
        await village.settled({who: f"Name {who}" for who in range(1, size + 1)})
        with counted(village.database) as statements:
            await compared(comparisons, village, "Name 1", "Name 2")
        sent.append(len(statements))
    assert sent[0] == sent[1] < 30

"""A clan of which nothing was seen: its answers say that they do not know, and never "nobody"."""

from bot.clan.spans import Period
from bot.reports.worker import Inline
from bot.services.people import IdentityCache
from bot.services.publish import Activities, Bosses, ClanQuestions
from cogs.activity.words import activity_blocks
from cogs.bosses.screen import boss_blocks
from cogs.questions.words import summary_lines
from tests.bot.services.village import Village
from tests.storage.rows import DAY, HOUR, NOW


async def activity(village: Village) -> str:
    cache = IdentityCache(village.clock)
    activities = Activities(village.database, Inline(), village.clock, cache)
    made = await activities.files(village.clan, Period.MONTH, 2, NOW - DAY)
    return "\n".join(activity_blocks(made.report))


async def bosses(village: Village) -> tuple[str, str]:
    cache = IdentityCache(village.clock)
    made = await Bosses(village.database, Inline(), village.clock, cache).files(
        village.clan, Period.MONTH
    )
    return "\n".join(boss_blocks(made.report)), made.chart.alt


async def questions(village: Village) -> list[str]:
    asked = ClanQuestions(village.database, village.clock, IdentityCache(village.clock))
    return summary_lines(await asked.asked(village.clan, Period.MONTH))


async def test_what_was_not_seen_is_not_none(village: Village) -> None:
    told = await activity(village)
    assert "nobody wrote" not in told
    assert "Nobody was seen often enough" in told
    words, alt = await bosses(village)
    assert words == "**Boss kills**  not known: Wise Old Man showed nothing of this time"
    assert "no kill was seen" not in alt
    assert await questions(village) == [
        "No message was counted in this time, so nobody knows what was asked."
    ]


async def test_what_was_seen_and_was_nothing_is_none(village: Village) -> None:
    await village.settled({1: "One"})
    await village.linked(1, 11)
    await village.wrote(11, NOW - 35 * DAY)
    for ago in (31, 1):
        await village.seen(1, NOW - ago * DAY, 100, zulrah=7)
    assert "**Busiest channels**  nobody wrote" in await activity(village)
    words, alt = await bosses(village)
    assert words.startswith("**Boss kills**  0\n**Most kills**  nobody yet")
    assert "no kill was seen" in alt
    assert await questions(village) == ["Nobody asked anything in this time."]


async def test_one_message_makes_no_best_time(village: Village) -> None:
    await village.settled({1: "One"})
    await village.linked(1, 11)
    await village.wrote(11, NOW - HOUR)
    told = await activity(village)
    assert "Nobody was seen often enough yet" in told
    assert "0 people" not in told

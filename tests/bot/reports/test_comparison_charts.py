from dataclasses import replace
from random import Random

import pytest

from bot.clan.comparing import Best, Contender
from bot.clan.spans import Period
from bot.reports.comparison_charts import comparison_chart
from bot.reports.comparisons import MemberComparison, best_words, number_words
from tests.bot.reports.test_charts import NASTY
from tests.builders import NOW, ZONE, trend

FIRST = Contender(
    1,
    "Zezima",
    {
        "overall": 12_345_678, "kills": 210, "ehp": 31.25, "ehb": 8.0, "messages": 120,
        "active_days": 17, "answers": 0,
    },
    (Best("slayer", 4_200_000), Best("magic", 900_000)),
    (),
)  # fmt: skip
SECOND = Contender(
    2,
    "Woox",
    {"overall": 9_100_000, "kills": 640, "ehp": 22.5, "ehb": 8.04},
    since=NOW,
    unknown=("not known on Discord",),
)
RANDOM = Random(1)  # noqa: S311 - made-up numbers
COMPARISON = MemberComparison(
    "Iron Cabbage",
    ZONE,
    Period.MONTH,
    NOW,
    FIRST,
    SECOND,
    (trend(RANDOM, Period.MONTH)[0], trend(RANDOM, Period.MONTH)[0]),
)


def test_the_alt_text_says_who_leads_in_what_and_what_is_not_known() -> None:
    alt = comparison_chart(COMPARISON).alt
    assert alt.startswith("Zezima and Woox of Iron Cabbage, last 30 days, ")
    assert "Zezima leads in XP and EHP. Woox leads in boss kills. Equal in EHB." in alt
    assert "XP 12,345,678 and 9,100,000; Boss kills 210 and 640; EHP 31.2 and 22.5" in alt
    assert "Messages 120 and \N{EN DASH}" in alt
    assert "Woox: not known on Discord. Woox: game counted since 30 Jun." in alt


def test_numbers_and_the_best_are_written_out() -> None:
    xp, *_, answers = COMPARISON.contests
    assert number_words(xp) == ("12,345,678", "9,100,000")
    assert number_words(answers) == ("0", "\N{EN DASH}")
    assert best_words(FIRST.skills, "none") == "Slayer 4.2M, Magic 900k"
    assert best_words(FIRST.bosses, "none") == "none"
    assert best_words(SECOND.skills, "none") == "\N{EN DASH}"


def test_lines_are_added_up_and_end_at_the_sum_of_the_steps() -> None:
    xp, messages = COMPARISON.races
    for race, values in (
        (xp, [line.xp for line in COMPARISON.lines[0]]),
        (messages, [line.messages for line in COMPARISON.lines[0]]),
    ):
        assert [each is None for each in race.first] == [each is None for each in values]
        assert max(each or 0 for each in race.first) == sum(each or 0 for each in values)
    assert xp.label == "XP, added up by day"


@pytest.mark.parametrize(
    ("name", "period"),
    [*((name, Period.MONTH) for name in NASTY), *((NASTY[0], period) for period in Period)],
)
def test_any_name_and_any_period_can_stand_on_it(name: str, period: Period) -> None:
    lines = trend(RANDOM, period)[0]
    named = replace(
        COMPARISON,
        period=period,
        clan=name,
        first=FIRST._replace(name=name),
        second=Contender(2, name, {}),
        lines=(lines, lines[:0]),
    )
    assert comparison_chart(named).content.startswith(b"\x89PNG")


def test_of_two_who_were_never_seen_everything_is_a_dash() -> None:
    nothing = replace(
        COMPARISON, first=Contender(1, "A", {}), second=Contender(2, "B", {}), lines=((), ())
    )
    alt = comparison_chart(nothing).alt
    assert "leads in" not in alt
    assert "XP \N{EN DASH} and \N{EN DASH}" in alt

"""What a digest tells, and what it never does."""

from dataclasses import replace
from datetime import timedelta

from bot.clan.digest import (
    ClaimWaiting,
    DigestFacts,
    DigestRecord,
    DigestTotal,
    DigestWin,
    MetricSide,
    OfficersFacts,
    OfficersSteps,
    digest_text,
    officers_text,
    quiet_wins,
    records_broken,
    untold_claims,
)
from bot.clan.metrics import XP_AT_99, MetricKind
from tests.storage.rows import DAY, HOUR, NOW

SKILL, BOSS = MetricKind.SKILL, MetricKind.BOSS
STEPS = OfficersSteps("Decide.", "Say hi.", "Look.", "See.")
EMPTY = DigestFacts("A_clan", 7, NOW - 7 * DAY, NOW)


def side(
    player_id: int,
    now: float,
    before: float | None,
    metric: str = "zulrah",
    kind: MetricKind = BOSS,
) -> MetricSide:
    return MetricSide(player_id, f"P{player_id}", metric, kind, now, before)


def test_a_win_is_what_was_reached_in_the_period_the_rarest_of_each_person() -> None:
    assert quiet_wins(
        [
            side(1, 100, 99),
            side(1, 1_020, 990, "vorkath"),
            side(1, 260, 240, "nex"),
            side(2, XP_AT_99, XP_AT_99 - 1, "fishing", SKILL),
            side(3, 200_000_000, 199_000_000, "cooking", SKILL),
            side(4, 500, 500),
            side(5, 50, 0),
            side(6, 999, None),
            side(7, XP_AT_99 + 9, XP_AT_99, "fishing", SKILL),
            side(8, 300_000_000, 1, "overall", SKILL),
        ]
    ) == (
        DigestWin("P3", "200M XP in Cooking", 200_000_000),
        DigestWin("P2", "99 Fishing", XP_AT_99),
        DigestWin("P1", "1,000 kills of Vorkath", 1_000),
    )


def test_a_record_is_broken_by_who_overtakes_and_not_by_who_leads_or_came_with_it() -> None:
    others = [side(2, 90, 90), side(3, 10, None)]
    assert records_broken([side(1, 91, 80), *others]) == (
        DigestRecord("P1", "zulrah", BOSS, 91, 3),
    )
    assert records_broken([side(1, 91, 90), *others]) == ()
    assert records_broken([side(1, 91, None), *others]) == ()
    assert records_broken([side(1, 90, 80), *others]) == ()
    assert records_broken([side(1, 91, 80), side(2, 90, 90)]) == ()


def test_records_in_which_most_are_ranked_come_first() -> None:
    few = [side(each, 10 + each, 10 + each, "nex") for each in (1, 2, 3)]
    many = [side(each, 10 * each, 0 if each == 4 else each) for each in (1, 2, 3, 4)]
    assert [each.metric for each in records_broken([*few, *many])] == ["zulrah"]
    few[2] = side(3, 19, 0, "nex")
    assert [each.metric for each in records_broken([*few, *many])] == ["zulrah", "nex"]


def test_of_a_clan_of_which_nothing_is_known_no_number_is_told() -> None:
    said = digest_text(replace(EMPTY, game=[DigestTotal("XP gained", None)]))
    assert said.splitlines() == [
        "**A\\_clan: the last 7 days**",
        f"-# <t:{int(EMPTY.start.timestamp())}:D> to <t:{int(NOW.timestamp())}:D>",
        "XP and boss kills are not known: Wise Old Man showed nothing new in that time.",
        "Messages are not known: the bot did not hear the chat in that time.",
    ]


def test_everything_that_is_told() -> None:
    said = digest_text(
        replace(
            EMPTY,
            game=[DigestTotal("XP gained", 1_200_000, 1_000_000), DigestTotal("Boss kills", 5)],
            chat=[DigestTotal("Messages", 1_234, is_exact=True)],
            joined=["a_b", *(f"N{each}" for each in range(5))],
            returned=["Old"],
            wins=[DigestWin("W*", "99 Fishing", 1)] * 7,
            records=[
                DigestRecord("R", "zulrah", BOSS, 1_234.0, 3),
                DigestRecord("R", "fishing", SKILL, 45_600_000.0, 3),
                DigestRecord("R", "overall", SKILL, 45_600_000.0, 3),
            ],
            helpers=[("@everyone", 1), ("H", 3)],
            doubts=["messages since 3 June"],
            evidence=["WOM 2 h old"],
            link="https://example.org",
        )
    ).splitlines()
    assert said[1].endswith(", beside the 7 days before")
    assert said[2] == "XP gained **1.2M** (+20%) \N{MIDDLE DOT} Boss kills **5**"
    assert said[3] == "Messages **1,234**"
    assert said[4] == "**New faces**  a\\_b, N0, N1, N2, N3 and 1 more. Say hi!"
    assert said[5] == "**Back again**  Old"
    assert said[6].startswith("**Quiet wins**  W\\*: 99 Fishing")
    assert said[6].endswith(" and 2 more")
    assert said[7] == (
        "**Clan records**  R leads in Zulrah now, 1,234 kills \N{MIDDLE DOT} "
        "R leads in Fishing now, 45.6M XP \N{MIDDLE DOT} R leads now, 45.6M XP"
    )
    assert said[8].endswith("everyone, 1 question answered \N{MIDDLE DOT} H, 3 questions answered")
    assert "@everyone" not in said[8]
    assert said[9:] == [
        "[Open the dashboard](<https://example.org>)",
        "-# messages since 3 June",
        "-# WOM 2 h old",
    ]


def test_where_nothing_waits_officers_are_told_nothing() -> None:
    assert officers_text("Clan", OfficersFacts(STEPS, cases={"to decide": 0}), NOW).text == ""


def test_officers_are_told_what_waits_and_what_to_do() -> None:
    facts = OfficersFacts(
        STEPS,
        [ClaimWaiting("a_b", NOW - 3 * DAY), ClaimWaiting("c", NOW - DAY)],
        ["New"],
        {"to decide": 1, "to do in the game": 2},
        ["poll was last done 3 h ago"],
    )
    assert officers_text("Clan", facts, NOW).text.splitlines() == [
        "**Clan: what waits for officers**",
        "2 claims waiting, the oldest for 3 days: a\\_b, c. Decide.",
        "1 newcomer nobody answered: New. Say hi.",
        "1 case to decide, 2 cases to do in the game. Look.",
        "Late: poll was last done 3 h ago. See.",
    ]


def test_claims_that_officers_were_told_of_that_day_are_not_told_again() -> None:
    old, new, newest = (
        ClaimWaiting(name, NOW - ago)
        for name, ago in (("old", 9 * DAY), ("new", 5 * HOUR), ("newest", timedelta(minutes=5)))
    )
    told_at = NOW - HOUR
    assert untold_claims([old, new, newest], None, NOW) == (old, new, newest)
    assert untold_claims([old, new, newest], told_at, NOW) == (old, newest)
    assert untold_claims([old, new, newest], NOW - DAY, NOW) == (old, new, newest)


def test_a_digest_of_the_longest_names_fits_into_one_message() -> None:
    """Names are as long as Discord lets them be, of letters that are escaped or count twice."""
    name, player = "*" * 16 + "\N{FIRE}" * 16, "_" * 12
    boss = "chambers_of_xeric_challenge_mode"
    facts = DigestFacts(
        "_" * 100,
        30,
        NOW - 30 * DAY,
        NOW,
        joined=[player] * 40,
        returned=[player] * 40,
        wins=[DigestWin(player, "10,000 kills of Thermonuclear Smoke Devil", 1)] * 40,
        records=[DigestRecord(player, boss, MetricKind.BOSS, 12_345, 30)] * 40,
        helpers=[(name, 1_234)] * 40,
        doubts=["12 members not in the totals: no game data near the start"] * 3,
        evidence=["96% of members linked (64% confirmed)"] * 6,
        link="https://" + "x" * 292,
    )
    text = digest_text(facts)
    assert len(text.encode("utf-16-le")) // 2 <= 2_000
    assert "**Thank you**" in text
    assert "more" in text
    late = ["a job of that name, last done on 3 June"] * 12
    waiting = OfficersFacts(STEPS, [ClaimWaiting(player, NOW)] * 99, [player] * 99, {}, late)
    told = officers_text("_" * 100, waiting, NOW)
    assert 900 < len(told.text) <= 2_000
    assert told.text.count(", ") >= told.named - 1 > 0

from dataclasses import replace
from datetime import timedelta

from bot.clan.gains import Gains, MetricGain
from bot.reports.clan_report import ClanReport, Mover
from bot.reports.metric_tables import (
    BossRow,
    Cell,
    GainRow,
    SkillRow,
    boss_gains,
    boss_rows,
    skill_gains,
    skill_rows,
)
from tests.builders import NOW, UNSEEN, Week, clan_report, member, roster

ANN = member(1, "Ann", week=Week(messages=9))
BOB = member(2, "Bob", week=Week(messages=8))
CAT = member(3, "Cat", week=UNSEEN)


def report() -> ClanReport:
    return replace(
        clan_report(ANN, BOB, CAT),
        skills={
            1: {"attack": MetricGain(500), "sailing": MetricGain(70)},
            2: {"attack": MetricGain(900), "spelunking": MetricGain(3)},
            99: {"attack": MetricGain(1_000_000)},
        },
        present_skills={
            1: {"attack": 14_000_000, "sailing": 100, "spelunking": -1},
            2: {"attack": 13_034_430, "sailing": -1, "overall": 50_000_000},
            3: {"attack": 200_000_000},
        },
        bosses={
            1: {"zulrah": MetricGain(12), "vorkath": MetricGain(0, entered_at=300)},
            2: {"zulrah": MetricGain(0), "kreearra": MetricGain(1)},
        },
        present_bosses={
            1: {"zulrah": 400, "vorkath": 300, "callisto": -1},
            2: {"zulrah": 900, "kreearra": 1, "callisto": -1},
        },
    )


def test_a_skill_shows_the_clans_gain_its_best_and_those_at_99() -> None:
    attack, sailing, spelunking = skill_rows(report())

    assert attack == SkillRow("attack", "Attack", 1_400, 2, Mover("Bob", 900), 227_034_430, maxed=2)
    assert sailing == SkillRow("sailing", "Sailing", 70, 1, Mover("Ann", 70), 100, maxed=0)
    assert spelunking.name == "Spelunking"


def test_a_boss_shows_kills_killers_and_records_most_killed_first() -> None:
    zulrah, kreearra, vorkath = boss_rows(report())

    assert zulrah == BossRow(
        "zulrah", "Zulrah", 12, 1, Mover("Ann", 12), 1_300, Mover("Bob", 900), ()
    )
    assert kreearra.name == "Kree'Arra"
    assert vorkath.kills is None


def test_who_entered_the_hiscores_is_shown_apart_and_counted_nowhere() -> None:
    vorkath = boss_rows(report())[-1]

    assert vorkath.entered == (Mover("Ann", 300),)
    assert (vorkath.kills, vorkath.killers, vorkath.top) == (None, 0, None)


def test_a_boss_that_nobody_is_ranked_at_is_left_out() -> None:
    assert "callisto" not in {row.metric for row in boss_rows(report())}


def test_people_who_are_not_in_the_roster_count_nowhere() -> None:
    assert skill_rows(report())[0].gained == 1_400


def test_a_ranked_skill_that_did_not_rise_is_zero_and_an_unranked_one_unknown() -> None:
    rows = skill_gains(report(), ("attack", "sailing", "spelunking"))

    assert rows[0] == GainRow(
        "Ann",
        "Member",
        Cell(ANN.gains(report().period).xp),
        (Cell(500), Cell(70), Cell(None)),
        ANN.gains(report().period).since,
    )
    assert rows[1].cells == (Cell(900), Cell(None), Cell(3))


def test_a_member_who_was_not_observed_is_unknown_in_every_skill() -> None:
    assert skill_gains(report(), ("attack",))[2] == GainRow(
        "Cat", "Member", Cell(None), (Cell(None),)
    )


def test_kills_of_a_boss_newly_listed_are_unknown_in_the_members_line() -> None:
    ann, bob, _ = boss_gains(report(), ("zulrah", "vorkath", "kreearra"))

    assert ann.cells == (Cell(12), Cell(None), Cell(None))
    assert ann.total.value == ANN.gains(report().period).kills
    assert bob.cells == (Cell(0), Cell(None), Cell(1))


def test_a_clan_without_numbers_has_empty_tables() -> None:
    assert skill_rows(clan_report()) == ()
    assert boss_rows(clan_report(ANN)) == ()
    assert skill_gains(clan_report(), ("attack",)) == ()


def test_what_may_be_older_than_the_span_is_marked_and_in_no_sum() -> None:
    month, since = report().period, NOW - timedelta(days=40)
    old = replace(BOB, game={month: Gains(xp=9, kills=9, since=since, thin=True, until=NOW)})
    found = replace(report(), roster=roster(ANN, old))
    attack = skill_rows(found)[0]
    assert (attack.gained, attack.gainers, attack.top) == (500, 1, Mover("Ann", 500))
    row = skill_gains(found, ("attack", "overall"))[1]
    assert (row.total, row.cells) == (Cell(9, True), (Cell(900, True), Cell(0, True)))  # noqa: FBT003 - marked
    assert (row.since, row.until) == (since, NOW)


def test_what_counts_from_later_than_the_start_is_summed_up_and_says_from_when() -> None:
    month, since = report().period, NOW - timedelta(days=5)
    late = replace(BOB, game={month: Gains(xp=9, kills=9, since=since, partial=True)})
    attack = skill_rows(replace(report(), roster=roster(ANN, late)))[0]
    assert (attack.gained, attack.top) == (1_400, Mover("Bob", 900, since.date()))


def test_what_was_earned_after_entering_the_hiscores_counts() -> None:
    found = replace(report(), bosses={1: {"nex": MetricGain(3, entered_at=300)}})
    nex = next(row for row in boss_rows(found) if row.metric == "nex")
    assert (nex.kills, nex.entered) == (3, (Mover("Ann", 300),))
    assert boss_gains(found, ("nex",))[0].cells == (Cell(3),)

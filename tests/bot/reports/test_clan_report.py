from dataclasses import replace
from datetime import date, timedelta

from bot.clan.activity import Change, ChangeKind
from bot.clan.gains import Gains
from bot.clan.spans import Period
from bot.clan.wording import DASH
from bot.reports.clan_report import (
    ChangeRow,
    Mover,
    TopMovers,
    TotalRow,
    change_rows,
    doubts,
    top_movers,
    total_rows,
)
from bot.reports.definitions import DEFINITIONS
from tests.builders import NOW, UNSEEN, Week, clan_report, full_clan, member

ANN = member(1, "Ann", role="deputy_owner", week=Week(xp=700_000, kills=7, messages=14))
BOB = member(2, "Bob", week=Week(xp=2_100_000, kills=0, messages=7))
CAT = member(3, "Cat", week=UNSEEN)


def test_the_top_lists_hold_those_who_did_something_best_first() -> None:
    report = clan_report(ANN, BOB, CAT, period=Period.WEEK)

    assert top_movers(report) == TopMovers(
        xp=(Mover("Bob", 2_100_000), Mover("Ann", 700_000)),
        kills=(Mover("Ann", 7),),
        messages=(Mover("Ann", 14), Mover("Bob", 7)),
        active=(Mover("Ann", 50), Mover("Bob", 50)),
    )


def test_a_report_without_somebody_has_them_nowhere_but_in_the_totals() -> None:
    full = replace(full_clan(12), questions=None)  # they are arranged without them already
    gone = full.roster.members[0]
    report = full.without({gone.player_id})
    assert gone.name in repr(full.changes)
    assert gone.name not in repr(report)
    assert (report.left_out, full.left_out) == (1, 0)
    assert (report.totals, report.before, report.trend) == (full.totals, full.before, full.trend)
    tables = (report.skills, report.bosses, report.present_skills, report.present_bosses)
    assert {gone.player_id in each for each in tables} == {False}
    assert report.without(()) == report


def test_what_may_be_older_than_the_span_stands_last_with_its_day() -> None:
    old = Gains(xp=99_000_000, kills=500, since=NOW - timedelta(days=20), thin=True)
    late = Gains(xp=800_000, kills=3, since=NOW - timedelta(days=2), partial=True)
    dan, eve = (
        replace(member(player_id, name), game={Period.WEEK: gains})
        for player_id, name, gains in ((4, "Dan", old), (5, "Eve", late))
    )
    found = top_movers(clan_report(dan, eve, ANN, period=Period.WEEK))
    assert found.xp == (
        Mover("Eve", 800_000, date(2025, 6, 28)),
        Mover("Ann", 700_000),
        Mover("Dan", 99_000_000, date(2025, 6, 10)),
    )
    assert {mover.name for mover in found.active} == {"Ann", "Eve"}


def test_totals_say_of_how_many_members_they_are_and_why_not_of_all() -> None:
    report = clan_report(ANN, BOB, CAT, period=Period.WEEK)
    some = report.totals._replace(thin=1, partial=2, fell=1)
    report = replace(report, totals=some, before=report.before._replace(observed=1))
    xp = total_rows(report)[0]
    assert (xp.seen, xp.change, xp.percent) == ("2 of 3 members", None, DASH)
    assert doubts(report) == (
        "1 member not in the totals: no game data near the start",
        "2 members seen for only a part of the 7 days",
        "XP or kills of 1 member fell",
    )
    assert doubts(clan_report(ANN)) == ()


def test_the_top_lists_are_as_long_as_asked() -> None:
    assert top_movers(clan_report(ANN, BOB), 1).xp == (Mover("Bob", 9_000_000),)


def test_equal_movers_stand_by_name() -> None:
    report = clan_report(member(1, "zoe"), member(2, "Adam"))

    assert [mover.name for mover in top_movers(report).xp] == ["Adam", "zoe"]


def test_the_top_lists_of_a_clan_that_nobody_saw_are_empty() -> None:
    assert top_movers(clan_report(CAT)) == TopMovers((), (), (), ())


def test_totals_stand_beside_those_before() -> None:
    rows = total_rows(clan_report(ANN, period=Period.WEEK))

    assert rows[0] == TotalRow("XP gained", 700_000, 630_000)
    assert rows[0].change == 70_000
    assert rows[0].share == 70_000 / 630_000
    assert [row.label for row in rows][-1] == "Members"


def test_totals_of_a_clan_that_nobody_saw_are_unknown_and_not_compared() -> None:
    rows = {row.label: row for row in total_rows(clan_report(CAT))}

    for label in ("XP gained", "Messages", "Members who wrote", "Members active"):
        assert (rows[label].now, rows[label].change, rows[label].share) == (None, None, None)
    assert rows["Members"].now == 1


def test_nothing_before_has_a_change_but_no_share() -> None:
    row = TotalRow("Messages", 12, 0)

    assert (row.change, row.share) == (12, None)


def test_changes_come_newest_first_with_roles_in_words() -> None:
    early, late = NOW - timedelta(days=3), NOW - timedelta(days=1)
    rose = Change(ChangeKind.PROMOTED, 1, "Ann", early, "prospector", "deputy_owner")
    renamed = Change(ChangeKind.RENAMED, 2, "Bob", late, "bob_old", "Bob")
    left = Change(ChangeKind.LEFT, 3, "Cat", early - timedelta(days=1))

    assert change_rows(replace(clan_report(), changes=(rose, left, renamed))) == (
        ChangeRow(late, "renamed", "Bob", "bob_old", "Bob"),
        ChangeRow(early, "promoted", "Ann", "Prospector", "Deputy Owner"),
        ChangeRow(early - timedelta(days=1), "left", "Cat", None, None),
    )


def test_the_words_that_need_it_are_defined_in_one_sentence_each() -> None:
    words = dict(DEFINITIONS)

    assert {"Gain", "Messages", "Active", "Unknown"} <= set(words)
    assert all(sentence.endswith(".") for sentence in words.values())


def test_a_report_without_tables_keeps_all_that_its_chart_reads() -> None:
    report = full_clan(3)
    light = report.without_tables()

    assert (light.skills, light.bosses, light.present_skills, light.present_bosses) == ({},) * 4
    assert light.roster == report.roster
    assert light.trend == report.trend

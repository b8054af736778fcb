"""Every member has a row, unknown stays unknown, and doubts are said once."""

from dataclasses import replace
from datetime import UTC, date, datetime, timedelta

from bot.clan.gains import Gains
from bot.clan.spans import Period
from bot.reports.roster_rows import RosterRow, roster_notes, roster_rows
from tests.builders import NOW, UNSEEN, Week, clan_report, member, newcomer

ANN = member(1, "Ann", role="deputy_owner", week=Week(xp=700_000, kills=7, messages=14))
BOB = member(2, "Bob", week=Week(xp=2_100_000, kills=0, messages=7))
CAT = member(3, "Cat", week=UNSEEN)


def test_the_roster_shows_every_window_of_a_member() -> None:
    (row,) = roster_rows(clan_report(ANN))

    assert row == RosterRow(
        place=1,
        name="Ann",
        joined_on=date(2024, 5, 25),
        role="Deputy Owner",
        person="discord1",
        messages=(14, 60, 180),
        xp=(700_000, 3_000_000, 9_000_000, 36_500_000),
        kills=(7, 30, 90, 365),
        doubtful=(False, False, False, False),
        ehp=30.0,
        ehb=1.5,
        total_messages=700,
        total_xp=70_000_000,
        total_kills=700,
        seen_in_game_at=NOW - timedelta(days=1, hours=2),
        seen_in_chat_at=NOW - timedelta(hours=5),
        weeks=(15, 22, 11, 18, 7, 14, 21, 9, 16, 5, 12, 19, 8),
        notes="",
        counted_from=tuple(NOW - timedelta(days=days, hours=3) for days in (7, 30, 90, 365)),
    )


def test_a_member_whom_nobody_saw_is_unknown_everywhere_and_zero_nowhere() -> None:
    (row,) = roster_rows(clan_report(replace(CAT, joined_at=None)))

    assert (row.joined_on, row.person) == (None, None)
    assert set(row.messages + row.xp + row.kills) == {None}
    assert (row.ehp, row.total_xp, row.total_messages, row.seen_in_chat_at) == (None,) * 4
    assert row.weeks == ()


def test_a_silent_linked_member_has_zero_messages() -> None:
    (row,) = roster_rows(clan_report(member(week=Week(messages=0))))

    assert row.messages == (0, 0, 0)
    assert row.total_messages == 0


def test_the_day_of_joining_is_the_clans_own() -> None:
    late = replace(ANN, joined_at=datetime(2025, 6, 1, 23, 30, tzinfo=UTC))

    assert roster_rows(clan_report(late))[0].joined_on == date(2025, 6, 2)


def test_partial_gains_are_doubtful_and_the_note_says_from_when() -> None:
    (row,) = roster_rows(clan_report(newcomer(ANN)))

    assert row.doubtful == (False, True, True, True)
    assert row.notes == "30, 90, 365 days counted from 18 Jun 2025"


def test_thin_gains_and_fallen_xp_are_noted() -> None:
    old = Gains(xp=0, kills=0, since=NOW - timedelta(days=20), thin=True)
    old = old._replace(dropped_xp=1_200, dropped_kills=3, until=NOW)
    (row,) = roster_rows(clan_report(replace(ANN, game={Period.WEEK: old})))

    assert row.doubtful == (True, False, False, False)
    assert (row.counted_from[0], row.counted_to) == (NOW - timedelta(days=20), NOW)
    assert (
        row.notes
        == "7 days counted from 10 Jun 2025, before their start; XP fell by 1,200; kills fell by 3"
    )


def test_the_roster_keeps_the_houses_order() -> None:
    rows = roster_rows(clan_report(CAT, BOB, ANN))

    assert [(row.place, row.name) for row in rows] == [(1, "Ann"), (2, "Bob"), (3, "Cat")]


def test_an_alt_is_marked_with_its_main_account_and_shows_no_chat() -> None:
    alt = replace(ANN, chat=None, total_messages=None, alt_of="Main", person="Ann")
    nameless = replace(alt, player_id=99, person=None)
    rows = roster_rows(clan_report(alt, nameless))
    assert [row.person for row in rows] == ["Ann (alt of Main)", "Main (alt of Main)"]
    assert rows[0].messages == (None, None, None)


def test_notes_are_said_once_where_the_data_begins_later_than_the_windows() -> None:
    report = clan_report(ANN)
    assert roster_notes(report) == ()
    assert roster_notes(replace(report, seen_from=date(2020, 1, 1))) == ()
    (year,) = roster_notes(replace(report, seen_from=date(2025, 3, 1)))
    assert year.startswith("365 days on Roster: the data begins on 1 Mar 2025")
    (three,) = roster_notes(replace(report, seen_from=date(2025, 6, 10)))
    assert three.startswith("30, 90 and 365 days on Roster")

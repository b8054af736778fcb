"""What was not observed is graded down, with a sentence for each reason."""

from collections.abc import Sequence
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.clan.coverage import Linked, link_words
from bot.clan.evidence import (
    Blind,
    Coverage,
    Evidence,
    Grade,
    chat_evidence,
    coverage,
    game_evidence,
    strip,
    unheard,
    unread,
)
from bot.clan.gains import Gains
from bot.clan.spans import Period, Span
from bot.clan.standings import Chat, Link, Member, MessageCounts, Roster

NOW = datetime(2026, 5, 15, 12, tzinfo=UTC)  # a Friday
UTC_ZONE = ZoneInfo("UTC")
MONTH = Period.MONTH
GAINS = Gains(1000, 1, 1.0, 1.0, NOW - timedelta(days=31))
SEEN = Member(
    1,
    "Zezima",
    "member",
    NOW - timedelta(days=400),
    link=Link.CONFIRMED,
    game={MONTH: GAINS},
    chat={MONTH: Chat(5)},
    updated_at=NOW - timedelta(hours=2),
    changed_at=NOW - timedelta(hours=2),
    seen_at=NOW - timedelta(hours=2),
)
GOOD = Evidence(Grade.GOOD)


def days(count: float) -> timedelta:
    return timedelta(days=count)


def game_side(member: Member, period: Period) -> Evidence:
    return game_evidence(member, member.gains(period), days(period), NOW)


def blind(start_days_ago: float, length_days: float, where: str | None = None) -> Blind:
    start = NOW - days(start_days_ago)
    return Blind(Span(start, start + days(length_days)), where)


def test_a_member_seen_on_both_sides_has_good_evidence_without_reasons() -> None:
    assert game_side(SEEN, MONTH) == GOOD
    assert chat_evidence(SEEN, days(MONTH), NOW) == GOOD


@pytest.mark.parametrize(
    ("member", "grade", "reason"),
    [
        (
            replace(SEEN, updated_at=None, changed_at=None, seen_at=None, game={}),
            Grade.NONE,
            "never updated on WOM",
        ),
        (replace(SEEN, seen_at=None, game={}), Grade.NONE, "no snapshot stored yet"),
        (
            replace(SEEN, changed_at=None, seen_at=NOW - days(9)),
            Grade.THIN,
            "newest snapshot 9 days old",
        ),
        (
            replace(SEEN, changed_at=None, seen_at=NOW - days(30)),
            Grade.NONE,
            "newest snapshot 30 days old",
        ),
        (
            replace(SEEN, changed_at=NOW - days(0.05)),
            Grade.THIN,
            "WOM saw a gain 1 h ago that is not stored here yet",
        ),
        (replace(SEEN, status="archived"), Grade.NONE, "archived on WOM"),
        (replace(SEEN, status="unranked"), Grade.NONE, "not on the hiscores"),
        (replace(SEEN, status="banned"), Grade.NONE, "banned from the game"),
        (
            replace(SEEN, status="flagged"),
            Grade.THIN,
            "flagged on WOM, which takes no updates until a moderator looks",
        ),
        (replace(SEEN, game={}), Grade.NONE, "too few snapshots to compare"),
        (
            replace(SEEN, game={MONTH: GAINS._replace(since=NOW - days(5), partial=True)}),
            Grade.THIN,
            "partial baseline: observed for only 5 days",
        ),
        (
            replace(SEEN, game={MONTH: GAINS._replace(since=NOW - days(70), thin=True)}),
            Grade.THIN,
            "baseline is 70 days old",
        ),
        (
            replace(SEEN, game={MONTH: GAINS._replace(since=NOW - days(35))}),
            Grade.THIN,
            "baseline is 35 days old",
        ),
        (replace(SEEN, game={MONTH: GAINS._replace(xp=None)}), Grade.THIN, "unranked in total XP"),
        (replace(SEEN, joined_at=NOW - days(12)), Grade.THIN, "joined 12 days ago"),
    ],
)
def test_the_game_side_is_graded_with_its_reason(member: Member, grade: Grade, reason: str) -> None:
    assert game_side(member, MONTH) == Evidence(grade, (reason,))


def test_a_snapshot_of_three_days_ago_is_fresh_enough_for_a_month_and_not_for_a_week() -> None:
    newest = NOW - days(3)
    week = GAINS._replace(since=NOW - days(8))
    member = replace(
        SEEN, seen_at=newest, changed_at=newest, game={MONTH: GAINS, Period.WEEK: week}
    )
    assert game_side(member, MONTH) == GOOD
    assert game_side(member, Period.WEEK).grade is Grade.THIN


def test_a_baseline_is_near_the_start_within_a_seventh_of_the_time_and_at_least_a_day() -> None:
    near = {MONTH: GAINS._replace(since=NOW - days(34)), Period.DAY: GAINS}
    near[Period.DAY] = GAINS._replace(since=NOW - days(1.9))
    member = replace(SEEN, game=near)
    assert game_side(member, MONTH) == game_side(member, Period.DAY) == GOOD
    far = replace(SEEN, game={Period.DAY: GAINS._replace(since=NOW - days(2.1))})
    assert game_side(far, Period.DAY).reasons == ("baseline is 2 days old",)


def test_what_wom_saw_after_the_time_looked_at_is_no_doubt_of_that_time() -> None:
    assert game_side(replace(SEEN, changed_at=NOW + days(1)), MONTH) == GOOD
    assert game_side(replace(SEEN, changed_at=None), MONTH) == GOOD


def test_a_status_wom_adds_later_and_an_unknown_joining_date_are_no_fault() -> None:
    assert game_side(replace(SEEN, status="new_one", joined_at=None), MONTH) == GOOD


def test_the_gravest_reason_stands_first() -> None:
    unseen = replace(SEEN, updated_at=None, changed_at=None, seen_at=None, game={})
    member = replace(unseen, status="flagged", joined_at=NOW - days(12))
    found = game_side(member, MONTH)
    assert found.grade is Grade.NONE
    assert found.reasons[0] == "never updated on WOM"
    assert len(found.reasons) == 3


@pytest.mark.parametrize(
    ("member", "seen", "grade", "reason"),
    [
        (replace(SEEN, chat=None, link=Link.NONE), (), Grade.NONE, "not linked to a Discord user"),
        (replace(SEEN, chat=None, is_hidden=True), (), Grade.NONE, "opted out"),
        (
            replace(SEEN, link=Link.NAME),
            (),
            Grade.THIN,
            "known by name only: no officer has confirmed it",
        ),
        (
            replace(SEEN, chat=None, alt_of="Main"),
            (),
            Grade.NONE,
            "an alt: what is written counts for Main",
        ),
        (
            replace(SEEN, chat=None, link=Link.NONE, has_no_discord=True),
            (),
            Grade.NONE,
            "has no Discord",
        ),
        (
            replace(SEEN, link=Link.NONE),
            (),
            Grade.THIN,
            "not linked to a Discord user: only the clan chat is seen",
        ),
        (replace(SEEN, joined_at=NOW - days(12)), (), Grade.THIN, "joined 12 days ago"),
        (SEEN, (blind(10, 3),), Grade.THIN, "bot away 3 of 30 days"),
        (SEEN, (blind(10, 2), blind(9, 2)), Grade.THIN, "bot away 3 of 30 days"),
        (SEEN, (blind(40, 25),), Grade.NONE, "bot away 15 of 30 days"),
        (SEEN, (blind(10, 0.25),), Grade.THIN, "bot away 6 h of 30 days"),
        (SEEN, (blind(10, 0.25, "#pvm"),), Grade.THIN, "#pvm not visible 6 h of 30 days"),
        (SEEN, (blind(40, 50),), Grade.NONE, "no chat seen in 30 days"),
        (SEEN, (blind(40, 50, "#pvm"),), Grade.THIN, "#pvm not visible 30 of 30 days"),
    ],
)
def test_the_chat_side_is_graded_with_its_reason(
    member: Member, seen: Sequence[Blind], grade: Grade, reason: str
) -> None:
    assert chat_evidence(member, days(MONTH), NOW, seen) == Evidence(grade, (reason,))


def test_a_restart_of_minutes_or_an_absence_outside_the_period_does_not_matter() -> None:
    assert chat_evidence(SEEN, days(MONTH), NOW, (blind(10, 0.005), blind(90, 50))) == GOOD


def test_an_absence_of_hours_is_said_in_hours() -> None:
    found = chat_evidence(SEEN, days(Period.DAY), NOW, (blind(0.5, 0.25),))
    assert found.reasons == ("bot away 6 h of 1 day",)


blinds = st.builds(blind, st.integers(0, 60), st.integers(0, 30), st.sampled_from([None, "#a"]))


@given(st.lists(blinds, max_size=5).flatmap(lambda b: st.tuples(st.just(b), st.permutations(b))))
def test_the_order_of_absences_does_not_matter(both: tuple[list[Blind], list[Blind]]) -> None:
    one, other = (chat_evidence(SEEN, days(MONTH), NOW, each) for each in both)
    assert one == other
    shown = coverage(Roster((SEEN,), NOW), NOW, Linked(confirmed=1), 1)
    strips = [strip(replace(shown, blind=tuple(each)), NOW, UTC_ZONE) for each in both]
    assert strips[0] == strips[1]


@given(st.lists(blinds, max_size=5), blinds)
def test_more_absence_never_makes_evidence_better(known: list[Blind], more: Blind) -> None:
    before = chat_evidence(SEEN, days(MONTH), NOW, known).grade
    assert chat_evidence(SEEN, days(MONTH), NOW, [*known, more]).grade <= before


def test_coverage_counts_updates() -> None:
    updates = (NOW, NOW - days(1), NOW - days(2), NOW - days(8), None)
    members = [
        replace(SEEN, player_id=number, updated_at=updated_at)
        for number, updated_at in enumerate(updates)
    ]
    known = Linked(confirmed=5)
    assert coverage(Roster(tuple(members), NOW), NOW, known, 10, [blind(1, 1)]) == Coverage(
        members=5,
        links=known,
        updated_within_week=3,
        never_updated=1,
        wom_polled_at=NOW,
        messages=10,
        blind=(blind(1, 1),),
    )


WELL = Coverage(
    members=100,
    links=Linked(confirmed=100, heard=MessageCounts(500, 500)),
    updated_within_week=100,
    never_updated=0,
    wom_polled_at=NOW - timedelta(hours=2),
    messages=500,
)


def test_a_well_observed_clan_has_a_short_strip() -> None:
    assert strip(WELL, NOW, UTC_ZONE) == ("WOM 2 h old", "100% of members linked")


@pytest.mark.parametrize(
    ("shown", "words"),
    [
        (replace(WELL, wom_polled_at=None), "WOM never polled"),
        (replace(WELL, members=0, links=Linked(), updated_within_week=0), "no members known"),
        (replace(WELL, updated_within_week=98), "2 members not updated for a week"),
        (replace(WELL, updated_within_week=99, never_updated=1), "1 member never updated"),
        (replace(WELL, messages=None), "chat not counted yet"),
        (
            replace(WELL, links=Linked(heard=MessageCounts(500, 440))),
            "88% of messages by known members",
        ),
        (replace(WELL, blind=(blind(3, 0.125),)), "bot away 3 h on Tuesday"),
        (replace(WELL, blind=(blind(12, 0.125),)), "bot away 3 h on 3 May"),
        (replace(WELL, blind=(blind(3, 9, "#pvm"),)), "#pvm not visible 3 days since Tuesday"),
        (
            replace(WELL, blind=(blind(9, 1), blind(3, 1))),
            "bot away 2 days in all, last on Tuesday",
        ),
    ],
)
def test_the_strip_says_what_is_missing(shown: Coverage, words: str) -> None:
    assert words in strip(shown, NOW, UTC_ZONE)


def test_what_to_do_about_it_is_not_under_every_answer() -> None:
    shown = replace(WELL, links=Linked(confirmed=90, unlinked=10, claims=2))
    assert strip(shown, NOW, UTC_ZONE) == ("WOM 2 h old", link_words(shown.links))


def test_the_strip_names_the_clans_own_day() -> None:
    shown = replace(WELL, blind=(blind(3.4, 0.1),))
    assert strip(shown, NOW, ZoneInfo("Asia/Tokyo"))[-1] == "bot away 2 h on Tuesday"
    assert strip(shown, NOW, ZoneInfo("America/New_York"))[-1] == "bot away 2 h on Monday"


def test_an_absence_that_lies_ahead_is_not_mentioned() -> None:
    assert len(strip(replace(WELL, blind=(blind(-1, 1),)), NOW, UTC_ZONE)) == 2


def test_a_restart_of_minutes_is_not_mentioned() -> None:
    shown = replace(WELL, blind=(blind(3, 0.005),))
    assert len(strip(shown, NOW, UTC_ZONE)) == 2


def test_no_blind_time_is_named_beside_chat_that_was_never_counted() -> None:
    shown = replace(WELL, messages=None, blind=(blind(30, 30),))
    assert strip(shown, NOW, UTC_ZONE)[2:] == ("chat not counted yet",)


def test_a_channel_concerns_those_who_wrote_there_or_can_write_there() -> None:
    span = Span(NOW - days(1), NOW)
    assert Blind(span).concerns(7, [1])
    assert Blind(span, "pvm").concerns(None, [])
    lost = Blind(span, "pvm", authors=frozenset({1, 2}))
    assert lost.concerns(7, [2, 3])
    assert not lost.concerns(7, [3])
    hidden = Blind(span, "pvm", users=frozenset({7}))
    assert hidden.concerns(7, [])
    assert not hidden.concerns(8, [7])
    assert not hidden.concerns(None, [7])


@pytest.mark.parametrize(
    ("unseen", "expected"),
    [
        ((), GOOD),
        ((blind(20, 6).span,), GOOD),
        (
            (blind(20, 6).span, blind(19, 2).span, blind(3, 1).span),
            Evidence(Grade.THIN, ("voice and reactions not seen 7 of 30 days",)),
        ),
    ],
)
def test_voice_unobserved_over_a_fifth_of_the_time_is_a_doubt(
    unseen: Sequence[Span], expected: Evidence
) -> None:
    assert chat_evidence(SEEN, days(MONTH), NOW, (), unseen) == expected


def test_voice_unobserved_for_hours_is_a_doubt_for_a_short_time_only() -> None:
    unseen = [blind(0.5, 0.5).span]
    assert chat_evidence(SEEN, days(1), NOW, (), unseen) == Evidence(
        Grade.THIN, ("voice and reactions not seen 12 h of 1 day",)
    )


def test_of_somebody_without_discord_the_clan_chat_is_all_there_is() -> None:
    apart = replace(SEEN, link=Link.NONE, has_no_discord=True)
    assert chat_evidence(apart, days(MONTH), NOW) == GOOD
    assert chat_evidence(apart, days(MONTH), NOW, [blind(3, 1)]).grade is Grade.THIN


def test_a_day_of_joining_that_lies_ahead_says_nothing_of_the_time_before() -> None:
    assert game_side(replace(SEEN, joined_at=NOW + days(1)), MONTH) == GOOD


def test_what_was_neither_heard_nor_read_until_now_was_not_seen() -> None:
    window = Span(NOW - days(30), NOW)
    assert unread(NOW, window) == unread(NOW + days(1), window) == ()
    assert unread(NOW - days(4), window) == (Blind(Span(NOW - days(4), NOW)),)
    assert unread(None, window) == unread(NOW - days(99), window) == (Blind(window),)


def test_before_anybody_listened_nothing_was_seen() -> None:
    window = Span(NOW - days(30), NOW)
    assert unheard(NOW - days(30), window) == unheard(NOW - days(99), window) == ()
    assert unheard(NOW - days(4), window) == (Blind(Span(window.start, NOW - days(4))),)
    assert unheard(None, window) == (Blind(window),)

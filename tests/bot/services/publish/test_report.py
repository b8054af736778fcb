"""The clan's report from a small clan whose numbers are known beforehand."""

import json
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta

import pytest

from bot.clan.activity import ChangeKind
from bot.clan.gains import MetricGain
from bot.clan.spans import Period, last
from bot.clan.waiting import Waits
from bot.reports.charts import report_chart
from bot.reports.clan_report import ClanReport, begins, doubts
from bot.reports.export import export_json
from bot.reports.lists import inactive_rows, promotion_rows
from bot.reports.metric_tables import boss_rows
from bot.reports.roster_rows import roster_rows
from bot.reports.worker import Inline
from bot.services.chat import Intake
from bot.services.privacy import Privacy
from bot.services.publish import Publish
from bot.services.review import Review
from storage import blind_spots, players
from storage.players import MembershipEventRow
from tests.bot.services.talk import MINUTE, PVM, heard
from tests.bot.services.view.test_slow_gains import Look, seen, slow_xp
from tests.bot.services.village import Village, counted
from tests.storage.rows import DAY, HOUR, NOW

__all__ = ["seen"]


async def report(village: Village, period: Period = Period.WEEK) -> ClanReport:
    publish = Publish(village.database, Inline(), village.clock)
    return await publish.clan_report(village.clan, period)


@pytest.fixture
async def busy(village: Village) -> Village:
    """Two known members and one of whom nothing is known, over two weeks."""
    await village.settled({1: "One", 2: "Two", 3: "Nobody"})
    await village.linked(1, 11)
    await village.linked(2, 12)
    for days, xp, zulrah, vorkath in [(14.5, 100, 10, 50), (7.5, 400, 12, 50), (1, 1_000, 15, 51)]:
        await village.seen(1, NOW - days * DAY, xp, attack=xp // 2, zulrah=zulrah, vorkath=vorkath)
    await village.seen(2, NOW - 14.5 * DAY, 5_000, zulrah=7, nex=-1)
    await village.seen(2, NOW - 7.5 * DAY, 5_000, zulrah=7, nex=-1)
    await village.seen(2, NOW - 2 * DAY, 5_050, zulrah=7, nex=812)
    await village.wrote(11, NOW - 9 * DAY, NOW - 2 * DAY, NOW - 2 * DAY + MINUTE, NOW)
    await village.wrote(12, NOW - 3 * DAY)
    await village.wrote(13, NOW, channel_info=PVM)
    await village.changed(polled_at=NOW - 2 * HOUR, listened_at=NOW)
    return village


async def test_totals_are_sums_of_what_is_known_beside_those_before(busy: Village) -> None:
    found = await report(busy)
    totals = found.totals
    assert (totals.xp, totals.kills, totals.ehb) == (650, 4, 0.0)
    assert totals.ehp == pytest.approx(0.0065)
    assert (totals.messages, totals.writers) == (5, 2)
    assert (totals.observed, totals.active, totals.members) == (2, 2, 3)
    before = found.before
    assert (before.xp, before.kills, before.messages, before.observed) == (300, 2, 1, 2)


async def test_skills_and_bosses_of_each(busy: Village) -> None:
    found = await report(busy)
    assert found.skills[1]["attack"] == MetricGain(300)
    assert found.bosses[1] == {"zulrah": MetricGain(3), "vorkath": MetricGain(1)}
    assert found.bosses[2] == {"nex": MetricGain(0, entered_at=812)}
    assert found.present_bosses[1] == {"zulrah": 15, "vorkath": 51}


async def test_evidence_says_how_good_the_numbers_are(busy: Village) -> None:
    assert (await report(busy)).evidence == (
        "WOM 2 h old",
        "66% of members linked",
        "80% of messages by known members",
    )


async def test_blind_times_stand_in_the_evidence(busy: Village) -> None:
    async with busy.database.writing() as connection:
        await blind_spots.go_blind(connection, busy.clan.clan_id, None, NOW - 5 * HOUR, "away")
        await blind_spots.see_again(connection, busy.clan.clan_id, None, NOW - 2 * HOUR)
    assert "bot away 3 h on Friday" in (await report(busy)).evidence


async def test_the_year_counts_messages_too(busy: Village) -> None:
    await busy.wrote(11, NOW - 200 * DAY)
    found = await report(busy, Period.YEAR)
    assert found.roster.by_player()[1].messages(Period.YEAR) == 5
    assert found.totals.writers == 2
    assert "85% of messages by known members" in found.evidence


async def test_the_day_counts_messages_too(busy: Village) -> None:
    found = await report(busy, Period.DAY)
    assert found.roster.by_player()[1].messages(Period.DAY) == 1
    assert found.totals.messages == 2


async def test_the_heatmap_holds_the_messages_of_the_period(busy: Village) -> None:
    heat = (await report(busy)).heatmap
    assert sum(map(sum, heat)) == 5
    assert heat[NOW.weekday()][NOW.hour] == 2


async def test_a_trend_has_a_line_for_each_day_and_gaps_where_nothing_was_seen(
    busy: Village,
) -> None:
    lines = {line.day: line for line in (await report(busy)).trend}
    today = NOW.date()
    assert len(lines) >= 7
    assert (lines[today].xp, lines[today].messages) == (None, 2)
    assert (lines[today - DAY].xp, lines[today - DAY].kills) == (600, 4)
    assert (lines[today - 2 * DAY].xp, lines[today - 2 * DAY].kills) == (50, 0)
    assert lines[today - 5 * DAY].messages == 0
    quarter = {line.day: line for line in (await report(busy, Period.QUARTER)).trend}
    assert len(quarter) in {90, 91}
    assert quarter[today - 20 * DAY].messages is None


async def test_a_day_has_a_line_for_each_hour_and_seven_days_of_hours_before_it(
    busy: Village,
) -> None:
    await busy.seen(1, NOW - 2 * HOUR, 1_250)
    found = await report(busy, Period.DAY)
    assert (len(found.trend), len(found.earlier)) == (24, 168)
    assert (found.trend[-1].day, found.trend[-1].hour) == (NOW.date(), NOW.hour)
    assert found.trend[-1].messages == 2
    assert [line.xp for line in found.trend if line.xp is not None] == [250]
    seen = [line for line in found.earlier if line.xp is not None]
    assert [line.xp for line in seen] == [50, 600]


async def test_a_year_has_weeks_and_messages_of_the_year_before_but_no_gains_of_it(
    busy: Village,
) -> None:
    await busy.seen(2, NOW - 366 * DAY, 4_000)
    await busy.wrote(11, NOW - 400 * DAY)
    found = await report(busy, Period.YEAR)
    assert (len(found.trend), len(found.earlier)) == (52, 52)
    assert found.trend[-1].day == NOW.date() - 6 * DAY
    assert (found.trend[-1].messages, found.trend[-1].xp) == (5, 650)
    assert (found.trend[-2].messages, found.trend[-2].xp) == (1, 300)
    assert {line.xp for line in found.earlier} == {None}
    assert [line.messages for line in found.earlier if line.messages] == [1]
    assert found.earlier[0].messages is None


async def test_a_period_that_begins_before_the_data_says_so_and_a_later_one_does_not(
    busy: Village,
) -> None:
    assert begins(await report(busy, Period.WEEK)) == ()
    month = await report(busy, Period.MONTH)
    assert begins(month) == ("messages since 11 Nov 2026", "XP and kills since 6 Nov 2026")
    assert doubts(month)[:2] == begins(month)
    same = replace(month, seen_from=month.heard_from)
    assert begins(same) == ("data since 11 Nov 2026",)
    assert "Data since 11 Nov 2026." in report_chart(same).alt


async def test_a_gain_belongs_to_the_clans_own_day(busy: Village) -> None:
    await busy.changed(zone="Asia/Kolkata")
    late = datetime(2026, 11, 18, 18, 45, tzinfo=UTC)  # a quarter past midnight over there
    await busy.seen(3, late - 12 * HOUR, 100)
    await busy.seen(3, late, 1_100)
    lines = {line.day: line for line in (await report(busy)).trend}
    assert lines[date(2026, 11, 19)].xp == 1_000 + 600


async def test_changes_of_the_period_are_told_newest_first(busy: Village) -> None:
    events = [
        MembershipEventRow(1, "promoted", NOW - 3 * DAY, "member", "zenyte"),
        MembershipEventRow(2, "joined", NOW - 2 * DAY, None, "member"),
        MembershipEventRow(2, "left", NOW - 9 * DAY),
    ]
    async with busy.database.writing() as connection:
        await players.note_events(connection, busy.clan.clan_id, events)
    changes = (await report(busy)).changes
    assert [(change.kind, change.name, change.after) for change in changes] == [
        (ChangeKind.JOINED, "Two", "member"),
        (ChangeKind.PROMOTED, "One", "zenyte"),
    ]


async def test_a_clan_that_was_never_heard_has_unknown_messages_and_not_zero(
    village: Village,
) -> None:
    await village.settled({1: "One"})
    await village.changed(listened_at=None)
    found = await report(village)
    assert (found.totals.messages, found.totals.xp) == (None, None)
    assert {line.messages for line in found.trend} == {None}
    assert found.questions is None
    assert found.evidence[0] == "WOM never polled"


async def test_questions_of_the_period_by_person_and_nobodys_who_opted_out(busy: Village) -> None:
    asked_at = NOW - 5 * DAY
    ours, theirs = heard(901, 11, asked_at, asks=True), heard(902, 13, asked_at, asks=True)
    early = heard(903, 11, NOW - 8 * DAY, asks=True)
    reply = heard(904, 12, asked_at + 7 * MINUTE, reply_to=ours.message_id)
    intake = Intake(busy.database, busy.known_clans, busy.clock)
    await intake.store(busy.clan, [ours, theirs, early, reply])
    tables = (await report(busy)).questions
    assert tables is not None
    assert [each.name for each in tables.people if each.answers] == ["Two"]
    assert tables.waits == Waits(2, 1, 1, 7 * MINUTE, None)
    await Privacy(busy.database, busy.clock).opt_out(busy.clan, 13)
    tables = (await report(busy)).questions
    assert tables is not None
    assert [(each.name, each.asked) for each in tables.people] == [("Two", 0), ("One", 1)]


async def test_the_report_is_of_the_span_that_ends_with_this_hour(busy: Village) -> None:
    busy.clock.forward(timedelta(minutes=20))
    found = await report(busy, Period.MONTH)
    assert found.span == last(Period.MONTH, NOW, busy.clan.zone)
    assert found.roster.as_of == busy.clock.now


async def test_another_clans_report_knows_nothing_of_it(busy: Village) -> None:
    other = await busy.known_clans.found(2, "Other")
    found = await Publish(busy.database, Inline(), busy.clock).clan_report(other, Period.MONTH)
    assert found.roster.members == ()
    assert (found.skills, found.bosses, found.changes) == ({}, {}, ())
    assert found.totals.messages is None


async def test_chart_and_workbook_go_with_the_report(busy: Village) -> None:
    files = await Publish(busy.database, Inline(), busy.clock).report_files(busy.clan, Period.WEEK)
    assert files.chart.content.startswith(b"\x89PNG")
    assert files.workbook.name == "clan_report.xlsx"
    assert files.workbook.content.startswith(b"PK")
    assert files.report == await report(busy)


async def test_only_leaderships_copy_says_who_may_rise_and_who_is_inactive(busy: Village) -> None:
    publish = Publish(busy.database, Inline(), busy.clock)
    review = Review(busy.database, busy.clock)
    usual = await publish.clan_report(busy.clan, Period.WEEK)
    assert usual.suggestions is None
    told = (await publish.clan_report(busy.clan, Period.WEEK, leadership=True)).suggestions
    assert told is not None
    may_rise, silent = await review.promotions(busy.clan), await review.inactive(busy.clan)
    assert told.promotions == promotion_rows(may_rise.promotions, may_rise.policy, busy.clock())
    assert told.inactive == inactive_rows(silent.listed, silent.policy, busy.clock())
    assert told.inactive.rows


async def test_the_summary_is_the_usual_report_without_its_workbook(busy: Village) -> None:
    publish = Publish(busy.database, Inline(), busy.clock)
    usual = await publish.report_files(busy.clan, Period.WEEK)
    theirs = await publish.report_files(busy.clan, Period.WEEK, leadership=True)
    assert theirs.workbook != usual.workbook
    assert await publish.report_summary(busy.clan, Period.WEEK) == (usual.report, usual.chart)


@pytest.mark.parametrize("period", [Period.WEEK, Period.QUARTER])
async def test_the_export_s_sums_are_those_of_the_report(
    village: Village, seen: dict[int, list[Look]], period: Period
) -> None:
    """Member by member and boss by boss, from the JSON alone; hidden and doubtful ones are told."""
    for who in (1, 2, 3):
        await village.linked(who, 10 + who)
        await village.wrote(10 + who, *(NOW - days * DAY for days in range(4 * who)))
    made = await report(village, period)
    told = json.loads(export_json(made).content)["tables"]
    gains = [row for row in told["gains"] if row["days"] == period and not row["is_thin"]]
    for key in ("xp", "kills", "ehp", "ehb"):
        known = [row[key] for row in gains if row[key] is not None]
        assert sum(known) == pytest.approx(getattr(made.totals, key)), key
    thin = {row["player_id"] for row in told["gains"] if row["days"] == period and row["is_thin"]}
    assert 0 < len(thin) < len(seen)
    for boss in boss_rows(made):
        mine = [
            row["gained"]
            for row in told["bosses"]
            if row["boss"] == boss.metric and row["player_id"] not in thin and row["gained"]
        ]
        assert (sum(mine), len(mine)) == (boss.kills, boss.killers), boss.metric
    span = last(period, NOW, village.clan.zone)
    for row in told["gains"]:
        if row["days"] == period:
            assert row["xp"] == slow_xp(seen[row["player_id"]], span)[0]
    wrote = [row["messages"] for row in told["messages"] if row["days"] == period]
    assert sum(count for count in wrote if count) == made.totals.messages


async def test_a_report_asks_as_many_questions_of_a_large_clan_as_of_a_small_one(
    village: Village,
) -> None:
    sent = []
    for size in (5, 50):
        await village.settled({who: f"Name {who}" for who in range(1, size + 1)})
        for who in range(1, size + 1):
            await village.linked(who, 100 + who)
            await village.seen(who, NOW - (60 - size) * HOUR, 100 * size, zulrah=size)
        with counted(village.database) as statements:
            assert len((await report(village)).roster.members) == size
        sent.append(len(statements))
    assert sent[0] == sent[1] < 45


async def test_a_day_on_which_something_fell_is_marked_and_what_was_made_good_counts_once(
    village: Village,
) -> None:
    await village.settled({1: "One"})
    for days, xp, zulrah in [(7.5, 500, 9), (4, 200, 9), (3, 200, 5), (2, 600, 12)]:
        await village.seen(1, NOW - days * DAY, xp, zulrah=zulrah)
    found = await report(village)
    gains = found.roster.members[0].gains(Period.WEEK)
    assert (gains.xp, gains.kills, gains.dropped_xp, gains.dropped_kills) == (100, 3, 300, 4)
    assert (found.totals.xp, found.totals.kills, found.totals.fell) == (100, 3, 1)
    assert found.bosses[1] == {"zulrah": MetricGain(3)}
    assert [line.day for line in found.trend if line.fell] == [
        (NOW - days * DAY).date() for days in (4, 3)
    ]
    assert "XP fell by 300; kills fell by 4" in roster_rows(found)[0].notes
    assert "XP or kills were lost on 16 Nov, 17 Nov." in report_chart(found).alt

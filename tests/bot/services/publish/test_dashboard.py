"""The dashboard from a small clan: the same figures as the report of each window, read once."""

import gc
import pickle
import random
from collections.abc import Mapping, Sequence
from dataclasses import replace
from datetime import date, datetime
from pathlib import Path

import pytest

from bot.clan.spans import WINDOWS, Period, Span, last
from bot.reports.dashboard.arrange import arranged
from bot.reports.dashboard.facts import DashboardOptions, QuestionCount
from bot.reports.documents import Document
from bot.reports.worker import Drawable, Drawing, Inline
from bot.services.chat import Intake
from bot.services.people import IdentityCache
from bot.services.publish import ClanQuestions, DashboardPlaces, Dashboards, Publish
from storage import players, privacy
from tests.bot.services.talk import BRIDGE, MINUTE, PVM, spoken
from tests.bot.services.village import Village, counted
from tests.storage.rows import DAY, HOUR, NOW


@pytest.fixture
async def busy(village: Village) -> Village:
    """Two known members and one of whom nothing is known, over a hundred days."""
    await village.settled({1: "One", 2: "Two", 3: "Nobody"})
    await village.linked(1, 11)
    await village.linked(2, 12)
    for days, xp, zulrah in [(100, 100, 10), (20, 400, 12), (1, 1_000, 15)]:
        await village.seen(1, NOW - days * DAY, xp, attack=xp // 2, zulrah=zulrah)
    await village.seen(2, NOW - 40 * DAY, 5_000, zulrah=7)
    await village.seen(2, NOW - 2 * DAY, 5_050, zulrah=9)
    await village.wrote(11, NOW - 60 * DAY, NOW - 2 * DAY, NOW - 2 * DAY + MINUTE, NOW)
    await village.wrote(11, NOW - 3 * DAY, asks=True)
    await village.wrote(12, NOW - 3 * DAY + MINUTE)
    await village.wrote(13, NOW, channel_info=PVM)
    await village.changed(polled_at=NOW - 2 * HOUR, listened_at=NOW)
    return village


def dashboards(village: Village, copies_to: Path | None = None) -> Dashboards:
    places = DashboardPlaces(Path(), copies_to)
    return Dashboards(village.database, Inline(), village.clock, places=places)


@pytest.mark.parametrize("period", WINDOWS)
async def test_each_window_says_what_the_report_of_it_says(busy: Village, period: Period) -> None:
    facts = await dashboards(busy).facts(busy.clan)
    report = await Publish(busy.database, Inline(), busy.clock).clan_report(busy.clan, period)
    found = facts.reports[period]
    assert (found.totals, found.before) == (report.totals, report.before)
    assert (found.skills, found.bosses) == (report.skills, report.bosses)
    assert (found.trend, found.earlier) == (report.trend, report.earlier)
    assert (found.heatmap, found.changes) == (report.heatmap, report.changes)
    assert found.heard_from == report.heard_from


async def test_a_clan_of_which_nothing_was_seen_has_a_dashboard_of_dashes(village: Village) -> None:
    for options in (DashboardOptions(), DashboardOptions(officers=True, inactive=True)):
        found = arranged(await dashboards(village).facts(village.clan, options))
        assert found["members"] == found["records"] == []
        assert {each["now"] for each in found["periods"][0]["cards"][:4]} == {None}


async def test_questions_days_and_channels_are_those_that_were_written(busy: Village) -> None:
    facts = await dashboards(busy).facts(busy.clan)
    assert facts.asked[Period.WEEK] == QuestionCount(1, 1)
    mine = facts.chats[Period.QUARTER][1]
    assert mine is not None
    assert (mine.messages, mine.questions, mine.active_days) == (5, 1, 4)
    assert facts.chats[Period.WEEK][3] is None
    helper = facts.chats[Period.WEEK][2]
    assert helper is not None
    assert helper.answers == 1


async def test_channels_of_few_are_for_officers_alone(busy: Village) -> None:
    assert (await dashboards(busy).facts(busy.clan)).channels == ()
    told = await dashboards(busy).facts(busy.clan, DashboardOptions(officers=True))
    counts = {each.name: each.messages[Period.YEAR] for each in told.channels}
    assert sorted(counts.values()) == [1, 6]


async def test_who_opted_out_stands_in_nothing(busy: Village) -> None:
    async with busy.database.writing() as connection:
        await privacy.opt_out(connection, busy.clan.clan_id, 11, NOW)
    everything = DashboardOptions(officers=True, inactive=True)
    found = arranged(await dashboards(busy).facts(busy.clan, everything))
    assert "'One'" not in repr(found)
    assert "'Two'" in repr(found)
    assert found["leftOut"] == 1


def days_of(sent: Mapping[int, Sequence[datetime]], span: Span) -> dict[int, set[date]]:
    """Return on which days of a span each wrote."""
    return {who: {at.date() for at in when if at in span} for who, when in sent.items()}


async def test_the_health_of_a_clan_is_that_of_the_slow_way(village: Village) -> None:
    """The bot listens for 40 days; one person has a second account, one opted out, two left."""
    chance = random.Random(8)  # noqa: S311 - the same clan every time
    came = {who: NOW - chance.uniform(1, 110) * DAY for who in range(1, 15)} | {20: NOW - 200 * DAY}
    for who, at in came.items():
        await village.settled({who: f"Player {who}"}, joined_at=at)
        await village.linked(who, 100 + who)
    left = {3: came[3] + 5 * DAY, 4: came[4] + 31 * DAY}
    async with village.database.writing() as connection:
        for who, at in left.items():
            await players.take_out(connection, village.clan.clan_id, [who], at)
    sent: dict[int, list[datetime]] = {100 + who: [] for who in came}
    for who in [*came, *came]:
        for _ in range(0 if who == 6 else chance.randrange(1, 18)):
            sent[100 + who].append(NOW - chance.uniform(0, 40) * DAY)
    sent[120].append(NOW - 40 * DAY)
    for user, when in sent.items():
        await village.wrote(user, *when, asks=True)
    await village.seen(20, NOW - 50 * DAY, 100)
    async with village.database.writing() as connection:
        await privacy.opt_out(connection, village.clan.clan_id, 105, NOW)
    facts = await dashboards(village).facts(village.clan)
    cache = IdentityCache(village.clock)
    for period, shown in zip(WINDOWS, arranged(facts)["periods"], strict=True):
        span, health = last(period, NOW, village.clan.zone), shown["health"]
        here = {user for user in sent if user - 100 not in left} - {105}
        days = {who: each for who, each in days_of(sent, span).items() if who in here}
        wrote = {who: len([at for at in sent[who] if at in span]) for who in here}
        assert health["in_chat"] == sum(map(bool, wrote.values())) / len(here)
        writers = [who for who in here if wrote[who]]
        heard = min(period.value, 41)
        share = sum(min(len(days[who]), heard) for who in writers) / len(writers) / heard
        assert health["stickiness"] == pytest.approx(share)
        ordered = sorted(wrote.values(), reverse=True)
        few = next(n for n in range(len(ordered)) if 2 * sum(ordered[:n]) >= sum(ordered))
        assert (health["few"], health["talkers"]) == (few, len(writers))
        month = {who: at + 30 * DAY for who, at in came.items() if who != 5}
        month = {who: at for who, at in month.items() if at in span and at <= NOW}
        stayed = [who for who, at in month.items() if left.get(who, NOW) >= at]
        assert shown["stayed"] == ([len(stayed), len(month)] if month else None)
        told = await ClanQuestions(village.database, village.clock, cache).asked(
            village.clan, period
        )
        waits = told.figures.waits
        assert shown["asked"] == {"questions": waits.asked, "answered": waits.answered}
        assert health["reply_rate"] == waits.answered / waits.asked
    assert shown["asked"]["questions"] < sum(map(len, sent.values()))


async def test_nobody_answers_themself_on_the_dashboard(busy: Village) -> None:
    """As on the list of questions: an answer by one's own name in the clan chat leaves it open."""
    await busy.settled({4: "Chatty"})
    await busy.linked(4, 14)
    await busy.wrote(14, NOW - HOUR, asks=True, channel_info=BRIDGE)
    answer = spoken(10**4, "Chatty", NOW - HOUR + MINUTE)
    await Intake(busy.database, busy.known_clans, busy.clock).store(busy.clan, [answer])
    facts = await dashboards(busy).facts(busy.clan)
    assert facts.asked[Period.WEEK] == QuestionCount(2, 1)


async def test_where_nobody_listened_no_message_is_none(village: Village) -> None:
    await village.settled({1: "One"})
    await village.linked(1, 11)
    found = arranged(await dashboards(village).facts(village.clan))
    (member,) = found["members"]
    assert member["total"]["messages"] is None
    assert {each["messages"] for each in member["periods"]} == {None}
    assert {each["health"]["in_chat"] for each in found["periods"]} == {None}


async def test_a_copy_that_fails_is_told_and_the_dashboard_stands(
    busy: Village, tmp_path: Path
) -> None:
    copies = tmp_path / "drive"
    copies.mkdir()
    (copies / "dashboard").write_text("somebody's own file")
    writer, clans = dashboards(busy, copies), [busy.clan]
    made = await writer.write(busy.clan, tmp_path / "out", clans=clans)
    assert made.fault is not None
    assert (made.path / "index.html").is_file()
    (copies / "dashboard").unlink()
    again = await writer.write(busy.clan, tmp_path / "out", clans=clans)
    assert again.copy == copies / "dashboard"
    assert (again.copy / "index.html").is_file()


async def test_a_drive_that_is_not_plugged_in_is_not_made(busy: Village, tmp_path: Path) -> None:
    writer = dashboards(busy, tmp_path / "drive")
    made = await writer.write(busy.clan, tmp_path / "out", clans=[busy.clan], single=True)
    assert made.fault == "that folder is not there"
    assert made.path.is_file()
    assert not (tmp_path / "drive").exists()


async def test_each_of_several_clans_is_copied_into_its_own_folder(
    busy: Village, tmp_path: Path
) -> None:
    copies = tmp_path / "drive"
    copies.mkdir()
    clans = [busy.clan, replace(busy.clan, clan_id=99, guild_id=99)]
    made = await dashboards(busy, copies).write(
        busy.clan, tmp_path / "out", clans=clans, single=True
    )
    assert made.copy == copies / str(busy.clan.guild_id) / "clan_dashboard.html"


async def test_what_is_private_is_not_copied(busy: Village, tmp_path: Path) -> None:
    copies = tmp_path / "drive"
    copies.mkdir()
    for options in (DashboardOptions(officers=True), DashboardOptions(inactive=True)):
        made = await dashboards(busy, copies).write(
            busy.clan, tmp_path / "out", options, clans=[busy.clan]
        )
        assert (made.copy, made.fault) == (None, None)
    assert list(copies.iterdir()) == []


async def test_all_windows_are_one_read(busy: Village) -> None:
    with counted(busy.database) as sent:
        await dashboards(busy).facts(busy.clan)
    assert len(sent) <= 32


class Watching(Inline):
    """Notes whether garbage may be collected while it draws."""

    collects: bool | None = None

    async def draw(self, drawing: Drawing, value: Drawable) -> Document:
        """Return the finished document."""
        self.collects = gc.isenabled()
        return await super().draw(drawing, value)


async def test_nothing_is_collected_while_a_year_of_facts_waits_to_be_drawn(busy: Village) -> None:
    """A collection would go through all of it at once, and hold up the loop meanwhile."""
    drawing = Watching()
    assert (await Dashboards(busy.database, drawing, busy.clock).page(busy.clan)).content
    assert drawing.collects is False
    assert gc.isenabled()


async def test_facts_come_whole_into_another_process(busy: Village) -> None:
    facts = await dashboards(busy).facts(busy.clan, DashboardOptions(officers=True))
    assert pickle.loads(pickle.dumps(facts)) == facts  # noqa: S301 - our own

"""Whoever opted out stands in no list, sheet or chart, however high they would stand there."""

from io import BytesIO
from zipfile import ZipFile

import pytest
from openpyxl import load_workbook

from bot.clan.policy import DEFAULT_POLICY, AlertKind, changed
from bot.clan.spans import Period
from bot.reports.clan_report import top_movers
from bot.reports.documents import Document
from bot.reports.worker import Inline
from bot.services.chat import Intake
from bot.services.privacy import Privacy
from bot.services.publish import Publish, ReportFiles
from bot.services.review import Review
from bot.services.setup import Policies
from storage import players
from storage.links import StoredState
from storage.players import MembershipEventRow
from tests.bot.services.talk import spoken
from tests.bot.services.village import Village, judged_by, reading
from tests.storage.rows import DAY, HOUR, NOW

ME, ASLEEP, OTHER = 730_000_000_000_000_077, 730_000_000_000_000_066, 88
RSN, OLD_RSN, ALT, DISCORD, SPEAKER = "Zyxqwv", "Oldzyx", "Altzyx", "Quillon Vask", "Nickzyx"
QUIET = "Silentzyx"
NAMES = (QUIET, RSN, OLD_RSN, ALT, DISCORD, DISCORD.lower(), SPEAKER)


@pytest.fixture
def intake(village: Village) -> Intake:
    return Intake(village.database, village.known_clans, village.clock)


@pytest.fixture
def privacy(village: Village) -> Privacy:
    return Privacy(village.database, village.clock)


@pytest.fixture
async def first_in_all(village: Village, intake: Intake) -> Village:
    """Somebody is first in everything, and another one first of the silent; two more are there."""
    await village.settled({1: OLD_RSN, 2: ALT, 3: "Mossy Fox"}, role="prospector")
    await village.settled({4: "Pure Gnome"}, role="member")
    await village.settled({1: RSN}, role="prospector")
    for who, times in ((1, 9), (2, 8), (3, 1), (4, 1)):
        readings = []
        for days in range(160, -1, -4):
            at, grown = NOW - days * DAY, (160 - days) * times
            xp = 1_000_000 + 500_000 * grown
            readings.append(reading(at, xp, attack=xp, zulrah=50 + grown, nex=50 + grown))
        await village.looked(who, readings)
    await village.settled({5: QUIET})
    await village.seen_often(5, {NOW - days * DAY: 1_000 for days in range(160, -1, -4)})
    await village.linked(5, ASLEEP)
    await village.called(ME, DISCORD)
    await village.linked(1, ME, is_main=True)
    await village.linked(2, ME)
    for user, player, days in ((ME, 1, 80), (OTHER, 3, 60)):
        await village.linked(player, user)
        await village.wrote(user, *(NOW - n * DAY - 2 * HOUR for n in range(days)))
    await village.called(ME, DISCORD)
    await intake.store(village.clan, [spoken(number, SPEAKER) for number in range(90)])
    (speaker,) = await speakers(village)
    await village.linked(1, -speaker)
    events = [
        MembershipEventRow(1, "renamed", NOW - 2 * DAY, OLD_RSN, RSN),
        MembershipEventRow(2, "joined", NOW - 2 * DAY, None, "prospector"),
    ]
    async with village.database.writing() as connection:
        await players.note_events(connection, village.clan.clan_id, events)
    await village.changed(polled_at=NOW - HOUR, listened_at=NOW)
    rules = changed(DEFAULT_POLICY, promotion={"pillar_messages": 20})
    await judged_by(Policies(village.database, village.clock), village.clan, rules)
    return village


async def speakers(village: Village) -> list[int]:
    async with village.database.reading() as connection:
        statement = "SELECT id FROM authors WHERE bridge_name IS NOT NULL ORDER BY id"
        return [row[0] for row in await connection.exec_driver_sql(statement)]


async def published(village: Village) -> ReportFiles:
    publish = Publish(village.database, Inline(), village.clock)
    return await publish.report_files(village.clan, Period.MONTH, leadership=True)


def sheets(book: Document) -> set[str]:
    """Return the sheets in which any of the names stands."""
    read = load_workbook(BytesIO(book.content), read_only=True)
    return {
        sheet.title
        for sheet in read.worksheets
        if any(name in str(row) for row in sheet.values for name in NAMES)
    }


def everything(book: Document) -> str:
    """Return all that stands in a workbook's parts, comments and properties too."""
    with ZipFile(BytesIO(book.content)) as parts:
        return "".join(parts.read(part).decode() for part in parts.namelist())


async def test_whoever_opted_out_is_nowhere_in_the_report_its_chart_and_its_workbook(
    first_in_all: Village, privacy: Privacy
) -> None:
    before = await published(first_in_all)
    assert top_movers(before.report).xp[0].name == RSN
    assert sheets(before.workbook) >= {
        "Roster",
        "Skills",
        "Bosses",
        "Boss kills",
        "Changes",
        "Inactive",
        "Promotions",
        "Summary",
    }
    for user in (ME, ASLEEP):
        await privacy.opt_out(first_in_all.clan, user)
    after = await published(first_in_all)
    for words in (repr(after.report), everything(after.workbook), after.chart.alt):
        assert [name for name in NAMES if name in words] == []
    publish = Publish(first_in_all.database, Inline(), first_in_all.clock)
    posted = await publish.report_files(first_in_all.clan, Period.MONTH)
    summary, chart = await publish.report_summary(first_in_all.clan, Period.MONTH)
    told = everything(posted.workbook) + repr(summary) + chart.alt
    assert [name for name in NAMES if name in told] == []
    assert after.report.totals.xp == before.report.totals.xp
    assert "3 members opted out" in everything(after.workbook)


async def test_whoever_opted_out_is_in_no_alert(first_in_all: Village, privacy: Privacy) -> None:
    first_in_all.clock.now = NOW + 7 * DAY
    xp = 1_000_000 + 500_000 * 160 * 9
    kills = {"zulrah": 1_900, "nex": 1_490}
    await first_in_all.seen(1, first_in_all.clock.now, xp + 1_000, attack=xp, **kills)
    await first_in_all.seen(2, first_in_all.clock.now, 1_000_000 + 500_000 * 160 * 8)
    review = Review(first_in_all.database, first_in_all.clock)
    found = (await review.alerts(first_in_all.clan)).alerts
    assert (AlertKind.BOSSER, RSN) in {(e.kind, e.profile.main.name) for e in found}
    await privacy.opt_out(first_in_all.clan, ME)
    after = (await review.alerts(first_in_all.clan)).alerts
    assert {each.profile.main.name for each in after}.isdisjoint(NAMES)


async def test_a_claim_or_a_borrowed_name_lets_nobody_take_another_one_off_the_lists(
    village: Village, privacy: Privacy
) -> None:
    await village.settled({1: RSN, 2: "Mossy Fox"})
    for who in (1, 2):
        await village.seen(who, NOW - 40 * DAY, 100)
        await village.seen(who, NOW - DAY, 1_000)
    await village.linked(1, ME, state=StoredState.CLAIMED)
    await village.called(OTHER, "Mossy Fox")
    for user in (ME, OTHER):
        await privacy.opt_out(village.clan, user)
    report = (await published(village)).report
    assert {mover.name for mover in top_movers(report).xp} == {RSN, "Mossy Fox"}


@pytest.mark.parametrize("name", [RSN, OLD_RSN, ALT, SPEAKER])
async def test_of_whoever_opted_out_the_clan_chat_counts_under_no_name(
    first_in_all: Village, intake: Intake, privacy: Privacy, name: str
) -> None:
    await privacy.opt_out(first_in_all.clan, ME)
    lines = [spoken(1, name, NOW + HOUR), spoken(2, "Mossy Fox", NOW + HOUR)]
    done = await intake.store(first_in_all.clan, lines)
    assert done.stored == 1


async def test_a_name_counts_again_for_the_member_who_bears_it_now(
    first_in_all: Village, intake: Intake, privacy: Privacy
) -> None:
    await first_in_all.settled({6: OLD_RSN})
    await privacy.opt_out(first_in_all.clan, ME)
    done = await intake.store(first_in_all.clan, [spoken(1, OLD_RSN, NOW + HOUR)])
    assert done.stored == 1


async def test_a_speaker_confirmed_to_be_somebody_else_counts_whatever_the_name(
    first_in_all: Village, intake: Intake, privacy: Privacy
) -> None:
    await intake.store(first_in_all.clan, [spoken(500, ALT)])
    _, other = await speakers(first_in_all)
    await first_in_all.linked(3, -other)
    await privacy.opt_out(first_in_all.clan, ME)
    done = await intake.store(first_in_all.clan, [spoken(1, ALT, NOW + HOUR)])
    assert done.stored == 1

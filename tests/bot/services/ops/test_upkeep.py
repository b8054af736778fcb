"""How the bot itself does: runs, what is late, what is wrong and how to mend it."""

import asyncio
import sqlite3
from contextlib import closing
from datetime import timedelta
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest
from sqlalchemy import insert
from sqlalchemy.exc import IntegrityError

from bot.clan.punctuality import Job, Late
from bot.services.chat import NO_ACCESS
from bot.services.game import AGAIN
from bot.services.ops import DONE, FAILED, REFUSED, REHEARSAL, Outcome, Status, Upkeep
from bot.services.ops.rounds import BELIEVE
from bot.services.ops.troubles import full_troubles
from storage import archiving, authors, blind_spots, players, privacy
from storage.archive_file import archive_of
from storage.engine import Database
from storage.errors import ArchiveUnusable, DatabaseFull
from storage.tables import AUTHORS
from tests.bot.demo.conftest import Clock
from tests.bot.services.contents import instant, rows
from tests.bot.services.talk import PVM
from tests.bot.services.village import Village
from tests.storage.full import full_disk
from tests.storage.rows import DAY, HOUR, NOW, Place, a_channel, names_in, note_place
from wom.errors import WomNotFound, WomUnreachable

POLL, BACKUP = Job("poll", HOUR), Job("backup", DAY)


@pytest.fixture
def upkeep(database: Database, clock: Clock) -> Upkeep:
    return Upkeep(database, clock, (POLL, BACKUP), version="1.2.3", refreshed_group=77)


async def run(upkeep: Upkeep, job: str, clan_id: int | None = 1, outcome: str = DONE) -> None:
    async with upkeep.run(job, clan_id, "trace1") as known:
        known.outcome = outcome


async def test_a_run_is_recorded_with_what_it_did(
    upkeep: Upkeep, village: Village, place: Place
) -> None:
    async with upkeep.run("poll", village.clan.clan_id, "t1") as outcome:
        village.clock.forward(timedelta(seconds=5))
        outcome.detail["updated"] = 3
    (kept,) = rows(place, "SELECT * FROM job_runs")
    assert (kept["job"], kept["clan_id"], kept["trace"], kept["outcome"]) == (
        "poll",
        1,
        "t1",
        DONE,
    )
    assert instant(kept["started_at"]) == NOW
    assert instant(kept["ended_at"]) == NOW + timedelta(seconds=5)
    assert kept["detail"] == '{"updated": 3}'


async def test_a_run_that_goes_on_has_no_outcome_yet(
    upkeep: Upkeep, village: Village, place: Place
) -> None:
    async with upkeep.run("poll", village.clan.clan_id, "t1"):
        (kept,) = rows(place, "SELECT outcome, ended_at FROM job_runs")
        assert kept == {"outcome": None, "ended_at": None}


async def test_a_failure_passes_and_is_recorded(
    upkeep: Upkeep, village: Village, place: Place
) -> None:
    with pytest.raises(LookupError, match="gone"):
        async with upkeep.run("poll", village.clan.clan_id, "t1"):
            raise LookupError("gone")
    (kept,) = rows(place, "SELECT outcome, detail FROM job_runs")
    assert kept == {"outcome": FAILED, "detail": '{"error": "LookupError"}'}


@pytest.mark.parametrize(
    ("error", "words"),
    [
        (WomUnreachable("/groups/1"), "Wise Old Man cannot be reached at the moment"),
        (OSError(28, "No space left on device", "/home/zezima/clan.db"), "The disk is full"),
        (KeyError("Zezima"), "something that nobody expected"),
    ],
)
async def test_a_failure_is_told_in_our_words_and_never_in_those_of_the_error(
    upkeep: Upkeep, village: Village, error: Exception, words: str
) -> None:
    with pytest.raises(type(error)):
        async with upkeep.run("poll", village.clan.clan_id, "t1"):
            raise error
    told = " ".join(each.words for each in (await upkeep.status(village.clan)).troubles)
    assert words in told
    assert "ezima" not in told


async def test_what_a_statement_carried_is_not_in_the_record_of_the_job_that_it_failed(
    upkeep: Upkeep, village: Village, place: Place
) -> None:
    who = {"discord_user_id": 730_000_000_000_000_077, "name": "Quillon Vask"}

    async def fail() -> None:
        async with (
            upkeep.run("flush", village.clan.clan_id, "t1"),
            village.database.writing() as connection,
        ):
            await connection.execute(insert(AUTHORS), [{"clan_id": 404, **who}])

    with pytest.raises(IntegrityError) as failed:
        await fail()
    (kept,) = rows(place, "SELECT detail FROM job_runs")
    for text in (kept["detail"], str(failed.value), repr(failed.value)):
        assert not [value for value in who.values() if str(value) in text]


async def test_jobs_are_late_after_twice_their_rhythm(upkeep: Upkeep, village: Village) -> None:
    clan = await village.changed(wom_group_id=77)
    assert await upkeep.late(clan) == ()
    village.clock.forward(3 * HOUR)
    assert await upkeep.late(clan) == (Late(POLL, None),)
    await run(upkeep, "poll")
    assert await upkeep.late(clan) == ()
    done_at = village.clock.now
    village.clock.forward(3 * HOUR)
    await run(upkeep, "poll", outcome=FAILED)
    await run(upkeep, "poll", outcome=REFUSED)
    assert await upkeep.late(clan) == (Late(POLL, done_at),)


async def test_a_clan_without_a_group_has_only_the_backup_to_be_late(
    upkeep: Upkeep, village: Village
) -> None:
    village.clock.forward(9 * DAY)
    assert await upkeep.late(village.clan) == (Late(BACKUP, None),)
    await run(upkeep, "backup", clan_id=None)
    assert await upkeep.late(village.clan) == ()


async def test_another_clans_runs_do_not_make_this_one_punctual(
    upkeep: Upkeep, village: Village
) -> None:
    other = await village.known_clans.found(2, "Other")
    clan = await village.changed(wom_group_id=77)
    village.clock.forward(3 * HOUR)
    await run(upkeep, "poll", clan_id=other.clan_id)
    assert await upkeep.late(clan) == (Late(POLL, None),)


async def test_only_the_group_whose_code_is_known_can_be_late_with_its_refresh(
    database: Database, village: Village
) -> None:
    refresh = Job("update-all", HOUR)
    mine = Upkeep(database, village.clock, (refresh,), version="1", refreshed_group=77)
    clan = await village.changed(wom_group_id=77)
    village.clock.forward(3 * HOUR)
    assert await mine.late(clan) == (Late(refresh, None),)
    assert await mine.late(await village.changed(wom_group_id=78)) == ()


async def test_what_a_server_does_itself_is_no_run_of_ours(
    upkeep: Upkeep, village: Village, database: Database
) -> None:
    async with upkeep.run("backup", None, "t") as outcome:
        await upkeep.back_up(outcome)
    status, is_file = await upkeep.status(village.clan), database.path is not None
    assert ("backup" in status.runs) is is_file
    assert (status.disk.database_bytes is not None) is is_file


async def test_a_backup_is_a_whole_database(upkeep: Upkeep, village: Village, path: Path) -> None:
    await village.wrote(1, NOW)
    outcome = Outcome()
    await upkeep.back_up(outcome)
    name = "clan_data-20261120T120000Z.db"
    assert outcome.detail == {"copy": name}
    with closing(sqlite3.connect(path.parent / "backups" / name)) as copy:
        assert copy.execute("PRAGMA integrity_check").fetchone() == ("ok",)
        assert copy.execute("SELECT count(*) FROM messages").fetchone() == (1,)


LET_IN = (
    "give the bot View Channel and Read Message History there, or leave it out in /clanstats setup"
)


async def status(upkeep: Upkeep, village: Village) -> Status:
    return await upkeep.status(village.clan)


@pytest.mark.only_sqlite
async def test_the_status_of_a_clan_that_does_well_has_no_troubles(
    upkeep: Upkeep, village: Village
) -> None:
    await village.changed(
        wom_group_id=77,
        polled_at=NOW - HOUR / 2,
        listened_at=NOW,
        ranks_confirmed_at=NOW,
    )
    await village.settled({1: "One"})
    await village.linked(1, 11)
    await village.wrote(11, NOW, NOW)
    await village.wrote(12, NOW)
    await run(upkeep, "poll")
    found = await status(upkeep, village)
    assert (found.version, found.members, found.channels) == ("1.2.3", 1, 1)
    assert found.messages == 3
    assert (found.polled_at, found.next_poll_at) == (NOW - HOUR / 2, NOW + HOUR)
    assert found.evidence[:2] == ("WOM 30 min old", "100% of members linked")
    assert (found.unreadable, found.late, found.troubles) == ((), (), ())
    assert found.runs["poll"].outcome == DONE
    assert found.disk.database_bytes is not None
    assert found.disk.database_bytes > 50_000


async def test_ranks_that_nobody_confirmed_are_a_trouble_with_its_remedy(
    upkeep: Upkeep, village: Village
) -> None:
    await village.changed(wom_group_id=77, polled_at=NOW - HOUR / 2, listened_at=NOW)
    await village.settled({1: "One", 2: "Two"}, role="zenyte")
    await run(upkeep, "poll")
    (trouble,) = (await status(upkeep, village)).troubles
    assert "they give no rights yet. Zenyte, 2 members: leadership?" in trouble.words
    assert "/clanstats setup" in trouble.next_step


async def test_each_trouble_has_its_remedy(database: Database, village: Village) -> None:
    careless = Upkeep(database, village.clock, (POLL, BACKUP), version="1", refreshed_group=None)
    async with database.writing() as connection:
        await note_place(
            connection,
            village.clan.clan_id,
            PVM.discord_channel_id,
            name="pvm",
            kind="text",
            parent_id=None,
            is_readable=False,
        )
        (pvm,) = (await authors.channels(connection, village.clan.clan_id)).values()
        await blind_spots.set_viewers(connection, village.clan.clan_id, pvm.channel_id, {5})
    with pytest.raises(LookupError):
        async with careless.run("poll", village.clan.clan_id, "t1"):
            raise LookupError("no luck")
    async with careless.run("digest", village.clan.clan_id, "t2") as outcome:
        outcome.outcome = REFUSED
        outcome.detail = {"doubt": "half of them are gone"}
    village.clock.forward(3 * DAY)
    found = await status(careless, village)
    assert found.unreadable == ("pvm",)
    assert {trouble.words: trouble.next_step for trouble in found.troubles} == {
        "no Wise Old Man group yet": "run /clanstats setup and name the group",
        "nobody refreshes the members on Wise Old Man": (
            "set WOM_GROUP_SECRET, or ask members to use the RuneLite plugin"
        ),
        "poll failed 3 days ago: something that nobody expected": "look for t1 in the log",
        "digest refused 3 days ago: half of them are gone": "look for t2 in the log",
        "backup has not been done yet": "see the log, or restart the bot",
        "members write in #pvm, which the bot cannot read: who can write there is never called "
        "silent": LET_IN,
    }


async def test_polls_that_have_failed_for_days_say_since_when_why_and_what_to_do(
    upkeep: Upkeep, village: Village
) -> None:
    await village.changed(wom_group_id=77, polled_at=NOW, ranks_confirmed_at=NOW)
    await run(upkeep, "poll")
    for _ in range(48):
        village.clock.forward(HOUR)
        with pytest.raises(WomNotFound):
            async with upkeep.run("poll", village.clan.clan_id, "t1"):
                raise WomNotFound("/groups/11907", 404, "UNEXPECTED_ERROR")
    found = await status(upkeep, village)
    told = {each.words: each.next_step for each in found.troubles if each.about == "poll"}
    assert told == {
        "poll has failed for 2 days: Wise Old Man does not know that group": (
            "Choose it again in `/clanstats setup`"
        )
    }
    assert found.polled_at == NOW
    assert found.next_poll_at == village.clock.now + HOUR


@pytest.mark.parametrize(("since", "due"), [(HOUR / 2, HOUR / 2), (HOUR, None), (9 * HOUR, None)])
async def test_the_next_poll_is_never_in_the_past(
    upkeep: Upkeep, village: Village, since: timedelta, due: timedelta | None
) -> None:
    await village.changed(wom_group_id=77, polled_at=NOW)
    village.clock.forward(since)
    found = await status(upkeep, village)
    assert found.next_poll_at == (None if due is None else village.clock.now + due)


async def test_a_roster_that_is_not_believed_says_who_can_believe_it(
    upkeep: Upkeep, village: Village
) -> None:
    async with upkeep.run("poll", village.clan.clan_id, "t2") as outcome:
        outcome.outcome = REFUSED
        outcome.detail = {"doubt": "half of them are gone", "step": BELIEVE}
    (told,) = [each for each in (await status(upkeep, village)).troubles if each.about == "poll"]
    assert told.words.endswith("half of them are gone")
    assert "--believe" in told.next_step


async def test_a_list_that_nobody_looks_after_is_a_trouble_whoever_left_is_still_on_it(
    upkeep: Upkeep, village: Village
) -> None:
    await village.settled({number: f"Player {number}" for number in range(1, 21)})
    await village.changed(polled_at=NOW, created_at=NOW - 300 * DAY)
    left = players.MembershipEventRow(1, "left", NOW - 75 * DAY)
    renamed = players.MembershipEventRow(2, "renamed", NOW - DAY, "Old", "New")
    async with village.database.writing() as connection:
        await players.note_events(connection, village.clan.clan_id, [left, renamed])
    told = {each.words: each.next_step for each in (await status(upkeep, village)).troubles}
    words = (
        "nobody joined, left or changed rank on Wise Old Man for 75 days: "
        "who left the clan in the game may still be on its list"
    )
    assert told[words] == "sync the group by the Wise Old Man plugin of RuneLite"
    joined = players.MembershipEventRow(3, "joined", NOW - 9 * DAY)
    async with village.database.writing() as connection:
        await players.note_events(connection, village.clan.clan_id, [joined])
    assert words not in {each.words for each in (await status(upkeep, village)).troubles}


async def test_numbers_that_cannot_be_are_named_but_nobody_who_opted_out(
    upkeep: Upkeep, village: Village
) -> None:
    await village.settled({1: "One", 2: "Two"})
    await village.linked(2, 22)
    await village.wrote(22, NOW)
    async with upkeep.run("poll", village.clan.clan_id, "t2") as outcome:
        outcome.detail["odd"] = dict.fromkeys(("1", "2", "99"), "Zulrah -7 cannot be right")
    words = [each.words for each in (await status(upkeep, village)).troubles]
    assert "One on Wise Old Man: Zulrah -7 cannot be right" in words
    assert "Two on Wise Old Man: Zulrah -7 cannot be right" in words
    async with village.database.writing() as connection:
        await privacy.opt_out(connection, village.clan.clan_id, 22, NOW)
    words = [each.words for each in (await status(upkeep, village)).troubles]
    assert [each for each in words if "Zulrah" in each] == [
        "One on Wise Old Man: Zulrah -7 cannot be right"
    ]


async def test_a_year_that_could_not_be_read_yet_is_a_trouble_that_passes(
    upkeep: Upkeep, village: Village
) -> None:
    async with upkeep.run("poll", village.clan.clan_id, "t2") as outcome:
        outcome.detail["history"] = "Wise Old Man is in trouble"
    told = {each.words: each.next_step for each in (await status(upkeep, village)).troubles}
    words = "the year before the bot came could not be read yet: Wise Old Man is in trouble"
    assert told[words] == AGAIN


async def test_a_channel_for_officers_that_was_never_readable_is_no_trouble_a_lost_one_is(
    upkeep: Upkeep, village: Village
) -> None:
    clan_id = village.clan.clan_id
    facts: dict[str, Any] = {"kind": "text", "parent_id": None, "is_readable": False}
    async with village.database.writing() as connection:
        for key, name in ((1, "officers"), (2, "raids"), (3, "left out"), (4, "gone")):
            await note_place(connection, clan_id, key, name=name, **facts)
            place = (await authors.channels(connection, clan_id))[key].channel_id
            if key > 1:
                await authors.move_cursors(connection, {clan_id: {place: 1}})
            await blind_spots.go_blind(connection, clan_id, place, NOW, NO_ACCESS)
        await authors.set_counted(connection, clan_id, 3, is_counted=False)
        await blind_spots.forget_gone(connection, clan_id, [1, 2, 3])
    found = await status(upkeep, village)
    assert found.unreadable == ("officers", "raids")
    told = {each.words: each.next_step for each in found.troubles if each.about == "channels"}
    assert told == {"#raids can't be read any more: who wrote there is never called silent": LET_IN}


async def test_channels_of_one_name_are_each_told_with_what_is_the_matter(
    upkeep: Upkeep, village: Village
) -> None:
    clan_id = village.clan.clan_id
    reasons = {1: NO_ACCESS, 2: "Discord is away", 3: "no words"}
    async with village.database.writing() as connection:
        for key, reason in reasons.items():
            facts: dict[str, Any] = {"kind": "text", "parent_id": None, "is_readable": key > 1}
            await authors.note_places(connection, {clan_id: {key: {"name": "raids", **facts}}})
            place = (await authors.channels(connection, clan_id))[key].channel_id
            await authors.move_cursors(connection, {clan_id: {place: 1}})
            await blind_spots.go_blind(connection, clan_id, place, NOW, reason)
    found = await status(upkeep, village)
    assert [each.words for each in found.troubles if each.about == "channels"] == [
        "#raids can't be read any more: who wrote there is never called silent",
        "#raids is not read to the end: Discord is away",
        "#raids is not read to the end: no words",
    ]


async def test_the_next_poll_is_unknown_before_the_first(upkeep: Upkeep, village: Village) -> None:
    found = await status(upkeep, village)
    assert (found.polled_at, found.next_poll_at, found.members) == (None, None, 0)


async def test_each_channel_that_is_not_read_to_the_end_is_named_with_what_it_lacks(
    upkeep: Upkeep, village: Village
) -> None:
    clan_id = village.clan.clan_id
    reasons = [f"its archived threads cannot be listed: {NO_ACCESS}", *["Discord is away"] * 6]
    async with village.database.writing() as connection:
        channels = [await a_channel(connection, clan_id, number) for number in range(1, 8)]
        for channel, reason in zip(channels, reasons, strict=True):
            await blind_spots.go_blind(connection, clan_id, channel, NOW - HOUR, reason)
        await blind_spots.fill(connection, clan_id, channels[1], NOW - HOUR)
    told = {each.words: each.next_step for each in (await status(upkeep, village)).troubles}
    assert told[f"#place-1 is not read to the end: {reasons[0]}"] == (
        "give the bot View Channel and Read Message History there; it is read at once"
    )
    again = "nothing to do: the bot tries again, at least once an hour"
    assert told["#place-3 is not read to the end: Discord is away"] == again
    assert told["1 more channel not read to the end"] == again
    assert not any("#place-2" in what for what in told)


@pytest.mark.only_sqlite
async def test_a_run_that_cannot_be_recorded_is_remembered_until_one_is_done(
    upkeep: Upkeep, village: Village
) -> None:
    with full_disk(), pytest.raises(DatabaseFull):
        await run(upkeep, "poll")
    status = await upkeep.status(village.clan)
    assert status.runs["poll"].outcome == FAILED
    (found,) = [each.words for each in status.troubles if each.about == "poll"]
    assert found.startswith("poll failed under a minute ago: The disk is full, so nothing was")
    village.clock.forward(HOUR)
    await run(upkeep, "poll")
    assert (await upkeep.status(village.clan)).runs["poll"].outcome == DONE


@pytest.mark.only_sqlite
async def test_a_run_whose_end_cannot_be_recorded_is_remembered_too(
    upkeep: Upkeep, village: Village
) -> None:
    full = full_disk()
    with pytest.raises(DatabaseFull):
        async with upkeep.run("poll", 1, "t1"):
            full.__enter__()
    full.__exit__(None, None, None)
    assert (await upkeep.status(village.clan)).runs["poll"].outcome == FAILED


@pytest.mark.only_sqlite
async def test_what_is_done_too_often_to_be_recorded_is_remembered_when_it_fails(
    upkeep: Upkeep, village: Village
) -> None:
    with pytest.raises(LookupError):
        async with upkeep.watched("flush", "t1"):
            raise LookupError
    assert "flush" in (await upkeep.status(village.clan)).runs
    async with upkeep.watched("flush", "t2"):
        pass
    assert "flush" not in (await upkeep.status(village.clan)).runs


async def test_what_is_told_to_end_did_not_fail(upkeep: Upkeep, village: Village) -> None:
    with pytest.raises(asyncio.CancelledError):
        async with upkeep.watched("flush", "t1"):
            raise asyncio.CancelledError
    assert "flush" not in (await upkeep.status(village.clan)).runs


@pytest.mark.only_sqlite
async def test_a_disk_that_is_nearly_full_is_told_before_anything_fails(
    upkeep: Upkeep, village: Village, monkeypatch: pytest.MonkeyPatch
) -> None:
    free = SimpleNamespace(free=7_000_000)
    monkeypatch.setattr("bot.services.ops.disk_use.shutil.disk_usage", lambda _: free)
    (found,) = [
        each for each in (await upkeep.status(village.clan)).troubles if each.about == "disk"
    ]
    assert found.words.startswith("only 7 MB are free on the disk of the database")
    free.free = 10**12
    assert "disk" not in [each.about for each in (await upkeep.status(village.clan)).troubles]


async def test_a_backup_that_is_not_kept_elsewhere_is_made_and_stands_in_the_status(
    database: Database, village: Village, path: Path, tmp_path: Path
) -> None:
    mine = Upkeep(
        database,
        village.clock,
        (POLL, BACKUP),
        version="1",
        refreshed_group=None,
        elsewhere=tmp_path / "drive",
    )
    async with mine.run("backup", None, "t") as outcome:
        await mine.back_up(outcome)
    told = [each.words for each in (await mine.status(village.clan)).troubles]
    assert any("was not copied to BACKUP_COPY_DIR" in words for words in told)
    assert len(list((path.parent / "backups").iterdir())) == 1
    (tmp_path / "drive").mkdir()
    async with mine.run("backup", None, "t") as outcome:
        await mine.back_up(outcome)
    told = [each.words for each in (await mine.status(village.clan)).troubles]
    assert not any("BACKUP_COPY_DIR" in words for words in told)


async def test_a_backup_without_its_archive_is_kept_elsewhere_too_and_has_failed(
    database: Database, clock: Clock, path: Path, tmp_path: Path
) -> None:
    mine = Upkeep(
        database, clock, (BACKUP,), version="1", refreshed_group=None, elsewhere=tmp_path / "drive"
    )
    (tmp_path / "drive").mkdir()
    await archiving.move(database, NOW)
    archive_of(path).unlink()
    with pytest.raises(ArchiveUnusable):
        await mine.back_up(Outcome())
    assert names_in(tmp_path / "drive") == names_in(path.parent / "backups")
    assert len(names_in(tmp_path / "drive")) == 1


@pytest.mark.only_sqlite
async def test_a_backup_is_restored_on_trial_once_a_month(upkeep: Upkeep, village: Village) -> None:
    async def due() -> bool:
        return await upkeep.must_rehearse()

    assert not await due()
    await upkeep.back_up(Outcome())
    await run(upkeep, REHEARSAL, None, FAILED)
    assert await due()
    async with upkeep.run(REHEARSAL, None, "t") as outcome:
        assert await upkeep.rehearse(outcome) is not None
    assert outcome.detail == {"copy": "clan_data-20261120T120000Z.db", "players": 0, "messages": 0}
    assert not await due()
    village.clock.forward(29 * DAY)
    assert not await due()
    village.clock.forward(DAY)
    assert await due()
    village.clock.now -= 90 * DAY
    assert await due()


def test_that_a_clan_has_as_many_channels_as_it_may_is_told_with_what_to_do() -> None:
    assert full_troubles(9, 10) == []
    (told,) = full_troubles(10, 10)
    assert told.words.startswith("10 channels and threads are known, as many as")
    assert "MAX_CHANNELS" in told.next_step


async def test_of_ten_thousand_runs_that_nobody_could_record_the_newest_are_kept(
    upkeep: Upkeep,
) -> None:
    for number in range(10_000):
        with pytest.raises(LookupError):
            async with upkeep.watched(f"job {number}", "t"):
                raise LookupError
    assert [job for job, _ in upkeep._unrecorded] == [
        f"job {each}" for each in range(8_000, 10_000)
    ]
    async with upkeep.watched("job 9999", "t"):
        pass
    assert len(upkeep._unrecorded) == 1_999

"""What jobs did, and when the bot could not see."""

import pytest

from storage import authors, blind_spots, runs
from storage.blind_spots import Blindness, HiddenChannel
from storage.engine import Database
from storage.runs import Run
from tests.storage.rows import DAY, HOUR, NOW, a_channel, a_clan, note_place


@pytest.fixture
async def clan_id(database: Database) -> int:
    async with database.writing() as connection:
        return await a_clan(connection)


async def test_a_run_that_goes_on_has_no_outcome(database: Database, clan_id: int) -> None:
    async with database.writing() as connection:
        await runs.begin(connection, "poll", clan_id, "0badcafe", NOW)
        assert await runs.last_runs(connection, clan_id) == {
            "poll": Run("poll", clan_id, "0badcafe", NOW, None, None, {})
        }


async def test_the_newest_run_of_each_job_is_told(database: Database, clan_id: int) -> None:
    async with database.writing() as connection:
        for hours, outcome in ((0, "done"), (1, "failed")):
            run = await runs.begin(connection, "poll", clan_id, "trace", NOW + hours * HOUR)
            await runs.end(connection, run, outcome, {"changed": hours}, NOW + hours * HOUR)
        await runs.begin(connection, "backup", None, "trace", NOW)
        last = await runs.last_runs(connection, clan_id)
        assert (last["poll"].outcome, last["poll"].detail) == ("failed", {"changed": 1})
        assert last["backup"].clan_id is None
        done = await runs.last_runs(connection, clan_id, outcome="done")
        assert {job: run.started_at for job, run in done.items()} == {"poll": NOW}


async def test_a_blind_time_is_noted_once_until_it_ends(database: Database, clan_id: int) -> None:
    async with database.writing() as connection:
        channel = await a_channel(connection, clan_id)
        for hours in (0, 1):
            await blind_spots.go_blind(
                connection, clan_id, channel, NOW + hours * HOUR, "no access"
            )
        await blind_spots.see_again(connection, clan_id, channel, NOW + 2 * HOUR)
        await blind_spots.go_blind(connection, clan_id, channel, NOW + 3 * HOUR, "no access")
        assert await blind_spots.blindness(connection, clan_id, NOW) == [
            Blindness("place-1", NOW, NOW + 2 * HOUR, "no access", channel, is_lost=True),
            Blindness("place-1", NOW + 3 * HOUR, None, "no access", channel),
        ]


async def test_being_away_is_not_being_shut_out_of_a_channel(
    database: Database, clan_id: int
) -> None:
    async with database.writing() as connection:
        channel = await a_channel(connection, clan_id)
        await blind_spots.go_blind(connection, clan_id, channel, NOW, "no access")
        await blind_spots.go_blind(connection, clan_id, None, NOW + HOUR, "away")
        await blind_spots.see_again(connection, clan_id, None, NOW + DAY)
        assert await blind_spots.blindness(connection, clan_id, NOW) == [
            Blindness("place-1", NOW, None, "no access", channel),
            Blindness(None, NOW + HOUR, NOW + DAY, "away"),
        ]


async def test_blind_times_that_ended_before_are_not_told(database: Database, clan_id: int) -> None:
    async with database.writing() as connection:
        await blind_spots.go_blind(connection, clan_id, None, NOW - 2 * DAY, "away")
        await blind_spots.see_again(connection, clan_id, None, NOW - DAY)
        assert await blind_spots.blindness(connection, clan_id, NOW - DAY) == []
        assert len(await blind_spots.blindness(connection, clan_id, NOW - DAY - HOUR)) == 1


async def test_what_was_read_after_all_was_no_blindness(database: Database, clan_id: int) -> None:
    async with database.writing() as connection:
        channel, other = [await a_channel(connection, clan_id, each) for each in (1, 2)]
        await blind_spots.go_blind(connection, clan_id, other, NOW + HOUR, "no access")
        await blind_spots.go_blind(connection, clan_id, channel, NOW, "no access")
        await blind_spots.fill(connection, clan_id, channel, NOW + DAY)
        await blind_spots.go_blind(connection, clan_id, channel, NOW + 2 * DAY, "no access")
        await blind_spots.fill(connection, clan_id, channel, NOW + 2 * DAY)
        assert await blind_spots.blindness(connection, clan_id, NOW) == [
            Blindness("place-1", NOW, NOW + DAY, "no access", channel, is_lost=True),
            Blindness("place-2", NOW + HOUR, None, "no access", other),
        ]


async def test_of_channels_left_out_or_never_readable_nothing_is_missed(
    database: Database, clan_id: int
) -> None:
    async with database.writing() as connection:
        never = await a_channel(connection, clan_id)
        await blind_spots.go_blind(connection, clan_id, never, NOW, "no access")
        assert await blind_spots.blindness(connection, clan_id, NOW) != []
        (key,) = await authors.channels(connection, clan_id)
        await note_place(
            connection, clan_id, key, name="shut", kind="text", parent_id=None, is_readable=False
        )
        assert await blind_spots.blindness(connection, clan_id, NOW) == []
        await authors.move_cursors(connection, {clan_id: {never: 1}})
        assert await blind_spots.blindness(connection, clan_id, NOW) != []
        await authors.set_counted(connection, clan_id, key, is_counted=False)
        assert await blind_spots.blindness(connection, clan_id, NOW) == []


async def test_of_channels_that_are_gone_nothing_is_missed_nor_of_their_threads(
    database: Database, clan_id: int
) -> None:
    async with database.writing() as connection:
        other = await a_clan(connection, 2)
        for clan, key, parent in (
            (clan_id, 5, None),
            (clan_id, 6, None),
            (clan_id, 7, 6),
            (other, 6, None),
        ):
            await note_place(
                connection, clan, key, name=f"place {key}", kind="text", parent_id=parent
            )
            channel = (await authors.channels(connection, clan))[key].channel_id
            await blind_spots.go_blind(connection, clan, channel, NOW, "no access")
        await blind_spots.go_blind(connection, clan_id, None, NOW, "away")
        await blind_spots.forget_gone(connection, clan_id, [5])
        places = await authors.channels(connection, clan_id)
        left = [each.channel for each in await blind_spots.blindness(connection, clan_id, NOW)]
        assert left == ["place 5", None]
        assert [key for key, place in places.items() if place.is_gone] == [6, 7]
        await blind_spots.forget_channel(connection, clan_id, 5)
        assert [each.channel for each in await blind_spots.blindness(connection, clan_id, NOW)] == [
            None
        ]
        assert [each.channel for each in await blind_spots.blindness(connection, other, NOW)] == [
            "place 6"
        ]


async def test_an_absence_is_one_row_however_often_it_is_noted_and_read_once_its_history_was(
    database: Database, clan_id: int
) -> None:
    async with database.writing() as connection:
        other = await a_clan(connection, 2)
        for clan in (clan_id, other):
            for hours in (1, 2):
                end = NOW + hours * HOUR
                await blind_spots.be_away(connection, clan, NOW, end, "away")
        away = Blindness(None, NOW, NOW + 2 * HOUR, "away")
        assert await blind_spots.blindness(connection, clan_id, NOW) == [away]
        await blind_spots.read_since(connection, clan_id)
        assert await blind_spots.blindness(connection, clan_id, NOW) == [
            away._replace(is_read=True)
        ]
        assert await blind_spots.blindness(connection, other, NOW) == [away]


async def test_a_channel_that_was_never_readable_is_told_with_those_who_write_there(
    database: Database, clan_id: int
) -> None:
    async with database.writing() as connection:
        ids = {}
        for key in (1, 2, 3):
            await note_place(
                connection,
                clan_id,
                key,
                name=f"place {key}",
                kind="text",
                parent_id=None,
                is_readable=False,
            )
            ids[key] = (await authors.channels(connection, clan_id))[key].channel_id
        await blind_spots.set_viewers(connection, clan_id, ids[1], {77, 78})
        await blind_spots.set_viewers(connection, clan_id, ids[2], None)
        await blind_spots.set_viewers(connection, clan_id, ids[3], ())
        hidden = [
            HiddenChannel(ids[1], "place 1", frozenset({77, 78})),
            HiddenChannel(ids[2], "place 2", None),
        ]
        assert await blind_spots.hidden_channels(connection, clan_id) == hidden
        assert await blind_spots.hidden_channels(connection, await a_clan(connection, 2)) == []
        await authors.set_counted(connection, clan_id, 2, is_counted=False)
        assert await blind_spots.hidden_channels(connection, clan_id) == hidden[:1]
        await blind_spots.set_viewers(connection, clan_id, ids[1], {77})
        assert await blind_spots.hidden_channels(connection, clan_id) == [
            hidden[0]._replace(viewers=frozenset({77}))
        ]
        await blind_spots.forget_gone(connection, clan_id, [2, 3])
        assert await blind_spots.hidden_channels(connection, clan_id) == []


async def test_it_is_known_since_when_channels_cannot_be_seen_and_why_now(
    database: Database, clan_id: int
) -> None:
    async with database.writing() as connection:
        channel, other = [await a_channel(connection, clan_id, each) for each in (1, 2)]
        await blind_spots.go_blind(connection, clan_id, channel, NOW, "no answer")
        await blind_spots.go_blind(connection, clan_id, channel, NOW + HOUR, "no access")
        await blind_spots.go_blind(connection, clan_id, other, NOW, "no access")
        await blind_spots.see_again(connection, clan_id, other, NOW + HOUR)
        assert await blind_spots.blind_since(connection, clan_id) == {1: NOW}
        (first, _) = await blind_spots.blindness(connection, clan_id, NOW)
        assert first == Blindness("place-1", NOW, None, "no access", channel)
        other_clan = await a_clan(connection, 2)
        assert await blind_spots.blind_since(connection, other_clan) == {}


async def test_old_runs_go_but_for_the_newest_of_each_job_with_each_outcome(
    database: Database,
) -> None:
    async with database.writing() as connection:
        for days, outcome in (
            (300, "done"),
            (200, "failed"),
            (150, "done"),
            (120, "done"),
            (1, "done"),
        ):
            began = NOW - days * DAY
            run_id = await runs.begin(connection, "backup", None, f"{days}", began)
            await runs.end(connection, run_id, outcome, {}, began)
        assert await runs.forget_before(connection, NOW - 90 * DAY, 2) == 2
        assert await runs.forget_before(connection, NOW - 90 * DAY, 2) == 1
        assert await runs.forget_before(connection, NOW - 90 * DAY, 2) == 0
        assert (await runs.last_runs(connection, 1, "failed"))["backup"].trace == "200"
        assert (await runs.last_runs(connection, 1, "done"))["backup"].trace == "1"


async def test_when_jobs_of_many_clans_ended_last_is_told_at_once(database: Database) -> None:
    async with database.writing() as connection:
        one, two, three = [await a_clan(connection, guild_id) for guild_id in (11, 12, 13)]
        for job, clan_id, hours, outcome in (
            ("poll", one, 1, "done"),
            ("poll", one, 2, "done"),
            ("poll", one, 3, "failed"),
            ("poll", one, 99, "done"),
            ("poll", two, 1, "failed"),
            ("report", two, 1, "done"),
            ("backup", None, 4, "done"),
        ):
            at = NOW + hours * HOUR
            run = await runs.begin(connection, job, clan_id, "x", at)
            await runs.end(connection, run, outcome, {}, at)
        await runs.begin(connection, "poll", three, "x", NOW)
        now = NOW + 5 * HOUR
        found = await runs.last_ended(
            connection, [one, two, three], ["poll", "backup"], "done", now
        )
        assert found == {(one, "poll"): NOW + 2 * HOUR, (None, "backup"): NOW + 4 * HOUR}
        assert await runs.last_ended(connection, [], ["poll"], "done", now) == {}
        assert await runs.last_ended(connection, [one], [], "done", now) == {}
        last = await runs.last_runs(connection, two)
        assert {job: (run.clan_id, run.outcome) for job, run in last.items()} == {
            "poll": (two, "failed"),
            "report": (two, "done"),
            "backup": (None, "done"),
        }
        assert (await runs.last_runs(connection, None)).keys() == {"backup"}

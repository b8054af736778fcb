"""A zone is set in steps; whatever comes between them, the numbers are those of the new zone."""

import shutil
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import NamedTuple
from zoneinfo import ZoneInfo

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from bot.services.chat import IncomingMessage, Intake, Zones, rebuild
from bot.services.privacy import Privacy
from bot.services.setup import Clan, Clans
from storage.engine import Connection, Database
from tests.bot.demo.conftest import Clock
from tests.bot.services.contents import one
from tests.bot.services.talk import GENERAL, MINUTE, PVM, heard, heard_again, kept, told
from tests.storage.rows import DAY, HOUR, NOW, Place, opened

ZONES = ("Asia/Kolkata", "UTC", "Pacific/Kiritimati", "Etc/GMT+12", "Australia/Lord_Howe")
# Lord Howe changes its clocks by half an hour in this night, which is April there.
START = datetime(2026, 4, 3, 22, 50, tzinfo=UTC)
Deed = Callable[[], Awaitable[object]]


class Stopped(Exception):
    """The bot was killed between two steps."""


class Interrupted(Database):
    """A database with which something else happens before each of its writes."""

    deeds: list[Deed]
    writes = 0

    @asynccontextmanager
    async def writing(self) -> AsyncIterator[Connection]:
        self.writes += 1
        if self.writes > 1 and self.deeds:  # the first one sets the zone
            await self.deeds.pop(0)()
        async with super().writing() as connection:
            yield connection


class Course(NamedTuple):
    """What is written before, between and after the steps, and what of it is deleted then."""

    before: list[IncomingMessage]
    between: list[list[IncomingMessage]]
    deleted: list[int]
    zones: tuple[str, str]
    facts_at_once: int
    killed_after: int


@st.composite
def courses(draw: st.DrawFn) -> Course:
    hours = st.integers(0, 20 * 24 * 4).map(lambda quarters: quarters / 4)
    drafts = draw(
        st.lists(st.tuples(hours, st.integers(1, 3), st.booleans()), min_size=1, max_size=24)
    )
    messages = [
        heard(
            number,
            user,
            START + timedelta(hours=hour, milliseconds=number),
            (GENERAL, PVM)[number % 5 == 0],
            asks=asks,
        )
        for number, (hour, user, asks) in enumerate(drafts)
    ]
    first = draw(st.integers(0, len(messages)))
    steps = draw(st.integers(1, 4))
    ids = st.sampled_from([each.message_id for each in messages])
    return Course(
        messages[:first],
        [messages[first + step :: steps] for step in range(steps)],
        draw(st.lists(ids, max_size=6, unique=True)),
        draw(st.tuples(st.sampled_from(ZONES), st.sampled_from(ZONES))),
        draw(st.sampled_from([1, 3, 2_000])),
        draw(st.integers(1, 9)),
    )


async def interrupted(place: Place, clan: Clan, zone: str, deeds: list[Deed]) -> int:
    """Set the zone while something happens between the steps; return how many writes it took."""
    database = Interrupted(place)
    database.deeds = deeds
    try:
        await Zones(database).set_zone(clan, zone)
    except Stopped:
        assert one(place, "SELECT recounted_from_on IS NOT NULL FROM clans")
    finally:
        await database.close()
    return database.writes


async def run(course: Course, place: Place) -> None:
    """Write, set the zone with all that happens between the steps, and go on where it stopped."""
    clock = Clock(NOW)
    async with opened(place) as database:
        known_clans = Clans(database, clock)
        clan = await known_clans.found(1, "Iron Cabbage")
        await Zones(database).set_zone(clan, course.zones[0])
        intake = Intake(database, known_clans, clock)
        await intake.store(clan, course.before)

        async def kill() -> None:
            raise Stopped

        def write(few: list[IncomingMessage]) -> Deed:
            return lambda: intake.store(clan, few)

        deeds = [write(few) for few in course.between]
        deeds.insert(1, lambda: intake.store(clan, [], course.deleted))
        deeds.insert(course.killed_after, kill)
        await interrupted(place, clan, course.zones[1], deeds)
        for deed in deeds:
            if deed is not kill:
                await deed()
        await Zones(database).recount()
    assert one(place, "SELECT recounted_from_on IS NULL FROM clans")


@settings(
    deadline=None, max_examples=25, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
@given(course=courses())
async def test_steps_with_writing_deleting_and_a_kill_between_them_make_what_counting_at_once_does(
    template: Path, course: Course
) -> None:
    written = [*course.before, *(each for few in course.between for each in few)]
    with TemporaryDirectory() as folder, pytest.MonkeyPatch.context() as patch:
        patch.setattr(rebuild, "_FACTS_AT_ONCE", course.facts_at_once)
        patch.setattr(rebuild, "_DAYS_AT_ONCE", 3)
        path = Path(shutil.copy(template, folder))
        await run(course, path)
        found = kept(path)
        # A message that was deleted before it was heard is deleted all the same.
        assert found == told(heard_again(path), ZoneInfo(course.zones[1]))
        assert not {*course.deleted} & {*found.facts}
        assert {*found.facts} <= {each.message_id for each in written}


async def test_hours_of_the_zone_before_go_though_no_message_and_no_day_is_left_there(
    place: Place, database: Database, clan: Clan, known_clans: Clans
) -> None:
    # In both zones it is the fourth of April; hours of India begin at half past.
    old = [heard(number, 1, datetime(2026, 4, 3, 22, 50, tzinfo=UTC)) for number in range(5)]
    new = [heard(9, 1, datetime(2026, 4, 7, 0, 5, tzinfo=UTC))]
    intake = Intake(database, known_clans, Clock(NOW))
    await Zones(database).set_zone(clan, "Asia/Kolkata")
    await intake.store(clan, [*old, *new])

    async def delete() -> None:
        await intake.store(clan, [], [each.message_id for each in old])

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(rebuild, "_FACTS_AT_ONCE", 1)
        patch.setattr(rebuild, "_DAYS_AT_ONCE", 3)
        await interrupted(place, clan, "Pacific/Kiritimati", [delete])
    assert kept(place) == told(new, ZoneInfo("Pacific/Kiritimati"))


async def test_a_day_with_too_many_messages_is_counted_by_some_authors_at_a_time(
    place: Place, database: Database, clan: Clan, known_clans: Clans
) -> None:
    messages = [
        heard(number, 1 + number % 4, NOW - number * MINUTE, asks=not number % 7)
        for number in range(200)
    ]
    intake = Intake(database, known_clans, Clock(NOW))
    await intake.store(clan, messages)
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(rebuild, "_FACTS_AT_ONCE", 60)
        few = await interrupted(place, clan, "Asia/Kolkata", [])
        patch.setattr(rebuild, "_FACTS_AT_ONCE", 2_000)
        at_once = await interrupted(place, clan, "Asia/Kathmandu", [])
    assert few > 4 + at_once
    assert kept(place) == told(messages, ZoneInfo("Asia/Kathmandu"))


async def test_a_zone_that_is_set_while_another_one_is_counted_has_the_last_word(
    place: Place, database: Database, clan: Clan, known_clans: Clans
) -> None:
    messages = [heard(number, 1, NOW - number * 9 * HOUR) for number in range(200)]
    await Intake(database, known_clans, Clock(NOW)).store(clan, messages)
    await interrupted(
        place, clan, "Asia/Kolkata", [lambda: Zones(database).set_zone(clan, "Asia/Tokyo")]
    )
    assert one(place, "SELECT zone FROM clans") == "Asia/Tokyo"
    assert kept(place) == told(messages, ZoneInfo("Asia/Tokyo"))


async def test_who_is_forgotten_between_two_steps_is_in_no_hour_of_the_clan(
    place: Place, database: Database, clan: Clan, known_clans: Clans
) -> None:
    messages = [heard(number, 1 + number % 2, NOW - number * 9 * HOUR) for number in range(200)]
    intake = Intake(database, known_clans, Clock(NOW))
    await intake.store(clan, messages)
    privacy = Privacy(database, Clock(NOW))
    await interrupted(place, clan, "Asia/Kolkata", [lambda: privacy.forget(clan, 2)])
    left = [each for each in messages if each.user_id == 1]
    assert kept(place) == told(left, ZoneInfo("Asia/Kolkata"))


async def test_a_clan_in_which_nobody_wrote_has_nothing_to_count(place: Place, clan: Clan) -> None:
    assert await interrupted(place, clan, "Asia/Kolkata", []) == 1
    assert one(place, "SELECT recounted_from_on IS NULL FROM clans")


async def test_how_far_it_came_is_a_day_of_the_new_zone(
    place: Place, database: Database, clan: Clan, known_clans: Clans
) -> None:
    messages = [heard(number, 1, NOW - number * DAY) for number in range(100)]
    await Intake(database, known_clans, Clock(NOW)).store(clan, messages)

    async def stop() -> None:
        raise Stopped

    async def nothing() -> None: ...

    await interrupted(place, clan, "Asia/Kolkata", [nothing, stop])
    reached = date.fromordinal(int(str(one(place, "SELECT recounted_from_on FROM clans"))))
    assert reached == NOW.date() + 3 * DAY - 32 * DAY
    await Zones(database).recount()
    assert kept(place) == told(messages, ZoneInfo("Asia/Kolkata"))

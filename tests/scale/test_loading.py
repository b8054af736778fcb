"""Many clans made from one are such as the bot itself would have made, on both engines."""

from collections.abc import Iterator
from pathlib import Path

import httpx
import pytest
from sqlalchemy import func, select, text

from bot.clan.diagnosis import Severity
from bot.clan.spans import HOUR, Period
from bot.settings import load
from bot.wiring import Services, open_services
from storage.engine import Database
from storage.tables import AUTHORS, CLANS, MESSAGES
from tests.scale.loading import APART, NOW, Loader, Story, story_of
from tests.scale.measuring import Undrawn
from tests.scale.wom import ManyWoms
from tests.storage.postgres import Server, fresh_name
from tests.storage.rows import Place

CLANS_MADE = 4


@pytest.fixture(scope="module")
def story() -> Story:
    return story_of(members=12, messages=300, days=10)


@pytest.fixture(params=["sqlite", "postgresql"])
def place(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Place]:
    if request.param == "sqlite":
        yield tmp_path / "many.db"
        return
    server: Server = request.getfixturevalue("server")
    name = fresh_name()
    server.make(name)
    yield server.url(name)
    server.drop(name)


async def filled(place: Place, story: Story) -> dict[str, int]:
    """Fill a database in two steps; return how many rows of some tables there are, per clan."""
    database, loader = Database(place), Loader(story, lambda _: None)
    await loader.grow(database, 2)
    async with database.writing() as connection:
        # What the bot makes meanwhile, whose ids new clans must not have.
        clan_id = await connection.scalar(select(func.min(CLANS.c.id)))
        for number in range(3):
            values = {"clan_id": clan_id, "discord_user_id": number + 1, "name": "new"}
            await connection.execute(AUTHORS.insert().values(values))
    await loader.grow(database, CLANS_MADE)
    async with database.writing() as connection:
        await connection.execute(AUTHORS.delete().where(AUTHORS.c.name == "new"))
        counts = {
            table.name: await connection.scalar(select(func.count()).select_from(table)) or 0
            for table in (CLANS, AUTHORS, MESSAGES)
        }
        if connection.dialect.name == "sqlite":
            assert (await connection.execute(text("PRAGMA foreign_key_check"))).all() == []
    await database.close()
    return counts


async def test_each_clan_is_whole_says_the_same_and_is_polled_as_the_first(
    place: Place, story: Story, tmp_path: Path
) -> None:
    counts = await filled(place, story)
    assert counts["clans"] == CLANS_MADE
    assert all(count % CLANS_MADE == 0 for count in counts.values()), counts
    later = NOW + HOUR
    woms = ManyWoms(story.world, later, float)
    address = f"sqlite:///{place}" if isinstance(place, Path) else place.render_as_string()
    settings = load({"DATA_DIR": str(tmp_path), "DATABASE_URL": address, "WOM_CONTACT": "x"}, None)
    async with open_services(
        settings, lambda: later, draws=Undrawn, transport=httpx.MockTransport(woms)
    ) as services:
        faults = [
            each async for each in services.integrity.check() if each.severity is not Severity.OK
        ]
        assert faults == []
        said = [await told(services, number) for number in range(CLANS_MADE)]
    members, doubt = said[0][1], said[0][-1]
    assert (members, doubt) == (12, None)
    assert said == [said[0]] * CLANS_MADE


async def told(services: Services, number: int) -> tuple[object, ...]:
    """Return what the numbers of a clan are, and what a poll finds new in it."""
    clan = await services.clans.of_guild(1 + number * APART)
    assert clan is not None
    report = await services.publish.clan_report(clan, Period.WEEK)
    result = await services.poll.poll(clan)
    return report.totals, result.members, result.updated, len(result.failed), result.doubt


def test_the_fullest_minute_is_that_with_the_most_requests(story: Story) -> None:
    woms = ManyWoms(story.world, NOW, float)
    assert woms.most_in_a_window() == 0
    woms.asked_s = [0, 30, 59, 60, 61, 200]
    assert woms.most_in_a_window() == 4


def test_a_clan_with_more_messages_than_its_ids_have_room_for_is_refused() -> None:
    with pytest.raises(ValueError, match="larger"):
        story_of(2, APART, 1)

"""What opens also closes, and what was heard is written before it does."""

import gc
import sqlite3
from contextlib import closing
from datetime import timedelta
from pathlib import Path

import httpx
import pytest

from bot.clan.punctuality import Job
from bot.reports.documents import Document
from bot.reports.worker import Drawable, Drawing
from bot.services.game.group_facts import TooManyMembers
from bot.settings import Settings, load
from bot.wiring import VERSION, Services, jobs, leave_loaded, now, open_services
from storage.errors import MigrationFailed
from storage.migrate import NEWEST
from tests.bot.demo.conftest import Clock
from tests.bot.services.contents import one
from tests.bot.services.group import CODE, GROUP_ID, Group, Someone
from tests.bot.services.talk import heard
from tests.storage.rows import DAY, HOUR, NOW, names_in


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    return tmp_path / "not" / "there" / "yet"


@pytest.fixture
def settings(folder: Path) -> Settings:
    return load({"DATA_DIR": str(folder), "WOM_API_KEY": "made0up0key"}, None)


class Pen:
    """Somebody who draws, and is told when no more is wanted."""

    def __init__(self) -> None:
        self.is_closed = False

    async def warm(self) -> None: ...

    async def draw(self, drawing: Drawing, value: Drawable) -> Document:
        raise NotImplementedError(drawing, value)

    def close(self) -> None:
        self.is_closed = True


async def test_a_new_folder_gets_a_database_of_the_newest_schema(
    settings: Settings, folder: Path
) -> None:
    async with open_services(settings, Clock(NOW)) as services:
        assert services.migrated.changed
        assert await services.clans.every() == ()
        assert services.clock() == NOW
    assert one(folder / "clan_data.db", "SELECT version_num FROM alembic_version") == NEWEST
    async with open_services(settings, Clock(NOW)) as services:
        assert not services.migrated.changed


async def test_what_was_heard_is_written_on_leaving(settings: Settings, folder: Path) -> None:
    async with open_services(settings, Clock(NOW)) as services:
        await services.clans.found(1, "Iron Cabbage")
        services.intake.hear(1, heard(1))
    assert one(folder / "clan_data.db", "SELECT count(*) FROM messages") == 1


async def test_nobody_is_listened_to_without_discord(settings: Settings, folder: Path) -> None:
    async with open_services(settings, Clock(NOW)) as services:
        await services.clans.found(1, "Iron Cabbage")
    assert one(folder / "clan_data.db", "SELECT listened_at FROM clans") is None


async def test_everything_is_closed_even_when_something_fails_inside(
    settings: Settings, folder: Path
) -> None:
    pen, group = Pen(), Group(Someone(1))
    opened: list[Services] = []

    async def fails() -> None:
        transport = httpx.MockTransport(group)
        async with open_services(
            settings, Clock(NOW), draws=lambda: pen, transport=transport
        ) as services:
            opened.append(services)
            await services.wom.group(GROUP_ID)
            raise LookupError("inside")

    with pytest.raises(LookupError, match="inside"):
        await fails()
    assert pen.is_closed
    http = opened[0].wom._http
    assert http is not None
    assert http.is_closed
    # The write-ahead log is folded in when the last connection closes.
    assert names_in(folder) == {"clan_data.db"}


async def test_a_database_that_is_newer_than_the_code_is_refused_in_words(
    settings: Settings, folder: Path
) -> None:
    async with open_services(settings, Clock(NOW)):
        pass
    with closing(sqlite3.connect(folder / "clan_data.db")) as connection, connection:
        connection.execute("UPDATE alembic_version SET version_num = '9999'")
    pen = Pen()
    with pytest.raises(MigrationFailed, match=f"from 9999 to {NEWEST} failed: .*9999"):
        async with open_services(settings, Clock(NOW), draws=lambda: pen):
            pytest.fail("it was opened")
    assert pen.is_closed
    assert one(folder / "clan_data.db", "SELECT version_num FROM alembic_version") == "9999"


async def test_the_client_says_who_asks_and_carries_the_key(settings: Settings) -> None:
    group = Group(Someone(1))
    requests: list[httpx.Request] = []

    def noted(request: httpx.Request) -> httpx.Response:
        requests.append(request)
        return group(request)

    transport = httpx.MockTransport(noted)
    async with open_services(settings, Clock(NOW), transport=transport) as services:
        clan = await services.clans.found(1, "Iron Cabbage")
        await services.clans.join_group(clan, GROUP_ID, clan.name)
        assert (await services.poll.poll(clan)).members == 1
    assert requests[0].headers["x-api-key"] == "made0up0key"
    assert requests[0].headers["user-agent"] == f"ClanStats/{VERSION} (no contact given)"


async def test_a_group_is_as_large_as_the_settings_let_it_be(folder: Path) -> None:
    small = load(
        {"DATA_DIR": str(folder), "WOM_API_KEY": "made0up0key", "MAX_MEMBERS": "100"}, None
    )
    transport = httpx.MockTransport(Group(*map(Someone, range(1, 102))))
    async with open_services(small, Clock(NOW), transport=transport) as services:
        clan = await services.clans.found(1, "Iron Cabbage")
        await services.clans.join_group(clan, GROUP_ID, clan.name)
        with pytest.raises(TooManyMembers, match="101 members, 100 at most"):
            await services.poll.poll(clan)


def test_the_code_makes_update_all_a_job(settings: Settings) -> None:
    assert jobs(settings) == (Job("poll", HOUR), Job("backup", DAY), Job("check", 7 * DAY))
    with_code = load({"WOM_GROUP_SECRET": CODE, "UPDATE_ALL_EVERY": "6h"}, None)
    assert jobs(with_code)[3:] == (Job("update-all", timedelta(hours=6)),)


def test_the_clock_is_aware() -> None:
    assert now().utcoffset() == timedelta()


def test_what_is_loaded_is_left_alone_by_the_collector() -> None:
    before = gc.get_threshold()
    gc.disable()
    try:
        leave_loaded()
        assert gc.get_freeze_count() > 10_000
        assert gc.isenabled()
        assert gc.get_threshold()[:2] == (700, 10)
        assert gc.get_threshold()[2] > 10_000
    finally:
        gc.unfreeze()
        gc.set_threshold(*before)
        gc.enable()

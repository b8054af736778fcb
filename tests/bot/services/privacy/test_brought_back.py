"""Nobody who was forgotten comes back with an old copy of the database, a file's or a server's."""

from collections.abc import Iterator
from pathlib import Path

import pytest
from sqlalchemy.engine import URL

from bot.services.chat import Intake
from bot.services.privacy import Forgotten, Privacy
from bot.services.setup import Clans
from storage.backup import back_up
from storage.engine import Database
from storage.forgotten import file_of, remembered
from storage.restore import restore
from tests.bot.demo.conftest import Clock
from tests.bot.services.contents import contents, one, rows
from tests.bot.services.privacy.test_forgetting import (
    HANDLE,
    ME,
    NAME,
    YOU,
    entangled,
    everywhere,
)
from tests.bot.services.talk import heard, kept, spoken
from tests.bot.services.village import Village
from tests.storage.postgres import Server, fresh_name
from tests.storage.rows import DAY, HOUR, NOW, Place, opened


class OldCopy:
    """A copy of a database, taken and put back in its place as whoever hosts it does."""

    def __init__(self, database: Database, place: Place, server: Server | None) -> None:
        self._database, self._place, self._server = database, place, server
        self._name = fresh_name()
        self._file: Path | None = None

    async def take(self) -> None:
        """Copy the database as it is now; a server's, whole, under another name."""
        if isinstance(self._place, Path):
            self._file = await back_up(self._place, self._place.parent / "backups", NOW)
            return
        await self._database.close()
        self._of_server().make(self._name, self._where(self._place))

    async def put_back(self) -> None:
        """Have everything in the database as it was when the copy was taken."""
        await self._database.close()
        if isinstance(self._place, Path):
            assert self._file is not None
            assert (await restore(self._file, self._place, NOW)).kept is not None
            return
        self._of_server().drop(self._where(self._place))
        self._of_server().make(self._where(self._place), self._name)

    def close(self) -> None:
        if self._server is not None:
            self._server.drop(self._name)

    def _of_server(self) -> Server:
        assert self._server is not None
        return self._server

    @staticmethod
    def _where(place: URL) -> str:
        assert place.database is not None
        return place.database


@pytest.fixture
def old_copy(database: Database, place: Place, request: pytest.FixtureRequest) -> Iterator[OldCopy]:
    server = None if isinstance(place, Path) else request.getfixturevalue("server")
    made = OldCopy(database, place, server)
    yield made
    made.close()


@pytest.fixture
def intake(database: Database, known_clans: Clans, clock: Clock) -> Intake:
    return Intake(database, known_clans, clock)


@pytest.fixture
def privacy(database: Database, clock: Clock) -> Privacy:
    return Privacy(database, clock)


def everything_but_when(place: Place) -> dict[str, list[str]]:
    return {table: sorted(map(str, found)) for table, found in contents(place).items()}


async def test_an_old_copy_brings_nobody_back_who_was_forgotten(
    village: Village, intake: Intake, privacy: Privacy, place: Place, old_copy: OldCopy
) -> None:
    await entangled(village, intake)
    await intake.store(village.clan, [spoken(80, "Old Name")])
    await village.linked(1, -one(place, "SELECT id FROM authors WHERE bridge_name IS NOT NULL"))
    await intake.store(village.clan, [spoken(81, "Mossy Fox")])
    await old_copy.take()
    await privacy.forget(village.clan, ME, NOW + HOUR)
    before = everything_but_when(place)
    await old_copy.put_back()
    village.clock.now = NOW + DAY
    assert len(everywhere(place, ME, NAME, HANDLE)) > 10
    done = await privacy.forget_again()
    assert (done.people, done.messages) == (1, 4)
    assert everywhere(place, ME, NAME, HANDLE, "Mossy Fox's") == []
    assert everything_but_when(place) == before
    await intake.store(village.clan, [heard(90, ME, NOW)])
    assert everywhere(place, ME) == []
    assert await privacy.forget_again() == Forgotten()


async def test_a_speaker_whose_link_is_not_in_the_copy_is_forgotten_again_too(
    village: Village, intake: Intake, privacy: Privacy, place: Place, old_copy: OldCopy
) -> None:
    await village.settled({1: "Mossy Fox"})
    await intake.store(village.clan, [spoken(1, "Mossy Fox", NOW - DAY), heard(2, YOU)])
    await old_copy.take()
    await village.linked(1, ME)
    await privacy.forget(village.clan, ME)
    await old_copy.put_back()
    assert await privacy.forget_again() == Forgotten(0, 1)
    assert kept(place).totals.keys() == {YOU}
    assert rows(place, "SELECT * FROM authors WHERE bridge_name IS NOT NULL") == []


async def test_what_somebody_wrote_after_they_were_forgotten_stays_through_an_old_copy(
    village: Village, intake: Intake, privacy: Privacy, place: Place, old_copy: OldCopy
) -> None:
    await village.wrote(ME, NOW - DAY)
    await privacy.forget(village.clan, ME, NOW)
    await intake.store(village.clan, [heard(9, ME, NOW + HOUR)])
    await old_copy.take()
    await old_copy.put_back()
    assert await privacy.forget_again() == Forgotten()
    assert kept(place).totals == {ME: (1, 0, 0)}


async def test_a_process_in_another_folder_knows_whom_the_others_forgot(
    village: Village, privacy: Privacy, place: Place, old_copy: OldCopy, tmp_path: Path
) -> None:
    clock = village.clock
    await village.wrote(ME, NOW - DAY)
    await old_copy.take()
    await privacy.forget(village.clan, ME, NOW)
    async with opened(place, data_dir=tmp_path / "not" / "there yet") as other:
        file = file_of(other)
        assert file is not None
        await Privacy(other, clock).forget_again()
        assert {guild_id for guild_id, _ in remembered(file)} == {village.clan.guild_id}
        await other.close()
        await old_copy.put_back()
        assert await Privacy(other, clock).forget_again() == Forgotten(1, 1)
    assert everywhere(place, ME) == []


async def test_the_file_names_nobody_and_is_made_anew_when_it_is_lost(
    village: Village, privacy: Privacy, tmp_path: Path
) -> None:
    await privacy.forget(village.clan, ME)
    file = tmp_path / "clan_data.forgotten.txt"
    said = file.read_text("ascii")
    assert str(ME) not in said
    assert said.count("\n") == 1
    file.unlink()
    assert await privacy.forget_again() == Forgotten()
    assert file.read_text("ascii") == said

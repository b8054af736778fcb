"""What is kept about somebody: all of theirs, nothing of anybody else."""

import gzip
import json

import pytest
from sqlalchemy import update

from bot.services.chat import Intake
from bot.services.privacy import Dossier, KeptCase
from bot.services.privacy import export as dossier
from storage.engine import Database
from storage.links import StoredState
from storage.personal import TREATMENTS, Export
from storage.tables import ALL
from tests.bot.demo.conftest import Clock
from tests.bot.services.privacy.test_forgetting import HANDLE, ME, NAME, YOU, entangled
from tests.bot.services.village import OFFICER, Village
from tests.storage.rows import DAY, NOW

MARKED = (
    "absences.reason",
    "authors.handle",
    "authors.name",
    "case_entries.numbers",
    "case_entries.why",
    "channels.name",
    "exemptions.reason",
    "job_runs.detail",
    "memberships.role",
    "player_names.name",
    "players.name",
)


@pytest.fixture
def files(database: Database, clock: Clock) -> Dossier:
    return Dossier(database, clock)


async def test_the_numbers_are_those_of_the_person(
    village: Village, files: Dossier, clock: Clock
) -> None:
    await entangled(village, Intake(village.database, village.known_clans, clock))
    await village.linked(2, ME, state=StoredState.CLAIMED)
    kept = await files.kept(village.clan, ME)
    assert (kept.messages, kept.questions, kept.answers, kept.leaves) == (2, 1, 1, 2)
    assert (kept.confirmed, kept.claimed) == (("Mossy Fox",), ("Pure Gnome",))
    assert kept.since_on == NOW.date()
    decided = KeptCase("Mossy Fox", "inactivity", "snoozed", NOW, NOW + 9 * DAY)
    assert kept.cases == (decided,)
    assert (kept.present_days, kept.voice_minutes) == (1, 1)


async def test_the_file_holds_all_of_it_and_no_other_id(
    village: Village, files: Dossier, clock: Clock
) -> None:
    await entangled(village, Intake(village.database, village.known_clans, clock))
    await village.seen(1, NOW - DAY, 5000)
    text = (await files.export(village.clan, ME)).content.decode()
    found = json.loads(text)
    assert found["you"][0]["name"] == NAME
    assert found["you"][0]["handle"] == HANDLE
    assert len(found["messages"]) == 2
    assert found["observations"][0]["xp"] == 5000
    assert found["presence"] == [{"day": NOW.date().isoformat(), "voice_minutes": 1}]
    assert found["channels_the_bot_cannot_read"] == [{"name": "general"}]
    assert found["exemptions"][0].keys() == {"player", "until_on", "set_at", "ended_at"}
    assert "of 1" not in text
    (decided,) = found["decisions"]
    assert (decided["kind"], decided["state"]) == ("inactivity", "snoozed")
    assert decided.keys() == {"player", "kind", "state", "since", "until"}
    assert "their words" not in text
    assert {each["action"]: each["by_you"] for each in found["link_history"]} == {"claim": False}
    for other in (YOU, YOU + 1, OFFICER, "Pure Gnome"):
        assert str(other) not in text.replace(str(ME), "")


async def test_the_file_has_the_names_and_words_that_the_table_of_treatments_says(
    village: Village, files: Dossier, clock: Clock
) -> None:
    await entangled(village, Intake(village.database, village.known_clans, clock))
    said = {name: each.export for each in TREATMENTS for name in each.columns.split()}
    for name in MARKED:
        table, column = name.split(".")
        mark = [name] if column in {"numbers", "detail"} else name
        async with village.database.writing() as connection:
            await connection.execute(update(ALL[table]).values({column: mark}))
    text = (await files.export(village.clan, ME)).content.decode()
    assert {name: name in text for name in MARKED} == {
        name: said[name] is Export.SHOWN for name in MARKED
    }


async def test_of_a_stranger_the_file_says_that_there_is_nothing(
    village: Village, files: Dossier
) -> None:
    found = json.loads((await files.export(village.clan, 5)).content)
    assert found["you"] == []
    assert found["messages"] == []


async def test_a_file_too_large_to_send_is_packed(
    village: Village, files: Dossier, monkeypatch: pytest.MonkeyPatch
) -> None:
    await village.wrote(ME, NOW)
    whole = await files.export(village.clan, ME)
    monkeypatch.setattr(dossier, "_LARGEST", 10)
    packed = await files.export(village.clan, ME)
    assert (whole.name, packed.name) == ("my_data.json", "my_data.json.gz")
    assert gzip.decompress(packed.content) == whole.content

"""`clanstats promotions` and `inactive`: the rows of the review, on the screen and as files."""

import asyncio
import csv
import json
import shutil
from datetime import timedelta
from pathlib import Path
from typing import Any
from zipfile import ZipFile

import pytest

from bot.clan.cases import CaseKind, Move
from bot.clan.linking import LinkPair
from bot.demo.absent import send_away
from bot.demo.cast import Persona
from bot.demo.seed import own_cast, seed
from bot.demo.ties import tie
from bot.demo.world import World, make_world
from bot.reports.list_files import as_csv, as_json
from bot.reports.lists import (
    InactiveRow,
    Listing,
    ListSection,
    PromotionRow,
    inactive_rows,
    promotion_rows,
)
from bot.services.people import Officer
from bot.services.review import CaseAction, Decided
from bot.wiring import Services
from storage.engine import Database
from storage.migrate import bring_up
from tests.bot.cli.conftest import Line
from tests.bot.cli.test_commands import imported_by
from tests.bot.services.group import Someone
from tests.storage.rows import NOW

LISTS = pytest.mark.parametrize("name", ["promotions", "inactive"])


@pytest.fixture(scope="module")
def world() -> World:
    return make_world(seed=3, members=40, days=100, now=NOW)


@pytest.fixture(scope="module")
def lived(world: World, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Return a database in which the made-up clan lived for a while."""
    path = tmp_path_factory.mktemp("lived") / "clan.db"

    async def live() -> None:
        database, cast = Database(f"sqlite+aiosqlite:///{path}"), own_cast(world)
        await bring_up(database, NOW)
        clan = await seed(database, world, cast, messages_a_day=60)
        await tie(database, clan, world, cast)
        await send_away(database, clan, world, cast.users)
        await database.close()

    asyncio.run(live())
    return path


@pytest.fixture
def clan(line: Line, lived: Path) -> Line:
    shutil.copy(lived, line.database)
    return line


async def rising(services: Services) -> Listing[PromotionRow]:
    (clan,) = await services.clans.every()
    review = await services.review.promotions(clan)
    return promotion_rows(review.promotions, review.policy, review.as_of)


async def silent(services: Services) -> Listing[InactiveRow]:
    (clan,) = await services.clans.every()
    review = await services.review.inactive(clan)
    return inactive_rows(review.listed, review.policy, review.as_of)


async def approve(services: Services, kind: CaseKind, player_id: int) -> Decided:
    (clan,) = await services.clans.every()
    return await services.cases.decide(clan, CaseAction(kind, player_id, Move.APPROVE, 0, None), 1)


def told(clan: Line, name: str) -> Any:  # noqa: ANN401 - of either kind of row
    return clan.ask(rising if name == "promotions" else silent)


@LISTS
def test_the_screen_shows_the_rows_of_the_review_in_their_order(clan: Line, name: str) -> None:
    shown = clan.types(name)
    assert shown.exit_code == 0, shown.stderr
    lines = [line.strip() for line in shown.stdout.splitlines()]
    places = [
        next(place for place, line in enumerate(lines) if line.startswith(row.name))
        for row in told(clan, name).rows
    ]
    assert len(places) > 4
    assert places == sorted(places)


def test_each_part_has_its_definition_and_the_whole_its_evidence(clan: Line) -> None:
    shown = " ".join(clan.types("inactive").stdout.split())
    for words in (
        "Amber Lanterns · inactive · 20 Nov 2026 12:00 Europe/London · settings version 1",
        "Sure: ",
        "in their rank's limit (30 days): no message, voice, reaction or command, ",
        "no kill or other score that rose, and under 10,000 XP.",
        "Can't tell: ",
        "what would help: ",
        "Away or exempt: ",
        "exempt: Founded the clan and comes by once a year",
        "How well this is observed: WOM under a minute old",
    ):
        assert words in shown
    rising = " ".join(clan.types("promotions").stdout.split())
    for words in ("Suggested: ", "Just under: ", "evidence good", "not yet: ", "Counted: "):
        assert words in rising


def test_ghosts_are_sure_and_who_is_away_is_left_in_peace(clan: Line, world: World) -> None:
    rows = {row.player_id: row for row in told(clan, "inactive").rows}
    ghosts = {each.player_id for each in world.players if each.persona is Persona.GHOST}
    assert {pid for pid, row in rows.items() if row.part is ListSection.SURE} & ghosts
    gone = [pid for pid, (since, _) in world.away.items() if NOW - since > timedelta(days=31)]
    assert {rows[pid].part for pid in gone} <= {ListSection.AWAY_OR_EXEMPT}


@LISTS
def test_csv_and_json_on_the_screen_are_the_files_of_the_same_rows(clan: Line, name: str) -> None:
    listing = told(clan, name)
    spread = clan.types(name, "--format", "csv").stdout_bytes
    assert b"\xef\xbb\xbf" + spread == as_csv(listing).content
    assert [row["name"] for row in csv.DictReader(spread.decode().splitlines())] == [
        row.name for row in listing.rows
    ]
    assert clan.types(name, "--format", "json").stdout_bytes == as_json(listing).content


@LISTS
def test_a_file_is_of_the_form_in_which_its_name_ends(
    clan: Line, tmp_path: Path, name: str
) -> None:
    listing = told(clan, name)
    out = tmp_path / "a" / "folder"
    for file, content in (("l.csv", as_csv(listing)), ("l.JSON", as_json(listing))):
        shown = clan.types(name, "--out", str(out / file))
        assert (shown.exit_code, shown.stdout) == (0, "")
        assert file in shown.stderr
        assert (out / file).read_bytes() == content.content
    clan.types(name, "--out", str(out / "l.txt"))
    text = (out / "l.txt").read_text("utf-8")
    assert text.startswith("Amber Lanterns")
    assert "\x1b" not in text
    assert not any(line.endswith(" ") for line in text.splitlines())
    clan.types(name, "--out", str(out / "l.txt"), "--format", "json")
    assert json.loads((out / "l.txt").read_text("utf-8"))["list"] == name


def test_a_limit_for_all_ranks_is_told_and_kept(clan: Line) -> None:
    shown = clan.types("inactive", "--days", "60").stdout
    assert "With a limit of 60 days for every rank." in shown
    assert "no message in 60 days" in shown
    rows = json.loads(clan.types("inactive", "--days", "60", "--format", "json").stdout)["people"]
    assert {row["limit_days"] for row in rows} == {60}


@pytest.mark.parametrize("days", ["0", "366", "many"])
def test_a_limit_that_is_none_is_refused(line: Line, days: str) -> None:
    assert line.types("inactive", "--days", days).exit_code == 2


def test_who_was_approved_is_a_list_of_its_own(clan: Line) -> None:
    may_rise, gone = told(clan, "promotions").rows[0], told(clan, "inactive").rows[0]
    clan.ask(lambda services: approve(services, CaseKind.PROMOTION, may_rise.player_id))
    clan.ask(lambda services: approve(services, CaseKind.INACTIVITY, gone.player_id))
    shown = clan.types("promotions").stdout
    assert "Approved, to be promoted in the game: 1" in shown
    assert shown.count(may_rise.name) == 1
    shown = clan.types("inactive").stdout
    assert "Decided, to be removed in the game: 1" in shown
    assert shown.count(gone.name) == 1
    assert gone.name not in clan.types("inactive", "--format", "csv").stdout


def test_another_present_is_another_list(clan: Line) -> None:
    then = json.loads(clan.types("inactive", "--format", "json", "--now", "2027-02-01").stdout)
    assert then["as_of"] == "2027-02-01T00:00:00Z"


def test_a_name_is_never_read_as_markup(line: Line) -> None:
    line.group.members[1] = Someone(1, "[b]Bob", updated_at=None)
    assert line.types("poll").exit_code == 0
    assert "[b]Bob" in line.types("inactive").stdout


@LISTS
def test_a_clan_of_whom_nothing_is_known_is_told_so(line: Line, name: str) -> None:
    line.make(5, "Iron Cabbage", 77)
    shown = line.types(name)
    assert shown.exit_code == 1
    assert shown.stderr == "Nothing is known of Iron Cabbage yet; run `clanstats poll`.\n"


@LISTS
def test_of_several_clans_one_has_to_be_named(clan: Line, name: str) -> None:
    clan.make(6, "Swamp Tofu")
    assert "add --clan, one of Amber Lanterns (1), Swamp Tofu (6)" in clan.types(name).stderr
    assert clan.types(name, "--clan", "amber lanterns").exit_code == 0


def test_a_file_that_cannot_be_written_is_told_in_words_and_stays(
    clan: Line, tmp_path: Path
) -> None:
    blocked = tmp_path / "a file"
    blocked.write_text("here", "utf-8")
    shown = clan.types("inactive", "--out", str(blocked / "list.csv"))
    assert shown.exit_code == 1
    assert "check that we may write there" in shown.stderr
    assert blocked.read_text("utf-8") == "here"


@LISTS
def test_a_list_draws_nothing_and_never_meets_discord(clan: Line, name: str) -> None:
    found = imported_by(name, **clan.environment)
    assert found == {"sqlalchemy"}


@LISTS
def test_whoever_opted_out_is_in_no_list_of_any_form(clan: Line, name: str) -> None:
    first = told(clan, name).rows[0]
    forms = ((name,), (name, "--format", "csv"), (name, "--format", "json"))
    assert all(first.name in clan.types(*words).stdout for words in forms)
    user = 990_000_000_000_000_001

    async def opt_out(services: Services) -> None:
        (found,) = await services.clans.every()
        async with services.links._database.writing() as connection:
            sure = "UPDATE links SET state = 'ended' WHERE player_id = ?"
            await connection.exec_driver_sql(sure, (first.player_id,))
        pair = LinkPair(first.player_id, user)
        assert (await services.links.confirm(found, pair, Officer(1))).refusal is None
        await services.privacy.opt_out(found, user)

    clan.ask(opt_out)
    for words in forms:
        shown = clan.types(*words)
        assert shown.exit_code == 0, shown.stderr
        assert first.name not in shown.stdout
    folder = clan.database.parent / "out"
    assert clan.types("report", "--out", str(folder)).exit_code == 0
    (book,) = folder.glob("*.xlsx")
    with ZipFile(book) as parts:
        assert first.name not in "".join(parts.read(each).decode() for each in parts.namelist())

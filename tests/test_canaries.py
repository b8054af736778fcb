"""What we take from inside of libraries is still as we found it; else: which upgrade broke what.

Each of these things is nobody's promise. A canary names the library with its version and the file
of ours that rests on it, so that whoever raised the version reads where to look.
"""

import inspect
import threading
from importlib.metadata import version
from io import BytesIO
from pathlib import Path

import aiosqlite
import discord
import pytest
from matplotlib.backends.backend_agg import RendererAgg
from matplotlib.font_manager import get_font
from matplotlib.patches import Rectangle
from matplotlib.transforms import IdentityTransform
from sqlalchemy import text
from xlsxwriter import Workbook
from xlsxwriter.worksheet import CellNumberTuple, CellStringTuple, Worksheet

from bot.reports import paper
from bot.reports.workbook.sheets import FastWorksheet
from storage.engine import Database
from storage.trips import OneTrip, open_in_thread
from tests.discord_stand_in import TOKEN, a_guild, a_message, discord_stand
from tests.storage.conftest import database, path, place, pytest_generate_tests, template

__all__ = ["database", "path", "place", "pytest_generate_tests", "template"]


def broke(library: str, ours: str, what: str) -> str:
    return f"{library} {version(library)} broke {ours}: {what}"


def holds(fact: object, library: str, ours: str, what: str) -> None:
    """Say which upgrade broke what, unless the fact is so."""
    assert fact, broke(library, ours, what)


def test_a_canary_says_which_upgrade_broke_what() -> None:
    with pytest.raises(AssertionError) as told:
        holds(False, "aiosqlite", "storage/trips.py", "it is gone")  # noqa: FBT003 - a fact
    assert str(told.value).startswith(f"aiosqlite {version('aiosqlite')} broke storage/trips.py: ")


@pytest.mark.parametrize("name", ["_execute", "_connect", "_conn", "stop"])
def test_aiosqlite_has_what_one_trip_is_made_of(name: str) -> None:
    holds(
        hasattr(aiosqlite.Connection, name),
        "aiosqlite",
        "storage/trips.py",
        f"Connection.{name} is gone, on which OneTrip rests",
    )


async def test_aiosqlite_runs_what_execute_is_given_in_its_own_daemon_thread(path: Path) -> None:
    connection = open_in_thread(str(path))
    await connection
    try:
        where = await connection.there(threading.current_thread)
        same = await connection.there(threading.current_thread)
    finally:
        await connection.close()
    ours = "storage/trips.py"
    holds(where is same, "aiosqlite", ours, "_execute has no thread of its own any more")
    holds(where is not threading.current_thread(), "aiosqlite", ours, "_execute holds up the loop")
    holds(where.daemon, "aiosqlite", ours, "its thread is not a daemon: the program cannot end")


async def test_aiosqlite_connects_by_connect_and_stops_by_stop_when_that_fails(
    tmp_path: Path,
) -> None:
    connection = open_in_thread(str(tmp_path / "none" / "at all.db"))
    with pytest.raises(Exception, match="unable to open"):
        await connection
    holds(
        connection._stopping is not None and connection._stopping.done(),
        "aiosqlite",
        "storage/trips.py",
        "a connection that fails does not call _connect and stop: its thread may live on",
    )


@pytest.mark.only_sqlite
@pytest.mark.parametrize("statement", ["SELECT 1", "CREATE TABLE canaries (one INTEGER)"])
async def test_sqlalchemy_goes_to_the_thread_once_for_each_statement(
    database: Database, monkeypatch: pytest.MonkeyPatch, statement: str
) -> None:
    trips: list[object] = []
    there = OneTrip._execute

    async def counted(connection: OneTrip, action: object, *given: object) -> object:
        trips.append(action)
        return await there(connection, action, *given)  # type: ignore[no-untyped-call]

    async with database.reading() as connection:
        await connection.execute(text("SELECT 2"))
        monkeypatch.setattr(OneTrip, "_execute", counted)
        await connection.execute(text(statement))
        monkeypatch.undo()
    holds(
        len(trips) == 1,
        "sqlalchemy",
        "storage/trips.py",
        f"its driver for aiosqlite makes {len(trips)} trips for a statement, past Fetched",
    )


@pytest.mark.parametrize("name", ["_write_number", "_write_string"])
def test_xlsxwriter_writes_cells_by_the_short_ways_that_we_take(name: str) -> None:
    way = getattr(Worksheet, name, None)
    holds(
        way is not None and [*inspect.signature(way).parameters][:3] == ["self", "row", "col"],
        "xlsxwriter",
        "bot/reports/workbook/sheets.py",
        f"Worksheet.{name} is not as FastWorksheet takes it",
    )


def test_xlsxwriter_keeps_cells_and_looks_as_we_read_them() -> None:
    ours = "bot/reports/workbook/sheets.py"
    number, string = CellNumberTuple._fields, CellStringTuple._fields
    holds(number == ("number", "format"), "xlsxwriter", ours, f"a number's cell is {number}")
    holds(string == ("string", "format"), "xlsxwriter", ours, f"a string's cell is {string}")
    look = Workbook(BytesIO(), {"in_memory": True}).add_format({"bold": True})
    holds(hasattr(look, "xf_index"), "xlsxwriter", ours, "a format has no xf_index any more")


def test_xlsxwriter_writes_every_cell_by_the_method_that_we_override(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    written: list[tuple[int, int]] = []
    write = FastWorksheet._write_cell

    def noted(page: FastWorksheet, row: int, col: int, cell: object) -> None:
        written.append((row, col))
        write(page, row, col, cell)

    monkeypatch.setattr(FastWorksheet, "_write_cell", noted)
    workbook = Workbook(BytesIO(), {"in_memory": True})
    page = workbook.add_worksheet("one", FastWorksheet)
    page.put_words(1, 2, "words")
    page.put_number(3, 4, 5)
    workbook.close()
    holds(
        written == [(1, 2), (3, 4)],
        "xlsxwriter",
        "bot/reports/workbook/sheets.py",
        f"cells pass by _write_cell as {written}",
    )


def test_matplotlib_draws_shapes_on_an_agg_canvas_without_a_figure() -> None:
    canvas = RendererAgg(4, 3, 72)  # type: ignore[no-untyped-call]
    red = {"facecolor": "#ff0000", "linewidth": 0, "transform": IdentityTransform()}
    Rectangle((0, 0), 2, 3, **red).draw(canvas)  # type: ignore[arg-type]
    pixels = bytes(canvas.buffer_rgba())  # type: ignore[no-untyped-call]
    ours = "bot/reports/paper.py"
    holds(len(pixels) == 4 * 3 * 4, "matplotlib", ours, "the canvas is not 4 bytes a pixel")
    holds(pixels[:4] == b"\xff\0\0\xff", "matplotlib", ours, "a shape leaves no colour there")
    holds(pixels[12:16] != pixels[:4], "matplotlib", ours, "a shape is larger than it should be")


def test_matplotlib_says_which_glyphs_its_fonts_have_and_where_they_are() -> None:
    ours = "bot/reports/paper.py"
    for font in (paper._PLAIN, paper._BOLD):
        holds(font.is_file(), "matplotlib", ours, f"{font.name} does not come with it any more")
        glyphs = get_font(str(font)).get_charmap()
        holds(ord("A") in glyphs, "matplotlib", ours, "get_charmap has no code points as keys")


class Guarded(discord.Client):
    """A client of whose parsers one is wrapped, as ClanBot wraps them all."""

    def __init__(self) -> None:
        super().__init__(intents=discord.Intents.default())
        self.seen: list[object] = []
        parse = self._connection.parsers["MESSAGE_CREATE"]

        def seen(told: object) -> None:
            self.seen.append(told)
            parse(told)

        self._connection.parsers |= {"MESSAGE_CREATE": seen}


def test_discord_py_keeps_its_parsers_by_the_event_s_name() -> None:
    parsers = getattr(discord.Client(intents=discord.Intents.none())._connection, "parsers", {})
    for event in ("READY", "MESSAGE_CREATE", "GUILD_MEMBER_UPDATE"):
        holds(callable(parsers.get(event)), "discord.py", "bot/app.py", f"no parser of {event}")


async def test_discord_py_has_events_parsed_by_whatever_stands_there() -> None:
    async with discord_stand() as stand, Guarded() as client:
        stand.guilds = [a_guild()]
        await client.login(TOKEN)
        client._connection.guild_ready_timeout = 0.0
        connected = client.loop.create_task(client.connect())
        await stand.identified()
        await stand.tell("MESSAGE_CREATE", a_message(1))
        await stand.caught_up()
        await client.close()
        await connected
    holds(
        len(client.seen) == 1,
        "discord.py",
        "bot/app.py",
        "the guard around its parsers is not asked: what cannot be read ends the connection",
    )


def test_discord_py_tells_a_reconnect_as_we_read_it() -> None:
    client = inspect.getsource(discord.client)
    holds(
        '"Attempting a reconnect in %.2fs"' in client.replace("'", '"'),
        "discord.py",
        "bot/gateway.py",
        "its log says otherwise that it connects again, so a traceback is shown for each outage",
    )


def test_discord_py_asks_for_commands_and_sets_them_as_we_call_it() -> None:
    http = discord.Client(intents=discord.Intents.none()).http
    for name in (
        "get_global_commands",
        "get_guild_commands",
        "bulk_upsert_global_commands",
        "bulk_upsert_guild_commands",
    ):
        holds(callable(getattr(http, name, None)), "discord.py", "bot/app.py", f"no {name}")

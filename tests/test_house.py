"""The house keeps its own rules; and each rule is proven able to fail, on small bad sources."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from tests import house, house_tree
from tests.house import Module

ROOT = Path(__file__).parents[1]
OUR_ROOMS = house.modules(ROOT, house.ROOMS)
OUR_TESTS = house.modules(ROOT, ["tests"])


def none_of(found: Iterator[str]) -> None:
    told = list(found)
    assert not told, "\n" + "\n".join(told)


@pytest.mark.parametrize("rule", house.OF_EVERY_ROOM)
def test_every_room_keeps(rule: str) -> None:
    none_of(said for module in OUR_ROOMS for said in house.OF_EVERY_ROOM[rule](module))


@pytest.mark.parametrize("rule", house.OF_THE_TESTS)
def test_the_tests_keep(rule: str) -> None:
    none_of(said for module in OUR_TESTS for said in house.OF_EVERY_ROOM[rule](module))


@pytest.mark.parametrize("rule", house_tree.OF_THE_TREE)
def test_the_rooms_together_keep(rule: str) -> None:
    none_of(house_tree.OF_THE_TREE[rule](OUR_ROOMS))


def test_nine_in_ten_functions_are_short() -> None:
    none_of(house.too_few_short_functions(OUR_ROOMS))


def test_every_rule_and_everything_of_wom_has_its_tests() -> None:
    paths = {module.path for module in OUR_TESTS}
    none_of(
        said for module in OUR_ROOMS for said in house.without_tests(module, paths.__contains__)
    )


def test_every_dependency_is_bounded_and_has_its_reason() -> None:
    none_of(house.loose_dependencies((ROOT / "pyproject.toml").read_text("utf-8")))


LONG = "def f():\n" + "    x = 1\n" * 60
CATCH = "try:\n    f()\nexcept {}:\n    {}\n"

BAD = [
    ("arrows", "wom/client.py", "import bot.clan"),
    ("arrows", "storage/clans.py", "from wom import errors"),
    ("arrows", "storage/migrate.py", "def f():\n    import migrations"),
    ("arrows", "cogs/reports.py", "from storage.engine import Database"),
    ("arrows", "bot/app.py", "import cogs"),
    ("arrows", "bot/app.py", "if TYPE_CHECKING:\n    from cogs.intake import Intake"),
    ("arrows", "bot/app.py", "from tests.builders import member"),
    ("floors", "bot/clan/spans.py", "from bot.reports.style import INK"),
    ("floors", "bot/clan/spans.py", "def f():\n    from bot import services"),
    ("floors", "bot/clan/spans.py", "from ..services import poll"),
    ("floors", "bot/services/poll.py", "if TYPE_CHECKING:\n    import bot.wiring"),
    ("floors", "bot/reports/style.py", "from bot.settings import Settings"),
    ("floors", "bot/app.py", "from bot.demo import cast"),
    ("floors", "bot/timetable.py", "from bot.app import ClanBot"),
    ("floors", "bot/attic.py", '"""On no floor."""'),
    ("strangers", "bot/services/poll.py", "import httpx"),
    ("strangers", "wom/wire.py", "from httpx import Response"),
    ("strangers", "bot/services/roster.py", "import sqlalchemy.ext.asyncio"),
    ("strangers", "bot/services/roster.py", "import discord"),
    ("strangers", "bot/services/publish/card.py", "import plotly"),
    ("strangers", "bot/app.py", "import simcord"),
    ("strangers", "bot/app.py", "import polars"),
    ("pure_rules", "bot/clan/spans.py", "import structlog"),
    ("pure_rules", "bot/clan/spans.py", "from bot.services import poll"),
    ("pure_rules", "bot/clan/spans.py", "import bot.clanship"),
    ("slash_commands", "bot/clan/ranks.py", 'x = "use `/link` first"'),
    ("slash_commands", "bot/clan/coverage.py", 'QUEUE = "in /clanstats links"'),
    ("slash_commands", "bot/clan/ranks.py", '"""Since /link comes first."""'),
    ("slash_commands", "bot/clan/ranks.py", 'x = "/me"'),
    ("wall_clock", "bot/app.py", "now = datetime.now(UTC)"),
    ("wall_clock", "bot/wiring.py", "now = datetime.now(UTC)"),
    ("wall_clock", "bot/app.py", "open_services(clock=datetime.datetime.now)"),
    ("wall_clock", "bot/app.py", "datetime.utcnow()"),
    ("wall_clock", "bot/app.py", "date.today()"),
    ("wall_clock", "bot/app.py", "time.time()"),
    ("wall_clock", "bot/app.py", "from time import time"),
    ("catching_all", "bot/app.py", CATCH.format("Exception", "pass")),
    ("catching_all", "bot/app.py", CATCH.format("(ValueError, Exception) as error", "pass")),
    ("catching_all", "bot/app.py", CATCH.format("BaseException", "pass")),
    ("catching_all", "bot/app.py", "try:\n    f()\nexcept:\n    raise"),
    ("catching_all", "bot/app.py", "with contextlib.suppress(Exception):\n    f()"),
    ("catching_all", "bot/timetable.py", CATCH.format("Exception", "pass") * 2),
    ("banned_names", "bot/utils.py", ""),
    ("banned_names", "bot/core/spans.py", ""),
    ("banned_names", "bot/app.py", "class RosterManager: ..."),
    ("banned_names", "bot/app.py", "async def load_data(): ..."),
    ("banned_names", "bot/app.py", "def poll_v2(): ..."),
    ("banned_names", "bot/app_new.py", ""),
    ("strangers", "bot/cli/gateway.py", "import discord"),
    ("strangers", "bot/timetable.py", "if TYPE_CHECKING:\n    from discord import Client"),
    ("floors", "bot/cli/context.py", "from bot import __main__"),
    ("floors", "bot/app.py", "from bot.gateway import stay"),
    ("long_modules", "bot/app.py", "x = 1\n" * 401),
    ("long_modules", "bot/app.py", '"""One file."""\n' + "x = 1\n" * 401),
    ("long_modules", "storage/tables.py", '"""Tables."""\n' + "x = 1\n" * 401),
    ("long_modules", "migrations/versions/0009_more.py", "x = 1\n" * 401),
    ("long_functions", "bot/app.py", LONG),
    ("without_docstring", "bot/app.py", "x = 1"),
    ("printing", "bot/app.py", "print(1)"),
    ("left_for_later", "bot/app.py", "x = 1  # TO" + "DO: two"),
    ("screens_elsewhere", "cogs/_card.py", "class Card(discord.ui.LayoutView): ..."),
    ("screens_elsewhere", "cogs/_card.py", "class Pick(discord.ui.Select[Any]): ..."),
    ("screens_elsewhere", "cogs/me/card.py", "class Post(ui.Button['Card']): ..."),
    ("screens_elsewhere", "cogs/me/card.py", "class Post(DynamicItem[Button], template='x'): ..."),
]


@pytest.mark.parametrize(("rule", "path", "source"), BAD)
def test_a_rule_says_which_line_breaks_it(rule: str, path: str, source: str) -> None:
    found = list(house.OF_EVERY_ROOM[rule](Module(path, source)))
    assert len(found) == 1
    assert found[0].startswith(f"{path}:")


GOOD = [
    ("arrows", "cogs/reports.py", "from bot.services import publish"),
    ("arrows", "migrations/env.py", "import storage.tables"),
    ("arrows", "bot/services/poll.py", "from storage import clans\nimport wom.errors"),
    ("floors", "bot/services/poll.py", "from bot.clan import gains\nfrom bot.services import x"),
    ("floors", "bot/demo/show.py", "from bot.app import ClanBot"),
    ("floors", "bot/__main__.py", "from bot.cli import main"),
    ("floors", "bot/cli.py", "from bot import __version__"),
    ("strangers", "wom/client.py", "import httpx"),
    ("strangers", "bot/cli_reports.py", "import typer"),
    ("pure_rules", "bot/clan/gains.py", "from bot.clan import spans\nimport re"),
    ("slash_commands", "bot/clan/ranks.py", "# See bot/clan/evidence, https://wom.net/x, a / b."),
    ("slash_commands", "cogs/_permissions.py", 'x = "use `/link` first"'),
    ("wall_clock", "bot/clock.py", "datetime.now(UTC)"),
    ("wall_clock", "bot/app.py", "clock.now()\ntime.perf_counter()"),
    ("catching_all", "cogs/_errors.py", CATCH.format("Exception", "pass")),
    ("catching_all", "bot/app.py", CATCH.format("BaseException", "raise")),
    ("catching_all", "bot/app.py", CATCH.format("ValueError", "pass")),
    ("banned_names", "storage/engine.py", "class Database: ...\ndef new_members(): ..."),
    ("strangers", "bot/gateway.py", "import discord\nimport aiohttp"),
    ("floors", "bot/gateway.py", "from bot.app import ClanBot\nfrom bot.timetable import every"),
    ("long_modules", "bot/app.py", "x = 1\n" * 400),
    ("long_modules", "storage/tables.py", '"""One file, because."""\n' + "x = 1\n" * 401),
    ("printing", "bot/cli.py", "print(1)"),
    ("screens_elsewhere", "cogs/_card.py", "view = discord.ui.LayoutView()"),
    ("screens_elsewhere", "cogs/_card.py", "class Framed(discord.ui.Container[Any]): ..."),
    ("screens_elsewhere", "cogs/screens/forms.py", "class Form(discord.ui.Modal): ..."),
]


@pytest.mark.parametrize(("rule", "path", "source"), GOOD)
def test_a_rule_lets_pass_what_is_right(rule: str, path: str, source: str) -> None:
    assert list(house.OF_EVERY_ROOM[rule](Module(path, source))) == []


DOORS = {
    "bot/services/setup/__init__.py": '__all__ = ["Clan"]',
    "bot/services/people/__init__.py": '__all__ = ["Links"]',
    "bot/services/ops/__init__.py": '__all__ = ["Upkeep"]',
    "cogs/setup/__init__.py": '__all__ = ["answer"]',
}
LINES = "x = 1\n"

BAD_TREES = [
    ("doors", {"bot/services/people/links.py": "from bot.services.ops import Upkeep"}),
    (
        "doors",
        {"bot/services/people/links.py": "def f():\n    from bot.services.ops import Upkeep"},
    ),
    (
        "doors",
        {"bot/services/setup/a.py": "if TYPE_CHECKING:\n    from bot.services.people import Links"},
    ),
    ("doors", {"bot/services/setup/a.py": "from ..people import Links"}),
    ("doors", {"bot/services/people/links.py": "from bot.services.setup.clans import Clan"}),
    ("doors", {"bot/services/people/links.py": "from bot.services.setup import clans"}),
    ("doors", {"cogs/links.py": "from bot.services.people.links import Links"}),
    ("doors", {"cogs/links.py": "from bot.services.people import _links"}),
    ("doors", {"bot/wiring.py": "import bot.services.ops.upkeep"}),
    ("doors", {"bot/cli/polling.py": "from bot.services.ops import Trouble"}),
    ("doors", {"bot/demo/seed.py": "from bot.services.setup import Clan, clans"}),
    ("doors", {"bot/services/attic/a.py": ""}),
    ("doors", {"bot/services/report.py": ""}),
    ("family_doors", {"cogs/clanstats.py": "from cogs.setup.screen import SetupScreen"}),
    ("family_doors", {"cogs/clanstats.py": "import cogs.setup.screen"}),
    ("family_doors", {"cogs/leave/screen.py": "from cogs.setup import screen"}),
    ("circles", {"wom/a.py": "from wom import b", "wom/b.py": "import wom.a"}),
    (
        "circles",
        {"wom/a.py": "from wom.b import B", "wom/b.py": "def f():\n    from wom.a import A"},
    ),
    (
        "circles",
        {
            "bot/a.py": "from bot.b import B",
            "bot/b.py": "from bot.c import C",
            "bot/c.py": "if TYPE_CHECKING:\n    from bot.a import A",
        },
    ),
    ("circles", {"cogs/a/__init__.py": "from cogs.a.b import B", "cogs/a/b.py": "import cogs.a"}),
    ("class_names", {"wom/a.py": "class Name: ...", "cogs/b.py": "class Name: ..."}),
    ("class_names", {"wom/a.py": "class Name: ...\ndef f():\n    class Name: ..."}),
    ("crumbs", {"wom/a.py": LINES * 39, "wom/b.py": "from wom.a import x\n" + LINES * 40}),
    (
        "crumbs",
        {"wom/a.py": LINES * 39, "wom/b.py": "def f():\n    import wom.a\n" + LINES * 40},
    ),
    ("crumbs", {"wom/c/a.py": LINES * 39, "wom/c/__init__.py": "from wom.c.a import x"}),
]


def tree(files: dict[str, str]) -> list[Module]:
    return [Module(path, source) for path, source in files.items()]


@pytest.mark.parametrize(("rule", "files"), BAD_TREES)
def test_a_rule_of_the_tree_says_who_breaks_it(rule: str, files: dict[str, str]) -> None:
    found = list(house_tree.OF_THE_TREE[rule](tree(DOORS | files)))
    assert len(found) == 1
    assert found[0].startswith(tuple(f"{path}:" for path in files))


GOOD_TREES = [
    ("doors", {"bot/services/people/links.py": "from bot.services.setup import Clan"}),
    ("doors", {"bot/services/people/links.py": "from bot.services.people.ties import Tie"}),
    (
        "doors",
        {"cogs/links.py": "from bot.services.ops import Upkeep\nfrom bot.services import ops"},
    ),
    ("doors", {"bot/services/__init__.py": ""}),
    ("family_doors", {"cogs/clanstats.py": "from cogs.setup import answer\nimport cogs.setup"}),
    ("family_doors", {"cogs/setup/screen.py": "from cogs.setup.words import said"}),
    ("family_doors", {"cogs/clanstats.py": "from cogs._errors import explain"}),
    ("circles", {"wom/a.py": "from wom import b", "wom/b.py": "import wom.errors"}),
    (
        "circles",
        {
            "wom/c/__init__.py": "from wom.c.a import A\nfrom wom.c.b import B",
            "wom/c/a.py": "from wom.c.b import B",
            "wom/c/b.py": "",
        },
    ),
    ("class_names", {"wom/a.py": "class Name: ...", "cogs/b.py": "class Named: ..."}),
    ("crumbs", {"wom/a.py": LINES * 40, "wom/b.py": "from wom.a import x"}),
    (
        "crumbs",
        {"wom/a.py": "", "wom/b.py": "import wom.a", "wom/c.py": "from wom.a import x"},
    ),
]


@pytest.mark.parametrize(("rule", "files"), GOOD_TREES)
def test_a_rule_of_the_tree_lets_pass_what_is_right(rule: str, files: dict[str, str]) -> None:
    assert list(house_tree.OF_THE_TREE[rule](tree(DOORS | files))) == []


def test_a_circle_is_told_with_its_way() -> None:
    files = {"wom/a.py": "import wom.b", "wom/b.py": "import wom.c", "wom/c.py": "import wom.b"}
    assert list(house_tree.circles(tree(files))) == [
        "wom/b.py:1 closes a circle: wom.b -> wom.c -> wom.b"
    ]


def test_a_line_is_named_where_it_stands() -> None:
    bad = Module("bot/app.py", '"""App."""\n\nif TYPE_CHECKING:\n    import cogs\n')
    assert list(house.arrows(bad)) == ["bot/app.py:4 imports cogs: no arrow bot -> cogs"]


def test_functions_that_are_long_too_often_are_told() -> None:
    short, long = "def f():\n    return 1\n", "def f():\n" + "    x = 1\n" * 30
    assert list(house.too_few_short_functions([Module("bot/app.py", short * 9 + long)])) == []
    assert len(list(house.too_few_short_functions([Module("bot/app.py", short + long)]))) == 2


def test_a_rule_of_the_clan_without_tests_is_told() -> None:
    rule = Module("bot/clan/luck.py", "")
    assert list(house.without_tests(rule, {"tests/bot/clan/test_luck.py"}.__contains__)) == []
    assert len(list(house.without_tests(rule, {"tests/bot/test_luck.py"}.__contains__))) == 1


@pytest.mark.parametrize(
    "line",
    ['"rich>=13",  # tables', '"rich<16",  # tables', '"rich",  # tables', '"rich>=13,<16",'],
)
def test_a_loose_or_unexplained_dependency_is_told(line: str) -> None:
    pyproject = f'[project]\nname = "x"\ndependencies = [\n    {line}\n]\n'
    assert len(list(house.loose_dependencies(pyproject))) == 1

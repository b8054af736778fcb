"""The rules of the house, read from source text alone; each returns "file:line what breaks it"."""

import ast
import re
import sys
import tomllib
from collections.abc import Callable, Iterable, Iterator
from fnmatch import fnmatch
from functools import cached_property
from pathlib import Path
from typing import NamedTuple

ROOMS = ("wom", "storage", "migrations", "bot", "cogs")
ARROWS = {("cogs", "bot"), ("bot", "storage"), ("bot", "wom"), ("migrations", "storage")}
FLOORS = {
    "clan": 1,
    "clock": 1,
    "recent": 1,
    "fair": 1,
    "env_file": 1,
    "spelling": 1,
    "reports": 2,
    "settings": 2,
    "journal": 2,
    "rhythm": 2,
    "watchdog": 3,
    "services": 3,
    "wiring": 4,
    "job_runs": 4,
    "jobs": 4,
    "shown_commands": 4,
    "clan_turns": 4,
    "missed": 4,
    "late_notices": 5,
    "digesting": 5,
    "metrics": 5,
    "timetable": 5,
    "app": 5,
    "sharding": 5,
    "gateway": 5,
    "demo": 5,
    "cli": 6,
    "__main__": 6,
}
LEVEL_STEPS = {
    ("demo", "app"),
    ("demo", "timetable"),
    ("gateway", "app"),
    ("gateway", "sharding"),
    ("sharding", "app"),
    ("gateway", "timetable"),
    ("timetable", "digesting"),
    ("timetable", "late_notices"),
    ("__main__", "cli"),
}
"""Who may import somebody on the same floor: the demo and the gateway run the bot."""

WHO_MAY = {
    "PIL": ["bot/reports/*"],
    "aiohttp": ["bot/gateway.py", "bot/metrics/*"],
    "alembic": ["storage/migrate.py", "migrations/*"],
    "aiosqlite": ["storage/trips.py"],
    "asyncpg": ["storage/postgresql.py"],
    "discord": [
        *("cogs/*", "bot/app.py", "bot/sharding.py", "bot/shown_commands.py", "bot/gateway.py"),
        "bot/demo/*",
    ],
    "httpx": ["wom/client.py", "bot/wiring.py", "bot/demo/*"],
    "ijson": ["bot/services/imports/exports.py"],
    "matplotlib": ["bot/reports/*"],
    "jinja2": ["bot/reports/*"],
    "markupsafe": ["bot/reports/*"],
    "plotly": ["bot/reports/*"],
    "prometheus_client": ["bot/metrics/*"],
    "pydantic": ["wom/*", "bot/settings.py"],
    "pydantic_settings": ["bot/settings.py"],
    "rapidfuzz": ["bot/services/people/links.py"],
    "rich": ["bot/cli*"],
    "simcord": ["bot/demo/*"],
    "sqlalchemy": ["storage/*", "migrations/*"],
    "sqlmodel": ["storage/*", "migrations/*"],
    "structlog": ["*"],
    "typer": ["bot/cli*"],
    "xlsxwriter": ["bot/reports/*"],
}
CATCH_ALL = ("cogs/_errors.py", "bot/timetable.py")
BANNED = frozenset(
    [
        "utils",
        "helpers",
        "common",
        "core",
        "base",
        "misc",
        "data",
        "manager",
        "handler",
        "factory",
        "processor",
    ]
)
BANNED_ENDS = ("_v2", "_new", "_simple")
SLASH_COMMAND = re.compile(r"(?<![\w/.:)\]}<>*])/[a-z][a-z-]+")
"""A slash before a word and after none: no path, no address, no division."""
IMPOSED = frozenset({"exception_handler"})
"""Names with a banned word that a library asks for."""

OF_THE_KIT = frozenset(["View", "LayoutView", "Modal", "DynamicItem", "Button", "TextInput"]) | {
    "Select",
    "UserSelect",
    "RoleSelect",
    "ChannelSelect",
    "MentionableSelect",
}
"""What only cogs/screens makes classes from, so that each control is known by its id alone."""

LONG_BY_NATURE = ("migrations/versions/*", "storage/tables.py")
"""Whose functions may be long."""
MAY_BE_LONG = ("migrations/versions/*", "storage/tables.py")
"""Which may be a long file, if its docstring says why it is "one file"."""
MODULE_LINES, FUNCTION_LINES, SHORT_LINES = 400, 60, 30
ONE_IN = 10
"""Of how many functions one may be longer than SHORT_LINES."""
NO_UPPER_BOUND = frozenset({"tzdata"})
"""Versioned by the calendar: a new year breaks nothing."""

Function = ast.FunctionDef | ast.AsyncFunctionDef


class Module:
    """One file: its path from the top (with slashes) and its text."""

    def __init__(self, path: str, source: str) -> None:
        self.path, self.source = path, source

    @cached_property
    def nodes(self) -> list[ast.AST]:
        return list(ast.walk(ast.parse(self.source)))

    @property
    def top(self) -> str:
        return self.path.split("/")[0]

    def said(self, node: ast.AST | int, what: str) -> str:
        line = node if isinstance(node, int) else getattr(node, "lineno", 1)
        return f"{self.path}:{line} {what}"

    def is_one_of(self, patterns: Iterable[str]) -> bool:
        return any(fnmatch(self.path, pattern) for pattern in patterns)


class Import(NamedTuple):
    """One imported name in full, such as storage.engine.upsert."""

    node: ast.AST
    name: str

    @property
    def top(self) -> str:
        return self.name.split(".")[0]


def modules(root: Path, tops: Iterable[str]) -> list[Module]:
    return [
        Module(path.relative_to(root).as_posix(), path.read_text("utf-8"))
        for top in tops
        for path in sorted((root / top).rglob("*.py"))
    ]


def imports(module: Module) -> Iterator[Import]:
    for node in module.nodes:
        if isinstance(node, ast.Import):
            yield from (Import(node, alias.name) for alias in node.names)
        elif isinstance(node, ast.ImportFrom):
            above = module.path.removesuffix(".py").split("/")[: -node.level] if node.level else []
            package = ".".join([*above, *filter(None, [node.module])])
            yield from (Import(node, f"{package}.{alias.name}") for alias in node.names)


def arrows(module: Module) -> Iterator[str]:
    for made in imports(module):
        arrow = (module.top, made.top)
        if made.top in (*ROOMS, "tests") and module.top != made.top and arrow not in ARROWS:
            yield module.said(made.node, f"imports {made.name}: no arrow {arrow[0]} -> {arrow[1]}")


def _room(dotted: str) -> str:
    second = [*dotted.split("."), ""][1]
    return "cli" if second.startswith("cli") else second


def floors(module: Module) -> Iterator[str]:
    mine = _room(module.path.removesuffix(".py").replace("/", "."))
    if module.top != "bot" or mine == "__init__":
        return
    if mine not in FLOORS:
        yield module.said(1, f"stands on no floor: say in tests/house.py where {mine} belongs")
        return
    for made in imports(module):
        theirs = _room(made.name)
        if made.top != "bot" or theirs not in FLOORS or theirs == mine:
            continue
        if FLOORS[theirs] >= FLOORS[mine] and (mine, theirs) not in LEVEL_STEPS:
            yield module.said(
                made.node,
                f"imports {made.name}: floor {FLOORS[mine]} does not see floor {FLOORS[theirs]}",
            )


def strangers(module: Module) -> Iterator[str]:
    for made in imports(module):
        if made.top in sys.stdlib_module_names or made.top in ROOMS:
            continue
        if made.top not in WHO_MAY:
            yield module.said(made.node, f"imports {made.name}: nobody said who may")
        elif not module.is_one_of(WHO_MAY[made.top]):
            allowed = ", ".join(WHO_MAY[made.top]) or "nobody"
            yield module.said(made.node, f"imports {made.name}: only {allowed} may")


def pure_rules(module: Module) -> Iterator[str]:
    if not module.path.startswith("bot/clan/"):
        return
    for made in imports(module):
        if made.top not in sys.stdlib_module_names and not f"{made.name}.".startswith("bot.clan."):
            yield module.said(made.node, f"imports {made.name}: bot/clan is pure")


def slash_commands(module: Module) -> Iterator[str]:
    if not module.path.startswith("bot/clan/"):
        return
    for number, line in enumerate(module.source.splitlines(), 1):
        if named := SLASH_COMMAND.search(line):
            yield module.said(number, f"names {named[0].strip()}: the roof knows the commands")


def wall_clock(module: Module) -> Iterator[str]:
    if module.path == "bot/clock.py":
        return
    asked = re.compile(r"(datetime|date)\.(now|utcnow|today)|time\.time(_ns)?")
    for node in module.nodes:
        if isinstance(node, ast.Attribute) and asked.fullmatch(_last_two(node)):
            yield module.said(node, f"asks the wall clock: {ast.unparse(node)}")
    for made in imports(module):
        if made.name in {"time.time", "time.time_ns"}:
            yield module.said(made.node, f"imports the wall clock: {made.name}")


def _last_two(node: ast.Attribute) -> str:
    return ".".join(ast.unparse(node).split(".")[-2:])


def catching_all(module: Module) -> Iterator[str]:
    found = [node for node in module.nodes if _catches_all(node)]
    for node in found[module.path in CATCH_ALL :]:
        yield module.said(node, "catches every exception")


def _catches_all(node: ast.AST) -> bool:
    if isinstance(node, ast.Call) and ast.unparse(node.func).endswith("suppress"):
        return any(_names(argument) & {"Exception", "BaseException"} for argument in node.args)
    if not isinstance(node, ast.ExceptHandler):
        return False
    if node.type is None or "Exception" in _names(node.type):
        return True
    # Cleaning up on the way out is not catching.
    last = node.body[-1]
    goes_on = isinstance(last, ast.Raise) and last.exc is None
    return "BaseException" in _names(node.type) and not goes_on


def _names(node: ast.AST) -> set[str]:
    return {inner.id for inner in ast.walk(node) if isinstance(inner, ast.Name)}


def banned_names(module: Module) -> Iterator[str]:
    stem = module.path.split("/")[-1].removesuffix(".py")
    named: list[tuple[ast.AST | int, str]] = [(1, part) for part in module.path.split("/")[1:-1]]
    named += [(1, stem)]
    named += [
        (node, node.name)
        for node in module.nodes
        if isinstance(node, ast.ClassDef | Function) and not node.name.startswith("test_")
    ]
    for where, name in named:
        words = {word.lower() for word in re.findall(r"[A-Z]?[a-z]+|[A-Z]+(?![a-z])", name)}
        bad = words & BANNED or {end for end in BANNED_ENDS if name.endswith(end)}
        if bad and name not in IMPOSED:
            yield module.said(where, f"is named {name}: {', '.join(sorted(bad))} says nothing")


def long_modules(module: Module) -> Iterator[str]:
    lines = module.source.count("\n")
    tree = module.nodes[0]
    why = ast.get_docstring(tree) if isinstance(tree, ast.Module) else None
    says_why = module.is_one_of(MAY_BE_LONG) and "one file" in (why or "").lower()
    if lines > MODULE_LINES and not says_why:
        yield module.said(1, f"has {lines} lines, over {MODULE_LINES}")


def functions(module: Module) -> list[tuple[Function, int]]:
    if module.is_one_of(LONG_BY_NATURE):
        return []
    return [
        (node, (node.end_lineno or node.lineno) - node.lineno + 1)
        for node in module.nodes
        if isinstance(node, Function)
    ]


def long_functions(module: Module) -> Iterator[str]:
    for node, lines in functions(module):
        if lines > FUNCTION_LINES:
            yield module.said(node, f"{node.name} has {lines} lines, over {FUNCTION_LINES}")


def too_few_short_functions(all_modules: Iterable[Module]) -> Iterator[str]:
    found = [(module, *measured) for module in all_modules for measured in functions(module)]
    over = [(module, node, lines) for module, node, lines in found if lines > SHORT_LINES]
    if len(over) * ONE_IN > len(found):
        yield f"{len(over)} of {len(found)} functions have more than {SHORT_LINES} lines:"
        yield from (
            module.said(node, f"{node.name} has {lines} lines") for module, node, lines in over
        )


def without_docstring(module: Module) -> Iterator[str]:
    tree = module.nodes[0]
    if isinstance(tree, ast.Module) and not ast.get_docstring(tree):
        yield module.said(1, "does not say what it is for")


def printing(module: Module) -> Iterator[str]:
    for node in module.nodes:
        called = isinstance(node, ast.Call) and ast.unparse(node.func) == "print"
        if called and not module.is_one_of(["bot/cli*"]):
            yield module.said(node, "prints")


def left_for_later(module: Module) -> Iterator[str]:
    promise = re.compile(r"\b(TO" + r"DO|FIX" + r"ME|XX" + r"X)\b")
    for number, line in enumerate(module.source.splitlines(), 1):
        if promise.search(line):
            yield module.said(number, "is left for later")


def without_tests(module: Module, tested: Callable[[str], bool]) -> Iterator[str]:
    folder, _, name = module.path.rpartition("/")
    mirror = f"tests/{folder}/test_{name}"
    if folder in {"bot/clan", "wom"} and name != "__init__.py" and not tested(mirror):
        yield module.said(1, f"has no tests at {mirror}")


def loose_dependencies(pyproject: str) -> Iterator[str]:
    project = tomllib.loads(pyproject)["project"]
    optional = project.get("optional-dependencies", {}).values()
    lines = pyproject.splitlines()
    for wanted in [*project.get("dependencies", []), *(one for some in optional for one in some)]:
        name = re.split(r"[\[<>=!~; ]", wanted)[0]
        if name == project["name"]:
            continue
        number, line = next((at, text) for at, text in enumerate(lines, 1) if f'"{wanted}"' in text)
        if ">=" not in wanted or ("<" not in wanted and name not in NO_UPPER_BOUND):
            yield f"pyproject.toml:{number} {wanted} is not bounded below and above"
        if not re.search(r'",?\s*#\s*\S', line):
            yield f"pyproject.toml:{number} {wanted} gives no reason"


def screens_elsewhere(module: Module) -> Iterator[str]:
    """Tell who makes a control or an answer with controls of their own: cogs/screens has them."""
    if module.top != "cogs" or module.is_one_of(["cogs/screens/*"]):
        return
    for node in module.nodes:
        if isinstance(node, ast.ClassDef):
            names = {_last_name(base) for base in node.bases}
            yield from (
                module.said(node, f"{node.name} is a {name} outside cogs/screens")
                for name in sorted(names & OF_THE_KIT)
            )


def _last_name(base: ast.expr) -> str:
    """Return what a class is made from, without its package and what it is of."""
    if isinstance(base, ast.Subscript):
        return _last_name(base.value)
    return base.attr if isinstance(base, ast.Attribute) else getattr(base, "id", "")


OF_EVERY_ROOM: dict[str, Callable[[Module], Iterator[str]]] = {
    "arrows": arrows,
    "floors": floors,
    "strangers": strangers,
    "pure_rules": pure_rules,
    "slash_commands": slash_commands,
    "wall_clock": wall_clock,
    "catching_all": catching_all,
    "banned_names": banned_names,
    "long_modules": long_modules,
    "long_functions": long_functions,
    "without_docstring": without_docstring,
    "printing": printing,
    "left_for_later": left_for_later,
    "screens_elsewhere": screens_elsewhere,
}
OF_THE_TESTS = ("wall_clock", "banned_names", "long_functions", "printing", "left_for_later")

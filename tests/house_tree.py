"""The rules of the house that take all its modules together: doors, circles, names, crumbs.

Each returns "file:line what breaks it", as those of one module in tests/house.py do. Imports count
wherever they stand, in functions and under TYPE_CHECKING too.
"""

import ast
from collections import defaultdict
from collections.abc import Callable, Iterator, Mapping, Sequence

from tests.house import Import, Module, imports

SUBJECTS = (
    *("setup", "people", "chat", "game", "imports"),
    *("view", "review", "publish", "privacy", "ops"),
)
"""The packages of bot/services: each imports only those before it."""

CRUMB_LINES = 40
_SERVICES = ["bot", "services"]


def doors(modules: Sequence[Module]) -> Iterator[str]:
    """Tell who goes past a subject's door, or imports a subject that stands below its own."""
    shown = {subject: frozenset(_shown(modules, f"bot/services/{subject}")) for subject in SUBJECTS}
    for module in modules:
        mine = _subject_of(module)
        if mine is not None and mine not in SUBJECTS:
            yield module.said(
                1, f"is of no subject: say in tests/house_tree.py where {mine} stands"
            )
        else:
            for made in imports(module):
                yield from (
                    module.said(made.node, said) for said in _at_the_door(made, mine, shown)
                )


def _at_the_door(
    made: Import, mine: str | None, shown: Mapping[str, frozenset[str]]
) -> Iterator[str]:
    parts = made.name.split(".")
    theirs = parts[2] if parts[:2] == _SERVICES and len(parts) > len(_SERVICES) else ""
    if theirs == mine or theirs not in shown:
        return
    behind = parts[3:]
    if behind and (len(behind) > 1 or behind[0] not in shown[theirs]):
        yield f"imports {made.name}: only what bot.services.{theirs} shows"
    if mine is not None and SUBJECTS.index(theirs) > SUBJECTS.index(mine):
        yield f"imports {made.name}: {mine} stands above {theirs}"


def _subject_of(module: Module) -> str | None:
    parts = module.path.removesuffix(".py").split("/")
    inside = parts[:2] == _SERVICES and parts[2:] != ["__init__"]
    return parts[2] if inside else None


def family_doors(modules: Sequence[Module]) -> Iterator[str]:
    """Tell who goes past the door of a family of commands: a package of cogs."""
    families = {
        each.path.split("/")[1]
        for each in modules
        if each.top == "cogs" and each.path.count("/") > 1
    }
    shown = {each: frozenset(_shown(modules, f"cogs/{each}")) for each in families}
    for module in modules:
        for made in imports(module):
            top, family, *behind = [*made.name.split("."), ""]
            inside = module.path.startswith(f"cogs/{family}/")
            if top != "cogs" or family not in shown or inside:
                continue
            named = [each for each in behind if each]
            if named and (len(named) > 1 or named[0] not in shown[family]):
                yield module.said(made.node, f"imports {made.name}: only what cogs.{family} shows")


def _shown(modules: Sequence[Module], package: str) -> list[str]:
    """Return the names in `__all__` of a package's door."""
    door = next((each for each in modules if each.path == f"{package}/__init__.py"), None)
    for node in [] if door is None else door.nodes:
        if isinstance(node, ast.Assign) and ast.unparse(node.targets[0]) == "__all__":
            return list(ast.literal_eval(node.value))
    return []


def circles(modules: Sequence[Module]) -> Iterator[str]:
    """Tell each circle of imports once, where its first import stands."""
    graph = _graph(modules)
    told: set[frozenset[str]] = set()
    for start in sorted(graph):
        way = _way_back(graph, start)
        if way and frozenset(way) not in told:
            told.add(frozenset(way))
            module, made = graph[start][way[1 % len(way)]]
            yield module.said(made.node, f"closes a circle: {' -> '.join([*way, start])}")


_Graph = Mapping[str, Mapping[str, tuple[Module, Import]]]
"""By dotted names: who imports whom, and where first."""


def _graph(modules: Sequence[Module]) -> _Graph:
    named = {_dotted(module): module for module in modules}
    graph: dict[str, dict[str, tuple[Module, Import]]] = {name: {} for name in named}
    for name, module in named.items():
        for made in imports(module):
            theirs = made.name
            while theirs and theirs not in named:
                theirs = theirs.rpartition(".")[0]
            if theirs and theirs != name:
                graph[name].setdefault(theirs, (module, made))
    return graph


def _dotted(module: Module) -> str:
    return module.path.removesuffix(".py").removesuffix("/__init__").replace("/", ".")


def _way_back(graph: _Graph, start: str) -> list[str]:
    """Return the shortest way from a module over its imports back to it; empty without one."""
    came: dict[str, str] = {}
    edge = [start]
    while edge and start not in came:
        further = []
        for here in edge:
            for there in graph[here]:
                if there not in came:
                    came[there] = here
                    further.append(there)
        edge = further
    if start not in came:
        return []
    way, here = [start], came[start]
    while here != start:
        way.insert(1, here)
        here = came[here]
    return way


def class_names(modules: Sequence[Module]) -> Iterator[str]:
    """Tell every class whose name another one has as well."""
    found: dict[str, list[tuple[Module, ast.ClassDef]]] = defaultdict(list)
    for module in modules:
        for node in module.nodes:
            if isinstance(node, ast.ClassDef):
                found[node.name].append((module, node))
    for name, places in found.items():
        if len(places) > 1:
            where = ", ".join(module.said(node, "").strip() for module, node in places[1:])
            yield places[0][0].said(places[0][1], f"names a class {name}, as does {where}")


def crumbs(modules: Sequence[Module]) -> Iterator[str]:
    """Tell the small modules that one other alone imports: they belong into it."""
    importers: dict[str, set[str]] = defaultdict(set)
    for name, edges in _graph(modules).items():
        for theirs in edges:
            importers[theirs].add(name)
    for module in modules:
        lines = module.source.count("\n")
        who = importers[_dotted(module)]
        if lines < CRUMB_LINES and len(who) == 1 and not module.path.endswith("__init__.py"):
            yield module.said(1, f"has {lines} lines and one importer, {min(who)}: put it there")


OF_THE_TREE: dict[str, Callable[[Sequence[Module]], Iterator[str]]] = {
    "doors": doors,
    "family_doors": family_doors,
    "circles": circles,
    "class_names": class_names,
    "crumbs": crumbs,
}

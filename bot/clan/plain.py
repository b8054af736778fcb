"""Frozen parts of a policy as plain values for JSON, and back with words on what is wrong.

What is not stored keeps its default; what nobody knows is refused, so that a typing error is seen.
"""

from collections import Counter
from collections.abc import Callable, Collection, Iterable, Mapping, Sequence
from dataclasses import Field, field, fields, is_dataclass
from enum import StrEnum
from typing import Any, TypeVar, cast

from bot.clan.wording import role_words

Part = TypeVar("Part")

_LEAST, _MOST, _EACH, _OF = "least", "most", "each", "of"
_WHOLE = "a whole number"


def _is_name(value: object) -> bool:
    return isinstance(value, str) and value != ""


def number(default: int, least: int, most: int) -> Any:  # noqa: ANN401 - what field() returns
    """Return a field for a whole number from `least` to `most`."""
    return field(default=default, metadata={_LEAST: least, _MOST: most})


def by_role(each: Callable[[], object]) -> Any:  # noqa: ANN401 - what field() returns
    """Return a field for a value of its own for some roles; `each` makes the usual one."""
    return field(default_factory=dict, metadata={_EACH: each})


def chosen(every: type[StrEnum]) -> Any:  # noqa: ANN401 - what field() returns
    """Return a field for those members of an enumeration that are on; all of them at first."""
    return field(default=frozenset(every), metadata={_OF: every})


def limits(part: object, name: str) -> tuple[int, int]:
    """Return the least and the most that a number of a part may be."""
    of = _fields(part)[name].metadata
    return of[_LEAST], of[_MOST]


def check(part: object) -> None:
    """Raise ValueError for a number of the part that is out of its limits."""
    for name, each in _fields(part).items():
        if _LEAST in each.metadata:
            least, most = each.metadata[_LEAST], each.metadata[_MOST]
            value = getattr(part, name)
            if not least <= value <= most:
                raise ValueError(f"{name} must be from {least:,} to {most:,}, not {value:,}")


def plain(part: object) -> dict[str, object]:
    """Return a part as values that JSON has, in an order that never changes."""
    return {name: _plain(getattr(part, name)) for name in _fields(part)}


def read(usual: Part, stored: object, name: str) -> Part:
    """Return the part from plain values, over the `usual` one.

    Raises ValueError: a field is unknown, malformed or out of its limits; the words say which.
    """
    known, told = _fields(usual), named(stored, name)
    must_know(known, told, f"{name} has")
    values = {
        key: _read(known[key], getattr(usual, key), value, f"{name}.{key}")
        for key, value in told.items()
    }
    kept = {key: getattr(usual, key) for key in known if key not in values}
    try:
        return type(usual)(**kept, **values)
    except ValueError as error:
        raise ValueError(f"{name}: {error}") from error


def named(value: object, name: str) -> Mapping[str, object]:
    """Return a value that holds other values by name; ValueError for any other."""
    if not isinstance(value, Mapping) or not all(isinstance(key, str) for key in value):
        raise ValueError(f"{name} must hold named values, not {value!r}")
    return value


def listed(
    value: object, name: str, what: str = "names", fits: Callable[[object], bool] = _is_name
) -> list[Any]:
    """Return a value that is a list of what fits; ValueError for any other."""
    if not isinstance(value, list | tuple) or not all(map(fits, value)):
        raise ValueError(f"{name} must be a list of {what}, not {value!r}")
    return list(value)


def must_know(known: Collection[str], told: Iterable[str], who_has: str) -> None:
    """Raise ValueError for fields that nobody knows, so that a typing error is seen."""
    unknown = sorted(set(told) - set(known))
    if unknown:
        raise ValueError(f"{who_has} no field {', '.join(unknown)}")


def must_be_once(roles: Sequence[str], where: str) -> None:
    """Raise ValueError when a role stands twice where it may stand once."""
    twice = sorted(role for role, times in Counter(roles).items() if times > 1)
    if twice:
        named = ", ".join(map(role_words, twice))
        raise ValueError(f"a rank stands {where} only once; named twice: {named}")


def _fields(part: object) -> dict[str, Field[Any]]:
    return {each.name: each for each in fields(cast("Any", part))}


def _plain(value: object) -> object:
    if is_dataclass(value):
        return plain(value)
    if isinstance(value, Mapping):
        return {key: _plain(value[key]) for key in sorted(value)}
    if isinstance(value, frozenset):
        return sorted(str(each) for each in value)
    return list(value) if isinstance(value, tuple) else value


def _read(of: Field[Any], usual: object, value: object, name: str) -> object:
    if is_dataclass(usual):
        return read(usual, value, name)
    if _EACH in of.metadata:
        return _roles_values(of.metadata[_EACH](), value, name)
    if isinstance(usual, bool):
        return _typed(value, bool, name, "true or false")
    if isinstance(usual, int):
        return _typed(value, int, name, _WHOLE)
    if isinstance(usual, str):
        return _typed(value, str, name, "a name, or empty")
    names = listed(value, name)
    return tuple(names) if isinstance(usual, tuple) else _members(of.metadata[_OF], names, name)


def _roles_values(usual: object, value: object, name: str) -> dict[str, object]:
    told = named(value, name)
    if is_dataclass(usual):
        return {role: read(usual, each, f"{name}.{role}") for role, each in told.items()}
    return {role: _typed(each, int, f"{name}.{role}", _WHOLE) for role, each in told.items()}


def _typed(value: object, kind: type, name: str, words: str) -> object:
    # A bool is an int to Python, and not to people.
    if type(value) is not kind:
        raise ValueError(f"{name} must be {words}, not {value!r}")
    return value


def _members(every: type[StrEnum], names: list[str], name: str) -> frozenset[StrEnum]:
    unknown = sorted(set(names) - {str(each) for each in every})
    if unknown:
        allowed = ", ".join(every)
        raise ValueError(f"{name} knows {allowed}, not {', '.join(unknown)}")
    return frozenset(map(every, names))

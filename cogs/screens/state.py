"""A screen's state as text: a frozen dataclass of numbers, words and choices, and back.

It stands in the `custom_id` of each control, of which Discord takes 100 characters.
"""

from dataclasses import dataclass, fields
from enum import Enum
from types import UnionType
from typing import Any, TypeVar, get_args, get_type_hints

S = TypeVar("S")

LONGEST_ID = 100
_BETWEEN = ":"


@dataclass(frozen=True, slots=True)
class StateText:
    """A control's id taken apart: what it does, with what, and the state of its screen as text."""

    act: str
    argument: str
    state: str


def packed(state: object) -> str:
    """Return the fields of a frozen dataclass in their order, None as nothing.

    Raises ValueError for a text that has the sign between two fields in it.
    """
    return _BETWEEN.join(text_of(getattr(state, each.name)) for each in fields(state))  # type: ignore[arg-type]


def unpacked(kind: type[S], text: str) -> S:
    """Return the state that a text stands for; the screen's beginning when it cannot be read.

    An older version may have written it, with other fields.
    """
    hints = get_type_hints(kind)
    parts = text.split(_BETWEEN)
    names = [each.name for each in fields(kind)]  # type: ignore[arg-type]
    if len(parts) != len(names):
        return kind()
    try:
        return kind(
            **{name: converted(hints[name], part) for name, part in zip(names, parts, strict=True)}
        )
    except ValueError:
        return kind()


def converted(hint: Any, text: str) -> Any:  # noqa: ANN401 - whatever a field may be
    """Return a text as a field's type says; ValueError when it is no such value."""
    kinds = get_args(hint) if isinstance(hint, UnionType) else (hint,)
    if type(None) in kinds and not text:
        return None
    kind = next(each for each in kinds if each is not type(None))
    if kind is bool:
        return bool(int(text))
    return kind(int(text)) if issubclass(kind, int) else kind(text)


def text_of(value: object) -> str:
    """Return a field as it stands in an id; ValueError when it holds the sign between two."""
    if value is None:
        return ""
    text = (
        str(int(value))
        if isinstance(value, bool)
        else str(value.value if isinstance(value, Enum) else value)
    )
    if _BETWEEN in text:
        raise ValueError(f"{text!r} cannot stand in an id")
    return text

"""Forms whose id says all: what is filled in is taken after a restart as well."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from typing import Any

import discord

_LONGEST_TITLE = 45


@dataclass(frozen=True, slots=True)
class Field:
    """A line, or with `is_long` a paragraph, that somebody writes."""

    name: str
    label: str
    description: str = ""
    default: str = ""
    longest: int = 400
    is_required: bool = True
    is_long: bool = False


def form(custom_id: str, title: str, fields: Iterable[Field]) -> discord.ui.Modal:
    """Return a form that is known by its id alone."""
    made = discord.ui.Modal(title=title[:_LONGEST_TITLE], custom_id=custom_id, timeout=None)
    for each in fields:
        made.add_item(_line(each))
    return made


def filled_in(components: Iterable[Any]) -> dict[str, str]:
    """Return what was written into each field, of the components that Discord sends."""
    return {each["custom_id"]: str(each["value"]).strip() for each in _inputs(components)}


def _inputs(components: Iterable[Any]) -> Iterator[dict[str, Any]]:
    for each in components:
        if "value" in each and "custom_id" in each:
            yield each
        yield from _inputs(each.get("components", ()))
        if "component" in each:
            yield from _inputs([each["component"]])


def _line(field: Field) -> discord.ui.Label[Any]:
    style = discord.TextStyle.paragraph if field.is_long else discord.TextStyle.short
    written: discord.ui.TextInput[Any] = discord.ui.TextInput(
        custom_id=field.name,
        style=style,
        default=field.default or None,
        required=field.is_required,
        max_length=field.longest,
    )
    return discord.ui.Label(
        text=field.label, description=field.description or None, component=written
    )

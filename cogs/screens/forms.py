"""Forms whose id says all: what is filled in is taken after a restart as well."""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from typing import Any, NamedTuple

import discord

_LONGEST_TITLE, _CUT = 45, "\N{HORIZONTAL ELLIPSIS}"


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
    placeholder: str = ""


@dataclass(frozen=True, slots=True)
class Choice:
    """A list of which one is chosen or, with `is_several`, at least one."""

    name: str
    label: str
    options: Sequence[discord.SelectOption]
    description: str = ""
    is_several: bool = False


@dataclass(frozen=True, slots=True)
class MemberField:
    """A list of the server's members, of whom one is chosen: their id, as text."""

    name: str
    label: str


class FilledIn(NamedTuple):
    """What was sent with a form: texts by field, and what was chosen of each list."""

    texts: dict[str, str]
    chosen: dict[str, tuple[str, ...]]


def form(
    custom_id: str, title: str, fields: Iterable[Field | Choice | MemberField]
) -> discord.ui.Modal:
    """Return a form that is known by its id alone."""
    cut = title if len(title) <= _LONGEST_TITLE else f"{title[: _LONGEST_TITLE - 1]}{_CUT}"
    made = discord.ui.Modal(title=cut, custom_id=custom_id, timeout=None)
    made.stop()  # discord.py would keep it for ever where somebody closes it; its id is enough
    for each in fields:
        made.add_item(_labelled(each))
    return made


def filled_in(components: Iterable[Any]) -> FilledIn:
    """Return what was filled in, of the components that Discord sends."""
    texts, chosen = {}, {}
    for each in _inputs(components):
        if "values" in each:
            chosen[each["custom_id"]] = tuple(map(str, each["values"]))
        else:
            texts[each["custom_id"]] = str(each["value"]).strip()
    return FilledIn(texts, chosen)


def _inputs(components: Iterable[Any]) -> Iterator[dict[str, Any]]:
    for each in components:
        if "custom_id" in each and ("value" in each or "values" in each):
            yield each
        yield from _inputs(each.get("components", ()))
        if "component" in each:
            yield from _inputs([each["component"]])


def _labelled(field: Field | Choice | MemberField) -> discord.ui.Label[Any]:
    if isinstance(field, MemberField):
        members: discord.ui.UserSelect[Any] = discord.ui.UserSelect(custom_id=field.name)
        return discord.ui.Label(text=field.label, component=members)
    return _list(field) if isinstance(field, Choice) else _line(field)


def _list(field: Choice) -> discord.ui.Label[Any]:
    options = [*field.options]
    chosen: discord.ui.Select[Any] = discord.ui.Select(
        custom_id=field.name,
        options=options,
        min_values=1,
        max_values=len(options) if field.is_several else 1,
        required=True,
    )
    return discord.ui.Label(
        text=field.label, description=field.description or None, component=chosen
    )


def _line(field: Field) -> discord.ui.Label[Any]:
    style = discord.TextStyle.paragraph if field.is_long else discord.TextStyle.short
    written: discord.ui.TextInput[Any] = discord.ui.TextInput(
        custom_id=field.name,
        style=style,
        default=field.default or None,
        placeholder=field.placeholder or None,
        required=field.is_required,
        max_length=field.longest,
    )
    return discord.ui.Label(
        text=field.label, description=field.description or None, component=written
    )

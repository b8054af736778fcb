"""Finding the clan's WOM group by whatever people know of it: number, address or name."""

import re
from typing import NamedTuple

from wom.client import WomClient
from wom.errors import InvalidName, WomNotFound
from wom.wire import Fresh

_NUMBER = re.compile(r"(?:.*wiseoldman\.net/groups/)?#?(\d{1,9})(?:[/?#].*)?")


class FoundGroup(NamedTuple):
    """A group as WOM knows it; how many members it has is None where WOM does not say."""

    group_id: int
    name: str
    members: int | None


async def groups_called(wom: WomClient, text: str) -> tuple[FoundGroup, ...]:
    """Return the groups that a number, an address or part of a name means, largest first.

    Raises WomError when WOM gave no usable answer.
    """
    number = _NUMBER.fullmatch(text.strip())
    if number is not None and int(number[1]):
        return await _by_number(wom, int(number[1]))
    wanted = text.strip().casefold()
    try:
        answer = await wom.search_groups(text.strip())
    except InvalidName:  # no group is called that
        return ()
    found = [FoundGroup(each.id, each.name, each.member_count) for each in answer]
    exact = [each for each in found if each.name.casefold() == wanted]
    return tuple(sorted(exact if len(exact) == 1 else found, key=lambda each: -(each.members or 0)))


async def _by_number(wom: WomClient, group_id: int) -> tuple[FoundGroup, ...]:
    try:
        answer = await wom.group(group_id)
    except WomNotFound:
        return ()
    if not isinstance(answer, Fresh):
        return ()
    return (
        FoundGroup(
            group_id, answer.value.name or f"Group {group_id}", len(answer.value.memberships)
        ),
    )

"""A clan's group is found by whatever people know of it."""

import httpx
import pytest

from bot.services.setup import FoundGroup, groups_called
from tests.bot.services.group import GROUP_ID, Group, Someone, client_of
from wom.errors import WomUnreachable

FOUND = [
    {"id": 5, "name": "Iron Cabbage", "memberCount": 40},
    {"id": 6, "name": "Iron Cabbage Patch", "memberCount": 90},
]


@pytest.mark.parametrize(
    "text",
    [
        str(GROUP_ID),
        f" #{GROUP_ID} ",
        f"https://wiseoldman.net/groups/{GROUP_ID}",
        f"wiseoldman.net/groups/{GROUP_ID}/members",
        f"https://www.wiseoldman.net/groups/{GROUP_ID}?dialog=verify",
    ],
)
async def test_a_number_or_an_address_is_that_group(text: str) -> None:
    found = await groups_called(client_of(Group(Someone(1), Someone(2))), text)
    assert found == (FoundGroup(GROUP_ID, "Iron Cabbage", 2),)


async def test_a_number_that_wom_does_not_know_is_nobody() -> None:
    def unknown(_: httpx.Request) -> httpx.Response:
        return httpx.Response(404, json={"code": "GROUP_NOT_FOUND", "message": "Group not found"})

    assert await groups_called(client_of(unknown), "77") == ()


@pytest.mark.parametrize(
    ("text", "ids"), [("cabbage", [6, 5]), ("iron cabbage", [5]), (" IRON CABBAGE ", [5])]
)
async def test_a_name_finds_the_largest_first_but_an_exact_one_alone(
    text: str, ids: list[int]
) -> None:
    asked: list[str] = []

    def search(request: httpx.Request) -> httpx.Response:
        asked.append(request.url.params["name"])
        return httpx.Response(200, json=FOUND)

    found = await groups_called(client_of(search), text)
    assert [each.group_id for each in found] == ids
    assert asked == [text.strip()]


async def test_no_answer_passes_as_an_error() -> None:
    def down(request: httpx.Request) -> httpx.Response:
        raise httpx.ConnectError("no route", request=request)

    with pytest.raises(WomUnreachable):
        await groups_called(client_of(down), "cabbage")


@pytest.mark.parametrize(
    "text", ["x" * 51, "\N{SMILING FACE WITH SUNGLASSES}" * 9_000, "half \ud83d"]
)
async def test_what_no_group_can_be_called_is_not_even_asked_for(text: str) -> None:
    def never(_: httpx.Request) -> httpx.Response:
        raise AssertionError("asked")

    assert await groups_called(client_of(never), text) == ()


async def test_a_group_that_does_not_say_how_many_it_has_comes_last() -> None:
    found = [{"id": 4, "name": "Iron Cabbages"}, *FOUND]
    told = await groups_called(client_of(lambda _: httpx.Response(200, json=found)), "iron")
    assert [(each.group_id, each.members) for each in told] == [(6, 90), (5, 40), (4, None)]

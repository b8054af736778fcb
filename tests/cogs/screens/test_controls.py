"""Controls: what they do and what their message shows stands in their ids."""

from dataclasses import dataclass, replace
from enum import StrEnum

import pytest

from cogs.screens.controls import Controls, lines_shown, page_shown, pages_of
from cogs.screens.state import StateText


class Tab(StrEnum):
    SURE = "sure"
    OTHERS = "others"


@dataclass(frozen=True, slots=True)
class Place:
    tab: Tab = Tab.SURE
    page: int = 0
    rank: str | None = None


AT = Place(Tab.OTHERS, 2, "zenyte")
CONTROLS = Controls("place", Place)


def test_an_id_says_what_is_done_with_what_and_in_which_state() -> None:
    custom_id = CONTROLS.custom_id("approve", AT, 77)
    assert custom_id == "place:approve:77:others:2:zenyte"
    assert CONTROLS.read(custom_id) == StateText("approve", "77", "others:2:zenyte")


@pytest.mark.parametrize("other", ["places:approve::", "card:post:30", "place", "place:on"])
def test_the_id_of_another_screen_is_not_read(other: str) -> None:
    assert CONTROLS.read(other) is None


def test_an_id_that_discord_would_not_take_is_refused_while_drawing() -> None:
    with pytest.raises(ValueError, match="longer than Discord takes"):
        CONTROLS.custom_id("approve", replace(AT, rank="x" * 90))


@pytest.mark.parametrize(
    ("page", "count", "size", "shown", "pages"),
    [(0, 0, 8, 0, 1), (9, 17, 8, 2, 3), (1, 16, 8, 1, 2), (-3, 16, 8, 0, 2), (2, 16, 8, 1, 2)],
)
def test_the_page_that_is_shown_is_one_that_there_is(
    page: int, count: int, size: int, shown: int, pages: int
) -> None:
    assert page_shown(Place(page=page), count, size) == (Place(page=shown), pages)


def ids(page: int, count: int) -> dict[str, bool]:
    """Return which of the turning controls can be pressed, by id."""
    row = CONTROLS.pages(Place(page=page), count)
    return {str(each.custom_id): not each.disabled for each in row.children}  # type: ignore[attr-defined]


def test_pages_turn_to_the_first_the_next_and_the_last_one() -> None:
    assert list(ids(2, 7).values()) == [True, True, False, True, True]
    assert [each.split(":")[2] for each in ids(2, 7)] == ["0", "1", "", "3", "6"]


@pytest.mark.parametrize("count", [1, 2, 3])
def test_at_the_ends_nothing_leads_further_and_no_two_ids_are_the_same(count: int) -> None:
    for page in range(count):
        found = ids(page, count)
        assert len(found) == 5
        first, back, _, on, last = found.values()
        assert (first, back) == (page > 0, page > 0)
        assert (on, last) == (page < count - 1, page < count - 1)


def test_whoever_is_asked_whether_they_are_sure_has_an_answer_for_each_way_and_for_none() -> None:
    sure = CONTROLS.sure("approve", AT, "Approve all")
    assert sure.custom_id == "place:sure:approve:others:2:zenyte"
    row = CONTROLS.confirm(AT, {"approve": "Yes, do it", "forget": "Yes, and more"})
    found = {each.label: each.custom_id for each in row.children}  # type: ignore[attr-defined]
    assert found == {
        "Yes, do it": "place:approve::others:2:zenyte",
        "Yes, and more": "place:forget::others:2:zenyte",
        "No": "place:no::others:2:zenyte",
    }


def test_lines_go_on_as_few_pages_as_take_them() -> None:
    assert pages_of([], 10) == [[]]
    assert pages_of(["a" * 4, "b" * 4, "c" * 30, "d"], 10) == [
        ["a" * 4, "b" * 4],
        ["c" * 30],
        ["d"],
    ]
    assert pages_of("abcde", 10, 2) == [["a", "b"], ["c", "d"], ["e"]]


def test_what_is_on_a_page_goes_by_room_and_by_number() -> None:
    lines = ["a", "b", "c" * 30, "d"]
    shown = [lines_shown(Place(page=page), lines, 20, 2) for page in (0, 1, 2, 9)]
    assert [lines[on_page] for _, _, on_page in shown] == [["a", "b"], ["c" * 30], ["d"], ["d"]]
    assert [(state.page, count) for state, count, _ in shown] == [(0, 3), (1, 3), (2, 3), (2, 3)]
    assert lines_shown(Place(page=3), [], 20, 2) == (Place(page=0), 1, slice(0, 0))


def test_the_present_tab_and_the_present_choice_are_marked() -> None:
    row = CONTROLS.tabs(AT, {"sure": "Sure 3", "others": "Others 9"})
    assert [each.style.name for each in row.children] == ["secondary", "primary"]  # type: ignore[attr-defined]
    select = CONTROLS.choice("rank", AT, "Which rank?", {"": "All", "zenyte": "Zenyte"})
    assert [(each.value, each.default) for each in select.options] == [
        ("-", False),
        ("zenyte", True),
    ]

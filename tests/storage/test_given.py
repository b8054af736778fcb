"""Keys of several clans are given to one statement, and each is looked up in its own clan."""

import pytest
from sqlalchemy import select

from storage import given
from storage.engine import Database
from storage.given import GIVEN, GIVEN_TEXTS, look_up, portions, smallest

LARGEST = 2**63 - 1


@pytest.mark.parametrize("at_once", [1, 2, 5_000])
async def test_what_is_given_comes_back_by_clan_in_whatever_portions(
    database: Database, monkeypatch: pytest.MonkeyPatch, at_once: int
) -> None:
    monkeypatch.setattr(given, "_AT_ONCE", at_once)
    asked = {3: [LARGEST, 0, -LARGEST], 1: [5, 5], 2: []}
    async with database.reading() as connection:
        found = await look_up(connection, asked, select(GIVEN))
        twice = await look_up(connection, asked, select(GIVEN), select(GIVEN))
    assert found == {3: [(LARGEST,), (0,), (-LARGEST,)], 1: [(5,), (5,)], 2: []}
    assert {clan_id: sorted(rows) for clan_id, rows in twice.items()} == {
        clan_id: sorted(rows * 2) for clan_id, rows in found.items()
    }


async def test_texts_come_back_as_they_were(database: Database) -> None:
    texts = ["", "no ob#11", 'it\'s "quoted"', "\\u0041", "$[0]", "null", "7", "\u00e9\U0001f980\n"]
    async with database.reading() as connection:
        found = await look_up(connection, {1: texts}, select(GIVEN_TEXTS))
    assert found == {1: [(text,) for text in texts]}


async def test_what_no_database_takes_is_asked_for_as_it_is_stored(database: Database) -> None:
    """One name with a NUL, or half a character, would hold up all that is written with it."""
    async with database.reading() as connection:
        found = await look_up(connection, {1: ["a\0b", "c\ud83d"]}, select(GIVEN_TEXTS))
    assert found == {1: [("a\ufffdb",), ("c\ufffd",)]}


async def test_nothing_is_asked_where_nothing_is_given(database: Database) -> None:
    async with database.reading() as connection:
        assert await look_up(connection, {1: [], 2: []}, select(GIVEN)) == {1: [], 2: []}
        assert await look_up(connection, {}, select(GIVEN)) == {}


def test_portions_hold_as_much_of_all_together_in_order() -> None:
    assert list(portions({2: "abc", 1: "d", 3: ""}, 2)) == [
        {2: ["a", "b"]},
        {2: ["c"], 1: ["d"]},
    ]


def test_the_smallest_is_the_smallest_of_any_clan() -> None:
    assert smallest({1: [5, 3], 2: [], 3: (4,)}) == 3
    assert smallest({1: []}) == 0

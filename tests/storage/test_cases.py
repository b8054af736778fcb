"""Histories only grow, and of one kind a player has one standing case."""

from typing import Any

import pytest

from bot.clan import cases as rules
from storage import cases, forgetting
from storage.cases import OVER, Growth
from storage.engine import Connection, Database
from storage.errors import Overtaken
from tests.storage.rows import DAY, NOW, a_clan, a_line, members

HEAD = {"player_id": 1, "kind": "promotion", "role": "member", "policy_version": 3}


@pytest.fixture
async def clan_id(database: Database) -> int:
    async with database.writing() as connection:
        clan_id = await a_clan(connection)
        await members(connection, clan_id, [1, 2])
        return clan_id


async def opened(connection: Connection, clan_id: int, *states: str, **head: Any) -> int:  # noqa: ANN401 - any column
    lines = [a_line(state) for state in states or ("open",)]
    (case_id,) = await cases.add(connection, clan_id, [({"target": "onyx"} | HEAD | head, lines)])
    return case_id


def test_the_index_and_the_rules_agree_on_what_is_over() -> None:
    assert set(OVER) == set(rules.OVER)


async def test_a_case_comes_back_as_it_was_written(database: Database, clan_id: int) -> None:
    lines = [
        a_line("open", None, numbers=["4 messages", "2 M XP"]),
        a_line("not yet", 2**62, why="too *new*", until_at=NOW + 30 * DAY, numbers=[]),
    ]
    async with database.writing() as connection:
        (case_id,) = await cases.add(connection, clan_id, [(HEAD | {"target": "onyx"}, lines[:1])])
        await cases.extend(connection, clan_id, [Growth(case_id, 1, lines[1:])])
        (case,) = await cases.standing(connection, clan_id)
    assert case == (case_id, 1, "promotion", "member", "onyx", 3, tuple(lines))


async def test_a_second_standing_case_of_a_kind_is_overtaken(
    database: Database, clan_id: int
) -> None:
    async with database.writing() as connection:
        first = await opened(connection, clan_id)
        await opened(connection, clan_id, kind="inactivity")
        await opened(connection, clan_id, player_id=2)
    with pytest.raises(Overtaken):
        async with database.writing() as connection:
            await opened(connection, clan_id)
    async with database.writing() as connection:
        await cases.extend(connection, clan_id, [Growth(first, 1, [a_line("closed")])])
        await opened(connection, clan_id)
    with pytest.raises(Overtaken):
        async with database.writing() as connection:
            await cases.extend(connection, clan_id, [Growth(first, 2, [a_line("open")])])


async def test_a_history_that_has_grown_is_overtaken_and_nothing_is_written(
    database: Database, clan_id: int
) -> None:
    async with database.writing() as connection:
        case_id = await opened(connection, clan_id, "open", "approved")
    with pytest.raises(Overtaken):
        async with database.writing() as connection:
            await cases.extend(connection, clan_id, [Growth(case_id, 1, [a_line("closed")])])
    async with database.reading() as connection:
        (case,) = await cases.standing(connection, clan_id)
        assert [line.state for line in case.history] == ["open", "approved"]


async def test_what_is_over_is_told_apart_and_limited(database: Database, clan_id: int) -> None:
    async with database.writing() as connection:
        ids = [await opened(connection, clan_id, "open", "closed") for _ in range(3)]
        standing = await opened(connection, clan_id)
        await opened(connection, clan_id, "open", "done", player_id=2)
        assert [case.case_id for case in await cases.standing(connection, clan_id)] == [standing]
        newest = await cases.newest(connection, clan_id, 2)
        assert [case.player_id for case in newest] == [1, 2]
        of_one = await cases.of_players(connection, clan_id, [1])
        assert [case.case_id for case in of_one] == [*ids, standing]


async def test_who_is_forgotten_leaves_no_name_and_no_words_about_them(
    database: Database, clan_id: int
) -> None:
    lines = [a_line("open", None), a_line("approved", 7, why="helps"), a_line("done", None)]
    async with database.writing() as connection:
        await cases.add(connection, clan_id, [(HEAD | {"target": None}, lines)])
        about = {"player_id": 2, "target": None}
        others = [a_line("open", why="asked by <@7>"), a_line("closed", 8, why="kept")]
        await cases.add(connection, clan_id, [(HEAD | about, others)])
        await forgetting.delete_words(connection, clan_id, 7, [1])
        await forgetting.unname(connection, clan_id, 7)
        await forgetting.clean_words(connection, clan_id, 7, ())
        mine, theirs = await cases.newest(connection, clan_id, 9)
    assert [(line.who, line.why, line.numbers) for line in mine.history] == [
        (None, "", []),
        (forgetting.NOBODY, "", []),
        (None, "", []),
    ]
    assert [(line.who, line.why) for line in theirs.history] == [
        (2, "asked by somebody"),
        (8, "kept"),
    ]

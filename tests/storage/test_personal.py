"""Every column that can hold a person has its place in the table of forgetting and export."""

from collections import Counter
from typing import Any

import pytest
from sqlalchemy import JSON, BigInteger, Column, ForeignKey, Integer, MetaData, String, Table
from sqlmodel import AutoString

from storage.columns import Day, Instant
from storage.personal import MAKERS, TREATMENTS, USERS, WORDS, Export, Forget
from storage.tables import ALL

WHO = {"authors.id", "players.player_id"}
TREATED = [name for each in TREATMENTS for name in each.columns.split()]


def name_of(column: Column[Any]) -> str:
    return f"{column.table.name}.{column.name}"


def can_hold_a_person(column: Column[Any]) -> bool:
    """Return whether a column can hold an id of Discord, a person of ours, a name or words."""
    if isinstance(column.type, Instant | Day):
        return False
    points_at = {name_of(each.column) for each in column.foreign_keys}
    is_text = isinstance(column.type, String | AutoString | JSON)
    is_id = isinstance(column.type, BigInteger) or name_of(column) in WHO
    return is_text or is_id or not WHO.isdisjoint(points_at)


def test_each_column_that_can_hold_a_person_says_what_forgetting_and_export_do_with_it() -> None:
    columns = [column for table in ALL.values() for column in table.columns]
    assert sorted(TREATED) == sorted(name_of(each) for each in columns if can_hold_a_person(each))
    assert max(Counter(TREATED).values()) == 1


@pytest.mark.parametrize(
    ("column", "can"),
    [
        (Column("whom", BigInteger), True),
        (Column("whom", Integer, ForeignKey("authors.id")), True),
        (Column("note", String), True),
        (Column("note", JSON), True),
        (Column("at", Instant), False),
        (Column("times", Integer), False),
    ],
)
def test_a_new_column_is_noticed(column: Column[Any], *, can: bool) -> None:
    known = MetaData()
    Table("authors", known, Column("id", Integer, primary_key=True))
    Table("new", known, column)
    assert can_hold_a_person(column) is can


def test_the_ids_of_discord_users_are_deleted_or_unnamed_and_never_stay() -> None:
    users = {name_of(each) for each in USERS}
    makers = {name_of(each) for each in MAKERS}
    assert makers < users
    for each in TREATMENTS:
        if each.holds_user:
            assert len(each.forget) == 1
            assert each.forget < {Forget.DELETED, Forget.UNNAMED}
    assert users >= {name for name in TREATED if name.endswith(("_user_id", "_by"))} - {
        "questions.answered_by"
    }


def test_words_that_others_wrote_are_cleaned_and_only_ones_own_leave_is_exported() -> None:
    words = {name_of(each) for each in WORDS}
    assert {name for name in TREATED if name.endswith((".reason", ".why"))} - words == {
        "blind_spots.reason"
    }
    shown = {
        name for each in TREATMENTS if each.export is Export.SHOWN for name in each.columns.split()
    }
    assert words & shown == {"absences.reason"}

"""A clan's rows stand together: the clan is first in the key, and no row names another clan's."""

import pytest
from sqlalchemy import Table, UniqueConstraint

from storage.tables import ALL
from tests.clan_keys import NO_CLANS, OF_CLANS, without_clan

GROWING = {
    *("messages", "left_out_messages", "questions", "broadcasts", "author_days", "author_hours"),
    *(
        "author_totals",
        "clan_hours",
        "channel_days",
        "presence_days",
        "voice_quarters",
        "case_entries",
    ),
    *("channel_viewers", "memberships"),
}
"""Tables with so many rows that a host may want to part them: the clan is in the primary key."""


def keys(table: Table) -> list[list[str]]:
    """Return the columns of each key of a table."""
    columns = [list(table.primary_key.columns)]
    columns += [list(one.columns) for one in table.constraints if isinstance(one, UniqueConstraint)]
    columns += [list(each.columns) for each in table.indexes if each.unique]
    return [[column.name for column in each] for each in columns]


def test_every_table_is_a_clan_s_or_nobody_s() -> None:
    assert NO_CLANS.keys() <= ALL.keys()
    assert GROWING <= OF_CLANS
    assert all(NO_CLANS.values())


@pytest.mark.parametrize("name", sorted(OF_CLANS))
def test_the_clan_is_first_in_a_key(name: str) -> None:
    assert "clan_id" in {key[0] for key in keys(ALL[name])}
    assert not ALL[name].c.clan_id.nullable


@pytest.mark.parametrize("name", sorted(GROWING))
def test_the_clan_is_first_in_the_primary_key_of_what_grows(name: str) -> None:
    first, *others = [column.name for column in ALL[name].primary_key]
    assert first == "clan_id"
    assert others


@pytest.mark.parametrize("name", sorted(OF_CLANS))
def test_a_row_names_only_rows_of_its_clan(name: str) -> None:
    for reference in ALL[name].foreign_key_constraints:
        theirs = [key.column.name for key in reference.elements]
        ours = [column.name for column in reference.columns]
        if reference.referred_table.name in OF_CLANS:
            assert (ours[0], theirs[0]) == ("clan_id", "clan_id")
            assert reference.deferrable, "or a clan could not become a part of another"


@pytest.mark.parametrize("name", sorted(OF_CLANS))
def test_every_index_begins_with_the_clan(name: str) -> None:
    for index in ALL[name].indexes:
        first = next(iter(index.columns)).name
        assert first == "clan_id", "or it would lead through the rows of every clan"


@pytest.mark.parametrize(
    ("statement", "lacking"),
    [
        ("SELECT messages.flags FROM messages WHERE messages.author_id = ?", {"messages"}),
        ("SELECT messages.flags FROM messages WHERE messages.clan_id = ?", set()),
        ("DELETE FROM questions WHERE questions.message_id = ?", {"questions"}),
        ("UPDATE questions SET answer_id=? WHERE questions.clan_id = ?", set()),
        ("INSERT INTO broadcasts (message_id, kind) VALUES (?, ?)", {"broadcasts"}),
        ("INSERT INTO broadcasts (clan_id, kind) VALUES (?, ?)", set()),
        (
            (
                "SELECT authors.id FROM authors JOIN author_totals"
                " ON author_totals.author_id = authors.id WHERE authors.clan_id = ?"
            ),
            {"author_totals"},
        ),
        (
            (
                "SELECT authors.id FROM authors JOIN author_totals"
                " ON author_totals.clan_id = authors.clan_id WHERE authors.clan_id = ?"
            ),
            set(),
        ),
        (
            (
                "SELECT 1 FROM messages WHERE messages.clan_id = ? AND EXISTS (SELECT 1"
                " FROM messages AS other WHERE other.reply_to = messages.message_id)"
            ),
            {"messages"},
        ),
        ("SELECT players.name FROM players WHERE players.player_id = ?", set()),
    ],
)
def test_a_statement_that_does_not_say_of_which_clan_is_found(
    statement: str, lacking: set[str]
) -> None:
    assert without_clan(statement) == lacking

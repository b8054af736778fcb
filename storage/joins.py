"""How rows name others of the same clan: a join that lacks the clan would look at all of them."""

from sqlalchemy import ColumnElement, FromClause

from storage.tables import AUTHORS, CASES, CHANNELS


def of_author(table: FromClause) -> ColumnElement[bool]:
    """Return, as SQL, that a row is about an author."""
    return (table.c.clan_id == AUTHORS.c.clan_id) & (table.c.author_id == AUTHORS.c.id)


def of_channel(table: FromClause) -> ColumnElement[bool]:
    """Return, as SQL, that a row is of a channel."""
    return (table.c.clan_id == CHANNELS.c.clan_id) & (table.c.channel_id == CHANNELS.c.id)


def of_case(table: FromClause) -> ColumnElement[bool]:
    """Return, as SQL, that an entry is one of a case."""
    return (table.c.clan_id == CASES.c.clan_id) & (table.c.case_id == CASES.c.id)

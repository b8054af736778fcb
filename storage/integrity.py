"""What can be wrong in a database whose every row was once right: counted, and mended.

Nothing here decides what is done about it. Each count is one statement of its own, so that whoever
looks holds the writer not at all; what mends is for a database that nobody else writes.
"""

from collections.abc import Mapping
from typing import Any

from sqlalchemy import (
    Column,
    ColumnElement,
    ForeignKeyConstraint,
    Table,
    and_,
    delete,
    exists,
    func,
    or_,
    select,
    text,
    tuple_,
    update,
)
from sqlalchemy.ext.asyncio import AsyncConnection

from storage import identity_revision
from storage.archive import message_tables, moved_before
from storage.tables import (
    ALL,
    AUTHORS,
    BLIND_SPOTS,
    BROADCASTS,
    CLANS,
    LEFT_OUT_MESSAGES,
    LINK_EVENTS,
    LINKS,
    MESSAGES,
    QUESTIONS,
)

_CLEARED: Mapping[str, tuple[str, ...]] = {
    "questions.answered_by": ("answer_id", "answered_by", "answered_at"),
    "broadcasts.author_id": ("author_id",),
}
"""Columns without which the rest of a row is still right, and what is emptied with them."""


async def damage(connection: AsyncConnection, table: str) -> list[str]:
    """Return what SQLite finds wrong with a table and its indexes."""
    found = await connection.exec_driver_sql(f'PRAGMA integrity_check("{table}")')
    return [each for each in found.scalars() if each != "ok"]


_OF_THE_ARCHIVE = {
    "old messages by nobody who is known": (
        "SELECT count(*) FROM archived_messages AS old WHERE NOT EXISTS"
        " (SELECT 1 FROM authors WHERE authors.id = old.author_id)"
    ),
    "old messages in no channel that is known": (
        "SELECT count(*) FROM archived_messages AS old WHERE NOT EXISTS"
        " (SELECT 1 FROM channels WHERE channels.id = old.channel_id)"
    ),
    "messages that differ here and in the archive": (
        "SELECT count(*) FROM messages AS here JOIN archive.messages AS old USING (message_id)"
        " JOIN authors ON authors.id = old.author_id AND authors.clan_id = here.clan_id"
        " WHERE (here.author_id, here.channel_id, here.sent_at)"
        " <> (old.author_id, old.channel_id, old.sent_at)"
        ' AND NOT EXISTS (SELECT 1 FROM archive_voids WHERE (kind, "key") IN'
        " (VALUES ('message', old.message_id), ('author', old.author_id)))"
    ),
    "values that differ here and in the archive": (
        "SELECT count(*) FROM metric_changes AS here JOIN archive.metric_changes AS old"
        " USING (player_id, metric_id, seen_at) WHERE here.value <> old.value"
        " AND NOT EXISTS (SELECT 1 FROM archive_voids"
        " WHERE kind = 'player' AND \"key\" = old.player_id)"
    ),
}


async def archive_faults(connection: AsyncConnection) -> dict[str, int]:
    """Return in what the archive does not agree with the database, and how often; {}: none there.

    Damage of its file is counted as `damage in the archive`.
    """
    if moved_before(connection) is None:
        return {}
    checked = await connection.exec_driver_sql("PRAGMA archive.integrity_check(5)")
    found = {f"damage in the archive ({each})": 1 for each in checked.scalars() if each != "ok"}
    if found:
        return found
    return {
        words: await connection.scalar(text(query)) or 0 for words, query in _OF_THE_ARCHIVE.items()
    }


async def index_anew(connection: AsyncConnection, table: str) -> None:
    """Make the indexes of a table anew from its rows."""
    await connection.exec_driver_sql(f'REINDEX "{table}"')


def references() -> list[Column[Any]]:
    """Return every column that names a row of another table, one of its clan where it has one."""
    return [
        each
        for table in ALL.values()
        for each in table.columns
        if any(_names(reference) is each for reference in table.foreign_key_constraints)
    ]


def _names(reference: ForeignKeyConstraint) -> Column[Any]:
    """Return the column that tells which row is named; the clan's stands before it."""
    *_, last = reference.columns
    return last


async def without_parent(connection: AsyncConnection, column: Column[Any]) -> int:
    """Return how many rows name another one that is not there."""
    return await _count(connection, column.table, _has_no_parent(column))


async def drop_all_without_parent(connection: AsyncConnection) -> None:
    """Delete those rows, and those that name them, until every row names what is there.

    Where the rest of a row is right, only what names nothing is emptied.
    """
    if connection.dialect.name == "sqlite":
        # Until all of it is gone: a row goes before those that name it.
        await connection.exec_driver_sql("PRAGMA defer_foreign_keys = ON")
    lost = [each for each in references() if await without_parent(connection, each)]
    while lost:
        for column in lost:
            await _drop_without_parent(connection, column)
        lost = [each for each in references() if await without_parent(connection, each)]


async def _drop_without_parent(connection: AsyncConnection, column: Column[Any]) -> None:
    table = ALL[column.table.name]
    cleared = _CLEARED.get(f"{table.name}.{column.name}")
    wrong = _has_no_parent(column)
    if cleared is None:
        if connection.dialect.name != "sqlite":
            await _drop_children(connection, table, wrong)
        await connection.execute(delete(table).where(wrong))
    else:
        await connection.execute(update(table).where(wrong).values(dict.fromkeys(cleared)))


async def _drop_children(
    connection: AsyncConnection, table: Table, gone: ColumnElement[bool]
) -> None:
    """Delete the rows that name rows which go: a server lets these go no earlier."""
    for child in table.metadata.sorted_tables:
        for reference in child.foreign_key_constraints:
            if reference.referred_table is table:
                named = select(*(key.column for key in reference.elements)).where(gone)
                keys = tuple_(*(key.parent for key in reference.elements))
                of_them = keys.in_(named.correlate(None))
                await _drop_children(connection, child, of_them)
                await connection.execute(delete(child).where(of_them))


def _has_no_parent(column: Column[Any]) -> ColumnElement[bool]:
    references_here = column.table.foreign_key_constraints
    (reference,) = (each for each in references_here if _names(each) is column)
    parent = reference.referred_table.alias("parent")
    same = and_(*(parent.c[key.column.name] == key.parent for key in reference.elements))
    return column.is_not(None) & ~exists(select(1).select_from(parent).where(same))


def _orphans(
    connection: AsyncConnection,
) -> dict[str, tuple[Table, ColumnElement[bool], tuple[str, ...]]]:
    """Return what names a row by no foreign key: where it stands, when it is lost, what to empty.

    Of facts that were lost with an archive only what is newer than the oldest fact is looked at.
    """
    asked, facts = QUESTIONS.c, message_tables(connection)
    any_fact = MESSAGES.alias("any_fact").c
    first = select(func.min(any_fact.message_id)).where(any_fact.clan_id == asked.clan_id)
    oldest = first.correlate(QUESTIONS).scalar_subquery()

    def has_no_fact(message_id: Column[Any]) -> ColumnElement[bool]:
        gone = (
            ~exists().where(table.c.clan_id == asked.clan_id, table.c.message_id == message_id)
            for table in facts
        )
        return and_(message_id >= oldest, *gone)

    def has_no_speaker(table: Table) -> ColumnElement[bool]:
        who = table.c.discord_user_id
        mine = (AUTHORS.c.clan_id == table.c.clan_id) & (AUTHORS.c.id == -who)
        return (who < 0) & ~exists().where(mine)

    answer = ("answer_id", "answered_by", "answered_at")
    return {
        "questions without their message": (QUESTIONS, has_no_fact(asked.message_id), ()),
        "answers without their message": (QUESTIONS, has_no_fact(asked.answer_id), answer),
        "links to a speaker who is gone": (LINKS, has_no_speaker(LINKS), ()),
        "entries about a speaker who is gone": (LINK_EVENTS, has_no_speaker(LINK_EVENTS), ()),
    }


def _doubles() -> dict[str, tuple[Table, ColumnElement[bool], tuple[str, ...]]]:
    """Return what stands twice where once is right, and which of both goes."""
    blind, other = BLIND_SPOTS.c, BLIND_SPOTS.alias("other").c
    same = (other.clan_id == blind.clan_id) & (other.channel_id == blind.channel_id)
    is_later = or_(
        other.started_at < blind.started_at,
        (other.started_at == blind.started_at) & (other.id < blind.id),
    )
    earlier = exists().where(same, other.ended_at.is_(None), is_later)
    kept, told, fact = LEFT_OUT_MESSAGES.c, BROADCASTS.c, MESSAGES.c
    counted, is_message = (
        exists().where(fact.clan_id == each.clan_id, fact.message_id == each.message_id)
        for each in (kept, told)
    )
    return {
        "messages that are counted and left out": (LEFT_OUT_MESSAGES, counted, ()),
        "messages that are counted as told by the game too": (BROADCASTS, is_message, ()),
        "channels that are noted twice as not seen": (
            BLIND_SPOTS,
            blind.ended_at.is_(None) & earlier,
            (),
        ),
    }


async def orphans(connection: AsyncConnection) -> dict[str, int]:
    """Return how many rows of each kind belong to nothing any more."""
    return await _counted(connection, _orphans(connection))


async def drop_orphans(connection: AsyncConnection) -> None:
    """Delete them, and empty what answers name."""
    await _mended(connection, _orphans(connection))


async def doubles(connection: AsyncConnection) -> dict[str, int]:
    """Return how many rows of each kind stand twice."""
    return await _counted(connection, _doubles())


async def drop_doubles(connection: AsyncConnection) -> None:
    """Delete one of both: what is counted stays, and the longer time in which nothing was seen."""
    await _mended(connection, _doubles())


_Kinds = Mapping[str, tuple[Table, ColumnElement[bool], tuple[str, ...]]]


async def _counted(connection: AsyncConnection, kinds: _Kinds) -> dict[str, int]:
    return {
        words: await _count(connection, table, wrong) for words, (table, wrong, _) in kinds.items()
    }


async def _mended(connection: AsyncConnection, kinds: _Kinds) -> None:
    for table, wrong, emptied in kinds.values():
        if emptied:
            await connection.execute(update(table).where(wrong).values(dict.fromkeys(emptied)))
        else:
            await connection.execute(delete(table).where(wrong))


async def _count(connection: AsyncConnection, table: Any, wrong: ColumnElement[bool]) -> int:  # noqa: ANN401 - a table or what is selected from
    found = await connection.scalar(select(func.count()).select_from(table).where(wrong))
    return int(found or 0)


_TRIGGERS = {
    "sqlite": "SELECT name FROM sqlite_master WHERE type = 'trigger'",
    "postgresql": "SELECT tgname FROM pg_trigger UNION SELECT proname FROM pg_proc",
}


async def triggers_missing(connection: AsyncConnection) -> list[str]:
    """Return the statements of the triggers by which a change of identity is noticed, if missing.

    In PostgreSQL, of the functions too that they call.
    """
    dialect = connection.dialect.name
    known = set((await connection.execute(text(_TRIGGERS[dialect]))).scalars())
    made = identity_revision.triggers(dialect)
    return [each for each in made if each.split()[2].removesuffix("()") not in known]


async def make_triggers(connection: AsyncConnection) -> None:
    """Make them, and have who is who worked out anew in every clan."""
    for statement in await triggers_missing(connection):
        await connection.exec_driver_sql(statement)
    await connection.execute(update(CLANS).values(identity_revision=CLANS.c.identity_revision + 1))

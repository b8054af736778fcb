"""What belongs to a clan has the clan first in its key, and names only what is of the same clan.

The tables that grow are written anew, a few thousand rows at a time, in the one transaction of all
migrations: a kill leaves the file as it was. It takes as much room on the disk as they do, and no
more memory for a long history than for a short one. A row that names rows of two clans, which no
version ever wrote, is no clan's and is left out.

Revision ID: 0018
Revises: 0017
"""

from collections.abc import Mapping
from typing import Any, NamedTuple

import sqlalchemy as sa
from alembic import op

revision = "0018"
down_revision = "0017"
branch_labels = None
depends_on = None

_AT_ONCE = 5_000
_DEFERRABLE: dict[str, Any] = {"deferrable": True, "initially": "IMMEDIATE"}
_INT, _BIG, _SMALL, _TEXT = sa.Integer(), sa.BigInteger(), sa.SmallInteger(), sa.String()
_BOOL = sa.Boolean()
_SNOWFLAKE = _BIG.with_variant(sa.Integer(), "sqlite")
_COUNTS = {"messages": _INT, "questions": _INT, "answers": _INT}
_FACT = {
    "message_id": _BIG,
    "author_id": _INT,
    "channel_id": _INT,
    "sent_at": _BIG,
    "flags": _SMALL,
    "reply_to": _BIG,
}
_WRITTEN = {"author_id": "authors", "channel_id": "channels"}
_REPLIES = sa.text("reply_to IS NOT NULL")


class _Grown(NamedTuple):
    """A table as it was: its columns and key, and the tables whose rows it names by `id`.

    `indexes` are by the columns they had, with those they get behind the clan.
    """

    table: str
    columns: Mapping[str, Any]
    key: tuple[str, ...]
    names: Mapping[str, str]
    indexes: Mapping[tuple[str, ...], tuple[str, ...]] = {}
    nullable: tuple[str, ...] = ()
    had_clan: bool = False


_BY_AUTHOR: dict[tuple[str, ...], tuple[str, ...]] = {("author_id",): ("author_id", "message_id")}
_GROWN = (
    _Grown(
        "messages",
        _FACT,
        ("message_id",),
        _WRITTEN,
        _BY_AUTHOR | {("reply_to",): ("reply_to",)},
        ("reply_to",),
    ),
    _Grown("left_out_messages", _FACT, ("message_id",), _WRITTEN, _BY_AUTHOR, ("reply_to",)),
    _Grown(
        "questions",
        {
            "message_id": _BIG,
            "channel_id": _INT,
            "author_id": _INT,
            "asked_at": _BIG,
            "answer_id": _BIG,
            "answered_by": _INT,
            "answered_at": _BIG,
            "is_closed": _BOOL,
        },
        ("message_id",),
        _WRITTEN | {"answered_by": "authors"},
        {
            ("channel_id", "message_id"): ("channel_id", "message_id"),
            ("answer_id",): ("answer_id",),
        },
        ("answer_id", "answered_by", "answered_at"),
    ),
    _Grown(
        "broadcasts",
        {
            "message_id": _BIG,
            "channel_id": _INT,
            "author_id": _INT,
            "kind": _TEXT,
            "sent_at": _BIG,
        },
        ("message_id",),
        _WRITTEN,
        {("author_id", "sent_at"): ("author_id", "sent_at")},
        ("author_id",),
    ),
    _Grown(
        "author_days",
        {"author_id": _INT, "day": _INT, **_COUNTS},
        ("author_id", "day"),
        {"author_id": "authors"},
    ),
    _Grown(
        "author_hours",
        {"author_id": _INT, "hour_at": _BIG, **_COUNTS},
        ("author_id", "hour_at"),
        {"author_id": "authors"},
    ),
    _Grown(
        "author_totals",
        {"author_id": _INT, **_COUNTS, "wrote_at": _BIG},
        ("author_id",),
        {"author_id": "authors"},
        nullable=("wrote_at",),
    ),
    _Grown(
        "case_entries",
        {
            "case_id": _INT,
            "position": _INT,
            "move": _TEXT,
            "state": _TEXT,
            "who": _BIG,
            "at": _BIG,
            "why": _TEXT,
            "until_at": _BIG,
            "numbers": sa.JSON(),
        },
        ("case_id", "position"),
        {"case_id": "cases"},
        nullable=("who", "until_at"),
    ),
    _Grown(
        "channel_viewers",
        {"channel_id": _INT, "discord_user_id": _BIG},
        ("channel_id", "discord_user_id"),
        {"channel_id": "channels"},
        had_clan=True,
    ),
)
_NUMBERED = ("authors", "channels", "cases", "link_events", "absences", "exemptions", "blind_spots")
"""Tables whose rows have a number of their own; by clan and number others of the clan name them."""
_BY_CLAN = ("absences", "exemptions", "blind_spots")
_CROSSING = (
    """
UPDATE questions SET answer_id = NULL, answered_by = NULL, answered_at = NULL
WHERE answered_by IS NOT NULL AND NOT EXISTS (
    SELECT 1 FROM channels JOIN authors ON authors.clan_id = channels.clan_id
    WHERE channels.id = questions.channel_id AND authors.id = questions.answered_by
)
""",
    """
UPDATE broadcasts SET author_id = NULL
WHERE author_id IS NOT NULL AND NOT EXISTS (
    SELECT 1 FROM channels JOIN authors ON authors.clan_id = channels.clan_id
    WHERE channels.id = broadcasts.channel_id AND authors.id = broadcasts.author_id
)
""",
)
_STATISTICS = {
    ("messages", "messages"): "600000 600000 1",
    ("messages", "ix_messages_clan_id_author_id_message_id"): "600000 600000 1000 1",
    ("messages", "ix_messages_clan_id_reply_to"): "100000 100000 2",
    ("left_out_messages", "left_out_messages"): "20000 20000 1",
    (
        "left_out_messages",
        "ix_left_out_messages_clan_id_author_id_message_id",
    ): "20000 20000 100 1",
    ("questions", "questions"): "40000 40000 1",
    ("questions", "ix_questions_clan_id_channel_id_message_id"): "40000 40000 1000 1",
    ("questions", "ix_questions_clan_id_answer_id"): "40000 40000 2",
    ("broadcasts", "broadcasts"): "20000 20000 1",
    ("broadcasts", "ix_broadcasts_clan_id_author_id_sent_at"): "20000 20000 100 2",
    ("author_days", "author_days"): "100000 100000 200 1",
    ("author_hours", "author_hours"): "300000 300000 600 1",
    ("author_totals", "author_totals"): "500 500 1",
    ("authors", "ix_authors_clan_id_id"): "500 500 1",
    ("authors", "sqlite_autoindex_authors_1"): "500 500 1",
    ("authors", "sqlite_autoindex_authors_2"): "500 500 1",
}
"""How many rows a table and each beginning of an index has, of a year of one clan of 300.

SQLite takes ten for those of a clan where it knows nothing, and then reads all of them.
"""
_BEFORE_ALL, _BEHIND_ALL = -(2**62), 2**63 - 1


def upgrade() -> None:
    _rename_freely("ON")
    for table in _NUMBERED:
        op.create_index(op.f(f"ix_{table}_clan_id_id"), table, ["clan_id", "id"], unique=True)
    for table in _BY_CLAN:
        op.drop_index(op.f(f"ix_{table}_clan_id"), table_name=table)
    op.drop_index(op.f("ix_link_events_part_of"), table_name="link_events")
    op.create_index(op.f("ix_link_events_clan_id_part_of"), "link_events", ["clan_id", "part_of"])
    for statement in _CROSSING:
        op.execute(statement)
    for each in _GROWN:
        _write_anew(each, apart=True)
    _blind_spots(("clan_id", "channel_id"))
    _tell_how_many()
    _rename_freely("OFF")


def downgrade() -> None:
    _rename_freely("ON")
    if op.get_context().dialect.name == "sqlite":
        op.execute("DELETE FROM sqlite_stat1")
    _blind_spots(("channel_id",))
    for each in reversed(_GROWN):
        _write_anew(each, apart=False)
    op.drop_index(op.f("ix_link_events_clan_id_part_of"), table_name="link_events")
    op.create_index(op.f("ix_link_events_part_of"), "link_events", ["part_of"])
    for table in _BY_CLAN:
        op.create_index(op.f(f"ix_{table}_clan_id"), table, ["clan_id"])
    for table in _NUMBERED:
        op.drop_index(op.f(f"ix_{table}_clan_id_id"), table_name=table)
    _rename_freely("OFF")


def _rename_freely(switch: str) -> None:
    """Let SQLite rename a table without a look at the views by which the archive is read.

    They are of the new form already, and only there while a connection is open.
    """
    if op.get_context().dialect.name == "sqlite":
        op.execute(f"PRAGMA legacy_alter_table = {switch}")


def _tell_how_many() -> None:
    """Let SQLite know how many rows to expect; PostgreSQL counts them itself."""
    if op.get_context().dialect.name != "sqlite":
        return
    # The table of statistics is made by this, and read by it.
    op.execute("ANALYZE sqlite_schema")
    for (table, index), counts in _STATISTICS.items():
        op.execute(f"INSERT INTO sqlite_stat1 VALUES ('{table}', '{index}', '{counts}')")  # noqa: S608 - ours
    op.execute("ANALYZE sqlite_schema")


def _write_anew(grown: _Grown, *, apart: bool) -> None:
    """Write a table anew, with the clan in its key or, for the way down, without it."""
    table, old = grown.table, f"old_{grown.table}"
    for before, after in grown.indexes.items():
        op.drop_index(_index(table, before if apart else ("clan_id", *after)), table_name=table)
    op.rename_table(table, old)
    if op.get_context().dialect.name == "postgresql":
        # Its name is one of the whole schema there.
        op.execute(f"ALTER TABLE {old} RENAME CONSTRAINT pk_{table} TO pk_{old}")
    _create(grown, apart=apart)
    for before, after in grown.indexes.items():
        columns = ("clan_id", *after) if apart else before
        only = _REPLIES if "reply_to" in columns else None
        op.create_index(
            _index(table, columns),
            table,
            list(columns),
            sqlite_where=only,
            postgresql_where=only,
        )
    _copy(grown, old, apart=apart)
    op.drop_table(old)


def _index(table: str, columns: tuple[str, ...]) -> Any:  # noqa: ANN401 - a name as it stands
    return op.f(f"ix_{table}_{'_'.join(columns)}")


def _create(grown: _Grown, *, apart: bool) -> None:
    has_clan = apart or grown.had_clan
    columns = {"clan_id": _INT, **grown.columns} if has_clan else dict(grown.columns)
    key = (*(["clan_id"] if has_clan else ()), *grown.key)
    is_rowid = not apart and len(key) == 1
    if is_rowid and "message_id" in key:
        columns["message_id"] = _SNOWFLAKE
    op.create_table(
        grown.table,
        *(
            sa.Column(
                name,
                kind,
                autoincrement=False,
                nullable=name in grown.nullable,
                server_default=sa.false() if kind is _BOOL else None,
            )
            for name, kind in columns.items()
        ),
        sa.PrimaryKeyConstraint(*key, name=op.f(f"pk_{grown.table}")),
        *_references(grown, apart=apart),
        **({} if is_rowid else {"sqlite_with_rowid": False}),
    )


def _references(grown: _Grown, *, apart: bool) -> list[sa.ForeignKeyConstraint]:
    table = grown.table
    if apart:
        return [
            sa.ForeignKeyConstraint(
                ["clan_id", column],
                [f"{named}.clan_id", f"{named}.id"],
                name=op.f(f"fk_{table}_clan_id_{column}"),
                **_DEFERRABLE,
            )
            for column, named in grown.names.items()
        ]
    named = {column: f"{table}.id" for column, table in grown.names.items()}
    if grown.had_clan:
        named["clan_id"] = "clans.id"
    return [
        sa.ForeignKeyConstraint([column], [key], name=op.f(f"fk_{table}_{column}"))
        for column, key in named.items()
    ]


def _copy(grown: _Grown, old: str, *, apart: bool) -> None:
    """Copy the rows by steps of the first column of the old key; on the way down at once."""
    columns = ["clan_id", *grown.columns] if apart or grown.had_clan else [*grown.columns]
    joined, clan = "", "old.clan_id"
    if apart:
        joined, clan = _of_one_clan(grown)
    chosen = ", ".join(clan if each == "clan_id" else f"old.{each}" for each in columns)
    step, key = grown.key[0], ", ".join(f"old.{each}" for each in grown.key)
    copying = (
        f"INSERT INTO {grown.table} ({', '.join(columns)}) "  # noqa: S608 - our own names
        f"SELECT {chosen} FROM {old} AS old {joined}"
    )
    if not apart or op.get_context().as_sql:
        op.execute(copying)
        return
    connection, after = op.get_bind(), _BEFORE_ALL
    bounds = {name: sa.bindparam(name, type_=_BIG) for name in ("after", "upto")}
    part = sa.text(
        f"{copying} WHERE old.{step} > :after AND old.{step} <= :upto ORDER BY {clan}, {key}"
    ).bindparams(*bounds.values())
    last = sa.text(
        f"SELECT {step} FROM {old} WHERE {step} > :after"  # noqa: S608 - likewise
        f" ORDER BY {step} LIMIT 1 OFFSET {_AT_ONCE - 1}"
    ).bindparams(bounds["after"])
    while after < _BEHIND_ALL:
        found = connection.execute(last, {"after": after}).scalar()
        upto = _BEHIND_ALL if found is None else found
        connection.execute(part, {"after": after, "upto": upto})
        after = upto


def _of_one_clan(grown: _Grown) -> tuple[str, str]:
    """Return the join with all that a row must name, each of the same clan, and what that is."""
    joined, clan = "", "old.clan_id" if grown.had_clan else ""
    for column, named in grown.names.items():
        if column not in grown.nullable:
            joined += f" JOIN {named} ON {named}.id = old.{column}"
            joined += f" AND {named}.clan_id = {clan}" if clan else ""
            clan = clan or f"{named}.clan_id"
    return joined, clan


def _blind_spots(new: tuple[str, ...]) -> None:
    """Let a blind spot name its channel by other columns; a few rows, written anew on SQLite."""
    old = ("channel_id",) if len(new) > 1 else ("clan_id", "channel_id")
    keys, options = (("clan_id", "id"), _DEFERRABLE) if len(new) > 1 else (("id",), {})
    with op.batch_alter_table("blind_spots") as table:
        table.drop_constraint(op.f(f"fk_blind_spots_{'_'.join(old)}"), type_="foreignkey")
        table.create_foreign_key(
            op.f(f"fk_blind_spots_{'_'.join(new)}"), "channels", list(new), list(keys), **options
        )

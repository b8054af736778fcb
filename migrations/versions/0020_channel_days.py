"""How much was written in each channel on each day of UTC, counted from the facts that are there.

A clan and a month at a time, in the one transaction of all migrations: it takes no more memory for
a long history than for a short one. What moved to the archive is counted with the rest.

Revision ID: 0020
Revises: 0019
"""

import sqlalchemy as sa
from alembic import op

revision = "0020"
down_revision = "0019"
branch_labels = None
depends_on = None

_IDS_A_DAY = 86_400_000 << 22
_MONTH = 30 * _IDS_A_DAY
_BEGAN = 735_599
"""The proleptic ordinal of 2015-01-01, with which Discord's ids begin."""

_BIG = sa.BigInteger()
# What stands in no channel that is known is a fault, which `clanstats check` tells of.
_COUNTING = f"""
INSERT INTO channel_days (clan_id, day, channel_id, messages)
SELECT sums.clan_id, sums.day, sums.channel_id, sums.messages
FROM (
    SELECT clan_id, message_id / {_IDS_A_DAY} + {_BEGAN} AS day, channel_id, count(*) AS messages
    FROM {{table}} WHERE {{chosen}} GROUP BY 1, 2, 3
) AS sums
JOIN channels ON channels.clan_id = sums.clan_id AND channels.id = sums.channel_id
WHERE sums.messages > 0
ON CONFLICT (clan_id, day, channel_id)
DO UPDATE SET messages = channel_days.messages + excluded.messages
"""  # noqa: S608 - numbers of ours
_OF_MONTH = "message_id BETWEEN :first AND :last"


def upgrade() -> None:
    op.create_table(
        "channel_days",
        sa.Column("clan_id", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("day", sa.Integer(), nullable=False),
        sa.Column("channel_id", sa.Integer(), nullable=False),
        sa.Column("messages", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(
            ["clan_id", "channel_id"],
            ["channels.clan_id", "channels.id"],
            name=op.f("fk_channel_days_clan_id_channel_id"),
            deferrable=True,
            initially="IMMEDIATE",
        ),
        sa.PrimaryKeyConstraint("clan_id", "day", "channel_id", name=op.f("pk_channel_days")),
        sqlite_with_rowid=False,
    )
    if op.get_context().as_sql:
        op.execute(_COUNTING.format(table="messages", chosen="true"))
        return
    for (clan,) in op.get_bind().execute(sa.text("SELECT id FROM clans ORDER BY id")).all():
        _count("messages", f"clan_id = {int(clan)}")
    if _sees_archive():
        # There the clan is in no key.
        _count("archived_messages", "clan_id IS NOT NULL")


def downgrade() -> None:
    op.drop_table("channel_days")


def _sees_archive() -> bool:
    if op.get_context().dialect.name != "sqlite":
        return False
    view = "SELECT name FROM sqlite_temp_schema WHERE name = 'archived_messages'"
    return op.get_bind().execute(sa.text(view)).first() is not None


def _count(table: str, whose: str) -> None:
    connection = op.get_bind()
    ends = f"SELECT min(message_id), max(message_id) FROM {table} WHERE {whose}"  # noqa: S608 - ours
    oldest, newest = connection.execute(sa.text(ends)).one()
    if oldest is None:
        return
    bounds = [sa.bindparam(name, type_=_BIG) for name in ("first", "last")]
    counting = _COUNTING.format(table=table, chosen=f"{whose} AND {_OF_MONTH}")
    part = sa.text(counting).bindparams(*bounds)
    for first in range(oldest // _MONTH * _MONTH, newest + 1, _MONTH):
        # Not beyond the newest: where that is the last there can be, no id is behind it.
        last = min(first + _MONTH - 1, newest)
        connection.execute(part, {"first": first, "last": last})

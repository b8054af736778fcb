"""The clan's time in voice by the quarter of an hour, without persons, for its heatmap.

What was before cannot be made of days: it is unknown.

Revision ID: 0014
Revises: 0013
"""

import sqlalchemy as sa
from alembic import op

revision = "0014"
down_revision = "0013"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "voice_quarters",
        sa.Column("clan_id", sa.Integer(), nullable=False),
        sa.Column("quarter_at", sa.BigInteger(), nullable=False),
        sa.Column("voice_seconds", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(["clan_id"], ["clans.id"], name=op.f("fk_voice_quarters_clan_id")),
        sa.PrimaryKeyConstraint("clan_id", "quarter_at", name=op.f("pk_voice_quarters")),
        sqlite_with_rowid=False,
    )


def downgrade() -> None:
    op.drop_table("voice_quarters")

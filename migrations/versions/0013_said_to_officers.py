"""A channel for officers, what was said in it, who was greeted, and whether a zone was chosen.

Clans of before are set up: they need no greeting, and another zone than UTC was chosen by somebody.

Revision ID: 0013
Revises: 0012
"""

import sqlalchemy as sa
from alembic import op

revision = "0013"
down_revision = "0012"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.add_column("clans", sa.Column("officer_channel_id", sa.BigInteger(), nullable=True))
    op.add_column("clans", sa.Column("officers_told_at", sa.BigInteger(), nullable=True))
    op.add_column("clans", sa.Column("greeted_at", sa.BigInteger(), nullable=True))
    op.add_column(
        "clans", sa.Column("zone_chosen", sa.Boolean(), server_default=sa.false(), nullable=False)
    )
    op.add_column("memberships", sa.Column("unanswered_told_at", sa.BigInteger(), nullable=True))
    op.execute("UPDATE clans SET greeted_at = created_at")
    op.execute("UPDATE clans SET zone_chosen = true WHERE zone <> 'UTC'")


def downgrade() -> None:
    op.drop_column("memberships", "unanswered_told_at")
    for name in ("zone_chosen", "greeted_at", "officers_told_at", "officer_channel_id"):
        op.drop_column("clans", name)

"""What several processes have asked Wise Old Man with one key.

Revision ID: 0019
Revises: 0018
"""

import sqlalchemy as sa
from alembic import op

revision = "0019"
down_revision = "0018"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "wom_budgets",
        sa.Column("key_hash", sa.String(), nullable=False),
        sa.Column("pace", sa.JSON(), nullable=False),
        sa.PrimaryKeyConstraint("key_hash", name=op.f("pk_wom_budgets")),
    )


def downgrade() -> None:
    op.drop_table("wom_budgets")

"""Messages are found by their author; a clan that is recounted by a new zone says how far.

Revision ID: 0006
Revises: 0005
"""

import sqlalchemy as sa
from alembic import op

revision = "0006"
down_revision = "0005"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.add_column("clans", sa.Column("recounted_from_on", sa.Integer(), nullable=True))
    op.create_index(op.f("ix_messages_author_id"), "messages", ["author_id"], unique=False)


def downgrade() -> None:
    op.drop_index(op.f("ix_messages_author_id"), "messages")
    op.drop_column("clans", "recounted_from_on")

"""What is known of the archive: its key, up to when facts moved there, and what is void of it.

Revision ID: 0012
Revises: 0011
"""

import sqlalchemy as sa
from alembic import op

revision = "0012"
down_revision = "0011"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "archive_marks",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("key", sa.String(), nullable=False),
        sa.Column("moved_before_at", sa.BigInteger(), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_archive_marks")),
    )
    op.create_table(
        "archive_voids",
        sa.Column("kind", sa.String(), nullable=False),
        sa.Column("key", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.PrimaryKeyConstraint("kind", "key", name=op.f("pk_archive_voids")),
        sqlite_with_rowid=False,
    )


def downgrade() -> None:
    op.drop_table("archive_voids")
    op.drop_table("archive_marks")

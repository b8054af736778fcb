"""When a clan wants its digest, and what became of the newest one.

Revision ID: 0016
Revises: 0014
"""

import sqlalchemy as sa
from alembic import op

revision = "0016"
down_revision = "0014"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "digests",
        sa.Column("clan_id", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("interval", sa.String(), nullable=False),
        sa.Column("day", sa.SmallInteger(), nullable=False),
        sa.Column("hour", sa.SmallInteger(), nullable=False),
        sa.Column("link", sa.String(), nullable=True),
        sa.Column("on_since_at", sa.BigInteger(), nullable=True),
        sa.ForeignKeyConstraint(["clan_id"], ["clans.id"], name=op.f("fk_digests_clan_id")),
        sa.PrimaryKeyConstraint("clan_id", name=op.f("pk_digests")),
    )
    op.create_table(
        "digest_posts",
        sa.Column("clan_id", sa.Integer(), nullable=False),
        sa.Column("audience", sa.String(), nullable=False),
        sa.Column("slot_at", sa.BigInteger(), nullable=False),
        sa.Column("claimed_at", sa.BigInteger(), nullable=False),
        sa.Column("posted_at", sa.BigInteger(), nullable=True),
        sa.Column("refusal", sa.String(), nullable=True),
        sa.ForeignKeyConstraint(["clan_id"], ["clans.id"], name=op.f("fk_digest_posts_clan_id")),
        sa.PrimaryKeyConstraint("clan_id", "audience", name=op.f("pk_digest_posts")),
        sqlite_with_rowid=False,
    )


def downgrade() -> None:
    op.drop_table("digest_posts")
    op.drop_table("digests")

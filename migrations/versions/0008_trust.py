"""WOM ranks give rights once they were confirmed; who was forgotten stays so; names have an age.

Clans in which an officer confirmed an account use their ranks already and keep them.

Revision ID: 0008
Revises: 0007
"""

import sqlalchemy as sa
from alembic import op

revision = "0008"
down_revision = "0007"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.add_column("clans", sa.Column("ranks_confirmed_at", sa.BigInteger(), nullable=True))
    op.execute(
        "UPDATE clans SET ranks_confirmed_at = created_at WHERE EXISTS (SELECT 1 FROM links "
        "WHERE links.clan_id = clans.id AND links.discord_user_id > 0 "
        "AND links.state = 'confirmed')"
    )
    op.add_column("authors", sa.Column("named_at", sa.BigInteger(), nullable=True))
    op.create_table(
        "forgotten",
        sa.Column("clan_id", sa.Integer(), nullable=False),
        sa.Column("key", sa.String(), nullable=False),
        sa.Column("until_at", sa.BigInteger(), nullable=False),
        sa.ForeignKeyConstraint(["clan_id"], ["clans.id"], name=op.f("fk_forgotten_clan_id")),
        sa.PrimaryKeyConstraint("clan_id", "key", name=op.f("pk_forgotten")),
        sqlite_with_rowid=False,
    )


def downgrade() -> None:
    op.drop_table("forgotten")
    op.drop_column("authors", "named_at")
    op.drop_column("clans", "ranks_confirmed_at")

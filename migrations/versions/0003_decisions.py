"""Decisions."""

import sqlalchemy as sa
from alembic import op

revision = "0003"
down_revision = "0002"
branch_labels = None
depends_on = None

_STANDING = sa.text("state NOT IN ('done', 'closed')")


def upgrade() -> None:
    op.create_table(
        "cases",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("clan_id", sa.Integer(), nullable=False),
        sa.Column("player_id", sa.Integer(), nullable=False),
        sa.Column("kind", sa.String(), nullable=False),
        sa.Column("state", sa.String(), nullable=False),
        sa.Column("role", sa.String(), nullable=False),
        sa.Column("target", sa.String(), nullable=True),
        sa.Column("policy_version", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(["clan_id"], ["clans.id"], name=op.f("fk_cases_clan_id")),
        sa.ForeignKeyConstraint(
            ["player_id"], ["players.player_id"], name=op.f("fk_cases_player_id")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_cases")),
    )
    op.create_index(
        op.f("ix_cases_clan_id_player_id"), "cases", ["clan_id", "player_id"], unique=False
    )
    op.create_index(
        "uq_cases_standing",
        "cases",
        ["clan_id", "kind", "player_id"],
        unique=True,
        sqlite_where=_STANDING,
        postgresql_where=_STANDING,
    )

    op.create_table(
        "case_entries",
        sa.Column("case_id", sa.Integer(), nullable=False),
        sa.Column("position", sa.Integer(), nullable=False),
        sa.Column("move", sa.String(), nullable=False),
        sa.Column("state", sa.String(), nullable=False),
        sa.Column("who", sa.BigInteger(), nullable=True),
        sa.Column("at", sa.BigInteger(), nullable=False),
        sa.Column("why", sa.String(), nullable=False),
        sa.Column("until_at", sa.BigInteger(), nullable=True),
        sa.Column("numbers", sa.JSON(), nullable=False),
        sa.ForeignKeyConstraint(["case_id"], ["cases.id"], name=op.f("fk_case_entries_case_id")),
        sa.PrimaryKeyConstraint("case_id", "position", name=op.f("pk_case_entries")),
        sqlite_with_rowid=False,
    )

    op.create_table(
        "policies",
        sa.Column("clan_id", sa.Integer(), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("content", sa.JSON(), nullable=False),
        sa.Column("made_by", sa.BigInteger(), nullable=False),
        sa.Column("made_at", sa.BigInteger(), nullable=False),
        sa.ForeignKeyConstraint(["clan_id"], ["clans.id"], name=op.f("fk_policies_clan_id")),
        sa.PrimaryKeyConstraint("clan_id", "version", name=op.f("pk_policies")),
        sqlite_with_rowid=False,
    )

    op.add_column("clans", sa.Column("notice_channel_id", sa.BigInteger(), nullable=True))


def downgrade() -> None:
    op.drop_column("clans", "notice_channel_id")

    op.drop_table("policies")

    op.drop_table("case_entries")

    op.drop_index("uq_cases_standing", "cases")
    op.drop_index(op.f("ix_cases_clan_id_player_id"), "cases")

    op.drop_table("cases")

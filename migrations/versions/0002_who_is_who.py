"""Who is who."""

import sqlalchemy as sa
from alembic import op

revision = "0002"
down_revision = "0001"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "absences",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("clan_id", sa.Integer(), nullable=False),
        sa.Column("discord_user_id", sa.BigInteger(), nullable=True),
        sa.Column("player_id", sa.Integer(), nullable=True),
        sa.Column("from_on", sa.Integer(), nullable=False),
        sa.Column("until_on", sa.Integer(), nullable=True),
        sa.Column("reason", sa.String(), nullable=True),
        sa.Column("set_by", sa.BigInteger(), nullable=False),
        sa.Column("set_at", sa.BigInteger(), nullable=False),
        sa.Column("ended_on", sa.Integer(), nullable=True),
        sa.Column("asked_at", sa.BigInteger(), nullable=True),
        sa.ForeignKeyConstraint(["clan_id"], ["clans.id"], name=op.f("fk_absences_clan_id")),
        sa.ForeignKeyConstraint(
            ["player_id"], ["players.player_id"], name=op.f("fk_absences_player_id")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_absences")),
    )
    op.create_index(op.f("ix_absences_clan_id"), "absences", ["clan_id"], unique=False)

    op.create_table(
        "exemptions",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("clan_id", sa.Integer(), nullable=False),
        sa.Column("player_id", sa.Integer(), nullable=True),
        sa.Column("role", sa.String(), nullable=True),
        sa.Column("reason", sa.String(), nullable=False),
        sa.Column("until_on", sa.Integer(), nullable=True),
        sa.Column("set_by", sa.BigInteger(), nullable=False),
        sa.Column("set_at", sa.BigInteger(), nullable=False),
        sa.Column("ended_at", sa.BigInteger(), nullable=True),
        sa.ForeignKeyConstraint(["clan_id"], ["clans.id"], name=op.f("fk_exemptions_clan_id")),
        sa.ForeignKeyConstraint(
            ["player_id"], ["players.player_id"], name=op.f("fk_exemptions_player_id")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_exemptions")),
    )
    op.create_index(op.f("ix_exemptions_clan_id"), "exemptions", ["clan_id"], unique=False)

    op.create_table(
        "link_events",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("clan_id", sa.Integer(), nullable=False),
        sa.Column("player_id", sa.Integer(), nullable=False),
        sa.Column("discord_user_id", sa.BigInteger(), nullable=False),
        sa.Column("deed", sa.String(), nullable=False),
        sa.Column("by_user_id", sa.BigInteger(), nullable=False),
        sa.Column("happened_at", sa.BigInteger(), nullable=False),
        sa.Column("part_of", sa.Integer(), nullable=True),
        sa.Column("before", sa.JSON(), nullable=True),
        sa.ForeignKeyConstraint(["clan_id"], ["clans.id"], name=op.f("fk_link_events_clan_id")),
        sa.ForeignKeyConstraint(
            ["player_id"], ["players.player_id"], name=op.f("fk_link_events_player_id")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_link_events")),
    )
    op.create_index(
        op.f("ix_link_events_clan_id_player_id"),
        "link_events",
        ["clan_id", "player_id"],
        unique=False,
    )
    op.create_index(op.f("ix_link_events_part_of"), "link_events", ["part_of"], unique=False)

    op.create_table(
        "broadcasts",
        sa.Column(
            "message_id",
            sa.BigInteger().with_variant(sa.Integer(), "sqlite"),
            autoincrement=False,
            nullable=False,
        ),
        sa.Column("channel_id", sa.Integer(), nullable=False),
        sa.Column("author_id", sa.Integer(), nullable=True),
        sa.Column("kind", sa.String(), nullable=False),
        sa.Column("sent_at", sa.BigInteger(), nullable=False),
        sa.ForeignKeyConstraint(
            ["author_id"], ["authors.id"], name=op.f("fk_broadcasts_author_id")
        ),
        sa.ForeignKeyConstraint(
            ["channel_id"], ["channels.id"], name=op.f("fk_broadcasts_channel_id")
        ),
        sa.PrimaryKeyConstraint("message_id", name=op.f("pk_broadcasts")),
    )
    op.create_index(
        op.f("ix_broadcasts_author_id_sent_at"),
        "broadcasts",
        ["author_id", "sent_at"],
        unique=False,
    )

    op.add_column("authors", sa.Column("opted_out_at", sa.BigInteger(), nullable=True))
    op.add_column("authors", sa.Column("left_at", sa.BigInteger(), nullable=True))

    op.add_column("channels", sa.Column("bridge_pattern", sa.String(), nullable=True))
    op.add_column("channels", sa.Column("bridge_source_id", sa.BigInteger(), nullable=True))

    op.add_column("clans", sa.Column("forget_after_days", sa.Integer(), nullable=True))

    op.add_column(
        "memberships",
        sa.Column("has_no_discord", sa.Boolean(), server_default=sa.false(), nullable=False),
    )


def downgrade() -> None:
    op.drop_column("memberships", "has_no_discord")

    op.drop_column("clans", "forget_after_days")

    op.drop_column("channels", "bridge_source_id")
    op.drop_column("channels", "bridge_pattern")

    op.drop_column("authors", "left_at")
    op.drop_column("authors", "opted_out_at")

    op.drop_index(op.f("ix_broadcasts_author_id_sent_at"), "broadcasts")

    op.drop_table("broadcasts")
    op.drop_index(op.f("ix_link_events_part_of"), "link_events")
    op.drop_index(op.f("ix_link_events_clan_id_player_id"), "link_events")

    op.drop_table("link_events")
    op.drop_index(op.f("ix_exemptions_clan_id"), "exemptions")

    op.drop_table("exemptions")
    op.drop_index(op.f("ix_absences_clan_id"), "absences")

    op.drop_table("absences")

"""The first tables."""

import sqlalchemy as sa
from alembic import op

revision = "0001"
down_revision = None
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "clans",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("guild_id", sa.BigInteger(), nullable=False),
        sa.Column("wom_group_id", sa.Integer(), nullable=True),
        sa.Column("name", sa.String(), nullable=False),
        sa.Column("zone", sa.String(), nullable=False),
        sa.Column("role_orders", sa.JSON(), nullable=False),
        sa.Column("gates", sa.JSON(), nullable=False),
        sa.Column("report_channel_id", sa.BigInteger(), nullable=True),
        sa.Column("created_at", sa.BigInteger(), nullable=False),
        sa.Column("polled_at", sa.BigInteger(), nullable=True),
        sa.Column("listened_at", sa.BigInteger(), nullable=True),
        sa.Column("details_etag", sa.String(), nullable=True),
        sa.Column("hiscores_etag", sa.String(), nullable=True),
        sa.Column("history_from", sa.BigInteger(), nullable=True),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_clans")),
        sa.UniqueConstraint("guild_id", name=op.f("uq_clans_guild_id")),
    )
    op.create_table(
        "metrics",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("name", sa.String(), nullable=False),
        sa.Column("kind", sa.String(), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_metrics")),
        sa.UniqueConstraint("name", name=op.f("uq_metrics_name")),
    )
    op.create_table(
        "players",
        sa.Column("player_id", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("name", sa.String(), nullable=False),
        sa.Column("wom_key", sa.String(), nullable=False),
        sa.Column("account_type", sa.String(), nullable=False),
        sa.Column("status", sa.String(), nullable=False),
        sa.Column("updated_at", sa.BigInteger(), nullable=True),
        sa.Column("changed_at", sa.BigInteger(), nullable=True),
        sa.PrimaryKeyConstraint("player_id", name=op.f("pk_players")),
    )
    op.create_index(op.f("ix_players_wom_key"), "players", ["wom_key"], unique=False)

    op.create_table(
        "authors",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("clan_id", sa.Integer(), nullable=False),
        sa.Column("discord_user_id", sa.BigInteger(), nullable=True),
        sa.Column("bridge_name", sa.String(), nullable=True),
        sa.Column("name", sa.String(), nullable=False),
        sa.Column("handle", sa.String(), nullable=True),
        sa.ForeignKeyConstraint(["clan_id"], ["clans.id"], name=op.f("fk_authors_clan_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_authors")),
        sa.UniqueConstraint("clan_id", "bridge_name", name=op.f("uq_authors_clan_id_bridge_name")),
        sa.UniqueConstraint(
            "clan_id", "discord_user_id", name=op.f("uq_authors_clan_id_discord_user_id")
        ),
    )
    op.create_table(
        "channels",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("clan_id", sa.Integer(), nullable=False),
        sa.Column("discord_channel_id", sa.BigInteger(), nullable=False),
        sa.Column("parent_id", sa.BigInteger(), nullable=True),
        sa.Column("name", sa.String(), nullable=False),
        sa.Column("kind", sa.String(), nullable=False),
        sa.Column("is_counted", sa.Boolean(), nullable=False),
        sa.Column("is_readable", sa.Boolean(), nullable=False),
        sa.Column("cursor_id", sa.BigInteger(), nullable=True),
        sa.ForeignKeyConstraint(["clan_id"], ["clans.id"], name=op.f("fk_channels_clan_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_channels")),
        sa.UniqueConstraint(
            "clan_id", "discord_channel_id", name=op.f("uq_channels_clan_id_discord_channel_id")
        ),
    )
    op.create_table(
        "clan_hours",
        sa.Column("clan_id", sa.Integer(), nullable=False),
        sa.Column("hour_at", sa.BigInteger(), nullable=False),
        sa.Column("messages", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(["clan_id"], ["clans.id"], name=op.f("fk_clan_hours_clan_id")),
        sa.PrimaryKeyConstraint("clan_id", "hour_at", name=op.f("pk_clan_hours")),
        sqlite_with_rowid=False,
    )
    op.create_table(
        "job_runs",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("clan_id", sa.Integer(), nullable=True),
        sa.Column("job", sa.String(), nullable=False),
        sa.Column("trace", sa.String(), nullable=False),
        sa.Column("started_at", sa.BigInteger(), nullable=False),
        sa.Column("ended_at", sa.BigInteger(), nullable=True),
        sa.Column("outcome", sa.String(), nullable=True),
        sa.Column("detail", sa.JSON(), nullable=False),
        sa.ForeignKeyConstraint(["clan_id"], ["clans.id"], name=op.f("fk_job_runs_clan_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_job_runs")),
    )
    op.create_index(
        op.f("ix_job_runs_job_clan_id_started_at"),
        "job_runs",
        ["job", "clan_id", "started_at"],
        unique=False,
    )

    op.create_table(
        "links",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("clan_id", sa.Integer(), nullable=False),
        sa.Column("player_id", sa.Integer(), nullable=False),
        sa.Column("discord_user_id", sa.BigInteger(), nullable=False),
        sa.Column("state", sa.String(), nullable=False),
        sa.Column("is_main", sa.Boolean(), nullable=False),
        sa.Column("claimed_at", sa.BigInteger(), nullable=False),
        sa.Column("decided_at", sa.BigInteger(), nullable=True),
        sa.Column("decided_by", sa.BigInteger(), nullable=True),
        sa.ForeignKeyConstraint(["clan_id"], ["clans.id"], name=op.f("fk_links_clan_id")),
        sa.ForeignKeyConstraint(
            ["player_id"], ["players.player_id"], name=op.f("fk_links_player_id")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_links")),
        sa.UniqueConstraint(
            "clan_id",
            "player_id",
            "discord_user_id",
            name=op.f("uq_links_clan_id_player_id_discord_user_id"),
        ),
    )
    op.create_table(
        "membership_events",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("clan_id", sa.Integer(), nullable=False),
        sa.Column("player_id", sa.Integer(), nullable=False),
        sa.Column("kind", sa.String(), nullable=False),
        sa.Column("happened_at", sa.BigInteger(), nullable=False),
        sa.Column("before", sa.String(), nullable=True),
        sa.Column("after", sa.String(), nullable=True),
        sa.ForeignKeyConstraint(
            ["clan_id"], ["clans.id"], name=op.f("fk_membership_events_clan_id")
        ),
        sa.ForeignKeyConstraint(
            ["player_id"], ["players.player_id"], name=op.f("fk_membership_events_player_id")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_membership_events")),
        sa.UniqueConstraint(
            "clan_id",
            "happened_at",
            "player_id",
            "kind",
            name=op.f("uq_membership_events_clan_id_happened_at_player_id_kind"),
        ),
    )
    op.create_table(
        "memberships",
        sa.Column("clan_id", sa.Integer(), nullable=False),
        sa.Column("player_id", sa.Integer(), nullable=False),
        sa.Column("role", sa.String(), nullable=False),
        sa.Column("joined_at", sa.BigInteger(), nullable=True),
        sa.Column("role_since_at", sa.BigInteger(), nullable=True),
        sa.Column("left_at", sa.BigInteger(), nullable=True),
        sa.ForeignKeyConstraint(["clan_id"], ["clans.id"], name=op.f("fk_memberships_clan_id")),
        sa.ForeignKeyConstraint(
            ["player_id"], ["players.player_id"], name=op.f("fk_memberships_player_id")
        ),
        sa.PrimaryKeyConstraint("clan_id", "player_id", name=op.f("pk_memberships")),
        sqlite_with_rowid=False,
    )
    op.create_table(
        "metric_changes",
        sa.Column("player_id", sa.Integer(), nullable=False),
        sa.Column("metric_id", sa.Integer(), nullable=False),
        sa.Column("seen_at", sa.BigInteger(), nullable=False),
        sa.Column("value", sa.Float(), nullable=False),
        sa.ForeignKeyConstraint(
            ["metric_id"], ["metrics.id"], name=op.f("fk_metric_changes_metric_id")
        ),
        sa.ForeignKeyConstraint(
            ["player_id"], ["players.player_id"], name=op.f("fk_metric_changes_player_id")
        ),
        sa.PrimaryKeyConstraint(
            "player_id", "metric_id", "seen_at", name=op.f("pk_metric_changes")
        ),
        sqlite_with_rowid=False,
    )
    op.create_table(
        "observations",
        sa.Column("player_id", sa.Integer(), nullable=False),
        sa.Column("seen_at", sa.BigInteger(), nullable=False),
        sa.Column("xp", sa.BigInteger(), nullable=False),
        sa.Column("kills", sa.Integer(), nullable=False),
        sa.Column("kills_earned", sa.Integer(), nullable=False),
        sa.Column("ehp", sa.Float(), nullable=False),
        sa.Column("ehb", sa.Float(), nullable=False),
        sa.ForeignKeyConstraint(
            ["player_id"], ["players.player_id"], name=op.f("fk_observations_player_id")
        ),
        sa.PrimaryKeyConstraint("player_id", "seen_at", name=op.f("pk_observations")),
        sqlite_with_rowid=False,
    )
    op.create_table(
        "player_names",
        sa.Column("player_id", sa.Integer(), nullable=False),
        sa.Column("wom_key", sa.String(), nullable=False),
        sa.Column("name", sa.String(), nullable=False),
        sa.Column("first_seen_at", sa.BigInteger(), nullable=False),
        sa.Column("last_seen_at", sa.BigInteger(), nullable=False),
        sa.ForeignKeyConstraint(
            ["player_id"], ["players.player_id"], name=op.f("fk_player_names_player_id")
        ),
        sa.PrimaryKeyConstraint("player_id", "wom_key", name=op.f("pk_player_names")),
    )
    op.create_index(op.f("ix_player_names_wom_key"), "player_names", ["wom_key"], unique=False)

    op.create_table(
        "present_values",
        sa.Column("player_id", sa.Integer(), nullable=False),
        sa.Column("metric_id", sa.Integer(), nullable=False),
        sa.Column("value", sa.Float(), nullable=False),
        sa.Column("changed_at", sa.BigInteger(), nullable=False),
        sa.ForeignKeyConstraint(
            ["metric_id"], ["metrics.id"], name=op.f("fk_present_values_metric_id")
        ),
        sa.ForeignKeyConstraint(
            ["player_id"], ["players.player_id"], name=op.f("fk_present_values_player_id")
        ),
        sa.PrimaryKeyConstraint("player_id", "metric_id", name=op.f("pk_present_values")),
        sqlite_with_rowid=False,
    )
    op.create_index(
        op.f("ix_present_values_player_id_changed_at_metric_id_value"),
        "present_values",
        ["player_id", "changed_at", "metric_id", "value"],
        unique=False,
    )

    op.create_table(
        "author_days",
        sa.Column("author_id", sa.Integer(), nullable=False),
        sa.Column("day", sa.Integer(), nullable=False),
        sa.Column("messages", sa.Integer(), nullable=False),
        sa.Column("questions", sa.Integer(), nullable=False),
        sa.Column("answers", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(
            ["author_id"], ["authors.id"], name=op.f("fk_author_days_author_id")
        ),
        sa.PrimaryKeyConstraint("author_id", "day", name=op.f("pk_author_days")),
        sqlite_with_rowid=False,
    )
    op.create_table(
        "author_hours",
        sa.Column("author_id", sa.Integer(), nullable=False),
        sa.Column("hour_at", sa.BigInteger(), nullable=False),
        sa.Column("messages", sa.Integer(), nullable=False),
        sa.Column("questions", sa.Integer(), nullable=False),
        sa.Column("answers", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(
            ["author_id"], ["authors.id"], name=op.f("fk_author_hours_author_id")
        ),
        sa.PrimaryKeyConstraint("author_id", "hour_at", name=op.f("pk_author_hours")),
        sqlite_with_rowid=False,
    )
    op.create_table(
        "author_totals",
        sa.Column("author_id", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("messages", sa.Integer(), nullable=False),
        sa.Column("questions", sa.Integer(), nullable=False),
        sa.Column("answers", sa.Integer(), nullable=False),
        sa.Column("wrote_at", sa.BigInteger(), nullable=True),
        sa.ForeignKeyConstraint(
            ["author_id"], ["authors.id"], name=op.f("fk_author_totals_author_id")
        ),
        sa.PrimaryKeyConstraint("author_id", name=op.f("pk_author_totals")),
    )
    op.create_table(
        "blind_spots",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("clan_id", sa.Integer(), nullable=False),
        sa.Column("channel_id", sa.Integer(), nullable=True),
        sa.Column("started_at", sa.BigInteger(), nullable=False),
        sa.Column("ended_at", sa.BigInteger(), nullable=True),
        sa.Column("reason", sa.String(), nullable=False),
        sa.ForeignKeyConstraint(
            ["channel_id"], ["channels.id"], name=op.f("fk_blind_spots_channel_id")
        ),
        sa.ForeignKeyConstraint(["clan_id"], ["clans.id"], name=op.f("fk_blind_spots_clan_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_blind_spots")),
    )
    op.create_index(op.f("ix_blind_spots_clan_id"), "blind_spots", ["clan_id"], unique=False)

    op.create_table(
        "messages",
        sa.Column(
            "message_id",
            sa.BigInteger().with_variant(sa.Integer(), "sqlite"),
            autoincrement=False,
            nullable=False,
        ),
        sa.Column("author_id", sa.Integer(), nullable=False),
        sa.Column("channel_id", sa.Integer(), nullable=False),
        sa.Column("sent_at", sa.BigInteger(), nullable=False),
        sa.Column("flags", sa.SmallInteger(), nullable=False),
        sa.Column("reply_to", sa.BigInteger(), nullable=True),
        sa.ForeignKeyConstraint(["author_id"], ["authors.id"], name=op.f("fk_messages_author_id")),
        sa.ForeignKeyConstraint(
            ["channel_id"], ["channels.id"], name=op.f("fk_messages_channel_id")
        ),
        sa.PrimaryKeyConstraint("message_id", name=op.f("pk_messages")),
    )
    op.create_index(
        op.f("ix_messages_reply_to"),
        "messages",
        ["reply_to"],
        unique=False,
        sqlite_where=sa.text("reply_to IS NOT NULL"),
        postgresql_where=sa.text("reply_to IS NOT NULL"),
    )

    op.create_table(
        "questions",
        sa.Column(
            "message_id",
            sa.BigInteger().with_variant(sa.Integer(), "sqlite"),
            autoincrement=False,
            nullable=False,
        ),
        sa.Column("channel_id", sa.Integer(), nullable=False),
        sa.Column("author_id", sa.Integer(), nullable=False),
        sa.Column("asked_at", sa.BigInteger(), nullable=False),
        sa.Column("answer_id", sa.BigInteger(), nullable=True),
        sa.Column("answered_by", sa.Integer(), nullable=True),
        sa.Column("answered_at", sa.BigInteger(), nullable=True),
        sa.ForeignKeyConstraint(
            ["answered_by"], ["authors.id"], name=op.f("fk_questions_answered_by")
        ),
        sa.ForeignKeyConstraint(["author_id"], ["authors.id"], name=op.f("fk_questions_author_id")),
        sa.ForeignKeyConstraint(
            ["channel_id"], ["channels.id"], name=op.f("fk_questions_channel_id")
        ),
        sa.PrimaryKeyConstraint("message_id", name=op.f("pk_questions")),
    )
    op.create_index(op.f("ix_questions_answer_id"), "questions", ["answer_id"], unique=False)
    op.create_index(
        op.f("ix_questions_channel_id_message_id"),
        "questions",
        ["channel_id", "message_id"],
        unique=False,
    )


def downgrade() -> None:
    op.drop_index(op.f("ix_questions_channel_id_message_id"), "questions")
    op.drop_index(op.f("ix_questions_answer_id"), "questions")

    op.drop_table("questions")
    op.drop_index(
        op.f("ix_messages_reply_to"),
        "messages",
        sqlite_where=sa.text("reply_to IS NOT NULL"),
        postgresql_where=sa.text("reply_to IS NOT NULL"),
    )

    op.drop_table("messages")
    op.drop_index(op.f("ix_blind_spots_clan_id"), "blind_spots")

    op.drop_table("blind_spots")
    op.drop_table("author_totals")
    op.drop_table("author_hours")
    op.drop_table("author_days")
    op.drop_index(op.f("ix_present_values_player_id_changed_at_metric_id_value"), "present_values")

    op.drop_table("present_values")
    op.drop_index(op.f("ix_player_names_wom_key"), "player_names")

    op.drop_table("player_names")
    op.drop_table("observations")
    op.drop_table("metric_changes")
    op.drop_table("memberships")
    op.drop_table("membership_events")
    op.drop_table("links")
    op.drop_index(op.f("ix_job_runs_job_clan_id_started_at"), "job_runs")

    op.drop_table("job_runs")
    op.drop_table("clan_hours")
    op.drop_table("channels")
    op.drop_table("authors")
    op.drop_index(op.f("ix_players_wom_key"), "players")

    op.drop_table("players")
    op.drop_table("metrics")
    op.drop_table("clans")

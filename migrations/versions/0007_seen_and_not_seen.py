"""Absences say whether they were read; channels who sees them; days with a sign of life.

A leave that was stored for a speaker of the clan chat (a user below zero) becomes the player's.

Revision ID: 0007
Revises: 0006
"""

import sqlalchemy as sa
from alembic import op

revision = "0007"
down_revision = "0006"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.add_column(
        "blind_spots",
        sa.Column("is_read", sa.Boolean(), server_default=sa.false(), nullable=False),
    )
    for name in ("is_gone", "is_public"):
        op.add_column(
            "channels", sa.Column(name, sa.Boolean(), server_default=sa.false(), nullable=False)
        )
    op.add_column(
        "clans",
        sa.Column("keeps_presence", sa.Boolean(), server_default=sa.true(), nullable=False),
    )
    op.add_column("clans", sa.Column("presence_from", sa.BigInteger(), nullable=True))
    op.create_table(
        "channel_viewers",
        sa.Column("clan_id", sa.Integer(), nullable=False),
        sa.Column("channel_id", sa.Integer(), nullable=False),
        sa.Column("discord_user_id", sa.BigInteger(), nullable=False),
        sa.ForeignKeyConstraint(["clan_id"], ["clans.id"], name=op.f("fk_channel_viewers_clan_id")),
        sa.ForeignKeyConstraint(
            ["channel_id"], ["channels.id"], name=op.f("fk_channel_viewers_channel_id")
        ),
        sa.PrimaryKeyConstraint(
            "clan_id", "channel_id", "discord_user_id", name=op.f("pk_channel_viewers")
        ),
        sqlite_with_rowid=False,
    )
    op.create_table(
        "presence_days",
        sa.Column("clan_id", sa.Integer(), nullable=False),
        sa.Column("day", sa.Integer(), nullable=False),
        sa.Column("discord_user_id", sa.BigInteger(), nullable=False),
        sa.Column("voice_seconds", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(["clan_id"], ["clans.id"], name=op.f("fk_presence_days_clan_id")),
        sa.PrimaryKeyConstraint("clan_id", "day", "discord_user_id", name=op.f("pk_presence_days")),
        sqlite_with_rowid=False,
    )
    _give_leaves_to_players()


def _give_leaves_to_players() -> None:
    spoken_for = (
        "SELECT min(player_id) FROM links WHERE links.clan_id = absences.clan_id"
        " AND links.discord_user_id = absences.discord_user_id"
    )
    op.execute(
        f"UPDATE absences SET player_id = ({spoken_for}), discord_user_id = NULL"  # noqa: S608 - ours
        f" WHERE discord_user_id < 0 AND EXISTS ({spoken_for.replace('min(player_id)', '1')})"
    )
    op.execute("DELETE FROM absences WHERE discord_user_id < 0")


def downgrade() -> None:
    op.drop_table("presence_days")
    op.drop_table("channel_viewers")
    op.drop_column("clans", "presence_from")
    op.drop_column("clans", "keeps_presence")
    for name in ("is_public", "is_gone"):
        op.drop_column("channels", name)
    op.drop_column("blind_spots", "is_read")

"""Messages of channels that are left out are kept aside: in no count until their channel counts.

Those that were counted before their channel was left out are moved at the next connecting.

Revision ID: 0011
Revises: 0010
"""

import sqlalchemy as sa
from alembic import op

revision = "0011"
down_revision = "0010"
branch_labels = None
depends_on = None

_BIG = sa.BigInteger().with_variant(sa.Integer(), "sqlite")


def upgrade() -> None:
    op.create_table(
        "left_out_messages",
        sa.Column("message_id", _BIG, autoincrement=False, nullable=False),
        sa.Column("author_id", sa.Integer(), nullable=False),
        sa.Column("channel_id", sa.Integer(), nullable=False),
        sa.Column("sent_at", sa.BigInteger(), nullable=False),
        sa.Column("flags", sa.SmallInteger(), nullable=False),
        sa.Column("reply_to", sa.BigInteger(), nullable=True),
        sa.ForeignKeyConstraint(
            ["author_id"], ["authors.id"], name=op.f("fk_left_out_messages_author_id")
        ),
        sa.ForeignKeyConstraint(
            ["channel_id"], ["channels.id"], name=op.f("fk_left_out_messages_channel_id")
        ),
        sa.PrimaryKeyConstraint("message_id", name=op.f("pk_left_out_messages")),
    )
    op.create_index(
        op.f("ix_left_out_messages_author_id"), "left_out_messages", ["author_id"], unique=False
    )


def downgrade() -> None:
    op.drop_index(op.f("ix_left_out_messages_author_id"), table_name="left_out_messages")
    op.drop_table("left_out_messages")

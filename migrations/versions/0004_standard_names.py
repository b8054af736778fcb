"""Two columns take the names that everybody uses: permissions, and what was done to a link.

Revision ID: 0004
Revises: 0003
"""

from alembic import op

revision = "0004"
down_revision = "0003"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.alter_column("clans", "gates", new_column_name="permissions")
    op.alter_column("link_events", "deed", new_column_name="action")


def downgrade() -> None:
    op.alter_column("link_events", "action", new_column_name="deed")
    op.alter_column("clans", "permissions", new_column_name="gates")

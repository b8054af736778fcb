"""A clan has the revision of its identities, which triggers raise whenever one of them changes.

One file, however long: the triggers of both databases as they were made on that day.

Revision ID: 0005
Revises: 0004
"""

import sqlalchemy as sa
from alembic import op

revision = "0005"
down_revision = "0004"
branch_labels = None
depends_on = None

_SQLITE = (
    """
CREATE TRIGGER identity_revision_links_insert
AFTER INSERT
ON links
BEGIN UPDATE clans SET identity_revision = identity_revision + 1
WHERE id = NEW.clan_id; END
""",
    """
CREATE TRIGGER identity_revision_links_update
AFTER UPDATE OF
id, clan_id, player_id, discord_user_id, state, is_main, claimed_at, decided_at, decided_by
ON links
WHEN OLD.id IS NOT NEW.id
OR OLD.clan_id IS NOT NEW.clan_id
OR OLD.player_id IS NOT NEW.player_id
OR OLD.discord_user_id IS NOT NEW.discord_user_id
OR OLD.state IS NOT NEW.state
OR OLD.is_main IS NOT NEW.is_main
OR OLD.claimed_at IS NOT NEW.claimed_at
OR OLD.decided_at IS NOT NEW.decided_at
OR OLD.decided_by IS NOT NEW.decided_by
BEGIN UPDATE clans SET identity_revision = identity_revision + 1
WHERE id IN (OLD.clan_id, NEW.clan_id); END
""",
    """
CREATE TRIGGER identity_revision_links_delete
AFTER DELETE
ON links
BEGIN UPDATE clans SET identity_revision = identity_revision + 1
WHERE id = OLD.clan_id; END
""",
    """
CREATE TRIGGER identity_revision_memberships_insert
AFTER INSERT
ON memberships
BEGIN UPDATE clans SET identity_revision = identity_revision + 1
WHERE id = NEW.clan_id; END
""",
    """
CREATE TRIGGER identity_revision_memberships_update
AFTER UPDATE OF
clan_id, player_id, role, joined_at, role_since_at, left_at, has_no_discord
ON memberships
WHEN OLD.clan_id IS NOT NEW.clan_id
OR OLD.player_id IS NOT NEW.player_id
OR OLD.role IS NOT NEW.role
OR OLD.joined_at IS NOT NEW.joined_at
OR OLD.role_since_at IS NOT NEW.role_since_at
OR OLD.left_at IS NOT NEW.left_at
OR OLD.has_no_discord IS NOT NEW.has_no_discord
BEGIN UPDATE clans SET identity_revision = identity_revision + 1
WHERE id IN (OLD.clan_id, NEW.clan_id); END
""",
    """
CREATE TRIGGER identity_revision_memberships_delete
AFTER DELETE
ON memberships
BEGIN UPDATE clans SET identity_revision = identity_revision + 1
WHERE id = OLD.clan_id; END
""",
    """
CREATE TRIGGER identity_revision_players_insert
AFTER INSERT
ON players
BEGIN UPDATE clans SET identity_revision = identity_revision + 1
WHERE EXISTS (SELECT 1 FROM memberships
WHERE memberships.clan_id = clans.id
AND memberships.player_id = NEW.player_id); END
""",
    """
CREATE TRIGGER identity_revision_players_update
AFTER UPDATE OF
player_id, name, wom_key, account_type
ON players
WHEN OLD.player_id IS NOT NEW.player_id
OR OLD.name IS NOT NEW.name
OR OLD.wom_key IS NOT NEW.wom_key
OR OLD.account_type IS NOT NEW.account_type
BEGIN UPDATE clans SET identity_revision = identity_revision + 1
WHERE EXISTS (SELECT 1 FROM memberships
WHERE memberships.clan_id = clans.id
AND memberships.player_id IN (OLD.player_id, NEW.player_id)); END
""",
    """
CREATE TRIGGER identity_revision_players_delete
AFTER DELETE
ON players
BEGIN UPDATE clans SET identity_revision = identity_revision + 1
WHERE EXISTS (SELECT 1 FROM memberships
WHERE memberships.clan_id = clans.id
AND memberships.player_id = OLD.player_id); END
""",
    """
CREATE TRIGGER identity_revision_player_names_insert
AFTER INSERT
ON player_names
BEGIN UPDATE clans SET identity_revision = identity_revision + 1
WHERE EXISTS (SELECT 1 FROM memberships
WHERE memberships.clan_id = clans.id
AND memberships.player_id = NEW.player_id); END
""",
    """
CREATE TRIGGER identity_revision_player_names_update
AFTER UPDATE OF
player_id, wom_key, name
ON player_names
WHEN OLD.player_id IS NOT NEW.player_id
OR OLD.wom_key IS NOT NEW.wom_key
OR OLD.name IS NOT NEW.name
BEGIN UPDATE clans SET identity_revision = identity_revision + 1
WHERE EXISTS (SELECT 1 FROM memberships
WHERE memberships.clan_id = clans.id
AND memberships.player_id IN (OLD.player_id, NEW.player_id)); END
""",
    """
CREATE TRIGGER identity_revision_player_names_delete
AFTER DELETE
ON player_names
BEGIN UPDATE clans SET identity_revision = identity_revision + 1
WHERE EXISTS (SELECT 1 FROM memberships
WHERE memberships.clan_id = clans.id
AND memberships.player_id = OLD.player_id); END
""",
    """
CREATE TRIGGER identity_revision_authors_insert
AFTER INSERT
ON authors
BEGIN UPDATE clans SET identity_revision = identity_revision + 1
WHERE id = NEW.clan_id; END
""",
    """
CREATE TRIGGER identity_revision_authors_update
AFTER UPDATE OF
id, clan_id, discord_user_id, bridge_name, name, handle, opted_out_at
ON authors
WHEN OLD.id IS NOT NEW.id
OR OLD.clan_id IS NOT NEW.clan_id
OR OLD.discord_user_id IS NOT NEW.discord_user_id
OR OLD.bridge_name IS NOT NEW.bridge_name
OR OLD.name IS NOT NEW.name
OR OLD.handle IS NOT NEW.handle
OR OLD.opted_out_at IS NOT NEW.opted_out_at
BEGIN UPDATE clans SET identity_revision = identity_revision + 1
WHERE id IN (OLD.clan_id, NEW.clan_id); END
""",
    """
CREATE TRIGGER identity_revision_authors_delete
AFTER DELETE
ON authors
BEGIN UPDATE clans SET identity_revision = identity_revision + 1
WHERE id = OLD.clan_id; END
""",
    """
CREATE TRIGGER identity_revision_channels_insert
AFTER INSERT
ON channels
WHEN NEW.bridge_pattern IS NOT NULL
BEGIN UPDATE clans SET identity_revision = identity_revision + 1
WHERE id = NEW.clan_id; END
""",
    """
CREATE TRIGGER identity_revision_channels_update
AFTER UPDATE OF
clan_id, bridge_pattern, bridge_source_id
ON channels
WHEN OLD.clan_id IS NOT NEW.clan_id
OR OLD.bridge_pattern IS NOT NEW.bridge_pattern
OR OLD.bridge_source_id IS NOT NEW.bridge_source_id
BEGIN UPDATE clans SET identity_revision = identity_revision + 1
WHERE id IN (OLD.clan_id, NEW.clan_id); END
""",
    """
CREATE TRIGGER identity_revision_channels_delete
AFTER DELETE
ON channels
WHEN OLD.bridge_pattern IS NOT NULL
BEGIN UPDATE clans SET identity_revision = identity_revision + 1
WHERE id = OLD.clan_id; END
""",
    """
CREATE TRIGGER identity_revision_exemptions_insert
AFTER INSERT
ON exemptions
BEGIN UPDATE clans SET identity_revision = identity_revision + 1
WHERE id = NEW.clan_id; END
""",
    """
CREATE TRIGGER identity_revision_exemptions_update
AFTER UPDATE OF
id, clan_id, player_id, role, reason, until_on, set_by, set_at, ended_at
ON exemptions
WHEN OLD.id IS NOT NEW.id
OR OLD.clan_id IS NOT NEW.clan_id
OR OLD.player_id IS NOT NEW.player_id
OR OLD.role IS NOT NEW.role
OR OLD.reason IS NOT NEW.reason
OR OLD.until_on IS NOT NEW.until_on
OR OLD.set_by IS NOT NEW.set_by
OR OLD.set_at IS NOT NEW.set_at
OR OLD.ended_at IS NOT NEW.ended_at
BEGIN UPDATE clans SET identity_revision = identity_revision + 1
WHERE id IN (OLD.clan_id, NEW.clan_id); END
""",
    """
CREATE TRIGGER identity_revision_exemptions_delete
AFTER DELETE
ON exemptions
BEGIN UPDATE clans SET identity_revision = identity_revision + 1
WHERE id = OLD.clan_id; END
""",
    """
CREATE TRIGGER identity_revision_player_names_order
AFTER UPDATE OF last_seen_at ON player_names
WHEN NEW.last_seen_at < OLD.last_seen_at OR EXISTS (SELECT 1 FROM player_names
WHERE player_id = NEW.player_id AND wom_key <> NEW.wom_key
AND last_seen_at BETWEEN OLD.last_seen_at AND NEW.last_seen_at)
BEGIN UPDATE clans SET identity_revision = identity_revision + 1
WHERE EXISTS (SELECT 1 FROM memberships
WHERE memberships.clan_id = clans.id
AND memberships.player_id = NEW.player_id); END
""",
)

_POSTGRESQL = (
    """
CREATE FUNCTION identity_revision_of_clan() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
IF TG_OP = 'INSERT' THEN
UPDATE clans SET identity_revision = identity_revision + 1
WHERE id = NEW.clan_id;
ELSIF TG_OP = 'DELETE' THEN
UPDATE clans SET identity_revision = identity_revision + 1
WHERE id = OLD.clan_id;
ELSE
UPDATE clans SET identity_revision = identity_revision + 1
WHERE id IN (OLD.clan_id, NEW.clan_id);
END IF;
RETURN NULL;
END $$
""",
    """
CREATE FUNCTION identity_revision_of_player() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
IF TG_OP = 'INSERT' THEN
UPDATE clans SET identity_revision = identity_revision + 1
WHERE EXISTS (SELECT 1 FROM memberships
WHERE memberships.clan_id = clans.id
AND memberships.player_id = NEW.player_id);
ELSIF TG_OP = 'DELETE' THEN
UPDATE clans SET identity_revision = identity_revision + 1
WHERE EXISTS (SELECT 1 FROM memberships
WHERE memberships.clan_id = clans.id
AND memberships.player_id = OLD.player_id);
ELSE
UPDATE clans SET identity_revision = identity_revision + 1
WHERE EXISTS (SELECT 1 FROM memberships
WHERE memberships.clan_id = clans.id
AND memberships.player_id IN (OLD.player_id, NEW.player_id));
END IF;
RETURN NULL;
END $$
""",
    """
CREATE FUNCTION identity_revision_of_order() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
IF NEW.last_seen_at < OLD.last_seen_at OR EXISTS (SELECT 1 FROM player_names
WHERE player_id = NEW.player_id AND wom_key <> NEW.wom_key
AND last_seen_at BETWEEN OLD.last_seen_at AND NEW.last_seen_at)
THEN UPDATE clans SET identity_revision = identity_revision + 1
WHERE EXISTS (SELECT 1 FROM memberships
WHERE memberships.clan_id = clans.id
AND memberships.player_id = NEW.player_id);
END IF;
RETURN NULL;
END $$
""",
    """
CREATE TRIGGER identity_revision_links_insert
AFTER INSERT
ON links
FOR EACH ROW
EXECUTE FUNCTION identity_revision_of_clan()
""",
    """
CREATE TRIGGER identity_revision_links_update
AFTER UPDATE OF
id, clan_id, player_id, discord_user_id, state, is_main, claimed_at, decided_at, decided_by
ON links
FOR EACH ROW
WHEN (OLD.id IS DISTINCT FROM NEW.id
OR OLD.clan_id IS DISTINCT FROM NEW.clan_id
OR OLD.player_id IS DISTINCT FROM NEW.player_id
OR OLD.discord_user_id IS DISTINCT FROM NEW.discord_user_id
OR OLD.state IS DISTINCT FROM NEW.state
OR OLD.is_main IS DISTINCT FROM NEW.is_main
OR OLD.claimed_at IS DISTINCT FROM NEW.claimed_at
OR OLD.decided_at IS DISTINCT FROM NEW.decided_at
OR OLD.decided_by IS DISTINCT FROM NEW.decided_by)
EXECUTE FUNCTION identity_revision_of_clan()
""",
    """
CREATE TRIGGER identity_revision_links_delete
AFTER DELETE
ON links
FOR EACH ROW
EXECUTE FUNCTION identity_revision_of_clan()
""",
    """
CREATE TRIGGER identity_revision_memberships_insert
AFTER INSERT
ON memberships
FOR EACH ROW
EXECUTE FUNCTION identity_revision_of_clan()
""",
    """
CREATE TRIGGER identity_revision_memberships_update
AFTER UPDATE OF
clan_id, player_id, role, joined_at, role_since_at, left_at, has_no_discord
ON memberships
FOR EACH ROW
WHEN (OLD.clan_id IS DISTINCT FROM NEW.clan_id
OR OLD.player_id IS DISTINCT FROM NEW.player_id
OR OLD.role IS DISTINCT FROM NEW.role
OR OLD.joined_at IS DISTINCT FROM NEW.joined_at
OR OLD.role_since_at IS DISTINCT FROM NEW.role_since_at
OR OLD.left_at IS DISTINCT FROM NEW.left_at
OR OLD.has_no_discord IS DISTINCT FROM NEW.has_no_discord)
EXECUTE FUNCTION identity_revision_of_clan()
""",
    """
CREATE TRIGGER identity_revision_memberships_delete
AFTER DELETE
ON memberships
FOR EACH ROW
EXECUTE FUNCTION identity_revision_of_clan()
""",
    """
CREATE TRIGGER identity_revision_players_insert
AFTER INSERT
ON players
FOR EACH ROW
EXECUTE FUNCTION identity_revision_of_player()
""",
    """
CREATE TRIGGER identity_revision_players_update
AFTER UPDATE OF
player_id, name, wom_key, account_type
ON players
FOR EACH ROW
WHEN (OLD.player_id IS DISTINCT FROM NEW.player_id
OR OLD.name IS DISTINCT FROM NEW.name
OR OLD.wom_key IS DISTINCT FROM NEW.wom_key
OR OLD.account_type IS DISTINCT FROM NEW.account_type)
EXECUTE FUNCTION identity_revision_of_player()
""",
    """
CREATE TRIGGER identity_revision_players_delete
AFTER DELETE
ON players
FOR EACH ROW
EXECUTE FUNCTION identity_revision_of_player()
""",
    """
CREATE TRIGGER identity_revision_player_names_insert
AFTER INSERT
ON player_names
FOR EACH ROW
EXECUTE FUNCTION identity_revision_of_player()
""",
    """
CREATE TRIGGER identity_revision_player_names_update
AFTER UPDATE OF
player_id, wom_key, name
ON player_names
FOR EACH ROW
WHEN (OLD.player_id IS DISTINCT FROM NEW.player_id
OR OLD.wom_key IS DISTINCT FROM NEW.wom_key
OR OLD.name IS DISTINCT FROM NEW.name)
EXECUTE FUNCTION identity_revision_of_player()
""",
    """
CREATE TRIGGER identity_revision_player_names_delete
AFTER DELETE
ON player_names
FOR EACH ROW
EXECUTE FUNCTION identity_revision_of_player()
""",
    """
CREATE TRIGGER identity_revision_authors_insert
AFTER INSERT
ON authors
FOR EACH ROW
EXECUTE FUNCTION identity_revision_of_clan()
""",
    """
CREATE TRIGGER identity_revision_authors_update
AFTER UPDATE OF
id, clan_id, discord_user_id, bridge_name, name, handle, opted_out_at
ON authors
FOR EACH ROW
WHEN (OLD.id IS DISTINCT FROM NEW.id
OR OLD.clan_id IS DISTINCT FROM NEW.clan_id
OR OLD.discord_user_id IS DISTINCT FROM NEW.discord_user_id
OR OLD.bridge_name IS DISTINCT FROM NEW.bridge_name
OR OLD.name IS DISTINCT FROM NEW.name
OR OLD.handle IS DISTINCT FROM NEW.handle
OR OLD.opted_out_at IS DISTINCT FROM NEW.opted_out_at)
EXECUTE FUNCTION identity_revision_of_clan()
""",
    """
CREATE TRIGGER identity_revision_authors_delete
AFTER DELETE
ON authors
FOR EACH ROW
EXECUTE FUNCTION identity_revision_of_clan()
""",
    """
CREATE TRIGGER identity_revision_channels_insert
AFTER INSERT
ON channels
FOR EACH ROW
WHEN (NEW.bridge_pattern IS NOT NULL)
EXECUTE FUNCTION identity_revision_of_clan()
""",
    """
CREATE TRIGGER identity_revision_channels_update
AFTER UPDATE OF
clan_id, bridge_pattern, bridge_source_id
ON channels
FOR EACH ROW
WHEN (OLD.clan_id IS DISTINCT FROM NEW.clan_id
OR OLD.bridge_pattern IS DISTINCT FROM NEW.bridge_pattern
OR OLD.bridge_source_id IS DISTINCT FROM NEW.bridge_source_id)
EXECUTE FUNCTION identity_revision_of_clan()
""",
    """
CREATE TRIGGER identity_revision_channels_delete
AFTER DELETE
ON channels
FOR EACH ROW
WHEN (OLD.bridge_pattern IS NOT NULL)
EXECUTE FUNCTION identity_revision_of_clan()
""",
    """
CREATE TRIGGER identity_revision_exemptions_insert
AFTER INSERT
ON exemptions
FOR EACH ROW
EXECUTE FUNCTION identity_revision_of_clan()
""",
    """
CREATE TRIGGER identity_revision_exemptions_update
AFTER UPDATE OF
id, clan_id, player_id, role, reason, until_on, set_by, set_at, ended_at
ON exemptions
FOR EACH ROW
WHEN (OLD.id IS DISTINCT FROM NEW.id
OR OLD.clan_id IS DISTINCT FROM NEW.clan_id
OR OLD.player_id IS DISTINCT FROM NEW.player_id
OR OLD.role IS DISTINCT FROM NEW.role
OR OLD.reason IS DISTINCT FROM NEW.reason
OR OLD.until_on IS DISTINCT FROM NEW.until_on
OR OLD.set_by IS DISTINCT FROM NEW.set_by
OR OLD.set_at IS DISTINCT FROM NEW.set_at
OR OLD.ended_at IS DISTINCT FROM NEW.ended_at)
EXECUTE FUNCTION identity_revision_of_clan()
""",
    """
CREATE TRIGGER identity_revision_exemptions_delete
AFTER DELETE
ON exemptions
FOR EACH ROW
EXECUTE FUNCTION identity_revision_of_clan()
""",
    """
CREATE TRIGGER identity_revision_player_names_order
AFTER UPDATE OF last_seen_at ON player_names
FOR EACH ROW
WHEN (NEW.last_seen_at <> OLD.last_seen_at)
EXECUTE FUNCTION identity_revision_of_order()
""",
)

_TABLES = ("links", "memberships", "players", "player_names", "authors", "channels", "exemptions")
_EVENTS = ("insert", "update", "delete")


def upgrade() -> None:
    op.add_column(
        "clans",
        sa.Column("identity_revision", sa.Integer(), server_default=sa.text("0"), nullable=False),
    )
    for trigger in _SQLITE if _is_sqlite() else _POSTGRESQL:
        op.execute(trigger.strip())


def downgrade() -> None:
    named = [(table, f"{table}_{event}") for table in _TABLES for event in _EVENTS]
    for table, name in [*named, ("player_names", "player_names_order")]:
        on_table = "" if _is_sqlite() else f" ON {table}"
        op.execute(f"DROP TRIGGER identity_revision_{name}{on_table}")
    if not _is_sqlite():
        for name in ("of_clan", "of_player", "of_order"):
            op.execute(f"DROP FUNCTION identity_revision_{name}()")
    op.drop_column("clans", "identity_revision")


def _is_sqlite() -> bool:
    return op.get_context().dialect.name == "sqlite"

"""Observations say what was lost; a role is held since a change that was seen.

Kills that were lost and earned again count once; who never lost anything keeps the sums they had.
Since when a role is held was taken from Wise Old Man, whose rows change for other reasons too.

Revision ID: 0009
Revises: 0008
"""

from collections import defaultdict

import sqlalchemy as sa
from alembic import op

revision = "0009"
down_revision = "0008"
branch_labels = None
depends_on = None

_UNRANKED = -1
_RANKED_FROM = {"mimic": 1, "tzkal_zuk": 1}
_USUALLY_RANKED_FROM = 5

_LOST_XP = sa.text("""
SELECT DISTINCT player_id FROM (
    SELECT player_id, xp, lag(xp) OVER (PARTITION BY player_id ORDER BY seen_at) AS had
    FROM observations
) AS went WHERE xp < had
""")
_LOST_KILLS = sa.text("""
SELECT DISTINCT player_id FROM (
    SELECT change.player_id, change.value, lag(change.value) OVER (
        PARTITION BY change.player_id, change.metric_id ORDER BY change.seen_at
    ) AS had
    FROM metric_changes AS change
    JOIN metrics ON metrics.id = change.metric_id AND metrics.kind = 'boss'
) AS went WHERE value < had
""")
_SEEN = sa.text("SELECT seen_at, xp FROM observations WHERE player_id = :who ORDER BY seen_at")
_CHANGES = sa.text("""
SELECT change.seen_at, metrics.name, change.value FROM metric_changes AS change
JOIN metrics ON metrics.id = change.metric_id AND metrics.kind = 'boss'
WHERE change.player_id = :who ORDER BY change.seen_at
""")
_ROLE_SINCE = sa.text("""
UPDATE memberships SET role_since_at = (
    SELECT max(event.happened_at) FROM membership_events AS event
    WHERE event.clan_id = memberships.clan_id AND event.player_id = memberships.player_id
    AND event.kind IN ('joined', 'returned', 'promoted', 'demoted', 'role')
)
""")
_WRITE = sa.text("""
UPDATE observations SET kills_earned = :earned, xp_fell = :xp_fell, kills_fell = :kills_fell
WHERE player_id = :who AND seen_at = :seen_at
""")


def upgrade() -> None:
    for name, kind in (("xp_fell", sa.BigInteger()), ("kills_fell", sa.Integer())):
        column = sa.Column(name, kind, server_default=sa.text("0"), nullable=False)
        op.add_column("observations", column)
    connection = op.get_bind()
    connection.execute(_ROLE_SINCE)
    # A script for a database that is not there has no rows to look at.
    found = [connection.execute(query) or () for query in (_LOST_XP, _LOST_KILLS)]
    losers = {row[0] for rows in found for row in rows}
    for who in sorted(losers):
        rows = _summed_anew(connection, who)
        if rows:
            connection.execute(_WRITE, rows)


def downgrade() -> None:
    op.drop_column("observations", "kills_fell")
    op.drop_column("observations", "xp_fell")


def _summed_anew(connection: sa.Connection, who: int) -> list[dict[str, int]]:
    """Return a player's sums at each look, by the rules of the day this was written."""
    changes: dict[int, list[tuple[str, float]]] = defaultdict(list)
    for seen_at, name, value in connection.execute(_CHANGES, {"who": who}):
        changes[seen_at].append((name, value))
    found: list[dict[str, int]] = []
    ranked: dict[str, float] = {}
    had_xp, earned, xp_fell, kills_fell = _UNRANKED, 0, 0, 0
    for seen_at, xp in connection.execute(_SEEN, {"who": who}):
        for name, value in changes[seen_at]:
            if value == _UNRANKED:
                continue
            if found:
                went = _went(ranked.get(name), value, name)
                earned += went
                kills_fell += max(-went, 0)
            ranked[name] = value
        xp_fell += max(had_xp - xp, 0) if xp != _UNRANKED else 0
        had_xp = xp
        sums = {"earned": earned, "xp_fell": xp_fell, "kills_fell": kills_fell}
        found.append({"who": who, "seen_at": seen_at} | sums)
    return found


def _went(had: float | None, value: float, name: str) -> int:
    if had is not None:
        return int(value - had)
    ranked_from = _RANKED_FROM.get(name, _USUALLY_RANKED_FROM)
    return int(max(value - (ranked_from - 1), 0)) if value < 2 * ranked_from else 0

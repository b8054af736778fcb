"""What is old enough to move to the archive, in SQL."""

OLD_MESSAGES = """
SELECT clan_id, message_id FROM hot.messages
WHERE clan_id = :clan_id AND message_id < :before AND message_id > :after
ORDER BY message_id LIMIT :rows
"""
# What stays: the last change before the cut, the last ranked one, and the last of each month.
OLD_CHANGES = """
SELECT player_id, metric_id, seen_at FROM (
    SELECT player_id, metric_id, seen_at,
        lead(seen_at) OVER (PARTITION BY metric_id ORDER BY seen_at) AS next_at,
        max(CASE WHEN value <> -1 THEN seen_at END) OVER (PARTITION BY metric_id) AS ranked_at
    FROM {hot}.metric_changes WHERE player_id = :player_id AND seen_at < :before
)
WHERE next_at IS NOT NULL AND seen_at IS NOT ranked_at
    AND strftime('%Y-%m', seen_at / 1000, 'unixepoch')
        = strftime('%Y-%m', next_at / 1000, 'unixepoch')
"""

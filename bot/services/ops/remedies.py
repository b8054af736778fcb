"""What to do about a database that is not as it should be, a file or on a server."""

from pathlib import Path

REPAIR = "stop the bot and type `clanstats check --repair`"
NO_ARCHIVE = (
    "put its file there, or stop the bot and type `clanstats restore --latest`; if it is lost for "
    "good, `clanstats archive --without` goes on without it"
)
RESTORE = "stop the bot and put the newest backup back: `clanstats restore`"
RESTORE_THERE = "stop the bot and put your newest dump back on the server, with `pg_restore`"
NO_COPY = "none: the database is not a file"
SERVERS_FILES = "the PostgreSQL server looks after its own files; `pg_amcheck` looks at them"


def restore_words(file: Path | None) -> str:
    """Return how a database comes back that is beyond mending; None: it is on a server."""
    return RESTORE_THERE if file is None else RESTORE


def damage_in(table: str, finding: str) -> str:
    """Return that a table is damaged, and what the database says of it."""
    return f"damage in {table} ({finding})"


def is_damage(words: str) -> bool:
    """Return whether words say that a table is damaged: that is beyond mending."""
    return words.startswith("damage in ")

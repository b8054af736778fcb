"""By what somebody who was forgotten is known again: a hash, from which nobody reads who it was.

It keeps out what they wrote before, and tells nothing to whoever does not know whom to look for.
"""

import hashlib
from functools import lru_cache

from bot.clan.names import wom_key


def user_key(guild_id: int, user_id: int) -> str:
    """Return the key of a Discord user on one server."""
    return _hashed(f"{guild_id}:user:{user_id}")


def speaker_key(guild_id: int, name: str) -> str:
    """Return the key of a speaker of the clan chat on one server, whatever the letters."""
    return _hashed(f"{guild_id}:speaker:{wom_key(name)}")


@lru_cache(4096)
def _hashed(text: str) -> str:
    return hashlib.sha256(text.encode()).hexdigest()[:32]

"""What the bot says of its own accord: a value that jobs return and an outlet speaks."""

from typing import NamedTuple


class Notice(NamedTuple):
    """Something to tell one Discord server, as text that is ready to be shown there."""

    guild_id: int
    text: str

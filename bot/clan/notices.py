"""What the bot says of its own accord: a value that jobs return and an outlet speaks."""

from typing import NamedTuple

_CUT = "\N{HORIZONTAL ELLIPSIS}"


class Notice(NamedTuple):
    """Something to tell one Discord server, as text that is ready to be shown there."""

    guild_id: int
    text: str

    def within(self, limit: int) -> str:
        """Return the text in at most so many characters; what is cut off is seen to be."""
        if len(self.text) <= limit:
            return self.text
        return self.text[: limit - len(_CUT)] + _CUT

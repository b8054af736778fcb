"""What the bot says of its own accord: a value that jobs return and an outlet speaks."""

from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import NamedTuple

from bot.clan.names import escaped
from bot.clan.wording import first_few, plural

_CUT = "\N{HORIZONTAL ELLIPSIS}"
_EVERY = timedelta(days=1)
_NAMED = 10


class Notice(NamedTuple):
    """Something to tell one Discord server, as text that is ready to be shown there.

    What is for `officers_only` is never posted in the report channel.
    """

    guild_id: int
    text: str
    officers_only: bool = False

    def within(self, limit: int) -> str:
        """Return the text in at most so many characters; what is cut off is seen to be."""
        if len(self.text) <= limit:
            return self.text
        return self.text[: limit - len(_CUT)] + _CUT


def may_tell_officers(told_at: datetime | None, now: datetime) -> bool:
    """Return whether officers have not been told anything for a day."""
    return told_at is None or now - told_at >= _EVERY


class NewToOfficers(NamedTuple):
    """Accounts that were claimed and newcomers nobody answered, by name, and what to do next.

    `waiting` is how many claims wait in all.
    """

    claims: Sequence[str] = ()
    waiting: int = 0
    newcomers: Sequence[str] = ()
    decide: str = ""
    answer: str = ""


def officers_words(new: NewToOfficers) -> str:
    """Return what is new for officers; nothing where nothing is."""
    claims, waiting, newcomers = new.claims, new.waiting, new.newcomers
    lines = []
    if claims:
        more = f" ({waiting} in all)" if waiting > len(claims) else ""
        lines.append(
            f"{plural(len(claims), 'new claim')} waiting{more}: {_names(claims)}. {new.decide}"
        )
    if newcomers:
        lines.append(
            f"{plural(len(newcomers), 'newcomer')} wrote and nobody answered: {_names(newcomers)}. "
            f"{new.answer}"
        )
    return "\n".join(lines)


def _names(names: Sequence[str]) -> str:
    return first_few([escaped(each) for each in names], _NAMED)


def doubt_words(clan_name: str, doubt: str, status: str) -> str:
    """Return what is told of a roster that was not believed; `status` is a command."""
    return (
        f"Wise Old Man's roster of {clan_name} was not believed and nothing was changed: {doubt}. "
        "Please look at the group on wiseoldman.net; each poll looks at it anew. If it is right, "
        f"leadership takes it over in `{status}`."
    )

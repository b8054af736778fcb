"""What went wrong, in words for the people who asked: what happened, then what to do next.

Only kinds of errors are told, never what stands in them; whoever runs the bot finds that in the
log.
"""

from bot.services.chat import UnknownZone
from bot.services.game.group_facts import TooManyMembers
from bot.services.game.poll import NoGroup, PollUnderWay
from bot.services.setup import Clan
from storage.errors import (
    DatabaseDamaged,
    DatabaseLocked,
    DatabaseUnopenable,
    ServerUnusable,
    StorageError,
    WriteConflict,
    is_full,
)
from wom.errors import (
    InvalidId,
    InvalidName,
    PlayerTooSoon,
    WomBadKey,
    WomBlocked,
    WomBroken,
    WomBusy,
    WomError,
    WomMoved,
    WomNotFound,
    WomTooLarge,
    WomUnreachable,
    WomWrongCode,
)

AGAIN = "nothing to do: it is tried again with its next turn"
"""What is said in place of "try again" where nobody waits for an answer."""

_LATER = "Nothing was changed; try again in a few minutes."
_FULL = "The disk is full, so nothing was changed. Whoever runs the bot has to make room."
_TOO_MANY = (
    "The group has more members than this bot takes for one clan. "
    "Whoever runs it raises MAX_MEMBERS in .env and starts it anew."
)
_WORDS: tuple[tuple[type[Exception], str], ...] = (
    (NoGroup, "There is no Wise Old Man group yet: Manage Server joins one by `/clanstats setup`."),
    (
        PollUnderWay,
        f"The clan is being read from Wise Old Man already, and that takes long. {_LATER}",
    ),
    (TooManyMembers, _TOO_MANY),
    (UnknownZone, "No time zone has that name. Write it like `Europe/London` or `UTC`."),
    (WomUnreachable, f"Wise Old Man cannot be reached at the moment. {_LATER}"),
    (
        PlayerTooSoon,
        "Wise Old Man looked at this account less than a minute ago. Try again in a minute.",
    ),
    (WomBusy, f"Wise Old Man asks us to slow down. {_LATER}"),
    (WomBlocked, "Wise Old Man has blocked this bot's address for a day. Try again tomorrow."),
    (
        WomMoved,
        "Something else answers for Wise Old Man. Whoever runs the bot asks `clanstats doctor`.",
    ),
    (WomTooLarge, f"Wise Old Man's answer is larger than any clan's can be. {_LATER}"),
    (WomBroken, f"Wise Old Man is in trouble and gave no usable answer. {_LATER}"),
    (WomNotFound, "Wise Old Man does not know that group. Choose it again in `/clanstats setup`."),
    (WomBadKey, "Wise Old Man does not know the API key. Whoever runs the bot has to correct it."),
    (
        WomWrongCode,
        "The group's verification code is wrong. Whoever runs the bot has to correct it.",
    ),
    (InvalidId, "No group of Wise Old Man has such a number. Look at the group's address again."),
    (InvalidName, "Nobody on Wise Old Man can be called that. Look at how the name is written."),
    (WomError, "Wise Old Man refused this. Nothing was changed; check what you asked for."),
    (DatabaseLocked, "The database is busy with something long. Try again in a minute."),
    (
        WriteConflict,
        "Somebody else changed the same at the same moment, so nothing was changed. Try again.",
    ),
    (
        ServerUnusable,
        "The database cannot be reached. Whoever runs the bot finds out why by `clanstats doctor`.",
    ),
    (
        DatabaseUnopenable,
        "The database cannot be written. Whoever runs the bot finds out why by `clanstats doctor`.",
    ),
    (
        DatabaseDamaged,
        "The database is damaged. Whoever runs the bot puts it right by `clanstats restore`.",
    ),
    (
        StorageError,
        "The database cannot be used. Whoever runs the bot finds the reason in the log.",
    ),
)
"""The narrowest kind first."""


def fault_words(error: BaseException) -> str | None:
    """Return an error of ours in words, or None for one that nobody expected."""
    if is_full(error):
        return _FULL
    return next((words for kind, words in _WORDS if isinstance(error, kind)), None)


def fault_parts(error: BaseException) -> tuple[str, str] | None:
    """Return what happened, and what to do where nobody waits for it; None for the unexpected."""
    words = fault_words(error)
    if words is None:
        return None
    what, _, step = words.partition(". ")
    is_passing = step in {"", _LATER} or step.startswith("Try again")
    return what.removesuffix("."), AGAIN if is_passing else step.removesuffix(".")


def unready(clan: Clan) -> str | None:
    """Return what a clan lacks before it has numbers, or None when it has them."""
    if clan.wom_group_id is None:
        return fault_words(NoGroup(clan.name))
    if clan.polled_at is None:
        return (
            "Wise Old Man was not read for this clan yet: that happens within the hour. "
            "`/clanstats status` says how it went."
        )
    return None

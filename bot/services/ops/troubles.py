"""What is wrong with a clan, its channels and the disk, each with what to do about it."""

from collections import Counter
from collections.abc import Sequence
from datetime import datetime

from bot.clan.diagnosis import Finding, Severity, warning
from bot.clan.membership import unsynced_since
from bot.clan.rank_table import rank_table
from bot.clan.watching import ROOM_TO_LIVE, disk_warning
from bot.clan.wording import ago, first_few, plural
from bot.services.chat import NO_ACCESS, NO_WORDS
from bot.services.game import AGAIN
from bot.services.ops.disk_use import DiskUse
from bot.services.setup import WORDS_REMEDY, ranks_finding
from bot.services.view import ClanView
from storage.runs import Run

_NAMED = 5
_MISSING = ("is missing", "are missing")
"""How a reason ends that somebody on the server can do something about."""
_LET_IN_OR_LEAVE_OUT = (
    "give the bot View Channel and Read Message History there, or leave it out in /clanstats setup"
)
_AGAIN = "nothing to do: the bot tries again, at least once an hour"

NameAndReason = tuple[str, str]
"""A channel by its name, which others may have as well, and what keeps the bot from reading it."""


def rank_troubles(view: ClanView) -> list[Finding]:
    """Return that the ranks in the game give no rights before somebody confirmed them."""
    held = Counter(place.role for place in view.people.places)
    finding = ranks_finding(view.clan, rank_table(held, view.clan.permissions))
    if finding.severity is Severity.OK:
        return []
    return [finding._replace(words=f"ranks in the game: {finding.words}")]


def list_troubles(view: ClanView, changed_at: datetime | None) -> list[Finding]:
    """Return that nobody seems to look after the clan's list on Wise Old Man."""
    clan, members = view.clan, len(view.people.places)
    if clan.polled_at is None:
        return []
    since = unsynced_since(members, changed_at, clan.created_at, clan.polled_at)
    if since is None:
        return []
    words = (
        f"nobody joined, left or changed rank on Wise Old Man for {ago(since, clan.polled_at)}: "
        "who left the clan in the game may still be on its list"
    )
    return [warning("group", words, "sync the group by the Wise Old Man plugin of RuneLite")]


def full_troubles(channels: int, most: int) -> list[Finding]:
    """Return that a clan has as many channels and threads as whoever runs the bot lets it have."""
    if channels < most:
        return []
    words = (
        f"{plural(channels, 'channel')} and threads are known, as many as this bot keeps for one "
        "clan: messages in new ones are not counted"
    )
    return [warning("chat", words, "ask whoever runs the bot to raise MAX_CHANNELS")]


def odd_troubles(view: ClanView, run: Run | None) -> list[Finding]:
    """Return of whom Wise Old Man said what cannot be; who opted out is not named."""
    odd = {} if run is None else run.detail.get("odd", {})
    names = {each.player_id: each.name for each in view.people.places}
    return [
        warning("poll", f"{names[who]} on Wise Old Man: {why}", f"look there; {AGAIN}")
        for who, why in ((int(key), why) for key, why in odd.items())
        if who in names and who not in view.people.hidden
    ]


def integrity_troubles(run: Run | None) -> list[Finding]:
    """Return what the weekly look at the database found, each with what to do about it."""
    found = [] if run is None else run.detail.get("found", [])
    return [
        warning("check", f"in the database, {about}: {words}", step) for about, words, step in found
    ]


def hidden_troubles(channels: Sequence[NameAndReason]) -> list[Finding]:
    """Return what it costs that members write where the bot never could read."""
    if not channels:
        return []
    return [
        warning(
            "channels",
            f"members write in {_channels(channels)}, which the bot cannot read: "
            "who can write there is never called silent",
            _LET_IN_OR_LEAVE_OUT,
        )
    ]


def lost_troubles(channels: Sequence[NameAndReason]) -> list[Finding]:
    """Return what it costs that channels cannot be read any more."""
    if not channels:
        return []
    return [
        warning(
            "channels",
            f"{_channels(channels)} can't be read any more: who wrote there is never called silent",
            _LET_IN_OR_LEAVE_OUT,
        )
    ]


def _channels(channels: Sequence[NameAndReason]) -> str:
    """Return channels by name, each with what it lacks where that is known exactly."""
    return first_few([f"#{name}{_lacks(why)}" for name, why in sorted(channels)], _NAMED)


def _lacks(reason: str) -> str:
    return f" ({reason})" if reason.endswith(_MISSING) and reason != NO_ACCESS else ""


def gap_troubles(channels: Sequence[NameAndReason]) -> list[Finding]:
    """Return which channels are seen but have history that is not read, and what each lacks."""
    found = [
        warning(
            "channels",
            f"#{name} is not read to the end: {reason}",
            _remedy(reason),
        )
        for name, reason in sorted(channels)[:_NAMED]
    ]
    more = len(channels) - _NAMED
    if more > 0:
        found.append(
            warning("channels", f"{plural(more, 'more channel')} not read to the end", _AGAIN)
        )
    return found


def disk_troubles(disk: DiskUse) -> list[Finding]:
    """Return that the database's disk is nearly full, before anything fails for it."""
    size, free = disk.database_bytes, disk.free_bytes
    if size is None or free is None:
        return []
    return [] if free >= size + ROOM_TO_LIVE else [disk_warning(size, free)]


def _remedy(reason: str) -> str:
    """Return what to do about a channel that is not read to the end."""
    if reason.endswith(_MISSING):
        return _give(reason)
    return f"{WORDS_REMEDY}; what was missed is read then" if NO_WORDS in reason else _AGAIN


def _give(reason: str) -> str:
    what = "View Channel and Read Message History" if NO_ACCESS in reason else "that"
    return f"give the bot {what} there; it is read at once"

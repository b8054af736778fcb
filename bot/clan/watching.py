"""When the watchdog speaks: what is wrong with a bot that nobody looks at, told once each.

It judges by what the bot left behind, so a bot that hangs or is gone cannot hide it. What is
dated later than now tells nothing: it was written by a clock that ran ahead.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import NamedTuple

from bot.clan.diagnosis import Finding, fault, warning
from bot.clan.names import escaped
from bot.clan.spans import HOUR
from bot.clan.wording import ago, first_few, lasting, plural

USUAL_WRITING = 26 * HOUR
"""A bot that is well writes at least its daily backup into the database."""

ROOM_TO_LIVE = 50_000_000
"""Free bytes that there have to be, beside those that a backup takes."""

_SPARE = 1.2
"""Times the room needed, from which on a disk that was too full is well again."""
_MEGABYTE = 1_000_000
_NAMED = 3
_LONGEST_POST = 2000

DATABASE, SILENT, DISCORD, POLLS, DISK = "database", "bot", "discord", "poll", "disk"


class FailingPolls(NamedTuple):
    """Polls of a clan that failed since the last one that did not: since when, how many, why."""

    clan: str
    since: datetime
    times: int
    words: str


@dataclass(frozen=True, slots=True)
class LifeSigns:
    """What a bot left behind; None is unknown.

    `listened_at` is when it last was on Discord, `written_at` when it last wrote its database.
    """

    listened_at: datetime | None = None
    written_at: datetime | None = None
    failing: tuple[FailingPolls, ...] = ()
    free_bytes: int | None = None
    database_bytes: int = 0
    unreadable: str | None = None


def troubles(
    signs: LifeSigns, after: timedelta, now: datetime, told: frozenset[str] = frozenset()
) -> tuple[Finding, ...]:
    """Return what is wrong: silence and failures that last for `after`, a file or disk at once.

    `told` are the troubles that were told: a disk that was too full needs some more room.
    """
    found = [_database(signs), _silence(signs, after, now), _polls(signs, after, now)]
    return tuple(each for each in (*found, _disk(signs, DISK in told)) if each is not None)


def _database(signs: LifeSigns) -> Finding | None:
    if signs.unreadable is None:
        return None
    step = "`clanstats doctor` says what to do, on the computer of the bot"
    return fault(DATABASE, f"the database {signs.unreadable}", step)


def _silence(signs: LifeSigns, after: timedelta, now: datetime) -> Finding | None:
    listened_at = _past(signs.listened_at, now)
    seen = [at for at in (listened_at, _past(signs.written_at, now)) if at is not None]
    # Who was never on a server is heard of by its backups alone.
    patience = max(after, USUAL_WRITING) if listened_at is None else after
    if not seen or (listened_at is not None and now - listened_at <= after):
        return None
    if now - max(seen) > patience:
        words = f"there has been no sign of life from the bot since {_when(max(seen))}"
        return fault(SILENT, words, "see if `clanstats run` is running, and start it again")
    if listened_at is None:
        return None
    words = f"the bot works, but has not been on Discord since {_when(listened_at)}"
    return fault(DISCORD, words, "see the log, or start it again")


def _polls(signs: LifeSigns, after: timedelta, now: datetime) -> Finding | None:
    late = [each for each in signs.failing if now - each.since > after]
    if not late:
        return None
    since = min(each.since for each in late)
    clans = first_few([escaped(each.clan) for each in late], _NAMED)
    words = f"Wise Old Man has not been readable for {clans} since {_when(since)}"
    why = next((f": {each.words}" for each in late if each.words), "")
    times = plural(sum(each.times for each in late), "try", "tries")
    return warning(POLLS, f"{words}, in {times}{why}", "officers see more in the bot's status")


def _disk(signs: LifeSigns, was_full: bool) -> Finding | None:  # noqa: FBT001 - asked of one alone
    needed = signs.database_bytes + ROOM_TO_LIVE
    if signs.free_bytes is None or signs.free_bytes >= needed * (_SPARE if was_full else 1):
        return None
    return disk_warning(signs.database_bytes, signs.free_bytes)


def disk_warning(database_bytes: int, free_bytes: int) -> Finding:
    """Return that the database's disk is nearly full, with what to do about it."""
    return warning(
        DISK,
        f"only {free_bytes / _MEGABYTE:.0f} MB are free on the disk of the database, "
        f"which takes {database_bytes / _MEGABYTE:.0f} MB itself",
        "make room there: soon nothing can be written, and no backup made",
    )


def _past(at: datetime | None, now: datetime) -> datetime | None:
    return None if at is None or at > now else at


def _when(at: datetime) -> str:
    return f"<t:{int(at.timestamp())}:f>"


@dataclass(frozen=True, slots=True)
class Memory:
    """What the watchdog told and was not well since, from when on, and when it last looked."""

    told: frozenset[str] = frozenset()
    told_at: datetime | None = None
    looked_at: datetime | None = None


class WatchAnswer(NamedTuple):
    """What to post, None for nothing, and what to remember once it was posted."""

    post: str | None
    memory: Memory


def answer(found: Iterable[Finding], before: Memory, now: datetime) -> WatchAnswer:
    """Return what a look comes to: each trouble is told once, and once that all is well again."""
    found = tuple(found)
    # A bot that comes back writes at once, and is on Discord once it has read what it missed.
    known = before.told | ({DISCORD} if SILENT in before.told else frozenset())
    new = [each for each in found if each.about not in known]
    if new:
        told = before.told | {each.about for each in new}
        return WatchAnswer(_post(new), Memory(told, before.told_at or now, now))
    if before.told and not found:
        told_at = _past(before.told_at, now)
        lasted = "" if told_at is None else f", after {lasting(now - told_at)}"
        return WatchAnswer(f"**ClanStats is well again**{lasted}.", Memory(looked_at=now))
    return WatchAnswer(None, Memory(before.told, before.told_at, now))


def _post(new: Iterable[Finding]) -> str:
    lines = [f"- {sentences(each)}" for each in new]
    return "\n".join(["**ClanStats needs a look**", *lines])[:_LONGEST_POST]


def sentences(finding: Finding) -> str:
    """Return what is wrong and what to do, in sentences; instants are as Discord draws them."""
    said = (finding.words, finding.next_step)
    return " ".join(f"{words[:1].upper()}{words[1:]}." for words in said)


def all_well(signs: LifeSigns, now: datetime) -> str:
    """Return the line that says so, and by what."""
    seen = {"on Discord": signs.listened_at, "database written": signs.written_at}
    known = [f"{what} {ago(at, now)} ago" for what, at in seen.items() if _past(at, now)]
    return f"All is well: {', '.join(known)}." if known else "All is well, as far as is known."

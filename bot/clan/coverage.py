"""How much of a clan is known: who is linked, whose the messages are, and what would raise it most.

Members without Discord cannot be linked: they lower nothing.
"""

from collections.abc import Iterable
from dataclasses import dataclass

from bot.clan.standings import Link, MessageCounts, Roster
from bot.clan.wording import plural, share

_NOTHING_HEARD = MessageCounts()


@dataclass(frozen=True, slots=True)
class Linked:
    """How the members are known, how many in each way, and what waits for officers.

    `claims` are words of people that make nobody known before an officer looked.
    `heard` are the messages of the period; `sure_pairs` is None where nobody looked for them.
    """

    confirmed: int = 0
    claims: int = 0
    by_name: int = 0
    unlinked: int = 0
    without_discord: int = 0
    conflicts: int = 0
    sure_pairs: int | None = None
    heard: MessageCounts = _NOTHING_HEARD

    @property
    def known(self) -> int:
        """Return how many members are linked, in whatever way."""
        return self.confirmed + self.by_name

    @property
    def reachable(self) -> int:
        """Return how many members could be linked."""
        return self.known + self.unlinked


def linked(
    roster: Roster, heard: MessageCounts = _NOTHING_HEARD, sure_pairs: int | None = None
) -> Linked:
    """Return how the members of a roster are known."""
    links = [member.link for member in roster.members]
    without = sum(member.has_no_discord and member.link is Link.NONE for member in roster.members)
    return Linked(
        confirmed=links.count(Link.CONFIRMED),
        claims=roster.claims,
        by_name=links.count(Link.NAME),
        unlinked=links.count(Link.NONE) - without,
        without_discord=without,
        conflicts=roster.conflicts,
        sure_pairs=sure_pairs,
        heard=heard,
    )


def link_words(found: Linked) -> str:
    """Return how many members are linked, and how many of them for sure."""
    if not found.reachable + found.without_discord:
        return "no members known"
    said = f"{share(found.known, found.reachable)} of members linked"
    if found.confirmed < found.known:
        said += f" ({share(found.confirmed, found.reachable)} confirmed)"
    return said


def message_words(found: Linked) -> Iterable[str]:
    """Yield how many messages are by people we know, unless all are."""
    heard = found.heard
    if heard.attributed < heard.messages:
        yield f"{share(heard.attributed, heard.messages)} of messages by known members"


def full_words(found: Linked) -> tuple[str, ...]:
    """Return everything about the coverage: of members, and of messages by where they were said."""
    heard = found.heard
    ways = (
        (found.confirmed, "confirmed"),
        (found.by_name, "by name"),
        (found.unlinked, "not linked"),
        (found.without_discord, "without Discord"),
    )
    sides = (
        (heard.discord, heard.discord_attributed, "on Discord"),
        (heard.bridge, heard.bridge_attributed, "in the clan chat"),
    )
    told = [f"{count:,} {way}" for count, way in ways if count]
    waiting = [f"{plural(found.claims, 'claim')} waiting"] if found.claims else []
    apart = [f"{share(ours, every)} {side}" for every, ours, side in sides if every]
    return (
        *([f"{link_words(found)}: {', '.join(told + waiting)}"] if told else []),
        *([f"Messages by known members: {', '.join(apart)}"] if apart else []),
    )


def next_step(found: Linked) -> str | None:
    """Return what officers can do to raise the coverage most, or None when all is done."""
    steps = (
        (found.sure_pairs or 0, f"confirm {plural(found.sure_pairs or 0, 'sure pair')}"),
        (found.claims, f"decide on {plural(found.claims, 'claim')}"),
        (found.by_name, f"confirm {plural(found.by_name, 'member')} known by name"),
        (found.unlinked, f"link {plural(found.unlinked, 'member')}"),
        (found.conflicts, f"settle {plural(found.conflicts, 'conflict')}"),
    )
    most = max(count for count, _ in steps)
    return next(words for count, words in steps if count == most) if most else None

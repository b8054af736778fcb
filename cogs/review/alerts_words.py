"""People to check in with, as officers read it: why, and never as blame.

Each person is told once, under what is gravest; what else is known of them stands in small print.
"""

from collections.abc import Iterable, Sequence

from bot.clan.alert_groups import AlertGroup, PersonAlert
from bot.clan.labels import ALERTS
from bot.clan.policy import AlertKind
from bot.clan.wording import plural
from cogs._deciding_filters import Part, Parts, parts_of, rank_part
from cogs._deciding_words import one_line, rank, who
from cogs._replies import small

_DOT = " \N{MIDDLE DOT} "
_MOST_SHOWN = 3
_ROOM = 3_000


_WHY = {
    AlertKind.UNANSWERED: "They wrote and nobody answered. A first hello decides who stays.",
    AlertKind.SLUMP: "Ask if they are all right. `/clanstats away` sets a leave.",
    AlertKind.CHURN: "They used to write a lot and have stopped. Ask how they are.",
    AlertKind.SILENT_RECRUIT: "New and quiet in chat. Say hi or invite them.",
    AlertKind.FADING: "They played a lot this month, but hardly this week. Ask how it goes.",
    AlertKind.DRIFT: "Less active than they usually are. Say hello.",
    AlertKind.GRINDER: "Lots of XP, few messages. Congratulate them on something.",
    AlertKind.BOSSER: "Lots of kills, little XP. Invite them to a mass or a raid.",
    AlertKind.CRIER: "They keep the chat alive and hardly play. Thank them or invite them.",
}
"""Why a kind is worth knowing, and what to do about it."""


def overview_lines(found: Sequence[AlertGroup]) -> list[str]:
    """Return of each kind its first few people, as many as fit into one message."""
    for shown in range(_MOST_SHOWN, 0, -1):
        blocks = [_block(each, shown) for each in found]
        if sum(map(len, blocks)) <= _ROOM:
            return blocks
    return [_heading(each.kind, len(each.people)) for each in found]


def alerts_on(groups: Iterable[AlertGroup]) -> Parts[PersonAlert]:
    """Return everybody, the gravest first, with the parts by kind and by rank."""
    return parts_of(
        [each for group in groups for each in group.people],
        lambda each: [Part(f"kind.{each.kind}", ALERTS[each.kind].title)],
        lambda each: [rank_part(each.profile.main.role)],
    )


def part_lines(rows: Sequence[PersonAlert], shown: Sequence[PersonAlert]) -> list[str]:
    """Return those who are shown of a part of the list, by kind, with whom to write to.

    Beside each kind stands how many of the whole part it is about.
    """
    blocks = []
    for kind in dict.fromkeys(each.kind for each in shown):
        lines = [_line(each, with_handle=True) for each in shown if each.kind is kind]
        count = sum(each.kind is kind for each in rows)
        blocks.append("\n".join([_heading(kind, count), *lines]))
    return blocks


def details_lines(alert: PersonAlert) -> list[str]:
    """Return all that is known of one person, the gravest first."""
    profile = alert.profile
    told = ((alert.kind, alert.words), *((each.kind, each.words) for each in alert.others))
    return [
        f"## {who(profile.main.name, profile.user_id)}",
        small(rank(profile.main.role)),
        *(f"**{ALERTS[kind].title}**  {words}\n{small(_WHY[kind])}" for kind, words in told),
    ]


def names_of(found: Sequence[PersonAlert]) -> list[str]:
    """Return everybody's main account as it is called in the game."""
    return [one_line(each.profile.main.name) for each in found]


def summary(found: Sequence[AlertGroup]) -> str:
    """Return how many people there are."""
    people = plural(sum(len(each.people) for each in found), "person", "people")
    return f"{people}, each listed once"


def _heading(kind: AlertKind, count: int) -> str:
    """Return what a kind is called, how many people it is about, and why it is worth knowing."""
    return f"**{ALERTS[kind].title}**  {count}\n{small(_WHY[kind])}"


def _block(found: AlertGroup, shown: int) -> str:
    rest = len(found.people) - shown
    more = [small(f"and {rest} more")] if rest > 0 else []
    lines = [_line(each) for each in found.people[:shown]]
    return "\n".join([_heading(found.kind, len(found.people)), *lines, *more])


def _line(alert: PersonAlert, *, with_handle: bool = False) -> str:
    profile = alert.profile
    name = who(profile.main.name, profile.user_id if with_handle else None)
    line = f"{name}  {alert.words}"
    if not alert.others:
        return line
    return (
        f"{line}\n{small(f'also {_DOT.join(ALERTS[each.kind].beside for each in alert.others)}')}"
    )

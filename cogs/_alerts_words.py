"""People to check in with, as officers read it: why, and never as blame.

Each person is told once, under what is gravest; what else is known of them stands in small print.
"""

from collections.abc import Sequence

from bot.clan.alert_groups import AlertGroup, PersonAlert
from bot.clan.labels import ALERTS
from bot.clan.names import escaped
from bot.clan.policy import AlertKind
from bot.clan.wording import plural
from cogs._deciding_words import one_line
from cogs._replies import small

_DOT = " \N{MIDDLE DOT} "
_MOST_SHOWN = 3
_ROOM = 3_000
_NAME_SHOWN = 60


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
    return [kind_heading(each) for each in found]


def kind_lines(found: AlertGroup) -> list[str]:
    """Return everybody of one kind, with whom to write to and what else is known of them."""
    return [_line(each, told_fully=True) for each in found.people]


def kind_heading(found: AlertGroup) -> str:
    """Return what a kind is called, how many people it is about, and why it is worth knowing."""
    return f"**{ALERTS[found.kind].title}**  {len(found.people)}\n{small(_WHY[found.kind])}"


def names_of(found: Sequence[AlertGroup]) -> list[str]:
    """Return everybody's main account as it is called in the game."""
    return [one_line(each.profile.main.name) for kind in found for each in kind.people]


def summary(found: Sequence[AlertGroup]) -> str:
    """Return how many people there are."""
    people = plural(sum(len(each.people) for each in found), "person", "people")
    return f"{people}, each listed once"


def _block(found: AlertGroup, shown: int) -> str:
    rest = len(found.people) - shown
    more = [small(f"and {rest} more")] if rest > 0 else []
    lines = [_line(each, told_fully=False) for each in found.people[:shown]]
    return "\n".join([kind_heading(found), *lines, *more])


def _line(alert: PersonAlert, *, told_fully: bool) -> str:
    profile = alert.profile
    name = f"**{escaped(profile.main.name[:_NAME_SHOWN])}**"
    whom = f" <@{profile.user_id}>" if told_fully and profile.user_id is not None else ""
    line = f"{name}{whom}  {alert.words}"
    if not alert.others:
        return line
    others = (each.words if told_fully else ALERTS[each.kind].beside for each in alert.others)
    return f"{line}\n{small(f'also {_DOT.join(others)}')}"

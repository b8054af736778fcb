"""What a clan still lacks before the bot can do all it can: one line for each thing to set up.

Values in, values out; whoever shows it asks Discord for the facts.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from enum import StrEnum
from typing import NamedTuple

from bot.clan.wording import plural
from bot.services.setup.clans import Clan

_NAMED = 5


class Mark(StrEnum):
    """How far a thing is set up."""

    DONE = "done"
    DOUBTFUL = "doubtful"
    MISSING = "missing"


class ChecklistLine(NamedTuple):
    """One thing of the checklist: how far it is, what is so, and what to do next, if anything."""

    mark: Mark
    says: str
    next_step: str = ""


@dataclass(frozen=True, slots=True)
class Facts:
    """What Discord knows about a server: channels by name, and what the bot may do there.

    `speaks` is whether the bot may post in the report channel; None when there is none.
    """

    channels: int
    left_out: Sequence[str]
    unreadable: Sequence[str]
    speaks: bool | None
    sees_words: bool
    bridges: Sequence[str] = ()


@dataclass(frozen=True, slots=True)
class Checklist:
    """Every line, in the order in which they are shown."""

    group: ChecklistLine
    zone: ChecklistLine
    roles: ChecklistLine
    channels: ChecklistLine
    bridge: ChecklistLine
    report_channel: ChecklistLine
    questions: ChecklistLine


def checklist(clan: Clan, facts: Facts) -> Checklist:
    """Return how far everything is set up."""
    return Checklist(
        group=_group(clan),
        zone=ChecklistLine(Mark.DONE, f"{clan.zone.key}: the clan's days begin at midnight there"),
        roles=_roles(clan),
        channels=_channels(facts),
        bridge=_bridge(facts),
        report_channel=_report_channel(facts),
        questions=_questions(facts),
    )


def _group(clan: Clan) -> ChecklistLine:
    if clan.wom_group_id is None:
        return ChecklistLine(
            Mark.MISSING, "none yet", "Choose it: without it nobody's gains are known."
        )
    if clan.polled_at is None:
        return ChecklistLine(Mark.DOUBTFUL, "not read yet", "Wait: it is read within the hour.")
    return ChecklistLine(Mark.DONE, "joined")


def _roles(clan: Clan) -> ChecklistLine:
    permissions = clan.permissions
    if permissions.discord_officers or permissions.discord_leadership:
        return ChecklistLine(Mark.DONE, "these roles may see reports and decide")
    return ChecklistLine(
        Mark.DOUBTFUL,
        "none yet: only people with Manage Server may use the officers' commands",
        "Choose the roles of your officers and of your leadership.",
    )


def _channels(facts: Facts) -> ChecklistLine:
    counted = facts.channels - len(facts.left_out) - len(facts.unreadable)
    says = f"{counted} of {plural(facts.channels, 'channel')} counted"
    if facts.left_out:
        says += f", not {_names(facts.left_out)}"
    if not facts.unreadable:
        return ChecklistLine(Mark.DONE if counted else Mark.MISSING, says)
    return ChecklistLine(
        Mark.DOUBTFUL,
        f"{says}; {_names(facts.unreadable)} cannot be read",
        "Give the bot View Channel and Read Message History there, or leave them out.",
    )


def _bridge(facts: Facts) -> ChecklistLine:
    """Return how the in-game clan chat is heard; many clans have no bridge, which is no fault."""
    if not facts.bridges:
        return ChecklistLine(Mark.DONE, "none: what is said in the game is not counted")
    lost = [name for name in facts.bridges if name in {*facts.left_out, *facts.unreadable}]
    if not facts.sees_words:
        return ChecklistLine(
            Mark.MISSING,
            f"{_names(facts.bridges)} cannot be read without its words",
            "Switch on Message Content Intent in Discord's developer portal and restart the bot.",
        )
    if lost:
        return ChecklistLine(
            Mark.DOUBTFUL,
            f"{_names(lost)} does not count, being left out or not readable",
            "Count it, or choose another channel.",
        )
    return ChecklistLine(
        Mark.DONE, f"{_names(facts.bridges)} counts for those who speak in the game"
    )


def _report_channel(facts: Facts) -> ChecklistLine:
    if facts.speaks is None:
        return ChecklistLine(
            Mark.DOUBTFUL, "none yet: the bot says nothing of its own accord", "Choose one."
        )
    if not facts.speaks:
        return ChecklistLine(
            Mark.MISSING,
            "the bot may not post there",
            "Give it View Channel and Send Messages there, or choose another.",
        )
    return ChecklistLine(Mark.DONE, "the bot posts its notices there")


def _questions(facts: Facts) -> ChecklistLine:
    if facts.sees_words:
        return ChecklistLine(Mark.DONE, "questions are told from other messages; no text is kept")
    return ChecklistLine(
        Mark.DOUBTFUL,
        "messages are counted, but questions cannot be told from them",
        "Switch on Message Content Intent in Discord's developer portal and restart the bot.",
    )


def _names(names: Sequence[str]) -> str:
    more = len(names) - _NAMED
    told = ", ".join(f"#{name}" for name in names[:_NAMED])
    return f"{told} and {more} more" if more > 0 else told

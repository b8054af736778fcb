"""What a clan still lacks before the bot can do all it can: one line for each thing to set up.

Values in, values out; whoever shows it asks Discord for the facts.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

from bot.clan.diagnosis import Finding, fault, warning, well
from bot.clan.posting import PostingChannel, PostingState, posting_finding
from bot.clan.rank_table import RankTable, table_words
from bot.clan.wording import first_few, plural
from bot.services.setup.clans import Clan

_NAMED = 5
_GROUP, _ZONE, _ROLES = "Wise Old Man group", "Time zone", "Officers and leadership"
_RANKS = "Ranks in the game"
_CHANNELS, _BRIDGE = "Counted channels", "Clan-chat bridge"
_QUESTIONS, _PRESENCE = "Questions", "Voice and reactions"


_KEPT = (
    "kept for each person and day: minutes in voice, and that they reacted or used a command; "
    "so nobody who is there without writing is called silent"
)
_PORTAL = "in Discord's developer portal, your application, Bot, and restart the bot"
WORDS_REMEDY = f"switch on Message Content Intent {_PORTAL}"
"""What gives the bot the words of messages."""

_NOT_KEPT = "nothing of it is kept: who only talks or reacts can be called silent"


@dataclass(frozen=True, slots=True)
class Facts:
    """What Discord knows about a server: channels by name, and what the bot may do there."""

    channels: int
    left_out: Sequence[str]
    unreadable: Sequence[str]
    sees_words: bool
    bridges: Sequence[str] = ()
    ranks: RankTable = ()
    posting: Mapping[PostingChannel, PostingState] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Checklist:
    """Every line, in the order in which they are shown."""

    group: Finding
    zone: Finding
    roles: Finding
    ranks: Finding
    channels: Finding
    bridge: Finding
    posting: tuple[Finding, ...]
    questions: Finding
    presence: Finding


def checklist(clan: Clan, facts: Facts) -> Checklist:
    """Return how far everything is set up."""
    return Checklist(
        group=_group(clan),
        zone=_zone(clan),
        roles=_roles(clan),
        ranks=ranks_finding(clan, facts.ranks),
        channels=_channels(facts),
        bridge=_bridge(facts),
        posting=tuple(
            posting_finding(each, facts.posting.get(each, PostingState()))
            for each in PostingChannel
        ),
        questions=_questions(facts),
        presence=well(_PRESENCE, _KEPT if clan.keeps_presence else _NOT_KEPT),
    )


def intent_findings(*, sees_words: bool, sees_members: bool) -> tuple[Finding, ...]:
    """Return what it costs that Discord does not grant an intent; nothing where all are granted."""
    found = []
    if not sees_words:
        words = "Discord does not tell the bot what is written: questions are not noticed"
        found.append(warning("intents", f"{words}, and bridges are not read", WORDS_REMEDY))
    if not sees_members:
        words = "Discord does not tell the bot who is on the server: people are seen only when they"
        found.append(
            warning(
                "intents",
                f"{words} write, and nobody is seen leaving",
                f"switch on Server Members Intent {_PORTAL}",
            )
        )
    return tuple(found)


def _group(clan: Clan) -> Finding:
    if clan.wom_group_id is None:
        return fault(_GROUP, "none yet", "Choose it: without it nobody's gains are known.")
    if clan.polled_at is None:
        return warning(_GROUP, "not read yet", "Wait: it is read within the hour.")
    return well(_GROUP, "joined")


def _zone(clan: Clan) -> Finding:
    if not clan.zone_chosen:
        return warning(
            _ZONE,
            f"nobody chose one yet: days begin at midnight in {clan.zone.key}",
            "Choose yours, so that days and hours in reports are the clan's.",
        )
    return well(_ZONE, f"{clan.zone.key}: the clan's days begin at midnight there")


def _roles(clan: Clan) -> Finding:
    permissions = clan.permissions
    if permissions.discord_officers or permissions.discord_leadership:
        return well(_ROLES, "these roles may see reports and decide")
    return warning(
        _ROLES,
        "none yet: only people with Manage Server may use the officers' commands",
        "Choose the roles of your officers and of your leadership.",
    )


def ranks_finding(clan: Clan, table: RankTable) -> Finding:
    """Return whether the ranks that are held in the game give rights, or wait to be confirmed."""
    if clan.wom_group_id is None:
        return well(_RANKS, "none yet: they come with the Wise Old Man group")
    told = table_words(table) or ["no rank makes officers or leadership."]
    if clan.ranks_confirmed_at is not None:
        words = "; ".join(each.removesuffix("?") for each in told)
        return well(_RANKS, f"they give rights. {words}")
    return warning(
        _RANKS,
        f"they give no rights yet. {' '.join(told)}",
        "Confirm them in /clanstats setup if that is so; leadership changes them in "
        "/clanstats settings. Until then only Discord roles and Manage Server give rights.",
    )


def _channels(facts: Facts) -> Finding:
    counted = facts.channels - len(facts.left_out) - len(facts.unreadable)
    says = f"{counted} of {plural(facts.channels, 'channel')} counted"
    if facts.left_out:
        says += f", not {_names(facts.left_out)}"
    if not facts.unreadable:
        return (well if counted else fault)(_CHANNELS, says)
    return warning(
        _CHANNELS,
        f"{says}; {_names(facts.unreadable)} cannot be read",
        "Give the bot View Channel and Read Message History there, or leave them out.",
    )


def _bridge(facts: Facts) -> Finding:
    """Return how the in-game clan chat is heard; many clans have no bridge, which is no fault."""
    if not facts.bridges:
        return well(_BRIDGE, "none: what is said in the game is not counted")
    lost = [name for name in facts.bridges if name in {*facts.left_out, *facts.unreadable}]
    if not facts.sees_words:
        return fault(
            _BRIDGE,
            f"{_names(facts.bridges)} cannot be read without its words",
            "Switch on Message Content Intent in Discord's developer portal and restart the bot.",
        )
    if lost:
        return warning(
            _BRIDGE,
            f"{_names(lost)} does not count, being left out or not readable",
            "Count it, or choose another channel.",
        )
    return well(_BRIDGE, f"{_names(facts.bridges)} counts for those who speak in the game")


def _questions(facts: Facts) -> Finding:
    if facts.sees_words:
        return well(_QUESTIONS, "questions are told from other messages; no text is kept")
    return warning(
        _QUESTIONS,
        "messages are counted, but questions cannot be told from them",
        "Switch on Message Content Intent in Discord's developer portal and restart the bot.",
    )


def _names(names: Sequence[str]) -> str:
    return first_few([f"#{name}" for name in names], _NAMED)

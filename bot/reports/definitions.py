"""What each word means: one sentence, printed beside the results that it is about."""

from collections.abc import Collection, Mapping
from datetime import datetime
from typing import Final
from zoneinfo import ZoneInfo

from bot.clan import evidence
from bot.clan.enforcement import Need
from bot.clan.evidence import Coverage
from bot.clan.labels import SIGNALS
from bot.clan.policy import MONTH_DAYS, Policy, Signal
from bot.clan.wording import exact, plural, role_words

Definitions = tuple[tuple[str, str], ...]
"""Words, each with its sentence."""

DEFINITIONS: Final[Definitions] = (
    ("Gain", "The value at the end of the span less the value at its start, never below zero."),
    (
        "Since",
        "Counted from that day: nobody looked near the start. Days before it are in no total.",
    ),
    (
        "Messages",
        "Counted once each, from people in the channels that are counted; bots never.",
    ),
    ("Active", "At least one message or any gain in the span."),
    (
        "Unknown",
        "A dash: not linked, not ranked, new, or not observed in the span. Never the same as 0.",
    ),
    (
        "Most active",
        "100 for each message, 1 for each boss kill and for each 100,000 XP, all over 7 days.",
    ),
)
"""The one sentence for each word that is printed beside the results."""

_HELP: Final[Mapping[Need, str]] = {
    Need.UPDATE: "an update on Wise Old Man",
    Need.LINK: "a link to a Discord user",
    Need.TIME: "more time",
}


def strip(coverage: Coverage, now: datetime, zone: ZoneInfo) -> tuple[str, ...]:
    """Return the words that stand under every answer and in every file."""
    return evidence.strip(coverage, now, zone, "in /clanstats links")


def help_words(needs: Collection[Need]) -> tuple[str, ...]:
    """Return what would make it possible to tell, always in the same order."""
    return tuple(words for need, words in _HELP.items() if need in needs)


def inactive_words(policy: Policy) -> Definitions:
    """Return what a policy calls inactive, and who is on the list without being called so."""
    rules = policy.enforcement
    limits = sorted(rules.limits.items())
    ranks = "".join(f", {role_words(role).lower()} {days}" for role, days in limits)
    sure = (
        f"In the clan for {plural(rules.min_tenure_days, 'day')}, and within the rank's limit "
        f"({plural(rules.window_days, 'day')}{ranks}) no message, voice, reaction or command, no "
        f"kill or other score, and under {exact(rules.least_xp)} XP. Over all accounts, with "
        "enough game and Discord data."
    )
    unsure = "Nothing was seen of them, and not well enough to tell: see what would help."
    apart = "Excluded: away, exempt, snoozed, or playing in another game mode."
    return (("Sure", sure), ("Needs evidence", unsure), ("Away or exempt", apart))


def promotion_words(policy: Policy) -> Definitions:
    """Return what a policy asks of somebody to be suggested for the next rank."""
    rules = policy.promotion
    signals = ", ".join(SIGNALS[each].name.lower() for each in Signal if each in rules.signals)
    seen, here = plural(rules.seen_days, "day"), plural(rules.tenure_days, "day")
    suggested = (
        f"At least one signal ({signals or 'none is on'}), in the clan for {here} (recruits "
        f"{rules.recruit_tenure_days}), there on {rules.alive_days} of the last {MONTH_DAYS} days, "
        f"seen within {seen}. At most {rules.first_percent}% of the clan or {rules.first_people}, "
        "who were there on the most days of 8 weeks."
    )
    also = "They qualify as well, and were there on fewer days. Nobody has to rise."
    near = f"They lack nothing that is further off than {rules.near_percent}% of what is asked."
    counted = (
        f"Messages up to {rules.hour_cap:,} an hour, and days on which somebody was there: "
        "how much anybody wrote at once buys nothing."
    )
    return (
        ("Suggested", suggested),
        ("Also qualify", also),
        ("Just under", near),
        ("Counted", counted),
    )

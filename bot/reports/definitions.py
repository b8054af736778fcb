"""What each word means: one sentence, printed beside the results that it is about."""

from collections.abc import Collection, Mapping
from typing import Final

from bot.clan.enforcement import Need
from bot.clan.labels import SIGNALS
from bot.clan.policy import MONTH_DAYS, Policy, Signal
from bot.clan.wording import exact, plural, role_words

Definitions = tuple[tuple[str, str], ...]
"""Words, each with its sentence."""

DEFINITIONS: Final[Definitions] = (
    ("Gain", "The value at the end of the period minus the value at its start, never below zero."),
    (
        "Since",
        "Counted from that day on: there is no snapshot near the start.",
    ),
    (
        "Messages",
        "Each counts once, from people in the counted channels. Bots do not count.",
    ),
    ("Active", "At least one message or any gain in the period."),
    (
        "Unknown",
        "A dash: not linked, not ranked, new, or not seen in the period. It is not 0.",
    ),
    (
        "Most active",
        "Percent of members who did no more: in messages and in XP, and the lower one counts.",
    ),
)
"""The one sentence for each word that is printed beside the results."""

_HELP: Final[Mapping[Need, str]] = {
    Need.UPDATE: "an update on Wise Old Man",
    Need.LINK: "a confirmed link to a Discord user",
    Need.TIME: "more time",
}


def help_words(needs: Collection[Need]) -> tuple[str, ...]:
    """Return what would make it possible to tell, always in the same order."""
    return tuple(words for need, words in _HELP.items() if need in needs)


def inactive_words(policy: Policy) -> Definitions:
    """Return what a policy calls inactive, and who is on the list without being called so."""
    rules = policy.enforcement
    limits = sorted(rules.limits.items())
    ranks = "".join(f", {role_words(role).lower()} {days}" for role, days in limits)
    tenure, limit = plural(rules.min_tenure_days, "day"), plural(rules.window_days, "day")
    sure = (
        f"In the clan for {tenure}, with enough game and Discord data. "
        f"On all accounts, in their rank's limit ({limit}{ranks}): "
        "no message, voice, reaction or command, no kill or other score that rose, and under "
        f"{exact(rules.least_xp)} XP."
    )
    unsure = "Not seen, and too little game or Discord data to be sure. See what would help."
    apart = "Excluded: away, exempt, to be asked again later, or playing in another game mode."
    return (("Sure", sure), ("Can't tell", unsure), ("Away or exempt", apart))


def promotion_words(policy: Policy) -> Definitions:
    """Return what a policy asks of somebody to be suggested for the next rank."""
    rules = policy.promotion
    signals = ", ".join(SIGNALS[each].name.lower() for each in Signal if each in rules.signals)
    seen, here = plural(rules.seen_days, "day"), plural(rules.tenure_days, "day")
    suggested = (
        f"At least one signal ({signals or 'none is on'}), in the clan for {here} (recruits "
        f"{rules.recruit_tenure_days}), seen on {rules.alive_days} of the last {MONTH_DAYS} days, "
        f"the last time within {seen}. At most {rules.first_percent}% of the clan or "
        f"{rules.first_people}: those seen on the most days of 8 weeks."
    )
    also = "They qualify too, but were seen on fewer days. Nobody has to be promoted."
    near = f"They reach at least {rules.near_percent}% of everything that is asked."
    counted = (
        f"At most {rules.hour_cap:,} messages an hour, and days on which somebody was seen. "
        "Writing a lot at once does not help."
    )
    return (
        ("Suggested", suggested),
        ("Also qualify", also),
        ("Just under", near),
        ("Counted", counted),
    )

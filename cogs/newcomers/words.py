"""The clan's newcomers in words: values to text, no Discord."""

from bot.clan.names import escaped
from bot.clan.newcomers import Cohort, FunnelStage, Newcomer, Reached, Welcomer
from bot.clan.wording import DASH, ago, plural, share
from bot.reports.style import day_words
from bot.services.publish import NewcomersAnswer
from cogs._replies import small, when

LEAST_POSTED = 3
"""Of fewer people everybody would know who was not answered."""

NOBODY = "Nobody joined in this time."

_DOT = " \N{MIDDLE DOT} "
_GLUE = "\N{NO-BREAK SPACE}"
"""Keeps a number with its word where a phone breaks the line."""
_STAGES = {
    FunnelStage.LINKED: "Linked",
    FunnelStage.WROTE: "First message",
    FunnelStage.ANSWERED: "First reply received",
    FunnelStage.BACK: "Back after 7 days",
    FunnelStage.STAYED: "Still here after 30 days",
}
_SHORT = {
    FunnelStage.LINKED: "linked",
    FunnelStage.WROTE: "wrote",
    FunnelStage.ANSWERED: "answered",
    FunnelStage.BACK: "back",
    FunnelStage.STAYED: f"still{_GLUE}here",
}


def total_lines(answer: NewcomersAnswer, least: int = 1) -> list[str]:
    """Return how far all newcomers got; of fewer than `least` only how many they are."""
    total = answer.figures.total
    if not total.joined:
        return [NOBODY, *_undated_line(answer)]
    lines = [f"**{plural(total.joined, 'newcomer')} joined**"]
    if total.joined >= least:
        lines += [f"{label}  {_share(total.stages[stage])}" for stage, label in _STAGES.items()]
    return lines + _unheard_line(total) + _undated_line(answer)


def _share(count: Reached) -> str:
    if not count.known:
        return f"**{DASH}**"
    return f"**{count.reached:,}** of {count.known:,} ({share(count.reached, count.known)})"


def _unheard_line(total: Cohort) -> list[str]:
    if not total.unheard:
        return []
    who = plural(total.unheard, "newcomer")
    why = "not linked, or here before the bot listened"
    return [small(f"{who} with unknown messages, in no number of them: {why}")]


def _undated_line(answer: NewcomersAnswer) -> list[str]:
    if not answer.undated:
        return []
    who = plural(answer.undated, "member")
    return [small(f"{who} left out: nobody knows when they joined")]


def week_lines(cohort: Cohort, least: int = 1) -> list[str]:
    """Return how far those got who joined in a week; of fewer than `least` how many joined."""
    parts = [f"{cohort.joined:,} joined"]
    parts += [f"{cohort.unheard:,} with unknown messages"] if cohort.unheard else []
    week = "" if cohort.week is None else day_words(cohort.week)
    head = f"**Week of {week}**  {_DOT.join(parts)}"
    if cohort.joined < least:
        return [head]
    return [head, _DOT.join(_count(stage, cohort) for stage in FunnelStage)]


def _count(stage: FunnelStage, cohort: Cohort) -> str:
    reached, known = cohort.stages[stage]
    if not known:
        # Behind a dash a phone breaks the line whatever follows: so it stands last.
        return f"{_SHORT[stage]}{_GLUE}{DASH}"
    of = f" of {known:,}" if known < cohort.joined else ""
    return f"{reached:,}{of} {_SHORT[stage]}".replace(" ", _GLUE)


def unanswered_line(newcomer: Newcomer, answer: NewcomersAnswer) -> str:
    """Return whom nobody answered: when they joined and first wrote, and whether they left."""
    parts = [f"joined {ago(newcomer.joined_at, answer.as_of)} ago"]
    parts += [] if newcomer.wrote_at is None else [f"first wrote {when(newcomer.wrote_at)}"]
    parts += [] if newcomer.is_here(answer.as_of) else ["left the clan"]
    return f"**{escaped(answer.names[newcomer.who])}**  {_DOT.join(parts)}"


def welcomer_line(welcomer: Welcomer, answer: NewcomersAnswer) -> str:
    """Return one line of the leaderboard of who welcomes.

    Discord would count a list of "1." onwards by itself, and people who share a place with it.
    """
    name = escaped(answer.welcomers[welcomer.who])
    return f"#{welcomer.place}  **{name}**  first to answer {plural(welcomer.welcomed, 'newcomer')}"

"""Two members side by side as text, and why two are not compared; no Discord."""

from collections.abc import Iterator

from bot.clan.comparing import Contest, Lead, NotComparable
from bot.clan.names import escaped
from bot.reports.comparisons import MemberComparison, best_words, number_words
from bot.services.publish import NotCompared

_DOT = " \N{MIDDLE DOT} "
_LONGEST = 100


def contest_line(contest: Contest) -> str:
    """Return both numbers, the higher one in bold."""
    first, second = number_words(contest)
    if contest.lead is Lead.FIRST:
        first = f"**{first}**"
    elif contest.lead is Lead.SECOND:
        second = f"**{second}**"
    equal = " (equal)" if contest.lead is Lead.EQUAL else ""
    return f"{contest.title}: {first} to {second}{equal}"


def lead_lines(told: MemberComparison) -> list[str]:
    """Return in sentences what each leads in."""
    return [*told.leads(lambda name: f"**{escaped(name)}**")]


def best_lines(told: MemberComparison) -> Iterator[str]:
    """Yield for each the skills and bosses in which they gained most."""
    for side in told.sides:
        skills = best_words(side.skills, "no skill rose")
        bosses = best_words(side.bosses, "no boss kill seen")
        yield f"**{escaped(side.name)}**  {skills}{_DOT}{bosses}"


def told_line(told: MemberComparison) -> str:
    """Return what is not known and why; nothing where all is known."""
    return _DOT.join(map(escaped, told.told))


def refused_words(refused: NotCompared) -> str:
    """Return why two members are not compared, and what to do."""
    name = f"**{escaped(refused.name[:_LONGEST])}**"
    return {
        NotComparable.UNKNOWN: (
            f"No member of the clan is called {name}, and none was.\n"
            "Begin to type and pick a name from the list."
        ),
        NotComparable.LEFT: (
            f"{name if refused.name else 'One of the two'} is not in the clan any more. "
            "Only present members can be compared."
        ),
        NotComparable.OPTED_OUT: "One of the two opted out and is shown to nobody else.",
        NotComparable.SAME: "That is the same member twice. Choose two different members.",
        NotComparable.SAME_PERSON: (
            "Those are two accounts of one person. Choose two different people."
        ),
        NotComparable.NO_OWN_ACCOUNT: (
            "I do not know which account is yours. Say it with `/link`, or set your nickname on "
            "this server to your RuneScape name; then try again."
        ),
        NotComparable.NO_ACCOUNT: (
            f"I do not know which account is {name}'s: no member of the clan is called so, or more "
            "than one could be meant.\n"
            "They can say it with `/link`. `/compare` finds players by their own names."
        ),
    }[refused.why]

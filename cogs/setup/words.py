"""Values of the setup to text, no Discord."""

from bot.clan.diagnosis import Finding, Severity
from bot.clan.names import escaped
from cogs._replies import small

MARKS = {
    Severity.OK: "\N{WHITE HEAVY CHECK MARK}",
    Severity.WARNING: "\N{WARNING SIGN}\N{VARIATION SELECTOR-16}",
    Severity.FAULT: "\N{CROSS MARK}",
}

GONE = (
    f"{MARKS[Severity.WARNING]} The channel that was chosen was deleted, or the bot cannot see it. "
    "Choose another."
)


def finding_line(line: Finding, says: str = "") -> str:
    """Return how it is with something, and what to do next below it."""
    told = f"{MARKS[line.severity]} **{line.about}**  {says or escaped(line.words)}"
    return f"{told}\n{small(escaped(line.next_step))}" if line.next_step else told

"""A run of a job and how it ended, and the job that every clan needs: one poll of it.

Whoever asked for a run, the timetable, a button or the command line, the same is recorded of it.
"""

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any

from bot.clan.looking import LookedAgain, StaleAccount
from bot.services.game import Looking, Poll, PollResult, fault_parts
from bot.services.review import Cases
from bot.services.setup import Clan

DONE, FAILED, REFUSED = "done", "failed", "refused"
STOPPED = "stopped"
"""The bot was told to end, or was killed, meanwhile: no trouble, and it is done again."""
OVERTAKEN = "overtaken"
"""Somebody else did the same or made it needless meanwhile: no trouble, and not done either."""
BELIEVE = (
    "look at the group on wiseoldman.net: each poll looks at it anew; if it is right as it is, "
    "leadership takes it over in /clanstats status, or whoever runs the bot by "
    "`clanstats poll --believe`"
)
"""What to do about a roster that is not believed."""
_REASONS_KEPT = 5


@dataclass(slots=True)
class Outcome:
    """How a run of a job ends; whoever runs it fills it in."""

    outcome: str = DONE
    detail: dict[str, Any] = field(default_factory=dict)


def failure(error: BaseException) -> dict[str, str]:
    """Return what is recorded of a failure: its kind, words of ours, and what to do about it.

    Never its own words, which may name whoever it was about: they stand in the log alone.
    """
    kind = {"error": type(error).__name__}
    parts = fault_parts(error)
    if parts is not None:
        return kind | {"words": parts[0], "step": parts[1]}
    words = error.strerror if isinstance(error, OSError) else None
    return kind if words is None else kind | {"words": words}


async def poll_clan(
    poll: Poll, cases: Cases, clan: Clan, outcome: Outcome, *, believe: bool = False
) -> PollResult:
    """Poll a clan, end the cases that it settled, and write into the outcome what came of it."""
    result = await poll.poll(clan, believe=believe)
    outcome.detail |= {
        "members": result.members,
        "updated": result.updated,
        "unchanged": result.unchanged,
        "failed": len(result.failed),
        "reasons": [f"{each.name}: {each.reason}" for each in result.failed[:_REASONS_KEPT]],
    }
    if odd := {str(each.player_id): each.reason for each in result.failed if each.is_odd}:
        outcome.detail["odd"] = dict(list(odd.items())[:_REASONS_KEPT])
    if result.unfilled is not None:
        outcome.detail["history"] = (fault_parts(result.unfilled) or ("",))[0]
    if result.held:
        outcome.detail["held"] = [f"{pair.gone.name} -> {pair.came.name}" for pair in result.held]
    if result.overtaken is not None:
        outcome.outcome = OVERTAKEN
        outcome.detail["words"] = result.overtaken
    elif result.doubt is not None:
        outcome.outcome = REFUSED
        outcome.detail |= {"doubt": result.doubt, "step": BELIEVE}
    elif ended := await cases.after_poll(clan):
        outcome.detail["cases_ended"] = len(ended)
    return result


async def look_again(
    looking: Looking, cases: Cases, clan: Clan, accounts: Sequence[StaleAccount]
) -> LookedAgain:
    """Have accounts looked at now; a waiting case is over when they are back, as after a poll."""
    looked = await looking.look(clan, accounts)
    if looked.rose:
        await cases.after_poll(clan)
    return looked

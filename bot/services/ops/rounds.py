"""One poll of one clan, and what is recorded of it, whoever asked for it."""

from bot.services.game import Poll, PollResult
from bot.services.ops.upkeep import OVERTAKEN, REFUSED, Outcome
from bot.services.review import Cases
from bot.services.setup import Clan

_REASONS_KEPT = 5


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
    if result.held:
        outcome.detail["held"] = [f"{pair.gone.name} -> {pair.came.name}" for pair in result.held]
    if result.overtaken is not None:
        outcome.outcome = OVERTAKEN
        outcome.detail["words"] = result.overtaken
    elif result.doubt is not None:
        outcome.outcome = REFUSED
        outcome.detail["doubt"] = result.doubt
    elif ended := await cases.after_poll(clan):
        outcome.detail["cases_ended"] = len(ended)
    return result

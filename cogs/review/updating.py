"""The button that asks Wise Old Man to look again at those of whom nothing can be told."""

from bot.clan.names import escaped
from bot.clan.wording import first_few, plural
from bot.services.game import Requested
from bot.services.review import InactivityReview
from bot.wiring import Services
from cogs._deciding_lists import names_to_update
from cogs._permissions import Interaction, clan_of
from cogs._replies import small, tell

_NAMED = 8
_NOBODY = "Nobody on this list would be helped by an update."
_UNDER_WAY = "An update was requested a moment ago and is under way: wait for its answer."
_THEN = "What it finds arrives with the next poll, within the hour."


async def request_update(
    services: Services, interaction: Interaction, review: InactivityReview
) -> None:
    """Have Wise Old Man look at whoever lacks an update, and say what came of it."""
    names = names_to_update(review)
    if not names:
        await tell(interaction, _NOBODY)
        return
    asked = await services.refreshing.request(clan_of(interaction), names)
    await tell(interaction, _UNDER_WAY if asked is None else requested_words(asked))


def requested_words(asked: Requested) -> str:
    """Return how many were looked at or queued, who failed and why, and what comes next."""
    if asked.queued is not None:
        if not asked.queued:
            return "Wise Old Man looked at everybody within the last day: nobody was queued."
        told = f"Wise Old Man queued {plural(asked.queued, 'member')} of the group for an update."
        return f"{told} {_THEN}"
    lines = [f"Wise Old Man looked at {plural(len(asked.done), 'account')}. {_THEN}"]
    if not asked.done:
        lines = ["Wise Old Man looked at nobody."]
    lines += _failures(asked)
    if asked.stopped is not None:
        lines.append(f"{asked.stopped} Not asked for: {plural(asked.left, 'account')}.")
    elif asked.left:
        left = plural(asked.left, "further account")
        lines.append(f"{left}: press again in a minute, Wise Old Man takes only so many at once.")
    return "\n".join(lines)


def _failures(asked: Requested) -> list[str]:
    by_reason: dict[str, list[str]] = {}
    for name, why in asked.failed:
        by_reason.setdefault(why, []).append(name)
    return [
        small(f"{first_few([escaped(name) for name in names], _NAMED)}: {why}")
        for why, names in by_reason.items()
    ]

"""How a clan is doing as a community: shares of people, unknown where nobody can tell."""

from collections.abc import Iterable, Mapping, Sequence
from typing import NamedTuple

from bot.clan.newcomers import Reached
from bot.clan.spans import Period
from bot.clan.standings import Chat, Member
from bot.reports.dashboard.facts import QuestionCount


class Health(NamedTuple):
    """The health of a clan in one window; shares are between 0 and 1, None is unknown.

    `few` people wrote half of the `talkers`' messages.
    """

    in_game: float | None
    in_chat: float | None
    on_both: float | None
    stickiness: float | None
    few: int | None
    talkers: int | None
    reply_rate: float | None
    retention: float | None


def health(  # noqa: PLR0913, PLR0917 - both sides, and what only the clan as a whole has
    members: Sequence[Member],
    period: Period,
    chats: Mapping[int, Chat | None],
    asked: QuestionCount | None,
    stayed: Reached,
    days: int,
) -> Health:
    """Return how the members did; of so many `days` of the period chat was heard."""
    games = {
        each.player_id: bool(gains.xp or gains.kills)
        for each in members
        if (gains := each.gains(period)).is_dated
    }
    wrote = {who: chat for who, chat in chats.items() if chat is not None}
    both = [played and wrote[who].messages > 0 for who, played in games.items() if who in wrote]
    counts = sorted((chat.messages for chat in wrote.values() if chat.messages), reverse=True)
    return Health(
        in_game=_share(games.values()),
        in_chat=_share(chat.messages > 0 for chat in wrote.values()),
        on_both=_share(both),
        stickiness=_stickiness(wrote.values(), days),
        few=carriers(counts),
        talkers=len(counts) or None,
        reply_rate=asked.answered / asked.questions if asked and asked.questions else None,
        retention=stayed.reached / stayed.known if stayed.known else None,
    )


def carriers(counts: Iterable[int]) -> int | None:
    """Return how many people wrote half of all messages, the most talkative first."""
    largest = sorted(counts, reverse=True)
    half, so_far = sum(largest) / 2, 0
    for number, count in enumerate(largest, start=1):
        so_far += count
        if so_far >= half and so_far:
            return number
    return None


def _share(found: Iterable[bool]) -> float | None:
    values = list(found)
    return sum(values) / len(values) if values else None


def _stickiness(chats: Iterable[Chat], days: int) -> float | None:
    """Return on which share of the days those who wrote at all did so, on average."""
    written = [each.days_of(days) for each in chats if each.messages]
    return sum(written) / (len(written) * days) if written and days else None

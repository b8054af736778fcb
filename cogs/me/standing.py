"""How somebody stands by the clan's rules, as they may read it themselves.

Never what was decided about them, why they are exempt, or a number of anybody else beyond the bars.
"""

from collections.abc import Iterable, Iterator

from bot.clan.labels import SIGNALS
from bot.clan.names import escaped
from bot.clan.policy import Signal
from bot.clan.promotion import PromotionCase
from bot.clan.signals import SignalResult
from bot.clan.slack import Slack
from bot.clan.wording import plural, role_words
from bot.services.review import OwnStanding
from cogs._replies import small

_DOT = " \N{MIDDLE DOT} "


def own_lines(standing: OwnStanding) -> list[str]:
    """Return to the person themselves what they have left, and lack for the next rank."""
    return [slack_line(standing.slack, "you are"), *_rank_lines(standing.outlook)]


def slack_line(slack: Slack, whom: str) -> str:
    """Return the days left before `whom` ("you are", "they are") called inactive."""
    return f"**Before {whom} called inactive**  {_left(slack)}"


def _left(slack: Slack) -> str:
    if slack.not_judged is not None:
        return f"not judged now ({escaped(slack.not_judged)})"
    if not slack.days:
        return f"over the {slack.limit_days}-day limit; {slack.saves_soonest} resets it"
    game, chat = _side(slack.game_days), _side(slack.chat_days)
    new = max(slack.game_days or 0, slack.chat_days or 0) < slack.days
    settling = ", settling in" if new else ""
    left = f"{plural(slack.days, 'day')} left (game {game}, chat {chat}{settling})"
    return f"{left}; {slack.saves_soonest} resets it"


def _side(days: int | None) -> str:
    return "unknown" if days is None else str(days)


def _rank_lines(outlook: PromotionCase | None) -> list[str]:
    """Return what is missing for the next rank: what is asked of everybody, or of each signal.

    Of the signals the steady one comes first.
    """
    if outlook is None or not (outlook.reasons or outlook.missed):
        return []
    title = f"**For {escaped(role_words(outlook.next_rank))}**"
    if outlook.lacking:
        asked = [f"{title}  {_DOT.join(escaped(each.missing) for each in outlook.lacking)}"]
        return asked if outlook.reasons else [*asked, *_ways(outlook.missed, "and ")]
    if outlook.reasons:
        got = [SIGNALS[each].name.lower() for each in Signal if each in outlook.signals]
        words = f"you have what is asked ({', '.join(got)}); leadership decides"
        return [f"{title}  {words}", *map(small, map(escaped, outlook.reasons))]
    first, *others = sorted(outlook.missed, key=_nearest)
    return [f"{title}  {_DOT.join(first.missing)}", *_ways(others, "or ")]


def _ways(missed: Iterable[SignalResult], joined: str) -> Iterator[str]:
    """Yield what each signal lacks, the first of them with a word before it."""
    for number, each in enumerate(sorted(missed, key=_nearest)):
        yield small(f"{'or ' if number else joined}{_DOT.join(each.missing)}")


def _nearest(finding: SignalResult) -> tuple[bool, float]:
    return finding.signal is not Signal.STEADY, -finding.closeness

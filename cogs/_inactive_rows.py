"""The rows of /inactive: who it is, since when nothing was seen, and what can be decided.

What nobody was able to see is a dash and not "never".
"""

from collections.abc import Callable
from typing import Any

import discord

from bot.clan.cases import Case, CaseKind, CaseState, Move
from bot.clan.enforcement import InactivityRow
from bot.clan.evidence import Grade
from bot.clan.names import escaped
from bot.clan.profiles import Profile
from bot.clan.wording import DASH, exact, plural
from bot.reports.definitions import help_words
from bot.services.review import InactivityReview, Waiting
from cogs._deciding_keys import (
    Act,
    Button,
    Key,
    ReviewState,
    ReviewTab,
    button,
    moves_of,
    revision_of,
    row,
)
from cogs._deciding_words import DOT, bold, capital, case_words, clipped, others, rank
from cogs._replies import Box, small, when

_CARD_ROOM, _LINE_ROOM = 560, 290
_BUTTONS = {
    Act.NOTICE: (Move.NOTICE, "Notice"),
    Act.SNOOZE: (Move.SNOOZE, "Snooze"),
    Act.DISMISS: (Move.DISMISS, "Dismiss"),
    Act.APPROVE: (Move.APPROVE, "Kick done"),
}
_AGAIN: dict[tuple[Act, CaseState | None], str] = {
    (Act.APPROVE, CaseState.SECONDING): "Agree: kick done",
    (Act.NOTICE, CaseState.NOTICED): "Notice again",
}


def _say_sure(box: Box, review: InactivityReview, at: ReviewState, each: InactivityRow) -> None:
    player_id = each.profile.main.player_id
    case = review.cases.get(player_id)
    box.say(clipped(sure_lines(review, each), _CARD_ROOM))
    box.add_item(row(*_sure_buttons(review, at, player_id, case)))


def sure_lines(review: InactivityReview, each: InactivityRow) -> list[str]:
    """Return who it is, since when nothing was seen, of which numbers, and what was decided."""
    profile, player_id = each.profile, each.profile.main.player_id
    window = profile.window(each.judgement.limit_days)
    numbers = (
        f"{plural(window.messages, 'message')} and {exact(window.xp)} XP in "
        f"{plural(each.judgement.limit_days, 'day')}"
    )
    earlier = review.earlier.get(player_id, 0)
    small_print = (
        case_words(review.cases.get(player_id)),
        plural(earlier, "earlier case") if earlier else "",
    )
    return [
        DOT.join(filter(None, (*_who(profile), _over(each)))),
        f"{_seen(profile, each)}. {numbers}.",
        small(*filter(None, small_print)) if any(small_print) else "",
    ]


def _over(each: InactivityRow) -> str:
    if each.over_days is None:
        return "never seen since it is counted"
    limit = f"the limit of {each.judgement.limit_days}"
    return f"**{plural(each.over_days, 'day')}** over {limit}" if each.over_days else f"at {limit}"


def _sure_buttons(
    review: InactivityReview, at: ReviewState, player_id: int, case: Case | None
) -> list[Button]:
    possible = moves_of(CaseKind.INACTIVITY, case, review.as_of)
    found = []
    for act, (move, label) in _BUTTONS.items():
        if move not in possible:
            continue
        is_kick = move is Move.APPROVE
        style = discord.ButtonStyle.danger if is_kick else discord.ButtonStyle.secondary
        words = _AGAIN.get((act, None if case is None else case.state), label)
        found.append(button(Key(act, at, player_id, revision_of(case)), words, style))
    return found


def _say_unsure(box: Box, _review: InactivityReview, _at: ReviewState, each: InactivityRow) -> None:
    needs = ", ".join(help_words(each.judgement.needs))
    reasons = "; ".join(escaped(reason) for reason in each.judgement.reasons)
    lines = (
        DOT.join(_who(each.profile)),
        small(f"{capital(reasons)}." + (f" Needs {needs}." if needs else "")),
    )
    box.say(clipped(lines, _LINE_ROOM))


def _say_apart(box: Box, review: InactivityReview, at: ReviewState, each: InactivityRow) -> None:
    player_id = each.profile.main.player_id
    case = review.cases.get(player_id)
    made = case_words(case)
    lines = (
        DOT.join((*_who(each.profile), escaped(each.apart or ""))),
        small(made) if made else "",
    )
    words = clipped(lines, _LINE_ROOM)
    if case is not None and Move.REOPEN in moves_of(CaseKind.INACTIVITY, case, review.as_of):
        box.beside(words, button(Key(Act.REOPEN, at, player_id, case.revision), "Take back"))
    else:
        box.say(words)


def _say_remove(box: Box, _review: InactivityReview, at: ReviewState, each: Waiting) -> None:
    key = Key(Act.REOPEN, at, each.case.player_id, each.case.revision)
    remark = f"**{escaped(each.remark)}**" if each.remark else ""
    told = (bold(each.name), rank(each.case.role), case_words(each.case), remark)
    words = clipped([DOT.join(filter(None, told))], _LINE_ROOM)
    box.beside(words, button(key, "Take back"))


Teller = Callable[[Box, InactivityReview, ReviewState, Any], None]
TELLERS: dict[ReviewTab, Teller] = {
    ReviewTab.SURE: _say_sure,
    ReviewTab.UNSURE: _say_unsure,
    ReviewTab.APART: _say_apart,
    ReviewTab.REMOVE: _say_remove,
}


def _who(profile: Profile) -> tuple[str, ...]:
    told = (bold(profile.main.name), rank(profile.main.role), others(profile))
    return tuple(filter(None, told))


def _seen(profile: Profile, each: InactivityRow) -> str:
    window = profile.window(each.judgement.limit_days)
    game = _last(profile.game_seen_at is not None or window.game.grade is Grade.GOOD)
    chat = _last(profile.chat_seen_at is not None or window.chat.grade is Grade.GOOD)
    return (
        f"Last seen in the game {game(profile.game_seen_at)}, in chat {chat(profile.chat_seen_at)}"
    )


def _last(is_known: bool) -> Callable[[Any], str]:  # noqa: FBT001 - reads as a sentence
    return when if is_known else lambda _: DASH

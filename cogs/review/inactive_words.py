"""The lists of /inactive in words: who it is, since when nothing was seen, what was decided.

What nobody was able to see is a dash and not "never".
"""

from collections.abc import Callable, Iterator, Sequence
from datetime import datetime
from enum import StrEnum

from bot.clan.cases import CaseState
from bot.clan.enforcement import InactivityRow, Need
from bot.clan.evidence import Grade
from bot.clan.names import escaped
from bot.clan.profiles import Profile
from bot.clan.wording import DASH, exact, plural, role_words
from bot.reports.definitions import help_words, inactive_words
from bot.services.review import InactivityReview, Waiting
from cogs._deciding_filters import Part, Parts, parts_of, rank_part
from cogs._deciding_words import (
    ABOUT_ROOM,
    DOT,
    capital,
    case_words,
    clipped,
    handle,
    judged_by,
    line_of,
    others,
    rank,
    who,
)
from cogs._replies import small, when
from cogs.screens import counted_labels

_SORTED = "Sorted by rank, lowest first, then by XP, least first."
_TO_REMOVE = (
    "To be removed in the game, or removed a moment ago, oldest case first. Each closes by itself "
    "once Wise Old Man shows that they left."
)
_PART_ROOM, _WHY_SHOWN = 900, 300
_DECIDED = {
    CaseState.NOTICED: "Noticed",
    CaseState.SECONDING: "Waiting for a second officer",
    CaseState.SNOOZED: "Snoozed",
    CaseState.DISMISSED: "Dismissed",
    CaseState.OPEN: "Reopened",
}
_NEEDS = {Need.LINK: "Needs a link", Need.UPDATE: "Needs a WOM update", Need.TIME: "Needs time"}


class InactiveTab(StrEnum):
    """The lists."""

    SURE = "sure"
    CANT_TELL = "unsure"
    APART = "apart"
    REMOVE = "remove"


_TITLES = {
    InactiveTab.SURE: "Sure",
    InactiveTab.CANT_TELL: "Can't tell",
    InactiveTab.APART: "Away and exempt",
    InactiveTab.REMOVE: "To remove",
}


def tab_labels(review: InactivityReview) -> dict[str, str]:
    """Return what the tabs are called, with how many stand on each."""
    listed = review.listed
    lists = (listed.sure, listed.cant_tell, listed.away_or_exempt, review.to_remove)
    return counted_labels(_TITLES, dict(zip(_TITLES, map(len, lists), strict=True)))


def silent_on(review: InactivityReview, tab: InactiveTab) -> Parts[InactivityRow]:
    """Return who stands on a list, with its parts by what was decided, what helps, and rank."""
    listed = review.listed
    rows = {InactiveTab.CANT_TELL: listed.cant_tell, InactiveTab.APART: listed.away_or_exempt}

    def decided(row: InactivityRow) -> Iterator[Part]:
        case = review.cases.get(row.profile.main.player_id)
        if case is not None and case.state in _DECIDED:
            yield Part(f"state.{case.state}", _DECIDED[case.state])
        elif tab is InactiveTab.SURE:
            yield Part("state.none", "Nothing decided")

    def helped(row: InactivityRow) -> Iterator[Part]:
        for need in Need if tab is InactiveTab.CANT_TELL else ():
            if need in row.judgement.needs:
                yield Part(f"need.{need}", _NEEDS[need])

    return parts_of(
        rows.get(tab, listed.sure),
        helped,
        decided,
        lambda row: [rank_part(row.profile.main.role)],
    )


def to_remove_on(review: InactivityReview) -> Parts[Waiting]:
    """Return who is to be removed, with the parts by rank."""
    return parts_of(review.to_remove, lambda each: [rank_part(each.case.role)])


def about(review: InactivityReview, tab: InactiveTab) -> list[str]:
    """Return by what a list is sorted, and what it is a list of."""
    if tab is InactiveTab.REMOVE:
        return [small(_TO_REMOVE)]
    words = dict(inactive_words(review.policy))
    titles = {InactiveTab.SURE: "Sure", InactiveTab.CANT_TELL: "Can't tell"}
    said = words[titles.get(tab, "Away or exempt")]
    judged = judged_by(review.policy.version)
    if review.days is not None:
        judged += f" {plural(review.days, 'day')} as asked, instead of the limits set there."
    return [small(f"{_SORTED} {judged}"), clipped([small(said)], ABOUT_ROOM)]


def nothing_words(review: InactivityReview, tab: InactiveTab) -> str:
    """Return why a tab is empty, and where to look instead."""
    unsure = len(review.listed.cant_tell)
    if tab is InactiveTab.SURE:
        said = "Nobody was silent on both sides for longer than the limit."
        more = f" {plural(unsure, 'member')} cannot be judged yet: see Can't tell."
        return said + (more if unsure else "")
    return {
        InactiveTab.CANT_TELL: "Everybody who was not seen can be judged.",
        InactiveTab.APART: "Nobody who was not seen is away, exempt or snoozed.",
        InactiveTab.REMOVE: "Nobody waits to be removed.",
    }[tab]


def silent_line(review: InactivityReview, tab: InactiveTab, row: InactivityRow) -> str:
    """Return who it is, and what matters of them on that list, on one line."""
    if tab is InactiveTab.CANT_TELL:
        return _unsure_line(row)
    return _apart_line(review, row) if tab is InactiveTab.APART else _sure_line(review, row)


def _sure_line(review: InactivityReview, row: InactivityRow) -> str:
    profile = row.profile
    game, chat = _seen(row)
    return line_of(
        (
            _named(row),
            rank(profile.main.role),
            f"last in game {game}, in chat {chat}",
            _over(row),
            case_words(review.cases.get(profile.main.player_id)),
            others(profile),
        )
    )


def _unsure_line(row: InactivityRow) -> str:
    needs = " and ".join(help_words(row.judgement.needs))
    reason = capital(escaped(row.judgement.reasons[0])) if row.judgement.reasons else ""
    helped = f"needs {needs}" if needs else ""
    return line_of((_named(row), rank(row.profile.main.role), helped, reason))


def _apart_line(review: InactivityReview, row: InactivityRow) -> str:
    case = review.cases.get(row.profile.main.player_id)
    apart = escaped((row.apart or "")[:100])
    return line_of((_named(row), rank(row.profile.main.role), apart, case_words(case)))


def removal_line(each: Waiting) -> str:
    """Return who is to be removed, who decided it and when, and what to know before doing it."""
    remark = f"**{escaped(each.remark)}**" if each.remark else ""
    named = who(each.name, each.user_id)
    return line_of((named, rank(each.case.role), remark, case_words(each.case)))


def in_a_word(row: InactivityRow) -> str:
    """Return what stands below a name where people are picked."""
    over = "" if row.over_days is None else f"{plural(row.over_days, 'day')} over the limit"
    return ", ".join(filter(None, (role_words(row.profile.main.role), over)))


def details_lines(review: InactivityReview, row: InactivityRow) -> list[str]:
    """Return all that is known of one person on a list, with its numbers and reasons."""
    profile, judgement = row.profile, row.judgement
    window, days = profile.window(judgement.limit_days), plural(judgement.limit_days, "day")
    earlier = review.earlier.get(profile.main.player_id, 0)
    game, chat = _seen(row)
    needs = " and ".join(help_words(judgement.needs))
    lines = [
        DOT.join(filter(None, (*_rank_and_handle(profile), others(profile), _over_of(row)))),
        f"Last seen in the game {game}, in chat {chat}.",
        f"{plural(window.messages, 'message')} and {exact(window.xp)} XP in {days}.",
        *(f"- {capital(escaped(each))}" for each in judgement.reasons),
        f"**What would help**  {needs}" if needs else "",
        f"**Excluded**  {escaped(row.apart)}" if row.apart else "",
        capital(case_words(review.cases.get(profile.main.player_id), _WHY_SHOWN)),
        plural(earlier, "earlier case") if earlier else "",
    ]
    return [clipped(lines, _PART_ROOM)]


def names_of(rows: Sequence[InactivityRow]) -> list[str]:
    """Return all accounts of some people, as they are called in the game."""
    return [" ".join(each.name.split()) for row in rows for each in row.profile.accounts]


def _named(row: InactivityRow) -> str:
    return who(row.profile.main.name, row.profile.user_id)


def _rank_and_handle(profile: Profile) -> tuple[str, ...]:
    return rank(profile.main.role), handle(profile.user_id)


def _over_of(row: InactivityRow) -> str:
    return "" if row.over_days is None and row.apart is not None else _over(row)


def _over(row: InactivityRow) -> str:
    if row.over_days is None:
        return "never seen since it is counted"
    limit = row.judgement.limit_days
    if not row.over_days:
        return f"at the {limit}-day limit"
    return f"**{plural(row.over_days, 'day')}** over the {limit}-day limit"


def _seen(row: InactivityRow) -> tuple[str, str]:
    """Return when somebody was seen last in the game and in chat."""
    profile, window = row.profile, row.profile.window(row.judgement.limit_days)
    game = _last(profile.game_seen_at is not None or window.game.grade is Grade.GOOD)
    chat = _last(profile.chat_seen_at is not None or window.chat.grade is Grade.GOOD)
    return game(profile.game_seen_at), chat(profile.chat_seen_at)


def _last(is_known: bool) -> Callable[[datetime | None], str]:  # noqa: FBT001 - reads as a sentence
    return when if is_known else lambda _: DASH

"""What is said about links: actions, refusals, and the questions of the queue."""

from collections.abc import Collection, Mapping, Sequence

import discord

from bot.clan.linking import MOST_OPEN_CLAIMS, LinkAction, LinkPair, LinkRefusal
from bot.clan.names import escaped
from bot.clan.wording import first_few, plural, role_words
from bot.services.people import LinkQueue, LinkResult, PastAction
from cogs._deciding_words import bold, handle, line_of, one_line
from cogs._replies import when
from cogs.links.rows import LISTS, LinksTab, PairRow, rows_of
from cogs.screens import counted_labels, option

_NAMED = 10
_NO_NAME = frozenset({"", "?"})

TITLES = {
    LinksTab.CLAIMS: "Claims",
    LinksTab.CONFLICTS: "Conflicts",
    LinksTab.PEOPLE: "People",
    LinksTab.PLAYERS: "Players",
    LinksTab.SPEAKERS: "Speakers",
    LinksTab.SURE: "Sure pairs",
}
ABOUT = {
    LinksTab.CLAIMS: "People say that these accounts are theirs. A claim counts once you "
    "confirm it. Oldest first.",
    LinksTab.CONFLICTS: "Several people claim one account or have its name. Confirm whose it is: "
    "that ends the other claims.",
    LinksTab.PEOPLE: "People on this server without a confirmed account. Surest first.",
    LinksTab.PLAYERS: "Accounts in the clan without a confirmed link. Surest first.",
    LinksTab.SPEAKERS: "Names from the clan chat that match no member, now or before. Those who "
    "talk most first.",
    LinksTab.SURE: "The same name on both sides, and nobody else has it. Reject what is wrong, "
    "then confirm the rest together.",
}
NOTHING = {
    LinksTab.CLAIMS: "No claim is waiting.",
    LinksTab.CONFLICTS: "No conflicts: no account is claimed by two people or matches two names.",
    LinksTab.PEOPLE: "Everybody on this server has a confirmed account.",
    LinksTab.PLAYERS: "Every account has a confirmed link.",
    LinksTab.SPEAKERS: "Every name in the clan chat is known.",
    LinksTab.SURE: "No sure pairs left.",
}
_DONE = {
    LinkAction.CONFIRM: "Confirmed: {pairs}.",
    LinkAction.CONFIRM_ALL: "{count} confirmed: {pairs}.",
    LinkAction.REJECT: "Rejected, and not suggested again: {pairs}.",
    LinkAction.MARK_ALT: "Confirmed as an alt: {pairs}.",
    LinkAction.MAKE_MAIN: "Main account now: {pairs}.",
    LinkAction.END: "No longer linked: {pairs}.",
    LinkAction.NO_DISCORD: "Marked as having no Discord: {players}.",
    LinkAction.HAS_DISCORD: "No longer marked as having no Discord: {players}.",
}
_WAS_DONE = {
    LinkAction.CONFIRM: "confirmed",
    LinkAction.REJECT: "rejected",
    LinkAction.MARK_ALT: "marked as alt",
    LinkAction.MAKE_MAIN: "made main",
    LinkAction.END: "unlinked",
    LinkAction.NO_DISCORD: "no Discord for",
    LinkAction.HAS_DISCORD: "has Discord again:",
}
_REFUSED = {
    LinkRefusal.UNKNOWN: "not in the clan any more.",
    LinkRefusal.TAKEN: "already confirmed for somebody else.",
    LinkRefusal.ABOVE: "this rank gives more rights than yours. Ask the leadership.",
    LinkRefusal.OWN: "you cannot decide about your own account. Ask another officer.",
    LinkRefusal.ALREADY: "this was done already.",
    LinkRefusal.CHANGED: "somebody changed this meanwhile. Look again.",
    LinkRefusal.NOT_LINKED: "not linked any more.",
    LinkRefusal.NO_MAIN: "there is no other account that could be the main one. Confirm it "
    "instead.",
    LinkRefusal.NOBODY: "nobody is suggested. Use Link by hand.",
    LinkRefusal.RIVALS: "you picked two people for it. Pick one.",
}
_CLAIM_REFUSED = {
    LinkRefusal.UNKNOWN: "Nobody in the clan is or was called {player}. Begin to type and pick a "
    "name from the list.",
    LinkRefusal.YOURS: "{player} is linked to you already.",
    LinkRefusal.TAKEN: "{player} is confirmed for somebody else. If that is wrong, ask an officer.",
    LinkRefusal.REJECTED: "An officer decided that {player} is not yours. If that is wrong, "
    "ask one.",
    LinkRefusal.TOO_MANY: f"You have {MOST_OPEN_CLAIMS} claims waiting, and more are not taken: "
    "ask an officer to look at them, or take one back with `/unlink`.",
}


def done_words(
    action: LinkAction,
    asked: Sequence[LinkPair],
    answers: Sequence[LinkResult],
    names: Mapping[int, str],
) -> str:
    """Return what was done with whom, and with whom not and why; `names` are the members'."""
    done: list[tuple[str, LinkResult]] = []
    refused: dict[LinkRefusal, list[str]] = {}
    for pair, answer in zip(asked, answers, strict=True):
        user = names.get(pair.user_id) or answer.partner or "somebody who left"
        if answer.refusal is not None:
            name = user if answer.player in _NO_NAME else answer.player
            refused.setdefault(answer.refusal, []).append(bold(name))
        else:
            done.append((user, answer))
    lines = [_done_line(action, done)] if done else []
    lines += [
        f"Not done for {first_few(whom, _NAMED)}: {_REFUSED[why]}" for why, whom in refused.items()
    ]
    return "\n".join(lines)


def unknown_words(name: str) -> str:
    """Return that nobody in the clan bears or bore a name."""
    return f"Nobody in the clan is or was called {bold(name)}. Nothing was changed."


def _done_line(action: LinkAction, done: Sequence[tuple[str, LinkResult]]) -> str:
    players = [bold(answer.player) for _, answer in done]
    pairs = [f"{bold(answer.player)} for {bold(user)}" for user, answer in done]
    if action is LinkAction.END:
        pairs = [f"{bold(answer.player)} and {bold(user)}" for user, answer in done]
    said = _DONE[action].format(
        pairs=first_few(pairs, _NAMED),
        players=first_few(players, _NAMED),
        count=plural(len(done), "pair"),
    )
    kept = [bold(answer.kept) for _, answer in done if answer.kept]
    if kept:
        stays = "stays the main account" if len(kept) == 1 else "stay the main accounts"
        said += f" {first_few(kept, _NAMED)}, known by name, {stays}."
    if ended := sum(answer.ended for _, answer in done):
        said += f" {plural(ended, 'other claim')} ended."
    return said


def claim_words(answer: LinkResult) -> str:
    """Return what became of a member's claim."""
    player = bold(answer.player)
    if answer.refusal is not None:
        return _CLAIM_REFUSED[answer.refusal].format(player=player)
    said = (
        f"You claim {player}: it is on your `/me` card from now on. It counts as yours, and gives "
        "its rights, once an officer has confirmed it."
    )
    if answer.rivals:
        said += "\nSomebody else claims it or has its name: an officer decides whose it is."
    return said


def unlink_words(answer: LinkResult) -> str:
    """Return what became of a member's wish to be unlinked."""
    if answer.refusal is not None:
        return f"{bold(answer.player)} is not linked to you. `/unlink` offers what is."
    return f"{bold(answer.player)} is no longer linked to you. `/link` claims it again."


def undone_words(refusal: LinkRefusal | None) -> str:
    """Return what became of an undo."""
    if refusal is None:
        return "Undone: everything is as it was before."
    if refusal is LinkRefusal.ABOVE:
        return "That concerns a rank above yours: ask the leadership."
    if refusal is LinkRefusal.OWN:
        return "That concerns your own account: ask another officer."
    return "That was undone or changed meanwhile: nothing was changed."


def undo_label(last: PastAction) -> str:
    """Return what the button would undo."""
    if last.action is LinkAction.CONFIRM_ALL:
        return f"Undo: confirmed {plural(len(last.pairs), 'pair')}"
    more = len({pair.player_id for pair in last.pairs}) - 1
    player = last.player[:40]
    done = f"Undo: {_WAS_DONE.get(last.action, last.action)} {player}"
    return f"{done} and {more} more" if more else done


def tab_labels(queue: LinkQueue) -> dict[str, str]:
    """Return the lists of the queue, each with how many questions it has."""
    counts: dict[LinksTab, int] = {tab: len(rows_of(queue, tab)) for tab in LISTS}
    counts[LinksTab.CONFLICTS] = len(queue.conflicts)
    return counted_labels(TITLES, counts)


def row_line(row: PairRow, here: Collection[int], *, by_user: bool) -> str:
    """Return a line: whom it is about, who they may be, and how likely that is.

    `here` are the members of the server: they are shown by their handle, others by their name.
    """
    player = bold(one_line(row.player)) if row.player else ""
    user = _user(row, here)
    two = (user, player) if by_user else (player, user)
    more = f"{row.more} more under Details" if row.more else ""
    claimed = "" if row.since_at is None else f"claimed {when(row.since_at)}"
    rank = escaped(role_words(row.role)) if row.role else ""
    why = _why(row) or "no similar name"
    return line_of(
        (" ".join(filter(None, two)), rank, escaped(row.remark), escaped(why), claimed, more)
    )


def row_option(row: PairRow, *, by_user: bool) -> discord.SelectOption:
    """Return the option that picks a line."""
    two = (row.user, row.player) if by_user else (row.player, row.user)
    label = " = ".join(one_line(each) for each in two if each)
    return option(label, row.value, _why(row) or "no similar name")


def about_option(row: PairRow, *, by_user: bool) -> discord.SelectOption:
    """Return the option that asks for everybody whom somebody may be."""
    key = row.pair.user_id if by_user else row.pair.player_id
    return option(one_line(row.user if by_user else row.player), str(key))


def _user(row: PairRow, here: Collection[int]) -> str:
    if row.pair.user_id in here:
        return handle(row.pair.user_id)
    return bold(one_line(row.user)) if row.user else ""


def _why(row: PairRow) -> str:
    return f"{row.score}%: {row.why}" if row.score else row.why

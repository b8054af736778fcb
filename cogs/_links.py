"""The queue of links as officers see it: who may be whom, why, and what to do about it."""

from collections.abc import Sequence
from dataclasses import dataclass, replace

import discord

from bot.clan.linking import LinkAction, LinkPair
from bot.clan.names import escaped
from bot.clan.ranks import Permission
from bot.clan.standings import Link
from bot.services.people import LinkedAccount, LinkQueue, Partner, QueueEntry
from bot.services.view import Visitor
from bot.wiring import Services
from cogs._guild_members import guild_members_in, member_in
from cogs._links_controls import (
    ActionButton,
    ApplyButton,
    HandButton,
    SureButton,
    UndoButton,
)
from cogs._links_state import LISTS, LinksState, LinksTab, fingerprint
from cogs._links_turning import NoDiscordPick, PairPick, RedrawnQueue, TabButton, TurnButton
from cogs._links_words import (
    ABOUT,
    NOTHING,
    TITLES,
    entry_words,
    pairs_on,
    picked_words,
    undo_label,
)
from cogs._permissions import Interaction, clan_of
from cogs._replies import Box, small

_USUAL_SIZE = (8, 3)
_SIZES = {LinksTab.CONFLICTS: (3, 8), LinksTab.SURE: (40, 0), LinksTab.USER: (1, 8)}
"""Entries on a page, and partners of each: no more than 25 pairs can be picked from."""
_ACTIONS = {
    LinksTab.CLAIMS: (LinkAction.CONFIRM, LinkAction.REJECT, LinkAction.MARK_ALT),
    LinksTab.CONFLICTS: (LinkAction.CONFIRM, LinkAction.REJECT, LinkAction.MARK_ALT),
    LinksTab.PEOPLE: (LinkAction.CONFIRM, LinkAction.REJECT, LinkAction.MARK_ALT),
    LinksTab.PLAYERS: (LinkAction.CONFIRM, LinkAction.REJECT, LinkAction.MARK_ALT),
    LinksTab.SPEAKERS: (LinkAction.CONFIRM, LinkAction.REJECT),
    LinksTab.USER: (LinkAction.CONFIRM, LinkAction.MARK_ALT, LinkAction.MAKE_MAIN, LinkAction.END),
}
_MARKS = (LinkAction.NO_DISCORD, LinkAction.HAS_DISCORD)
_NOBODY = LinkPair(0, 0)
_BY_HAND = (LinksTab.PEOPLE, LinksTab.PLAYERS, LinksTab.SPEAKERS, LinksTab.USER)


@dataclass(frozen=True, slots=True)
class QueueShown:
    """The queue at this moment, and where an officer is in it."""

    clan: str
    queue: LinkQueue
    at: LinksState
    entries: tuple[QueueEntry, ...]
    pages: int
    evidence: tuple[str, ...]


async def seen_at(
    services: Services, interaction: Interaction, at: LinksState | None = None
) -> QueueShown:
    """Return the queue as it is now, at a page that there is; at first a list with questions."""
    clan = clan_of(interaction)
    queue = await services.links.queue(clan, await guild_members_in(interaction))
    if at is None:
        at = LinksState(next((tab for tab in LISTS if _listed(queue, tab)), LinksTab.CLAIMS))
    entries = _listed(queue, at.tab)
    if at.tab is LinksTab.USER:
        entries = (await _of_user(services, interaction, queue, at.user_id),)
    size, likeliest = _SIZES.get(at.tab, _USUAL_SIZE)
    pages = max(1, -(-(len(queue.sure_pairs) if at.tab is LinksTab.SURE else len(entries)) // size))
    page = min(at.page, pages - 1)
    shown = tuple(
        entry._replace(partners=entry.partners[:likeliest])
        for entry in entries[page * size : (page + 1) * size]
    )
    there = replace(
        at,
        page=page,
        picked=_picked(at, shown),
        action_id=queue.last_action.action_id if queue.last_action else 0,
        sure=fingerprint(queue.sure_pairs),
    )
    evidence = await services.upkeep.evidence(clan)
    return QueueShown(clan.name, queue, there, shown, pages, evidence)


class LinksPanel(RedrawnQueue):
    """The queue with its controls; without anything seen, the lasting twin that only listens."""

    def __init__(self, services: Services, seen: QueueShown | None = None, note: str = "") -> None:
        super().__init__(services, Permission.DECIDE_LINKS, lasting=seen is None)
        if seen is None:
            self._listen()
        else:
            self.add_item(_box(seen, note))

    async def redraw(self, interaction: Interaction, at: LinksState, note: str = "") -> None:
        """Show the queue as it is now."""
        seen = await seen_at(self.services, interaction, at)
        await interaction.edit_original_response(view=LinksPanel(self.services, seen, note))

    def _listen(self) -> None:
        permissions = sorted(
            {action for actions in _ACTIONS.values() for action in actions} | set(_MARKS)
        )
        rows: tuple[Sequence[discord.ui.Item[RedrawnQueue]], ...] = (
            [PairPick(LinksTab.CLAIMS, (), _NOBODY)],
            [ActionButton(permission) for permission in permissions[:4]],
            [ActionButton(permission) for permission in permissions[4:]],
            [TabButton(tab) for tab in LISTS],
            [HandButton(), SureButton(), ApplyButton(), UndoButton()],
            [TurnButton(-1), TurnButton(1)],
            [NoDiscordPick(())],
        )
        for row in rows:
            self.add_item(discord.ui.ActionRow(*row))


def _listed(queue: LinkQueue, tab: LinksTab) -> tuple[QueueEntry, ...]:
    lists = {
        LinksTab.CLAIMS: queue.claims,
        LinksTab.CONFLICTS: queue.conflicts,
        LinksTab.PEOPLE: queue.unmatched_users,
        LinksTab.PLAYERS: queue.unmatched_players,
        LinksTab.SPEAKERS: queue.unmatched_speakers,
    }
    return lists.get(tab, ())


async def _of_user(
    services: Services, interaction: Interaction, queue: LinkQueue, user_id: int
) -> QueueEntry:
    """Return a user with the accounts that are known, then those that are likely."""
    member = await member_in(interaction, user_id)
    name = member.display_name if member else "somebody who left"
    asked = Visitor(user_id, name, member.name if member else name)
    accounts = await services.links.accounts(clan_of(interaction), asked)
    known = [_account(each, user_id, is_main=each is accounts[0]) for each in accounts]
    here = {each.pair for each in known}
    likely = [each for each in queue.partners_of(user_id) if each.pair not in here]
    return QueueEntry(user_id, name, (*known, *likely))


def _account(account: LinkedAccount, user_id: int, *, is_main: bool) -> Partner:
    place = "main account" if is_main else "alt"
    if not account.counts:
        return Partner(LinkPair(account.player_id, user_id), account.name, 0, account.link.value)
    how = {Link.NAME: "known by name"}.get(account.link, account.link.value)
    return Partner(LinkPair(account.player_id, user_id), account.name, 0, f"{place}, {how}")


def _picked(at: LinksState, shown: Sequence[QueueEntry]) -> LinkPair:
    """Return the pair that is picked, or else the first one on the page."""
    pairs = [pair for pair, *_ in pairs_on(at.tab, shown)]
    return at.picked if at.picked in pairs else next(iter(pairs), _NOBODY)


def _box(seen: QueueShown, note: str) -> Box:
    tab = seen.at.tab
    title = (
        TITLES[tab] if tab is not LinksTab.USER else f"Accounts of {escaped(seen.entries[0].name)}"
    )
    box = Box(f"## {title}", *filter(None, [small(ABOUT[tab])] if ABOUT[tab] else []))
    if note:
        box.say(note)
    box.rule()
    if tab is LinksTab.SURE:
        _list_sure(box, seen)
    else:
        _list_entries(box, seen)
    box.rule()
    _controls(box, seen)
    return box.say(small(*seen.evidence))


def _list_entries(box: Box, seen: QueueShown) -> None:
    tab = seen.at.tab
    for entry in seen.entries:
        box.say(entry_words(entry))
    if not pairs_on(tab, seen.entries):
        box.say(NOTHING[tab])
        return
    picked = seen.at.picked
    box.control(PairPick(tab, seen.entries, picked)).say(picked_words(tab, seen.entries, picked))
    whole = bool(picked.player_id and picked.user_id)
    row: discord.ui.ActionRow[RedrawnQueue] = discord.ui.ActionRow()
    for action in _ACTIONS[tab]:
        row.add_item(ActionButton(action, disabled=not whole))
    if tab in _BY_HAND:
        row.add_item(HandButton())
    if tab is LinksTab.PLAYERS:
        marked = picked.player_id in seen.queue.without_discord
        row.add_item(ActionButton(LinkAction.HAS_DISCORD if marked else LinkAction.NO_DISCORD))
    box.add_item(row)
    if tab is LinksTab.PLAYERS and (several := _markable(seen)):
        box.control(NoDiscordPick(several))


def _markable(seen: QueueShown) -> list[QueueEntry]:
    """Return the players from this page on who are not marked as having no Discord."""
    start = seen.at.page * _USUAL_SIZE[0]
    players = seen.queue.unmatched_players[start:]
    return [each for each in players if each.key not in seen.queue.without_discord]


def _list_sure(box: Box, seen: QueueShown) -> None:
    pairs, (size, _) = seen.queue.sure_pairs, _SIZES[LinksTab.SURE]
    start = seen.at.page * size
    lines = [
        f"**{escaped(each.player)}** = {escaped(each.user)}" for each in pairs[start : start + size]
    ]
    box.say(*(lines or [NOTHING[LinksTab.SURE]])).control(ApplyButton(len(pairs)))


def _controls(box: Box, seen: QueueShown) -> None:
    at, queue = seen.at, seen.queue
    tabs: discord.ui.ActionRow[RedrawnQueue] = discord.ui.ActionRow()
    for tab in LISTS:
        tabs.add_item(TabButton(tab, len(_listed(queue, tab)), current=tab is at.tab))
    box.add_item(tabs)
    turns: discord.ui.ActionRow[RedrawnQueue] = discord.ui.ActionRow()
    turns.add_item(TurnButton(-1, disabled=at.page == 0))
    turns.add_item(
        discord.ui.Button(
            label=f"{at.page + 1} of {seen.pages}", custom_id=at.custom_id, disabled=True
        )
    )
    turns.add_item(TurnButton(1, disabled=at.page + 1 >= seen.pages))
    if queue.sure_pairs and at.tab is not LinksTab.SURE:
        turns.add_item(SureButton(len(queue.sure_pairs)))
    if queue.last_action is not None:
        turns.add_item(UndoButton(undo_label(queue.last_action)))
    box.add_item(turns)

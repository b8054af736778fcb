"""The queue of links as officers see it: who may be whom, why, and what to do about it."""

from collections.abc import Sequence
from dataclasses import dataclass, replace

import discord

from bot.clan.linking import LinkDeed, Pair
from bot.clan.names import escaped
from bot.clan.ranks import Deed
from bot.clan.standings import Link
from bot.services.link_queue import Entry, LinkQueue, Partner
from bot.services.links import Account
from bot.services.people import Visitor
from bot.wiring import Services
from cogs._faces import faces_in, member_in
from cogs._gates import Interaction, clan_of
from cogs._links_controls import (
    ApplyButton,
    DeedButton,
    HandButton,
    SureButton,
    UndoButton,
)
from cogs._links_state import LISTS, At, Tab, fingerprint
from cogs._links_turning import PairPick, Redrawn, TabButton, TurnButton
from cogs._links_words import (
    ABOUT,
    NOTHING,
    TITLES,
    entry_words,
    pairs_on,
    picked_words,
    undo_label,
)
from cogs._replies import Box, small

_USUAL_SIZE = (8, 3)
_SIZES = {Tab.CONFLICTS: (3, 8), Tab.SURE: (40, 0), Tab.USER: (1, 8)}
"""Entries on a page, and partners of each: no more than 25 pairs can be picked from."""
_DEEDS = {
    Tab.CLAIMS: (LinkDeed.CONFIRM, LinkDeed.REJECT, LinkDeed.MARK_ALT),
    Tab.CONFLICTS: (LinkDeed.CONFIRM, LinkDeed.REJECT, LinkDeed.MARK_ALT),
    Tab.PEOPLE: (LinkDeed.CONFIRM, LinkDeed.REJECT, LinkDeed.MARK_ALT),
    Tab.PLAYERS: (LinkDeed.CONFIRM, LinkDeed.REJECT, LinkDeed.MARK_ALT),
    Tab.SPEAKERS: (LinkDeed.CONFIRM, LinkDeed.REJECT),
    Tab.USER: (LinkDeed.CONFIRM, LinkDeed.MARK_ALT, LinkDeed.MAKE_MAIN, LinkDeed.END),
}
_MARKS = (LinkDeed.NO_DISCORD, LinkDeed.HAS_DISCORD)
_NOBODY = Pair(0, 0)
_BY_HAND = (Tab.PEOPLE, Tab.PLAYERS, Tab.SPEAKERS, Tab.USER)


@dataclass(frozen=True, slots=True)
class Seen:
    """The queue at this moment, and where an officer is in it."""

    clan: str
    queue: LinkQueue
    at: At
    entries: tuple[Entry, ...]
    pages: int
    evidence: tuple[str, ...]


async def seen_at(services: Services, interaction: Interaction, at: At | None = None) -> Seen:
    """Return the queue as it is now, at a page that there is; at first a list with questions."""
    clan = clan_of(interaction)
    queue = await services.links.queue(clan, await faces_in(interaction))
    if at is None:
        at = At(next((tab for tab in LISTS if _listed(queue, tab)), Tab.CLAIMS))
    entries = _listed(queue, at.tab)
    if at.tab is Tab.USER:
        entries = (await _of_user(services, interaction, queue, at.user_id),)
    size, likeliest = _SIZES.get(at.tab, _USUAL_SIZE)
    pages = max(1, -(-(len(queue.sure_pairs) if at.tab is Tab.SURE else len(entries)) // size))
    page = min(at.page, pages - 1)
    shown = tuple(
        entry._replace(partners=entry.partners[:likeliest])
        for entry in entries[page * size : (page + 1) * size]
    )
    there = replace(
        at,
        page=page,
        picked=_picked(at, shown),
        deed_id=queue.last_deed.deed_id if queue.last_deed else 0,
        sure=fingerprint(queue.sure_pairs),
    )
    evidence = (await services.upkeep.status(clan, len(queue.sure_pairs))).evidence
    return Seen(clan.name, queue, there, shown, pages, evidence)


class LinksPanel(Redrawn):
    """The queue with its controls; without anything seen, the lasting twin that only listens."""

    def __init__(self, services: Services, seen: Seen | None = None, note: str = "") -> None:
        super().__init__(services, Deed.DECIDE_LINKS, lasting=seen is None)
        if seen is None:
            self._listen()
        else:
            self.add_item(_box(seen, note))

    async def redraw(self, interaction: Interaction, at: At, note: str = "") -> None:
        """Show the queue as it is now."""
        seen = await seen_at(self.services, interaction, at)
        await interaction.edit_original_response(view=LinksPanel(self.services, seen, note))

    def _listen(self) -> None:
        deeds = sorted({deed for deeds in _DEEDS.values() for deed in deeds} | set(_MARKS))
        rows: tuple[Sequence[discord.ui.Item[Redrawn]], ...] = (
            [PairPick(Tab.CLAIMS, (), _NOBODY)],
            [DeedButton(deed) for deed in deeds[:4]],
            [DeedButton(deed) for deed in deeds[4:]],
            [TabButton(tab) for tab in LISTS],
            [HandButton(), SureButton(), ApplyButton(), UndoButton()],
            [TurnButton(-1), TurnButton(1)],
        )
        for row in rows:
            self.add_item(discord.ui.ActionRow(*row))


def _listed(queue: LinkQueue, tab: Tab) -> tuple[Entry, ...]:
    lists = {
        Tab.CLAIMS: queue.claims,
        Tab.CONFLICTS: queue.conflicts,
        Tab.PEOPLE: queue.unmatched_users,
        Tab.PLAYERS: queue.unmatched_players,
        Tab.SPEAKERS: queue.unmatched_speakers,
    }
    return lists.get(tab, ())


async def _of_user(
    services: Services, interaction: Interaction, queue: LinkQueue, user_id: int
) -> Entry:
    """Return a user with the accounts that are known, then those that are likely."""
    member = await member_in(interaction, user_id)
    name = member.display_name if member else "somebody who left"
    asked = Visitor(user_id, name, member.name if member else name)
    accounts = await services.links.accounts(clan_of(interaction), asked)
    known = [_account(each, user_id, is_main=each is accounts[0]) for each in accounts]
    here = {each.pair for each in known}
    likely = [each for each in queue.partners_of(user_id) if each.pair not in here]
    return Entry(user_id, name, (*known, *likely))


def _account(account: Account, user_id: int, *, is_main: bool) -> Partner:
    place = "main account" if is_main else "alt"
    if not account.counts:
        return Partner(Pair(account.player_id, user_id), account.name, 0, account.link.value)
    how = {Link.NAME: "known by name"}.get(account.link, account.link.value)
    return Partner(Pair(account.player_id, user_id), account.name, 0, f"{place}, {how}")


def _picked(at: At, shown: Sequence[Entry]) -> Pair:
    """Return the pair that is picked, or else the first one on the page."""
    pairs = [pair for pair, *_ in pairs_on(at.tab, shown)]
    return at.picked if at.picked in pairs else next(iter(pairs), _NOBODY)


def _box(seen: Seen, note: str) -> Box:
    tab = seen.at.tab
    title = TITLES[tab] if tab is not Tab.USER else f"Accounts of {escaped(seen.entries[0].name)}"
    box = Box(f"## {title}", *filter(None, [small(ABOUT[tab])] if ABOUT[tab] else []))
    if note:
        box.say(note)
    box.rule()
    if tab is Tab.SURE:
        _list_sure(box, seen)
    else:
        _list_entries(box, seen)
    box.rule()
    _controls(box, seen)
    return box.say(small(*seen.evidence))


def _list_entries(box: Box, seen: Seen) -> None:
    tab = seen.at.tab
    for entry in seen.entries:
        box.say(entry_words(entry))
    if not pairs_on(tab, seen.entries):
        box.say(NOTHING[tab])
        return
    picked = seen.at.picked
    box.control(PairPick(tab, seen.entries, picked)).say(picked_words(tab, seen.entries, picked))
    whole = bool(picked.player_id and picked.user_id)
    row: discord.ui.ActionRow[Redrawn] = discord.ui.ActionRow()
    for deed in _DEEDS[tab]:
        row.add_item(DeedButton(deed, disabled=not whole))
    if tab in _BY_HAND:
        row.add_item(HandButton())
    if tab is Tab.PLAYERS:
        marked = picked.player_id in seen.queue.without_discord
        row.add_item(DeedButton(LinkDeed.HAS_DISCORD if marked else LinkDeed.NO_DISCORD))
    box.add_item(row)


def _list_sure(box: Box, seen: Seen) -> None:
    pairs, (size, _) = seen.queue.sure_pairs, _SIZES[Tab.SURE]
    start = seen.at.page * size
    lines = [
        f"**{escaped(each.player)}** = {escaped(each.user)}" for each in pairs[start : start + size]
    ]
    box.say(*(lines or [NOTHING[Tab.SURE]])).control(ApplyButton(len(pairs)))


def _controls(box: Box, seen: Seen) -> None:
    at, queue = seen.at, seen.queue
    tabs: discord.ui.ActionRow[Redrawn] = discord.ui.ActionRow()
    for tab in LISTS:
        tabs.add_item(TabButton(tab, len(_listed(queue, tab)), current=tab is at.tab))
    box.add_item(tabs)
    turns: discord.ui.ActionRow[Redrawn] = discord.ui.ActionRow()
    turns.add_item(TurnButton(-1, disabled=at.page == 0))
    turns.add_item(
        discord.ui.Button(
            label=f"{at.page + 1} of {seen.pages}", custom_id=at.custom_id, disabled=True
        )
    )
    turns.add_item(TurnButton(1, disabled=at.page + 1 >= seen.pages))
    if queue.sure_pairs and at.tab is not Tab.SURE:
        turns.add_item(SureButton(len(queue.sure_pairs)))
    if queue.last_deed is not None:
        turns.add_item(UndoButton(undo_label(queue.last_deed)))
    box.add_item(turns)

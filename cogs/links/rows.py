"""The lists of links as rows: a pair each, or half of one where nobody is suggested. Pure."""

from collections.abc import Iterable, Iterator, Sequence
from datetime import datetime
from enum import StrEnum
from typing import NamedTuple

from bot.clan.linking import LinkPair
from bot.clan.standings import Link
from bot.services.people import LinkedAccount, LinkQueue, Partner, QueueEntry, SurePair
from cogs._deciding_filters import Part, Parts, parts_of, rank_part

_SURE_SCORE, _SAME_NAME = 100, "same name"


class LinksTab(StrEnum):
    """The lists of the queue; the sure pairs are reached by a button."""

    CLAIMS = "claims"
    CONFLICTS = "conflicts"
    PEOPLE = "people"
    PLAYERS = "players"
    SPEAKERS = "speakers"
    SURE = "sure"


LISTS = tuple(tab for tab in LinksTab if tab is not LinksTab.SURE)
BY_USER = frozenset({LinksTab.PEOPLE, LinksTab.SPEAKERS})
"""Lists in which a line is about a user or speaker; elsewhere it is about a player."""


class PairRow(NamedTuple):
    """A line: whom it is about, who is likeliest, and how many more are likely.

    Half of the pair is 0 where nobody is suggested.
    """

    pair: LinkPair
    player: str = ""
    user: str = ""
    role: str = ""
    score: int = 0
    why: str = ""
    remark: str = ""
    since_at: datetime | None = None
    more: int = 0
    is_sure: bool = False

    @property
    def value(self) -> str:
        """Return the pair as the value of an option."""
        return f"{self.pair.player_id}.{self.pair.user_id}"


def pair_of(value: str) -> LinkPair:
    """Return the pair that an option stands for."""
    player_id, _, user_id = value.partition(".")
    return LinkPair(int(player_id), int(user_id))


def first_tab(queue: LinkQueue) -> LinksTab:
    """Return the first list with questions."""
    return next((tab for tab in LISTS if rows_of(queue, tab)), LinksTab.CLAIMS)


def rows_of(queue: LinkQueue, tab: LinksTab) -> list[PairRow]:
    """Return the lines of a list: the sure ones first, of a conflict one for each person."""
    if tab is LinksTab.CONFLICTS:
        return [row for entry in queue.conflicts for row in rows_about(entry, by_user=False)]
    entries = {
        LinksTab.CLAIMS: queue.claims,
        LinksTab.PEOPLE: queue.unmatched_users,
        LinksTab.PLAYERS: queue.unmatched_players,
        LinksTab.SPEAKERS: queue.unmatched_speakers,
    }.get(tab, ())
    return [*_sure(queue, tab), *(_likeliest(each, by_user=tab in BY_USER) for each in entries)]


def rows_about(entry: QueueEntry, *, by_user: bool) -> list[PairRow]:
    """Return a line for everybody who is likely; one without anybody where nobody is."""
    found = [_row(entry, each, by_user=by_user) for each in entry.partners]
    return found or [_row(entry, None, by_user=by_user)]


def rows_of_player(queue: LinkQueue, player_id: int) -> list[PairRow]:
    """Return who a player may be, as far as anybody asks."""
    asked = (*queue.claims, *queue.conflicts, *queue.unmatched_players)
    found = [
        row for entry in asked if entry.key == player_id for row in rows_about(entry, by_user=False)
    ]
    sure = [_sure_row(each) for each in queue.sure_pairs if each.pair.player_id == player_id]
    return list({row.pair: row for row in (*sure, *found)}.values())


def rows_of_speaker(queue: LinkQueue, key: int) -> list[PairRow]:
    """Return which player a speaker of the clan chat may be."""
    asked = [each for each in queue.unmatched_speakers if each.key == key]
    return [row for entry in asked for row in rows_about(entry, by_user=True)]


def rows_of_user(
    queue: LinkQueue, user_id: int, name: str, accounts: Sequence[LinkedAccount]
) -> list[PairRow]:
    """Return the accounts of a user that are known, then those that are likely."""
    known = [
        Partner(LinkPair(each.player_id, user_id), each.name, 0, _standing(each, number == 0))
        for number, each in enumerate(accounts)
    ]
    here = {each.pair for each in known}
    likely = [each for each in queue.partners_of(user_id) if each.pair not in here]
    return rows_about(QueueEntry(user_id, name, (*known, *likely)), by_user=True)


def row_parts(rows: Sequence[PairRow]) -> Parts[PairRow]:
    """Return a list with its parts: how sure the suggestions are, then the ranks."""
    return parts_of(rows, _suggestion, _rank)


def _suggestion(row: PairRow) -> Iterator[Part]:
    if row.is_sure:
        yield Part("sure", "Sure")
    elif row.why:
        yield Part("likely", "Likely")
    else:
        yield Part("none", "No suggestion")


def _rank(row: PairRow) -> Iterator[Part]:
    if row.role:
        yield rank_part(row.role)


def _sure(queue: LinkQueue, tab: LinksTab) -> Iterable[PairRow]:
    """Return the sure pairs where they belong; who claimed theirs stands among the claims."""
    if tab not in {LinksTab.SURE, LinksTab.PEOPLE, LinksTab.PLAYERS}:
        return ()
    claimed = set() if tab is LinksTab.SURE else {each.key for each in queue.claims}
    return (_sure_row(each) for each in queue.sure_pairs if each.pair.player_id not in claimed)


def _sure_row(sure: SurePair) -> PairRow:
    return PairRow(
        sure.pair, sure.player, sure.user, sure.role, _SURE_SCORE, _SAME_NAME, is_sure=True
    )


def _likeliest(entry: QueueEntry, *, by_user: bool) -> PairRow:
    first = rows_about(entry, by_user=by_user)[0]
    return first._replace(more=max(0, len(entry.partners) - 1))


def _row(entry: QueueEntry, partner: Partner | None, *, by_user: bool) -> PairRow:
    other = partner.name if partner else ""
    alone = LinkPair(0, entry.key) if by_user else LinkPair(entry.key, 0)
    # "Known by name as" whom the line names already says nothing more.
    is_said = bool(other) and entry.remark.endswith(other)
    return PairRow(
        partner.pair if partner else alone,
        other if by_user else entry.name,
        entry.name if by_user else other,
        entry.role,
        partner.score if partner else 0,
        partner.why if partner else "",
        "" if is_said else entry.remark,
        entry.since_at,
    )


def _standing(account: LinkedAccount, is_main: bool) -> str:  # noqa: FBT001 - as it stands
    if not account.counts:
        return account.link.value
    how = {Link.NAME: "known by name"}.get(account.link, account.link.value)
    return f"{'main account' if is_main else 'alt'}, {how}"

"""Who is who, from what is stored; the ties of all users and players."""

from collections.abc import Iterable, Mapping, Sequence

from bot.clan.linking import LinkPair, LinkState, Tied, Ties
from bot.clan.name_matches import AuthorNames, PlayerNames
from bot.clan.persons import Persons, Tie, persons
from bot.clan.standings import Link
from bot.services.setup import Clan
from storage import links
from storage.authors import Writer
from storage.engine import Connection
from storage.links import LinkRow
from storage.players import MemberRow


async def read_ties(connection: Connection, clan: Clan) -> dict[LinkPair, Tied]:
    """Return all links of a clan, in whatever state."""
    tied = [_tied(row) for row in await links.every(connection, clan.clan_id)]
    return {tie.pair: tie for tie in tied}


def row_of(tie: Tied) -> LinkRow:
    """Return a link as it is stored."""
    return LinkRow(
        tie.player_id,
        tie.user_id,
        tie.state,
        tie.is_main,
        tie.claimed_at,
        tie.decided_at,
        tie.decided_by,
    )


def who_is_who(
    places: Sequence[MemberRow],
    names: Mapping[int, Sequence[str]],
    writers: Iterable[Writer],
    ties: Ties,
) -> Persons:
    """Return the persons; `places` may have former members, whose names still tell speakers."""
    told = {tie.user_id: tie.player_id for tie in ties.values() if tie.user_id < 0 and tie.stands}
    return persons(
        [_player_names(place, names) for place in places],
        [_author_names(writer, told) for writer in writers],
        [
            Tie(tie.player_id, tie.user_id, Link(tie.state), tie.is_main, tie.claimed_at)
            for tie in ties.values()
            if tie.stands and tie.user_id > 0
        ],
        # What has ended was somebody's word as well: the name must not bring it back.
        frozenset(pair for pair, tie in ties.items() if not tie.stands),
    )


def opted_out(writers: Iterable[Writer]) -> frozenset[int]:
    """Return the Discord users among the authors who do not want to be counted."""
    return frozenset(
        each.discord_user_id
        for each in writers
        if each.is_hidden and each.discord_user_id is not None
    )


def _tied(row: LinkRow) -> Tied:
    return Tied(
        row.player_id,
        row.discord_user_id,
        LinkState(row.state),
        row.claimed_at,
        row.is_main,
        row.decided_at,
        row.decided_by,
    )


def _player_names(place: MemberRow, names: Mapping[int, Sequence[str]]) -> PlayerNames:
    old = tuple(name for name in names.get(place.player_id, ()) if name != place.name)
    return PlayerNames(place.player_id, place.name, old, place.left_at is None)


def _author_names(writer: Writer, told: Mapping[int, int]) -> AuthorNames:
    return AuthorNames(
        writer.author_id,
        writer.discord_user_id,
        writer.bridge_name,
        tuple(name for name in (writer.name, writer.handle) if name),
        told.get(-writer.author_id, writer.bearer_id),
        writer.is_hidden,
        writer.named_at,
    )

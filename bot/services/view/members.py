"""Members, the projection of a view for reports and cards: each account with both sides."""

from collections.abc import Iterable, Mapping, Sequence
from datetime import UTC, datetime
from typing import Any, TypeVar

from bot.clan.activity import Totals, totals_of
from bot.clan.coverage import linked
from bot.clan.evidence import coverage, strip
from bot.clan.gains import UNKNOWN, Gains, gains_by_player
from bot.clan.metrics import UNRANKED
from bot.clan.spans import Period
from bot.clan.standings import Chat, Link, Member, MessageCounts, Roster, in_house_order
from bot.services.view.people import Known
from bot.services.view.view import ClanView
from storage.authors import Writer
from storage.players import MemberRow
from storage.snapshots import ObservationRow

_WROTE_NOTHING = Chat()
_UNSEEN = ObservationRow(0, datetime.min.replace(tzinfo=UTC), *[UNRANKED] * 5)
_Number = TypeVar("_Number", int, float)
_ByMember = Mapping[int, Gains]


def roster_of(view: ClanView, periods: Iterable[Period]) -> Roster:
    """Return the present members with the gains and messages of some of the view's windows.

    There are messages of a period where the query read them.
    """
    people = view.people
    asked = tuple(periods)
    game = {period: gains_of(view, period) for period in asked}
    wrote = {period: view.chat.wrote[period] for period in asked if period in view.chat.wrote}
    members = tuple(_member(view, member, game, wrote) for member in people.places)
    return _roster(view, in_house_order(members), wrote)


def linked_roster(view: ClanView, period: Period) -> Roster:
    """Return the present members by how they are known, without numbers of their own."""
    known, wrote = view.people.known, view.chat.wrote
    members = tuple(
        Member(
            place.player_id,
            place.name,
            place.role,
            place.joined_at,
            link=known[place.player_id].link if place.player_id in known else Link.NONE,
            updated_at=place.updated_at,
            has_no_discord=place.has_no_discord,
        )
        for place in view.people.places
    )
    return _roster(view, members, {period: wrote[period]} if period in wrote else {})


def _roster(
    view: ClanView, members: tuple[Member, ...], wrote: Mapping[Period, Mapping[int, Chat]]
) -> Roster:
    persons, here = view.people.persons, {each.player_id for each in members}
    return Roster(
        members,
        view.as_of,
        heard={period: _counts(view, by_author) for period, by_author in wrote.items()},
        conflicts=sum(each.player_id in here for each in persons.conflicts),
        claims=persons.waiting(here),
    )


def member_of(view: ClanView, player_id: int, period: Period) -> Member:
    """Return one present member with the gains and messages of a window."""
    place = next(each for each in view.people.places if each.player_id == player_id)
    game, wrote = {period: gains_of(view, period)}, {period: view.chat.wrote[period]}
    return _member(view, place, game, wrote)


def gains_of(view: ClanView, days: int) -> dict[int, Gains]:
    """Return everybody's gains in a window, by player id."""
    game = view.game
    return gains_by_player(game.starts[days], game.first, game.now, view.spans[days])


def messages_of(view: ClanView, wrote: Mapping[int, Chat]) -> dict[int, Chat | None]:
    """Return what the present members wrote of what all authors did, by player id.

    None is somebody whose Discord side nobody knows, an alt, or who opted out.
    """
    known = view.people.known
    return {
        member.player_id: _by_any(authors, wrote)
        if (authors := _authors(known.get(member.player_id))) is not None
        else None
        for member in view.people.places
    }


def coverage_words(view: ClanView, days: int) -> tuple[str, ...]:
    """Return the words on how well the clan was seen over a window."""
    roster = _bare_roster(view)
    heard = 0 if view.chat.heard_from is not None else None
    blind = view.unheard(view.spans[days])
    known = coverage(roster, view.clan.polled_at, linked(roster), heard, blind)
    return strip(known, view.as_of, view.clan.zone)


def _bare_roster(view: ClanView) -> Roster:
    """Return the members of the view's instant without any numbers."""
    persons = view.people.persons
    members = tuple(
        Member(
            place.player_id,
            place.name,
            place.role,
            place.joined_at,
            link=persons.links[place.player_id],
            updated_at=place.updated_at,
            has_no_discord=place.has_no_discord,
        )
        for place in view.members.values()
    )
    return Roster(
        members,
        view.as_of,
        conflicts=len(persons.conflicts),
        claims=persons.waiting(view.members),
    )


def totals_before(view: ClanView, messages: int | None) -> Totals:
    """Return the totals of the span before the compared window, over today's members."""
    game, compared = view.game, view.query.compared
    if compared is None:
        raise ValueError("the query compares nothing")
    earlier = view.spans[compared].before(view.clan.zone)
    gains = gains_by_player(game.earlier, game.first, game.starts[compared], earlier)
    return _totals(gains, messages_of(view, view.chat.earlier), messages)


def totals_in(view: ClanView, period: Period, messages: int | None) -> Totals:
    """Return the totals of a window over today's members."""
    wrote = messages_of(view, view.chat.wrote[period])
    return _totals(gains_of(view, period), wrote, messages)


def _totals(gains: _ByMember, wrote: Mapping[int, Chat | None], messages: int | None) -> Totals:
    sides = (
        (gains.get(player_id, UNKNOWN), chat.messages if chat is not None else 0)
        for player_id, chat in wrote.items()
    )
    return totals_of(sides, messages)


def _member(
    view: ClanView,
    place: MemberRow,
    game: Mapping[Period, _ByMember],
    wrote: Mapping[Period, Mapping[int, Chat]],
) -> Member:
    seen = view.game.now.get(place.player_id)
    now = seen or _UNSEEN
    return Member(
        player_id=place.player_id,
        name=place.name,
        role=place.role,
        joined_at=place.joined_at,
        account_type=place.account_type,
        status=place.status,
        game={
            period: by_player.get(place.player_id, UNKNOWN) for period, by_player in game.items()
        },
        total_xp=_ranked(now.xp),
        total_kills=_ranked(now.kills),
        total_ehp=_ranked(now.ehp),
        total_ehb=_ranked(now.ehb),
        updated_at=place.updated_at,
        changed_at=place.changed_at,
        seen_at=None if seen is None else seen.seen_at,
        has_no_discord=place.has_no_discord,
        **_of_person(view, place, wrote),
    )


def _of_person(
    view: ClanView, place: MemberRow, wrote: Mapping[Period, Mapping[int, Chat]]
) -> dict[str, Any]:
    """Return the fields that say whose a member is.

    Of who opted out it is what WOM shows.
    """
    known = view.people.known.get(place.player_id)
    if known is None:
        return {"accounts": (place.name,)}
    user = {"discord_user_id": known.user_id, "link": known.link}
    if known.is_hidden:
        return {"accounts": known.accounts, "is_hidden": True, **user}
    authors = _authors(known)
    return {
        "person": known.person,
        "chat": None if authors is None else _chat(authors, wrote),
        "total_messages": None if authors is None else sum(each.messages for each in authors),
        "wrote_at": max((each.wrote_at for each in known.authors if each.wrote_at), default=None),
        "weekly_messages": _weekly(known.authors, view.chat.weekly),
        "alt_of": known.alt_of,
        "accounts": known.accounts,
        **user,
    }


def _authors(known: Known | None) -> tuple[Writer, ...] | None:
    """Return who writes for a member, or None where their chat is not shown with this account."""
    if known is None or known.is_hidden or known.alt_of is not None:
        return None
    return known.authors


def _chat(
    authors: Sequence[Writer], wrote: Mapping[Period, Mapping[int, Chat]]
) -> dict[Period, Chat]:
    """Return what the authors of one person wrote; who is linked and wrote nothing is silent."""
    return {period: _by_any(authors, by_author) for period, by_author in wrote.items()}


def _by_any(authors: Sequence[Writer], wrote: Mapping[int, Chat]) -> Chat:
    """Return what a person wrote as any of their authors.

    The days on which any of them wrote stand with the first one.
    """
    chats = [wrote[each.author_id] for each in authors if each.author_id in wrote]
    if len(chats) < 2:  # noqa: PLR2004 - nothing to add up
        return chats[0] if chats else _WROTE_NOTHING
    days = max(each.active_days for each in chats)
    return sum(chats, _WROTE_NOTHING)._replace(active_days=days)


def _weekly(authors: Sequence[Writer], weeks: Mapping[int, tuple[int, ...]]) -> tuple[int, ...]:
    known = [weeks[each.author_id] for each in authors if each.author_id in weeks]
    return tuple(map(sum, zip(*known, strict=True)))


def _counts(view: ClanView, by_author: Mapping[int, Chat]) -> MessageCounts:
    """Return the messages of a span on each side, and how many of them are somebody's."""
    found = dict.fromkeys(MessageCounts._fields, 0)
    for writer in view.people.writers.values():
        messages = by_author.get(writer.author_id, _WROTE_NOTHING).messages
        side = "bridge" if writer.discord_user_id is None else "discord"
        found[side] += messages
        if writer.author_id in view.people.persons.by_author:
            found[f"{side}_attributed"] += messages
    return MessageCounts(**found)


def _ranked(value: _Number | None) -> _Number | None:
    return None if value == UNRANKED else value

"""The queue of the links, arranged from what is known: the easiest questions come first.

Values in, values out; a thousand names take a while, so whoever asks does it in a thread.
"""

from collections import defaultdict
from collections.abc import Collection, Iterable, Mapping

from bot.clan.linking import LinkPair, LinkState, Tied, speaker_key
from bot.clan.matching import (
    Candidate,
    SpeakerToMatch,
    speaker_suggestions,
    suggestions,
    sure_pairs,
)
from bot.clan.standings import Link
from bot.services.people.link_queue import LinkQueue, Partner, QueueEntry, QueueInput, SurePair
from storage.players import MemberRow

_UNLIKE, _BY_NAME = "no name in common", "known by name"


def queue_of(asked: QueueInput) -> LinkQueue:
    """Return the open questions about the present members."""
    known = _Lookup(asked)
    sure = _sure(asked, known)
    settled = {each.pair.player_id for each in sure}, {each.pair.user_id for each in sure}
    found = suggestions(
        [member.to_match() for member in asked.guild_members if member.user_id not in settled[1]],
        [asked.player_to_match(place) for place in _open_players(asked, settled[0])],
        asked.rejected(),
        asked.similarity,
    )
    return LinkQueue(
        claims=_claims(asked, known),
        conflicts=_conflicts(asked, known),
        unmatched_users=_users(asked, found, settled[1]),
        unmatched_players=_players(asked, found, settled[0]),
        unmatched_speakers=_speakers(asked),
        sure_pairs=sure,
        without_discord=frozenset(
            place.player_id for place in asked.places if place.has_no_discord
        ),
    )


class _Lookup:
    """What is looked up for every entry, made once for all of them."""

    def __init__(self, asked: QueueInput) -> None:
        self.guild_members = {face.user_id: face for face in asked.guild_members}
        self.shown = asked.user_names()
        self.of_player: dict[int, list[Tied]] = defaultdict(list)
        self.of_user: dict[int, list[Tied]] = defaultdict(list)
        for tie in asked.ties.values():
            if tie.stands and tie.user_id > 0:
                self.of_player[tie.player_id].append(tie)
                self.of_user[tie.user_id].append(tie)

    def concerning(self, pair: LinkPair) -> list[Tied]:
        """Return the standing links of either of two."""
        return self.of_player.get(pair.player_id, []) + self.of_user.get(pair.user_id, [])


def _sure(asked: QueueInput, known: _Lookup) -> tuple[SurePair, ...]:
    """Return the sure pairs of those whom no other link concerns.

    All names take part, those of linked people too: a name that they share is in doubt. An account
    that gives rights is looked at by itself: somebody may call themself whatever they like.
    """
    wrong = {pair for pair, tie in asked.ties.items() if not tie.stands}
    pairs = sure_pairs(
        [member.to_match() for member in asked.guild_members],
        [asked.player_to_match(place) for place in asked.places],
        wrong,
    )
    places = {place.player_id: place for place in asked.places}
    found = []
    for player_id, user_id, *_ in pairs:
        pair = LinkPair(player_id, user_id)
        if player_id in asked.officers:
            continue
        concerning = known.concerning(pair)
        if all(tie.pair == pair and tie.state is LinkState.CLAIMED for tie in concerning):
            place = places[player_id]
            found.append(SurePair(pair, place.name, known.shown[user_id], place.role))
    return tuple(sorted(found, key=lambda each: each.player.casefold()))


def _called(places: Iterable[MemberRow]) -> dict[int, str]:
    return {place.player_id: place.name for place in places}


def _open_players(asked: QueueInput, settled: Collection[int]) -> list[MemberRow]:
    """Return the members whom nobody claimed, who are in no sure pair."""
    tied = {tie.player_id for tie in asked.ties.values() if tie.stands and tie.user_id > 0}
    return [
        place
        for place in asked.places
        if place.player_id not in tied and place.player_id not in settled
    ]


def _claims(asked: QueueInput, known: _Lookup) -> tuple[QueueEntry, ...]:
    disputed = {conflict.player_id for conflict in asked.persons.conflicts}
    places = {place.player_id: place for place in asked.places}
    claims = sorted(
        (tie for tie in asked.ties.values() if tie.state is LinkState.CLAIMED and tie.user_id > 0),
        key=lambda tie: (tie.claimed_at, tie.pair),
    )
    return tuple(
        QueueEntry(
            place.player_id,
            place.name,
            _claimants(asked, known, place),
            since_at=tie.claimed_at,
            role=place.role,
        )
        for tie in claims
        if (place := places.get(tie.player_id)) is not None and tie.player_id not in disputed
    )


def _conflicts(asked: QueueInput, known: _Lookup) -> tuple[QueueEntry, ...]:
    places = {place.player_id: place for place in asked.places}
    return tuple(
        QueueEntry(
            place.player_id,
            place.name,
            _claimants(asked, known, place, conflict.user_ids),
            role=place.role,
        )
        for conflict in asked.persons.conflicts
        if (place := places.get(conflict.player_id)) is not None
    )


def _claimants(
    asked: QueueInput, known: _Lookup, place: MemberRow, named: Iterable[int] = ()
) -> tuple[Partner, ...]:
    """Return who claims a player or is `named` like it, the likeliest first."""
    found = []
    claims = {tie.pair for tie in known.of_player.get(place.player_id, ())}
    for pair in claims | {LinkPair(place.player_id, user_id) for user_id in named}:
        member = known.guild_members.get(pair.user_id)
        name = known.shown.get(pair.user_id, f"user {pair.user_id}")
        if member is None:
            found.append(Partner(pair, name, 0, "no longer on this server"))
            continue
        alike = suggestions(
            [member.to_match()], [asked.player_to_match(place)], (), asked.similarity
        )
        score, why = (alike[0].score, alike[0].words) if alike else (0, _UNLIKE)
        found.append(Partner(pair, name, score, why))
    return tuple(sorted(found, key=lambda each: (-each.score, each.pair)))


def _users(
    asked: QueueInput, found: Iterable[Candidate], settled: Collection[int]
) -> tuple[QueueEntry, ...]:
    linked = {tie.user_id for tie in asked.ties.values() if tie.stands}
    called = _called(asked.places)
    partners = _partners(found, by_player=False, names=called)
    entries = []
    for member in asked.guild_members:
        if member.user_id in linked or member.user_id in settled:
            continue
        person = asked.persons.by_user.get(member.user_id)
        known = called.get(person.main) if person is not None else None
        remark = f"known by name as {known}" if known is not None else ""
        entries.append(
            QueueEntry(member.user_id, member.shown, partners.get(member.user_id, ()), remark)
        )
    return _easiest_first(entries)


def _players(
    asked: QueueInput, found: Iterable[Candidate], settled: Collection[int]
) -> tuple[QueueEntry, ...]:
    shown = asked.user_names()
    partners = _partners(found, by_player=True, names=shown)
    entries = []
    for place in _open_players(asked, settled):
        likely = partners.get(place.player_id, ())
        remark = "no Discord" if place.has_no_discord else ""
        if asked.persons.links.get(place.player_id) is Link.NAME:
            user_id = asked.persons.by_player[place.player_id].user_id or 0
            known = Partner(
                LinkPair(place.player_id, user_id), shown.get(user_id, "?"), 0, _BY_NAME
            )
            remark = f"known by name as {known.name}"
            if known.pair not in {each.pair for each in likely}:
                likely = (known, *likely)
        entries.append(QueueEntry(place.player_id, place.name, likely, remark, role=place.role))
    without = {place.player_id for place in asked.places if place.has_no_discord}
    return tuple(sorted(_easiest_first(entries), key=lambda entry: entry.key in without))


def _speakers(asked: QueueInput) -> tuple[QueueEntry, ...]:
    unmatched = set(asked.persons.unmatched_authors)
    speakers = [each for each in asked.writers if each.bridge_name and each.author_id in unmatched]
    found = speaker_suggestions(
        [SpeakerToMatch(each.author_id, each.bridge_name or "") for each in speakers],
        [asked.player_to_match(place) for place in asked.places],
        [(pair.player_id, -pair.user_id) for pair in asked.rejected() if pair.user_id < 0],
        asked.similarity,
    )
    keyed = [
        Candidate(each.player_id, speaker_key(each.partner_id), each.score, each.reasons)
        for each in found
    ]
    partners = _partners(keyed, by_player=False, names=_called(asked.places))
    ordered = sorted(speakers, key=lambda each: (-each.messages, each.author_id))
    return tuple(
        QueueEntry(
            speaker_key(each.author_id),
            each.bridge_name or "",
            partners.get(speaker_key(each.author_id), ()),
            f"{each.messages:,} messages",
        )
        for each in ordered
    )


def _partners(
    found: Iterable[Candidate], *, by_player: bool, names: Mapping[int, str]
) -> dict[int, tuple[Partner, ...]]:
    """Return the partners of each player, or of each user; the likeliest come first already."""
    partners: dict[int, list[Partner]] = defaultdict(list)
    for each in found:
        pair = LinkPair(each.player_id, each.partner_id)
        key, other = pair if by_player else reversed(pair)
        partners[key].append(Partner(pair, names.get(other, "?"), each.score, each.words))
    return {key: tuple(told) for key, told in partners.items()}


def _easiest_first(entries: Iterable[QueueEntry]) -> tuple[QueueEntry, ...]:
    def key(entry: QueueEntry) -> tuple[int, str]:
        return -(entry.partners[0].score if entry.partners else 0), entry.name.casefold()

    return tuple(sorted(entries, key=key))

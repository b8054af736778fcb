"""The made-up clan as profiles: what WOM's looks, Discord and the clan chat showed, and no more.

Who is who is told by links and names, as for a real clan: with `all_known` every Discord user is
linked, otherwise every second one.
"""

from bisect import bisect_right
from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from itertools import pairwise

from bot.clan.evidence import chat_evidence, game_evidence
from bot.clan.gains import UNKNOWN, Gains, Headline, gains_between, step
from bot.clan.leave import Leave
from bot.clan.metrics import RAIDS, UNRANKED, MetricKind, threshold
from bot.clan.name_matches import AuthorNames, PlayerNames
from bot.clan.names import wom_key
from bot.clan.persons import Person, Persons, Tie, persons
from bot.clan.policy import DEFAULT_POLICY, RAID_DAYS, STEADY_DAYS, STEADY_WEEKS
from bot.clan.presence import (
    Days,
    Rise,
    day_number,
    days_from,
    days_looked,
    days_risen,
    joined,
    midnights,
    weeks,
)
from bot.clan.profiles import Account, Profile, Side, Week, Window, game_window, summed
from bot.clan.spans import DAY, HOUR, Span, day_of, days_between
from bot.clan.standings import Link, Member
from bot.demo.cast import MadeUpMessage, MadeUpPlayer, from_ms, to_ms
from bot.demo.world import World

_RANKED_FROM = {raid: threshold(raid, MetricKind.BOSS) for raid in sorted(RAIDS)}
_CAP = DEFAULT_POLICY.promotion.hour_cap
Hours = Mapping[datetime, int]


@dataclass(frozen=True, slots=True)
class _Game:
    """One account with what WOM saw of it; the kills of its headlines are those in raids."""

    player: MadeUpPlayer
    member: Member
    looks: tuple[Headline, ...]

    def gains(self, span: Span) -> Gains:
        """Return what was gained in a span that ends now, raids as kills."""
        if not self.looks:
            return UNKNOWN
        before = bisect_right(self.looks, span.start, key=lambda look: look.seen_at)
        return gains_between(self.looks[max(before - 1, 0)], self.looks[-1], span)

    @property
    def total_xp(self) -> int | None:
        """Return the experience that WOM saw last; None when it is unranked or never looked."""
        xp = self.looks[-1].xp if self.looks else UNRANKED
        return None if xp == UNRANKED else xp

    def rises(self) -> Iterator[Rise]:
        """Yield when WOM saw more experience than before, and how much."""
        for before, after in pairwise(self.looks):
            if after.xp > before.xp > UNRANKED:
                yield Rise(to_ms(after.seen_at), after.xp - before.xp)


def profiles_of(
    world: World, said: Sequence[MadeUpMessage], *, all_known: bool = False
) -> list[Profile]:
    """Return a profile of each person who is present; `said` are all messages of the world."""
    authors, hours = _heard(world, said)
    who = persons(_player_names(world), authors, _ties(world, all_known=all_known))
    here = {player.player_id: player for player in world.present(world.now)}
    found = []
    for person in who.people:
        accounts = [here[player_id] for player_id in person.players if player_id in here]
        if accounts:
            found.append(_profile(world, who, person, accounts, hours))
    return found


def _heard(
    world: World, said: Iterable[MadeUpMessage]
) -> tuple[list[AuthorNames], dict[int, Counter[datetime]]]:
    """Return everybody who ever wrote or spoke, and their messages by author and hour."""
    numbers: dict[int | str, int] = {}
    hours: dict[int, Counter[datetime]] = defaultdict(Counter)
    for message in said:
        key = message.user if message.speaker is None else wom_key(message.speaker)
        if key is not None:
            author_id = numbers.setdefault(key, len(numbers) + 1)
            hours[author_id][message.sent_at.replace(minute=0, second=0, microsecond=0)] += 1
    return [_author_names(world, *each) for each in numbers.items()], hours


def _author_names(world: World, key: int | str, author_id: int) -> AuthorNames:
    if isinstance(key, str):
        return AuthorNames(author_id, None, key, (key,))
    user = world.users[key]
    return AuthorNames(author_id, user.user_id, None, (user.display_name, user.name))


def _player_names(world: World) -> list[PlayerNames]:
    return [
        PlayerNames(
            player.player_id,
            player.name,
            tuple(each.value for each in player.names[:-1]),
            is_present=player.stay_at(world.now) is not None,
        )
        for player in world.players
    ]


def linked_users(world: World, *, all_known: bool) -> frozenset[int]:
    """Return the index of each Discord user whose accounts an officer confirmed."""
    return frozenset(user.index for user in world.users if all_known or user.index % 2 == 0)


def _ties(world: World, *, all_known: bool) -> Iterator[Tie]:
    for index in sorted(linked_users(world, all_known=all_known)):
        user = world.users[index]
        for player_id in user.player_ids:
            is_main = player_id not in world.alts
            yield Tie(player_id, user.user_id, Link.CONFIRMED, is_main=is_main)


def _profile(
    world: World,
    who: Persons,
    person: Person,
    players: Sequence[MadeUpPlayer],
    heard: Mapping[int, Hours],
) -> Profile:
    hours = _hours(person, heard)
    games = [
        _game(world, player, who.links[person.main], is_heard=hours is not None)
        for player in players
    ]
    risen = [rise for game in games for rise in game.rises()]
    played, wrote = _days(world, games, risen, hours)
    return Profile(
        accounts=tuple(_account(world, player) for player in players),
        user_id=person.user_id,
        link=who.links[players[0].player_id],
        windows={days: _window(world, games, hours, days) for days in DEFAULT_POLICY.windows()},
        weeks=_weeks(world, games, played, wrote),
        life_days=joined((played, wrote)),
        total_xp=summed(game.total_xp for game in games),
        total_raids=summed(game.looks[-1].kills for game in games if game.looks),
        recent_raids=_recent_raids(world, games),
        game_seen_at=max((from_ms(rise.at_ms) for rise in risen), default=None),
        chat_seen_at=max(hours or (), default=None),
        back_at=max((p.stays[-1].from_at for p in players if len(p.stays) > 1), default=None),
        leave=next((leave for player in players if (leave := _leave(world, player))), None),
    )


def _hours(person: Person, heard: Mapping[int, Hours]) -> Hours | None:
    """Return when a person wrote; None when nobody knows who they are and they never spoke."""
    if person.user_id is None and not person.authors:
        return None
    together: Counter[datetime] = Counter()
    for author_id in person.authors:
        together.update(heard[author_id])
    return together


def _account(world: World, player: MadeUpPlayer) -> Account:
    rose_at = player.roles[-1].since_at
    return Account(
        player.player_id,
        player.name,
        player.role_at(world.now),
        player.joined_at,
        rose_at if rose_at >= world.start_at else None,
    )


def _game(world: World, player: MadeUpPlayer, link: Link, *, is_heard: bool) -> _Game:
    looks = tuple(_looks(player))
    member = Member(
        player.player_id,
        player.name,
        player.role_at(world.now),
        player.joined_at,
        status=player.status_now(world.now),
        link=link,
        chat={} if is_heard else None,
        updated_at=looks[-1].seen_at if looks else None,
        seen_at=looks[-1].seen_at if looks else None,
    )
    return _Game(player, member, looks)


def _looks(player: MadeUpPlayer) -> Iterator[Headline]:
    path, earned = player.path, 0.0
    had: dict[str, float] = {}
    for at_ms in player.observed_ms:
        raids = {raid: path[raid].value_at_ms(at_ms) for raid in _RANKED_FROM}
        earned += sum(
            step(had[raid], kills, _RANKED_FROM[raid]).earned
            for raid, kills in raids.items()
            if raid in had
        )
        had = raids
        xp, ehp, ehb = (path[name].value_at_ms(at_ms) for name in ("overall", "ehp", "ehb"))
        total = int(sum(kills for kills in raids.values() if kills > 0))
        yield Headline(from_ms(at_ms), int(xp), total, int(earned), ehp, ehb)


def _window(world: World, games: Sequence[_Game], hours: Hours | None, days: int) -> Window:
    length, now = timedelta(days=days), world.now
    span = Span(now - length, now)
    gains = [game.gains(span) for game in games]
    sides = [
        Side(game.player.name, gained, game_evidence(game.member, gained, length, now))
        for game, gained in zip(games, gains, strict=True)
    ]
    # An hour that the window cuts counts: it speaks for the writer.
    wrote = None if hours is None else [n for at, n in hours.items() if at > span.start - HOUR]
    return replace(
        game_window(sides),
        kills=None,
        chat=chat_evidence(games[0].member, length, now),
        messages=None if wrote is None else sum(wrote),
        capped=None if wrote is None else sum(min(each, _CAP) for each in wrote),
    )


def _recent_raids(world: World, games: Sequence[_Game]) -> int | None:
    span = Span(world.now - timedelta(days=RAID_DAYS), world.now)
    gains = (game.gains(span) for game in games)
    return summed(gained.kills for gained in gains if not gained.thin)


def _starts(world: World) -> tuple[int, ...]:
    """Return when each day of the last weeks began by the clan's calendar, today's last."""
    today = day_of(world.now, world.zone)
    return midnights(days_between(today - (STEADY_DAYS - 1) * DAY, today), world.zone)


def _days(
    world: World, games: Sequence[_Game], rises: Iterable[Rise], hours: Hours | None
) -> tuple[Days | None, Days | None]:
    starts = _starts(world)
    return (
        days_risen(rises, starts) if any(game.looks for game in games) else None,
        None if hours is None else days_risen((Rise(to_ms(at), 0) for at in hours), starts),
    )


def _weeks(
    world: World, games: Sequence[_Game], played: Days | None, wrote: Days | None
) -> tuple[Week, ...]:
    starts = _starts(world)
    seen = [
        (game.player.player_id, to_ms(look.seen_at), look.xp, look.kills_earned)
        for game in games
        for look in game.looks
    ]
    looked = joined(days_looked(seen, starts).values())
    heard = days_from(day_number(world.start_at, starts), STEADY_DAYS)
    return weeks(None if looked is None else played, wrote, (looked or 0, heard), STEADY_WEEKS)


def _leave(world: World, player: MadeUpPlayer) -> Leave | None:
    from_at, until_at = world.away.get(player.player_id, (world.now, world.now))
    if not from_at <= world.now < until_at:
        return None
    return Leave(1, None, day_of(from_at, world.zone), day_of(until_at, world.zone), set_by=1)

"""Lives that no rule was made for: a clan of people whose habits, sizes and misfortunes vary.

It shares nothing with the made-up clan of the demo but the forms in which a world is told, so that
what holds there by construction need not hold here. All instants are whole seconds before NOW.
"""

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from enum import StrEnum
from random import Random

from bot.demo.careers import LADDER
from bot.demo.cast import DAY_MS, Since, Stay, from_ms, to_ms

NOW = datetime(2026, 5, 15, 12, 30, tzinfo=UTC)
DAYS = 130
"""How long each clan was watched at most."""
_NOW_MS = to_ms(NOW)
_MOST_OUTAGE_DAYS = 9


class Kind(StrEnum):
    """How somebody lives; what the rules ought to make of it follows from what they did."""

    STEADY = "steady"
    CASUAL = "casual"
    GRINDER = "plays and never writes"
    CHATTERER = "writes and hardly plays"
    GHOST = "gone"
    TRICKLE = "gone but for a trickle of experience"
    FADED = "was steady and faded"
    VOICE = "only in voice"
    SEASONAL = "only on a temporary world"
    CLUES = "only clues"
    RETURNER = "came back after long"
    LEFT_AND_BACK = "left the clan and is back"
    TWO_USERS = "writes from a second Discord account"
    SHARED = "shares an account"
    ALT_OF_ACTIVE = "plays the main, not the alt"
    MAIN_OUTSIDE = "plays a main outside the clan"
    SPAMMER = "bursts of messages"
    NEWCOMER = "new"
    AWAY = "on leave"
    NO_DISCORD = "has no Discord"
    ONLY_BRIDGE = "writes in the clan chat alone"


@dataclass(frozen=True, slots=True)
class Habit:
    """How a kind lives: chances a day, XP of a day of play, messages of a day of talk.

    `share` of the clan before a seed changes it. `silent_for` are the days between which somebody
    of the kind has done nothing up to now.
    """

    share: float
    plays: float = 0.0
    xp: int = 0
    writes: float = 0.0
    messages: float = 0.0
    kills: float = 0.0
    silent_for: tuple[int, int] | None = None


_HABITS: Mapping[Kind, Habit] = {
    Kind.STEADY: Habit(8, 0.75, 260_000, 0.7, 4, 6),
    Kind.CASUAL: Habit(22, 0.25, 120_000, 0.2, 2, 2),
    Kind.GRINDER: Habit(8, 0.9, 900_000, 0.0, 0, 4),
    Kind.CHATTERER: Habit(5, 0.04, 20_000, 0.9, 14),
    Kind.GHOST: Habit(12, 0.5, 200_000, 0.4, 3, 3, (33, 120)),
    Kind.TRICKLE: Habit(3, 0.5, 200_000, 0.4, 3, 3, (33, 100)),
    Kind.FADED: Habit(5, 0.8, 500_000, 0.8, 6, 8, (24, 29)),
    Kind.VOICE: Habit(3, silent_for=(60, 120)),
    Kind.SEASONAL: Habit(3, 0.5, 300_000, 0.3, 2, 2, (33, 80)),
    Kind.CLUES: Habit(2, 0.5, 300_000, 0.3, 2, 2, (33, 80)),
    Kind.RETURNER: Habit(3, 0.5, 300_000, 0.3, 2, 2),
    Kind.LEFT_AND_BACK: Habit(3, 0.5, 200_000, 0.3, 2, 1),
    Kind.TWO_USERS: Habit(3, 0.4, 200_000, 0.5, 3, 1),
    Kind.SHARED: Habit(2, 0.4, 200_000, 0.4, 3, 1, (33, 90)),
    Kind.ALT_OF_ACTIVE: Habit(4, 0.6, 250_000, 0.3, 2, 2),
    Kind.MAIN_OUTSIDE: Habit(2, 0.6, 250_000, 0.0, 0, 2),
    Kind.SPAMMER: Habit(2, 0.2, 40_000, 0.15, 90),
    Kind.NEWCOMER: Habit(5, 0.6, 300_000, 0.5, 4, 2),
    Kind.AWAY: Habit(3, 0.6, 200_000, 0.5, 3, 2, (33, 60)),
    Kind.NO_DISCORD: Habit(3, 0.5, 200_000, 0.0, 0, 2),
    Kind.ONLY_BRIDGE: Habit(3, 0.05, 2_000, 0.5, 3),
}
_TRICKLE_XP = 700
_LEADERS = 0.04


@dataclass(frozen=True, slots=True)
class Line:
    """A message: by a Discord user (by index), or by a player in the clan chat."""

    at_ms: int
    user: int | None = None
    player_id: int | None = None


@dataclass(slots=True)
class Account:
    """One account as it grows while its life is made up."""

    player_id: int
    role: str
    names: list[Since]
    stays: list[Stay]
    looks: list[int]
    rises: dict[str, list[tuple[int, float]]] = field(default_factory=dict)
    begins: dict[str, float] = field(default_factory=dict)
    status: str = "active"

    def rise(self, metric: str, at_ms: int, by: float) -> None:
        """Let a metric rise at an instant."""
        self.rises.setdefault(metric, []).append((at_ms, by))

    def gained(self, metric: str, since_ms: int) -> float:
        """Return by how much a metric rose since an instant, seen or not."""
        return sum(by for at_ms, by in self.rises.get(metric, ()) if at_ms >= since_ms)

    def values(self, metric: str, instants: Sequence[int]) -> Iterator[float]:
        """Yield a metric at instants, which are in order."""
        rises = iter(sorted(self.rises.get(metric, ())))
        value = self.begins.get(metric, -1.0)
        coming = next(rises, None)
        for at_ms in instants:
            while coming is not None and coming[0] <= at_ms:
                value = max(value, 0) + coming[1]
                coming = next(rises, None)
            yield value


@dataclass(slots=True)
class Life:
    """One human with what they did. `linked` are accounts that an officer confirmed, by user.

    `claimed` pairs wait for officers. `voice_days` are days before now with minutes in voice.
    """

    kind: Kind
    accounts: list[Account]
    users: list[int] = field(default_factory=list)
    lines: list[Line] = field(default_factory=list)
    linked: list[tuple[int, int]] = field(default_factory=list)
    claimed: list[tuple[int, int]] = field(default_factory=list)
    voice_days: dict[int, int] = field(default_factory=dict)
    away: bool = False
    has_no_discord: bool = False


@dataclass(frozen=True, slots=True)
class Town:
    """A clan with all its lives, and the times in which nobody listened (to messages) or looked."""

    seed: int
    lives: tuple[Life, ...]
    deaf: tuple[tuple[int, int], ...]
    watched_days: int

    def heard(self, life: Life) -> list[Line]:
        """Return the messages of a human that the bot heard."""
        start_ms = _NOW_MS - self.watched_days * DAY_MS
        return [
            line
            for line in life.lines
            if line.at_ms >= start_ms and not any(a <= line.at_ms < b for a, b in self.deaf)
        ]


def town(seed: int, members: int | None = None) -> Town:
    """Make a clan up: 20 to 300 members, each seed with another mix of lives and luck."""
    rng = Random(f"town {seed}")  # noqa: S311 - made-up lives
    members = members or rng.choice((20, 25, 40, 60, 90, 130, 200, 300))
    shares = {kind: habit.share * rng.uniform(0.2, 2) for kind, habit in _HABITS.items()}
    kinds = rng.choices(list(shares), list(shares.values()), k=members)
    luck = _Luck(rng)
    lives = tuple(_life(rng, number, kind, luck) for number, kind in enumerate(kinds))
    return Town(seed, lives, luck.deaf, luck.watched_days)


class _Luck:
    """What the clan as a whole is lucky with: how often WOM looks, and outages of both sides."""

    def __init__(self, rng: Random) -> None:
        self.looks_every = rng.choice((0.9, 0.9, 0.9, 0.6, 0.35))
        """How likely WOM looks at somebody on a day."""
        self.is_linked = rng.choice((0.95, 0.8, 0.5))
        self.watched_days = rng.choice((DAYS, DAYS, 100, 70))
        self.deaf = tuple(self._outages(rng, 0.35))
        self.blind = tuple(self._outages(rng, 0.35))

    def _outages(self, rng: Random, chance: float) -> Iterator[tuple[int, int]]:
        while rng.random() < chance:
            lasts_ms = int(rng.uniform(0.2, _MOST_OUTAGE_DAYS) * DAY_MS)
            begins_ms = _NOW_MS - int(rng.uniform(0, self.watched_days - 10) * DAY_MS) - lasts_ms
            yield begins_ms, begins_ms + lasts_ms


def _life(rng: Random, number: int, kind: Kind, luck: _Luck) -> Life:
    habit = _HABITS[kind]
    life = Life(kind, [_account(rng, number, 0, kind, luck)])
    main = life.accounts[0]
    silent_days = rng.uniform(*habit.silent_for) if habit.silent_for else 0.0
    life.has_no_discord = kind is Kind.NO_DISCORD
    if not life.has_no_discord:
        life.users.append(number * 2)
        if kind is not Kind.ONLY_BRIDGE or rng.random() < 0.5:
            _tie(rng, life, luck)
    _play(rng, main, habit, silent_days, luck)
    _talk(rng, life, habit, silent_days)
    if (strange := _STRANGE.get(kind)) is not None:
        strange(rng, life, habit, luck)
    return life


def _account(rng: Random, number: int, nth: int, kind: Kind, luck: _Luck) -> Account:
    player_id = 10_000 + number * 10 + nth
    joined_days = rng.uniform(40, 900) if kind is not Kind.NEWCOMER else rng.uniform(1, 12)
    joined_at = _ago(joined_days)
    is_leader = rng.random() < _LEADERS and kind is not Kind.NEWCOMER
    role = rng.choice(LADDER[:7]) if is_leader else rng.choice(LADDER[7:10])
    first = Since(_name(rng, number, nth, 0), joined_at - timedelta(days=rng.uniform(1, 300)))
    names = [first]
    if rng.random() < 0.12:
        names.append(Since(_name(rng, number, nth, 1), _ago(rng.uniform(2, joined_days))))
    looks = _looks(rng, joined_days, luck)
    xp = rng.uniform(2_000_000, 300_000_000)
    begins = {"overall": int(xp), "ehp": xp / 400_000, "ehb": 10.0, "attack": int(xp / 20)}
    begins |= {boss: float(rng.choice((-1, 60, 200))) for boss in _BOSSES}
    begins |= {"league_points": -1.0, "clue_scrolls_all": float(rng.randrange(20, 400))}
    return Account(player_id, role, names, [Stay(joined_at)], looks, begins=begins)


_BOSSES = ("zulrah", "vorkath", "chambers_of_xeric", "tombs_of_amascut")


def _name(rng: Random, number: int, nth: int, times: int) -> str:
    form = rng.choice(("Fen {0}", "{0} Moss", "brae_{0}", "x{0}x", "{0}", "Old-{0}"))
    return form.format(f"{number}{'abcd'[nth]}{'rs'[times]}")


def _looks(rng: Random, joined_days: float, luck: _Luck) -> list[int]:
    """Return when WOM looked: at irregular hours, never in an outage, hardly ever at a few."""
    chance = luck.looks_every * rng.choice((1, 1, 1, 1, 1, 1, 1, 0.5, 0.08))
    found = []
    for day in range(int(min(luck.watched_days, joined_days + 30))):
        at_ms = _ms_ago(day + rng.random())
        if rng.random() < chance and not any(a <= at_ms < b for a, b in luck.blind):
            found.append(at_ms)
    return sorted(found)


def _tie(rng: Random, life: Life, luck: _Luck) -> None:
    pair = (life.accounts[0].player_id, life.users[0])
    if rng.random() < luck.is_linked:
        life.linked.append(pair)
    elif rng.random() < 0.3:
        life.claimed.append(pair)


def _play(rng: Random, account: Account, habit: Habit, silent_days: float, luck: _Luck) -> None:
    here_days = (NOW - account.stays[0].from_at) / timedelta(days=1)
    for day in range(int(min(luck.watched_days, here_days))):
        at = day + rng.random()
        if at > silent_days and rng.random() < habit.plays:
            _gain(account, _ms_ago(at), int(habit.xp * rng.lognormvariate(0, 0.8)))
            _kill(rng, account, _ms_ago(at), habit)


def _gain(account: Account, at_ms: int, xp: int) -> None:
    account.rise("overall", at_ms, xp)
    account.rise("attack", at_ms, xp)
    account.rise("ehp", at_ms, xp / 400_000)


def _kill(rng: Random, account: Account, at_ms: int, habit: Habit) -> None:
    boss = rng.choice(_BOSSES)
    if account.begins[boss] > 0 and rng.random() * 8 < habit.kills:
        account.rise(boss, at_ms, rng.randrange(1, 4))
        account.rise("ehb", at_ms, 0.3)


def _talk(rng: Random, life: Life, habit: Habit, silent_days: float) -> None:
    account = life.accounts[0]
    in_bridge = 1.0 if life.kind is Kind.ONLY_BRIDGE else rng.choice((0, 0, 0.3))
    here_days = (NOW - account.stays[0].from_at) / timedelta(days=1)
    for day in range(int(min(DAYS, here_days))):
        if rng.random() < habit.writes:
            at = day + rng.random()
            for _ in range(max(1, round(habit.messages * rng.lognormvariate(0, 0.7)))):
                at = max(0.001, at - rng.uniform(0, 0.02))
                if at > silent_days:
                    life.lines.append(_line(rng, life, account, _ms_ago(at), in_bridge))


def _line(rng: Random, life: Life, account: Account, at_ms: int, in_bridge: float) -> Line:
    if not life.users or rng.random() < in_bridge:
        return Line(at_ms, player_id=account.player_id)
    return Line(at_ms, user=life.users[0])


def _trickle(rng: Random, life: Life, _: Habit, luck: _Luck) -> None:
    for _day in range(6):
        _gain(life.accounts[0], _ms_ago(rng.uniform(0.1, 29)), rng.randrange(1, _TRICKLE_XP))
    del luck


def _in_voice(rng: Random, life: Life, *_: object) -> None:
    life.voice_days = {day: rng.randrange(20, 200) for day in range(90) if rng.random() < 0.8}


def _leagues(rng: Random, life: Life, *_: object) -> None:
    points = [_ms_ago(rng.uniform(0.5, 25)) for _ in range(10)]
    for at_ms in points:
        life.accounts[0].rise("league_points", at_ms, rng.randrange(50, 500))


def _clues(rng: Random, life: Life, *_: object) -> None:
    for _number in range(5):
        life.accounts[0].rise("clue_scrolls_all", _ms_ago(rng.uniform(0.5, 25)), 1)


def _returns(rng: Random, life: Life, *_: object) -> None:
    """Take out a long silence that ended a few days ago."""
    gone, back = _ms_ago(rng.uniform(50, 100)), _ms_ago(rng.uniform(2, 20))
    account = life.accounts[0]
    for metric, rises in account.rises.items():
        account.rises[metric] = [each for each in rises if not gone <= each[0] < back]
    life.lines = [line for line in life.lines if not gone <= line.at_ms < back]


def _left_and_back(rng: Random, life: Life, *_: object) -> None:
    account = life.accounts[0]
    back_days = rng.uniform(3, 25)
    gone_days = back_days + rng.uniform(5, 40)
    came = min(account.stays[0].from_at, _ago(gone_days + 40))
    account.stays = [Stay(came, _ago(gone_days)), Stay(_ago(back_days))]
    gone = _ms_ago(gone_days + 20)
    for metric, rises in account.rises.items():
        account.rises[metric] = [each for each in rises if each[0] < gone]
    life.lines = [line for line in life.lines if line.at_ms < gone]


def _second_user(rng: Random, life: Life, *_: object) -> None:
    """Let all that is written lately come from another Discord account of the player's name."""
    second = life.users[0] + 1
    life.users.append(second)
    account = life.accounts[0]
    for metric, rises in account.rises.items():
        account.rises[metric] = [each for each in rises if each[0] < _ms_ago(45)]
    life.lines = [
        Line(line.at_ms, user=second)
        if line.user is not None and line.at_ms > _ms_ago(40)
        else line
        for line in life.lines
    ]
    life.lines += [Line(_ms_ago(rng.uniform(1, 28)), user=second) for _ in range(5)]


def _shared(rng: Random, life: Life, *_: object) -> None:
    """Let two people use an account: one of them is gone, the other plays it, or both claim it."""
    account, other = life.accounts[0], life.users[0] + 1
    life.users.append(other)
    if rng.random() < 0.5:
        for _day in range(6):
            _gain(account, _ms_ago(rng.uniform(3, 25)), 50_000)
    else:
        life.linked.clear()
        life.claimed = [(account.player_id, user) for user in life.users]
    life.lines += [Line(_ms_ago(rng.uniform(1, 28)), user=other) for _ in range(8)]


def _idle_alt(rng: Random, life: Life, _: Habit, luck: _Luck) -> None:
    alt = _account(rng, life.accounts[0].player_id % 10_000 // 10, 1, life.kind, luck)
    life.accounts.append(alt)
    life.linked = [(each.player_id, life.users[0]) for each in life.accounts]
    life.claimed.clear()


def _main_outside(rng: Random, life: Life, _: Habit, luck: _Luck) -> None:
    """Let the main leave the clan and play on; the alt stays and does nothing."""
    _idle_alt(rng, life, _, luck)
    main = life.accounts[0]
    main.stays = [Stay(min(main.stays[0].from_at, _ago(90)), _ago(rng.uniform(40, 60)))]


def _is_away(rng: Random, life: Life, *_: object) -> None:
    life.away = True
    del rng


_STRANGE: Mapping[Kind, Callable[[Random, Life, Habit, _Luck], None]] = {
    Kind.TRICKLE: _trickle,
    Kind.VOICE: _in_voice,
    Kind.SEASONAL: _leagues,
    Kind.CLUES: _clues,
    Kind.RETURNER: _returns,
    Kind.LEFT_AND_BACK: _left_and_back,
    Kind.TWO_USERS: _second_user,
    Kind.SHARED: _shared,
    Kind.ALT_OF_ACTIVE: _idle_alt,
    Kind.MAIN_OUTSIDE: _main_outside,
    Kind.AWAY: _is_away,
}


def said_in_turn(lines: Iterable[Line]) -> Iterator[Line]:
    """Yield lines in order, a millisecond apart at least: ids of messages rise with time."""
    last = 0
    for line in sorted(lines, key=lambda each: each.at_ms):
        last = max(line.at_ms, last + 1)
        yield Line(last, line.user, line.player_id)


def _ago(days: float) -> datetime:
    return from_ms(_ms_ago(days))


def _ms_ago(days: float) -> int:
    return _NOW_MS - int(days * DAY_MS) // 1_000 * 1_000

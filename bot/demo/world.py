"""The made-up clan as one value: its players, its Discord, and what is true of them.

The same seed, size, span and instant always give the same world.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

from bot.demo import updates
from bot.demo.cast import (
    DAY_MS,
    ChannelKind,
    MadeUpChannel,
    MadeUpMessage,
    MadeUpPlayer,
    MadeUpUser,
    Persona,
    from_ms,
    snowflake,
    to_ms,
)
from bot.demo.chatting import Talk, written
from bot.demo.rhythm import lots
from bot.demo.settling import settle
from bot.demo.voices import voices_of

COMING = timedelta(days=7)
"""How far beyond `now` play and WOM's own updates are made up."""

CLAN_NAME = "Amber Lanterns"
GROUP_ID = 7404
_MESSAGES_A_DAY_EACH = 400 / 150
_CHANNELS_SINCE_MS = 1_550_000_000_000
_CHANNELS = (
    ("general", ChannelKind.TEXT, 0.40),
    ("pvm", ChannelKind.TEXT, 0.16),
    ("skilling", ChannelKind.TEXT, 0.10),
    ("events", ChannelKind.TEXT, 0.05),
    ("off-topic", ChannelKind.TEXT, 0.13),
    ("clan-chat", ChannelKind.BRIDGE, 0.12),
    ("voice chat", ChannelKind.VOICE, 0.01),
    ("bot-commands", ChannelKind.COMMANDS, 0.05),
)


@dataclass(frozen=True)
class World:
    """A clan with a history up to `now`, and a few days that are still to come.

    `truth` tells the part that each player plays, `alts` whose second account a player is,
    `away` the leave of absence [from, until) of those who announced one.
    """

    seed: int
    start_at: datetime
    now: datetime
    zone: ZoneInfo
    clan_name: str
    group_id: int
    ladder: tuple[str, ...]
    players: tuple[MadeUpPlayer, ...]
    users: tuple[MadeUpUser, ...]
    channels: tuple[MadeUpChannel, ...]
    truth: Mapping[int, Persona]
    alts: Mapping[int, int]
    away: Mapping[int, tuple[datetime, datetime]]

    def present(self, instant: datetime) -> tuple[MadeUpPlayer, ...]:
        """Return the players who are members at an instant."""
        return tuple(player for player in self.players if player.stay_at(instant))

    def silent_since(self, player: MadeUpPlayer) -> datetime | None:
        """Return since when a player has truly neither played nor written, or None."""
        for lull in player.lulls:
            if lull.covers(to_ms(self.now)):
                return from_ms(lull.from_ms)
        return None

    def snapshot(self, player: MadeUpPlayer, instant: datetime) -> dict[str, float]:
        """Return all 113 metrics at an instant, in WOM's order; -1 means unranked."""
        return updates.snapshot(player, to_ms(instant))

    def changes(self, player: MadeUpPlayer) -> Iterator[tuple[datetime, dict[str, float]]]:
        """Yield what each of WOM's updates showed: first everything, then only what differs."""
        return updates.changes(player)

    def messages(
        self, *, messages_a_day: float | None = None, texts: bool = True
    ) -> Iterator[MadeUpMessage]:
        """Yield all messages up to `now` in time order; without texts they are empty.

        By default about 400 a day for 150 members.
        """
        voices, speakers = voices_of(self.users, self.players)
        members = len(self.present(self.now))
        wanted = _MESSAGES_A_DAY_EACH * members if messages_a_day is None else messages_a_day
        rng = lots(self.seed, "talk")
        talk = Talk(rng, voices, speakers, self.channels, self.zone)
        words = lots(self.seed, "words") if texts else None
        return written(talk, words, (to_ms(self.start_at), to_ms(self.now)), wanted)


def make_world(  # noqa: PLR0913 - all that makes a clan another one
    *,
    seed: int,
    members: int,
    days: int,
    now: datetime,
    zone: str = "Europe/London",
    tells: bool = False,
) -> World:
    """Make up a clan of `members` present members with `days` days of history up to `now`.

    Those who left for good come on top: about one for every sixteen members. Where somebody
    `tells`, WOM also looks whenever one in three of them logs in or out, so that hours of play are
    known.
    """
    now = from_ms(to_ms(now) // 1_000 * 1_000)
    settled = settle(seed, members, days, now, COMING, tells=tells)
    players = settled.players
    return World(
        seed=seed,
        start_at=now - timedelta(days=days),
        now=now,
        zone=ZoneInfo(zone),
        clan_name=CLAN_NAME,
        group_id=GROUP_ID,
        ladder=settled.ladder,
        players=players,
        users=settled.users,
        channels=tuple(
            MadeUpChannel(index, snowflake(_CHANNELS_SINCE_MS + index * DAY_MS, index), *channel)
            for index, channel in enumerate(_CHANNELS)
        ),
        truth={player.player_id: player.persona for player in players},
        alts=settled.alts,
        away=_away(players),
    )


def _away(players: tuple[MadeUpPlayer, ...]) -> dict[int, tuple[datetime, datetime]]:
    return {
        player.player_id: (from_ms(lull.from_ms), from_ms(lull.to_ms))
        for player in players
        if player.persona is Persona.AWAY
        for lull in player.lulls
        if lull.to_ms is not None
    }

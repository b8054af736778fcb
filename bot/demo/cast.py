"""Who and what the made-up world is made of: values only, in whole milliseconds of UTC inside.

A made-up player knows its own past and a few days of its future; nothing here draws lots.
"""

from array import array
from bisect import bisect_right
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from enum import StrEnum
from typing import NamedTuple

EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
MILLISECOND = timedelta(milliseconds=1)
MINUTE_MS = 60_000
HOUR_MS = 60 * MINUTE_MS
DAY_MS = 24 * HOUR_MS
_DISCORD_EPOCH_MS = 1_420_070_400_000


class Persona(StrEnum):
    """The part that somebody plays in the clan."""

    LEADER = "leader"
    OFFICER = "officer"
    STEADY = "steady"
    CHATTERER = "chatterer"
    GRINDER = "grinder"
    CASUAL = "casual"
    GHOST = "ghost"
    NEWCOMER = "newcomer"
    SPAMMER = "spammer"
    ALT = "alt"
    UNTRACKED = "untracked"
    AWAY = "away"
    LURKER = "lurker"
    GUEST = "guest"
    FADING = "fading"
    BOSSER = "bosser"
    SLUMPED = "slumped"


def to_ms(instant: datetime) -> int:
    """Return an aware instant as whole milliseconds since 1970."""
    return (instant - EPOCH) // MILLISECOND


def from_ms(at_ms: int) -> datetime:
    """Return milliseconds since 1970 as an aware UTC instant."""
    return EPOCH + timedelta(milliseconds=at_ms)


def snowflake(at_ms: int, number: int) -> int:
    """Return an id like Discord's: ordered by time, apart by number (22 bits of it)."""
    return ((at_ms - _DISCORD_EPOCH_MS) << 22) | (number & 0x3F_FFFF)


class Since(NamedTuple):
    """What held from an instant until the next one: a name or a role."""

    value: str
    since_at: datetime


class Stay(NamedTuple):
    """One stretch of membership; `to_at` is None while it lasts."""

    from_at: datetime
    to_at: datetime | None = None


class Lull(NamedTuple):
    """A stretch in which somebody neither plays nor writes; `to_ms` is None when it lasts."""

    from_ms: int
    to_ms: int | None = None

    def covers(self, at_ms: int) -> bool:
        """Tell whether the lull holds at an instant."""
        return self.from_ms <= at_ms and (self.to_ms is None or at_ms < self.to_ms)


@dataclass(frozen=True, slots=True)
class ValueHistory:
    """One metric of one player: its values, each from its instant on; only changes are kept.

    Whole numbers stay whole: only EHP and EHB are kept as floats.
    """

    at_ms: "array[int]"
    values: "array[float]"

    def value_at(self, instant: datetime) -> float:
        """Return the value that held at an instant; before the first one, the first."""
        return self.value_at_ms(to_ms(instant))

    def value_at_ms(self, at_ms: int) -> float:
        """Return the value that held at an instant in milliseconds since 1970."""
        return self.values[max(0, bisect_right(self.at_ms, at_ms) - 1)]


@dataclass(frozen=True, slots=True)
class MadeUpPlayer:
    """One RuneScape account with its whole history, and `coming_ms` and play beyond `now`.

    `status` holds from `status_at` on. `observed_ms` are the instants at which WOM updated.
    `played_ms` are the instants at which anything rose.
    """

    player_id: int
    persona: Persona
    account_type: str
    country: str | None
    names: tuple[Since, ...]
    roles: tuple[Since, ...]
    stays: tuple[Stay, ...]
    lulls: tuple[Lull, ...]
    registered_at: datetime
    status: str
    status_at: datetime | None
    user: int | None
    utc_offset_hours: int
    clan_chat_weight: float
    observed_ms: "array[int]"
    coming_ms: "array[int]"
    played_ms: "array[int]"
    path: Mapping[str, ValueHistory]

    @property
    def name(self) -> str:
        """Return the newest name."""
        return self.names[-1].value

    @property
    def joined_at(self) -> datetime:
        """Return when the player first came."""
        return self.stays[0].from_at

    @property
    def observed_at(self) -> tuple[datetime, ...]:
        """Return the instants up to `now` at which WOM updated, oldest first."""
        return tuple(map(from_ms, self.observed_ms))

    def name_at(self, instant: datetime) -> str:
        """Return the name at an instant; before the first one, the first."""
        return holding(self.names, instant)

    def role_at(self, instant: datetime) -> str:
        """Return the role at an instant; before the first one, the first."""
        return holding(self.roles, instant)

    def stay_at(self, instant: datetime) -> Stay | None:
        """Return the stretch of membership that holds at an instant."""
        for stay in self.stays:
            if stay.from_at <= instant and (stay.to_at is None or instant < stay.to_at):
                return stay
        return None

    def status_now(self, instant: datetime) -> str:
        """Return WOM's status of the account at an instant."""
        return self.status if self.status_at and self.status_at <= instant else "active"


def holding(history: tuple[Since, ...], instant: datetime) -> str:
    """Return the value that held at an instant; before the first one, the first."""
    held = [entry.value for entry in history if entry.since_at <= instant]
    return held[-1] if held else history[0].value


@dataclass(frozen=True, slots=True)
class MadeUpUser:
    """One Discord account; `role` is the clan role of its main player, None for a visitor."""

    index: int
    user_id: int
    name: str
    display_name: str
    utc_offset_hours: int
    role: str | None
    persona: Persona
    player_ids: tuple[int, ...]
    chat_weight: float


class ChannelKind(StrEnum):
    """What a channel is for."""

    TEXT = "text"
    BRIDGE = "bridge"
    VOICE = "voice"
    COMMANDS = "commands"


@dataclass(frozen=True, slots=True)
class MadeUpChannel:
    """One Discord channel; `share` is its part of the conversations."""

    index: int
    channel_id: int
    name: str
    kind: ChannelKind
    share: float


class MadeUpMessage(NamedTuple):
    """One message. Its author is a user, or in the bridge a player named `speaker`.

    Both None: a broadcast of the game or an answer of some other bot. `is_bot` holds for all that
    a webhook or a bot posted, so also for what speakers say.
    """

    number: int
    user: int | None
    speaker: str | None
    player_id: int | None
    channel: int
    sent_at: datetime
    text: str
    reply_to: int | None
    is_bot: bool
    is_question: bool

    @property
    def message_id(self) -> int:
        """Return an id like Discord's, rising with the number."""
        return snowflake(to_ms(self.sent_at), self.number)

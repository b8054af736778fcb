"""People as verdicts see them: a settled, active, well-observed member unless said otherwise."""

from collections.abc import Sequence
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any

from bot.clan.evidence import Evidence, Grade
from bot.clan.policy import DEFAULT_POLICY, STEADY_DAYS, STEADY_WEEKS
from bot.clan.profiles import Account, Profile, Week, Window
from bot.clan.standings import Link

Fields = dict[str, Any]

NOW = datetime(2026, 5, 15, 12, tzinfo=UTC)  # a Friday
LADDER = (
    "owner", "zenyte", "onyx", "administrator", "captain", "member", "prospector", "guest",
)  # fmt: skip
GOOD = Evidence(Grade.GOOD)
THIN = Evidence(Grade.THIN, ("last update 9 days ago",))
NONE = Evidence(Grade.NONE, ("not linked to a Discord user",))
POLICY = DEFAULT_POLICY
ZERO = Window(0, 0, 0.0, 0.0, 0, 0, 0, GOOD, GOOD, GOOD)
BUSY = Window(4_000_000, 100, 30.0, 5.0, 60, 60, 3, GOOD, GOOD, GOOD)
WEEKS = (Week(5, 4),) * 8


def days(count: float) -> timedelta:
    return timedelta(days=count)


def ago(count: float) -> datetime:
    return NOW - days(count)


def account(player_id: int = 1, role: str = "member", joined: float = 400) -> Account:
    return Account(player_id, f"Player {player_id}", role, ago(joined), ago(joined))


def life_of(weeks: Sequence[Week]) -> int:
    """Return the days of the eight weeks, a bit each, on the newest days of each week."""
    found = 0
    for number, week in enumerate(reversed(weeks[-STEADY_WEEKS:])):
        there = max(week.game_days or 0, week.chat_days or 0)
        found |= (0b1111111 << 7 - there & 0b1111111) << STEADY_DAYS - 7 * (number + 1)
    return found


def person(player_id: int = 1, role: str = "member", **fields: Any) -> Profile:  # noqa: ANN401 - any field
    """Return an active member; `window` stands for every window, other fields are the profile's.

    An officer confirmed the link, unless no user is known. On each side's days of a week they were
    there on the newest ones.
    """
    window = fields.pop("window", BUSY)
    user_id = fields.pop("user_id", player_id + 1000)
    usual = Profile(
        (account(player_id, role),),
        user_id=user_id,
        link=Link.NONE if user_id is None else Link.CONFIRMED,
        windows=dict.fromkeys(POLICY.windows(), window),
        weeks=WEEKS,
        life_days=life_of(fields.get("weeks", WEEKS)),
        total_xp=100_000_000,
        total_raids=10,
        recent_raids=4,
        game_seen_at=ago(1),
        chat_seen_at=ago(1),
        enough_xp_at=ago(2),
    )
    return replace(usual, **fields)


def silent(player_id: int = 1, role: str = "member", **fields: Any) -> Profile:  # noqa: ANN401 - any field
    """Return somebody who did nothing for forty days, well observed."""
    gone = {"window": ZERO, "game_seen_at": ago(40), "chat_seen_at": ago(45), "enough_xp_at": None}
    return person(player_id, role, **(gone | fields))

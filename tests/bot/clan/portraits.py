"""People as verdicts see them: a settled, active, well-observed member unless said otherwise."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any

from bot.clan.evidence import Evidence, Grade
from bot.clan.policy import DEFAULT_POLICY
from bot.clan.profiles import Account, Profile, Week, Window
from bot.clan.standings import Link

Fields = dict[str, Any]

NOW = datetime(2026, 5, 15, 12, tzinfo=UTC)  # a Friday
LADDER = ("owner", "zenyte", "onyx", "administrator", "member", "prospector", "guest")
GOOD = Evidence(Grade.GOOD)
THIN = Evidence(Grade.THIN, ("last update 9 days ago",))
NONE = Evidence(Grade.NONE, ("not linked to a Discord user",))
POLICY = DEFAULT_POLICY
ZERO = Window(0, 0, 0.0, 0.0, 0, 0, 0, 0, GOOD, GOOD, GOOD)
BUSY = Window(4_000_000, 100, 30.0, 5.0, 4, 60, 60, 3, GOOD, GOOD, GOOD)
WEEKS = (Week(5, 4),) * 8


def days(count: float) -> timedelta:
    return timedelta(days=count)


def ago(count: float) -> datetime:
    return NOW - days(count)


def account(player_id: int = 1, role: str = "member", joined: float = 400) -> Account:
    return Account(player_id, f"Player {player_id}", role, ago(joined), ago(joined))


def person(player_id: int = 1, role: str = "member", **fields: Any) -> Profile:  # noqa: ANN401 - any field
    """Return an active member; `window` stands for every window, other fields are the profile's.

    An officer confirmed the link, unless no user is known.
    """
    window = fields.pop("window", BUSY)
    user_id = fields.pop("user_id", player_id + 1000)
    usual = Profile(
        (account(player_id, role),),
        user_id=user_id,
        link=Link.NONE if user_id is None else Link.CONFIRMED,
        windows=dict.fromkeys(POLICY.windows(), window),
        weeks=WEEKS,
        total_xp=100_000_000,
        total_raids=10,
        game_seen_at=ago(1),
        chat_seen_at=ago(1),
        enough_xp_at=ago(2),
    )
    return replace(usual, **fields)


def silent(player_id: int = 1, role: str = "member", **fields: Any) -> Profile:  # noqa: ANN401 - any field
    """Return somebody who did nothing for forty days, well observed."""
    gone = {"window": ZERO, "game_seen_at": ago(40), "chat_seen_at": ago(45), "enough_xp_at": None}
    return person(player_id, role, **(gone | fields))

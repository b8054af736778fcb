"""What the review of a clan comes to: frozen answers for commands, files and the command line."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import NamedTuple

from bot.clan.activity import Heatmap
from bot.clan.alerts import Alert
from bot.clan.audit import Audit
from bot.clan.cases import Case
from bot.clan.enforcement import InactivityList, Judgement
from bot.clan.policy import Policy
from bot.clan.profiles import Profile
from bot.clan.promotion import PromotionCase, Promotions
from bot.clan.slack import Slack
from bot.services.review.context import ReviewContext


class Waiting(NamedTuple):
    """A case that was approved and waits for the game; `remark` is what to know before doing it.

    `user_id` is who they are on Discord, if that is known.
    """

    case: Case
    name: str
    remark: str = ""
    user_id: int | None = None


@dataclass(frozen=True, slots=True)
class PromotionReview:
    """Who may rise. `cases` are the standing ones by player id; `approved` wait for the game.

    `read` is what it was made from, for whoever asks on about one person.
    """

    promotions: Promotions
    cases: Mapping[int, Case]
    approved: tuple[Waiting, ...]
    policy: Policy
    as_of: datetime
    evidence: tuple[str, ...]
    read: ReviewContext | None = field(default=None, compare=False, repr=False)


@dataclass(frozen=True, slots=True)
class InactivityReview:
    """Who is silent. `cases` are the standing ones by player id, `earlier` how many were before.

    `to_remove` were approved and are members still; `days` is the limit that was asked for instead
    of each rank's own.
    """

    listed: InactivityList
    cases: Mapping[int, Case]
    earlier: Mapping[int, int]
    to_remove: tuple[Waiting, ...]
    policy: Policy
    as_of: datetime
    evidence: tuple[str, ...]
    days: int | None = None


@dataclass(frozen=True, slots=True)
class AuditReview:
    """How officers do; `uncovered` are the clan's messages in hours of the week without one.

    `talk` are all messages by hour of the week, `cover` those of officers; chat was heard first at
    `heard_at`.
    `gap` is (weekday, first hour, hours) of the longest stretch without an officer.
    """

    audit: Audit
    uncovered: Heatmap
    gap: tuple[int, int, int] | None
    policy: Policy
    as_of: datetime
    evidence: tuple[str, ...]
    talk: Heatmap = ()
    cover: Heatmap = ()
    heard_at: datetime | None = None


@dataclass(frozen=True, slots=True)
class AlertReview:
    """What officers may want to know."""

    alerts: tuple[Alert, ...]
    policy: Policy
    as_of: datetime
    evidence: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class OwnStanding:
    """What one person has left before being called inactive, and lacks for the next rank."""

    profile: Profile
    judgement: Judgement
    slack: Slack
    outlook: PromotionCase | None


@dataclass(frozen=True, slots=True)
class Suggestion:
    """What the bot says about one player now: what a case would be opened with."""

    player_id: int
    name: str
    role: str
    target: str | None
    numbers: tuple[str, ...]
    policy_version: int


class Judged(NamedTuple):
    """What is suggested about each of some players, or why nothing is; and what was read for it."""

    found: "tuple[Suggestion | Unsuggested, ...]"
    read: ReviewContext | None = None


class Unsuggested(NamedTuple):
    """Why a player is not suggested now, as a sentence; `name` is None for nobody of this clan."""

    name: str | None
    words: str

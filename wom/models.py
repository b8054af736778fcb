"""What Wise Old Man knows, as frozen values: only the fields we read.

Unknown fields, metrics, roles and statuses pass. -1 stays -1 (unranked) and None stays None
(unknown): what they mean is a rule, and rules live elsewhere.
"""

from datetime import UTC, datetime
from typing import Annotated

from pydantic import (
    AfterValidator,
    AwareDatetime,
    BaseModel,
    BeforeValidator,
    ConfigDict,
    Field,
    FiniteFloat,
)
from pydantic.alias_generators import to_camel

MAX_ID = 2_147_483_647
# Beyond this a JSON number is no longer exact.
MAX_NUMBER = 2**53


def _not_bool(value: object) -> object:
    """Refuse True and False, which Python counts among the whole numbers."""
    if isinstance(value, bool):
        raise ValueError("a truth value is not a number")  # noqa: TRY004 - what pydantic collects
    return value


def _in_utc(value: datetime) -> datetime:
    """Turn an aware instant into UTC."""
    try:
        return value.astimezone(UTC)
    except OverflowError as error:
        raise ValueError("an instant outside the calendar") from error


Id = Annotated[int, BeforeValidator(_not_bool), Field(ge=1, le=MAX_ID)]
Whole = Annotated[int, BeforeValidator(_not_bool), Field(ge=-MAX_NUMBER, le=MAX_NUMBER)]
Instant = Annotated[AwareDatetime, AfterValidator(_in_utc)]
Number = int | float


class _Answer(BaseModel):
    """Part of an answer: camelCase on the wire, snake_case here, never changed."""

    model_config = ConfigDict(frozen=True, alias_generator=to_camel, populate_by_name=True)


class WomPlayer(_Answer):
    """A player; `id` survives renames, names do not; exp, ehp and ehb are 0 when never updated."""

    id: Id
    username: str
    display_name: str
    type: str
    build: str
    status: str
    country: str | None = None
    exp: Whole
    ehp: FiniteFloat
    ehb: FiniteFloat
    registered_at: Instant
    updated_at: Instant | None
    last_changed_at: Instant | None


class WomMembership(_Answer):
    """A player's place in a group; `created_at` is the row's birth, not the day they joined."""

    player_id: Id
    role: str
    client_sync_joined_at: Instant | None = None
    created_at: Instant
    updated_at: Instant
    player: WomPlayer


class RoleOrder(_Answer):
    """Where a role stands in a group's own order."""

    role: str
    index: Whole


class GroupSummary(_Answer):
    """A group as a search shows it."""

    id: Id
    name: str
    clan_chat: str | None = None
    member_count: Whole


class GroupDetails(GroupSummary):
    """A group with everybody in it; `role_orders` is empty when the group never synced them."""

    homeworld: Whole | None = None
    role_orders: tuple[RoleOrder, ...]
    memberships: tuple[WomMembership, ...]


class Stats(_Answer):
    """One snapshot: metric -> experience, kills, score or value, whole numbers left whole."""

    taken_at: Instant
    skills: dict[str, Number]
    bosses: dict[str, Number]
    activities: dict[str, Number]
    computed: dict[str, Number]


class Hiscores(Stats):
    """One player's latest snapshot."""

    player: WomPlayer


class PlayerDetails(WomPlayer):
    """A player with the latest snapshot, None when never updated."""

    latest_snapshot: Stats | None


class MemberGained(_Answer):
    """One member's first and last value of each metric in a span: metric -> (start, end)."""

    player: WomPlayer
    started_at: Instant | None = Field(alias="startDate")
    ended_at: Instant | None = Field(alias="endDate")
    values: dict[str, tuple[Number, Number]]


class MemberActivity(_Answer):
    """Somebody joined, left or changed role; the key is (player_id, created_at)."""

    player_id: Id
    type: str
    role: str | None
    previous_role: str | None
    created_at: Instant
    player: WomPlayer


class NameChange(_Answer):
    """A rename that somebody submitted; `resolved_at` is None while it is pending."""

    id: Id
    player_id: Id
    old_name: str
    new_name: str
    status: str
    resolved_at: Instant | None
    created_at: Instant


class UpdateAll(_Answer):
    """How many members an update of the whole group has queued."""

    count: Whole

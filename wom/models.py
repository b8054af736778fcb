"""What Wise Old Man knows, as frozen values: only the fields we use, and required only if we must.

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
    ValidationError,
    ValidatorFunctionWrapHandler,
    WrapValidator,
)
from pydantic.alias_generators import to_camel

MAX_ID = 2_147_483_647
# Beyond this a JSON number is no longer exact.
MAX_NUMBER = 2**53
# A player's name has 12 characters, a group's 30.
MAX_TEXT = 100


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


def _storable(value: object) -> object:
    """Turn halves of characters, which JSON can carry, into question marks, and cut what is long.

    No database keeps a half or a NUL, and one odd name must not stop a whole clan.
    """
    if not isinstance(value, str):
        return value
    whole = value.encode("utf-16", "surrogatepass").decode("utf-16", "replace")
    return whole.replace("\0", "")[:MAX_TEXT]


def _or_none(value: object, read: ValidatorFunctionWrapHandler) -> object:
    """Take what cannot be read for what is missing."""
    try:
        return read(value)
    except ValidationError:
        return None


Id = Annotated[int, BeforeValidator(_not_bool), Field(ge=1, le=MAX_ID)]
Whole = Annotated[int, BeforeValidator(_not_bool), Field(ge=-MAX_NUMBER, le=MAX_NUMBER)]
Text = Annotated[str, BeforeValidator(_storable)]
Instant = Annotated[AwareDatetime, AfterValidator(_in_utc)]
Number = int | float

# What we can do without: lost or malformed, it is unknown and stops nothing.
MaybeWhole = Annotated[Whole | None, WrapValidator(_or_none)]
MaybeText = Annotated[Text | None, WrapValidator(_or_none)]
MaybeInstant = Annotated[Instant | None, WrapValidator(_or_none)]


class _Answer(BaseModel):
    """Part of an answer: camelCase on the wire, snake_case here, never changed."""

    model_config = ConfigDict(frozen=True, alias_generator=to_camel, populate_by_name=True)


class PlayerKey(_Answer):
    """Whose numbers these are; `id` survives renames."""

    id: Id


class WomPlayer(PlayerKey):
    """A player; `updated_at` is None when never updated, type and status when nobody said."""

    display_name: Text
    type: MaybeText = None
    status: MaybeText = None
    updated_at: Instant | None
    last_changed_at: MaybeInstant = None


class WomMembership(_Answer):
    """A player's place in a group; `created_at` is the row's birth, not the day they joined."""

    role: Text
    client_sync_joined_at: MaybeInstant = None
    created_at: MaybeInstant = None
    player: WomPlayer

    @property
    def player_id(self) -> int:
        """Return whose place it is: that of the player who stands in it."""
        return self.player.id


class RoleOrder(_Answer):
    """Where a role stands in a group's own order."""

    role: Text
    index: Whole


class GroupSummary(_Answer):
    """A group as a search shows it."""

    id: Id
    name: Text
    member_count: MaybeWhole = None


class GroupDetails(_Answer):
    """A group with everybody in it.

    `role_orders` is empty when the group never synced them, and None when nobody said.
    """

    name: MaybeText = None
    role_orders: tuple[RoleOrder, ...] | None
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

    player: PlayerKey


class PlayerDetails(WomPlayer):
    """A player with the latest snapshot, None when never updated."""

    latest_snapshot: Stats | None


class MemberGained(_Answer):
    """One member's first and last value of each metric in a span: metric -> (start, end)."""

    player: PlayerKey
    started_at: MaybeInstant = Field(None, alias="startDate")
    ended_at: MaybeInstant = Field(None, alias="endDate")
    values: dict[str, tuple[Number, Number]]


class MemberActivity(_Answer):
    """Somebody joined, left or changed role; the key is (player_id, created_at)."""

    player_id: Id
    type: Text
    created_at: Instant


class NameChange(_Answer):
    """A rename that somebody submitted; `id` only tells apart those of one instant."""

    id: MaybeWhole = None
    player_id: Id
    old_name: Text
    new_name: Text
    status: Text
    created_at: Instant


class UpdateAll(_Answer):
    """How many members an update of the whole group has queued."""

    count: Whole

"""The tables, and nothing else; one file, because foreign keys tie each of them to the next.

What belongs to a clan has `clan_id` first in its key, so that a clan's rows stand together and a
host can part the tables by clan; what names another row of a clan names one of the same clan. What
is global (players, snapshots) has none. WOM player ids and Discord snowflakes are natural keys;
names are data, kept with when they were seen.
"""

from datetime import date, datetime
from typing import Any, ClassVar

from sqlalchemy import (
    JSON,
    BigInteger,
    Column,
    Float,
    ForeignKeyConstraint,
    Index,
    SmallInteger,
    Table,
    UniqueConstraint,
    false,
    text,
    true,
)
from sqlmodel import Field, SQLModel

from storage.columns import Day, Instant

SQLModel.metadata.naming_convention = {
    "ix": "ix_%(table_name)s_%(column_0_N_name)s",
    "uq": "uq_%(table_name)s_%(column_0_N_name)s",
    "fk": "fk_%(table_name)s_%(column_0_N_name)s",
    "pk": "pk_%(table_name)s",
}

_CLUSTERED = {"sqlite_with_rowid": False}
# An index of some rows is one on PostgreSQL too, where the migrations make it: `postgresql_where`
# here would have everybody import that dialect, a twentieth of a second for those who have a file.
_NO = {"server_default": false()}
_YES = {"server_default": true()}
_ZERO = {"server_default": text("0")}
_STANDING = "state NOT IN ('done', 'closed')"


def _snowflake_key() -> Any:  # noqa: ANN401 - what SQLModel's Field returns
    """Return a part of a primary key of Discord's making: in order of time."""
    return Field(sa_column=Column(BigInteger, primary_key=True, autoincrement=False))


def _clan_key() -> Any:  # noqa: ANN401 - likewise
    """Return the first part of a primary key, of a table whose rows name others of their clan."""
    return Field(primary_key=True, sa_column_kwargs={"autoincrement": False})


def _in_clan(column: str, table: str) -> ForeignKeyConstraint:
    """Return that a column names a row of a table, one of the same clan.

    Looked at when all is done where it is asked for: rows change their clan together.
    """
    ours, theirs = ["clan_id", column], [f"{table}.clan_id", f"{table}.id"]
    return ForeignKeyConstraint(ours, theirs, deferrable=True, initially="IMMEDIATE")


def _named_in_clan() -> Index:
    """Return the key by which rows of the same clan name a row that has a number of its own."""
    return Index(None, "clan_id", "id", unique=True)


class ClanTable(SQLModel, table=True):
    """One Discord server joined to one WOM group.

    `recounted_from_on` is set while days are counted anew by another zone: those before it still
    have to be. Triggers raise `identity_revision` whenever who is whose may have changed. WOM ranks
    give no rights before `ranks_confirmed_at`. From `presence_from` on days with a sign of life are
    kept, unless the clan wants none. `removed_at` is since when the bot is not in the server.
    Before `zone_chosen` the zone is only what every clan begins with. Claims made until
    `officers_told_at` were told in the officers' channel.
    """

    __tablename__: ClassVar[Any] = "clans"

    id: int | None = Field(default=None, primary_key=True)
    guild_id: int = Field(sa_type=BigInteger, unique=True)
    wom_group_id: int | None = None
    name: str
    zone: str = "UTC"
    role_orders: list[list[Any]] = Field(default_factory=list, sa_type=JSON)
    permissions: dict[str, Any] = Field(default_factory=dict, sa_type=JSON)
    report_channel_id: int | None = Field(default=None, sa_type=BigInteger)
    created_at: datetime = Field(sa_type=Instant)
    polled_at: datetime | None = Field(default=None, sa_type=Instant)
    listened_at: datetime | None = Field(default=None, sa_type=Instant)
    details_etag: str | None = None
    hiscores_etag: str | None = None
    history_from: datetime | None = Field(default=None, sa_type=Instant)
    forget_after_days: int | None = None
    notice_channel_id: int | None = Field(default=None, sa_type=BigInteger)
    recounted_from_on: date | None = Field(default=None, sa_type=Day)
    identity_revision: int = Field(default=0, sa_column_kwargs=_ZERO)
    ranks_confirmed_at: datetime | None = Field(default=None, sa_type=Instant)
    keeps_presence: bool = Field(default=True, sa_column_kwargs=_YES)
    presence_from: datetime | None = Field(default=None, sa_type=Instant)
    removed_at: datetime | None = Field(default=None, sa_type=Instant)
    officer_channel_id: int | None = Field(default=None, sa_type=BigInteger)
    officers_told_at: datetime | None = Field(default=None, sa_type=Instant)
    greeted_at: datetime | None = Field(default=None, sa_type=Instant)
    zone_chosen: bool = Field(default=False, sa_column_kwargs=_NO)


class PlayerTable(SQLModel, table=True):
    """One RuneScape account, keyed by the WOM player id, which survives renames."""

    __tablename__: ClassVar[Any] = "players"

    player_id: int = Field(primary_key=True, sa_column_kwargs={"autoincrement": False})
    name: str
    wom_key: str = Field(index=True)
    account_type: str
    status: str
    updated_at: datetime | None = Field(default=None, sa_type=Instant)
    changed_at: datetime | None = Field(default=None, sa_type=Instant)


class PlayerNameTable(SQLModel, table=True):
    """A name that a player has or had, with when it was seen."""

    __tablename__: ClassVar[Any] = "player_names"

    player_id: int = Field(primary_key=True, foreign_key="players.player_id")
    wom_key: str = Field(primary_key=True, index=True)
    name: str
    first_seen_at: datetime = Field(sa_type=Instant)
    last_seen_at: datetime = Field(sa_type=Instant)


class MembershipTable(SQLModel, table=True):
    """A player's place in a clan; those who left are kept, marked as left.

    `unanswered_told_at` is when officers were told that nobody answered them.
    """

    __tablename__: ClassVar[Any] = "memberships"
    __table_args__: ClassVar[Any] = (_CLUSTERED,)

    clan_id: int = Field(primary_key=True, foreign_key="clans.id")
    player_id: int = Field(primary_key=True, foreign_key="players.player_id")
    role: str
    joined_at: datetime | None = Field(default=None, sa_type=Instant)
    role_since_at: datetime | None = Field(default=None, sa_type=Instant)
    left_at: datetime | None = Field(default=None, sa_type=Instant)
    has_no_discord: bool = Field(default=False, sa_column_kwargs=_NO)
    unanswered_told_at: datetime | None = Field(default=None, sa_type=Instant)


class MembershipEventTable(SQLModel, table=True):
    """Something that happened to a player's place or name; append-only."""

    __tablename__: ClassVar[Any] = "membership_events"
    __table_args__: ClassVar[Any] = (
        UniqueConstraint("clan_id", "happened_at", "player_id", "kind"),
    )

    id: int | None = Field(default=None, primary_key=True)
    clan_id: int = Field(foreign_key="clans.id")
    player_id: int = Field(foreign_key="players.player_id")
    kind: str
    happened_at: datetime = Field(sa_type=Instant)
    before: str | None = None
    after: str | None = None


class MetricTable(SQLModel, table=True):
    """A small integer for each metric name; grows by itself when WOM adds one."""

    __tablename__: ClassVar[Any] = "metrics"

    id: int | None = Field(default=None, primary_key=True)
    name: str = Field(unique=True)
    kind: str


class ObservationTable(SQLModel, table=True):
    """A player was seen: the headline totals, even when nothing changed.

    `xp` is -1 when unranked; `kills` sums the ranked bosses; `kills_earned` is the running sum of
    boss kills earned in view, less those lost; `xp_fell` and `kills_fell` are those of what was
    lost.
    """

    __tablename__: ClassVar[Any] = "observations"
    __table_args__: ClassVar[Any] = (_CLUSTERED,)

    player_id: int = Field(primary_key=True, foreign_key="players.player_id")
    seen_at: datetime = Field(primary_key=True, sa_type=Instant)
    xp: int = Field(sa_type=BigInteger)
    kills: int
    kills_earned: int
    ehp: float = Field(sa_type=Float)
    ehb: float = Field(sa_type=Float)
    xp_fell: int = Field(default=0, sa_type=BigInteger, sa_column_kwargs=_ZERO)
    kills_fell: int = Field(default=0, sa_column_kwargs=_ZERO)


class PresentValueTable(SQLModel, table=True):
    """The newest value of each metric of each player, and when it came to be."""

    __tablename__: ClassVar[Any] = "present_values"
    # The index holds the whole row, so that what changed since an instant is read from it alone.
    __table_args__: ClassVar[Any] = (
        Index(None, "player_id", "changed_at", "metric_id", "value"),
        _CLUSTERED,
    )

    player_id: int = Field(primary_key=True, foreign_key="players.player_id")
    metric_id: int = Field(primary_key=True, foreign_key="metrics.id")
    value: float = Field(sa_type=Float)
    changed_at: datetime = Field(sa_type=Instant)


class MetricChangeTable(SQLModel, table=True):
    """A metric took a new value; between two rows it stood still. -1 is stored as it comes."""

    __tablename__: ClassVar[Any] = "metric_changes"
    __table_args__: ClassVar[Any] = (_CLUSTERED,)

    player_id: int = Field(primary_key=True, foreign_key="players.player_id")
    metric_id: int = Field(primary_key=True, foreign_key="metrics.id")
    seen_at: datetime = Field(primary_key=True, sa_type=Instant)
    value: float = Field(sa_type=Float)


class AuthorTable(SQLModel, table=True):
    """Who wrote a counted message: a Discord user, or a clan-chat speaker seen through a bridge.

    `named_at` is since when a user bears the present names; None: from before that was noted.
    """

    __tablename__: ClassVar[Any] = "authors"
    __table_args__: ClassVar[Any] = (
        UniqueConstraint("clan_id", "discord_user_id"),
        UniqueConstraint("clan_id", "bridge_name"),
        _named_in_clan(),
    )

    id: int | None = Field(default=None, primary_key=True)
    clan_id: int = Field(foreign_key="clans.id")
    discord_user_id: int | None = Field(default=None, sa_type=BigInteger)
    bridge_name: str | None = None
    name: str
    handle: str | None = None
    opted_out_at: datetime | None = Field(default=None, sa_type=Instant)
    left_at: datetime | None = Field(default=None, sa_type=Instant)
    named_at: datetime | None = Field(default=None, sa_type=Instant)


class AuthorTotalTable(SQLModel, table=True):
    """Running totals of an author, so that no answer depends on the length of history."""

    __tablename__: ClassVar[Any] = "author_totals"
    __table_args__: ClassVar[Any] = (_in_clan("author_id", "authors"), _CLUSTERED)

    clan_id: int = _clan_key()
    author_id: int = Field(primary_key=True)
    messages: int
    questions: int
    answers: int
    wrote_at: datetime | None = Field(default=None, sa_type=Instant)


class ChannelTable(SQLModel, table=True):
    """A place where messages are counted: text channel, thread, forum post, voice chat.

    `cursor_id` is the message up to which everything is stored; it moves only with the transaction
    that stored what it covers, and is None until the history was read once. A bridge has the
    pattern by which it repeats the clan chat and, if only one may speak there, the webhook or bot.
    `is_gone` is one that Discord lists no more, `is_public` one that the bot cannot read and
    everybody can write in.
    """

    __tablename__: ClassVar[Any] = "channels"
    __table_args__: ClassVar[Any] = (
        UniqueConstraint("clan_id", "discord_channel_id"),
        _named_in_clan(),
    )

    id: int | None = Field(default=None, primary_key=True)
    clan_id: int = Field(foreign_key="clans.id")
    discord_channel_id: int = Field(sa_type=BigInteger)
    parent_id: int | None = Field(default=None, sa_type=BigInteger)
    name: str
    kind: str
    is_counted: bool = True
    is_readable: bool = True
    cursor_id: int | None = Field(default=None, sa_type=BigInteger)
    bridge_pattern: str | None = None
    bridge_source_id: int | None = Field(default=None, sa_type=BigInteger)
    is_gone: bool = Field(default=False, sa_column_kwargs=_NO)
    is_public: bool = Field(default=False, sa_column_kwargs=_NO)


class ChannelViewerTable(SQLModel, table=True):
    """An ordinary member can write in a channel that the bot cannot read."""

    __tablename__: ClassVar[Any] = "channel_viewers"
    __table_args__: ClassVar[Any] = (_in_clan("channel_id", "channels"), _CLUSTERED)

    clan_id: int = _clan_key()
    channel_id: int = Field(primary_key=True)
    discord_user_id: int = Field(
        sa_column=Column(BigInteger, primary_key=True, autoincrement=False)
    )


class MessageTable(SQLModel, table=True):
    """A fact: who wrote where and when. Never the words. `flags` are those of messages.Flag."""

    __tablename__: ClassVar[Any] = "messages"
    __table_args__: ClassVar[Any] = (
        _in_clan("author_id", "authors"),
        _in_clan("channel_id", "channels"),
        Index(None, "clan_id", "author_id", "message_id"),
        Index(
            None,
            "clan_id",
            "reply_to",
            sqlite_where=text("reply_to IS NOT NULL"),
        ),
        _CLUSTERED,
    )

    clan_id: int = _clan_key()
    message_id: int = _snowflake_key()
    author_id: int
    channel_id: int
    sent_at: datetime = Field(sa_type=Instant)
    flags: int = Field(sa_type=SmallInteger)
    reply_to: int | None = Field(default=None, sa_type=BigInteger)


class LeftOutMessageTable(SQLModel, table=True):
    """A message of a channel that is left out: in no count, until its channel counts again."""

    __tablename__: ClassVar[Any] = "left_out_messages"
    __table_args__: ClassVar[Any] = (
        _in_clan("author_id", "authors"),
        _in_clan("channel_id", "channels"),
        Index(None, "clan_id", "author_id", "message_id"),
        _CLUSTERED,
    )

    clan_id: int = _clan_key()
    message_id: int = _snowflake_key()
    author_id: int
    channel_id: int
    sent_at: datetime = Field(sa_type=Instant)
    flags: int = Field(sa_type=SmallInteger)
    reply_to: int | None = Field(default=None, sa_type=BigInteger)


class QuestionTable(SQLModel, table=True):
    """A message that asks something, and the message that answered it.

    One that `is_closed` was called answered by a person, though no message shows it.
    """

    __tablename__: ClassVar[Any] = "questions"
    __table_args__: ClassVar[Any] = (
        _in_clan("channel_id", "channels"),
        _in_clan("author_id", "authors"),
        _in_clan("answered_by", "authors"),
        Index(None, "clan_id", "channel_id", "message_id"),
        Index(None, "clan_id", "answer_id"),
        _CLUSTERED,
    )

    clan_id: int = _clan_key()
    message_id: int = _snowflake_key()
    channel_id: int
    author_id: int
    asked_at: datetime = Field(sa_type=Instant)
    answer_id: int | None = Field(default=None, sa_type=BigInteger)
    answered_by: int | None = None
    answered_at: datetime | None = Field(default=None, sa_type=Instant)
    is_closed: bool = Field(default=False, sa_column_kwargs=_NO)


class AuthorDayTable(SQLModel, table=True):
    """A rollup: one author's day of the clan's calendar, if there was anything in it."""

    __tablename__: ClassVar[Any] = "author_days"
    __table_args__: ClassVar[Any] = (_in_clan("author_id", "authors"), _CLUSTERED)

    clan_id: int = _clan_key()
    author_id: int = Field(primary_key=True)
    day: date = Field(primary_key=True, sa_type=Day)
    messages: int
    questions: int
    answers: int


class AuthorHourTable(SQLModel, table=True):
    """A rollup: one author's hour of the clan's clock."""

    __tablename__: ClassVar[Any] = "author_hours"
    __table_args__: ClassVar[Any] = (_in_clan("author_id", "authors"), _CLUSTERED)

    clan_id: int = _clan_key()
    author_id: int = Field(primary_key=True)
    hour_at: datetime = Field(primary_key=True, sa_type=Instant)
    messages: int
    questions: int
    answers: int


class PresenceDayTable(SQLModel, table=True):
    """A Discord user reacted, used a command or talked in voice that day; no more is kept of it."""

    __tablename__: ClassVar[Any] = "presence_days"
    __table_args__: ClassVar[Any] = (_CLUSTERED,)

    clan_id: int = Field(primary_key=True, foreign_key="clans.id")
    day: date = Field(primary_key=True, sa_type=Day)
    discord_user_id: int = Field(
        sa_column=Column(BigInteger, primary_key=True, autoincrement=False)
    )
    voice_seconds: int


class VoiceQuarterTable(SQLModel, table=True):
    """How long people of a clan talked in a quarter of an hour, together; it names nobody.

    Days and hours of every zone begin with a quarter, so that no zone needs them counted anew. One
    of 0 seconds says that somebody looked.
    """

    __tablename__: ClassVar[Any] = "voice_quarters"
    __table_args__: ClassVar[Any] = (_CLUSTERED,)

    clan_id: int = Field(primary_key=True, foreign_key="clans.id")
    quarter_at: datetime = Field(primary_key=True, sa_type=Instant)
    voice_seconds: int


class ClanHourTable(SQLModel, table=True):
    """A rollup: the whole clan's hour, for heatmaps, trends and totals."""

    __tablename__: ClassVar[Any] = "clan_hours"
    __table_args__: ClassVar[Any] = (_CLUSTERED,)

    clan_id: int = Field(primary_key=True, foreign_key="clans.id")
    hour_at: datetime = Field(primary_key=True, sa_type=Instant)
    messages: int


class ChannelDayTable(SQLModel, table=True):
    """A rollup: what was written in a channel on a day of UTC, which no zone of a clan changes."""

    __tablename__: ClassVar[Any] = "channel_days"
    __table_args__: ClassVar[Any] = (_in_clan("channel_id", "channels"), _CLUSTERED)

    clan_id: int = _clan_key()
    day: date = Field(primary_key=True, sa_type=Day)
    channel_id: int = Field(primary_key=True)
    messages: int


class LinkTable(SQLModel, table=True):
    """A Discord user said, or an officer confirmed, that a player is theirs in this clan.

    A user below zero is a speaker of the clan chat: the author's id, negated.
    """

    __tablename__: ClassVar[Any] = "links"
    __table_args__: ClassVar[Any] = (UniqueConstraint("clan_id", "player_id", "discord_user_id"),)

    id: int | None = Field(default=None, primary_key=True)
    clan_id: int = Field(foreign_key="clans.id")
    player_id: int = Field(foreign_key="players.player_id")
    discord_user_id: int = Field(sa_type=BigInteger)
    state: str
    is_main: bool = False
    claimed_at: datetime = Field(sa_type=Instant)
    decided_at: datetime | None = Field(default=None, sa_type=Instant)
    decided_by: int | None = Field(default=None, sa_type=BigInteger)


class LinkEventTable(SQLModel, table=True):
    """Something that was done to a link, by whom and when; append-only.

    `before` is what the link was (None: it was not there), so that an action can be undone; what
    an action did to further links is `part_of` its first event. User 0: it was done to the player.
    """

    __tablename__: ClassVar[Any] = "link_events"
    __table_args__: ClassVar[Any] = (
        Index(None, "clan_id", "player_id"),
        Index(None, "clan_id", "part_of"),
        _named_in_clan(),
    )

    id: int | None = Field(default=None, primary_key=True)
    clan_id: int = Field(foreign_key="clans.id")
    player_id: int = Field(foreign_key="players.player_id")
    discord_user_id: int = Field(sa_type=BigInteger)
    action: str
    by_user_id: int = Field(sa_type=BigInteger)
    happened_at: datetime = Field(sa_type=Instant)
    part_of: int | None = None
    before: dict[str, Any] | None = Field(default=None, sa_type=JSON(none_as_null=True))


class BroadcastTable(SQLModel, table=True):
    """The game told the clan chat something about a player; a counted event, not a message."""

    __tablename__: ClassVar[Any] = "broadcasts"
    __table_args__: ClassVar[Any] = (
        _in_clan("channel_id", "channels"),
        _in_clan("author_id", "authors"),
        Index(None, "clan_id", "author_id", "sent_at"),
        _CLUSTERED,
    )

    clan_id: int = _clan_key()
    message_id: int = _snowflake_key()
    channel_id: int
    author_id: int | None = None
    kind: str
    sent_at: datetime = Field(sa_type=Instant)


class AbsenceTable(SQLModel, table=True):
    """A leave of absence of a person; `until_on` is its last day, `ended_on` the first day back.

    The reason is for the person and officers alone.
    """

    __tablename__: ClassVar[Any] = "absences"
    __table_args__: ClassVar[Any] = (_named_in_clan(),)

    id: int | None = Field(default=None, primary_key=True)
    clan_id: int = Field(foreign_key="clans.id")
    discord_user_id: int | None = Field(default=None, sa_type=BigInteger)
    player_id: int | None = Field(default=None, foreign_key="players.player_id")
    from_on: date = Field(sa_type=Day)
    until_on: date | None = Field(default=None, sa_type=Day)
    reason: str | None = None
    set_by: int = Field(sa_type=BigInteger)
    set_at: datetime = Field(sa_type=Instant)
    ended_on: date | None = Field(default=None, sa_type=Day)
    asked_at: datetime | None = Field(default=None, sa_type=Instant)


class ExemptionTable(SQLModel, table=True):
    """A player or a role that is never flagged, why, and until when."""

    __tablename__: ClassVar[Any] = "exemptions"
    __table_args__: ClassVar[Any] = (_named_in_clan(),)

    id: int | None = Field(default=None, primary_key=True)
    clan_id: int = Field(foreign_key="clans.id")
    player_id: int | None = Field(default=None, foreign_key="players.player_id")
    role: str | None = None
    reason: str
    until_on: date | None = Field(default=None, sa_type=Day)
    set_by: int = Field(sa_type=BigInteger)
    set_at: datetime = Field(sa_type=Instant)
    ended_at: datetime | None = Field(default=None, sa_type=Instant)


class PolicyVersionTable(SQLModel, table=True):
    """One version of what a clan is judged by, who made it, and when; append-only."""

    __tablename__: ClassVar[Any] = "policies"
    __table_args__: ClassVar[Any] = (_CLUSTERED,)

    clan_id: int = Field(primary_key=True, foreign_key="clans.id")
    version: int = Field(primary_key=True)
    content: dict[str, Any] = Field(sa_type=JSON)
    made_by: int = Field(sa_type=BigInteger)
    made_at: datetime = Field(sa_type=Instant)


class CaseTable(SQLModel, table=True):
    """A suggestion that people took up; of a kind a player has one at a time that is not over.

    `state` is that of the newest entry.
    """

    __tablename__: ClassVar[Any] = "cases"
    __table_args__: ClassVar[Any] = (
        Index(None, "clan_id", "player_id"),
        _named_in_clan(),
        Index(
            "uq_cases_standing",
            "clan_id",
            "kind",
            "player_id",
            unique=True,
            sqlite_where=text(_STANDING),
        ),
    )

    id: int | None = Field(default=None, primary_key=True)
    clan_id: int = Field(foreign_key="clans.id")
    player_id: int = Field(foreign_key="players.player_id")
    kind: str
    state: str
    role: str
    target: str | None = None
    policy_version: int


class CaseEntryTable(SQLModel, table=True):
    """One line of a case's history; append-only. Without `who` it is what WOM or time did."""

    __tablename__: ClassVar[Any] = "case_entries"
    __table_args__: ClassVar[Any] = (_in_clan("case_id", "cases"), _CLUSTERED)

    clan_id: int = _clan_key()
    case_id: int = Field(primary_key=True)
    position: int = Field(primary_key=True)
    move: str
    state: str
    who: int | None = Field(default=None, sa_type=BigInteger)
    at: datetime = Field(sa_type=Instant)
    why: str
    until_at: datetime | None = Field(default=None, sa_type=Instant)
    numbers: list[str] = Field(sa_type=JSON)


class BlindSpotTable(SQLModel, table=True):
    """A time in which the bot could not see a channel, or any (None).

    That of a channel is kept until it is filled. One of the whole clan goes from last heard to
    first heard again, and `is_read` once the history of that time was: then only what has no
    history, voice and reactions, was missed.
    """

    __tablename__: ClassVar[Any] = "blind_spots"
    __table_args__: ClassVar[Any] = (_in_clan("channel_id", "channels"), _named_in_clan())

    id: int | None = Field(default=None, primary_key=True)
    clan_id: int = Field(foreign_key="clans.id")
    channel_id: int | None = None
    started_at: datetime = Field(sa_type=Instant)
    ended_at: datetime | None = Field(default=None, sa_type=Instant)
    reason: str
    is_read: bool = Field(default=False, sa_column_kwargs=_NO)


class ForgottenTable(SQLModel, table=True):
    """A user or speaker who was forgotten, by a hash: nothing they wrote before comes back."""

    __tablename__: ClassVar[Any] = "forgotten"
    __table_args__: ClassVar[Any] = (_CLUSTERED,)

    clan_id: int = Field(primary_key=True, foreign_key="clans.id")
    key: str = Field(primary_key=True)
    until_at: datetime = Field(sa_type=Instant)


class ArchiveMarkTable(SQLModel, table=True):
    """Which archive is this database's, by its key, and before when facts moved there.

    One row; none where nothing ever moved, and then there need be no archive.
    """

    __tablename__: ClassVar[Any] = "archive_marks"

    id: int | None = Field(default=None, primary_key=True)
    key: str
    moved_before_at: datetime = Field(sa_type=Instant)


class ArchiveVoidTable(SQLModel, table=True):
    """Something in the archive that holds no more, until it is deleted there too.

    A message by its id, or all of an author or a player. Written with what makes it void, so that
    two files change as one.
    """

    __tablename__: ClassVar[Any] = "archive_voids"
    __table_args__: ClassVar[Any] = (_CLUSTERED,)

    kind: str = Field(primary_key=True)
    key: int = Field(sa_column=Column(BigInteger, primary_key=True, autoincrement=False))


class DigestTable(SQLModel, table=True):
    """When a clan wants its digest, by its own clock; off while there is no `on_since_at`.

    `day` is a weekday (0 is Monday) or a day of the month, by the interval.
    """

    __tablename__: ClassVar[Any] = "digests"

    clan_id: int = Field(
        primary_key=True, foreign_key="clans.id", sa_column_kwargs={"autoincrement": False}
    )
    interval: str
    day: int = Field(sa_type=SmallInteger)
    hour: int = Field(sa_type=SmallInteger)
    link: str | None = None
    on_since_at: datetime | None = Field(default=None, sa_type=Instant)


class DigestPostTable(SQLModel, table=True):
    """The newest digest that was begun for an audience: claimed before it is posted, noted after.

    Without `posted_at` and `refusal` the bot was stopped in between.
    """

    __tablename__: ClassVar[Any] = "digest_posts"
    __table_args__: ClassVar[Any] = (_CLUSTERED,)

    clan_id: int = Field(primary_key=True, foreign_key="clans.id")
    audience: str = Field(primary_key=True)
    slot_at: datetime = Field(sa_type=Instant)
    claimed_at: datetime = Field(sa_type=Instant)
    posted_at: datetime | None = Field(default=None, sa_type=Instant)
    refusal: str | None = None


class JobRunTable(SQLModel, table=True):
    """One run of a job: what it did, how long it took, and its trace id in the log."""

    __tablename__: ClassVar[Any] = "job_runs"
    __table_args__: ClassVar[Any] = (Index(None, "job", "clan_id", "started_at"),)

    id: int | None = Field(default=None, primary_key=True)
    clan_id: int | None = Field(default=None, foreign_key="clans.id")
    job: str
    trace: str
    started_at: datetime = Field(sa_type=Instant)
    ended_at: datetime | None = Field(default=None, sa_type=Instant)
    outcome: str | None = None
    detail: dict[str, Any] = Field(default_factory=dict, sa_type=JSON)


class WomBudgetTable(SQLModel, table=True):
    """What several processes asked Wise Old Man with one key, of which only a hash is here."""

    __tablename__: ClassVar[Any] = "wom_budgets"

    key_hash: str = Field(primary_key=True)
    pace: dict[str, Any] = Field(sa_type=JSON)


def _table(name: str) -> Table:
    return SQLModel.metadata.tables[name]


CLANS = _table("clans")
PLAYERS = _table("players")
PLAYER_NAMES = _table("player_names")
MEMBERSHIPS = _table("memberships")
MEMBERSHIP_EVENTS = _table("membership_events")
METRICS = _table("metrics")
OBSERVATIONS = _table("observations")
PRESENT_VALUES = _table("present_values")
METRIC_CHANGES = _table("metric_changes")
AUTHORS = _table("authors")
AUTHOR_TOTALS = _table("author_totals")
CHANNELS = _table("channels")
CHANNEL_VIEWERS = _table("channel_viewers")
MESSAGES = _table("messages")
LEFT_OUT_MESSAGES = _table("left_out_messages")
QUESTIONS = _table("questions")
AUTHOR_DAYS = _table("author_days")
AUTHOR_HOURS = _table("author_hours")
CLAN_HOURS = _table("clan_hours")
CHANNEL_DAYS = _table("channel_days")
PRESENCE_DAYS = _table("presence_days")
VOICE_QUARTERS = _table("voice_quarters")
LINKS = _table("links")
LINK_EVENTS = _table("link_events")
BROADCASTS = _table("broadcasts")
ABSENCES = _table("absences")
EXEMPTIONS = _table("exemptions")
POLICIES = _table("policies")
CASES = _table("cases")
CASE_ENTRIES = _table("case_entries")
BLIND_SPOTS = _table("blind_spots")
DIGESTS = _table("digests")
DIGEST_POSTS = _table("digest_posts")
JOB_RUNS = _table("job_runs")
WOM_BUDGETS = _table("wom_budgets")
ARCHIVE_MARKS = _table("archive_marks")
ARCHIVE_VOIDS = _table("archive_voids")
FORGOTTEN = _table("forgotten")
ALL = SQLModel.metadata.tables

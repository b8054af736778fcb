"""What forgetting and export do with every column that can hold a person's id, name or words.

A column that is not in this table must not be: a test walks all tables. Forgetting reads from here
whom to unname and which words to clean.
"""

from enum import StrEnum
from typing import Any, NamedTuple

from sqlalchemy import Column, ColumnElement, FromClause, or_

from storage.tables import ALL, JOB_RUNS


class Forget(StrEnum):
    """What is true of a column once a person was forgotten."""

    STAYS = "it says nothing of a person, or only what Wise Old Man shows"
    DELETED = "the person's rows are gone"
    UNNAMED = "where the person did it, nobody is named, or who came next"
    CLEANED = "where others wrote it, it names the person no more"
    EMPTIED = "where it is about the person's accounts, it is empty"


class Export(StrEnum):
    """What somebody's own file says of a column."""

    LEFT_OUT = "nothing"
    SHOWN = "what is the person's"
    OWN_ONLY = "whether it was the person, never who else"


class Treatment(NamedTuple):
    """What happens to some columns, by "table.column"; `holds_user` is the id of a Discord user."""

    columns: str
    forget: frozenset[Forget]
    export: Export
    holds_user: bool = False


def _treat(
    columns: str, *forget: Forget, export: Export = Export.LEFT_OUT, holds_user: bool = False
) -> Treatment:
    return Treatment(columns, frozenset(forget), export, holds_user)


TREATMENTS: tuple[Treatment, ...] = (
    # The clan's own, the bot's own, and numbers by which Discord calls places and messages.
    _treat(
        "clans.guild_id clans.name clans.zone clans.role_orders clans.permissions", Forget.STAYS
    ),
    _treat("clans.report_channel_id clans.notice_channel_id", Forget.STAYS),
    _treat("clans.officer_channel_id", Forget.STAYS),
    _treat("digests.interval digests.link", Forget.STAYS),
    _treat("digest_posts.audience digest_posts.refusal", Forget.STAYS),
    _treat("clans.details_etag clans.hiscores_etag", Forget.STAYS),
    _treat("metrics.name metrics.kind policies.content blind_spots.reason", Forget.STAYS),
    _treat("channels.discord_channel_id channels.parent_id channels.cursor_id", Forget.STAYS),
    _treat("channels.kind channels.bridge_pattern channels.bridge_source_id", Forget.STAYS),
    _treat("channels.name", Forget.STAYS, export=Export.SHOWN),
    _treat("channel_viewers.discord_user_id", Forget.DELETED, holds_user=True),
    _treat("job_runs.job job_runs.trace job_runs.outcome", Forget.STAYS),
    # A hash of who was forgotten, which tells nothing to those who do not know whom to look for.
    _treat("forgotten.key", Forget.STAYS),
    # Which archive is whose; what is void of it names a message, an author or a player, until it is
    # deleted there too, which forgetting waits for.
    _treat("archive_marks.key archive_voids.kind", Forget.STAYS),
    _treat("wom_budgets.key_hash wom_budgets.pace", Forget.STAYS),
    _treat("archive_voids.key", Forget.DELETED),
    # What the roster shows as Wise Old Man has it.
    _treat("players.player_id players.wom_key players.status", Forget.STAYS),
    _treat("players.name players.account_type", Forget.STAYS, export=Export.SHOWN),
    _treat("player_names.player_id player_names.wom_key", Forget.STAYS),
    _treat("player_names.name", Forget.STAYS, export=Export.SHOWN),
    _treat("memberships.player_id", Forget.STAYS),
    _treat("memberships.role", Forget.STAYS, export=Export.SHOWN),
    _treat("membership_events.player_id membership_events.kind", Forget.STAYS),
    _treat("membership_events.before membership_events.after", Forget.STAYS),
    _treat("observations.player_id present_values.player_id", Forget.STAYS),
    _treat("metric_changes.player_id", Forget.STAYS),
    _treat("observations.xp", Forget.STAYS, export=Export.SHOWN),
    _treat("observations.xp_fell", Forget.STAYS),
    # Who wrote, and what.
    _treat("authors.id", Forget.DELETED),
    _treat("authors.discord_user_id", Forget.DELETED, export=Export.SHOWN, holds_user=True),
    _treat("authors.bridge_name authors.name authors.handle", Forget.DELETED, export=Export.SHOWN),
    _treat("messages.message_id questions.message_id", Forget.DELETED, export=Export.SHOWN),
    _treat("left_out_messages.message_id", Forget.DELETED, export=Export.SHOWN),
    _treat("left_out_messages.author_id left_out_messages.reply_to", Forget.DELETED),
    _treat("messages.author_id messages.reply_to questions.author_id", Forget.DELETED),
    _treat("questions.answered_by", Forget.UNNAMED),
    _treat("questions.answer_id", Forget.UNNAMED, export=Export.SHOWN),
    _treat("author_totals.author_id author_days.author_id", Forget.DELETED),
    _treat("author_hours.author_id", Forget.DELETED),
    _treat("presence_days.discord_user_id", Forget.DELETED, holds_user=True),
    _treat("broadcasts.message_id broadcasts.author_id", Forget.DELETED),
    _treat("broadcasts.kind", Forget.DELETED, export=Export.SHOWN),
    # Whose accounts are whose, and who is away.
    _treat("links.player_id links.state", Forget.DELETED, export=Export.SHOWN),
    _treat("links.discord_user_id", Forget.DELETED, holds_user=True),
    _treat("links.decided_by", Forget.UNNAMED, holds_user=True),
    _treat("link_events.player_id link_events.action", Forget.DELETED, export=Export.SHOWN),
    _treat("link_events.discord_user_id", Forget.DELETED, holds_user=True),
    _treat("link_events.by_user_id", Forget.UNNAMED, export=Export.OWN_ONLY, holds_user=True),
    _treat("link_events.before", Forget.DELETED, Forget.CLEANED),
    _treat("absences.discord_user_id", Forget.DELETED, holds_user=True),
    _treat("absences.player_id", Forget.DELETED),
    _treat("absences.reason", Forget.DELETED, Forget.CLEANED, export=Export.SHOWN),
    _treat("absences.set_by", Forget.UNNAMED, export=Export.OWN_ONLY, holds_user=True),
    # What leadership decided; the decision stays, and neither who nor why.
    _treat("exemptions.player_id", Forget.STAYS, export=Export.SHOWN),
    _treat("exemptions.role", Forget.STAYS),
    _treat("exemptions.reason", Forget.EMPTIED, Forget.CLEANED),
    _treat("exemptions.set_by", Forget.UNNAMED, holds_user=True),
    _treat("policies.made_by", Forget.UNNAMED, holds_user=True),
    _treat("cases.player_id cases.kind", Forget.STAYS, export=Export.SHOWN),
    _treat("cases.state cases.role cases.target case_entries.move", Forget.STAYS),
    _treat("case_entries.state", Forget.STAYS, export=Export.SHOWN),
    _treat("case_entries.who", Forget.UNNAMED, holds_user=True),
    _treat("case_entries.why case_entries.numbers", Forget.EMPTIED, Forget.CLEANED),
    _treat("job_runs.detail", Forget.CLEANED),
)


def columns_of(treatments: tuple[Treatment, ...]) -> tuple[Column[Any], ...]:
    """Return the columns of some treatments."""
    names = [name.split(".") for each in treatments for name in each.columns.split()]
    return tuple(ALL[table].c[column] for table, column in names)


def of_clan(table: FromClause, clan_id: int) -> ColumnElement[bool]:
    """Return what holds for a clan's rows; a job of the whole bot is every clan's."""
    mine = table.c.clan_id == clan_id
    return or_(mine, table.c.clan_id.is_(None)) if table is JOB_RUNS else mine


USERS = columns_of(tuple(each for each in TREATMENTS if each.holds_user))
"""Every column that holds the id of a Discord user."""

MAKERS = columns_of(
    tuple(each for each in TREATMENTS if each.holds_user and Forget.UNNAMED in each.forget)
)
"""Those of them that say who made or decided something about others."""

WORDS = columns_of(tuple(each for each in TREATMENTS if Forget.CLEANED in each.forget))
"""What others wrote down, which may name anybody."""

"""Taking a person out of every table, in the caller's transaction; what the roster shows stays.

Another one's row that named the person as its maker names NOBODY afterwards.
"""

import re
from collections.abc import Collection, Sequence
from typing import Any

from sqlalchemy import (
    ColumnElement,
    String,
    Table,
    and_,
    cast,
    delete,
    func,
    or_,
    select,
    update,
)
from sqlalchemy.ext.asyncio import AsyncConnection

from storage import channel_days
from storage.archive import Void, let_go
from storage.personal import MAKERS, WORDS, of_clan
from storage.privacy import NAMELESS
from storage.questions import QuestionRow, rows_of
from storage.tables import (
    ABSENCES,
    AUTHOR_DAYS,
    AUTHOR_HOURS,
    AUTHOR_TOTALS,
    AUTHORS,
    BROADCASTS,
    CASE_ENTRIES,
    CASES,
    CHANNEL_VIEWERS,
    CLAN_HOURS,
    EXEMPTIONS,
    JOB_RUNS,
    LEFT_OUT_MESSAGES,
    LINK_EVENTS,
    LINKS,
    MESSAGES,
    PRESENCE_DAYS,
    QUESTIONS,
)

NOBODY = 0
"""Stands for a Discord user who was forgotten; no user has this id."""

SOMEBODY = "somebody"
"""Stands in words for a user who was forgotten."""


async def questions_of(
    connection: AsyncConnection,
    clan_id: int,
    author_ids: Collection[int],
    after_id: int,
    limit: int,
) -> list[QuestionRow]:
    """Return the authors' next questions behind an id that somebody answered."""
    asked = QUESTIONS.c
    rows = await connection.execute(
        rows_of(clan_id)
        .where(
            asked.author_id.in_(author_ids),
            asked.answered_by.is_not(None),
            asked.message_id > after_id,
        )
        .order_by(asked.message_id)
        .limit(limit)
    )
    return [QuestionRow(*row) for row in rows]


async def answered_by(
    connection: AsyncConnection,
    clan_id: int,
    author_ids: Collection[int],
    after_id: int,
    limit: int,
) -> list[QuestionRow]:
    """Return the next questions behind an id that one of the authors answered."""
    asked = QUESTIONS.c
    rows = await connection.execute(
        rows_of(clan_id)
        .where(asked.answered_by.in_(author_ids), asked.message_id > after_id)
        .order_by(asked.message_id)
        .limit(limit)
    )
    return [QuestionRow(*row) for row in rows]


async def delete_facts(
    connection: AsyncConnection, clan_id: int, author_ids: Collection[int]
) -> int:
    """Delete what the clan's authors wrote and asked, and return how many messages that were."""
    for table in (QUESTIONS, BROADCASTS, LEFT_OUT_MESSAGES):
        await connection.execute(delete(table).where(_by(table, clan_id, author_ids)))
    wrote = await channel_days.take_authors_out(connection, clan_id, author_ids)
    await let_go(connection, Void.AUTHOR, author_ids)
    await connection.execute(delete(MESSAGES).where(_by(MESSAGES, clan_id, author_ids)))
    return wrote


def _by(table: Table, clan_id: int, author_ids: Collection[int]) -> ColumnElement[bool]:
    """Return that a row is of some of the clan's authors."""
    return (table.c.clan_id == clan_id) & table.c.author_id.in_(author_ids)


async def delete_rollups(
    connection: AsyncConnection, clan_id: int, author_ids: Collection[int]
) -> None:
    """Take the authors' hours out of the clan's, then delete all that was counted for them."""
    hour, clan_hour = AUTHOR_HOURS.c, CLAN_HOURS.c
    mine = (
        select(func.sum(hour.messages))
        .where(_by(AUTHOR_HOURS, clan_id, author_ids), hour.hour_at == clan_hour.hour_at)
        .scalar_subquery()
    )
    touched = select(hour.hour_at).where(_by(AUTHOR_HOURS, clan_id, author_ids))
    in_clan = clan_hour.clan_id == clan_id
    await connection.execute(
        update(CLAN_HOURS)
        .where(in_clan, clan_hour.hour_at.in_(touched))
        .values(messages=clan_hour.messages - mine)
    )
    await connection.execute(delete(CLAN_HOURS).where(in_clan, clan_hour.messages == 0))
    for table in (AUTHOR_DAYS, AUTHOR_HOURS, AUTHOR_TOTALS):
        await connection.execute(delete(table).where(_by(table, clan_id, author_ids)))


async def delete_authors(
    connection: AsyncConnection, clan_id: int, author_ids: Sequence[int]
) -> None:
    """Delete the authors; of one who does not want to be counted the id and that wish stay."""
    author = AUTHORS.c
    mine = (author.clan_id == clan_id) & author.id.in_(author_ids)
    await connection.execute(delete(AUTHORS).where(mine, author.opted_out_at.is_(None)))
    await connection.execute(
        update(AUTHORS).where(mine).values(name=NAMELESS, handle=None, left_at=None)
    )


async def delete_ties(
    connection: AsyncConnection, clan_id: int, user_id: int, author_ids: Collection[int]
) -> None:
    """Delete the links of a user and of the speakers that were theirs, with all that was done."""
    # A link to a speaker of the clan chat has the author's id below zero.
    gone = [user_id, *(-author_id for author_id in author_ids)]
    for table in (LINKS, LINK_EVENTS):
        await connection.execute(
            delete(table).where(table.c.clan_id == clan_id, table.c.discord_user_id.in_(gone))
        )


async def delete_presence(connection: AsyncConnection, clan_id: int, user_id: int) -> None:
    """Delete the days on which a user was there, and where they can write unseen."""
    for table in (PRESENCE_DAYS, CHANNEL_VIEWERS):
        await connection.execute(
            delete(table).where(table.c.clan_id == clan_id, table.c.discord_user_id == user_id)
        )


async def delete_words(
    connection: AsyncConnection, clan_id: int, user_id: int, player_ids: Collection[int]
) -> None:
    """Delete a user's leaves, and the words and numbers noted about the players that were theirs.

    Of a case only what was decided and when is left.
    """
    leave, held, case = ABSENCES.c, EXEMPTIONS.c, CASES.c
    own = or_(leave.discord_user_id == user_id, leave.player_id.in_(player_ids))
    await connection.execute(delete(ABSENCES).where(leave.clan_id == clan_id, own))
    await connection.execute(
        update(EXEMPTIONS)
        .where(held.clan_id == clan_id, held.player_id.in_(player_ids))
        .values(reason="")
    )
    about = select(case.id).where(case.clan_id == clan_id, case.player_id.in_(player_ids))
    await connection.execute(
        update(CASE_ENTRIES)
        .where(CASE_ENTRIES.c.clan_id == clan_id, CASE_ENTRIES.c.case_id.in_(about))
        .values(why="", numbers=[])
    )


async def unname(connection: AsyncConnection, clan_id: int, user_id: int) -> None:
    """Let nobody be the maker of what a user made or decided for others."""
    for maker in MAKERS:
        await connection.execute(
            update(maker.table)
            .where(of_clan(maker.table, clan_id), maker == user_id)
            .values({maker.name: NOBODY})
        )


async def clean_words(
    connection: AsyncConnection, clan_id: int, user_id: int, names: Collection[str]
) -> None:
    """Take a user out of what others wrote down, wherever they are mentioned by id or name."""
    for column in WORDS:
        # What was recorded of a job may be an error's own words, with anything of theirs in it.
        mention = Mention(user_id, names, in_errors=column.table is JOB_RUNS)
        key = column.table.primary_key.columns
        text = cast(column, String)
        rows = await connection.execute(
            select(*key, column).where(
                of_clan(column.table, clan_id),
                or_(*(text.icontains(each, autoescape=True) for each in mention.needles())),
            )
        )
        for *ids, value in rows.all():
            kept = mention.taken_out(value)
            if kept != value:
                same = and_(*(part == each for part, each in zip(key, ids, strict=True)))
                await connection.execute(
                    update(column.table)
                    .where(of_clan(column.table, clan_id), same)
                    .values({column.name: kept})
                )


_PLAIN = re.compile(r"[ !#-\[\]-~]+")


class Mention:
    """How one user is mentioned: by id, as a ping or bare, and by name behind an @.

    In errors a bare name is enough, and no word of them is worth keeping.
    """

    def __init__(self, user_id: int, names: Collection[str], *, in_errors: bool = False) -> None:
        self._user_id = user_id
        self._called = sorted(name if in_errors else f"@{name}" for name in names if name)
        ways = [rf"<@!?{user_id}>", rf"(?<!\d){user_id}(?!\d)"]
        ways += [rf"{re.escape(name)}(?!\w)" for name in self._called]
        said = "|".join(ways)
        around = rf".*(?:{said}).*" if in_errors else said
        self._said = re.compile(around, re.IGNORECASE | re.DOTALL)

    def needles(self) -> list[str]:
        """Return texts of which each stored value has one, however written, that mentions the user.

        They are the longest parts of names of which databases know the other case, and that JSON
        keeps as they are.
        """
        plain = (max(_PLAIN.findall(name), key=len, default="") for name in self._called)
        return [str(self._user_id), *plain]

    def taken_out(self, value: Any) -> Any:  # noqa: ANN401 - whatever JSON holds
        """Return a value that says SOMEBODY, or as an id NOBODY, wherever it named the user."""
        if isinstance(value, str):
            return self._said.sub(SOMEBODY, value)
        if isinstance(value, dict):
            return {key: self.taken_out(each) for key, each in value.items()}
        if isinstance(value, list):
            return [self.taken_out(each) for each in value]
        return NOBODY if value == self._user_id and not isinstance(value, bool) else value

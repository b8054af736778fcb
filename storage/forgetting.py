"""Taking a person out of every table, in the caller's transaction; what the roster shows stays.

Another one's row that named the person as its maker names NOBODY afterwards.
"""

from collections.abc import Collection, Sequence

from sqlalchemy import String, cast, delete, func, or_, select, update
from sqlalchemy.ext.asyncio import AsyncConnection

from storage.privacy import NAMELESS
from storage.questions import Asked
from storage.tables import (
    ABSENCES,
    AUTHOR_DAYS,
    AUTHOR_HOURS,
    AUTHOR_TOTALS,
    AUTHORS,
    BROADCASTS,
    CASE_ENTRIES,
    CASES,
    CLAN_HOURS,
    EXEMPTIONS,
    LINK_EVENTS,
    LINKS,
    MESSAGES,
    POLICIES,
    QUESTIONS,
)

NOBODY = 0
"""Stands for a Discord user who was forgotten; no user has this id."""


async def questions_of(
    connection: AsyncConnection, author_ids: Collection[int], after_id: int, limit: int
) -> list[Asked]:
    """Return the authors' next questions behind an id that somebody answered."""
    asked = QUESTIONS.c
    rows = await connection.execute(
        select(QUESTIONS)
        .where(
            asked.author_id.in_(author_ids),
            asked.answered_by.is_not(None),
            asked.message_id > after_id,
        )
        .order_by(asked.message_id)
        .limit(limit)
    )
    return [Asked(*row) for row in rows]


async def answered_by(
    connection: AsyncConnection, author_ids: Collection[int], after_id: int, limit: int
) -> list[Asked]:
    """Return the next questions behind an id that one of the authors answered."""
    asked = QUESTIONS.c
    rows = await connection.execute(
        select(QUESTIONS)
        .where(asked.answered_by.in_(author_ids), asked.message_id > after_id)
        .order_by(asked.message_id)
        .limit(limit)
    )
    return [Asked(*row) for row in rows]


async def delete_facts(connection: AsyncConnection, author_ids: Collection[int]) -> int:
    """Delete what the authors wrote and asked, and return how many messages that were."""
    for table in (QUESTIONS, BROADCASTS):
        await connection.execute(delete(table).where(table.c.author_id.in_(author_ids)))
    gone = await connection.execute(delete(MESSAGES).where(MESSAGES.c.author_id.in_(author_ids)))
    return gone.rowcount


async def delete_rollups(
    connection: AsyncConnection, clan_id: int, author_ids: Collection[int]
) -> None:
    """Take the authors' hours out of the clan's, then delete all that was counted for them."""
    hour, clan_hour = AUTHOR_HOURS.c, CLAN_HOURS.c
    mine = (
        select(func.sum(hour.messages))
        .where(hour.author_id.in_(author_ids), hour.hour_at == clan_hour.hour_at)
        .scalar_subquery()
    )
    touched = select(hour.hour_at).where(hour.author_id.in_(author_ids))
    in_clan = clan_hour.clan_id == clan_id
    await connection.execute(
        update(CLAN_HOURS)
        .where(in_clan, clan_hour.hour_at.in_(touched))
        .values(messages=clan_hour.messages - mine)
    )
    await connection.execute(delete(CLAN_HOURS).where(in_clan, clan_hour.messages == 0))
    for table in (AUTHOR_DAYS, AUTHOR_HOURS, AUTHOR_TOTALS):
        await connection.execute(delete(table).where(table.c.author_id.in_(author_ids)))


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
    deed = LINK_EVENTS.c
    rows = await connection.execute(
        select(deed.id, deed.before).where(
            deed.clan_id == clan_id, cast(deed.before, String).contains(str(user_id))
        )
    )
    for event_id, before in rows.all():
        kept = {name: NOBODY if value == user_id else value for name, value in before.items()}
        await connection.execute(update(LINK_EVENTS).where(deed.id == event_id).values(before=kept))


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
        update(CASE_ENTRIES).where(CASE_ENTRIES.c.case_id.in_(about)).values(why="", numbers=[])
    )


async def unname(connection: AsyncConnection, clan_id: int, user_id: int) -> None:
    """Let nobody be the maker of what a user made or decided for others."""
    makers = (
        (LINKS, LINKS.c.decided_by),
        (LINK_EVENTS, LINK_EVENTS.c.by_user_id),
        (ABSENCES, ABSENCES.c.set_by),
        (EXEMPTIONS, EXEMPTIONS.c.set_by),
        (POLICIES, POLICIES.c.made_by),
    )
    for table, maker in makers:
        await connection.execute(
            update(table)
            .where(table.c.clan_id == clan_id, maker == user_id)
            .values({maker.name: NOBODY})
        )
    entry = CASE_ENTRIES.c
    in_clan = entry.case_id.in_(select(CASES.c.id).where(CASES.c.clan_id == clan_id))
    await connection.execute(
        update(CASE_ENTRIES).where(in_clan, entry.who == user_id).values(who=NOBODY)
    )
    # What others wrote down may name the user by a mention.
    await connection.execute(
        update(CASE_ENTRIES).where(in_clan, entry.why.contains(str(user_id))).values(why="")
    )

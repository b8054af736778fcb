"""Everything that is kept about one person, for that person's own eyes.

No row names anybody else: who made or decided something is only told when it was the person.
"""

from collections.abc import AsyncIterator, Collection, Mapping
from datetime import date
from operator import itemgetter
from typing import Any

from sqlalchemy import Column, Select, Table, func, or_, select
from sqlalchemy.ext.asyncio import AsyncConnection

from storage.archive import message_tables
from storage.bridges import Speaker
from storage.joins import of_author, of_case, of_channel
from storage.messages import Flag
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
    CHANNELS,
    EXEMPTIONS,
    LEFT_OUT_MESSAGES,
    LINK_EVENTS,
    LINKS,
    MEMBERSHIPS,
    OBSERVATIONS,
    PLAYER_NAMES,
    PLAYERS,
    PRESENCE_DAYS,
    QUESTIONS,
)

Rows = list[dict[str, Any]]

_AT_ONCE = 200  # rows between two breaths of the event loop


async def authors(connection: AsyncConnection, clan_id: int, author_ids: Collection[int]) -> Rows:
    """Return who the person is as an author, with the totals."""
    author, total = AUTHORS.c, AUTHOR_TOTALS.c
    found = await _rows(
        connection,
        select(
            author.discord_user_id,
            author.bridge_name.label("clan_chat_name"),
            author.name,
            author.handle,
            author.opted_out_at,
            author.left_at,
            func.coalesce(total.messages, 0).label("messages"),
            func.coalesce(total.questions, 0).label("questions"),
            func.coalesce(total.answers, 0).label("answers"),
            total.wrote_at,
        )
        .join(AUTHOR_TOTALS, of_author(AUTHOR_TOTALS), isouter=True)
        .where(author.clan_id == clan_id, author.id.in_(author_ids))
        .order_by(author.id),
    )
    for row in found:
        if row["clan_chat_name"] is not None:
            row["clan_chat_name"] = Speaker.of(row["clan_chat_name"]).key
    return found


async def messages(
    connection: AsyncConnection, clan_id: int, author_ids: Collection[int]
) -> AsyncIterator[Rows]:
    """Yield each message that is counted, page by page, in order of time."""
    tables = message_tables(connection)
    pages = [_pages(connection, *_said(each, clan_id, author_ids)) for each in tables]
    async for page in _merged(pages, "message_id"):
        yield page


def _said(
    table: Table, clan_id: int, author_ids: Collection[int]
) -> tuple[Select[Any], Column[Any]]:
    """Return the query of what authors wrote, and its key."""
    fact = table.c
    statement = (
        select(
            fact.message_id,
            CHANNELS.c.name.label("channel"),
            fact.sent_at,
            (fact.flags.bitwise_and(int(Flag.QUESTION)) != 0).label("is_question"),
            fact.reply_to.is_not(None).label("is_reply"),
            (fact.flags.bitwise_and(int(Flag.ANSWERS)) != 0).label("is_marked_as_answer"),
        )
        .join(CHANNELS, of_channel(table))
        .where(fact.clan_id == clan_id, fact.author_id.in_(author_ids))
    )
    return statement, fact.message_id


async def chat(
    connection: AsyncConnection, clan_id: int, author_ids: Collection[int]
) -> Mapping[str, Rows]:
    """Return what was asked and answered, what is not counted, and the counts by day and hour."""
    asked, day, hour, told = QUESTIONS.c, AUTHOR_DAYS.c, AUTHOR_HOURS.c, BROADCASTS.c
    aside = LEFT_OUT_MESSAGES.c
    questions = QUESTIONS.join(CHANNELS, of_channel(QUESTIONS))
    channel = CHANNELS.c.name.label("channel")
    hours: Rows = []
    for author_id in author_ids:
        counts = select(hour.hour_at, hour.messages, hour.questions, hour.answers)
        own = counts.where(hour.clan_id == clan_id, hour.author_id == author_id)
        async for page in _pages(connection, own, hour.hour_at):
            hours += page
    found = await _sections(
        connection,
        questions=select(
            asked.message_id,
            channel,
            asked.asked_at,
            asked.answered_at,
            asked.is_closed.label("is_marked_as_answered"),
        )
        .select_from(questions)
        .where(asked.clan_id == clan_id, asked.author_id.in_(author_ids))
        .order_by(asked.message_id),
        answers=select(asked.answer_id.label("message_id"), channel, asked.answered_at)
        .select_from(questions)
        .where(asked.clan_id == clan_id, asked.answered_by.in_(author_ids))
        .order_by(asked.answer_id),
        not_counted=select(aside.message_id, channel, aside.sent_at)
        .join(CHANNELS, of_channel(LEFT_OUT_MESSAGES))
        .where(aside.clan_id == clan_id, aside.author_id.in_(author_ids))
        .order_by(aside.message_id),
        days=select(day.day, day.messages, day.questions, day.answers)
        .where(day.clan_id == clan_id, day.author_id.in_(author_ids))
        .order_by(day.day),
        clan_chat_events=select(told.kind, told.sent_at)
        .where(told.clan_id == clan_id, told.author_id.in_(author_ids))
        .order_by(told.sent_at),
    )
    return {**found, "hours": hours} if hours else found


async def standing(
    connection: AsyncConnection, clan_id: int, user_id: int, player_ids: Collection[int]
) -> Mapping[str, Rows]:
    """Return the links, what was done to them, and the leaves and exemptions of the person.

    Why officers exempt somebody is not for them, as the words of decisions are not.
    """
    link, action, leave, held = LINKS.c, LINK_EVENTS.c, ABSENCES.c, EXEMPTIONS.c
    name = PLAYERS.c.name.label("player")
    return await _sections(
        connection,
        links=select(name, link.state, link.is_main, link.claimed_at, link.decided_at)
        .join(PLAYERS, PLAYERS.c.player_id == link.player_id)
        .where(link.clan_id == clan_id, link.discord_user_id == user_id),
        link_history=select(
            name, action.action, action.happened_at, (action.by_user_id == user_id).label("by_you")
        )
        .join(PLAYERS, PLAYERS.c.player_id == action.player_id)
        .where(action.clan_id == clan_id, action.discord_user_id == user_id),
        leaves=select(
            leave.from_on,
            leave.until_on,
            leave.ended_on,
            leave.reason,
            leave.set_at,
            (leave.set_by == user_id).label("set_by_you"),
        ).where(
            leave.clan_id == clan_id,
            or_(leave.discord_user_id == user_id, leave.player_id.in_(player_ids)),
        ),
        exemptions=select(name, held.until_on, held.set_at, held.ended_at)
        .join(PLAYERS, PLAYERS.c.player_id == held.player_id)
        .where(held.clan_id == clan_id, held.player_id.in_(player_ids)),
    )


async def cases(connection: AsyncConnection, clan_id: int, player_ids: Collection[int]) -> Rows:
    """Return what was decided about the person's players: what, since when, until when.

    Who decided, and in which words, is not for them.
    """
    case, line, later = CASES.c, CASE_ENTRIES.c, CASE_ENTRIES.alias("later").c
    of_it = (later.clan_id == clan_id) & (later.case_id == case.id)
    newest = select(func.max(later.position)).where(of_it).scalar_subquery()
    return await _rows(
        connection,
        select(
            PLAYERS.c.name.label("player"),
            case.kind,
            line.state,
            line.at.label("since"),
            line.until_at.label("until"),
        )
        .join(PLAYERS, PLAYERS.c.player_id == case.player_id)
        .join(CASE_ENTRIES, of_case(CASE_ENTRIES) & (line.position == newest))
        .where(case.clan_id == clan_id, case.player_id.in_(player_ids))
        .order_by(case.id),
    )


async def game(
    connection: AsyncConnection, clan_id: int, player_ids: Collection[int]
) -> Mapping[str, Rows]:
    """Return what Wise Old Man told about the person's players: places, names and totals."""
    player, place, borne, seen = PLAYERS.c, MEMBERSHIPS.c, PLAYER_NAMES.c, OBSERVATIONS.c
    name = player.name.label("player")
    mine = select(place.player_id).where(place.clan_id == clan_id, place.player_id.in_(player_ids))
    observations: Rows = []
    found = await _sections(
        connection,
        accounts=select(name, player.account_type, place.role, place.joined_at, place.left_at)
        .join(MEMBERSHIPS, place.player_id == player.player_id)
        .where(place.clan_id == clan_id, player.player_id.in_(mine)),
        names=select(name, borne.name, borne.first_seen_at, borne.last_seen_at)
        .join(PLAYERS, player.player_id == borne.player_id)
        .where(borne.player_id.in_(mine)),
    )
    for player_id in player_ids:
        totals = select(name, seen.seen_at, seen.xp, seen.kills, seen.ehp, seen.ehb)
        of_player = totals.join(PLAYERS, player.player_id == seen.player_id).where(
            seen.player_id.in_(mine), seen.player_id == player_id
        )
        async for page in _pages(connection, of_player, seen.seen_at):
            observations += page
    return {**found, "observations": observations} if observations else found


async def presence(connection: AsyncConnection, clan_id: int, user_id: int) -> Mapping[str, Rows]:
    """Return the days on which the person talked in voice, reacted or used a command.

    And in which channels they can write though the bot cannot read them.
    """
    seen, viewer = PRESENCE_DAYS.c, CHANNEL_VIEWERS.c
    return await _sections(
        connection,
        presence=select(seen.day, (seen.voice_seconds // 60).label("voice_minutes"))
        .where(seen.clan_id == clan_id, seen.discord_user_id == user_id)
        .order_by(seen.day),
        channels_the_bot_cannot_read=select(CHANNELS.c.name)
        .join(CHANNEL_VIEWERS, of_channel(CHANNEL_VIEWERS))
        .where(viewer.clan_id == clan_id, viewer.discord_user_id == user_id)
        .order_by(CHANNELS.c.name),
    )


async def events(connection: AsyncConnection, clan_id: int, author_ids: Collection[int]) -> int:
    """Return how many events of the clan chat are kept."""
    told = BROADCASTS.c
    counted = select(func.count()).where(told.clan_id == clan_id, told.author_id.in_(author_ids))
    return int((await connection.execute(counted)).scalar_one())


async def first_day(
    connection: AsyncConnection, clan_id: int, author_ids: Collection[int]
) -> date | None:
    """Return the first day on which something was counted."""
    day = AUTHOR_DAYS.c
    found: date | None = await connection.scalar(
        select(func.min(day.day)).where(day.clan_id == clan_id, day.author_id.in_(author_ids))
    )
    return found


async def _sections(connection: AsyncConnection, **statements: Select[Any]) -> Mapping[str, Rows]:
    """Return the rows of each statement that has any."""
    found = {title: await _rows(connection, each) for title, each in statements.items()}
    return {title: rows for title, rows in found.items() if rows}


async def _pages(
    connection: AsyncConnection, statement: Select[Any], key: Column[Any]
) -> AsyncIterator[Rows]:
    """Yield the rows of a long statement in the order of a key that no two of them share."""
    page = statement.order_by(key).limit(_AT_ONCE)
    few = await _rows(connection, page)
    while few:
        yield few
        few = await _rows(connection, page.where(key > few[-1][key.name]))


async def _merged(several: Collection[AsyncIterator[Rows]], key: str) -> AsyncIterator[Rows]:
    """Yield the pages of several sources, each in the order of a key, as pages of one."""
    heads = {source: await anext(source, []) for source in several}
    while any(heads.values()):
        # Up to where every source has shown what it has; one that is over hides nothing.
        upto = min(page[-1][key] for page in heads.values() if page)
        ripe = [row for page in heads.values() for row in page if row[key] <= upto]
        yield sorted(ripe, key=itemgetter(key))
        for source, page in heads.items():
            rest = [row for row in page if row[key] > upto]
            heads[source] = rest or (await anext(source, []) if page else [])


async def _rows(connection: AsyncConnection, statement: Select[Any]) -> Rows:
    return [dict(row) for row in (await connection.execute(statement)).mappings()]

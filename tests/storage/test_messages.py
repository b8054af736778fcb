"""Facts and what is derived from them: any order of coming and going ends in the same rollups."""

import shutil
from collections import Counter
from collections.abc import Sequence
from datetime import date, datetime
from pathlib import Path
from typing import NamedTuple

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st
from sqlalchemy import select
from sqlalchemy.exc import IntegrityError

from storage import authors, messages, questions
from storage.engine import Connection, Database
from storage.messages import MessageRow
from storage.questions import QuestionRow
from storage.rollups import Tally, roll_up
from storage.tables import (
    AUTHOR_DAYS,
    AUTHOR_HOURS,
    AUTHOR_TOTALS,
    AUTHORS,
    CHANNEL_DAYS,
    CLAN_HOURS,
    MESSAGES,
    QUESTIONS,
)
from tests.storage.rows import DAY, HOUR, NOW, a_channel, a_clan, a_fact, an_author, only, opened

Counts = tuple[int, int, int]


class Derived(NamedTuple):
    """Every rollup, with rows in which nothing is left dropped from the totals only."""

    days: dict[tuple[int, date], Counts]
    hours: dict[tuple[int, datetime], Counts]
    clan_hours: dict[tuple[int, datetime], int]
    channel_days: dict[tuple[int, date, int], int]
    totals: dict[int, Counts]
    wrote_at: dict[int, datetime]


async def kept(connection: Connection) -> Derived:
    days = await connection.execute(select(AUTHOR_DAYS))
    hours = await connection.execute(select(AUTHOR_HOURS))
    clan_hours = await connection.execute(select(CLAN_HOURS))
    channel_days = await connection.execute(select(CHANNEL_DAYS))
    totals = (await connection.execute(select(AUTHOR_TOTALS))).all()
    return Derived(
        {(who, day): (one, two, three) for _, who, day, one, two, three in days},
        {(who, hour): (one, two, three) for _, who, hour, one, two, three in hours},
        {(clan, hour): count for clan, hour, count in clan_hours},
        {(clan, day, where): count for clan, day, where, count in channel_days},
        {row[1]: (row[2], row[3], row[4]) for row in totals if any(row[2:5])},
        {row[1]: row[5] for row in totals if row[5] is not None},
    )


async def rebuilt(connection: Connection) -> Derived:
    """Return the rollups as plain Python makes them from the facts."""
    writers = await connection.execute(select(AUTHORS.c.id, AUTHORS.c.clan_id))
    clan_of = {author_id: clan_id for author_id, clan_id in writers}  # noqa: C416 - rows, not pairs
    facts = (await connection.execute(select(MESSAGES).order_by(MESSAGES.c.message_id))).all()
    asked = {row.message_id for row in await connection.execute(select(QUESTIONS))}
    answered = [row for row in await connection.execute(select(QUESTIONS)) if row.answered_by]
    events = [(fact.author_id, fact.sent_at, "messages") for fact in facts]
    events += [(fact.author_id, fact.sent_at, "asks") for fact in facts if fact.message_id in asked]
    events += [(row.answered_by, row.answered_at, "answers") for row in answered]

    def counted(keys: Sequence[tuple[object, str]]) -> dict[object, Counts]:
        tally = Counter(keys)
        return {
            key: (tally[key, "messages"], tally[key, "asks"], tally[key, "answers"])
            for key in dict.fromkeys(key for key, _ in keys)
        }

    channel_days = Counter((fact.clan_id, fact.sent_at.date(), fact.channel_id) for fact in facts)
    clan_hours = Counter((clan_of[fact.author_id], _hour(fact.sent_at)) for fact in facts)
    return Derived(
        counted([((who, at.date()), kind) for who, at, kind in events]),  # type: ignore[arg-type]
        counted([((who, _hour(at)), kind) for who, at, kind in events]),  # type: ignore[arg-type]
        dict(clan_hours),
        dict(channel_days),
        counted([(who, kind) for who, at, kind in events]),  # type: ignore[arg-type]
        {fact.author_id: fact.sent_at for fact in facts},
    )


def _hour(instant: datetime) -> datetime:
    return instant.replace(minute=0, second=0, microsecond=0)


class Action(NamedTuple):
    """A message that comes, goes, or answers the question before it; by a number of choice."""

    kind: str
    choice: int
    minutes_ago: int
    asks: bool


permissions = st.lists(
    st.builds(
        Action,
        st.sampled_from(["comes", "comes", "comes", "goes", "answers", "answers"]),
        st.integers(0, 3),
        st.sampled_from([0, 1, 30, 61, 1441, 3000]),
        st.booleans(),
    ),
    max_size=25,
)


ASKED = Action("comes", choice=0, minutes_ago=3000, asks=True)
EARLIER = Action("comes", choice=1, minutes_ago=1441, asks=False)
REPLIED = Action("comes", choice=1, minutes_ago=0, asks=False)
ANSWERED = Action("answers", choice=1, minutes_ago=0, asks=False)
TAKEN_BACK = Action("goes", choice=1, minutes_ago=0, asks=False)
NEWEST_TAKEN_BACK = Action("goes", choice=1, minutes_ago=1, asks=False)
QUESTION_TAKEN_BACK = Action("goes", choice=0, minutes_ago=0, asks=False)


class Stage:
    """Two clans of two authors each, and the actions done to their messages."""

    def __init__(self, connection: Connection) -> None:
        self.connection = connection
        self.clans: dict[int, int] = {}
        self.channels: dict[int, int] = {}

    async def set_up(self) -> None:
        for guild_id in (1, 2):
            clan_id = await a_clan(self.connection, guild_id)
            for user_id in (1, 2):
                author_id = await an_author(self.connection, clan_id, user_id)
                self.clans[author_id] = clan_id
                self.channels[author_id] = await a_channel(self.connection, clan_id, guild_id)

    async def do(self, number: int, permission: Action) -> None:
        who = sorted(self.clans)[permission.choice]
        if permission.kind == "comes":
            sent_at = NOW - permission.minutes_ago * HOUR / 60
            fact = a_fact(who, self.channels[who], sent_at, number=number, asks=permission.asks)
            await messages.add(self.connection, {self.clans[who]: [fact]})
        elif permission.kind == "goes":
            count = 1 if permission.minutes_ago else 2
            await self._go((await self._facts(who))[permission.asks :][:count])
        else:
            await self._answer(who, permission.asks)

    async def _facts(self, who: int) -> list[MessageRow]:
        rows = await self.connection.execute(
            select(MESSAGES).where(MESSAGES.c.author_id == who).order_by(MESSAGES.c.sent_at.desc())
        )
        return [
            a_fact(who, row.channel_id, row.sent_at, asks=bool(row.flags))._replace(
                message=messages.Stored(*row[1:])
            )
            for row in rows
        ]

    async def _go(self, facts: Sequence[MessageRow]) -> None:
        """Take messages out: the credits for questions go before them, those of answers after."""
        ids = {fact.message.message_id for fact in facts}
        rows = (await self.connection.execute(select(QUESTIONS))).all()
        answered = [QuestionRow(*row[1:]) for row in rows if row.answer_id is not None]
        for asked in answered:
            if asked.message_id in ids:
                await self._credit(asked, None, -1)
        if facts:
            await messages.remove(self.connection, {self.clans[facts[0].message.author_id]: facts})
        for asked in answered:
            if asked.message_id not in ids and asked.answer_id in ids:
                await self._credit(asked, None, -1)

    async def _answer(self, who: int, newest: bool) -> None:  # noqa: FBT001 - drawn
        rows = (await self.connection.execute(select(QUESTIONS))).all()
        open_ones = [QuestionRow(*row[1:]) for row in rows if row.answer_id is None]
        later = await self._facts(who)
        for asked in open_ones[:: -1 if newest else 1]:
            for fact in later:
                same_place = fact.message.channel_id == asked.channel_id
                if same_place and fact.message.message_id > asked.message_id:
                    await self._credit(asked, fact, 1)
                    return

    async def _credit(self, asked: QuestionRow, answer: MessageRow | None, sign: int) -> None:
        told = asked._replace(
            answer_id=answer and answer.message.message_id,
            answered_by=answer and answer.message.author_id,
            answered_at=answer and answer.message.sent_at,
        )
        helper = told if answer else asked
        assert helper.answered_by is not None
        assert helper.answered_at is not None
        at = helper.answered_at
        tally = Tally(helper.answered_by, at.date(), _hour(at), answers=sign)
        await questions.set_answers(self.connection, {self.clans[helper.answered_by]: [told]})
        await roll_up(self.connection, {self.clans[helper.answered_by]: [tally]})


@settings(max_examples=60, deadline=None)
@given(permissions=permissions)
@example(permissions=[ASKED, REPLIED, ANSWERED, TAKEN_BACK])
@example(permissions=[ASKED, EARLIER, REPLIED, ANSWERED, NEWEST_TAKEN_BACK])
@example(permissions=[ASKED, REPLIED, ANSWERED, QUESTION_TAKEN_BACK])
async def test_any_order_of_coming_and_going_leaves_what_a_rebuild_makes(
    template: Path, tmp_path_factory: pytest.TempPathFactory, permissions: list[Action]
) -> None:
    path = shutil.copy(template, tmp_path_factory.mktemp("facts") / "clan_data.db")
    async with opened(Path(path)) as database, database.writing() as connection:
        stage = Stage(connection)
        await stage.set_up()
        for number, permission in enumerate(permissions):
            await stage.do(number, permission)
        assert await kept(connection) == await rebuilt(connection)


@pytest.fixture
async def spot(database: Database) -> tuple[int, int, int]:
    async with database.writing() as connection:
        clan_id = await a_clan(connection)
        return clan_id, await an_author(connection, clan_id), await a_channel(connection, clan_id)


Place = tuple[int, int, int]


async def test_many_at_once_are_the_same_as_one_by_one(database: Database, spot: Place) -> None:
    clan_id, who, channel = spot
    facts = [
        a_fact(who, channel, NOW - minutes * HOUR / 60, asks=minutes % 3 == 0)
        for minutes in range(1200)
    ]
    async with database.writing() as connection:
        await messages.add(connection, {clan_id: facts})
        assert await kept(connection) == await rebuilt(connection)
        await messages.remove(connection, {clan_id: facts[5:1100]})
        assert await kept(connection) == await rebuilt(connection)
        await messages.remove(connection, {clan_id: [*facts[:5], *facts[1100:]]})
        assert await kept(connection) == Derived({}, {}, {}, {}, {}, {})


async def test_an_id_counts_once(database: Database, spot: Place) -> None:
    clan_id, who, channel = spot
    fact = a_fact(who, channel, asks=True)
    async with database.writing() as connection:
        await messages.add(connection, {clan_id: [fact]})
        before = await kept(connection)
    with pytest.raises(IntegrityError):
        async with database.writing() as connection:
            await messages.add(connection, {clan_id: [a_fact(who, channel, number=1), fact]})
    async with database.reading() as connection:
        assert await kept(connection) == before
        ids = [fact.message.message_id, fact.message.message_id + 1]
        assert await only(messages.known_ids(connection, {clan_id: ids})) == {ids[0]}


async def test_more_ids_than_one_statement_can_name_are_found(
    database: Database, spot: Place
) -> None:
    clan_id, who, channel = spot
    facts = [a_fact(who, channel, number=number) for number in range(1100)]
    ids = [fact.message.message_id for fact in facts]
    async with database.writing() as connection:
        await messages.add(connection, {clan_id: facts})
        assert await only(messages.known_ids(connection, {clan_id: [*ids, 5]})) == set(ids)
        stored = await only(messages.stored(connection, {clan_id: ids[::-1]}))
        assert stored == [fact.message for fact in facts]


async def test_nothing_to_store_or_remove_is_nothing(database: Database, spot: Place) -> None:
    async with database.writing() as connection:
        await messages.add(connection, {spot[0]: []})
        await messages.remove(connection, {spot[0]: []})
        await questions.set_answers(connection, {spot[0]: []})
        assert await kept(connection) == Derived({}, {}, {}, {}, {}, {})


async def test_the_last_time_somebody_wrote_is_of_the_newest_message_left(
    database: Database, spot: Place
) -> None:
    clan_id, who, channel = spot
    old, new, newer = (a_fact(who, channel, NOW - days * DAY) for days in (2, 1, 0))
    async with database.writing() as connection:

        async def wrote_at() -> datetime | None:
            (writer,) = await authors.writers(connection, clan_id)
            return writer.wrote_at

        assert await wrote_at() is None
        await messages.add(connection, {clan_id: [new, newer]})
        await messages.add(connection, {clan_id: [old]})
        assert await wrote_at() == NOW
        await messages.remove(connection, {clan_id: [newer]})
        assert await wrote_at() == NOW - DAY
        await messages.remove(connection, {clan_id: [old, new]})
        assert await wrote_at() is None


async def test_a_cursor_moves_forward_and_never_back(database: Database, spot: Place) -> None:
    clan_id, _, channel = spot
    async with database.writing() as connection:
        for message_id, expected in ((10, 10), (5, 10), (11, 11)):
            await authors.move_cursors(connection, {clan_id: {channel: message_id}})
            assert (await authors.channels(connection, clan_id))[1].cursor_id == expected


WINDOW = HOUR / 4
MINUTE = HOUR / 60


async def test_questions_are_found_by_their_own_id_and_by_their_answers(
    database: Database, spot: Place
) -> None:
    clan_id, who, channel = spot
    asked, other, answer = (a_fact(who, channel, NOW + n * HOUR, asks=n < 2) for n in range(3))
    async with database.writing() as connection:
        await messages.add(connection, {clan_id: [asked, other, answer]})
        (row,) = await only(questions.asked(connection, {clan_id: [other.message.message_id]}))
        answered = row._replace(
            answer_id=answer.message.message_id, answered_by=who, answered_at=NOW
        )
        await questions.set_answers(connection, {clan_id: [answered]})
        for message_id, question in (
            (asked.message.message_id, asked.message.message_id),
            (answer.message.message_id, other.message.message_id),
        ):
            found = await only(questions.asked_or_answered_by(connection, {clan_id: [message_id]}))
            assert found == {(channel, question)}


async def test_what_waits_for_a_message_was_asked_near_before_it_and_not_answered_before_it(
    database: Database, spot: Place
) -> None:
    clan_id, who, channel = spot
    async with database.writing() as connection:
        another = await an_author(connection, clan_id, 21)
        elsewhere = await a_channel(connection, clan_id, discord_id=2)
        long_ago, settled, waiting, own, other_channel, later = (
            a_fact(writer, where, NOW + minutes * MINUTE, asks=True)
            for minutes, writer, where in (
                (-16, who, channel),
                (-10, who, channel),
                (-5, who, channel),
                (-4, another, channel),
                (-3, who, elsewhere),
                (1, who, channel),
            )
        )
        await messages.add(
            connection, {clan_id: [long_ago, settled, waiting, own, other_channel, later]}
        )
        (row,) = await only(questions.asked(connection, {clan_id: [settled.message.message_id]}))
        before = waiting.message.message_id
        await questions.set_answers(
            connection, {clan_id: [row._replace(answer_id=before, answered_by=who)]}
        )
        new = a_fact(another, channel, NOW)
        more = a_fact(another, channel, NOW + MINUTE / 2)
        await messages.add(connection, {clan_id: [new, more]})
        found = await only(
            questions.waiting_for(connection, {clan_id: [more.message, new.message]}, WINDOW)
        )
        assert found == {(channel, waiting.message.message_id)}


async def test_the_next_speaker_is_found_behind_ones_own_questions(
    database: Database, spot: Place
) -> None:
    clan_id, who, channel = spot
    async with database.writing() as connection:
        another = await an_author(connection, clan_id, 21)
        elsewhere = await a_channel(connection, clan_id, discord_id=2)
        first, second = (a_fact(who, channel, NOW + n * MINUTE, asks=True) for n in (0, 2))
        own = a_fact(who, channel, NOW + MINUTE)
        there = a_fact(another, elsewhere, NOW + 3 * MINUTE)
        asks = a_fact(another, channel, NOW + 5 * MINUTE, asks=True)
        replies = a_fact(another, channel, NOW + 6 * MINUTE, reply_to=own.message.message_id)
        answer = a_fact(another, channel, NOW + 7 * MINUTE)
        after = a_fact(who, channel, NOW + 25 * MINUTE)
        heard = [first, own, second, there, asks, replies, answer, after]
        await messages.add(connection, {clan_id: heard})
        ids = [each.message.message_id for each in (first, second, asks)]
        asked = await only(questions.asked(connection, {clan_id: ids}))
        assert await only(
            questions.next_speakers(connection, {clan_id: asked}, WINDOW)
        ) == dict.fromkeys(ids[:2], answer.message)


async def test_the_first_reply_is_somebody_elses_in_the_same_channel(
    database: Database, spot: Place
) -> None:
    clan_id, who, channel = spot
    question = a_fact(who, channel, NOW, asks=True)
    asked_id = question.message.message_id
    async with database.writing() as connection:
        another = await an_author(connection, clan_id, 21)
        elsewhere = await a_channel(connection, clan_id, discord_id=2)
        replies = [
            a_fact(writer, where, NOW + n * DAY, reply_to=asked_id)
            for n, writer, where in (
                (-1, another, channel),
                (1, who, channel),
                (2, another, elsewhere),
            )
        ]
        wanted, later = (a_fact(another, channel, NOW + n * DAY, reply_to=asked_id) for n in (5, 6))
        await messages.add(connection, {clan_id: [question, *replies, later, wanted]})
        asked = await only(questions.asked(connection, {clan_id: [asked_id]}))
        found = await only(questions.first_replies(connection, {clan_id: asked}))
    assert found == {asked_id: wanted.message}


async def test_somebody_was_answered_by_a_reply_or_by_another_soon_after_in_the_channel(
    database: Database, spot: Place
) -> None:
    clan_id, who, channel = spot
    async with database.writing() as connection:
        other, third, alone = [await an_author(connection, clan_id, each) for each in (21, 22, 23)]
        elsewhere = await a_channel(connection, clan_id, discord_id=9)
        asked = a_fact(who, channel, NOW)
        written = [
            asked,
            a_fact(who, channel, NOW + HOUR / 30),  # the same one goes on
            a_fact(other, elsewhere, NOW + HOUR / 20),  # in another channel
            a_fact(other, channel, NOW + DAY, reply_to=asked.message.message_id),
            a_fact(third, channel, NOW + 2 * DAY),
            a_fact(other, channel, NOW + 2 * DAY + HOUR / 5),
            a_fact(alone, channel, NOW + 3 * DAY),
        ]
        await messages.add(connection, {clan_id: written})
        authors_asked = [who, third, alone, 404]
        find = messages.answered_authors
        found = await find(connection, clan_id, authors_asked, NOW, HOUR / 4)
        assert found == {who: True, third: True, alone: False}
        later = await find(connection, clan_id, authors_asked, NOW + 3 * DAY, HOUR / 4)
        assert later == {alone: False}
        assert await find(connection, clan_id, [], NOW, HOUR / 4) == {}

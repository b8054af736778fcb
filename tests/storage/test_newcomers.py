"""How newcomers began, held against every message there is and against what alerts ask."""

import random
from collections.abc import Sequence

import pytest

from storage import archiving, messages, newcomers
from storage.columns import ids_within
from storage.engine import Database
from storage.messages import MessageRow, Stored
from storage.newcomers import Beginning, FirstDays
from tests.storage.rows import DAY, HOUR, NOW, a_channel, a_clan, a_fact, an_author

WINDOW = HOUR / 4


def first_days(author_id: int, joined_days_ago: int) -> FirstDays:
    at = NOW - joined_days_ago * DAY
    return FirstDays(author_id, at - 14 * DAY, at + 30 * DAY, at + 7 * DAY, at + 14 * DAY)


def by_hand(days: FirstDays, said: Sequence[Stored], head: dict[int, int]) -> Beginning | None:
    """Return how somebody began, by holding every message against every one of theirs."""
    me = head.get(days.author_id, days.author_id)
    mine = [x for x in said if x.author_id == days.author_id and days.start <= x.sent_at < days.end]
    if not mine:
        return None
    answers = [
        other.message_id
        for each in mine
        for other in said
        if head.get(other.author_id, other.author_id) != me
        if other.reply_to == each.message_id
        or (
            other.channel_id == each.channel_id
            and each.message_id < other.message_id < each.message_id + ids_within(WINDOW)
        )
    ]
    back = any(days.back_from <= each.sent_at < days.back_until for each in mine)
    return Beginning(mine[0].message_id, back, min(answers, default=None))


@pytest.mark.parametrize("archived_days", [None, 25, 60])
async def test_beginnings_are_those_of_the_messages_themselves(
    database: Database, archived_days: int | None
) -> None:
    chance = random.Random(5)  # noqa: S311 - the same clan every time
    async with database.writing() as connection:
        clan_id = await a_clan(connection)
        who = [await an_author(connection, clan_id, user) for user in range(1, 9)]
        places = [await a_channel(connection, clan_id, discord_id=each) for each in (50, 51, 52)]
        facts: list[MessageRow] = []
        for number in range(400):
            before = chance.choice(facts).message.message_id if facts else None
            at = NOW - 70 * DAY * chance.random()
            facts.append(
                a_fact(
                    chance.choice(who[:6]),
                    chance.choice(places),
                    at,
                    number=number,
                    reply_to=before if chance.random() < 0.02 else None,
                )
            )
        await messages.add(connection, {clan_id: facts})
    if archived_days is not None:
        await archiving.move(database, NOW - archived_days * DAY)
    said = sorted(fact.message for fact in facts)
    head = {who[0]: who[0], who[1]: who[0]}
    asked = [first_days(each, 5 + 8 * number) for number, each in enumerate(who)]
    async with database.reading() as connection:
        found = await newcomers.beginnings(connection, clan_id, asked, WINDOW, head)
        answered = await messages.answered_authors(
            connection, clan_id, [asked[3].author_id], asked[3].start, WINDOW, head
        )
    slow = {each.author_id: by_hand(each, said, head) for each in asked}
    assert found == {key: each for key, each in slow.items() if each is not None}
    assert {each.answer_id is None for each in found.values()} == {True, False}
    assert {each.was_back for each in found.values()} == {True, False}
    assert answered == {asked[3].author_id: found[asked[3].author_id].answer_id is not None}


async def test_nobody_asked_is_nothing_read(database: Database) -> None:
    async with database.reading() as connection:
        assert await newcomers.beginnings(connection, 1, [], WINDOW, {}) == {}
